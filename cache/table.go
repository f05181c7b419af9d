package cache

// An entry is one slot of a table: the key and its place in a doubly linked list of slots. Sixteen
// bytes, so that four share a cache line; sizes are kept apart because a hit never needs them.
type entry struct {
	key        uint64
	prev, next uint32
}

// A table maps keys to slots and holds the slots' lists. Slot numbers below the number of lists are
// the lists' ends; slot 0 therefore never holds an object.
//
// Memory follows the number of slots in use, not the keys ever seen, and nothing is allocated once the
// table has reached its largest size.
type table struct {
	index
	entries   []entry
	sizes     []int64 // bytes by slot; nil if keepSizes is false
	keepSizes bool
	marks     []uint8 // what a policy wants by slot; nil if keepMarks is false
	keepMarks bool
	mostSlots int        // no more slots than this are ever in use; 0 if not known
	freed     uint32     // first of the chain of free slots, linked by next
	directory *Directory // that direct is borrowed from, or nil
}

// makeLists makes n empty lists whose ends are the slots 0 to n-1.
func (t *table) makeLists(n int) {
	t.most = t.mostSlots
	if t.denseKeys > 0 {
		t.direct = make([]uint32, t.denseKeys)
	}
	if least := max(8, 2*n); cap(t.entries) < least {
		t.resize(least)
	} else if t.keepMarks { // with a directory come the slots of its last cache
		t.marks = lengthen(t.marks, cap(t.entries))
	}
	for range n {
		list := t.takeSlot()
		t.entries[list] = entry{prev: list, next: list}
	}
}

// find returns the slot of key, or 0.
func (t *table) find(key uint64) uint32 { return t.index.find(key, t.entries) }

// take gives key, which must not have one, a slot that is in no list.
func (t *table) take(key uint64, sizeBytes int64) uint32 {
	s := t.takeSlot()
	t.entries[s].key = key
	if t.keepSizes {
		t.sizes[s] = sizeBytes
	}
	if t.keepMarks {
		t.marks[s] = 0
	}
	if key < uint64(len(t.direct)) {
		t.direct[key] = s
	} else {
		t.index.add(key, s, t.entries)
	}
	return s
}

// free gives back a slot that is in no list.
func (t *table) free(s uint32) {
	t.index.remove(t.entries[s].key, s, t.entries)
	t.freeSlot(s)
}

// takeList makes one more empty list.
func (t *table) takeList() uint32 {
	list := t.takeSlot()
	t.entries[list] = entry{prev: list, next: list}
	return list
}

// freeList gives back a list that is empty.
func (t *table) freeList(list uint32) { t.freeSlot(list) }

func (t *table) takeSlot() uint32 {
	if s := t.freed; s != 0 {
		t.freed = t.entries[s].next
		return s
	}
	s := len(t.entries)
	if s == cap(t.entries) {
		t.makeRoom()
	}
	t.entries = t.entries[:s+1]
	return uint32(s)
}

func (t *table) freeSlot(s uint32) {
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

// moveToFront moves slot s, which is in this or another list, to the front of a list.
func (t *table) moveToFront(list, s uint32) {
	entries := t.entries
	e := &entries[s]
	prev, next := e.prev, e.next
	if prev == list {
		return
	}
	entries[prev].next, entries[next].prev = next, prev
	first := entries[list].next
	e.prev, e.next = list, first
	entries[first].prev, entries[list].next = s, s
}

// makeRoom makes room for more slots. Growth slows down with size, so that large tables waste little.
func (t *table) makeRoom() {
	s := len(t.entries)
	more := s + s/8
	if s < 1<<12 {
		more = 2 * s
	}
	if t.mostSlots > s {
		more = min(more, t.mostSlots)
	}
	t.resize(more)
}

// resize makes room for n slots. The columns beside entries are always as long as its capacity.
func (t *table) resize(n int) {
	t.entries = append(make([]entry, 0, n), t.entries...)
	if t.keepSizes {
		t.sizes = lengthen(t.sizes, n)
	}
	if t.keepMarks {
		t.marks = lengthen(t.marks, n)
	}
}

// lengthen returns a copy of xs with n elements.
func lengthen[T any](xs []T, n int) []T {
	longer := make([]T, n)
	copy(longer, xs)
	return longer
}
