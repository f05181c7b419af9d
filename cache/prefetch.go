package cache

import "math/bits"

// Everything here only reads: it brings memory nearer to the processor before it is needed, many places at once
// instead of one after the other. What was read goes into a value that nobody uses, [core.touched] at last, because
// the compiler leaves a read out whose value is lost: Go has no instruction for it.
//
// Build with the tag noprefetch to be without. Measured in turns on two busy cores (AMD64), in yardsticks a request:
// BenchmarkManyCaches in turns of 32, which is where the simulator is, takes 0.32, 0.34, 0.34 with and 0.52, 0.50
// without, so a third less. BenchmarkReplay of lru showed no difference beyond its noise (0.6 to 1.1 with, 0.4 to
// 2.2 without); measure again on a quiet machine before you rest anything on that one.

// ahead is how many requests ahead the replay of LRU looks into the table, so that the processor has at hand what
// it needs to foresee a miss.
const ahead = 12

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
