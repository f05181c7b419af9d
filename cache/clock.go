package cache

// clock is FIFO with second chances (Corbató, A Paging Experiment with the Multics System, 1968): an
// object that was used since the hand last passed stays for another round. It comes near LRU at the
// price of FIFO and shares LRU's weakness, scans.
//
// Parameter: bits (1), the width of each object's counter. A hit counts up to 2^bits-1; a new object
// starts at 0. Eviction looks at the oldest object: one whose counter is not 0 loses 1 and moves to
// the front, else it leaves. An object larger than the capacity is not inserted.
type clock struct {
	core
	most uint8
}

func newClock(c core, s *spec) rule {
	bits := s.integer("bits", 1, 1, 8)
	most := uint8(1<<bits - 1)
	if c.isDense() && bits <= denseClockBits {
		return newDenseClock(c, most)
	}
	c.mostSlots = c.slotsFor(1)
	c.keepMarks = true
	c.makeLists(1)
	return &clock{core: c, most: most}
}

func (c *clock) access(s uint32) bool {
	if c.marks[s] < c.most {
		c.marks[s]++
	}
	return true
}

func (c *clock) insert(key uint64, _ uint32, sizeBytes int64) bool {
	if c.full() {
		s := c.victim()
		c.reuse(s, key, sizeBytes)
		c.moveToFront(0, s)
		return true
	}
	weight := c.weigh(sizeBytes)
	if weight > c.capacity {
		return false
	}
	for c.used > c.capacity-weight {
		victim := c.victim()
		c.unlink(victim)
		c.evict(victim)
	}
	c.pushFront(0, c.take(key, sizeBytes))
	c.enter(sizeBytes)
	return true
}

// victim gives second chances until it finds an object without one.
func (c *clock) victim() uint32 {
	for {
		s := c.back(0)
		if c.marks[s] == 0 {
			return s
		}
		c.marks[s]--
		c.moveToFront(0, s)
	}
}

func (c *clock) remove(s uint32) {
	c.unlink(s)
	c.free(s)
}

func (c *clock) replay(r *Requests) (m missed) {
	direct := c.direct
	for i, id := range r.IDs {
		if s := direct[id]; s != 0 {
			c.access(s)
			continue
		}
		m.add(r.size(i))
		c.insert(uint64(id), 0, r.weight(i))
	}
	return m
}
