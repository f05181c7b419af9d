package sim

import "github.com/edgewise-sim/edgewise/random"

// A pendingCall is a dynamic request that waits for its parent region.
type pendingCall struct {
	request
	served
	stream random.Stream // of the calls' service times
	left   int           // calls still to be made after the one under way
}

// visitDynamic serves a user's request that must be computed.
func (s *site) visitDynamic(v *visit, c *cell) {
	var r request
	c.draw(&r, v.cell, v.at)
	d := c.dynamic
	work := c.work.StreamAt(c.count)
	needsParent := work.Uint64()&(1<<32-1) < d.coin && d.Parent.Calls > 0
	service := d.Service.Draw(&work)
	start, done := s.computers[d.index].arrive(v.at, service)
	a := served{outcome: Bypass, bytes: d.ResponseBytes, queue: start - v.at, service: service}
	if needsParent {
		if s.remoteParent[d.index] {
			s.call(done, pendingCall{request: r, served: a, stream: work, left: d.Parent.Calls})
			return
		}
		// The parent always has a free server (or the site is the region itself): arithmetic.
		for range d.Parent.Calls {
			spent := d.Parent.Service.Draw(&work)
			a.service += spent
			done += s.parent.rtt() + spent
		}
	}
	a.first, a.last = done, done
	c.finish(&r, &a)
}

// call sends the next call of a request to the parent region; it leaves at the given instant.
func (s *site) call(leaves int64, p pendingCall) {
	d := s.cells[p.cell].dynamic
	p.left--
	service := d.Parent.Service.Draw(&p.stream)
	var n uint32
	if last := len(s.freeCalls) - 1; last >= 0 {
		n = s.freeCalls[last]
		s.freeCalls = s.freeCalls[:last]
		s.calls[n] = p
	} else {
		n = uint32(len(s.calls))
		s.calls = append(s.calls, p)
	}
	m := s.send(uint32(s.parent.to), leaves+s.parent.up)
	m.kind, m.index, m.token, m.delay, m.service = call, d.index, n, s.parent.down, service
}

// serveCall does a Local Zone's call with the servers of this region.
func (s *site) serveCall(m *message) {
	start, done := s.computers[m.index].arrive(m.at, m.service)
	a := s.send(m.sender(), done+m.delay)
	a.kind, a.token, a.word, a.service = called, m.token, uint64(start-m.at), m.service
}

// landCall takes the answer to a call, and makes the next one or answers the user.
func (s *site) landCall(m *message) {
	p := s.calls[m.token]
	s.freeCalls = append(s.freeCalls, m.token)
	p.queue += int64(m.word)
	p.service += m.service
	if p.left > 0 {
		s.call(m.at, p)
		return
	}
	p.first, p.last = m.at, m.at
	s.cells[p.cell].finish(&p.request, &p.served)
}
