package cache

// twoQ is 2Q (Johnson and Shasha, 2Q: A Low Overhead High Performance Buffer Management Replacement
// Algorithm, VLDB 1994): new objects pass through a queue, and only those asked for again after they
// left it reach the LRU that most of the capacity belongs to. It withstands scans, and is bad where
// objects are popular for a short time only, as hits in the queue count for nothing.
//
// Parameters: in (0.25), the share of the queue Ain; out (0.5), the weight of the ghosts Aout as a
// share of the capacity. The LRU Am has the rest. An object whose ghost is there goes to Am, which
// first makes room within its own limit; any other goes to Ain without a check of its limit. A hit in
// Ain changes nothing, one in Am moves the object to the front. To evict: if Ain is over its limit its
// oldest object leaves for Aout, else the last of Am leaves. An object larger than Ain's share is not
// inserted: nothing is cached below 4 objects.
type twoQ struct {
	lists
	inLimit, outLimit, mainLimit int64
}

const (
	inList = iota
	lruList
	outList
)

func newTwoQ(c core, s *spec) rule {
	in := c.share(s.number("in", .25, 1))
	return &twoQ{
		lists:     newLists(c, 3),
		inLimit:   in,
		outLimit:  c.share(s.number("out", .5, 10)),
		mainLimit: c.capacity - in,
	}
}

func (c *twoQ) cached(s uint32) bool { return c.list(s) != outList }

func (c *twoQ) access(s uint32) bool {
	switch c.list(s) {
	case lruList:
		c.moveToFront(lruList, s)
	case outList:
		return false
	}
	return true
}

func (c *twoQ) insert(key uint64, s uint32, sizeBytes int64) bool {
	remembered := s != 0
	if remembered {
		c.forget(s)
	}
	weight := c.weigh(sizeBytes)
	if weight > c.inLimit {
		return false
	}
	for c.used > c.capacity-weight {
		if c.load[inList] > c.inLimit || c.load[lruList] == 0 {
			c.retire(c.back(inList), outList, c.outLimit)
		} else {
			c.drop(c.back(lruList))
		}
	}
	if !remembered {
		c.add(inList, key, sizeBytes)
		return true
	}
	for c.load[lruList] > c.mainLimit-weight && c.load[lruList] > 0 {
		c.drop(c.back(lruList))
	}
	c.add(lruList, key, sizeBytes)
	return true
}

func (c *twoQ) replay(r *Requests) (m missed) {
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
