package cache

import "math/bits"

// An index finds the slot of a key. Slot 0 means "not there".
//
// Keys below len(direct) are found by one array load; a policy built on [dense] has states instead and finds its
// keys there. All others are hashed into groups of eight places. A group has a byte for each of its places, 0 if
// it is empty and else a tag of what its key hashes to, all in one word: so a look-up compares all eight at
// once, and whether it must look further depends only on whether the key is there. (Which of the places of a
// run a key has is what a processor cannot foresee in plain open addressing.)
//
// A key whose group is full stands in the next one that is not. Deletion moves such keys back: a group after
// which a key was sent on is always full.
type index struct {
	denseKeys int      // how long direct or states is to be
	direct    []uint32 // by key: its slot
	states    []uint8  // by key: 0 if it has no slot, which is its key + 1

	tags   []uint64 // by group
	slots  []uint32 // by place
	hashed int      // keys in groups
	most   int      // no more keys than this are ever hashed; 0 if not known
}

const (
	groupSize = 8
	// perGroup is how many keys a group has on average at most: so few that hardly any group is full.
	perGroup = 3

	everyTag = 0x0101010101010101 // times a tag: the tag in every byte
	occupant = 0x8080808080808080 // the bits that say that places are taken
)

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
	if x.hashed >= perGroup*len(x.tags) {
		x.grow(entries)
	}
	x.hashed++
	x.place(hash(key), s)
}

// remove forgets a key that has slot s.
func (x *index) remove(key uint64, s uint32, entries []entry) {
	if key < uint64(len(x.direct)) {
		x.direct[key] = 0
		return
	}
	x.hashed--
	x.vacate(hash(key), s, entries)
}

// probe returns the slot of a key that is not in direct, or 0.
func (x *index) probe(key uint64, entries []entry) uint32 {
	tags := x.tags
	h := hash(key)
	group := x.home(h)
	if group >= uint64(len(tags)) { // there are none
		if key < uint64(len(x.states)) && x.states[key] != 0 {
			return uint32(key) + 1
		}
		return 0
	}
	want := tag(h) * everyTag
	for w := tags[group]; ; w = tags[group] {
		for m := matches(w, want); m != 0; m &= m - 1 {
			if s := x.slots[placeOf(group, m)]; entries[s].key == key {
				return s
			}
		}
		if w&occupant != occupant {
			return 0
		}
		group = x.next(group)
	}
}

// place puts a slot into the first empty place for its key's hash.
func (x *index) place(h uint64, s uint32) {
	tags := x.tags
	group := x.home(h)
	for tags[group]&occupant == occupant {
		group = x.next(group)
	}
	x.put(h, s, placeOf(group, ^tags[group]&occupant))
}

// put fills an empty place.
func (x *index) put(h uint64, s uint32, place uint64) {
	x.tags[place/groupSize] |= tag(h) << (place % groupSize * 8)
	x.slots[place] = s
}

// vacate empties the place of slot s, whose key hashes to h.
func (x *index) vacate(h uint64, s uint32, entries []entry) {
	group := x.home(h)
	w := x.tags[group]
	m := matches(w, tag(h)*everyTag)
	if m&(m-1) == 0 && w&occupant != occupant {
		// It is in no other group, and no other key here has its tag.
		x.tags[group] = w &^ (m >> 7 * 0xFF)
		return
	}
	for {
		for ; m != 0; m &= m - 1 {
			if place := placeOf(group, m); x.slots[place] == s {
				x.tags[group] = w &^ (m & -m >> 7 * 0xFF)
				if w&occupant == occupant {
					x.refill(place, entries)
				}
				return
			}
		}
		group = x.next(group)
		w = x.tags[group]
		m = matches(w, tag(h)*everyTag)
	}
}

// refill moves a key that was sent on from a group that was full until now to the place that is empty there. It
// leaves a gap itself, which in a full group is to be filled, too.
func (x *index) refill(gap uint64, entries []entry) {
	for group := x.next(gap / groupSize); ; group = x.next(group) {
		w := x.tags[group]
		for m := w & occupant; m != 0; m &= m - 1 {
			place := placeOf(group, m)
			s := x.slots[place]
			h := hash(entries[s].key)
			if x.distance(x.home(h), group) >= x.distance(gap/groupSize, group) {
				x.tags[group] = w &^ (0xFF << (place % groupSize * 8))
				x.put(h, s, gap)
				gap = place
				break
			}
		}
		if w&occupant != occupant {
			return
		}
	}
}

// grow moves all hashed keys to more groups. Growth slows down with size, so that large tables waste little.
func (x *index) grow(entries []entry) {
	tags, slots := x.tags, x.slots
	n := len(tags) + len(tags)/4
	if len(tags) < 1<<10 {
		n = 2*len(tags) + 1
	}
	if enough := (x.most + perGroup - 1) / perGroup; enough > len(tags) {
		n = min(n, enough)
	}
	x.tags, x.slots = make([]uint64, n), make([]uint32, groupSize*n)
	for group, w := range tags {
		for m := w & occupant; m != 0; m &= m - 1 {
			s := slots[placeOf(uint64(group), m)]
			x.place(hash(entries[s].key), s)
		}
	}
}

// home returns the home group of a hash.
func (x *index) home(h uint64) uint64 {
	group, _ := bits.Mul64(h, uint64(len(x.tags)))
	return group
}

// next returns the group after a group; the first comes after the last.
func (x *index) next(group uint64) uint64 {
	if group++; group < uint64(len(x.tags)) {
		return group
	}
	return 0
}

// distance returns how many groups after another one a group comes.
func (x *index) distance(from, to uint64) uint64 {
	if to < from {
		to += uint64(len(x.tags))
	}
	return to - from
}

// placeOf returns the place in a group of the lowest bit in m.
func placeOf(group, m uint64) uint64 {
	return group*groupSize + uint64(bits.TrailingZeros64(m))/8
}

// matches returns the places of a group that have the tag that is in every byte of want: a bit in the byte of
// each, and sometimes in that of a place above it which has not.
func matches(w, want uint64) uint64 {
	w ^= want
	return (w - everyTag) &^ w & occupant
}

// tag returns what a hash leaves in its group.
func tag(h uint64) uint64 { return h>>32&0x7F | 0x80 }

// hash spreads keys by the golden ratio (Knuth, The Art of Computer Programming 3, 6.4); its upper
// bits are the good ones. Folding first lets the upper half of a key reach all of them.
func hash(key uint64) uint64 { return (key ^ key>>32) * 0x9E3779B97F4A7C15 }
