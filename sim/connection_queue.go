package sim

import "github.com/edgewise-sim/edgewise/workload"

// Browsers open no more than some connections to a site over HTTP/1.1. A request that finds an answer on its way over each of them waits, behind those of its visit
// that wait already, until the last byte of one is there, and goes over that connection. All of this is the user's: the site meets the request when it is sent.

// A queuedAsk is a request that waits for a connection of its visit, as it was when its user wanted to send it.
type queuedAsk struct {
	arrival
	of       workload.Visit
	number   uint64 // among those of the metro
	shake    uint64 // the number by which it draws
	bytes    int64
	recorded bool
	next     uint32 // that waits behind it, of the last the first
}

// hasRoom reports whether a request of a visit at an instant finds a connection over which none waits for its answer, or may open one.
func (v *visits) hasRoom(p *visitor, at int64) bool {
	for n := range v.connections(p) {
		if !v.conn(p, n).IsBusy(at) {
			return true
		}
	}
	return v.hasFurther(p)
}

// visitInTurn serves a user's request once there is a connection for it.
func (s *site) visitInTurn(a *arrival, c *clients) {
	v := c.visits
	of, _ := v.coming.at(0)
	p := &v.visitors[of.Place()]
	if p.name != of.Name() {
		v.begin(c, of, a.at-c.delay)
	}
	if p.version != 0 || p.waiting == 0 && v.hasRoom(p, a.at-c.delay) {
		if c.outages == nil {
			s.visitAs(a, c, v.kind)
		} else {
			s.sendInTurn(a, c)
		}
		return
	}
	c.count++
	if c.share != nil {
		c.passOver()
	}
	q := queuedAsk{arrival: *a, of: v.take(), number: c.count, shake: v.request, recorded: a.at >= c.from}
	v.request++
	if q.recorded {
		c.asked++
	}
	if c.sizes != nil {
		q.bytes = c.sizes.take()
	}
	n := v.queued.add()
	if last := p.waiting; last == 0 {
		q.next = n
		v.wakeWhenKnown(c, p, q.of, a.at-c.delay)
	} else {
		q.next, v.queued.at(last).next = v.queued.at(last).next, n
	}
	*v.queued.at(n) = q
	p.waiting = n
}

// takeWaiting takes the request out of the queue of a visit that has waited there for the longest.
func (v *visits) takeWaiting(p *visitor) {
	n := v.queued.at(p.waiting).next
	v.sent = *v.queued.at(n)
	v.queued.remove(n)
	if n == p.waiting {
		p.waiting = 0
	} else {
		v.queued.at(p.waiting).next = v.sent.next
	}
}

// sendInTurn serves a user's request for which there is a connection, unless the site cannot be reached.
func (s *site) sendInTurn(a *arrival, c *clients) {
	if during(c.outages, a.at-c.delay) == nil {
		s.visitAs(a, c, c.visits.kind)
		return
	}
	if c.patience != nil {
		c.patience.key = a.key
	}
	c.lose(a.clients, a.at)
}

// visitAs serves a user's request in the way of a kind.
func (s *site) visitAs(a *arrival, c *clients, kind Kind) {
	switch kind {
	case Cacheable:
		s.visitCacheable(a, c)
	case agingVisits:
		s.visitAging(a, c)
	default:
		s.visitOther(a, c, kind)
	}
}

// wake has the site look at who waits of a visit when a connection is idle, at an instant of the user.
func (v *visits) wake(c *clients, of workload.Visit, at int64) {
	m := v.site.send(v.site.id, max(at+c.delay, v.site.now))
	m.kind, m.token, m.key = idleAgain, v.number, uint64(of)
}

// wakeWhenKnown does so where it is known at an instant when a connection will be idle.
func (v *visits) wakeWhenKnown(c *clients, p *visitor, of workload.Visit, at int64) {
	soonest := int64(unknown)
	for n := range v.connections(p) {
		if until, ok := v.conn(p, n).IdleFrom(at); ok {
			soonest = min(soonest, until)
		}
	}
	if soonest != unknown {
		v.wake(c, of, soonest)
	}
}

// endsWait sends requests that wait for a connection, as far as there are some idle.
func (s *site) endsWait(m *message) {
	c := &s.clients[m.token]
	v, of, at := c.visits, workload.Visit(m.key), m.at-c.delay
	for {
		p := v.seatOf(of.Place(), of.Name())
		if p == nil || p.waiting == 0 {
			return
		}
		if !v.hasRoom(p, at) {
			v.wakeWhenKnown(c, p, of, at)
			return
		}
		v.takeWaiting(p)
		s.resume(&v.sent, c, m.at)
		if p.waiting == 0 && p.hasLeft {
			v.forget(p)
		}
	}
}

// resume sends a request that has waited.
func (s *site) resume(q *queuedAsk, c *clients, now int64) {
	v := c.visits
	if s.trace != nil {
		s.trace.waitsForConnection(c, q.number, now-q.at)
	}
	count := c.count
	if now >= c.from { // it was counted as it came
		c.asked--
	}
	c.count, v.resumed = q.number-1, q
	s.sendInTurn(&arrival{at: now, clients: q.clients, key: q.key}, c)
	c.count, v.resumed = count, nil
}
