package cache

// lfu evicts the object that was used least often since it was inserted. It is the best that can be
// done where popularity never changes and every object has had time to show it, and bad where it
// does change: what was popular once blocks the cache for ever ("lfuda" ages it).
//
// A new object starts at frequency 1, a hit adds 1; of the objects with the lowest frequency the one
// that reached it first is evicted, and its frequency forgotten. An object larger than the capacity is
// not inserted.
type lfu struct {
	core
	groups  []group  // by list; the groups form a ring from list 0, which is empty, upwards
	groupOf []uint32 // by slot of an object: its list
}

// A group describes the list of all objects of one frequency.
type group struct {
	frequency    uint64
	above, below uint32 // the groups of the next higher and lower frequency
}

func newLFU(c core, _ *spec) rule {
	c.makeLists(1)
	p := &lfu{core: c}
	p.lengthen()
	return p
}

func (c *lfu) access(s uint32) bool {
	g := c.groupOf[s]
	c.unlink(s)
	c.join(s, c.groups[g].frequency+1, g)
	c.closeIfEmpty(g)
	return true
}

func (c *lfu) insert(key uint64, _ uint32, sizeBytes int64) bool {
	weight := c.weigh(sizeBytes)
	if weight > c.capacity {
		return false
	}
	for c.used > c.capacity-weight {
		lowest := c.groups[0].above
		victim := c.back(lowest)
		c.unlink(victim)
		c.evict(victim)
		c.closeIfEmpty(lowest)
	}
	s := c.take(key, sizeBytes)
	c.lengthen()
	c.enter(sizeBytes)
	c.join(s, 1, 0)
	return true
}

func (c *lfu) remove(s uint32) {
	c.unlink(s)
	c.closeIfEmpty(c.groupOf[s])
	c.free(s)
}

// join puts slot s into the group of a frequency that follows group g.
func (c *lfu) join(s uint32, frequency uint64, g uint32) {
	to := c.groups[g].above
	if to == 0 || c.groups[to].frequency != frequency {
		above := to
		to = c.takeList()
		c.lengthen()
		c.groups[to] = group{frequency: frequency, above: above, below: g}
		c.groups[g].above = to
		c.groups[above].below = to
	}
	c.pushFront(to, s)
	c.groupOf[s] = to
}

// closeIfEmpty gives a group back if its list is empty.
func (c *lfu) closeIfEmpty(g uint32) {
	if c.entries[g].next != g {
		return
	}
	around := c.groups[g]
	c.groups[around.below].above = around.above
	c.groups[around.above].below = around.below
	c.freeList(g)
}

// lengthen makes the columns as long as the table's.
func (c *lfu) lengthen() {
	if n := cap(c.entries); n > len(c.groups) {
		c.groups = lengthen(c.groups, n)
		c.groupOf = lengthen(c.groupOf, n)
	}
}

func (c *lfu) replay(r *Requests) (m missed) {
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
