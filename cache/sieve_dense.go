package cache

import "slices"

// denseSieve is sieve on dense: a log of keys in order of age. Those that the hand has spared stand together
// at its beginning, those it is still to meet at its end, and between them is a gap.
type denseSieve struct {
	dense
	log  []uint32
	kept int // the end of those that were spared
	hand int // the next to meet
}

// The states of a key: marked has the bit of unmarked, too.
const (
	unmarked = 1
	marked   = 3
)

func (c *denseSieve) access(s uint32) bool {
	c.states[s-1] = marked
	return true
}

func (c *denseSieve) insert(key uint64, _ uint32, _ int64) bool {
	if c.used == c.capacity {
		for c.states[c.log[c.hand]] == marked {
			c.states[c.log[c.hand]] = unmarked
			c.log[c.kept] = c.log[c.hand]
			c.kept++
			c.step()
		}
		c.leaves(c.log[c.hand])
		c.step()
		c.makeRoom()
	}
	c.log = append(c.log, uint32(key))
	c.states[key] = unmarked
	c.enter(1)
	return true
}

// step moves the hand on. After the newest key it returns to the oldest: then all were spared.
func (c *denseSieve) step() {
	if c.hand++; c.hand == len(c.log) {
		c.log = c.log[:c.kept]
		c.kept, c.hand = 0, 0
	}
}

// makeRoom sees to it that there is room for one more key at the end. It takes time only once in as many calls
// as keys are cached.
func (c *denseSieve) makeRoom() {
	if room := 2 * int(c.capacity); cap(c.log) < room {
		c.log = append(make([]uint32, 0, room), c.log...)
	}
	if len(c.log) == cap(c.log) {
		c.log = c.log[:c.kept+copy(c.log[c.kept:], c.log[c.hand:])]
		c.hand = c.kept
	}
}

func (c *denseSieve) remove(s uint32) {
	c.states[s-1] = 0
	if at := slices.Index(c.log[:c.kept], s-1); at >= 0 {
		copy(c.log[at:], c.log[at+1:c.kept])
		c.kept--
		return
	}
	at := c.hand + slices.Index(c.log[c.hand:], s-1)
	copy(c.log[c.hand+1:at+1], c.log[c.hand:at])
	c.step()
}

func (c *denseSieve) replay(r *Requests) (m missed) {
	for i, id := range r.IDs {
		if c.steady() && !r.hasSizes() {
			return m.plus(c.replaySteady(r.IDs[i:]))
		}
		if c.states[id] != 0 {
			c.states[id] = marked
			continue
		}
		m.add(r.size(i))
		c.insert(uint64(id), 0, 1)
	}
	return m
}

// replaySteady returns the number of misses. The only branches are to a hand that must move on or return,
// and to a log that is full.
func (c *denseSieve) replaySteady(ids []uint32) (misses int64) {
	c.makeRoom()
	states, log := c.states, c.log[:cap(c.log)]
	kept, hand, end := c.kept, c.hand, len(c.log)
	for _, id := range ids {
		miss := ^states[id] & unmarked
		oldest := log[hand]
		old := states[oldest]
		if old&-miss == marked {
			for old == marked {
				states[oldest] = unmarked
				log[kept] = oldest
				kept++
				if hand++; hand == end {
					kept, hand, end = 0, 0, kept
				}
				oldest = log[hand]
				old = states[oldest]
			}
		}
		states[oldest] = old &^ -miss
		states[id] = marked - 2*miss
		if hand += int(miss); hand == end {
			kept, hand, end = 0, 0, kept
		}
		log[end] = id // not there yet, if it was a hit
		if end += int(miss); end == len(log) {
			end = kept + copy(log[kept:], log[hand:end])
			hand = kept
		}
		misses += int64(miss)
	}
	c.log, c.kept, c.hand = log[:end], kept, hand
	return misses
}
