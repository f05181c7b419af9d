package cache

// wTinyLFU lets a small LRU window catch what is new and a frequency contest decide what stays (Einziger,
// Friedman and Manes, TinyLFU: A Highly Efficient Cache Admission Policy, ACM TOS 2017). It is among the
// best where popularity lasts, and bad where objects live shortly but longer than the window.
//
// Parameters: window (0.01), the share of the window; protected (0.8), the share of the rest for objects
// hit again after they entered it; keys, how many keys the sketch is made for (the capacity in objects, or
// 131072 where it counts bytes; the latter is assumed). A new object enters the window, or goes straight to
// the contest if it is larger. What falls out of the window must have been asked for more often lately than
// the last object of the main part's first segment (of the second, if that is empty), and so on until it
// fits; else it leaves itself. An object larger than the capacity is not inserted.
//
// libCacheSim's W-TinyLFU is another one: its sketch counts main hits, insertions and contests only, takes
// 57 bytes of memory for each byte of capacity, and caches nothing below 100 objects. It is not followed.
type wTinyLFU struct {
	lists
	windowLimit, mainLimit, protectedLimit int64
	sketch                                 *sketch
}

const (
	windowList = iota
	probationList
	protectedList
)

func newWTinyLFU(c core, s *spec) rule {
	window := c.share(s.number("window", .01, 1))
	def := int64(defaultSketchKeys)
	if c.byObjects {
		def = c.capacity
	}
	p := &wTinyLFU{windowLimit: window, mainLimit: c.capacity - window}
	p.protectedLimit = int64(float64(p.mainLimit) * s.number("protected", .8, 1))
	keys := s.integer("keys", min(def, maxKeys), 1, maxKeys)
	if s.err != nil {
		return nil
	}
	p.lists, p.sketch = newLists(c, 3), newSketch(keys)
	return p
}

func (c *wTinyLFU) access(s uint32) bool {
	c.sketch.add(c.entries[s].key)
	if list := c.list(s); list != probationList {
		c.moveToFront(list, s)
		return true
	}
	c.move(protectedList, s)
	for c.load[protectedList] > c.protectedLimit {
		c.move(probationList, c.back(protectedList))
	}
	return true
}

func (c *wTinyLFU) insert(key uint64, _ uint32, sizeBytes int64) bool {
	c.sketch.add(key)
	weight := c.weigh(sizeBytes)
	if weight > c.capacity {
		return false
	}
	c.lists.add(windowList, key, sizeBytes)
	if weight > c.windowLimit {
		c.contest(c.find(key))
	}
	for c.load[windowList] > c.windowLimit {
		c.contest(c.back(windowList))
	}
	return c.find(key) != 0
}

// contest moves an object from the window to the main part or evicts it.
func (c *wTinyLFU) contest(s uint32) {
	weight := c.weight(s)
	frequency := c.sketch.estimate(c.entries[s].key)
	for c.load[probationList]+c.load[protectedList] > c.mainLimit-weight {
		if weight > c.mainLimit {
			c.drop(s)
			return
		}
		victim := c.back(probationList)
		if c.load[probationList] == 0 {
			victim = c.back(protectedList)
		}
		if frequency <= c.sketch.estimate(c.entries[victim].key) {
			c.drop(s)
			return
		}
		c.drop(victim)
	}
	c.move(probationList, s)
}

func (c *wTinyLFU) replay(r *Requests) (m missed) {
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
