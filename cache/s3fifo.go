package cache

// s3fifo filters with a small queue before the main one (Yang et al., FIFO Queues are All You Need for
// Cache Eviction, SOSP 2023): an object must be asked for again while it is in the small queue, or
// soon after, to reach the main queue. It is good on web and CDN traces, where most objects are asked
// for once, and bad where objects come back only after they left the small queue and its ghosts.
//
// Parameters: small (0.1), the share of the small queue S; ghost (0.9), the weight of the ghosts as a
// share of the capacity; threshold (2), the hits in S that take an object to the main queue M. All
// queues are first in, first out.
//
// An object whose ghost is there goes to M, any other to S. Neither checks its queue's limit: S fills
// the whole cache at first. To evict: if M is over its limit (the rest of the capacity) or S is empty,
// the oldest object of M leaves, unless it was hit; then it returns to the front with its count of
// hits, at most 3, less 1. Else the oldest object of S leaves for the ghosts, unless it had its hits;
// then it goes to M with no hits.
//
// This is how libCacheSim of October 2024 does it, small caches included: an object as large as S is
// never inserted, so nothing is ever cached below 20 objects. s3fifo-2025, libCacheSim of May 2025,
// also sends new objects to M once S is full, until the first eviction.
type s3fifo struct {
	lists
	s3fifoLimits
	evicted bool
}

type s3fifoLimits struct {
	smallLimit, mainLimit, ghostLimit int64
	threshold                         uint8
	startInMain                       bool // fill M before the first eviction
}

// The lists of s3fifo and qdlp.
const (
	smallList = iota
	mainList
	ghostList
)

// oneHit is one hit in a mark, above the bits that name the list, and allHits the most hits counted.
const (
	oneHit  = listMask + 1
	allHits = 255 / oneHit
)

func newS3FIFO(c core, s *spec) rule { return newS3FIFOWith(c, s, false) }

func newS3FIFO2025(c core, s *spec) rule { return newS3FIFOWith(c, s, true) }

func newS3FIFOWith(c core, s *spec, startInMain bool) rule {
	small := c.share(s.number("small", .1, 1))
	limits := s3fifoLimits{
		smallLimit:  small,
		mainLimit:   c.capacity - small,
		ghostLimit:  c.share(s.number("ghost", .9, 10)),
		threshold:   uint8(s.integer("threshold", 2, 1, allHits)),
		startInMain: startInMain,
	}
	if c.isDense() && limits.smallLimit > 1 && limits.threshold <= mostHits {
		return newDenseS3FIFO(c, limits)
	}
	return &s3fifo{lists: newLists(c, 3), s3fifoLimits: limits}
}

func (c *s3fifo) cached(s uint32) bool { return c.list(s) != ghostList }

func (c *s3fifo) access(s uint32) bool {
	mark := c.marks[s]
	if mark&listMask == ghostList {
		return false
	}
	if mark < allHits*oneHit {
		c.marks[s] = mark + oneHit
	}
	return true
}

func (c *s3fifo) insert(key uint64, s uint32, sizeBytes int64) bool {
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
		c.add(mainList, key, sizeBytes)
	case c.startInMain && !c.evicted && c.load[smallList] >= c.smallLimit:
		c.add(mainList, key, sizeBytes)
	case weight == c.smallLimit:
		return false
	default:
		c.add(smallList, key, sizeBytes)
	}
	return true
}

// evictOne evicts one object, or none if all of S moves to M.
func (c *s3fifo) evictOne() {
	c.evicted = true
	if c.load[mainList] > c.mainLimit || c.load[smallList] == 0 {
		c.evictMain()
		return
	}
	for c.load[smallList] > 0 {
		s := c.back(smallList)
		if c.marks[s]/oneHit < c.threshold {
			c.retire(s, ghostList, c.ghostLimit)
			return
		}
		c.move(mainList, s)
	}
}

func (c *s3fifo) evictMain() {
	for {
		s := c.back(mainList)
		hits := c.marks[s] / oneHit
		if hits == 0 {
			c.drop(s)
			return
		}
		c.moveToFront(mainList, s)
		c.marks[s] = (min(hits, 3)-1)*oneHit | mainList
	}
}

func (c *s3fifo) replay(r *Requests) (m missed) {
	direct := c.direct
	for i, id := range r.IDs {
		s := direct[id]
		if s != 0 && c.access(s) {
			continue
		}
		m.add(r.size(i))
		c.insert(uint64(id), s, r.weight(i))
	}
	return m
}
