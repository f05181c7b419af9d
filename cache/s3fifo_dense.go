package cache

// denseS3FIFO is s3fifo on dense. Its queues are rings of keys. A ghost whose key is cached again leaves its
// queue in the middle: the key stays behind there and counts as stale.
type denseS3FIFO struct {
	dense
	s3fifoLimits
	small, main, ghosts ring
	remembered          int64 // the ghosts that are not stale
	evicted             bool
}

// The state of a key: where it is, its hits, and above them how many of its ghosts are stale.
const (
	isGhost   = 1
	cachedBit = 2
	inSmall   = cachedBit
	inMain    = cachedBit + 1
	placeMask = 3

	denseHit     = 4
	mostHits     = 3 // that main counts
	denseHitMask = mostHits * denseHit
	stale        = denseHitMask + denseHit
	mostStale    = 255 / stale * stale
)

func newDenseS3FIFO(c core, limits s3fifoLimits) rule {
	return &denseS3FIFO{dense: newDense(c), s3fifoLimits: limits}
}

func (c *denseS3FIFO) cached(s uint32) bool { return c.states[s-1]&cachedBit != 0 }

func (c *denseS3FIFO) access(s uint32) bool {
	state := c.states[s-1]
	if state&cachedBit == 0 {
		return false
	}
	if state&denseHitMask != denseHitMask {
		c.states[s-1] = state + denseHit
	}
	return true
}

func (c *denseS3FIFO) insert(key uint64, _ uint32, _ int64) bool {
	id := uint32(key)
	wasGhost := c.states[id]&placeMask == isGhost
	if wasGhost {
		c.forget(id)
	}
	if c.used == c.capacity {
		c.evictOne()
	}
	if wasGhost || c.startInMain && !c.evicted && c.small.len() >= c.smallLimit {
		c.main.push(id)
		c.states[id] |= inMain
	} else {
		c.small.push(id)
		c.states[id] |= inSmall
	}
	c.enter(1)
	return true
}

// evictOne evicts one object.
func (c *denseS3FIFO) evictOne() {
	c.evicted = true
	for mainFits := c.main.len() <= c.mainLimit; mainFits && c.small.len() > 0; {
		id := c.small.pop()
		state := c.states[id]
		if state&denseHitMask/denseHit < c.threshold {
			c.states[id] = state &^ (placeMask | denseHitMask)
			c.remember(id)
			c.countOut(id)
			return
		}
		c.states[id] = state&^denseHitMask | inMain
		c.main.push(id)
	}
	for {
		id := c.main.pop()
		state := c.states[id]
		if state&denseHitMask == 0 {
			c.states[id] = state &^ placeMask
			c.countOut(id)
			return
		}
		c.states[id] = state - denseHit
		c.main.push(id)
	}
}

// remember makes a ghost of a key that is nowhere.
func (c *denseS3FIFO) remember(id uint32) {
	if c.ghostLimit == 0 {
		return
	}
	for c.remembered == c.ghostLimit {
		oldest := c.ghosts.pop()
		if c.states[oldest] >= stale {
			c.states[oldest] -= stale
			continue
		}
		c.states[oldest] = 0
		c.remembered--
	}
	if c.ghosts.isFull() && c.remembered < c.ghosts.len()/2 {
		c.dropStale()
	}
	c.ghosts.push(id)
	c.states[id] |= isGhost
	c.remembered++
}

// forget makes a ghost stale.
func (c *denseS3FIFO) forget(id uint32) {
	if c.states[id] >= mostStale {
		c.dropStale()
	}
	c.states[id] += stale - isGhost
	c.remembered--
}

// dropStale takes all stale ghosts out of the queue. Those of a key are its oldest.
func (c *denseS3FIFO) dropStale() {
	for range c.ghosts.len() {
		id := c.ghosts.pop()
		if c.states[id] >= stale {
			c.states[id] -= stale
			continue
		}
		c.ghosts.push(id)
	}
}

func (c *denseS3FIFO) remove(s uint32) {
	id := s - 1
	if c.states[id]&placeMask == inMain {
		c.main.remove(id)
	} else {
		c.small.remove(id)
	}
	c.states[id] &^= placeMask | denseHitMask
}

func (c *denseS3FIFO) replay(r *Requests) (m missed) {
	states := c.states
	for i, id := range r.IDs {
		state := states[id]
		if state&cachedBit == 0 {
			m.add(r.size(i))
			c.insert(uint64(id), 0, 1)
		} else if state&denseHitMask != denseHitMask {
			states[id] = state + denseHit
		}
	}
	return m
}
