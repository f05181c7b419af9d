package cache

// belady evicts the object whose next request is farthest away (Belady, A Study of Replacement
// Algorithms for a Virtual-Storage Computer, 1966). With unit sizes no policy that must insert every
// object can miss less; where sizes differ it is a mark to aim at, not a bound.
//
// Objects that are never asked for again are inserted all the same. In bytes it matters which of
// several such objects leaves first: that follows from the heap, which is therefore the plain binary
// one with strict comparisons throughout. An object larger than the capacity is not inserted.
type belady struct {
	core
	heap  []uint32 // slots, from index 1; the farthest next request first
	place []uint32 // by slot: its index in heap
	next  []uint32 // by slot: its next request
}

func newBelady(c core, _ *spec) rule {
	c.mostSlots = c.slotsFor(1)
	c.makeLists(1)
	return &belady{core: c, heap: make([]uint32, 1)}
}

func (c *belady) access(uint32) bool { return true }

func (c *belady) insert(key uint64, _ uint32, sizeBytes int64) bool {
	return c.insertUntil(key, never, sizeBytes)
}

// insertUntil inserts an object whose next request is known.
func (c *belady) insertUntil(key uint64, next uint32, sizeBytes int64) bool {
	weight := c.weigh(sizeBytes)
	if weight > c.capacity {
		return false
	}
	for c.used > c.capacity-weight {
		victim := c.heap[1]
		c.pop(1)
		c.evict(victim)
	}
	s := c.take(key, sizeBytes)
	c.enter(sizeBytes)
	if n := cap(c.entries); n > len(c.place) {
		c.place, c.next = lengthen(c.place, n), lengthen(c.next, n)
	}
	c.next[s] = next
	c.heap = append(c.heap, s)
	c.place[s] = uint32(len(c.heap) - 1)
	c.up(len(c.heap) - 1)
	return true
}

func (c *belady) remove(s uint32) {
	c.pop(int(c.place[s]))
	c.free(s)
}

// pop takes out the slot at index i of the heap; the last one takes its place.
func (c *belady) pop(i int) {
	last := len(c.heap) - 1
	c.swap(i, last)
	c.heap = c.heap[:last]
	if i < last {
		c.down(i)
		c.up(i)
	}
}

func (c *belady) up(i int) {
	for i > 1 && c.next[c.heap[i/2]] < c.next[c.heap[i]] {
		c.swap(i, i/2)
		i /= 2
	}
}

func (c *belady) down(i int) {
	for 2*i < len(c.heap) {
		child := 2 * i
		if child+1 < len(c.heap) && c.next[c.heap[child]] < c.next[c.heap[child+1]] {
			child++
		}
		if c.next[c.heap[i]] >= c.next[c.heap[child]] {
			return
		}
		c.swap(i, child)
		i = child
	}
}

func (c *belady) swap(i, j int) {
	c.heap[i], c.heap[j] = c.heap[j], c.heap[i]
	c.place[c.heap[i]], c.place[c.heap[j]] = uint32(i), uint32(j)
}

func (c *belady) replay(r *Requests) (m missed) {
	for i, id := range r.IDs {
		if s := c.direct[id]; s != 0 {
			c.next[s] = r.next[i]
			c.up(int(c.place[s]))
			continue
		}
		m.add(r.size(i))
		c.insertUntil(uint64(id), r.next[i], r.weight(i))
	}
	return m
}
