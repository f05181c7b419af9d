package cache

// lruK evicts the object whose k-th last request is longest ago (O'Neil, O'Neil and Weikum, The LRU-K Page
// Replacement Algorithm For Database Disk Buffering, SIGMOD 1993): objects asked for fewer than k times go
// first, the least recently used of them. It withstands scans better than LRU, and is bad where objects
// must show themselves quickly.
//
// Parameter: k (2), from 1 to 8. An object's last requests are remembered after it left, for as many
// objects, or bytes, as the capacity (assumed; the paper forgets after a time). An object larger than the
// capacity is not inserted.
type lruK struct {
	lists
	heap  heap
	k     int
	times []float64 // k by slot: the number of the last requests, the latest first; 0 for none
	clock float64
}

const (
	lruKCached = iota
	lruKGhosts
)

func newLRUK(c core, s *spec) rule {
	return &lruK{lists: newLists(c, 2), k: int(s.integer("k", 2, 1, 8))}
}

func (c *lruK) cached(s uint32) bool { return c.list(s) == lruKCached }

func (c *lruK) access(s uint32) bool {
	if !c.cached(s) {
		return false
	}
	c.note(s)
	c.heap.update(s, c.times[int(s)*c.k+c.k-1])
	return true
}

func (c *lruK) insert(key uint64, s uint32, sizeBytes int64) bool {
	weight := c.weigh(sizeBytes)
	var past [8]float64
	if s != 0 {
		copy(past[:], c.times[int(s)*c.k:][:c.k])
		c.forget(s)
	}
	if weight > c.capacity {
		return false
	}
	for c.used > c.capacity-weight {
		victim := c.heap.first()
		c.heap.remove(victim)
		c.retire(victim, lruKGhosts, c.capacity)
	}
	s = c.take(key, sizeBytes)
	if n := cap(c.entries) * c.k; n > len(c.times) {
		c.times = lengthen(c.times, n)
	}
	copy(c.times[int(s)*c.k:][:c.k], past[:])
	c.note(s)
	c.put(lruKCached, s)
	c.enter(sizeBytes)
	c.heap.add(s, c.times[int(s)*c.k+c.k-1], cap(c.entries))
	return true
}

func (c *lruK) remove(s uint32) {
	c.heap.remove(s)
	c.forget(s)
}

// note adds a request to an object's last ones.
func (c *lruK) note(s uint32) {
	c.clock++
	times := c.times[int(s)*c.k:][:c.k]
	copy(times[1:], times)
	times[0] = c.clock
}

func (c *lruK) replay(r *Requests) (m missed) {
	for i, id := range r.IDs {
		s := c.direct[id]
		if s != 0 && c.access(s) {
			continue
		}
		m.add(r.size(i))
		c.insert(uint64(id), s, r.weight(i))
	}
	return m
}
