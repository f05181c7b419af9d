package cache

// gdsf is greedy-dual size frequency (Cherkasova, Improving WWW Proxies Performance with
// Greedy-Dual-Size-Frequency Caching Policy, HP Labs 1998): it keeps what is asked for often and is
// small. It has the best request hit ratio of the simple policies where sizes differ, and is bad for
// the byte hit ratio, as large objects leave first.
//
// The object of the lowest priority leaves, of equal ones that used longest ago. The priority is
// L + hits*1e6/size, where hits counts from 1 at insertion, size is the stored size (1 where the
// capacity counts objects) and L, at first 0, is the priority of the last one evicted. An object
// larger than the capacity is not inserted.
//
// This is libCacheSim of October 2024. gdsf-2025, libCacheSim of May 2025, inserts the new object
// before it evicts, so that the new one may be the victim itself; Insert then reports false.
type gdsf struct {
	core
	heap        heap
	hits        []float64 // by slot
	floor       float64   // L
	insertFirst bool
}

func newGDSF(c core, _ *spec) rule {
	c.mostSlots = c.slotsFor(1)
	c.makeLists(1)
	return &gdsf{core: c}
}

func newGDSF2025(c core, s *spec) rule {
	r := newGDSF(c, s).(*gdsf)
	if r.mostSlots > 0 {
		r.mostSlots++
	}
	r.insertFirst = true
	return r
}

// priority evaluates from left to right, rounding at each step, so that every machine agrees.
func (c *gdsf) priority(s uint32) float64 {
	return c.floor + float64(float64(c.hits[s]*1e6)/float64(c.weight(s)))
}

func (c *gdsf) access(s uint32) bool {
	c.hits[s]++
	c.heap.update(s, c.priority(s))
	return true
}

func (c *gdsf) insert(key uint64, _ uint32, sizeBytes int64) bool {
	weight := c.weigh(sizeBytes)
	if weight > c.capacity {
		return false
	}
	if !c.insertFirst {
		for c.used > c.capacity-weight {
			c.evictOne()
		}
	}
	s := c.take(key, sizeBytes)
	if int(s) >= len(c.hits) {
		c.hits = lengthen(c.hits, cap(c.entries))
	}
	c.hits[s] = 1
	c.heap.add(s, c.priority(s), cap(c.entries))
	c.enter(sizeBytes)
	for c.used > c.capacity {
		c.evictOne()
	}
	return !c.insertFirst || c.find(key) != 0
}

func (c *gdsf) evictOne() {
	victim := c.heap.first()
	c.floor = c.heap.ranks[victim].priority
	c.heap.remove(victim)
	c.evict(victim)
}

func (c *gdsf) remove(s uint32) {
	c.heap.remove(s)
	c.free(s)
}

func (c *gdsf) replay(r *Requests) (m missed) {
	for i, id := range r.IDs {
		if s := c.direct[id]; s != 0 {
			c.access(s)
			continue
		}
		m.add(r.size(i))
		c.insert(uint64(id), 0, r.weight(i))
	}
	return m
}
