package cache

import "slices"

// denseFIFO is fifo on dense: a ring of keys, in which a new one takes the place of the oldest.
type denseFIFO struct {
	dense
	ring []uint32 // as long as keys are cached
	hand int      // the oldest; 0 until the cache is full
}

func (c *denseFIFO) access(uint32) bool { return true }

func (c *denseFIFO) insert(key uint64, _ uint32, _ int64) bool {
	if c.used == c.capacity {
		c.leaves(c.ring[c.hand])
	}
	c.put(uint32(key))
	return true
}

// put puts a key in whose place is free.
func (c *denseFIFO) put(key uint32) {
	c.states[key] = 1
	if int64(len(c.ring)) < c.capacity {
		c.ring = append(c.ring, key)
	} else {
		c.ring[c.hand] = key
		c.advance()
	}
	c.enter(1)
}

func (c *denseFIFO) advance() {
	if c.hand++; c.hand == len(c.ring) {
		c.hand = 0
	}
}

func (c *denseFIFO) remove(s uint32) {
	c.states[s-1] = 0
	c.ring = slices.Concat(c.ring[c.hand:], c.ring[:c.hand])
	c.hand = 0
	at := slices.Index(c.ring, s-1)
	c.ring = slices.Delete(c.ring, at, at+1)
}

func (c *denseFIFO) replay(r *Requests) (m missed) {
	for i, id := range r.IDs {
		if c.steady() && !r.hasSizes() {
			return m.plus(c.replaySteady(r.IDs[i:]))
		}
		if c.states[id] == 0 {
			m.add(r.size(i))
			c.insert(uint64(id), 0, 1)
		}
	}
	return m
}

// replaySteady returns the number of misses. A hit writes what is there already.
func (c *denseFIFO) replaySteady(ids []uint32) (misses int64) {
	states, ring, hand := c.states, c.ring, c.hand
	for _, id := range ids {
		hit := states[id]
		oldest := ring[hand]
		states[oldest] = hit
		states[id] = 1
		miss := hit ^ 1
		ring[hand] = oldest ^ (oldest^id)&-uint32(miss)
		if hand += int(miss); hand >= len(ring) {
			hand = 0
		}
		misses += int64(miss)
	}
	c.hand = hand
	return misses
}
