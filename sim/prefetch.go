package sim

import "github.com/edgewise-sim/edgewise/cache"

// prefetching says whether a site reads what it will soon need before it needs it, many keys at a time, so that the
// processor waits for the memory once and not key by key. It changes no result; false leaves all of it out.
const prefetching = true

// prefetchBlock reads the entries of the directory that a block of requests will look up.
func (s *site) prefetchBlock() {
	if !prefetching || s.directory == nil {
		return
	}
	touched := s.touched
	for i := range s.block.arrivals {
		touched ^= s.directory.Touch(uint64(s.block.arrivals[i].key))
	}
	s.touched = touched // so that the compiler keeps the reads
}

// lookAhead is where a worker collects what sites will need in a window, which stays near to the processor.
type lookAhead struct {
	lookups, fills [lookAheadMost]uint64 // keys
	flights        [lookAheadMost]uint32 // that will be answered
	homes, waiters [lookAheadMost]uint32 // of these
}

// lookAheadMost is how many requests of users, and answers, are looked at ahead at most.
const lookAheadMost = 128

// prefetchWindow reads what a window that ends then will need, in rounds, each of what the rounds before have read: the messages; the
// fetches that they answer, and what leads to those that users may begin or join; who waits for these; and what the first cache will
// look up and put in. No branch depends on what a round reads, so that the processor waits for many places at once.
func (s *site) prefetchWindow(end int64, a *lookAhead) {
	if !prefetching {
		return
	}
	touched := s.touched
	fresh := s.inbox.fresh
	t := s.edge
	if t == nil {
		for i := range fresh {
			touched ^= fresh[i].m.token
		}
		s.touched = touched
		return
	}
	answers := 0
	for i := range fresh[:min(len(fresh), lookAheadMost)] {
		m := fresh[i].m
		a.flights[answers] = m.token
		if m.kind == answer && m.of == firstTier && fresh[i].at < end {
			answers++
		}
	}
	lookups := 0
	arrivals := s.block.arrivals[s.block.pos:]
	for i := 0; i < len(arrivals) && lookups < lookAheadMost && arrivals[i].at < end; i++ {
		v := &arrivals[i]
		a.lookups[lookups] = uint64(v.key)
		if kind := s.clients[v.clients].kind; v.key != lost && (kind == Cacheable || kind == agingVisits) {
			lookups++
		}
	}
	heads, flights := t.flights.heads, t.flights.pool
	for _, key := range a.lookups[:lookups] {
		touched ^= heads[t.flights.home(key)]
	}
	for i, n := range a.flights[:answers] {
		f := &flights[n]
		a.fills[i], a.homes[i], a.waiters[i] = f.key, f.home, f.waiters
	}
	for i := range a.flights[:answers] {
		touched ^= heads[a.homes[i]]
		if w := a.waiters[i]; w != 0 {
			touched ^= s.waiters.at(w).next
		}
	}
	s.touched = touched
	cache.Expect(t.cache, a.lookups[:lookups], a.fills[:answers])
}
