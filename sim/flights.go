package sim

import "math/bits"

// unknown is an instant that is not known yet.
const unknown = int64(1<<63 - 1)

// A flight is a fetch under way.
type flight struct {
	key   uint64
	bytes int64
	// first and last are the instants at which the object's first and last byte are at this site;
	// unknown until the answer is.
	first, last int64
	// queue and service are what the fetch waited and worked further up, in ns.
	queue, service int64
	// waiters heads the list of requests that wait for the answer.
	waiters uint32
	next    uint32 // of the free list
}

// A flightTable holds the fetches under way at one cache, by key: open addressing with linear probing
// over numbers of a pool, so that a fetch costs no allocation. Number 0 stands for none.
type flightTable struct {
	pool  []flight
	free  uint32
	slots []uint32
	shift uint8
	count int
}

func newFlightTable() flightTable {
	return flightTable{pool: make([]flight, 1, 16), slots: make([]uint32, 32), shift: 64 - 5}
}

func (t *flightTable) slot(key uint64) uint64 { return (key * 0x9e3779b97f4a7c15) >> t.shift }

// find returns the number of the fetch of a key, or 0.
func (t *flightTable) find(key uint64) uint32 {
	mask := uint64(len(t.slots) - 1)
	for i := t.slot(key); ; i = (i + 1) & mask {
		n := t.slots[i]
		if n == 0 || t.pool[n].key == key {
			return n
		}
	}
}

// add starts a fetch of a key that has none and returns its number.
func (t *flightTable) add(key uint64, bytes int64) uint32 {
	if 2*(t.count+1) > len(t.slots) {
		t.grow()
	}
	n := t.free
	if n != 0 {
		t.free = t.pool[n].next
	} else {
		n = uint32(len(t.pool))
		t.pool = append(t.pool, flight{})
	}
	t.pool[n] = flight{key: key, bytes: bytes, first: unknown, last: unknown}
	t.count++
	t.place(n)
	return n
}

func (t *flightTable) place(n uint32) {
	mask := uint64(len(t.slots) - 1)
	i := t.slot(t.pool[n].key)
	for t.slots[i] != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = n
}

func (t *flightTable) grow() {
	old := t.slots
	t.slots = make([]uint32, 2*len(old))
	t.shift = uint8(64 - bits.TrailingZeros(uint(len(t.slots))))
	for _, n := range old {
		if n != 0 {
			t.place(n)
		}
	}
}

// remove ends a fetch. The entries behind it move up, so that no probe meets a gap.
func (t *flightTable) remove(n uint32) {
	mask := uint64(len(t.slots) - 1)
	i := t.slot(t.pool[n].key)
	for t.slots[i] != n {
		i = (i + 1) & mask
	}
	for j := (i + 1) & mask; t.slots[j] != 0; j = (j + 1) & mask {
		home := t.slot(t.pool[t.slots[j]].key)
		if (j-home)&mask >= (j-i)&mask {
			t.slots[i] = t.slots[j]
			i = j
		}
	}
	t.slots[i] = 0
	t.pool[n].next = t.free
	t.free = n
	t.count--
}
