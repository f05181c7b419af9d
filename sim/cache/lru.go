package cache

// lru evicts the object that was used longest ago. It is the yardstick: simple, and good where what
// was used lately is used again. It is bad at scans: a run over more objects than fit empties it.
//
// A hit moves the object to the front; the object at the back is evicted. An object larger than the
// capacity is not inserted.
type lru struct{ core }

func newLRU(c core) Cache {
	c.makeLists(1)
	return &lru{c}
}

// Lookup implements [Cache].
func (c *lru) Lookup(key uint64) (int64, bool) {
	s := c.find(key)
	if s == 0 {
		return 0, false
	}
	c.hit(s)
	return c.size(s), true
}

// Insert implements [Cache].
func (c *lru) Insert(key uint64, sizeBytes int64) bool {
	if c.find(key) != 0 {
		return true
	}
	return c.insert(key, sizeBytes)
}

// Remove implements [Cache].
func (c *lru) Remove(key uint64) bool {
	s := c.find(key)
	if s == 0 {
		return false
	}
	c.leave(c.size(s))
	c.unlink(s)
	c.free(s)
	return true
}

// hit moves the object in slot s to the front.
func (c *lru) hit(s uint32) {
	if c.entries[0].next == s {
		return
	}
	c.unlink(s)
	c.pushFront(0, s)
}

// insert puts in a key that is not cached.
func (c *lru) insert(key uint64, sizeBytes int64) bool {
	weight := c.weigh(sizeBytes)
	if sizeBytes < 1 || weight > c.capacity {
		return false
	}
	for c.used > c.capacity-weight {
		c.evict(c.back(0))
	}
	c.pushFront(0, c.take(key, sizeBytes))
	c.enter(sizeBytes)
	return true
}
