package cache

// qdlp is quick demotion with lazy promotion (Yang et al., FIFO can be Better than LRU, HotOS 2023):
// a small queue with ghosts like S3-FIFO's before a CLOCK. Good and bad at what S3-FIFO is.
//
// Parameters: small (0.1) and ghost (0.9), as for s3fifo. An object whose ghost is there goes to the
// main CLOCK, any other to the small queue, neither with a check of its queue's limit. To evict: the
// oldest object of the small queue leaves for the ghosts, or if it was hit goes to the main queue,
// which makes room for it within its own limit; only when the small queue is empty does the main
// queue evict of itself. The main queue counts hits to 3 and gives a second chance for each.
//
// This is libCacheSim's QDLP with a 2-bit CLOCK; an object as large as the small queue is never
// inserted, so nothing is ever cached below 20 objects.
type qdlp struct {
	lists
	smallLimit, mainLimit, ghostLimit int64
}

func newQDLP(c core, s *spec) rule {
	small := c.share(s.number("small", .1, 1))
	return &qdlp{
		lists:      newLists(c, 3),
		smallLimit: small,
		mainLimit:  c.capacity - small,
		ghostLimit: c.share(s.number("ghost", .9, 10)),
	}
}

func (c *qdlp) cached(s uint32) bool { return c.list(s) != ghostList }

func (c *qdlp) access(s uint32) bool {
	mark := c.marks[s]
	if mark&listMask == ghostList {
		return false
	}
	if mark < 3*oneHit {
		c.marks[s] = mark + oneHit
	}
	return true
}

func (c *qdlp) insert(key uint64, s uint32, sizeBytes int64) bool {
	remembered := s != 0
	if remembered {
		c.forget(s)
	}
	weight := c.weigh(sizeBytes)
	if weight > c.smallLimit {
		return false
	}
	for c.used > c.capacity-weight {
		c.evictOne()
	}
	switch {
	case remembered:
		for c.load[mainList] > c.mainLimit-weight {
			c.evictMain()
		}
		c.add(mainList, key, sizeBytes)
	case weight == c.smallLimit:
		return false
	default:
		c.add(smallList, key, sizeBytes)
	}
	return true
}

// evictOne takes one object out of the small queue, or out of the main queue if that is empty.
func (c *qdlp) evictOne() {
	if c.load[smallList] == 0 {
		c.evictMain()
		return
	}
	s := c.back(smallList)
	if c.marks[s]/oneHit == 0 {
		c.retire(s, ghostList, c.ghostLimit)
		return
	}
	weight := c.weight(s)
	for c.load[mainList] > c.mainLimit-weight {
		c.evictMain()
	}
	c.move(mainList, s)
}

func (c *qdlp) evictMain() {
	s := c.back(mainList)
	for c.marks[s] >= oneHit {
		c.marks[s] -= oneHit
		c.moveToFront(mainList, s)
		s = c.back(mainList)
	}
	c.drop(s)
}

func (c *qdlp) replay(r *Requests) (m missed) {
	for i, id := range r.IDs {
		s := c.direct[id]
		if s != 0 && c.access(s) {
			continue
		}
		m.add(r.size(i))
		c.insert(uint64(id), s, r.weight(i))
	}
	return m
}
