package sim

import "github.com/edgewise-sim/edgewise/cache/freshness"

// visitAging serves a user's request for an object at a tier that ages.
func (s *site) visitAging(v *arrival, c *clients) {
	if c.workload.isWrite(v.key) {
		s.visitWrite(v, c)
		return
	}
	var request request
	r := &request
	c.arrive(r, v.clients, v.at)
	c.draw(r)
	t, w := s.edge, c.workload
	a, key := t.aging, uint64(v.key)
	bytes, from, upTo := r.size(w.variantBytes(v.key)), int64(0), int64(0)
	if w.ranges.Share > 0 {
		from, upTo = c.drawPart(bytes)
		r.bytes = upTo - from
	}
	if t.servers != nil {
		key = a.keyAt(w.number, key, c.work.At(c.count))
		t.servers.count(key, r.size(bytes), r.recorded)
	}
	var l look
	l.find(a, w.number, key, v.at)
	n := t.flights.number(key)
	if s.trace != nil {
		s.trace.visit(s, c, r.number, v.at)
		s.trace.asksForPart(s, v.at, from, upTo, bytes)
		s.trace.looks(s, t, &l, v.at)
	}
	serves, begins := a.decide(&l, w.number, n != 0)
	if s.trace != nil && !serves && !begins {
		s.trace.joins(s, t, n)
	}
	if begins {
		if t.losses != nil {
			t.losses.begins(c, c.count)
		}
		n = s.renew(t, &l, w.number, bytes, w.origin.At(c.work, c.count), v.at, r.recorded, serves, n != 0)
	}
	if serves {
		s.answerHeld(c, r, &l, v.at, a.readTime(&l.sought))
		return
	}
	if f := &t.flights.pool[n]; f.first == unknown {
		waiting := s.wait(f)
		waiting.request, waiting.outcome, waiting.question = *r, outcomeOf(begins), nil
		if upTo > 0 {
			waiting.part = s.parts.add()
			*s.parts.at(waiting.part) = partAsked{to: upTo}
		}
		return
	}
	s.conclude(t, &t.flights.pool[n], &a.renewals[n], c, r, upTo, begins, v.at)
}

// outcomeOf returns how a request ends whose object is fetched, as far as is known before it has come.
func outcomeOf(began bool) Outcome {
	if began {
		return Miss
	}
	return DelayedHit
}

// answerHeld answers a request of a user with what is held, stale or not, once it is read.
func (s *site) answerHeld(c *clients, r *request, l *look, now, read int64) {
	if read > 0 && s.trace != nil {
		s.trace.readsHeld(s, now+read)
	}
	if l.held.Answer == freshness.Broken {
		c.fail(r, now+read, CachedError)
		return
	}
	a := served{outcome: Hit, bytes: r.size(l.size), first: now + read, last: now + read, service: read}
	switch {
	case l.held.Answer == freshness.Missing:
		a.outcome, a.bytes = NegativeHit, errorBytes
	case l.state != freshness.Fresh:
		a.outcome = Stale
	}
	if c.answer(r, &a) {
		c.noteAge(r, l.policy, &l.held, now)
	}
}
