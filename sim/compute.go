package sim

import "github.com/edgewise-sim/edgewise/random"

// A pendingCall is a computed request that waits for its parent region.
type pendingCall struct {
	request
	served
	stream random.Stream // of the calls' service times
	left   int           // calls still to be made after the one under way
	// These are in use where the parent may fail.
	attempt
	work     int64 // of the call under way
	underWay bool
	inVain   int64 // ns for which regions were asked that did not answer, before the call under way
}

// visitComputed serves a user's request that must be computed.
func (s *site) visitComputed(v *visit, c *cell) {
	r := c.arrive(v.cell, v.at)
	c.draw(&r)
	d := c.workload
	work := c.work.StreamAt(c.count)
	needsParent := work.Uint64()&(1<<32-1) < d.coin && d.Parent.Calls > 0
	service := d.Work.Draw(&work)
	start, done := s.computers[d.number].arrive(v.at, service)
	a := served{outcome: Bypass, bytes: d.ResponseBytes, queue: start - v.at, service: service}
	if needsParent {
		if s.parents != nil {
			s.makeCalls(done, &pendingCall{request: r, served: a, stream: work, left: d.Parent.Calls})
			return
		}
		if s.remoteParent[d.number] {
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
	c.answer(&r, &a)
}

// call sends the next call of a request to the parent region; it leaves at the given instant.
func (s *site) call(leaves int64, p pendingCall) {
	d := s.cells[p.cell].workload
	p.left--
	p.work = d.Parent.Service.Draw(&p.stream)
	s.sendCall(leaves, &s.parent, &p, d)
}

// sendCall sends a call to a region.
func (s *site) sendCall(leaves int64, to *leg, p *pendingCall, d *workloadRun) {
	var n uint32
	if last := len(s.freeCalls) - 1; last >= 0 {
		n = s.freeCalls[last]
		s.freeCalls = s.freeCalls[:last]
		s.calls[n] = *p
	} else {
		n = uint32(len(s.calls))
		s.calls = append(s.calls, *p)
	}
	m := s.send(uint32(to.to), leaves+to.up)
	m.kind, m.index, m.token, m.delay, m.service = call, d.number, n, to.down, p.work
}

// makeCalls makes the calls of a request where the parent may fail: the first leaves at an instant, each of
// the others when the one before has its answer. It returns when a region with a state of its own must be
// asked, by message, or the request has ended.
func (s *site) makeCalls(now int64, p *pendingCall) {
	c := &s.cells[p.cell]
	d := c.workload
	for p.underWay || p.left > 0 {
		if !p.underWay {
			p.left--
			p.work = d.Parent.Service.Draw(&p.stream)
			p.underWay, p.attempt = true, newAttempt(s.parents, now)
		}
		up := &s.parents[p.up]
		if there := now + up.up; s.parentsRemote[p.up][d.number] && meets(up.outages, there, there) == nil {
			s.sendCall(now, &up.leg, p, d)
			return
		}
		back, lost := up.try(now, p.work)
		if lost == nil {
			p.service += p.work
			p.endCall()
			now = back
		} else if now = s.callAgain(back, p, lost.to); now == unknown {
			return
		}
	}
	p.first, p.last = now, now
	if c.answer(&p.request, &p.served) {
		c.waitedInVain(&p.request, p.inVain)
	}
}

// endCall ends the call under way.
func (p *pendingCall) endCall() {
	p.underWay = false
	p.inVain += p.waited
}

// callAgain returns when a call is made again that was given up at an instant, because of an outage that lasts
// until another; unknown if it is not, and the request has failed.
func (s *site) callAgain(gaveUp int64, p *pendingCall, up int64) int64 {
	c := &s.cells[p.cell]
	at, ok := p.callAgain(s.parents, c.workload.Parent.Waits, gaveUp, up)
	if !ok {
		c.fail(&p.request, gaveUp, ParentDown)
		return unknown
	}
	return at
}

// serveCall does a Local Zone's call with the servers of this region.
func (s *site) serveCall(m *message) {
	start, done := s.computers[m.index].arrive(m.at, m.service)
	if s.failsBefore(m, done) {
		return
	}
	a := s.send(m.sender(), done+m.delay)
	a.kind, a.token, a.word, a.service = called, m.token, uint64(start-m.at), m.service
}

// landCall takes the answer to a call, and makes the next one or answers the user.
func (s *site) landCall(m *message) {
	p := s.calls[m.token]
	s.freeCalls = append(s.freeCalls, m.token)
	p.queue += int64(m.word)
	p.service += m.service
	switch {
	case s.parents != nil:
		p.endCall()
		s.makeCalls(m.at, &p)
	case p.left > 0:
		s.call(m.at, p)
	default:
		p.first, p.last = m.at, m.at
		s.cells[p.cell].answer(&p.request, &p.served)
	}
}

// landCallUnanswered takes the news that a region has failed before it could answer a call.
func (s *site) landCallUnanswered(m *message) {
	p := s.calls[m.token]
	s.freeCalls = append(s.freeCalls, m.token)
	if at := s.callAgain(max(p.asked+m.delay, m.at), &p, int64(m.word)); at != unknown {
		s.makeCalls(at, &p)
	}
}
