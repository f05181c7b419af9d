package cache

// sieve is FIFO with a hand that sifts in place (Zhang et al., SIEVE is Simpler than LRU, NSDI 2024):
// objects that were used since the hand last passed keep their place, others leave, and new ones
// wait at the front. It keeps one-hit wonders out of the way better than LRU on web traces, and is
// bad at scans that return, as nothing separates new objects from old ones the hand will meet.
//
// A hit marks the object. The hand starts at the oldest object and steps towards newer ones, from
// the newest back to the oldest; it clears marks until it finds an object without, evicts it and
// stays there. If it evicted the newest object it starts at the oldest again, even if newer ones have
// come since. An object larger than the capacity is not inserted.
type sieve struct {
	core
	hand uint32 // where the next eviction begins; 0 for the oldest
}

func newSieve(c core, _ *spec) rule {
	if c.isDense() {
		return &denseSieve{dense: newDense(c)}
	}
	c.mostSlots = c.slotsFor(1)
	c.keepMarks = true
	c.makeLists(1)
	return &sieve{core: c}
}

func (c *sieve) access(s uint32) bool {
	c.marks[s] = 1
	return true
}

func (c *sieve) insert(key uint64, _ uint32, sizeBytes int64) bool {
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

// victim moves the hand to an object without a mark and on to the next one.
func (c *sieve) victim() uint32 {
	s := c.hand
	for {
		if s == 0 {
			s = c.back(0)
		}
		if c.marks[s] == 0 {
			break
		}
		c.marks[s] = 0
		s = c.entries[s].prev
	}
	c.hand = c.entries[s].prev
	return s
}

func (c *sieve) remove(s uint32) {
	if c.hand == s {
		c.hand = c.entries[s].prev
	}
	c.unlink(s)
	c.free(s)
}

func (c *sieve) replay(r *Requests) (m missed) {
	direct := c.direct
	for i, id := range r.IDs {
		if s := direct[id]; s != 0 {
			c.marks[s] = 1
			continue
		}
		m.add(r.size(i))
		c.insert(uint64(id), 0, r.weight(i))
	}
	return m
}
