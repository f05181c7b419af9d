package sim

import (
	"time"

	"github.com/edgewise-sim/edgewise/cache/freshness"
)

// A renewal is what a tier that ages knows of a fetch besides the flight: what it asks for, and what has come.
type renewal struct {
	look
	bytes int64  // of the object, at the request that began it
	known uint32 // the version that is to be confirmed, 0 if there is none
	// background says that nobody waits for it but who came later, drops that what it brings is not kept.
	background, drops bool
	came
	// asOf is the instant from which on the cache counts the object's age; serves says that the fetch has failed, and what is
	// held is served in its place.
	asOf   int64
	serves bool
	_      [16]byte // two lines of the processor's cache in all
}

// What came of a fetch.
type came struct {
	answer freshness.Answer
	// confirmed says that the object has not changed: 304. silent says that nobody has answered, rejected that the origin's
	// servers have not worked on it.
	confirmed, silent, rejected bool
	// copied says that a cache on the way has kept a copy, or passes on what another has; stale that one serves it although it is stale.
	copied  bool
	stale   bool
	version uint32
	age     uint32 // s, when it was sent
}

// isWhole reports whether an answer brings the object.
func (v *renewal) isWhole() bool {
	return !v.silent && !v.confirmed && !v.serves && v.answer == freshness.Good
}

// carries returns the bytes of an answer to a question for an object of so many.
func (c *came) carries(bytes int64) int64 {
	switch {
	case c.silent || c.confirmed:
		return 0
	case c.answer != freshness.Good:
		return errorBytes
	}
	return bytes
}

// fromOrigin returns what an origin answers that is asked at an instant for an object of which a version is known.
func (c *content) fromOrigin(errors []span, key uint32, at int64, has uint32) came {
	object := c.object(key)
	class := c.class(object)
	control := &c.controls[class]
	if within(errors, at) {
		return came{answer: freshness.Broken}
	}
	is := came{answer: control.Answer(), age: uint32(control.Age / time.Second)}
	if is.answer == freshness.Good {
		is.version = c.version(class, object, at)
		is.confirmed = has == is.version
	}
	return is
}

// apartBit marks the key of a fetch that nobody joins, which is its number.
const apartBit = 1 << 63

// renew begins the fetch of what was looked for, and returns its number. One that is apart has a key of its own, so that nobody
// joins it.
func (s *site) renew(t *tier, l *look, number uint8, bytes, service, now int64, recorded, background, apart bool) uint32 {
	a := t.aging
	key := l.key
	if apart {
		a.apart++
		key = apartBit | a.apart
	}
	f, n := t.flights.add(key, bytes, service)
	for int(n) >= len(a.renewals) {
		a.renewals = append(a.renewals, renewal{})
	}
	v := &a.renewals[n]
	*v = renewal{look: *l, bytes: bytes, background: background}
	if l.has && l.policy.Confirms(&l.held, now) {
		v.known = l.held.Version
	}
	f.number, f.recorded, f.attempt = number, recorded, newAttempt(t.hops[number], now, a.contents[number].primaryOf(objectOf(l.key), l.object))
	if t.losses != nil {
		t.losses.note(n)
	}
	if recorded {
		counters := &t.tallies[number].Counters
		counters[TierFetches]++
		if background {
			counters[TierBackground]++
		}
	}
	if s.trace != nil && !background {
		s.trace.begins(s, t, n)
	}
	s.fetch(t, n, now)
	return n
}

// prepareRenewal settles how many bytes the answer has to the question that a fetch asks now, as far as the one who asks can
// know: an origin without state answers by arithmetic.
func (s *site) prepareRenewal(t *tier, n uint32, now int64) {
	f, v := &t.flights.pool[n], &t.aging.renewals[n]
	f.bytes = v.bytes
	if h := &t.hops[f.number][f.choice]; !h.remote {
		v.came = t.aging.contents[f.number].fromOrigin(h.errors, uint32(v.key), now+h.there, v.known)
		f.bytes = v.carries(v.bytes)
	}
}

// settleRenewal follows from an answer that is here at f.first: how old it is, and whether what is held stands in for it.
func (s *site) settleRenewal(t *tier, n uint32) {
	f, v := &t.flights.pool[n], &t.aging.renewals[n]
	v.asOf = v.policy.AsOf(int64(v.age)*int64(time.Second), f.left, f.first)
	v.serves = v.answer == freshness.Broken && v.has && v.policy.ServesOnError(&v.held, f.first, v.silent)
	if !f.recorded {
		return
	}
	if v.confirmed {
		t.tallies[f.number].Counters[TierConfirmed]++
	}
	if t.sliceBytes > 0 && t.number == firstTier {
		t.tallies[f.number].Counters[TierFetchedBytes] += uint64(v.carries(v.bytes))
	}
}

// now returns what the cache will know of the object that a fetch has brought.
func (v *renewal) now(came int64) freshness.Held {
	return freshness.Held{AsOf: v.asOf, Since: came, Version: v.version, Answer: v.answer}
}

// store puts what a fetch has brought into the cache, at the instant at which it is all here.
func (s *site) store(t *tier, n uint32, now int64) {
	f, v := &t.flights.pool[n], &t.aging.renewals[n]
	key := v.key
	switch {
	case v.confirmed:
		t.aging.put(key, v.now(f.first))
	case v.serves:
		if h := v.held; v.policy.Extend(&h, now) {
			t.aging.put(key, h)
		}
	case v.silent && !v.policy.KeepsSilence(), v.drops:
	case v.answer == freshness.Broken && v.background && v.policy.EvictsOnError():
		t.cache.Remove(key)
	case v.answer == freshness.Broken && v.policy.KeepsFailure(), v.policy.Keeps(v.answer):
		if v.has {
			t.cache.Remove(key) // its size may be another
		}
		if !v.has && !t.keepsCopy(v.copied) {
			return
		}
		bytes := f.bytes
		if v.silent {
			bytes = errorBytes // of its own
		}
		if t.servers == nil {
			t.aging.cache.InsertNoted(key, bytes, v.now(f.first))
		} else {
			t.servers.caches.InsertNoted(key, bytes, v.now(f.first))
		}
	}
}

// agingVisits is the kind of clients whose objects age at the first tier: their visits take another way.
const agingVisits = numKinds

// visitOther serves a user's request that is not for an object which is fresh for ever.
func (s *site) visitOther(v *arrival, c *clients, kind Kind) {
	switch kind {
	case agingVisits:
		s.visitAging(v, c)
	case serverVisits:
		s.visitServers(v, c)
	case tracedVisits:
		s.trace.visits(s, v, c)
		s.visitCacheable(v, c)
	case patientVisits:
		s.visitPatiently(v, c)
	case rangeVisits:
		s.visitRange(v, c)
	default:
		s.visitComputed(v, c)
	}
}

// visitAging serves a user's request for an object at a tier that ages.
func (s *site) visitAging(v *arrival, c *clients) {
	request := c.arrive(v.clients, v.at)
	r := &request
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
	l := a.look(w.number, key, v.at)
	n := t.flights.number(key)
	if s.trace != nil {
		s.trace.visit(s, c, r.number, v.at)
		s.trace.asksForPart(s, v.at, from, upTo, bytes)
		s.trace.looks(s, t, &l, v.at)
	}
	serves, begins := a.decide(&l, w.number, n != 0)
	if s.trace != nil && !serves && !begins {
		s.trace.joins()
	}
	if begins {
		if t.losses != nil {
			t.losses.begins(c, c.count)
		}
		n = s.renew(t, &l, w.number, bytes, w.origin.At(c.work, c.count), v.at, r.recorded, serves, n != 0)
	}
	if serves {
		s.answerHeld(c, r, &l, v.at, a.readTime(&l))
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
	s.conclude(t, n, c, r, upTo, begins, v.at)
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
		c.noteAge(r, l, &l.held, now)
	}
}

// noteAge counts the age of the object that a user gets at an instant, and how much longer than its lifetime it is there.
func (c *clients) noteAge(r *request, l *look, h *freshness.Held, now int64) {
	if r.recorded {
		var is answerAge
		is.see(l.policy, h, now)
		c.countAge(&is)
	}
}

// An answerAge is how old an answer is, and how much longer than its lifetime it is there, in ns; that of its oldest slice where it is made of some.
type answerAge struct {
	ages            bool
	old, staleSince int64
}

// see takes what of an answer a cache has at an instant.
func (a *answerAge) see(p *freshness.Policy, h *freshness.Held, now int64) {
	if h.Answer == freshness.Good && p.Lifetime() < int64(maxRun) {
		a.ages, a.old = true, max(a.old, now-h.AsOf)
		if p.Lifetime() > 0 {
			a.staleSince = max(a.staleSince, p.Staleness(h, now))
		}
	}
}

func (c *clients) countAge(a *answerAge) {
	if a.ages {
		c.tally.Counters[AgedAnswers]++
		c.tally.Counters[AgeMs] += uint64(a.old / nsPerMs)
		if a.staleSince > 0 {
			c.tally.Counters[StaleAnswers]++
			c.tally.Counters[StaleMs] += uint64(a.staleSince / nsPerMs)
		}
	}
}

const nsPerMs = int64(time.Millisecond)

// conclude answers a user's request for an object whose fetch has an end, or for the part of it up to a byte; 0 is all of it.
func (s *site) conclude(t *tier, n uint32, c *clients, r *request, upTo int64, began bool, now int64) {
	f, v := &t.flights.pool[n], &t.aging.renewals[n]
	first, last := max(f.from(c, r, now), f.first), max(now, f.last)
	if upTo > 0 && v.isWhole() { // the bytes come evenly; for those behind nobody waits
		last = max(first, f.first+proportion(f.last-f.first, upTo, f.bytes))
	}
	if !began {
		if poll := v.policy.Waits(max(now, f.last) - r.arrived); poll != max(now, f.last)-r.arrived {
			first, last = r.arrived+poll, r.arrived+poll
		}
	}
	read := int64(0)
	if began {
		read = t.aging.readTime(&v.look)
		first, last = first+read, last+read
	}
	a := served{outcome: v.outcome(began), first: first, last: last}
	v.waits(f, &a, r.arrived, read, began)
	waited := a.outcome == Stale && first-read > r.arrived
	if why, fails := v.failure(); fails {
		c.fail(r, first, why)
		return
	}
	switch {
	case v.serves, v.confirmed:
		a.bytes = r.size(v.size)
	case v.answer == freshness.Missing:
		a.bytes = errorBytes
	default:
		a.bytes = r.size(f.bytes)
	}
	if !c.answer(r, &a) {
		return
	}
	c.countWaited(waited && r.recorded)
	h := v.brings(f.first)
	c.noteAge(r, &v.look, &h, first-read)
}

// outcome returns how a request ends that waits for a fetch which has an end. What is confirmed by a cache that serves it although it is stale
// itself is stale as before: nobody has confirmed it (RFC 9111, section 4.2.4).
func (v *renewal) outcome(began bool) Outcome {
	switch {
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

// countWaited counts a request that has waited for a fetch and then got what is stale.
func (c *clients) countWaited(is bool) {
	if is {
		c.tally.Counters[StaleWaited]++
	}
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
func (v *renewal) brings(came int64) freshness.Held {
	if v.serves {
		return v.held
	}
	return v.now(came)
}

// concludeWaiters answers all who wait for a fetch that has an end now.
func (s *site) concludeWaiters(t *tier, n uint32, now int64) {
	f := &t.flights.pool[n]
	for w := f.waiters; w != 0; w = s.dismiss(w) {
		waiting := s.waiters.at(w)
		if m := waiting.question; m != nil {
			s.passOn(t, n, m, waiting.outcome == Miss, now)
		} else if waiting.part != 0 && t.sliceBytes > 0 {
			s.pourAgedPart(t, waiting.part, n, waiting.outcome == Miss, now)
		} else {
			upTo := int64(0)
			if waiting.part != 0 {
				upTo = s.parts.at(waiting.part).to
				s.forgetPart(waiting.part)
			}
			s.conclude(t, n, &s.clients[waiting.clients], &waiting.request, upTo, waiting.outcome == Miss, now)
		}
	}
	f.waiters = 0
}

// landRenewal takes what an answer says of a fetch.
func (s *site) landRenewal(t *tier, m *message) {
	f, v := &t.flights.pool[m.token], &t.aging.renewals[m.token]
	v.came = m.came()
	if t.sliceBytes > 0 {
		m.setSlice(0) // an answer has waited for no links
	}
	f.bytes = v.carries(v.bytes)
	if v.confirmed {
		f.takes = 0
	}
}

// failRenewal ends a fetch without an answer, or with the news that there is none.
func (s *site) failRenewal(t *tier, n uint32, now int64, silent bool) {
	f, v := &t.flights.pool[n], &t.aging.renewals[n]
	v.came = came{answer: freshness.Broken, silent: silent}
	f.first, f.last = now, now
	if !silent {
		f.asked = now
	}
	s.settleRenewal(t, n)
	if s.trace != nil {
		s.trace.standsIn(s, t, n, now)
	}
	v.silent = true // no bytes have come in any case
	s.concludeWaiters(t, n, now)
	if f.isLost {
		t.flights.release(n)
		return
	}
	s.store(t, n, now)
	t.flights.remove(n)
}

// serveAging answers another site's question for an object from a tier that ages.
func (s *site) serveAging(t *tier, m *message) {
	a := t.aging
	bytes, key := m.question().bytes, uint64(uint32(m.key))|m.slice()<<sliceShift
	if t.servers != nil {
		key = a.keyAt(m.index, key, m.order)
		t.servers.count(key, bytes, m.recorded)
	}
	s.meet(t, m, bytes)
	l := a.look(m.index, key, m.at)
	n := t.flights.number(key)
	if s.trace != nil {
		s.trace.receives(m)
		s.trace.looks(s, t, &l, m.at)
	}
	serves, begins := a.decide(&l, m.index, n != 0)
	if s.trace != nil && !serves && !begins {
		s.trace.joins()
	}
	if begins {
		n = s.renew(t, &l, m.index, bytes, m.service, m.at, m.recorded, serves, n != 0)
	}
	if serves {
		read := a.readTime(&l)
		if read > 0 && s.trace != nil {
			s.trace.readsHeld(s, m.at+read)
		}
		s.sendHeld(t, m, &l, m.at+read, read)
		return
	}
	if f := &t.flights.pool[n]; f.first == unknown {
		w := s.wait(f)
		w.question, w.outcome = m, outcomeOf(begins)
		return
	}
	s.passOn(t, n, m, begins, m.at)
}

// sendHeld answers another site's question with what is held, and has been read for so long.
func (s *site) sendHeld(t *tier, m *message, l *look, now, read int64) {
	asked, bytes := m.at, m.question().bytes
	if s.sendAnswer(m, l.came(m, now), now, now, 0, read) {
		s.hit(t, m, asked, bytes)
	}
}

// came returns what an answer says to a question of another site that brings what is held, at an instant.
func (l *look) came(m *message, now int64) came {
	is := came{answer: l.held.Answer, version: l.held.Version, age: age(&l.held, now), stale: l.state != freshness.Fresh}
	is.confirmed = is.answer == freshness.Good && is.version == m.version()
	return is
}

// passOn answers another site's question for an object whose fetch has an end.
func (s *site) passOn(t *tier, n uint32, m *message, began bool, now int64) {
	f, v := &t.flights.pool[n], &t.aging.renewals[n]
	first, last, read := max(now, f.first), max(now, f.last), int64(0)
	if began {
		read = t.aging.readTime(&v.look)
		first, last = first+read, last+read
	}
	a := served{first: first}
	v.waits(f, &a, m.at, read, began)
	joined, queue := f.joined && began, a.queue+a.collapse
	var is came
	switch {
	case v.serves:
		is, last = v.look.came(m, first), first
	case v.silent:
		if !s.sendNoAnswerIfDown(m, now) {
			s.sendBack(m, refusal, now)
			m.verdict = uint8(NextTierDown)
		}
		return
	default:
		is = v.came
		is.copied = true
		h := v.now(f.first)
		is.age = age(&h, first)
		is.confirmed = is.answer == freshness.Good && is.version == m.version()
	}
	if !began && !v.silent {
		joined, queue = true, first-m.at-a.inVain
	}
	m.addLinkWait(a.link)
	asked, bytes := m.at, m.question().bytes
	if !s.sendAnswer(m, is, first, last, queue, a.service) {
		return
	}
	m.addWaits(joined, a.inVain)
	if !began || v.serves {
		s.hit(t, m, asked, bytes)
	}
}

// sendAnswer sends another site what has become of its question. It returns false where this site fails first.
func (s *site) sendAnswer(m *message, is came, first, last, queue, service int64) bool {
	if s.outages != nil && s.sendNoAnswerIfDown(m, first) {
		return false
	}
	if is.confirmed {
		last = first
	}
	bytes := is.carries(m.question().bytes)
	s.ledger.sent += uint64(bytes)
	s.sendAnswerBack(m, first, bytes)
	m.setReply(reply{queue: queue, pours: last - first})
	m.service = service
	m.setCame(is)
	return true
}

// sendFromAgingOrigin answers another site's question at the origin itself, whose servers are done at an instant.
func (s *site) sendFromAgingOrigin(m *message, done, queue int64) {
	is := s.contents[m.index].fromOrigin(s.errors, uint32(m.key), m.at, m.version())
	asked, bytes := m.at, m.question().bytes
	if s.sendAnswer(m, is, done, done, queue, m.service) {
		s.served[m.index].add(is.carries(bytes), m.recorded)
		s.served[m.index].addConfirmed(is.confirmed, m.recorded)
		s.courses.fetched(m.index, int(s.id), asked, is.carries(bytes), m.recorded)
	}
}

// version returns the version of an object that whoever asks has already, 0 if it has none to be confirmed.
func (m *message) version() uint32 { return uint32(m.key >> 32) }

// came returns what an answer says.
func (m *message) came() came {
	is := came{answer: freshness.Answer(m.verdict & 3), confirmed: m.verdict&4 != 0, copied: m.verdict&copiedBit != 0, version: uint32(m.key >> 32), age: uint32(m.key)}
	if is.answer == freshness.Broken {
		is.rejected = m.verdict&rejectedBit != 0
	} else {
		is.stale = m.verdict&staleBit != 0
	}
	return is
}

func (m *message) setCame(c came) {
	m.key, m.verdict = uint64(c.version)<<32|uint64(c.age), uint8(c.answer)
	if c.confirmed {
		m.verdict |= 4
	}
	if c.copied {
		m.verdict |= copiedBit
	}
	switch {
	case c.answer == freshness.Broken && c.rejected:
		m.verdict |= rejectedBit
	case c.answer != freshness.Broken && c.stale:
		m.verdict |= staleBit
	}
}
