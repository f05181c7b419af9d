package cache

// hyperbolic evicts the object asked for least often per time in the cache (Blankstein, Sen and Freedman,
// Hyperbolic Caching: Flexible Caching for Web Applications, USENIX ATC 2017). New objects get their
// chance because their time is short; it is bad at scans, for the same reason.
//
// Parameter: sample (64), how many objects are drawn to find a victim among: the one with the fewest
// requests divided by the number of requests to the cache since it was inserted. An object larger than
// the capacity is not inserted.
type hyperbolic struct {
	pool
	sample  int
	history []hyperbolicHistory // by slot
	clock   float64
}

type hyperbolicHistory struct{ requests, since float64 }

func newHyperbolic(c core, s *spec) rule {
	return &hyperbolic{pool: newPool(c, s), sample: int(s.integer("sample", 64, 1, 1<<16))}
}

func (c *hyperbolic) access(s uint32) bool {
	c.clock++
	c.history[s].requests++
	return true
}

func (c *hyperbolic) insert(key uint64, _ uint32, sizeBytes int64) bool {
	c.clock++
	weight := c.weigh(sizeBytes)
	if weight > c.capacity {
		return false
	}
	for c.used > c.capacity-weight {
		victim := c.victim()
		c.pull(victim)
		c.evict(victim)
	}
	s := c.add(key, sizeBytes)
	if n := cap(c.entries); n > len(c.history) {
		c.history = lengthen(c.history, n)
	}
	c.history[s] = hyperbolicHistory{requests: 1, since: c.clock}
	return true
}

// victim returns the lowest of a sample.
func (c *hyperbolic) victim() uint32 {
	victim := c.draw()
	lowest := c.priority(victim)
	for range c.sample - 1 {
		if s := c.draw(); c.priority(s) < lowest {
			victim, lowest = s, c.priority(s)
		}
	}
	return victim
}

func (c *hyperbolic) priority(s uint32) float64 {
	h := c.history[s]
	return h.requests / max(c.clock-h.since, 1)
}

func (c *hyperbolic) replay(r *Requests) (m missed) {
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
