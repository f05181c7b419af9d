package cache

// denseClock is clock on dense: the ring of [denseFIFO], whose hand passes an object instead of moving it. The
// state of an object is its counter and a bit that says that it is there.
type denseClock struct {
	denseFIFO
	top uint8 // the state with the largest counter
}

// present is the state of an object whose counter is 0.
const present = 1 << 7

// denseClockBits is the largest width of a counter.
const denseClockBits = 7

func newDenseClock(c core, most uint8) rule {
	return &denseClock{denseFIFO: denseFIFO{dense: newDense(c)}, top: present | most}
}

func (c *denseClock) access(s uint32) bool {
	if c.states[s-1] < c.top {
		c.states[s-1]++
	}
	return true
}

func (c *denseClock) insert(key uint64, _ uint32, _ int64) bool {
	if c.used == c.capacity {
		for c.states[c.ring[c.hand]] > present {
			c.states[c.ring[c.hand]]--
			c.advance()
		}
		c.leaves(c.ring[c.hand])
	}
	c.put(uint32(key))
	c.states[key] = present
	return true
}

func (c *denseClock) replay(r *Requests) (m missed) {
	for i, id := range r.IDs {
		if c.steady() && !r.hasSizes() {
			return m.plus(c.replaySteady(r.IDs[i:]))
		}
		if c.states[id] != 0 {
			c.access(id + 1)
			continue
		}
		m.add(r.size(i))
		c.insert(uint64(id), 0, 1)
	}
	return m
}

// replaySteady returns the number of misses. The only branch is to a hand that must move on.
func (c *denseClock) replaySteady(ids []uint32) (misses int64) {
	states, ring, hand, top := c.states, c.ring, c.hand, c.top
	for _, id := range ids {
		state := states[id]
		hit := state >> 7
		miss := hit ^ 1
		oldest := ring[hand]
		old := states[oldest]
		if old&-miss > present {
			for old > present {
				states[oldest] = old - 1
				if hand++; hand >= len(ring) {
					hand = 0
				}
				oldest = ring[hand]
				old = states[oldest]
			}
		}
		states[oldest] = old &^ -miss
		ring[hand] = oldest ^ (oldest^id)&-uint32(miss)
		if hand += int(miss); hand >= len(ring) {
			hand = 0
		}
		state += hit
		state -= (top - state) >> 7 // one too many
		states[id] = present | state&^-miss
		misses += int64(miss)
	}
	c.hand = hand
	return misses
}
