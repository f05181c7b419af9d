package cache

// infinite ignores the capacity and evicts nothing: it misses each object once, which no policy can
// better.
type infinite struct{ core }

func newInfinite(c core, _ *spec) rule {
	c.makeLists(1)
	return &infinite{c}
}

func (c *infinite) access(uint32) bool { return true }

func (c *infinite) insert(key uint64, _ uint32, sizeBytes int64) bool {
	c.take(key, sizeBytes)
	c.enter(sizeBytes)
	return true
}

func (c *infinite) remove(s uint32) { c.free(s) }

func (c *infinite) replay(r *Requests) (m missed) {
	for i, id := range r.IDs {
		if c.direct[id] != 0 {
			continue
		}
		m.add(r.size(i))
		c.insert(uint64(id), 0, r.weight(i))
	}
	return m
}
