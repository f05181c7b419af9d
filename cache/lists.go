package cache

// lists is a core whose slots stand in one of several lists, with the weight of each list. The low
// two bits of a slot's mark say in which; a policy may use the others.
type lists struct {
	core
	load [4]int64 // weight by list
}

const listMask = 3

// newLists makes n lists, at most four, on a core.
func newLists(c core, n int) lists {
	c.keepMarks = true
	c.makeLists(n)
	return lists{core: c}
}

// list returns the list that slot s stands in.
func (c *lists) list(s uint32) uint32 { return uint32(c.marks[s] & listMask) }

// put puts slot s, which is in no list, at the front of a list and clears the rest of its mark.
func (c *lists) put(list, s uint32) {
	c.pushFront(list, s)
	c.marks[s] = uint8(list)
	c.load[list] += c.weight(s)
}

// pull takes slot s out of its list.
func (c *lists) pull(s uint32) {
	c.unlink(s)
	c.load[c.list(s)] -= c.weight(s)
}

// move puts slot s, which is in a list, at the front of a list.
func (c *lists) move(list, s uint32) {
	c.pull(s)
	c.put(list, s)
}

// add puts a new object at the front of a list.
func (c *lists) add(list uint32, key uint64, sizeBytes int64) {
	c.put(list, c.take(key, sizeBytes))
	c.enter(sizeBytes)
}

// drop evicts the object in slot s.
func (c *lists) drop(s uint32) {
	c.pull(s)
	c.evict(s)
}

// forget frees a ghost.
func (c *lists) forget(s uint32) {
	c.pull(s)
	c.free(s)
}

// retire evicts the object in slot s into a list of ghosts that is first in, first out and holds at
// most limit. An object larger than the limit leaves no ghost.
func (c *lists) retire(s, ghosts uint32, limit int64) {
	c.pull(s)
	weight := c.weight(s)
	if weight > limit {
		c.evict(s)
		return
	}
	c.evictToGhost(s)
	for c.load[ghosts] > limit-weight {
		c.forget(c.back(ghosts))
	}
	c.put(ghosts, s)
}

// remove implements rule for all policies on lists.
func (c *lists) remove(s uint32) { c.forget(s) }
