package cache

// beladySize is Belady's rule for objects of different sizes: it evicts what takes up most bytes for the
// longest time until its next request. Finding the best choice is intractable; this is the usual sampled
// heuristic, better than belady in bytes and no bound either.
//
// Parameter: sample (128), how many objects are drawn to find a victim among: the one with the largest
// product of stored size and requests until its next one. Objects that are never asked for again are not
// inserted, and leave with their last hit. An object larger than the capacity is not inserted.
type beladySize struct {
	pool
	sample int
	next   []uint32 // by slot: its next request
	clock  uint32   // the number of the request, from 0
}

func newBeladySize(c core, s *spec) rule {
	return &beladySize{pool: newPool(c, s), sample: int(s.integer("sample", 128, 1, 1<<16))}
}

func (c *beladySize) access(uint32) bool { return true }

func (c *beladySize) insert(uint64, uint32, int64) bool { return false }

// insertUntil inserts an object whose next request is known.
func (c *beladySize) insertUntil(key uint64, next uint32, sizeBytes int64) {
	weight := c.weigh(sizeBytes)
	if weight > c.capacity || next == never {
		return
	}
	for c.used > c.capacity-weight {
		victim := c.victim()
		c.pull(victim)
		c.evict(victim)
	}
	s := c.add(key, sizeBytes)
	if n := cap(c.entries); n > len(c.next) {
		c.next = lengthen(c.next, n)
	}
	c.next[s] = next
}

// victim returns the largest of a sample.
func (c *beladySize) victim() uint32 {
	victim := c.draw()
	largest := c.cost(victim)
	for range c.sample - 1 {
		if s := c.draw(); c.cost(s) > largest {
			victim, largest = s, c.cost(s)
		}
	}
	return victim
}

func (c *beladySize) cost(s uint32) float64 { return float64(c.weight(s)) * float64(c.next[s]-c.clock) }

func (c *beladySize) replay(r *Requests) (m missed) {
	for i, id := range r.IDs {
		if s := c.direct[id]; s == 0 {
			m.add(r.size(i))
			c.insertUntil(uint64(id), r.next[i], r.weight(i))
		} else if c.next[s] = r.next[i]; r.next[i] == never {
			c.leave(s)
			c.remove(s)
		}
		c.clock++
	}
	return m
}
