package cache

// lru evicts the object that was used longest ago. It is the yardstick, good where what was used
// lately is used again, and bad at scans: a run over more objects than fit empties it.
//
// A hit makes the object the first; the last is evicted. An object larger than the capacity is not
// inserted.
//
// The slots stand in a ring, in the order of use: before the first stands the last. So where a new object
// takes the place of the last, the ring only turns.
type lru struct {
	core
	first uint32 // the slot used last, 0 if the cache is empty
}

func newLRU(c core, _ *spec) rule {
	c.mostSlots = c.slotsFor(1)
	c.makeLists(1) // slot 0 stands for none
	return &lru{core: c}
}

func (c *lru) access(s uint32) bool {
	c.use(s)
	return true
}

// use makes slot s the first.
func (c *lru) use(s uint32) {
	first := c.first
	if s == first {
		return
	}
	c.first = s
	entries := c.entries
	e, f := &entries[s], &entries[first]
	last := f.prev
	if s == last {
		return
	}
	entries[e.prev].next, entries[e.next].prev = e.next, e.prev
	e.prev, e.next = last, first
	entries[last].next, f.prev = s, s
}

func (c *lru) insert(key uint64, _ uint32, sizeBytes int64) bool {
	weight := c.weigh(sizeBytes)
	room := c.capacity - weight
	if room < 0 {
		return false
	}
	for c.used > room {
		last := c.last()
		if rest := c.used - c.weight(last); rest <= room {
			// It is the last to leave: its slot is what the new object needs.
			c.used = rest + weight
			c.first = last
			c.reuse(last, key, sizeBytes)
			return true
		}
		c.leaveRing(last)
		c.evict(last)
	}
	s := c.take(key, sizeBytes)
	c.joinRing(s)
	c.enter(sizeBytes)
	return true
}

// last returns the slot used longest ago, 0 if the cache is empty.
func (c *lru) last() uint32 { return c.entries[c.first].prev }

// joinRing puts slot s into the ring as the first.
func (c *lru) joinRing(s uint32) {
	e := &c.entries[s]
	if c.first == 0 {
		e.prev, e.next = s, s
	} else {
		first := &c.entries[c.first]
		e.prev, e.next = first.prev, c.first
		c.entries[first.prev].next, first.prev = s, s
	}
	c.first = s
}

// leaveRing takes slot s out of the ring.
func (c *lru) leaveRing(s uint32) {
	next := c.entries[s].next
	c.unlink(s)
	if c.first == s {
		c.first = next
		if next == s {
			c.first = 0 // it was the only one
		}
	}
}

func (c *lru) remove(s uint32) {
	c.leaveRing(s)
	c.free(s)
}

func (c *lru) replay(r *Requests) (m missed) {
	direct := c.direct
	for i, id := range r.IDs {
		if s := direct[id]; s != 0 {
			c.use(s)
			continue
		}
		if c.steady() && !r.hasSizes() {
			return m.plus(c.replaySteady(r.IDs[i:]))
		}
		m.add(r.size(i))
		c.insert(uint64(id), 0, r.weight(i))
	}
	return m
}

// replaySteady returns the number of misses. The first slot is kept at hand.
func (c *lru) replaySteady(ids []uint32) (misses int64) {
	direct, entries, first := c.direct, c.entries, c.first
	touched := uint32(0)
	for i, id := range ids {
		if prefetches && i+ahead < len(ids) {
			touched ^= direct[ids[i+ahead]]
		}
		s := direct[id]
		if s == first && s != 0 {
			continue
		}
		f := &entries[first]
		last := f.prev
		if s == 0 {
			misses++
			e := &entries[last]
			direct[e.key] = 0
			e.key = uint64(id)
			direct[id] = last
			s = last
		}
		if s != last {
			e := &entries[s]
			prev, next := e.prev, e.next
			entries[prev].next, entries[next].prev = next, prev
			e.prev, e.next = last, first
			entries[last].next, f.prev = s, s
		}
		first = s
	}
	c.touched, c.first = touched, first
	return misses
}
