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

// prefetchWindow tells the edge cache what the users of a window that ends then will ask for, and what will be put
// in. It collects the keys in a worker's own place, which stays near to the processor.
func (s *site) prefetchWindow(end int64, keys *[256]uint64) {
	if !prefetching || s.edge == nil {
		return
	}
	n := 0
	for i := s.block.pos; i < len(s.block.arrivals) && n < len(keys)/2 && s.block.arrivals[i].at < end; i++ {
		v := &s.block.arrivals[i]
		if c := &s.clients[v.clients]; c.kind == Cacheable || c.kind == agingVisits {
			keys[n] = uint64(v.key)
			n++
		}
	}
	arrivals := n
	for i := range s.inbox.fresh {
		if n == len(keys) {
			break
		}
		m := s.inbox.fresh[i].m
		if m.kind == answer && m.of == firstTier && m.at < end {
			keys[n] = s.edge.flights.pool[m.token].key
			n++
		}
	}
	cache.Expect(s.edge.cache, keys[:arrivals], keys[arrivals:n])
}
