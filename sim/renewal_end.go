package sim

import "github.com/edgewise-sim/edgewise/cache/freshness"

// A fetchWait is how a request waits for a fetch, of an object or of a slice of it.
type fetchWait struct {
	arrived, asked int64 // the instants at which the request came, and at which it asked for what is fetched
	from           int64 // the instant from which on it can get a byte
	upTo           int64 // it wants the bytes of what is fetched up to this one; 0 is all
	began          bool  // it has begun the fetch
}

// ends says how one who waits is served by a fetch that has an end, and returns for how long of that what is held is read.
func (v *renewal) ends(is *served, of *aging, f *flight, w *fetchWait, now int64) (read int64) {
	is.outcome, is.first, is.last = v.outcome(w.began), max(w.from, f.first), max(now, f.last)
	if w.upTo > 0 && v.isWhole() { // the bytes come evenly; for those behind nobody waits
		is.last = max(is.first, f.first+proportion(f.last-f.first, w.upTo, f.bytes))
	}
	if w.began {
		read = of.readTime(&v.sought)
		is.first, is.last = is.first+read, is.last+read
	} else if waited := max(now, f.last) - w.asked; v.policy.Waits(waited) != waited { // until who waits looks again
		is.first = w.asked + v.policy.Waits(waited)
		is.last = is.first
	}
	v.waits(f, is, w.arrived, read, w.began)
	return read
}

// concludeWaiters answers all who wait for a fetch that has an end now.
func (s *site) concludeWaiters(t *tier, n uint32, now int64) {
	f, v := &t.flights.pool[n], &t.aging.renewals[n]
	for w := s.takeWaiters(f); w != 0; {
		number, waiting := w, s.waiters.at(w)
		w = waiting.next
		if m := waiting.question; m != nil {
			s.passOn(t, f, v, m, waiting.outcome == Miss, now)
		} else if waiting.part != 0 && t.sliceBytes > 0 {
			s.pourAgedPart(t, waiting.part, n, waiting.outcome == Miss, now)
			f, v = &t.flights.pool[n], &t.aging.renewals[n] // others may have moved them
		} else {
			upTo := int64(0)
			if waiting.part != 0 {
				upTo = s.parts.at(waiting.part).to
				s.forgetPart(waiting.part)
			}
			s.conclude(t, f, v, &s.clients[waiting.clients], &waiting.request, upTo, waiting.outcome == Miss || v.writes, now)
		}
		s.waiters.remove(number)
	}
}

// conclude answers a user's request for an object whose fetch has an end, or for the part of it up to a byte; 0 is all of it.
func (s *site) conclude(t *tier, f *flight, v *renewal, c *clients, r *request, upTo int64, began bool, now int64) {
	var a served
	read := v.ends(&a, t.aging, f, &fetchWait{arrived: r.arrived, asked: r.arrived, from: f.from(c, r, now), upTo: upTo, began: began}, now)
	if why, fails := v.failure(); fails {
		c.fail(r, a.first, why)
		return
	}
	sent := a.first - read // what waits for links leaves later
	switch {
	case v.serves, v.confirmed:
		a.bytes = r.size(v.size)
	case v.answer == freshness.Missing:
		a.bytes = errorBytes
	default:
		a.bytes = r.size(f.bytes)
	}
	if !c.answer(r, &a) || v.writes {
		return
	}
	c.countWaited(a.outcome == Stale && sent > r.arrived && r.recorded)
	h := v.brings(f.first)
	c.noteAge(r, v.policy, &h, sent)
}

// outcome returns how a request ends that waits for a fetch which has an end. What is confirmed by a cache that serves it although it is stale
// itself is stale as before: nobody has confirmed it (RFC 9111, section 4.2.4).
func (v *renewal) outcome(began bool) Outcome {
	switch {
	case v.writes:
		return Bypass
	case v.serves, v.confirmed && v.stale:
		return Stale
	case v.confirmed && began:
		return Revalidated
	}
	return outcomeOf(began)
}

// waits says what a request has waited for that came at an instant and waits for a fetch which has an end, beside the way: its answer begins at
// a.first, once what is held is read.
func (v *renewal) waits(f *flight, a *served, arrived, read int64, began bool) {
	if v.silent {
		a.service, a.inVain = read, a.first-read-arrived
		return
	}
	if began {
		f.waits(a)
		a.service += read
	}
	a.inVain = f.waitedInVain(arrived, a.first)
}

// failure returns why whoever waits for a fetch gets no object, if that is so.
func (v *renewal) failure() (why Reason, fails bool) {
	switch {
	case v.serves:
		return CachedError, v.held.Answer == freshness.Broken
	case v.silent:
		return NextTierDown, true
	case v.answer != freshness.Broken:
		return 0, false
	case v.rejected:
		return OriginFull, true
	}
	return OriginError, true
}

// brings returns what is known of what whoever waits for a fetch gets, whose answer was here at an instant.
func (v *renewal) brings(came int64) (h freshness.Held) {
	if v.serves {
		return v.held
	}
	h.AsOf, h.Since, h.Version, h.Answer = v.asOf, came, v.version, v.answer
	return h
}

// countWaited counts a request that has waited for a fetch and then got what is stale.
func (c *clients) countWaited(is bool) {
	if is {
		c.tally.Counters[StaleWaited]++
	}
}

// passOn answers another site's question for an object whose fetch has an end.
func (s *site) passOn(t *tier, f *flight, v *renewal, m *message, began bool, now int64) {
	first, last, read := max(now, f.first), max(now, f.last), int64(0)
	if began {
		read = t.aging.readTime(&v.sought)
		first, last = first+read, last+read
	}
	a := served{first: first}
	v.waits(f, &a, m.at, read, began)
	joined, queue := f.joined && began, a.queue+a.collapse
	var is came
	switch {
	case v.serves:
		is, last = v.sought.came(m, &v.held, first), first
	case v.silent:
		if !s.sendNoAnswerIfDown(m, now) {
			s.sendBack(m, refusal, now)
			m.verdict = uint8(NextTierDown)
		}
		return
	default:
		is.answer, is.silent, is.rejected, is.copied, is.stale, is.version = v.answer, v.silent, v.rejected, true, v.stale, v.version
		is.age = age(v.asOf, first)
		is.confirmed = is.answer == freshness.Good && is.version == m.version()
	}
	if !began && !v.silent {
		joined, queue = true, first-m.at-a.inVain
	}
	m.addLinkWait(a.link)
	asked, bytes := m.at, m.question().bytes
	if !s.sendAnswer(m, &is, first, last, queue, a.service) {
		return
	}
	m.addWaits(joined, a.inVain)
	if !began || v.serves {
		s.hit(t, m, asked, bytes)
	}
}
