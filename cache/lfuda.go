package cache

// lfuda is LFU with dynamic aging (Arlitt, Cherkasova, Dilley, Friedrich and Jin, Evaluating Content
// Management Techniques for Web Proxy Caches, 2000): an object's frequency counts from the cache's age at
// its last request, so that what was popular once does go. It has a good byte hit ratio on web traces, and
// like LFU is slow where popularity moves fast.
//
// The object of the lowest L + frequency leaves, of equal ones that used longest ago; L, at first 0, is
// that value of the last one evicted. An object larger than the capacity is not inserted.
type lfuda struct {
	core
	heap        heap
	frequencies []float64 // by slot
	age         float64   // L
}

func newLFUDA(c core, _ *spec) rule {
	c.mostSlots = c.slotsFor(1)
	c.makeLists(1)
	return &lfuda{core: c}
}

func (c *lfuda) access(s uint32) bool {
	c.frequencies[s]++
	c.heap.update(s, c.age+c.frequencies[s])
	return true
}

func (c *lfuda) insert(key uint64, _ uint32, sizeBytes int64) bool {
	weight := c.weigh(sizeBytes)
	if weight > c.capacity {
		return false
	}
	for c.used > c.capacity-weight {
		victim := c.heap.first()
		c.age = c.heap.ranks[victim].priority
		c.heap.remove(victim)
		c.evict(victim)
	}
	s := c.take(key, sizeBytes)
	if n := cap(c.entries); n > len(c.frequencies) {
		c.frequencies = lengthen(c.frequencies, n)
	}
	c.frequencies[s] = 1
	c.enter(sizeBytes)
	c.heap.add(s, c.age+1, cap(c.entries))
	return true
}

func (c *lfuda) remove(s uint32) {
	c.heap.remove(s)
	c.free(s)
}

func (c *lfuda) replay(r *Requests) (m missed) {
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
