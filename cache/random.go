package cache

// randomly evicts any object. It needs no record of use at all, has the hit ratio of FIFO under
// independent requests, and unlike FIFO and LRU no request pattern defeats it completely.
//
// An object larger than the capacity is not inserted.
type randomly struct{ pool }

func newRandom(c core, s *spec) rule { return &randomly{newPool(c, s)} }

func (c *randomly) access(uint32) bool { return true }

func (c *randomly) insert(key uint64, _ uint32, sizeBytes int64) bool {
	weight := c.weigh(sizeBytes)
	if weight > c.capacity {
		return false
	}
	for c.used > c.capacity-weight {
		victim := c.draw()
		c.pull(victim)
		c.evict(victim)
	}
	c.add(key, sizeBytes)
	return true
}

func (c *randomly) replay(r *Requests) (m missed) {
	for i, id := range r.IDs {
		if c.direct[id] != 0 {
			continue
		}
		m.add(r.size(i))
		c.insert(uint64(id), 0, r.weight(i))
	}
	return m
}
