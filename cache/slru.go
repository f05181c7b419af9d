package cache

// slru is segmented LRU (Karedla, Love and Wherry, Caching Strategies to Improve Disk System
// Performance, Computer 1994) with four segments: every hit lifts an object one segment, and those
// pushed out of a segment fall to the one below. Objects asked for once leave before those asked for
// again; bad where popularity moves, as what once climbed falls slowly.
//
// Each segment is an LRU of a quarter of the capacity (rounded down, the rest is not used). A new
// object enters the lowest segment that has room, so that an empty cache fills all four, and the
// lowest if none has, even beyond its limit. A hit moves an object to the front of the next segment;
// while a segment is over its limit its last object moves to the front of the one below, out of the
// lowest it is evicted. To make room, the last object of the lowest segment that is not empty leaves.
// An object larger than a segment is not inserted: nothing is cached below 4 objects.
type slru struct {
	lists
	limit int64 // of each segment
}

const topSegment = 3

func newSLRU(c core, _ *spec) rule {
	c.mostSlots = c.slotsFor(topSegment + 1)
	return &slru{lists: newLists(c, topSegment+1), limit: c.capacity / (topSegment + 1)}
}

func (c *slru) access(s uint32) bool {
	segment := c.list(s)
	if segment == topSegment {
		c.moveToFront(topSegment, s)
		return true
	}
	c.move(segment+1, s)
	for segment++; c.load[segment] > c.limit; {
		c.demote(segment)
	}
	return true
}

// demote moves the last object of a segment down and keeps the segment below within its limit.
func (c *slru) demote(segment uint32) {
	if segment == 0 {
		c.drop(c.back(0))
		return
	}
	c.move(segment-1, c.back(segment))
	for c.load[segment-1] > c.limit {
		c.demote(segment - 1)
	}
}

func (c *slru) insert(key uint64, _ uint32, sizeBytes int64) bool {
	weight := c.weigh(sizeBytes)
	if weight > c.limit {
		return false
	}
	for c.used > c.capacity-weight {
		c.evictOne()
	}
	segment := uint32(0)
	for segment < topSegment && c.load[segment] > c.limit-weight {
		segment++
	}
	if c.load[segment] > c.limit-weight {
		segment = 0
	}
	c.add(segment, key, sizeBytes)
	return true
}

func (c *slru) evictOne() {
	segment := uint32(0)
	for c.load[segment] == 0 {
		segment++
	}
	c.drop(c.back(segment))
}

func (c *slru) replay(r *Requests) (m missed) {
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
