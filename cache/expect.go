package cache

import "math/bits"

// Expect tells a cache which keys will be looked up soon, and which objects may be put in. It changes
// nothing in what the cache answers or holds: it only brings the memory that this will need nearer to the
// processor, all of it at once instead of piece by piece. Good portions are some 16 to 256 keys.
//
// That pays where much else has happened since the cache was last used, as where many caches are used in
// turns. Where everything is near anyway it only costs: for an LRU cache that is used all the time 5 to 20 ns a
// request, about as much as the look-up itself.
//
// A cache that does not know how to expect keys, such as one of your own, is left alone.
func Expect(c Cache, lookups, fills []uint64) {
	if e, ok := c.(*engine); ok {
		last := uint32(0)
		if e.lru != nil && 2*e.core.used > e.core.capacity {
			last = e.lru.last()
		}
		e.core.touched = e.core.touchHomes(lookups, fills, last) ^ e.core.touchSlots(lookups)
	}
}

// touchHomes reads where the index may have keys and returns something that depends on it. If there will be
// evictions, of the object in slot last and those before it, it reads what they will read, too: for that it must
// wait for one object after the other, meanwhile for the rest. Otherwise last is 0.
func (t *table) touchHomes(lookups, fills []uint64, last uint32) (touched uint32) {
	x := &t.index
	for _, key := range lookups {
		touched ^= x.touch(key)
	}
	for _, key := range fills {
		touched ^= x.touchPlaces(key)
		if last != 0 {
			e := &t.entries[last]
			touched ^= x.touch(e.key)
			if t.keepSizes {
				touched ^= uint32(t.sizes[last])
			}
			last = e.prev
		}
	}
	return touched
}

// touchSlots reads what looking up keys will read behind the index: of those that are there, first the slots, then
// the entries, then their neighbours. No branch depends on what is read, so that the processor can wait for many
// at the same time.
func (t *table) touchSlots(keys []uint64) (touched uint32) {
	var slots [64]uint32
	for len(keys) > 0 {
		part := keys[:min(len(keys), len(slots))]
		keys = keys[len(part):]
		n := 0
		for _, key := range part {
			s := t.index.guess(key)
			slots[n%len(slots)] = s
			if s != 0 {
				n++
			}
		}
		for _, s := range slots[:n] {
			touched ^= uint32(t.entries[s].key)
			if t.keepSizes {
				touched ^= uint32(t.sizes[s])
			}
		}
		for _, s := range slots[:n] {
			e := &t.entries[s]
			touched ^= t.entries[e.prev].prev ^ t.entries[e.next].next
		}
	}
	return touched
}

// touch reads what tells whether a key is there, as far as it is at home.
func (x *index) touch(key uint64) uint32 {
	if key < uint64(len(x.direct)) {
		return x.direct[key]
	}
	if group := x.home(hash(key)); group < uint64(len(x.tags)) {
		return uint32(x.tags[group])
	}
	return 0
}

// touchPlaces reads where a key will be put, too.
func (x *index) touchPlaces(key uint64) uint32 {
	if key < uint64(len(x.direct)) {
		return x.direct[key]
	}
	if group := x.home(hash(key)); group < uint64(len(x.tags)) {
		return uint32(x.tags[group]) ^ x.slots[group*groupSize]
	}
	return 0
}

// guess returns what is likely the slot of a key, or 0: one away from home is not worth a search.
func (x *index) guess(key uint64) (s uint32) {
	if key < uint64(len(x.direct)) {
		return x.direct[key]
	}
	h := hash(key)
	if group := x.home(h); group < uint64(len(x.tags)) {
		m := matches(x.tags[group], tag(h)*everyTag)
		s = x.slots[group*groupSize+uint64(bits.TrailingZeros64(m))/8%groupSize]
		if m == 0 {
			s = 0
		}
	}
	return s
}
