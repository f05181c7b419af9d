package sim

import "context"

// A Sighting is how one recorded request of a user ended. Times are in ns.
type Sighting struct {
	// Workload and Metro are numbers as in a [Result].
	Workload, Metro int
	// At is the instant at which the user asked, since the start of the run.
	At int64
	// Outcome is how it ended, Reason why it failed, if it did.
	Outcome Outcome
	Reason  Reason
	// TTFB and TTLB are the times to the first and the last byte, of what failed the wait in vain.
	TTFB, TTLB int64
	// Tries is how often it was asked: 1 of what was not asked again.
	Tries int
	// Causes take TTFB apart and sum to it; of what failed they are 0.
	Causes [NumCauses]int64

	request request
	first   int64 // the instant at which the first byte leaves the site
	last    int64 // and the last one
	bytes   int64 // of the answer
}

// Watch runs one replication of the plan on one core, as [Plan.Run] does, and tells how each recorded request of a user ended, in
// the order of a site's events; sites come one after another. Updates of games are not told. The function must not keep
// what it is given.
func (p *Plan) Watch(ctx context.Context, replication int, see func(*Sighting)) (*Result, error) {
	return p.run(ctx, replication, 1, nil, see)
}
