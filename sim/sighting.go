package sim

import "context"

// A Sighting is how one recorded request of a user ended. Times are in ns.
type Sighting struct {
	// Workload and Metro are numbers as in a [Result]. Number counts the requests of the metro for the workload, from 1, at the
	// site that serves it, the warm-up's included.
	Workload, Metro int
	Number          uint64
	// At is the instant at which the user asked, since the start of the run.
	At int64
	// Outcome is how it ended, Reason why it failed, if it did.
	Outcome Outcome
	Reason  Reason
	// TTFB and TTLB are the times to the first and the last byte, of what failed the wait in vain.
	TTFB, TTLB int64
	// Causes take TTFB apart and sum to it; of what failed they are 0.
	Causes [NumCauses]int64
}

// sight tells how a request ended that was answered.
func (c *clients) sight(r *request, s *served, connect, tls, ttfb, ttlb int64) {
	is := Sighting{
		Workload: int(c.workload.number), Metro: int(c.metro), Number: r.number, At: r.arrived - c.delay, Outcome: s.outcome, TTFB: ttfb, TTLB: ttlb,
	}
	of := &is.Causes
	of[Connect], of[TLS], of[Access], of[Loss], of[Propagation], of[Upstream] = connect, tls, r.access, r.resent, c.rtt, c.beyond
	if wait := s.first - r.arrived; wait != 0 {
		of[Queue], of[Service], of[Timeout] = s.queue, s.service, s.inVain
		of[upstreamOf(s.outcome)] += wait - s.queue - s.service - s.inVain
	}
	c.sees(&is)
}

// Watch runs one replication of the plan on one core, as [Plan.Run] does, and tells how each recorded request of a user ended, in
// the order of a site's events; sites come one after another. Updates of games are not told. The function must not keep
// what it is given.
func (p *Plan) Watch(ctx context.Context, replication int, see func(*Sighting)) (*Result, error) {
	return p.run(ctx, replication, 1, nil, see)
}
