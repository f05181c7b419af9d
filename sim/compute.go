package sim

import "github.com/edgewise-sim/edgewise/random"

// visitComputed serves a user's request that must be computed.
func (s *site) visitComputed(v *arrival, c *clients) {
	var r request
	c.arrive(&r, v.clients, v.at)
	c.draw(&r)
	d := c.workload
	work := c.work.StreamAt(c.count)
	needsData, service := d.drawWork(&work)
	a := served{outcome: Bypass, bytes: d.ResponseBytes, service: service}
	if c.ride == nil || !s.setOut(c, &r, &a, &work, needsData, v.at) {
		s.work(c, &r, &a, &work, needsData, c.count, v.at)
	}
}

// work has a request worked on, by its number among those of its clients, that is here at an instant.
func (s *site) work(c *clients, r *request, a *served, work *random.Stream, needsData bool, number uint64, now int64) {
	n := c.workload.number
	a.service = slowed(s.slow, now, a.service)
	if servers := s.computers[n]; servers.isShared() {
		waits := s.computations.add()
		*s.computations.at(waits) = computation{request: *r, served: *a, work: *work, needsData: needsData, number: n}
		if !s.join(servers, job{of: visitJob, workload: n, waits: waits, service: a.service}, now) {
			s.computations.remove(waits)
			s.spill(c, r, a, number, now, QueueFull)
		}
		return
	}
	start, done, ok := s.computers[n].arrive(now, a.service)
	if !ok {
		s.spill(c, r, a, number, now, s.computers[n].whyNot())
		return
	}
	a.queue = start - now
	if needsData && s.data[n].remote {
		waits := s.computations.add()
		*s.computations.at(waits) = computation{request: *r, served: *a, work: *work, end: newCallsEnd(done), number: n}
		s.makeCalls(waits)
		return
	}
	s.compute(c, r, a, work, needsData, done)
}

// drawWork draws what a request is for its servers, and whether it needs its data.
func (w *workloadRun) drawWork(work *random.Stream) (needsData bool, service int64) {
	needsData = work.Uint64()&(1<<32-1) < w.coin && w.Data.Calls > 0
	return needsData, w.Work.Draw(work)
}

// compute answers a request on which servers are done at an instant, once it has made its calls, which are arithmetic.
func (s *site) compute(c *clients, r *request, a *served, work *random.Stream, needsData bool, done int64) {
	if !needsData {
		a.first, a.last = done, done
		s.answerComputed(c, r, a)
		return
	}
	if s.trace != nil {
		s.trace.calls(s, c, r, &s.data[c.workload.number], done)
	}
	e := s.data[c.workload.number].makeAll(done, work)
	s.endCalls(c, r, a, e.callEnd)
}

// goOn goes on with a request on which servers that share themselves are done at an instant.
func (s *site) goOn(n uint32, done int64) {
	p := s.computations.at(n)
	switch {
	case p.needsData && s.data[p.number].remote:
		p.end = newCallsEnd(done)
		s.makeCalls(n)
		return
	case p.isGuest:
		e := callEnd{at: done}
		if p.needsData {
			e = s.data[p.number].makeAll(done, &p.work).callEnd
		}
		s.endGuest(p, e)
	default:
		s.compute(&s.clients[p.clients], &p.request, &p.served, &p.work, p.needsData, done)
	}
	s.computations.remove(n)
}

// endCalls answers a request whose calls have ended.
func (s *site) endCalls(c *clients, r *request, a *served, e callEnd) {
	if e.failed {
		s.failComputed(c, r, e.at, e.why)
		return
	}
	a.first, a.last = e.at, e.at
	a.queue += e.queue
	a.service += e.service
	a.inVain += e.inVain
	s.answerComputed(c, r, a)
}

// A computation is a request that waits for calls, some of which may go by message.
type computation struct {
	request
	served
	work      random.Stream // of the calls' service times
	begun     int           // calls
	open      int           // those of them that have not ended
	end       callsEnd      // of those that have
	needsData bool          // while servers that share themselves are at work
	number    uint8         // of the workload
	asked     uint64        // its number among the requests of its clients, of one that waits for a connection
	// isGuest says that it is the request of another site, which has asked by a question.
	isGuest  bool
	question *message
	isOver   bool // it has failed with a call, while others of its calls go on
	spilled       // of one that was passed on
}

// makeCalls makes the calls of a request that can leave: the next one, or all where they go in parallel. It answers
// the request when all have ended, or the first has failed.
func (s *site) makeCalls(n uint32) {
	p := s.computations.at(n)
	d := &s.data[p.number]
	if s.trace != nil && p.begun == 0 && !p.isGuest {
		s.trace.calls(s, &s.clients[p.clients], &p.request, d, p.end.at)
	}
	for p.begun < d.Calls && (d.Parallel || p.open == 0 && !p.end.failed) {
		k := d.newCall(p.begun, &p.end, &p.work)
		k.of = n
		p.begun++
		p.open++
		s.makeCall(d, p, &k)
	}
	if !p.isOver && (p.open == 0 || p.end.failed) {
		p.isOver = true
		if p.isGuest {
			s.endGuest(p, p.end.callEnd)
		} else {
			s.endCalls(&s.clients[p.clients], &p.request, &p.served, p.end.callEnd)
		}
	}
	if p.open == 0 {
		s.computations.remove(n)
	}
}

// makeCall makes a call of a request, by message where it must.
func (s *site) makeCall(d *dataCalls, p *computation, k *call) {
	end, ended := d.follow(k)
	if ended && end.failed {
		s.failCall(d, p, k, end.at)
		return
	}
	if ended {
		p.endCall(d, k, end)
		return
	}
	n := s.calls.add()
	*s.calls.at(n) = *k
	m := s.ask(&d.hops[k.choice], k.asked, computePart, n, 0)
	m.index, m.service = p.number, k.work
}

// failCall gives up a call at an instant, which may be to come: until then one beside it can fail before.
func (s *site) failCall(d *dataCalls, p *computation, k *call, at int64) {
	if !d.Parallel {
		p.endCall(d, k, callEnd{at: at, failed: true, why: DataHomeDown})
		return
	}
	n := s.calls.add()
	*s.calls.at(n) = *k
	m := s.send(s.id, at)
	m.kind, m.of, m.token = timer, computePart, n
}

// endCall takes the end of a call.
func (p *computation) endCall(d *dataCalls, k *call, end callEnd) {
	p.open--
	p.end.add(d.Parallel, k.number, end)
}

// landCall takes the answer to a call.
func (s *site) landCall(m *message) {
	k, p, d := s.takeCall(m.token)
	p.endCall(d, &k, callEnd{at: m.at, queue: m.reply().queue, service: m.service, inVain: k.waited})
	s.makeCalls(k.of)
}

// landCallUnanswered takes the news that the site that was asked has failed before it could answer a call.
func (s *site) landCallUnanswered(m *message) {
	k, p, d := s.takeCall(m.token)
	h := &d.hops[k.choice]
	if uint32(h.to) == s.id {
		p.endCall(d, &k, callEnd{at: m.at, failed: true, why: DataHomeDown}) // with this site, and with the request
	} else if gaveUp, o := h.silence(k.asked, m.at); d.again(&k, gaveUp, o) {
		s.makeCall(d, p, &k)
	} else {
		s.failCall(d, p, &k, gaveUp)
	}
	s.makeCalls(k.of)
}

// landCallGivenUp takes the end of a call for which no site has answered.
func (s *site) landCallGivenUp(m *message) {
	k, p, d := s.takeCall(m.token)
	p.endCall(d, &k, callEnd{at: m.at, failed: true, why: DataHomeDown})
	s.makeCalls(k.of)
}

// landCallRejected takes the news that servers have rejected a call.
func (s *site) landCallRejected(m *message) {
	k, p, d := s.takeCall(m.token)
	p.endCall(d, &k, callEnd{at: m.at, failed: true, why: m.why()})
	s.makeCalls(k.of)
}

// takeCall takes a call that waited for a message.
func (s *site) takeCall(n uint32) (call, *computation, *dataCalls) {
	k := *s.calls.at(n)
	s.calls.remove(n)
	p := s.computations.at(k.of)
	return k, p, &s.data[p.number]
}
