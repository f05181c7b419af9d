package sim

import (
	"math"

	"github.com/edgewise-sim/edgewise/cache"
)

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
	visits         [lookAheadMost]visitAhead
}

// A visitAhead is a visit that asks, or whose answer comes.
type visitAhead struct {
	of    *visits
	place uint32
}

// lookAheadMost is how many requests of users, and messages, are looked at ahead at most: what they lead to is some hundred kilobytes.
const lookAheadMost = 2048

// prefetchWindow reads what a window that ends then will need, in rounds, each of what the rounds before have read: the messages and, tier
// by tier, what the cache will look up and put in, and the fetches that are begun, joined or answered. No branch depends on what a
// round reads, so that the processor waits for many places at once.
func (s *site) prefetchWindow(end int64, a *lookAhead) {
	if !prefetching {
		return
	}
	s.inbox.sort()
	coming := s.inbox.run[s.inbox.pos:]
	coming = coming[:min(len(coming), lookAheadMost)]
	touched, n := s.touched, 0
	for n < len(coming) && coming[n].at < end {
		touched ^= coming[n].m.token
		n++
	}
	coming = coming[:n]
	for _, t := range s.caches {
		touched ^= s.prefetchTier(t, coming, end, a)
	}
	s.touched = touched
}

// prefetchTier reads what a tier will need for messages and, where it is that of users, for these.
func (s *site) prefetchTier(t *tier, coming []inboxEntry, end int64, a *lookAhead) (touched uint32) {
	answers, lookups := 0, 0
	for i := range coming {
		m := coming[i].m
		a.flights[answers], a.lookups[lookups] = m.token, m.key&math.MaxUint32
		if m.kind == answer && m.of == t.number {
			answers++
		} else if m.kind == ask && m.to == t.number {
			lookups++
		}
	}
	if t == s.edge {
		arrivals := s.block.arrivals[s.block.pos:]
		for i := 0; i < len(arrivals) && lookups < lookAheadMost && arrivals[i].at < end; i++ {
			v := &arrivals[i]
			a.lookups[lookups] = uint64(v.key)
			if kind := s.clients[v.clients].kind; v.key != lost && (kind == Cacheable || kind == agingVisits) {
				lookups++
			}
		}
		touched ^= s.prefetchAsking(arrivals, end, a)
	}
	heads, flights := t.flights.heads, t.flights.pool
	for _, key := range a.lookups[:lookups] {
		touched ^= heads[t.flights.home(key)]
	}
	for i, n := range a.flights[:answers] {
		f := &flights[n]
		a.fills[i], a.homes[i], a.waiters[i] = f.key, f.home, f.waiters
	}
	if t.aging != nil {
		for _, n := range a.flights[:answers] {
			v := &t.aging.renewals[n]
			touched ^= v.key ^ uint32(v.asOf)
		}
	}
	for i := range a.flights[:answers] {
		touched ^= heads[a.homes[i]]
		if w := a.waiters[i]; w != 0 {
			touched ^= s.waiters.at(w).next
		}
	}
	if t == s.edge {
		touched ^= s.prefetchAnswered(a.waiters[:answers], a)
	}
	cache.Expect(t.cache, a.lookups[:lookups], a.fills[:answers])
	return touched
}

// prefetchAsking reads what will be known of the visits of users who ask until an instant.
func (s *site) prefetchAsking(arrivals []arrival, end int64, a *lookAhead) (touched uint32) {
	n := 0
	for i := 0; i < len(arrivals) && n < lookAheadMost && arrivals[i].at < end; i++ {
		c := &s.clients[arrivals[i].clients]
		if c.visits == nil || c.share != nil {
			continue
		}
		a.visits[n] = visitAhead{c.visits, c.visits.lookAhead()}
		n++
	}
	for _, v := range a.visits[:n] {
		touched ^= v.touch()
	}
	return touched
}

// prefetchAnswered reads what is known of the visits of users who wait for fetches that will be answered.
func (s *site) prefetchAnswered(waiters []uint32, a *lookAhead) (touched uint32) {
	n := 0
	for _, number := range waiters {
		if number == 0 {
			continue
		}
		w := s.waiters.at(number)
		if c := &s.clients[w.clients]; w.question == nil && c.visits != nil {
			a.visits[n] = visitAhead{c.visits, w.asking}
			n++
		}
	}
	for i := range a.visits[:n] {
		v := &a.visits[i]
		asks := v.of.asking.at(v.place)
		touched ^= uint32(asks.tls)
		v.place = asks.place
	}
	for _, v := range a.visits[:n] {
		touched ^= v.touch()
	}
	return touched
}

// touch reads what is known of a visit.
func (v *visitAhead) touch() uint32 {
	conn := &v.of.conns[int(v.place)*v.of.perVisit]
	return uint32(v.of.names[v.place]) ^ uint32(v.of.visitors[v.place].name) ^ uint32(conn.Last())
}
