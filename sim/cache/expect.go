package cache

import "math/bits"

// Expect tells a cache which keys will be looked up soon, and how many objects may be put in. It changes
// nothing in what the cache answers or holds: it only brings the memory that this will need nearer to the
// processor, all of it at once instead of piece by piece. That pays where much else has happened since the
// cache was last used. Good portions are some 16 to 64 keys.
//
// A cache that does not know how to expect keys, such as one of your own, is left alone.
func Expect(c Cache, keys []uint64, fills int) {
	if e, ok := c.(*engine); ok {
		e.core.touched = e.core.touch(keys)
		if e.lru != nil && 2*e.core.used > e.core.capacity {
			e.core.touched ^= e.lru.touchBack(fills)
		}
	}
}

// touchBack reads what evicting the last n objects will read.
func (c *lru) touchBack(n int) (touched uint32) {
	t, x := &c.table, &c.index
	s := t.entries[c.first].prev
	for range n {
		e := &t.entries[s]
		if e.key < uint64(len(x.direct)) {
			touched ^= x.direct[e.key]
		} else if len(x.tags) > 0 {
			touched ^= uint32(x.tags[x.home(hash(e.key))]) // seldom its slot
		}
		if t.keepSizes {
			touched ^= uint32(t.sizes[s])
		}
		s = e.prev
	}
	return touched
}

// touch reads what looking up the keys will read and returns something that depends on all of it. No
// branch depends on what is read, so that the processor can wait for all at the same time.
func (t *table) touch(keys []uint64) (touched uint32) {
	x := &t.index
	for _, key := range keys {
		if key < uint64(len(x.direct)) {
			touched ^= x.direct[key]
		} else if len(x.tags) > 0 {
			touched ^= uint32(x.tags[x.home(hash(key))])
		}
	}
	for _, key := range keys {
		s := uint32(0)
		if key < uint64(len(x.direct)) {
			s = x.direct[key]
		} else if len(x.tags) > 0 {
			// A key away from home is not worth a search.
			h := hash(key)
			group := x.home(h)
			m := matches(x.tags[group], tag(h)*everyTag)
			// If it is not there, the slots of its group are where it will be put.
			s = x.slots[group*groupSize+uint64(bits.TrailingZeros64(m))/8%groupSize]
			if m == 0 {
				s = 0
			}
		}
		e := t.entries[s]
		touched ^= uint32(e.key) ^ t.entries[e.prev].prev ^ t.entries[e.next].next
		if t.keepSizes {
			touched ^= uint32(t.sizes[s])
		}
	}
	return touched
}
