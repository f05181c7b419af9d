package sim

import (
	"time"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/transport"
)

// A ride is the connections over which a PoP passes on the requests of a workload that this site computes, whichever metros they are from:
// kept and warm as those of caches are.
type ride struct {
	dialer transport.Dialer
	line   transport.Line
	pools  bool           // HTTP/1.1, of which there is a pool in place of the line
	pool   transport.Pool // of connections
	era    uint32         // of the pool: connections of another are gone
	number uint32         // among those of the site
	pop    *site
	there  int64 // one way to this site, in ns
	rtt    int64
	lossy  *lossyWay // nil where no packet is lost
	// overtakes says that answers over the line may be ready in another order than that in which requests came.
	overtakes bool
}

// A rideKey tells rides apart.
type rideKey struct {
	workload, from, to int
	there, back        int64 // a way that changes has connections of its own
	bitsPerSecond      float64
	loss, lossBack     float64
}

// ride returns the connections of a workload's users who enter at a PoP on the way to the site that computes; nil where they enter there.
func (r *run) ride(w *workloadRun, e *entry) *ride {
	if e.enters == e.site {
		return nil
	}
	key := rideKey{int(w.number), e.enters, e.site, e.beyond.there, e.beyond.back, e.beyond.bitsPerSecond, e.beyond.loss, e.beyond.lossBack}
	if of := r.rides[key]; of != nil {
		return of
	}
	at, upstream := r.sites[e.site], r.plan.placement.Upstream
	of := &ride{
		dialer: upstream.Dialer(time.Duration(e.beyond.rtt()), e.beyond.bitsPerSecond), line: transport.Unused(), pools: upstream.Pool > 0,
		number: uint32(len(at.rides)), pop: r.sites[e.enters], there: e.beyond.there, rtt: e.beyond.rtt(),
	}
	of.overtakes = !of.pools && !upstream.AlwaysOpen && r.plan.computedOvertake(w, e.site)
	if e.beyond.loss > 0 {
		of.lossy = newLossyWay(&upstream, &e.beyond)
	}
	at.rides = append(at.rides, of)
	if r.rides == nil {
		r.rides = make(map[rideKey]*ride)
	}
	r.rides[key] = of
	return of
}

// lose draws what a request of clients loses that a PoP passes on. That is a matter of the request, so that placements share it.
func (d *ride) lose(c *clients) transport.Losses {
	if d.lossy == nil {
		return transport.Losses{}
	}
	return d.lossy.draw(random.Key(random.Key(c.losses.At(c.count)).At(passedOn)))
}

// passedOn is the index of what a request loses that a PoP passes on, among what is drawn of the losses of that request.
const passedOn = 1 << 40

// ask lets the PoP ask with a question that would be here at an instant over an open connection, of which something
// is lost. It returns how much later it is, and the number of the connection.
func (d *ride) ask(s *site, now int64, lost transport.Losses) (waits int64, conn uint32) {
	asked := now - d.there
	if !d.pools {
		if at := d.line.Asked(); d.isBroken(s, at, asked) {
			d.line.Close()
		}
		var leaves int64
		if d.lossy != nil {
			leaves = d.lossy.Dial(&d.line, asked, lost)
		} else {
			leaves = d.dialer.Dial(&d.line, asked)
		}
		return leaves - asked, d.line.Hold()
	}
	if at, ok := d.pool.LastIdle(); ok && d.isBroken(s, at, asked) {
		d.pool.CloseIdle()
	}
	var leaves int64
	if d.lossy != nil {
		conn, leaves = d.lossy.DialPool(&d.pool, asked, lost)
	} else {
		conn, leaves = d.dialer.DialPool(&d.pool, asked)
	}
	return leaves - asked, conn
}

// connection returns that over which a request came, an unused one where it was closed meanwhile.
func (d *ride) connection(r *request) *transport.Line {
	switch {
	case d.pools && r.era == d.era:
		return d.pool.Connection(r.conn)
	case !d.pools && d.line.Has(r.conn):
		return &d.line
	}
	unused := transport.Unused()
	return &unused
}

// answer returns how long an answer that would leave at an instant with nothing before it, over a connection, waits for those before it, and how
// long its last byte takes to the PoP after the first.
func (d *ride) answer(l *transport.Line, bytes, now int64, mayLose random.Key) (waits, takes int64) {
	at := now + d.rtt - d.there
	if d.lossy != nil {
		return d.lossy.Answer(l, bytes, at, transport.Losses{Key: mayLose})
	}
	return d.dialer.Answer(l, bytes, at)
}

// isBroken reports whether one of the ends of a connection has been down between two instants at the PoP.
func (d *ride) isBroken(s *site, from, to int64) bool {
	return s.outages != nil && wasDown(s.outages, from+d.there, to+d.there) || d.pop.outages != nil && wasDown(d.pop.outages, from, to)
}

// hangUp closes all connections.
func (d *ride) hangUp() {
	d.line.Close()
	d.pool.Clear()
	d.era++
}

// A rideEnd is the number of a connection with the era of its pool.
func rideEnd(era, conn uint32) uint64 { return uint64(era)<<32 | uint64(conn) }

// setOut lets the PoP pass a request on. It reports whether the request is under way to this site for longer, behind a handshake, so that it is
// worked on later.
func (s *site) setOut(c *clients, r *request, a *served, work *random.Stream, needsData bool, now int64) bool {
	lost := c.ride.lose(c)
	waits, conn := c.ride.ask(s, now, lost)
	a.mayLose, r.conn, r.era = lost.Key, conn, c.ride.era
	if waits == 0 {
		return false
	}
	n := s.computations.add()
	*s.computations.at(n) = computation{request: *r, served: *a, work: *work, needsData: needsData, number: c.workload.number, asked: c.count}
	m := s.send(s.id, now+waits)
	m.kind, m.token = rideArrives, n
	if s.trace != nil {
		s.trace.rides(c, r, s, waits, lost.Exchange)
	}
	return true
}

// arriveByRide works on a request that has waited for a connection.
func (s *site) arriveByRide(m *message) {
	p := *s.computations.at(m.token)
	s.computations.remove(m.token)
	c := &s.clients[p.clients]
	if meets(s.outages, m.at, m.at) != nil {
		s.failComputed(c, &p.request, m.at, SiteDown)
		return
	}
	s.work(c, &p.request, &p.served, &p.work, p.needsData, p.asked, m.at)
}

// answerComputed answers a request that was computed, whose connection is free when its last byte is at the PoP.
func (s *site) answerComputed(c *clients, r *request, a *served) {
	if r.conn != 0 {
		if c.ride.overtakes && a.first > s.now {
			s.keepUntilReady(r, a)
			return
		}
		s.answerByRide(c, r, a)
	}
	s.leaveRide(c, r, a.last)
	if s.trace != nil {
		s.trace.worked(s, c, r, a, "works on it")
	}
	c.answer(r, a)
}

// answerByRide lets an answer take its turn on the connection from the PoP.
func (s *site) answerByRide(c *clients, r *request, a *served) {
	l := c.ride.connection(r)
	var before transport.Line
	if s.trace != nil {
		before = *l
		before.Hold()
	}
	var takes int64
	a.stays, takes = c.ride.answer(l, a.bytes, a.first, a.mayLose)
	if s.trace != nil {
		s.trace.pours(c, r, s, c.ride, before, a.bytes, a.first, takes, transport.Losses{Key: a.mayLose})
	}
	a.first += a.stays
	a.last = max(a.last, a.first+takes)
}

// failComputed ends a request that was to be computed with an error.
func (s *site) failComputed(c *clients, r *request, now int64, why Reason) {
	s.leaveRide(c, r, now)
	c.fail(r, now, why)
}

// leaveRide frees the connection of a request whose answer leaves this site at an instant.
func (s *site) leaveRide(c *clients, r *request, last int64) {
	if r.conn == 0 {
		return
	}
	if d := c.ride; !d.pools {
		d.line.Leave(r.conn, last+d.rtt-d.there)
		r.conn = 0
		return
	}
	m := s.send(s.id, last+c.ride.rtt) // the PoP has it a way later, and is asked a way before questions are here
	m.kind, m.token, m.key = rideEnds, c.ride.number, rideEnd(r.era, r.conn)
	r.conn = 0
}

// endRide has a connection idle from an instant on.
func (s *site) endRide(m *message) {
	if d := s.rides[m.token]; rideEnd(d.era, uint32(m.key)) == m.key {
		d.dialer.Done(&d.pool, uint32(m.key), m.at-d.there)
	}
}
