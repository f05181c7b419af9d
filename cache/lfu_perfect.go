package cache

// lfuPerfect is LFU that never forgets: an object's frequency counts all requests since the beginning
// (Breslau, Cao, Fan, Phillips and Shenker, Web Caching and Zipf-like Distributions, INFOCOM 1999). Under
// requests that are independent of each other it comes to the best hit ratio there is; it is bad where
// popularity changes, and its memory follows the keys ever seen, not the cache: a yardstick, not a cache.
//
// The object asked for least often leaves, of equal ones that used longest ago. An object larger than the
// capacity is not inserted.
type lfuPerfect struct {
	lists
	heap        heap
	frequencies []float64 // by slot, ghosts too
}

const (
	perfectCached = iota
	perfectGhosts
)

func newLFUPerfect(c core, _ *spec) rule { return &lfuPerfect{lists: newLists(c, 2)} }

func (c *lfuPerfect) cached(s uint32) bool { return c.list(s) == perfectCached }

func (c *lfuPerfect) access(s uint32) bool {
	if !c.cached(s) {
		return false
	}
	c.frequencies[s]++
	c.heap.update(s, c.frequencies[s])
	return true
}

func (c *lfuPerfect) insert(key uint64, s uint32, sizeBytes int64) bool {
	weight := c.weigh(sizeBytes)
	if s == 0 {
		s = c.take(key, sizeBytes)
		c.put(perfectGhosts, s)
		if n := cap(c.entries); n > len(c.frequencies) {
			c.frequencies = lengthen(c.frequencies, n)
		}
		c.frequencies[s] = 0
	}
	c.frequencies[s]++
	if weight > c.capacity {
		return false
	}
	for c.used > c.capacity-weight {
		victim := c.heap.first()
		c.heap.remove(victim)
		c.evictToGhost(victim)
		c.move(perfectGhosts, victim)
	}
	c.pull(s)
	if c.keepSizes {
		c.sizes[s] = sizeBytes
	}
	c.put(perfectCached, s)
	c.enter(sizeBytes)
	c.heap.add(s, c.frequencies[s], cap(c.entries))
	return true
}

func (c *lfuPerfect) remove(s uint32) {
	c.heap.remove(s)
	c.move(perfectGhosts, s)
}

func (c *lfuPerfect) replay(r *Requests) (m missed) {
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
