package sim

import (
	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
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
	pools  [][]transport.Pool // the same over HTTP/1.1; nil where one connection carries all
	books  [][]wayBook        // of what comes from these
	number part               // among the tiers, from the user
	load   originLoad
	steady []steadyWay  // by workload
	losses *fetchLosses // nil where no way that anything is fetched over loses packets
	// tallies count, by workload, what the fetches of other sites met here, and what is fetched.
	tallies []TierTally
	aging   *aging // nil where nothing ever expires
	copies  placement.Copies
	// keepsAll says that all that comes is kept, as it is for good, and that no connection is to be freed.
	keepsAll  bool
	overtakes []bool         // by workload: see [Plan.overtakes]
	servers   *servingCaches // nil where the cache is one
	// sliceBytes is the size of the slices that the cache keeps of objects, 0 where it keeps whole ones.
	sliceBytes int64
}

// keepsCopy reports whether the tier keeps what comes, of which another cache on the way has kept a copy or has not.
func (t *tier) keepsCopy(copied bool) bool {
	switch t.copies {
	case placement.CopyDown:
		return !copied
	case placement.CopyAtEdge:
		return t.number == firstTier
	}
	return true
}

// A steadyWay is how a tier fetches the objects of a workload from a hop that is steady, with all that this needs near at hand.
type steadyWay struct {
	hop   *nextHop        // nil where the first choice is not steady
	asked *nextHop        // the first choice, where that is asked by message, and would be steady but for that; else nil
	line  *transport.Line // nil where a pool has the connections
	load  *originCount
}

// settleWays notes how the tier fetches and what it keeps, when all else is known of it.
func (t *tier) settleWays() {
	t.keepsAll = t.pools == nil && t.aging == nil && t.copies == placement.CopiesEverywhere
	t.steady = make([]steadyWay, len(t.hops))
	for w, hops := range t.hops {
		if len(hops) == 0 {
			continue
		}
		if t.losses == nil && t.pools == nil && hops[0].isAlwaysAsked() {
			t.steady[w] = steadyWay{asked: &hops[0], line: &t.lines[w][0]}
		}
		if !hops[0].isSteady() || t.overtakes[w] {
			continue
		}
		t.steady[w] = steadyWay{hop: &hops[0], load: &t.load.steady[w]}
		if t.pools == nil {
			t.steady[w].line = &t.lines[w][0]
		}
	}
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
	if t.servers != nil {
		t.servers.caches, err = cache.NewServers[freshness.Held](config, t.servers.Apart(), t.servers.MemoryBytes)
		t.cache = t.servers.caches
		return err
	}
	if t.sliceBytes > 0 {
		config.Directory = nil // the keys of slices are not those of objects
	}
	config.InTurns = d == nil && t.sliceBytes == 0
	if t.aging == nil {
		t.cache, err = cache.New(config)
		return err
	}
	if t.aging.cache, err = cache.NewNoted[freshness.Held](config); err == nil {
		t.cache = t.aging.cache
	}
	return err
}

// hangUp closes all connections, or begins a tier that has none.
func (t *tier) hangUp() {
	for w := range t.lines {
		for i := range t.lines[w] {
			t.lines[w][i].Close()
			if t.pools != nil {
				t.pools[w][i].Clear()
			}
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
	if t.aging != nil {
		t.aging.cache = nil
	}
}

// tier returns a tier by its number.
func (s *site) tier(number part) *tier { return s.tiers[number] }

// visitCacheable serves a user's request for an object.
func (s *site) visitCacheable(v *arrival, c *clients) {
	var r request
	c.arrive(&r, v.clients, v.at)
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
	s.await(t, key, v, c, &r)
}

// await answers a user's request for what a cache does not hold, with a fetch under way or one that begins, by the key under which the cache
// has the object.
func (s *site) await(t *tier, key uint64, v *arrival, c *clients, r *request) {
	outcome := DelayedHit
	f := t.flights.find(key)
	if f == nil {
		outcome = Miss
		w := c.workload
		var n uint32
		f, n = t.flights.add(key, r.size(w.sizeBytes(v.key)), w.origin.At(c.work, c.count))
		if t.losses != nil {
			t.losses.begins(c, c.count)
		}
		s.startFetch(t, f, n, v.at, w.number, r.recorded)
	}
	if f.first == unknown {
		w := s.wait(f)
		w.request, w.outcome, w.question = *r, outcome, nil
		return
	}
	f.answer(c, r, outcome, v.at)
}

// serveAtOrigin serves a user who enters at the origin itself.
func (s *site) serveAtOrigin(v *arrival, c *clients, r *request) {
	w := c.workload
	service := slowed(s.slow, v.at, w.origin.At(c.work, c.count))
	if within(s.errors, v.at) {
		s.served[w.number].add(errorBytes, r.recorded)
		s.courses.fetched(w.number, int(s.id), r.arrived, errorBytes, r.recorded)
		c.fail(r, v.at+service, OriginError)
		return
	}
	a := served{outcome: Bypass, bytes: r.size(w.sizeBytes(v.key)), service: service}
	servers := s.origins[w.number]
	if servers.isShared() {
		waits := s.computations.add()
		*s.computations.at(waits) = computation{request: *r, served: a}
		if !s.join(servers, job{of: originJob, workload: w.number, waits: waits, service: service}, v.at) {
			s.computations.remove(waits)
			c.fail(r, v.at, QueueFull)
		}
		return
	}
	start, done, ok := servers.arrive(v.at, service)
	if !ok {
		c.fail(r, v.at, servers.whyNot())
		return
	}
	a.first, a.last, a.queue = done, done, start-v.at
	s.answerFromOrigin(c, r, &a)
}

// answerFromOrigin answers a user who enters at the origin itself, which does its work for a client who has given up, too.
func (s *site) answerFromOrigin(c *clients, r *request, a *served) {
	if s.trace != nil {
		s.trace.worked(s, c, r, a, "origin: works on it")
	}
	worksInVain := c.patience != nil && c.outageOf(r, a.first) == nil
	if c.answer(r, a) || worksInVain {
		s.served[c.workload.number].add(a.bytes, r.recorded)
		s.courses.fetched(c.workload.number, int(s.id), r.arrived, a.bytes, r.recorded)
	}
}

// serveFromTier answers another site's question for an object from a cache here.
func (s *site) serveFromTier(t *tier, m *message) {
	if t.losses != nil {
		t.losses.receives(m)
	}
	if t.aging != nil {
		s.serveAging(t, m)
		return
	}
	bytes, key, ready := m.question().bytes, m.key, m.at
	if t.servers != nil {
		key = t.servers.keyOf(m.key, m.order)
		t.servers.count(key, bytes, m.recorded)
	}
	s.meet(t, m, bytes)
	if _, hit := t.cache.Lookup(key); hit {
		if t.servers != nil {
			ready += t.servers.readTime()
		}
		if s.trace != nil {
			s.trace.holds(s, t, m, key, ready)
		}
		s.sendHit(t, m, ready)
		return
	}
	f := t.flights.find(key)
	if s.trace != nil {
		s.trace.receives(m)
		s.trace.misses(s, t, key, f, m.at)
	}
	isNew := f == nil
	if isNew {
		var n uint32
		f, n = t.flights.add(key, bytes, m.service)
		s.startFetch(t, f, n, m.at, m.index, m.recorded)
	}
	switch {
	case f.first == unknown:
		w := s.wait(f)
		w.question, w.outcome = m, DelayedHit
		if isNew {
			w.outcome = Miss
		}
	case isNew:
		s.sendFetched(m, f, f.first)
	default:
		s.sendJoined(t, m, f, m.at)
	}
}

// sendHit answers another site's question with what a cache here holds, and has read until an instant.
func (s *site) sendHit(t *tier, m *message, ready int64) {
	asked, bytes := m.at, m.question().bytes
	if s.sendObject(m, ready, ready, 0, ready-asked, false) {
		s.hit(t, m, asked, bytes)
	}
}

// sendJoined answers another site's question, at an instant, with what is fetched already, of which the first byte may still be on its way.
func (s *site) sendJoined(t *tier, m *message, f *flight, now int64) {
	asked, bytes, first := m.at, m.question().bytes, max(now, f.first)
	inVain := f.waitedInVain(asked, first)
	if s.sendObject(m, first, max(now, f.last), first-asked-inVain, 0, true) {
		m.addWaits(true, inVain)
		s.hit(t, m, asked, bytes)
	}
}

// sendFetched answers another site's question with what has been fetched for it, of which the first byte leaves at an instant.
func (s *site) sendFetched(m *message, f *flight, first int64) {
	inVain := f.waitedInVain(m.at, first)
	if s.sendObject(m, first, f.last, f.queue, f.service, true) {
		m.addWaits(f.joined, inVain)
	}
}

// meet counts another site's question at a tier.
func (s *site) meet(t *tier, m *message, bytes int64) {
	if m.recorded {
		t.tallies[m.index].Counters[TierRequests]++
		t.tallies[m.index].Counters[TierBytes] += uint64(bytes)
		s.courses.met(m.index, t.number, m.at)
	}
}

// hit counts that the tier had what another site asked for at an instant, or has joined a fetch for it. The message is on its way back.
func (s *site) hit(t *tier, m *message, asked, bytes int64) {
	if m.recorded {
		t.tallies[m.index].Counters[TierHits]++
		t.tallies[m.index].Counters[TierHitBytes] += uint64(bytes)
		s.courses.hit(m.index, t.number, asked)
	}
}

// sendObject sends an object to the site that has asked for it: its first byte leaves at first, its last is here
// at last. Copied says that this tier, or one further up, keeps a copy of what passes through. It returns false where this site fails first.
func (s *site) sendObject(m *message, first, last, queue, service int64, copied bool) bool {
	bytes, asker := m.question().bytes, m.sender()
	if !s.reply(m, first, reply{queue: queue, pours: last - first}, service) {
		return false
	}
	if copied {
		m.verdict = copiedBit
	}
	s.sentTo[asker] += uint64(bytes)
	return true
}

// fill puts the next object that arrives into its cache, or takes the next answer that is ready.
func (s *site) fill() {
	e := s.fills.pop()
	if e.tier&readyBit != 0 {
		s.happened.add(e.at, uint64(e.flight)|1<<61)
		s.now = e.at
		s.isReady(s.tier(part(e.tier&^readyBit)), e.flight, e.at, e.at)
		return
	}
	s.endFetch(s.tier(part(e.tier)), e.flight, e.at)
}

// endFetch ends a fetch whose object is all here at an instant.
func (s *site) endFetch(t *tier, n uint32, now int64) {
	s.happened.add(now, uint64(n)|1<<62)
	f := &t.flights.pool[n]
	t.books[f.number][f.choice].received += uint64(f.bytes)
	if f.isLost {
		t.flights.release(n)
		return
	}
	switch {
	case s.trace != nil:
		s.trace.fills(s, t, n, now)
	case t.keepsAll:
		cache.Fill(t.cache, f.key, f.bytes) // it is not there: its fetch began with a miss, and it has but one
	case t.aging != nil && t.pools == nil:
		s.store(t, n, now)
	default:
		s.fillByRule(t, f, n, now)
	}
	if t.held.isDue(now) {
		t.held.take(now, t.cache.UsedBytes())
	}
	t.flights.remove(n)
}

// fillByRule puts an object into a cache that does not keep all that comes for good, or frees the connection that it came over.
func (s *site) fillByRule(t *tier, f *flight, n uint32, now int64) {
	if t.pools != nil {
		t.leaveConnection(f, now, true)
	}
	if t.aging != nil {
		s.store(t, n, now)
	} else if t.keepsCopy(f.copied) {
		cache.Fill(t.cache, f.key, f.bytes)
	}
}
