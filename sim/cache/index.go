package cache

import "math/bits"

// An index finds the slot of a key. Slot 0 means "not there".
//
// Keys below len(direct) are found by one array load; a policy built on [dense] has states instead and finds its
// keys there. All others are hashed into buckets: open
// addressing with linear probing, at most half full (small tables: a quarter), without tombstones. A bucket
// is 32 bits: the slot in its low bits and above it a tag of what the slot's key hashes to, so that a probe
// almost never touches the slot of another key:
//
//	| displacement from the home bucket | further hash bits | slot |
//
// The displacement is what deletion needs to move later keys back; one too large for its bits is
// stored as their maximum and computed anew from the key.
type index struct {
	denseKeys int      // how long direct or states is to be
	direct    []uint32 // by key: its slot
	states    []uint8  // by key: 0 if it has no slot, which is its key + 1
	buckets   []uint32
	hashed    int // keys in buckets

	homeShift uint8 // 64 - log2(len(buckets)): a hash shifted so is the home bucket
	slotBits  uint8
	extraBits uint8
	slotMask  uint32
	extraMask uint32
	farthest  uint32 // the largest displacement that can be stored
}

// find returns the slot of key, or 0.
func (x *index) find(key uint64, entries []entry) uint32 {
	if key < uint64(len(x.direct)) {
		return x.direct[key]
	}
	return x.probe(key, entries)
}

// add records the slot of a key that has none.
func (x *index) add(key uint64, s uint32, entries []entry) {
	if key < uint64(len(x.direct)) {
		x.direct[key] = s
		return
	}
	if (x.hashed+1)*x.sparsity() > len(x.buckets) {
		x.rehash(max(16, 2*len(x.buckets)), entries)
	}
	x.hashed++
	x.place(hash(key), s)
}

// sparsity returns how many buckets a key has at least: more while they fit into the processor's own memory
// all the same, as then what costs is the search along a run.
func (x *index) sparsity() int {
	if len(x.buckets) < 1<<16 {
		return 4
	}
	return 2
}

// remove forgets a key that has slot s.
func (x *index) remove(key uint64, s uint32, entries []entry) {
	if key < uint64(len(x.direct)) {
		x.direct[key] = 0
		return
	}
	x.hashed--
	mask := uint64(len(x.buckets) - 1)
	gap := hash(key) >> (x.homeShift & 63) & mask
	for x.buckets[gap]&x.slotMask != s {
		gap = (gap + 1) & mask
	}
	// Move every later key of the run that may stand in the gap into it; it leaves the next gap.
	for i := (gap + 1) & mask; ; i = (i + 1) & mask {
		b := x.buckets[i]
		if b == 0 {
			break
		}
		back := (i - gap) & mask
		away := uint64(b >> ((x.slotBits + x.extraBits) & 31))
		if away == uint64(x.farthest) {
			away = (i - hash(entries[b&x.slotMask].key)>>x.homeShift) & mask
		}
		if away < back {
			continue
		}
		tag := b & (1<<(x.slotBits+x.extraBits) - 1)
		x.buckets[gap] = tag | x.distance(away-back)
		gap = i
	}
	x.buckets[gap] = 0
}

// fit makes room in the buckets' bits for slots below n.
func (x *index) fit(n int, entries []entry) {
	if len(x.buckets) > 0 && n > 1<<x.slotBits {
		x.rehash(len(x.buckets), entries)
	}
}

// probe returns the slot of a hashed key, or 0.
func (x *index) probe(key uint64, entries []entry) uint32 {
	if len(x.buckets) == 0 {
		if key < uint64(len(x.states)) && x.states[key] != 0 {
			return uint32(key) + 1
		}
		return 0
	}
	h := hash(key)
	mask := uint64(len(x.buckets) - 1)
	i := h >> (x.homeShift & 63) & mask
	want := x.extra(h)
	step := uint32(1) << ((x.slotBits + x.extraBits) & 31)
	for away := uint32(0); ; {
		b := x.buckets[i]
		if (b^want)&^x.slotMask == 0 && b != 0 {
			if s := b & x.slotMask; entries[s].key == key {
				return s
			}
		} else if b == 0 {
			return 0
		}
		i = (i + 1) & mask
		if away < x.farthest {
			away++
			want += step
		}
	}
}

// place puts a slot into the first empty bucket for its key's hash.
func (x *index) place(h uint64, s uint32) {
	mask := uint64(len(x.buckets) - 1)
	i := h >> (x.homeShift & 63) & mask
	away := uint64(0)
	for x.buckets[i] != 0 {
		i = (i + 1) & mask
		away++
	}
	x.buckets[i] = x.distance(away) | x.extra(h) | s
}

// extra returns the further hash bits of a hash, in place.
func (x *index) extra(h uint64) uint32 {
	return uint32(h>>((x.homeShift-x.extraBits)&63)) & x.extraMask << (x.slotBits & 31)
}

// distance returns a displacement, in place.
func (x *index) distance(away uint64) uint32 {
	return uint32(min(away, uint64(x.farthest))) << ((x.slotBits + x.extraBits) & 31)
}

// rehash moves all hashed keys to n buckets, n a power of two.
func (x *index) rehash(n int, entries []entry) {
	old, oldMask := x.buckets, x.slotMask
	x.buckets = make([]uint32, n)
	x.homeShift = uint8(64 - bits.TrailingZeros(uint(n)))
	x.slotBits = uint8(bits.Len(uint(cap(entries))))
	tag := 32 - x.slotBits
	far := min(6, tag)
	x.extraBits = min(tag-far, x.homeShift)
	x.slotMask = 1<<x.slotBits - 1
	x.extraMask = 1<<x.extraBits - 1
	x.farthest = 1<<far - 1
	for _, b := range old {
		if b != 0 {
			s := b & oldMask
			x.place(hash(entries[s].key), s)
		}
	}
}

// hash spreads keys by the golden ratio (Knuth, The Art of Computer Programming 3, 6.4); its upper
// bits are the good ones. Folding first lets the upper half of a key reach all of them.
func hash(key uint64) uint64 { return (key ^ key>>32) * 0x9E3779B97F4A7C15 }
