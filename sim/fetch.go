package sim

import "github.com/edgewise-sim/edgewise/transport"

// startFetch asks a next hop for the object of a new fetch.
func (s *site) startFetch(t *tier, f *flight, n uint32, now int64, number uint8, recorded bool) {
	way := &t.steady[number]
	if way.hop == nil {
		if way.asked != nil {
			f.attempt, f.number, f.recorded = attempt{asked: now}, number, recorded
			s.askSteady(t, way, f, n, now).key = objectOf(f.key)
		} else {
			s.startFetchInTurn(t, f, n, now, number, recorded)
		}
		return
	}
	h := way.hop
	f.number, f.choice = number, 0
	way.load.add(f.bytes, recorded)
	first := h.there + h.back + f.service // h.rtt() copies the leg
	var leaves int64
	switch {
	case way.line != nil && f.service == 0:
		var waits int64
		leaves, waits, f.takes = h.dialer.Ask(way.line, f.bytes, now)
		first += waits
	case way.line != nil:
		var waits int64
		leaves = h.dialer.Dial(way.line, now)
		waits, f.takes = h.dialer.Answer(way.line, f.bytes, leaves+first)
		first += waits
	default:
		leaves = t.takeConnection(f, h, n, now)
		f.takes = h.dialer.AnswerPool(&t.pools[number][0], f.conn, f.bytes, leaves+first)
	}
	if c := s.courses; c != nil && recorded { // as addFetched has it, but for the call
		at := leaves + h.there
		if c.isElsewhere(number, h.to, at) {
			c.turn(number, h.to, at)
		}
		c.now.add(f.bytes)
	}
	s.expect(t, f, n, leaves+first)
}

// askSteady sends the question of a new fetch to the next hop of its workload, which is always there; the caller fills in the key.
func (s *site) askSteady(t *tier, way *steadyWay, f *flight, n uint32, now int64) *message {
	h := way.asked
	f.left = h.dialer.Dial(way.line, now)
	f.conn = way.line.Hold()
	m := s.ask(h, f.left, t.number, n, f.bytes)
	m.service, m.index, m.recorded = f.service, f.number, f.recorded
	return m
}

// startFetchInTurn asks the hop of first choice, of those that may fail, are not always as fast or have state.
func (s *site) startFetchInTurn(t *tier, f *flight, n uint32, now int64, number uint8, recorded bool) {
	f.attempt, f.number, f.recorded = newAttempt(t.hops[number], now, objectOf(f.key)), number, recorded
	if t.losses != nil {
		t.losses.note(n)
	}
	if s.trace != nil {
		s.trace.begins(s, t, n, true)
	}
	s.fetch(t, n, now)
}

// fetch asks the hop of a fetch's choice. What a site without state will do is arithmetic.
func (s *site) fetch(t *tier, n uint32, now int64) {
	f := &t.flights.pool[n]
	h := &t.hops[f.number][f.choice]
	if s.trace != nil {
		s.trace.before(s, t, n, h, now)
	}
	if t.pools == nil {
		f.left = t.connect(h, n, f, now)
	} else {
		f.left = t.takeConnection(f, h, n, now)
	}
	if t.aging != nil {
		s.prepareRenewal(t, n, f.left)
	}
	if s.trace != nil {
		s.trace.asks(s, t, n, h, now, f.left)
	}
	if o := h.breaksUnder(now, f.left); o != nil {
		s.setTimer(t, n, f.left+o.timeout)
		return
	}
	if h.needsMessage(f.left) {
		m := s.ask(h, f.left, t.number, n, f.bytes)
		m.key, m.service, m.index, m.recorded = objectOf(f.key), f.service, f.number, f.recorded
		if t.losses != nil {
			t.losses.sends(n, m)
		}
		if t.aging != nil {
			t.aging.renewals[n].says(m)
		}
		if s.trace != nil {
			s.trace.sends(s, t, n, m)
		}
		return
	}
	back, lost := h.try(f.left, f.service)
	if lost != nil {
		s.setTimer(t, n, back)
		return
	}
	f.service = h.takes(f.left, f.service)
	t.load.at(f.number, f.choice).add(f.bytes, f.recorded)
	s.courses.fetched(f.number, h.to, f.left+h.there, f.bytes, f.recorded)
	if t.overtakes[f.number] {
		s.fills.pushReady(back, uint32(t.number), n)
		return
	}
	s.isReady(t, n, back, now)
}

// connect returns when a question leaves that is asked at an instant: a new connection is set up first. With a site that is down none can be set up, so that the question leaves in vain; and those from
// before it was down are gone.
func (t *tier) connect(h *nextHop, n uint32, f *flight, now int64) (leaves int64) {
	l := &t.lines[f.number][f.choice]
	if h.outages != nil {
		if h.isBroken(l.Asked(), now) {
			l.Close()
		}
		if h.missing(now) != nil {
			return now
		}
	}
	if h.lossy != nil {
		leaves = h.lossy.Dial(l, now, t.losses.of(h.lossy, n, f))
	} else {
		leaves = h.dialer.Dial(l, now)
	}
	f.conn = l.Hold()
	return leaves
}

// pours says when the answer to a fetch is here whose first byte would be at an instant, and whose last is not before another, and ends the use of its
// connection. It returns how long it waits for answers before it on that.
func (s *site) pours(t *tier, h *nextHop, f *flight, n uint32, first, last int64) (waits int64) {
	if t.pools == nil {
		l := &t.lines[f.number][f.choice]
		if s.trace != nil || h.lossy != nil || !l.Has(f.conn) {
			return s.poursApart(t, h, l, n, first, last)
		}
		waits, f.takes = h.dialer.Answer(l, f.bytes, first)
		first += waits
		f.first, f.last = first, max(last, first+f.takes)
		l.Leave(f.conn, f.last)
		f.conn = 0
		return waits
	}
	s.poursAlone(t, h, f, n, first, last)
	return 0
}

// poursApart is pours over a connection that loses packets, is followed, or was closed meanwhile.
func (s *site) poursApart(t *tier, h *nextHop, l *transport.Line, n uint32, first, last int64) (waits int64) {
	f := &t.flights.pool[n]
	if !l.Has(f.conn) {
		unused := transport.Unused()
		l = &unused
	}
	if s.trace != nil {
		s.trace.answers(s, t, n, l, first-h.rtt())
	}
	if h.lossy != nil {
		waits, f.takes = h.lossy.Answer(l, f.bytes, first, t.losses.of(h.lossy, n, f))
	} else {
		waits, f.takes = h.dialer.Answer(l, f.bytes, first)
	}
	f.first, f.last = first+waits, max(last, first+waits+f.takes)
	t.leaveConnection(f, f.last, true)
	return waits
}

// expect notes that a site without state sends the object of a fetch, of which the first byte is here at first.
func (s *site) expect(t *tier, f *flight, n uint32, first int64) {
	t.books[f.number][f.choice].sent += uint64(f.bytes)
	f.first, f.last = first, first+f.takes
	s.fills.push(fillEntry{at: f.last, tier: uint32(t.number), flight: n})
}

// landFetch takes the answer to a fetch: those who waited are served, and the object goes into the cache when its
// last byte is here.
func (s *site) landFetch(m *message) {
	t, n := s.tier(m.of), m.token
	f := &t.flights.pool[n]
	f.waitedAbove(m)
	r := m.reply()
	var v *renewal
	if t.aging != nil {
		v = &t.aging.renewals[n]
		v.lands(t, f, m)
	}
	f.queue, f.service, f.copied = r.queue, m.service, m.verdict&copiedBit != 0
	f.link, f.isLate = m.linkWait(), m.verdict&lateBit != 0
	first, last := m.at, m.at+r.pours
	if f.isLate {
		first, last = m.at-r.pours, m.at
	}
	waits := s.pours(t, &t.hops[f.number][f.choice], f, n, first, last)
	if v != nil {
		s.settleRenewal(t, f, v)
	}
	if s.trace != nil {
		s.trace.lands(s, t, n, s.trace.plan.sites[t.hops[f.number][f.choice].to].id, waits)
	}
	pours := f.last > m.at
	if pours {
		s.fills.push(fillEntry{at: f.last, tier: uint32(t.number), flight: n})
	}
	if v != nil {
		s.concludeWaiters(t, n, m.at)
	} else {
		s.answerWaiters(t, n, m.at)
	}
	if !pours {
		s.endFetch(t, n, m.at) // at once: of what happens at an instant, fills come first
	}
}

// landFetchUnanswered lets a fetch wait for its timer, since the site that was asked has failed.
func (s *site) landFetchUnanswered(m *message) {
	t := s.tier(m.of)
	f := &t.flights.pool[m.token]
	at, _ := t.hops[f.number][f.choice].silence(f.left, m.at)
	s.setTimer(t, m.token, at)
}

// setTimer ends the wait of a fetch for an answer at an instant.
func (s *site) setTimer(t *tier, n uint32, at int64) {
	m := s.send(s.id, at)
	m.kind, m.of, m.token = timer, t.number, n
}

// expire ends the wait for a hop that has not answered: the fetch asks the next, once, or fails.
func (s *site) expire(t *tier, n uint32, now int64) {
	f := &t.flights.pool[n]
	if s.trace != nil {
		s.trace.silent(s, t, n, now)
	}
	t.leaveConnection(f, now, false)
	if f.isLost || meets(s.outages, now, now) != nil || t.isWrite(n) || !f.moveOn(t.hops[f.number], now) {
		s.failFetch(t, n, now, NextTierDown, true)
		return
	}
	s.fetch(t, n, now)
}

// failFetch ends a fetch without an object: all who wait for it fail. Silent says that nobody has answered.
func (s *site) failFetch(t *tier, n uint32, now int64, why Reason, silent bool) {
	t.leaveConnection(&t.flights.pool[n], now, true) // refused; those without an answer have left it
	if t.aging != nil {
		s.failRenewal(t, n, now, silent)
		return
	}
	f := &t.flights.pool[n]
	for w := s.takeWaiters(f); w != 0; w = s.dismiss(w) {
		waiting := s.waiters.at(w)
		if m := waiting.question; m == nil {
			s.forgetPart(waiting.part)
			s.clients[waiting.clients].fail(&waiting.request, now, why)
		} else if !s.sendNoAnswerIfDown(m, now) {
			s.sendBack(m, refusal, now)
			m.verdict = uint8(why)
		}
	}
	if f.isLost {
		t.flights.release(n)
	} else {
		t.flights.remove(n)
	}
}

// answerWaiters serves those who wait for a fetch that has an answer now, at a tier that does not age.
func (s *site) answerWaiters(t *tier, n uint32, now int64) {
	f := &t.flights.pool[n]
	for w := s.takeWaiters(f); w != 0; w = s.dismiss(w) {
		waiting := s.waiters.at(w)
		if waiting.part != 0 {
			s.pourPart(t, waiting.part, f, waiting.outcome, now)
		} else if m := waiting.question; m != nil {
			if waiting.outcome == Miss {
				m.addLinkWait(f.link)
				s.sendFetched(m, f, max(now, f.first))
			} else {
				s.sendJoined(t, m, f, now)
			}
		} else {
			f.answer(&s.clients[waiting.clients], &waiting.request, waiting.outcome, now)
		}
	}
}

// answer tallies a user's request for an object whose fetch has an answer.
func (f *flight) answer(c *clients, r *request, outcome Outcome, now int64) {
	a := served{outcome: outcome, bytes: r.size(f.bytes), first: max(f.from(c, r, now), f.first), last: max(now, f.last)}
	if outcome == Miss {
		f.waits(&a)
	}
	if f.second { // a site that was asked has not answered
		a.inVain = f.waitedInVain(r.arrived, a.first)
	}
	c.answer(r, &a)
}

// from returns from which instant on a user can get what has come. Who waited for an answer that came with its last byte got the first
// before, unless he is behind a link that is shared: what crosses that is not known any more.
func (f *flight) from(c *clients, r *request, now int64) int64 {
	if f.isLate && c.links == nil {
		return r.arrived
	}
	return now
}

// A waiter is a request that waits for a fetch: a user's, or another site's, of which all is in the first line of the processor's cache.
type waiter struct {
	question *message // of another site, nil for a user
	outcome  Outcome
	next     uint32 // that waits behind it, of the last the first, while the fetch has no answer
	part     uint32 // the number of the part of an object that a user asks for, 0 where that is the whole
	request
	_ [16]byte // two lines in all
}

// wait puts a place behind those that wait for a fetch; the caller fills in who does.
func (s *site) wait(f *flight) *waiter {
	n := s.waiters.add()
	w := s.waiters.at(n)
	w.next, w.part = n, 0
	if f.waiters != 0 {
		last := s.waiters.at(f.waiters)
		w.next, last.next = last.next, n
	}
	f.waiters = n
	return w
}

// takeWaiters takes all who wait for a fetch, in the order in which they came: they are answered in that. It returns the first, 0 if there is none, behind which the others are.
func (s *site) takeWaiters(f *flight) (first uint32) {
	if f.waiters == 0 {
		return 0
	}
	last := s.waiters.at(f.waiters)
	first, last.next, f.waiters = last.next, 0, 0
	return first
}

// dismiss frees the place of one who waited and returns the next.
func (s *site) dismiss(n uint32) (next uint32) {
	w := s.waiters.at(n)
	s.waiters.remove(n)
	return w.next
}
