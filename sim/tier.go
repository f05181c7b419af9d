package sim

import (
	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/transport"
)

// A tier is one cache at one site, with the fetches it has under way.
type tier struct {
	config  cache.Config
	cache   cache.Cache // while the site is open
	flights flightTable
	held    fillTimeline
	filled  bool        // whether anything was put into the cache, when the site is closed
	hops    [][]nextHop // by workload: where it fetches from
	// lines are the connections to these: each workload has connections of its own, as it has a host name.
	lines  [][]transport.Line
	number part // among the tiers, from the user
	load   originLoad
	// tallies count, by workload, what the fetches of other sites met here, and what is fetched.
	tallies []TierTally
	aging   *aging // nil where nothing ever expires
}

// firstTier is the number of the tier that users meet; the others follow in order to the origin.
const firstTier part = 0

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

// hangUp closes all connections, or begins a tier that has none.
func (t *tier) hangUp() {
	for w := range t.lines {
		for i := range t.lines[w] {
			t.lines[w][i] = transport.Unused()
		}
	}
}

// close notes what the cache held in the end and lets go of it.
func (t *tier) close() {
	if t.cache == nil {
		return // it could not be opened
	}
	t.filled = t.held.hasHeld()
	t.held.finish()
	cache.Release(t.cache)
	t.cache, t.flights = nil, flightTable{}
}

// tier returns a tier by its number.
func (s *site) tier(number part) *tier { return s.tiers[number] }

// visitCacheable serves a user's request for an object.
func (s *site) visitCacheable(v *arrival, c *clients) {
	r := c.arrive(v.clients, v.at)
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
func (s *site) serveAtOrigin(v *arrival, c *clients, r *request) {
	w := c.workload
	service := w.origin.At(c.work, c.count)
	if within(s.errors, v.at) {
		c.fail(r, v.at+service, OriginError)
		return
	}
	start, done := s.origins[w.number].arrive(v.at, service)
	bytes := r.size(w.sizeBytes(v.key))
	if c.answer(r, &served{outcome: Bypass, bytes: bytes, first: done, last: done, queue: start - v.at, service: service}) {
		s.served[w.number].add(bytes, r.recorded)
	}
}

// serveFromTier answers another site's question for an object from a cache here.
func (s *site) serveFromTier(t *tier, m *message) {
	if t.aging != nil {
		s.serveAging(t, m)
		return
	}
	bytes := m.question().bytes
	if m.recorded {
		t.tallies[m.index].Counters[TierRequests]++
		t.tallies[m.index].Counters[TierBytes] += uint64(bytes)
	}
	if _, hit := t.cache.Lookup(m.key); hit {
		s.sendHit(t, m, m.at, m.at)
		return
	}
	f := t.flights.find(m.key)
	if s.trace != nil {
		s.trace.receives(m)
		s.trace.misses(s, t, f, m.at)
	}
	isNew := f == nil
	if isNew {
		f = s.startFetch(t, t.flights.add(m.key, bytes, m.service), m.at, m.index, m.recorded)
	}
	switch {
	case f.first == unknown:
		w := s.wait(f)
		w.remote, w.asking, w.outcome = true, s.keep(m), DelayedHit
		if isNew {
			w.outcome = Miss
		}
	case isNew:
		s.sendObject(m, f.first, f.last, f.queue, f.service)
	default:
		s.sendHit(t, m, max(m.at, f.first), max(m.at, f.last))
	}
}

// sendHit answers another site's question with what a cache here holds, or has fetched already.
func (s *site) sendHit(t *tier, m *message, first, last int64) {
	if s.sendObject(m, first, last, 0, 0) && m.recorded {
		t.tallies[m.index].Counters[TierHits]++
		t.tallies[m.index].Counters[TierHitBytes] += uint64(m.question().bytes)
	}
}

// sendObject sends an object to the site that has asked for it: its first byte leaves at first, its last is here
// at last. It returns false where this site fails first.
func (s *site) sendObject(m *message, first, last, queue, service int64) bool {
	ok := s.reply(m, first, reply{queue: queue, pours: last - first}, service)
	if ok {
		s.ledger.sent += uint64(m.question().bytes)
	}
	return ok
}

// fill puts the next object that arrives into its cache.
func (s *site) fill() {
	e := s.fills.pop()
	n := e.flight
	s.happened.add(e.at, uint64(n)|1<<62)
	t := s.tier(part(e.tier))
	f := &t.flights.pool[n]
	s.ledger.received += uint64(f.bytes)
	if f.isLost {
		t.flights.release(n)
		return
	}
	if t.aging != nil {
		s.store(t, n, e.at)
	} else {
		cache.Fill(t.cache, f.key, f.bytes) // it is not there: its fetch began with a miss, and it has but one
	}
	if t.held.isDue(e.at) {
		t.held.take(e.at, t.cache.UsedBytes())
	}
	t.flights.remove(n)
}
