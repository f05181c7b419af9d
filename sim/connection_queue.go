package sim

import (
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

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
	next     uint32 // that waits behind it, 0 for none
}

// A leftVisit is a visit whose last requests wait for a connection, or for their answers, while another one has its place.
type leftVisit struct {
	visitor
	row      answerRow
	more     []transport.Conn
	lookedUp int64
}

// A visitSeat is where a visit has its connections.
type visitSeat struct {
	*visitor
	row      *answerRow
	more     []transport.Conn
	lookedUp *int64 // nil where look-ups take no time
	left     uint32 // its number among those that have ended, 0 where it goes on
}

// connections returns how many connections of the visit there may be.
func (p visitSeat) connections() int {
	if p.version == 0 {
		return 1 + len(p.more)
	}
	return 1
}

// conn returns one of them.
func (p visitSeat) conn(n int) *transport.Conn {
	if n == 0 {
		return &p.visitor.conn
	}
	return &p.more[n-1]
}

// at returns the seat of a place.
func (v *visits) at(place uint32) visitSeat {
	p := visitSeat{visitor: &v.visitors[place], row: &v.rows[place]}
	if v.hasMore {
		p.more = v.more[int(place)*(v.most-1) : (int(place)+1)*(v.most-1)]
	}
	if v.Lookup > 0 {
		p.lookedUp = &v.lookedUp[place]
	}
	return p
}

// seatOf returns the seat of a visit; false where it has ended.
func (v *visits) seatOf(place, name uint32) (visitSeat, bool) {
	if p := v.at(place); p.name == name {
		return p, true
	}
	if n := v.leftBy[name]; n != 0 {
		left := v.left.at(n)
		return visitSeat{&left.visitor, &left.row, left.more, &left.lookedUp, n}, true
	}
	return visitSeat{}, false
}

// isWaiting reports whether requests of a visit wait for a connection, or over one for their answers.
func (v *visits) isWaiting(p visitSeat) bool {
	if p.first != 0 {
		return true
	}
	for n := range p.connections() {
		if p.conn(n).IsAwaited() {
			return true
		}
	}
	return false
}

// leave makes room in a place for another visit: what of the one there still waits goes on elsewhere.
func (v *visits) leave(place uint32) {
	p := v.at(place)
	if p.name == 0 || !v.isWaiting(p) { // nobody has had it, or nothing waits
		return
	}
	n := v.left.add()
	left := v.left.at(n)
	left.visitor, left.row, left.more, left.lookedUp = *p.visitor, *p.row, append(left.more[:0], p.more...), never
	if p.lookedUp != nil {
		left.lookedUp = *p.lookedUp
	}
	v.leftBy[p.name] = n
}

// hasRoom reports whether a request of a visit at an instant finds a connection over which none waits for its answer, or may open one.
func (v *visits) hasRoom(p visitSeat, at int64) bool {
	for n := range p.connections() {
		if !p.conn(n).IsBusy(at) {
			return true
		}
	}
	return false
}

// visitInTurn serves a user's request once there is a connection for it.
func (s *site) visitInTurn(a *arrival, c *clients) {
	v := c.visits
	of, _ := v.coming.at(0)
	if v.visitors[of.Place()].name != of.Name() {
		v.begin(c, of)
	}
	p := v.at(of.Place())
	if p.version != 0 || p.first == 0 && v.hasRoom(p, a.at-c.delay) {
		s.visitAs(a, c, v.kind)
		return
	}
	c.count++
	c.passOver()
	q := queuedAsk{arrival: *a, of: v.take(), number: c.count, shake: v.request, recorded: a.at >= c.from}
	v.request++
	if q.recorded {
		c.asked++
	}
	if c.sizes != nil {
		q.bytes = c.sizes.take()
	}
	n := v.queued.add()
	*v.queued.at(n) = q
	if p.first == 0 {
		p.first = n
		v.wakeWhenKnown(c, p, q.of, a.at-c.delay)
	} else {
		v.queued.at(p.last).next = n
	}
	p.last = n
}

// visitAs serves a user's request in the way of a kind.
func (s *site) visitAs(a *arrival, c *clients, kind Kind) {
	if kind == Cacheable {
		s.visitCacheable(a, c)
	} else {
		s.visitOther(a, c, kind)
	}
}

// wake has the site look at who waits of a visit when a connection is idle, at an instant of the user.
func (v *visits) wake(c *clients, of workload.Visit, at int64) {
	m := v.site.send(v.site.id, max(at+c.delay, v.site.now))
	m.kind, m.token, m.key = idleAgain, v.number, uint64(of)
}

// wakeWhenKnown does so where it is known at an instant when a connection will be idle.
func (v *visits) wakeWhenKnown(c *clients, p visitSeat, of workload.Visit, at int64) {
	soonest := int64(unknown)
	for n := range p.connections() {
		if until, ok := p.conn(n).IdleFrom(at); ok {
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
		p, ok := v.seatOf(of.Place(), of.Name())
		if !ok || p.first == 0 {
			return
		}
		if !v.hasRoom(p, at) {
			v.wakeWhenKnown(c, p, of, at)
			return
		}
		v.sent = *v.queued.at(p.first)
		v.queued.remove(p.first)
		p.first = v.sent.next
		s.resume(&v.sent, c, m.at)
		if p.first == 0 {
			v.forget(p)
		}
	}
}

// forget forgets a visit that has ended, if nothing of it waits any more.
func (v *visits) forget(p visitSeat) {
	if p.left != 0 && !v.isWaiting(p) && v.leftBy[p.name] == p.left { // it may be forgotten already
		delete(v.leftBy, p.name)
		v.left.remove(p.left)
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
	if during(c.outages, now-c.delay) != nil {
		c.lose(q.clients, now)
	} else {
		s.visitAs(&arrival{at: now, clients: q.clients, key: q.key}, c, v.kind)
	}
	c.count, v.resumed = count, nil
}
