package cache

// lru evicts the object that was used longest ago. It is the yardstick, good where what was used
// lately is used again, and bad at scans: a run over more objects than fit empties it.
//
// A hit moves the object to the front; the object at the back is evicted. An object larger than the
// capacity is not inserted.
type lru struct{ core }

func newLRU(c core, _ *spec) rule {
	c.mostSlots = c.slotsFor(1)
	c.makeLists(1)
	return &lru{c}
}

func (c *lru) access(s uint32) bool {
	c.moveToFront(0, s)
	return true
}

func (c *lru) insert(key uint64, _ uint32, sizeBytes int64) bool {
	weight := c.weigh(sizeBytes)
	if weight > c.capacity {
		return false
	}
	for c.used > c.capacity-weight {
		victim := c.back(0)
		if c.used-c.weight(victim) <= c.capacity-weight {
			// The last to leave: its slot is what the new object needs.
			c.used += weight - c.weight(victim)
			c.reuse(victim, key, sizeBytes)
			c.moveToFront(0, victim)
			return true
		}
		c.unlink(victim)
		c.evict(victim)
	}
	c.pushFront(0, c.take(key, sizeBytes))
	c.enter(sizeBytes)
	return true
}

func (c *lru) remove(s uint32) {
	c.unlink(s)
	c.free(s)
}

func (c *lru) replay(r *Requests) (m missed) {
	direct := c.direct
	for i, id := range r.IDs {
		if s := direct[id]; s != 0 {
			c.moveToFront(0, s)
			continue
		}
		if c.steady() {
			return m.plus(c.replaySteady(r.IDs[i:]))
		}
		size := r.size(i)
		m.add(size)
		c.insert(uint64(id), 0, size)
	}
	return m
}

// ahead is how many requests ahead a replay looks into the table, so that the processor has at hand what it
// needs to foresee a miss.
const ahead = 12

// replaySteady returns the number of misses. The ends of the list are kept at hand.
func (c *lru) replaySteady(ids []uint32) (misses int64) {
	direct, entries := c.direct, c.entries
	first, last := entries[0].next, entries[0].prev
	touched := uint32(0)
	for i, id := range ids {
		if i+ahead < len(ids) {
			touched ^= direct[ids[i+ahead]]
		}
		s := direct[id]
		if s == first && s != 0 {
			continue
		}
		if s == 0 {
			misses++
			s = last
			direct[entries[s].key] = 0
			entries[s].key = uint64(id)
			direct[id] = s
			if s == first {
				continue // the only one
			}
		}
		e := &entries[s]
		prev, next := e.prev, e.next
		if s == last {
			last = prev
		} else {
			entries[next].prev = prev
		}
		entries[prev].next = next
		e.next = first
		entries[first].prev = s
		first = s
	}
	c.touched = touched
	entries[0].next, entries[0].prev = first, last
	entries[first].prev, entries[last].next = 0, 0
	return misses
}
