package cache

// fifo evicts the object that was inserted longest ago. It is the cheapest policy, as a hit changes
// nothing, and bad wherever some objects stay popular: they leave as soon as the others.
//
// An object larger than the capacity is not inserted.
type fifo struct{ core }

func newFIFO(c core, _ *spec) rule {
	if c.isDense() {
		return &denseFIFO{dense: newDense(c)}
	}
	c.mostSlots = c.slotsFor(1)
	c.makeLists(1)
	return &fifo{c}
}

func (c *fifo) access(uint32) bool { return true }

func (c *fifo) insert(key uint64, _ uint32, sizeBytes int64) bool {
	if c.full() {
		s := c.back(0)
		c.reuse(s, key, sizeBytes)
		c.moveToFront(0, s)
		return true
	}
	weight := c.weigh(sizeBytes)
	if weight > c.capacity {
		return false
	}
	for c.used > c.capacity-weight {
		victim := c.back(0)
		c.unlink(victim)
		c.evict(victim)
	}
	c.pushFront(0, c.take(key, sizeBytes))
	c.enter(sizeBytes)
	return true
}

func (c *fifo) remove(s uint32) {
	c.unlink(s)
	c.free(s)
}

func (c *fifo) replay(r *Requests) (m missed) {
	direct := c.direct
	for i, id := range r.IDs {
		if direct[id] != 0 {
			continue
		}
		m.add(r.size(i))
		c.insert(uint64(id), 0, r.weight(i))
	}
	return m
}
