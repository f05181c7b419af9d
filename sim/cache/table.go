package cache

import "math/bits"

// An entry is one slot of a table: the key and its place in a doubly linked list of slots. Sixteen
// bytes, so that four share a cache line; sizes are kept apart because a hit never needs them.
type entry struct {
	key        uint64
	prev, next uint32
}

// A table maps keys to slots and holds the slots' lists. Slot numbers below the number of lists are
// the lists' ends; slot 0 therefore never holds an object, and 0 means "not there" in the index.
//
// Keys below len(direct) are found by one array load, all others by open addressing with linear
// probing. Memory follows the number of slots in use, not the keys ever seen, and nothing is
// allocated once the table has reached its largest size.
type table struct {
	direct  []uint32 // slot by key
	buckets []uint32 // slot by hash, a power of two long
	shift   uint8    // 64 - log2(len(buckets))
	hashed  int      // keys in buckets

	entries   []entry
	sizes     []int64 // bytes by slot; nil if keepSizes is false
	keepSizes bool
	freed     uint32 // first of the chain of free slots, linked by next
}

// makeLists makes n empty lists whose ends are the slots 0 to n-1.
func (t *table) makeLists(n int) {
	t.entries = make([]entry, n, max(8, 2*n))
	for i := range t.entries {
		t.entries[i].prev, t.entries[i].next = uint32(i), uint32(i)
	}
	if t.keepSizes {
		t.sizes = make([]int64, n, cap(t.entries))
	}
}

// find returns the slot of key, or 0.
func (t *table) find(key uint64) uint32 {
	if key < uint64(len(t.direct)) {
		return t.direct[key]
	}
	return t.probe(key)
}

// probe finds a key that is not below len(direct).
func (t *table) probe(key uint64) uint32 {
	if t.hashed == 0 {
		return 0
	}
	mask := uint64(len(t.buckets) - 1)
	for i := hash(key) >> t.shift; ; i++ {
		s := t.buckets[i&mask]
		if s == 0 || t.entries[s].key == key {
			return s
		}
	}
}

// take gives key, which must not have one, a slot that is in no list.
func (t *table) take(key uint64, sizeBytes int64) uint32 {
	s := t.freed
	if s != 0 {
		t.freed = t.entries[s].next
	} else {
		s = t.extend()
	}
	t.entries[s].key = key
	if t.keepSizes {
		t.sizes[s] = sizeBytes
	}
	if key < uint64(len(t.direct)) {
		t.direct[key] = s
		return s
	}
	t.addHashed(key, s)
	return s
}

// free gives back a slot that is in no list.
func (t *table) free(s uint32) {
	key := t.entries[s].key
	if key < uint64(len(t.direct)) {
		t.direct[key] = 0
	} else {
		t.removeHashed(key, s)
	}
	t.entries[s].next = t.freed
	t.freed = s
}

// size returns the stored size in bytes, or 1 where sizes are not kept.
func (t *table) size(s uint32) int64 {
	if t.keepSizes {
		return t.sizes[s]
	}
	return 1
}

// pushFront puts slot s at the front of a list.
func (t *table) pushFront(list, s uint32) {
	first := t.entries[list].next
	t.entries[s].prev, t.entries[s].next = list, first
	t.entries[first].prev = s
	t.entries[list].next = s
}

// unlink takes slot s out of its list.
func (t *table) unlink(s uint32) {
	e := t.entries[s]
	t.entries[e.prev].next = e.next
	t.entries[e.next].prev = e.prev
}

// back returns the last slot of a list, which is the list itself when it is empty.
func (t *table) back(list uint32) uint32 { return t.entries[list].prev }

// extend appends a slot. Growth slows down with size, so that large tables waste little.
func (t *table) extend() uint32 {
	s := len(t.entries)
	if s == cap(t.entries) {
		more := s + s/8
		if s < 1<<12 {
			more = 2 * s
		}
		t.entries = append(make([]entry, 0, more), t.entries...)
		if t.keepSizes {
			t.sizes = append(make([]int64, 0, more), t.sizes...)
		}
	}
	t.entries = t.entries[:s+1]
	if t.keepSizes {
		t.sizes = t.sizes[:s+1]
	}
	return uint32(s)
}

// addHashed adds a key to the buckets, growing them before they are five eighths full.
func (t *table) addHashed(key uint64, s uint32) {
	if 8*(t.hashed+1) > 5*len(t.buckets) {
		t.rehash(max(16, 2*len(t.buckets)))
	}
	t.hashed++
	mask := uint64(len(t.buckets) - 1)
	i := hash(key) >> t.shift
	for t.buckets[i&mask] != 0 {
		i++
	}
	t.buckets[i&mask] = s
}

// removeHashed removes the key in slot s and moves later ones of its run back, so that no run ever
// has a gap and no tombstone is needed.
func (t *table) removeHashed(key uint64, s uint32) {
	t.hashed--
	mask := uint64(len(t.buckets) - 1)
	gap := hash(key) >> t.shift
	for t.buckets[gap&mask] != s {
		gap++
	}
	gap &= mask
	for i := gap + 1; ; i++ {
		moved := t.buckets[i&mask]
		if moved == 0 {
			break
		}
		home := hash(t.entries[moved].key) >> t.shift
		if (i-home)&mask >= (i-gap)&mask {
			t.buckets[gap] = moved
			gap = i & mask
		}
	}
	t.buckets[gap] = 0
}

// rehash moves all hashed keys to n buckets.
func (t *table) rehash(n int) {
	old := t.buckets
	t.buckets = make([]uint32, n)
	t.shift = uint8(64 - bits.TrailingZeros(uint(n)))
	mask := uint64(n - 1)
	for _, s := range old {
		if s == 0 {
			continue
		}
		i := hash(t.entries[s].key) >> t.shift
		for t.buckets[i&mask] != 0 {
			i++
		}
		t.buckets[i&mask] = s
	}
}

// hash spreads keys by the golden ratio (Knuth, The Art of Computer Programming 3, 6.4); its upper
// bits are the good ones. Folding first lets the upper half of a key reach all of them.
func hash(key uint64) uint64 { return (key ^ key>>32) * 0x9E3779B97F4A7C15 }
