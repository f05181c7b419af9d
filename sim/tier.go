package sim

import "github.com/edgewise-sim/edgewise/cache"

// A tier is one cache at one site, with the fetches it has under way.
type tier struct {
	config  cache.Config
	cache   cache.Cache // while the site is open
	flights flightTable
	filling filling
	filled  bool // whether anything was put into the cache, when the site is closed
	up      leg
	// upIsMid says that the next tier is a mid-tier cache and not the origin.
	upIsMid bool
	// remote says, by workload, that the next tier must be asked by message, because it has
	// a state of its own: a cache, or servers that may be busy. Otherwise a fetch is arithmetic.
	remote []bool
	// number tells the site's tiers apart.
	number uint32
	watch  *watch // follows the fetches that a failure concerns, nil if none does
}

// open makes the tier's cache, empty, in the place of one it may have had.
func (t *tier) open(d *cache.Directory) error {
	if t.cache != nil {
		cache.Release(t.cache)
	}
	config := t.config
	config.Directory = d
	var err error
	t.cache, err = cache.New(config)
	return err
}

// close notes what the cache held in the end and lets go of it.
func (t *tier) close() {
	if t.cache == nil {
		return // it could not be opened
	}
	t.filled = t.filling.hasHeld()
	t.filling.finish()
	cache.Release(t.cache)
	t.cache, t.flights = nil, flightTable{}
}

// A waiter is a request that waits for a fetch: a user's, or another site's.
type waiter struct {
	request
	outcome Outcome
	remote  bool
	asking  uint32 // of another site: the number of its message
	next    uint32
}

// visitCacheable serves a user's request for an object.
func (s *site) visitCacheable(v *visit, c *cell) {
	r := c.arrive(v.cell, v.at)
	c.draw(&r)
	if s.edge == nil {
		s.serveAtOrigin(v, c, &r)
		return
	}
	t := s.edge
	key := uint64(v.key)
	if bytes, hit := t.cache.Lookup(key); hit {
		c.answer(&r, &served{outcome: Hit, bytes: r.size(bytes), first: v.at, last: v.at})
		return
	}
	outcome := DelayedHit
	f := t.flights.find(key)
	if f == nil {
		outcome = Miss
		w := c.workload
		n := t.flights.add(key, r.size(w.sizeBytes(v.key)), w.origin.At(c.work, c.count))
		f = s.startFetch(t, n, v.at, w.number, r.recorded)
	}
	if f.first == unknown {
		w := s.wait(f)
		w.request, w.outcome, w.remote = r, outcome, false
		return
	}
	f.answer(c, &r, outcome, v.at)
}

// serveAtOrigin serves a user who enters at the origin itself.
func (s *site) serveAtOrigin(v *visit, c *cell, r *request) {
	w := c.workload
	service := w.origin.At(c.work, c.count)
	start, done := s.origins[w.number].arrive(v.at, service)
	bytes := r.size(w.sizeBytes(v.key))
	if c.answer(r, &served{outcome: Bypass, bytes: bytes, first: done, last: done, queue: start - v.at, service: service}) {
		s.countOrigin(w.number, bytes, r.recorded)
	}
}

// startFetch asks the next tier for the object of a new fetch, which it returns.
func (s *site) startFetch(t *tier, n uint32, now int64, number uint8, recorded bool) *flight {
	f := &t.flights.pool[n]
	switch {
	case t.watch != nil:
		s.follow(t, n, now, number, recorded)
	case t.remote[number]:
		s.askFor(t, n, &t.up, now, number, recorded)
	default:
		f.first = now + t.up.rtt() + f.service
		f.last = f.first + pour(f.bytes, t.up.nsPerByte)
		s.countOrigin(number, f.bytes, recorded)
		s.ledger.sent += uint64(f.bytes)
		s.fills.push(fillEntry{at: f.last, tier: t.number, flight: n})
	}
	return f
}

// askFor sends the question of a fetch on its way to the next tier.
func (s *site) askFor(t *tier, n uint32, way *leg, now int64, number uint8, recorded bool) {
	f := &t.flights.pool[n]
	m := s.send(uint32(way.to), now+way.up)
	m.kind, m.index, m.toMid, m.recorded = fetch, number, t.upIsMid, recorded
	m.token, m.word, m.delay, m.bytes, m.service = n<<1|t.number, f.key, way.down, f.bytes, f.service
}

// countOrigin counts a fetch from the origin.
func (s *site) countOrigin(number uint8, bytes int64, recorded bool) {
	if recorded {
		count := &s.fromOrigin[number]
		count.requests++
		count.bytes += uint64(bytes)
	}
}

// fill puts the next object that arrives into its cache.
func (s *site) fill() {
	e := s.fills.pop()
	n := e.flight
	s.happened.add(e.at, uint64(n)|1<<62)
	t := s.tier(e.tier)
	f := &t.flights.pool[n]
	s.ledger.received += uint64(f.bytes)
	if t.watch != nil && t.watch.errands[n].isLost {
		t.flights.release(n)
		return
	}
	cache.Fill(t.cache, f.key, f.bytes) // it is not there: its fetch began with a miss, and it has but one
	if t.filling.isDue(e.at) {
		t.filling.take(e.at, t.cache.UsedBytes())
	}
	t.flights.remove(n)
}

// The numbers of a site's tiers; they are the lowest bit of a fetch's token, too.
const (
	edgeTier uint32 = iota
	midTier
)

// wait puts a place in the list of those that wait for a fetch; the caller fills in who does.
func (s *site) wait(f *flight) *waiter {
	n := s.freeWaiters
	if n != 0 {
		s.freeWaiters = s.waiting[n].next
	} else {
		if len(s.waiting) == 0 {
			s.waiting = append(s.waiting, waiter{}) // number 0 stands for none
		}
		n = uint32(len(s.waiting))
		s.waiting = append(s.waiting, waiter{})
	}
	w := &s.waiting[n]
	w.next = f.waiters
	f.waiters = n
	return w
}

// dismiss frees the place of one who waited and returns the next.
func (s *site) dismiss(n uint32) (next uint32) {
	w := &s.waiting[n]
	if w.remote {
		s.freeAsking = append(s.freeAsking, w.asking)
	}
	next = w.next
	w.next = s.freeWaiters
	s.freeWaiters = n
	return next
}

// keep copies the message of another site for as long as its fetch waits, and returns its number.
func (s *site) keep(m *message) uint32 {
	if last := len(s.freeAsking) - 1; last >= 0 {
		n := s.freeAsking[last]
		s.freeAsking = s.freeAsking[:last]
		s.asking[n] = *m
		return n
	}
	s.asking = append(s.asking, *m)
	return uint32(len(s.asking) - 1)
}

// answer tallies a user's request for an object whose fetch has an answer; it returns false where the site
// fails first.
func (f *flight) answer(c *cell, r *request, outcome Outcome, now int64) bool {
	a := served{outcome: outcome, bytes: r.size(f.bytes), first: max(now, f.first), last: max(now, f.last)}
	if outcome == Miss {
		a.queue, a.service = f.queue, f.service
	}
	return c.answer(r, &a)
}

// serveFetch answers another site's fetch: from the mid-tier cache, or as the origin.
func (s *site) serveFetch(m *message) {
	if !m.toMid {
		start, done := s.origins[m.index].arrive(m.at, m.service)
		if s.answerSite(m, done, done, start-m.at, m.service) {
			s.countOrigin(m.index, m.bytes, m.recorded)
		}
		return
	}
	t := s.mid
	if m.recorded {
		s.midTallies[m.index].Counters[TierRequests]++
		s.midTallies[m.index].Counters[TierBytes] += uint64(m.bytes)
	}
	if _, hit := t.cache.Lookup(m.word); hit {
		s.answerHit(m, m.at, m.at)
		return
	}
	f := t.flights.find(m.word)
	isNew := f == nil
	if isNew {
		f = s.startFetch(t, t.flights.add(m.word, m.bytes, m.service), m.at, m.index, m.recorded)
	}
	switch {
	case f.first == unknown:
		w := s.wait(f)
		w.remote, w.asking, w.outcome = true, s.keep(m), DelayedHit
		if isNew {
			w.outcome = Miss
		}
	case isNew:
		s.answerSite(m, f.first, f.last, f.queue, f.service)
	default:
		s.answerHit(m, max(m.at, f.first), max(m.at, f.last))
	}
}

// answerHit answers another site's fetch with what the mid-tier cache holds, or has fetched already.
func (s *site) answerHit(m *message, first, last int64) {
	if s.answerSite(m, first, last, 0, 0) && m.recorded {
		s.midTallies[m.index].Counters[TierHits]++
		s.midTallies[m.index].Counters[TierHitBytes] += uint64(m.bytes)
	}
}

// answerSite sends the object of a fetch on its way: its first byte leaves at first, its last is here at
// last. It returns false where the site fails first.
func (s *site) answerSite(m *message, first, last, queue, service int64) bool {
	if s.failsBefore(m, first) {
		return false
	}
	s.ledger.sent += uint64(m.bytes)
	a := s.send(m.sender(), first+m.delay)
	a.kind, a.token, a.delay, a.word, a.service = fetched, m.token, last-first, uint64(queue), service
	return true
}

// landFetch takes the answer to a fetch: those who waited are served, and the object goes into the cache
// when its last byte is here.
func (s *site) landFetch(m *message) {
	t, n := s.tierOf(m)
	f := &t.flights.pool[n]
	nsPerByte := t.up.nsPerByte
	if t.watch != nil {
		nsPerByte = t.watch.ups[t.watch.errands[n].up].nsPerByte
	}
	f.first = m.at
	f.last = max(m.at+m.delay, m.at+pour(f.bytes, nsPerByte))
	f.queue, f.service = int64(m.word), m.service
	s.answerWaiters(t, n, m.at)
}

// tierOf returns the tier and the number of the fetch that a message is about.
func (s *site) tierOf(m *message) (t *tier, flight uint32) { return s.tier(m.token & 1), m.token >> 1 }

// tier returns a tier by its number.
func (s *site) tier(number uint32) *tier {
	if number == midTier {
		return s.mid
	}
	return s.edge
}

// answerWaiters serves those who wait for a fetch that has an answer now.
func (s *site) answerWaiters(t *tier, n uint32, now int64) {
	f := &t.flights.pool[n]
	for w := f.waiters; w != 0; w = s.dismiss(w) {
		waiting := &s.waiting[w]
		if waiting.remote {
			m := &s.asking[waiting.asking]
			if waiting.outcome == Miss {
				s.answerSite(m, f.first, f.last, f.queue, f.service)
			} else {
				s.answerHit(m, f.first, f.last) // it waits for the rest of what another has asked for
			}
		} else if c := &s.cells[waiting.cell]; f.answer(c, &waiting.request, waiting.outcome, now) && t.watch != nil {
			c.waitedInVain(&waiting.request, t.watch.waitedForNobody(n, waiting.arrived))
		}
	}
	f.waiters = 0
	s.fills.push(fillEntry{at: f.last, tier: t.number, flight: n})
}

// pour returns the time that bytes take on a link, in ns.
func pour(bytes int64, nsPerByte float64) int64 {
	return int64(float64(float64(bytes)*nsPerByte) + 0.5)
}
