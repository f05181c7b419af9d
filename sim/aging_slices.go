package sim

import "github.com/edgewise-sim/edgewise/cache/freshness"

// An agedPart is what is known of a request that is answered slice by slice where objects age. Each slice has an age of its own.
type agedPart struct {
	asked   int64  // when the slice that is due was asked for
	version uint32 // of the object, by the slices so far; 0 before there is one
	age     answerAge
	// waitedForStale says that the first slice is stale, and came after a wait for its fetch.
	waitedForStale bool
}

// ranks says which of the ways in which a request gets its slices it counts as: that with the highest number.
var ranks = [...]uint8{Hit: 0, Stale: 1, DelayedHit: 2, Revalidated: 3, Miss: 4}

// gets notes how a slice was got, so many bytes of which were asked for.
func (p *partAsked) gets(o Outcome, bytes int64) {
	p.got[o] += bytes
	if ranks[o] > ranks[p.outcome] {
		p.outcome = o
	}
}

// wanted returns how many bytes of the slice that is due are asked for.
func (p *partAsked) wanted(sliceBytes int64) int64 {
	begin, end := p.due(sliceBytes)
	return min(p.to, end) - max(p.from, begin)
}

// serveAgedPart serves slices as long as a cache has them and may serve them. It fetches or confirms the first of which that is not so, or waits for who
// does.
func (s *site) serveAgedPart(t *tier, n uint32, now int64) {
	p := s.parts.at(n)
	c := &s.clients[p.clients]
	w, a := c.workload, t.aging
	for {
		begin, end := p.due(t.sliceBytes)
		key := uint64(p.key) | uint64(p.slice)<<sliceShift
		if t.servers != nil {
			key = a.keyAt(w.number, key, c.work.At(p.number))
			t.servers.count(key, p.wanted(t.sliceBytes), p.recorded)
		}
		var l look
		l.find(a, w.number, key, now)
		fetch := t.flights.number(key)
		if s.trace != nil {
			s.trace.looks(s, t, &l, now)
		}
		serves, begins := a.decide(&l, w.number, fetch != 0)
		if s.trace != nil && !serves {
			s.trace.lacksAged(s, t, p, fetch, begins)
		}
		if begins {
			// What the origin works on each slice is drawn by its number, that of the first as of a whole object.
			service := w.origin.At(c.work, p.number+uint64(p.slice-p.begin)<<40)
			if t.losses != nil {
				t.losses.begins(c, p.number+uint64(p.slice)<<40)
			}
			fetch = s.renew(t, &l, w.number, end-begin, service, now, p.recorded, serves, fetch != 0)
		}
		if !serves {
			p.asked = now
			if t.flights.pool[fetch].first == unknown {
				waiting := s.wait(&t.flights.pool[fetch])
				waiting.request, waiting.outcome, waiting.question, waiting.part = p.request, outcomeOf(begins), nil, n
				return
			}
			s.pourAgedPart(t, n, fetch, begins, now)
			return
		}
		if !s.takeHeldSlice(t, n, &l, now) {
			return
		}
		if end >= p.to {
			s.concludePart(t, n)
			return
		}
		p.slice++
	}
}

// takeHeldSlice takes a slice that a cache holds and may serve. It returns false where that is the end of the answer.
func (s *site) takeHeldSlice(t *tier, n uint32, l *look, now int64) bool {
	p := s.parts.at(n)
	read := t.aging.readTime(&l.sought)
	if !p.isBegun {
		p.isBegun, p.first, p.waits.service = true, now+read, read
		if read > 0 && s.trace != nil {
			s.trace.readsHeld(s, now+read)
		}
		if l.held.Answer == freshness.Missing {
			s.endPart(n, &served{outcome: NegativeHit, bytes: errorBytes, first: p.first, last: p.first, service: read})
			return false
		}
	}
	switch {
	case l.held.Answer != freshness.Good:
		s.failPart(n, now+read, CachedError)
		return false
	case !p.goesOnWith(t.aging.contents[s.clients[p.clients].workload.number], l.held.Version):
		s.failPart(n, now+read, ObjectChanged)
		return false
	}
	o := Hit
	if l.state != freshness.Fresh {
		o = Stale
	}
	p.gets(o, p.wanted(t.sliceBytes))
	p.age.see(l.policy, &l.held, now)
	p.last = max(p.first, now)
	if s.trace != nil {
		s.trace.gets(s, t, p, o, nil, p.last)
	}
	return true
}

// pourAgedPart takes what a fetch of a slice has brought, or that there is none: the next slice is due when all of it is here.
func (s *site) pourAgedPart(t *tier, n, fetch uint32, began bool, now int64) {
	p, f, v := s.parts.at(n), &t.flights.pool[fetch], &t.aging.renewals[fetch]
	begin, end := p.due(t.sliceBytes)
	w := fetchWait{arrived: p.arrived, asked: p.asked, from: now, began: began}
	if end >= p.to { // for those behind what is asked for nobody waits
		w.upTo = p.to - begin
	}
	var is served
	read := v.ends(&is, t.aging, f, &w, now)
	held := v.brings(f.first)
	why, fails := v.failure()
	switch {
	case fails:
		s.failPart(n, is.first, why)
		return
	case held.Answer == freshness.Missing && !p.isBegun:
		is.bytes = errorBytes
		s.endPart(n, &is)
		return
	case held.Answer == freshness.Missing: // no slice of such an object is there
		s.failPart(n, is.first, OriginError)
		return
	case !p.goesOnWith(t.aging.contents[f.number], held.Version):
		v.drops = v.drops || began && v.isWhole() && v.policy.DropsOtherVersions()
		s.failPart(n, is.first, ObjectChanged)
		return
	}
	if !p.isBegun {
		p.isBegun, p.first, p.waits = true, is.first, is
		p.waitedForStale = is.outcome == Stale && is.first-read > p.asked
	}
	p.gets(is.outcome, p.wanted(t.sliceBytes))
	p.age.see(v.policy, &held, is.first-read)
	if s.trace != nil {
		s.trace.gets(s, t, p, is.outcome, f, is.last)
	}
	if end >= p.to {
		p.last = is.last
		s.concludePart(t, n)
		return
	}
	m := s.send(s.id, is.last)
	m.kind, m.token = nextSlice, n
	p.slice++
}

// goesOnWith reports whether an answer goes on with a slice of some version of its object. nginx compares the ETag of every slice with that of the first
// and breaks off where they differ; where the origin sends no validator there is nothing to compare, and slices of several versions make up one answer.
func (p *partAsked) goesOnWith(c *agingContent, version uint32) bool {
	if p.version == 0 {
		p.version = version
	}
	return p.version == version || !c.controls[c.class(c.object(p.key))].Validator
}

// endPart answers a user with an error in place of the object.
func (s *site) endPart(n uint32, is *served) {
	r := s.parts.at(n).request
	s.parts.remove(n)
	s.clients[r.clients].answer(&r, is)
}

// failPart ends a request that cannot be answered, or not to its end.
func (s *site) failPart(n uint32, now int64, why Reason) {
	r := s.parts.at(n).request
	s.parts.remove(n)
	s.clients[r.clients].fail(&r, now, why)
}
