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
	lookups        [2*lookAheadMost + 1]uint64 // keys that messages and users ask for
	fills          [lookAheadMost]uint64       // keys
	flights        [lookAheadMost + 1]uint32   // that will be answered
	homes, waiters [lookAheadMost]uint32       // of these
	visits         [lookAheadMost]visitAhead
}

// A visitAhead is a visit that asks, or whose answer comes.
type visitAhead struct {
	of    *visits
	place uint32
}

// lookAheadMost is how many messages, and how many requests of users, are looked at ahead at a time: what they lead to stays near.
const lookAheadMost = 128

// prefetch reads what will be needed next, until an instant that it returns, at most that at which the window ends, and before which something happens. It
// reads in rounds, each of what the rounds before have read: the messages and, tier by tier, what the cache will look up and put in, and the
// fetches that are begun, joined or answered. No branch depends on what a round reads, so that the processor waits for many places at once.
func (s *site) prefetch(end int64, a *lookAhead) (until int64) {
	if !prefetching {
		return end
	}
	s.inbox.sort()
	coming := s.inbox.run[s.inbox.pos:]
	if len(coming) > lookAheadMost {
		end = min(end, coming[lookAheadMost].at+1)
		coming = coming[:lookAheadMost]
	}
	arrivals := s.block.arrivals[s.block.pos:]
	if len(arrivals) > lookAheadMost {
		end = min(end, arrivals[lookAheadMost].at+1)
		arrivals = arrivals[:lookAheadMost]
	} else if last := len(arrivals) - 1; last >= 0 {
		end = min(end, arrivals[last].at+1) // what comes next is not drawn yet
	}
	touched, n := s.touched, 0
	for n < len(coming) && coming[n].at < end {
		touched ^= coming[n].m.token
		n++
	}
	coming, n = coming[:n], 0
	for n < len(arrivals) && arrivals[n].at < end {
		n++
	}
	arrivals = arrivals[:n]
	for _, t := range s.caches {
		touched ^= s.prefetchTier(t, coming, arrivals, a)
	}
	s.touched = touched
	return end
}

// prefetchTier reads what a tier will need for messages and, where it is that of users, for their requests.
func (s *site) prefetchTier(t *tier, coming []inboxEntry, arrivals []arrival, a *lookAhead) (touched uint32) {
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
		for i := range arrivals {
			v := &arrivals[i]
			a.lookups[lookups] = uint64(v.key)
			if v.key != lost && s.clients[v.clients].looksUp() {
				lookups++
			}
		}
		if s.isVisited {
			touched ^= s.prefetchAsking(arrivals, a)
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
	if t.aging != nil {
		for _, n := range a.flights[:answers] {
			touched ^= uint32(t.aging.renewals[n].key)
		}
	}
	for i := range a.flights[:answers] {
		touched ^= heads[a.homes[i]]
		if w := a.waiters[i]; w != 0 {
			waiting := s.waiters.at(w)
			touched ^= waiting.clients
			if m := waiting.question; m != nil {
				touched ^= m.token
			}
		}
	}
	if t == s.edge && s.isVisited {
		touched ^= s.prefetchAnswered(a.waiters[:answers], a)
	}
	fills := a.fills[:answers]
	if s.answersItself(t) {
		fills = a.lookups[:lookups] // what is missing will be here within the window
	}
	cache.Expect(t.cache, a.lookups[:lookups], fills)
	return touched
}

// looksUp reports whether the first that is done for a request is to look its object up, at once or when there is a connection for it.
func (c *clients) looksUp() bool {
	kind := c.kind
	if kind == queuedVisits {
		kind = c.visits.kind
	}
	return kind == Cacheable || kind == agingVisits
}

// answersItself reports whether what a tier lacks is at its own site.
func (s *site) answersItself(t *tier) bool {
	for _, hops := range t.hops {
		if len(hops) > 0 {
			return hops[0].to == int(s.id)
		}
	}
	return false
}

// prefetchAsking reads what is known of the visits of users who ask.
func (s *site) prefetchAsking(arrivals []arrival, a *lookAhead) (touched uint32) {
	n := 0
	for i := range arrivals {
		c := &s.clients[arrivals[i].clients]
		if c.visits == nil {
			continue
		}
		if place, ok := c.visits.lookAhead(); ok {
			a.visits[n] = visitAhead{c.visits, place}
			n++
		}
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
		touched ^= v.touch() ^ uint32(v.of.visitors[v.place].row.ends)
	}
	return touched
}

// touch reads what is known of a visit.
func (v *visitAhead) touch() uint32 {
	return v.of.visitors[v.place].name
}
