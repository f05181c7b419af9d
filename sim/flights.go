package sim

// unknown is an instant that is not known yet.
const unknown = int64(1<<63 - 1)

// A flight is a fetch under way.
type flight struct {
	attempt
	key   uint64
	bytes int64
	// left is the instant at which the question left: a new connection is set up first.
	left int64
	// takes is how long the object takes from its first byte to its last, for the connection that it comes over.
	takes int64
	// first and last are the instants at which the object's first and last byte are at this site;
	// unknown until the answer is.
	first, last int64
	// queue is what the fetch waited further up; service is the work that the origin will have with it, and when
	// the answer is there what was done. In ns.
	queue, service int64
	link           int64 // what the answer waited for links
	// waiters is the last request that waits for the answer, before which the others do, 0 for none.
	waiters uint32
	next    uint32 // in its chain, or of the free list
	home    uint32 // its chain
	conn    uint32 // the connection of a pool that it uses, 0 for none
	number  uint8  // the workload of the request that began it
	// recorded says that this request is past the warm-up.
	recorded bool
	_        [2]byte // so that the next four are cleared at once
	// isLost says that the site has failed since: whoever waits is lost, and nothing is cached.
	isLost bool
	// copied says that a cache further up has kept a copy, or passes on what another has.
	copied bool
	// isLate says that the answer has come with its last byte.
	isLate bool
	// joined says that queue is the wait for the fetch of another, at a tier further up.
	joined bool
	_      [4]byte // two lines of the processor's cache in all
}

// A flightTable holds the fetches under way at one cache, by key: chains through a pool, so that a fetch
// costs no allocation and ends in a few instructions. Number 0 stands for none.
type flightTable struct {
	pool  []flight
	free  uint32
	heads []uint32 // of the chains
	shift uint8
}

func newFlightTable() flightTable {
	return flightTable{pool: make([]flight, 1, 16), heads: make([]uint32, 64), shift: 64 - 6}
}

// clear forgets all fetches; the memory stays.
func (t *flightTable) clear() {
	t.pool, t.free = t.pool[:1], 0
	clear(t.heads)
}

// home returns the chain of a key.
func (t *flightTable) home(key uint64) uint32 {
	return uint32((key * 0x9e3779b97f4a7c15) >> (t.shift & 63))
}

// find returns the fetch of a key, or nil.
func (t *flightTable) find(key uint64) *flight {
	for n := t.heads[t.home(key)]; n != 0; {
		f := &t.pool[n]
		if f.key == key {
			return f
		}
		n = f.next
	}
	return nil
}

// number returns the number of the fetch of a key, 0 if there is none.
func (t *flightTable) number(key uint64) uint32 {
	for n := t.heads[t.home(key)]; n != 0; n = t.pool[n].next {
		if t.pool[n].key == key {
			return n
		}
	}
	return 0
}

// add makes a fetch of a key that has none and returns it with its number; it stays where it is until another is added. service is
// the origin's work with it.
func (t *flightTable) add(key uint64, bytes, service int64) (*flight, uint32) {
	if t.free == 0 {
		t.extend()
	}
	n := t.free
	f := &t.pool[n]
	t.free = f.next
	home := t.home(key)
	head := &t.heads[home]
	f.key, f.bytes, f.first, f.last, f.queue, f.service, f.link = key, bytes, unknown, unknown, 0, service, 0
	f.waiters, f.next, f.home = 0, *head, home
	f.isLost, f.copied, f.isLate, f.joined = false, false, false, false
	*head = n
	return f, n
}

// extend adds a free flight.
func (t *flightTable) extend() {
	t.free = uint32(len(t.pool))
	t.pool = append(t.pool, flight{})
	if 16*len(t.pool) > len(t.heads) {
		t.grow() // sparse, so that a chain seldom has any, which is then easy to foresee
	}
}

func (t *flightTable) grow() {
	old := t.heads
	t.heads = make([]uint32, 4*len(old))
	t.shift -= 2
	for _, n := range old {
		for n != 0 {
			f := &t.pool[n]
			next := f.next
			f.home = t.home(f.key)
			f.next = t.heads[f.home]
			t.heads[f.home] = n
			n = next
		}
	}
}

// remove ends a fetch.
func (t *flightTable) remove(n uint32) {
	f := &t.pool[n]
	at := &t.heads[f.home]
	for *at != n {
		at = &t.pool[*at].next
	}
	*at = f.next
	f.next, t.free = t.free, n
}

// forget lets no key lead to the fetches under way any more: they are lost, and keep their numbers.
func (t *flightTable) forget() {
	for i, n := range t.heads {
		for ; n != 0; n = t.pool[n].next {
			t.pool[n].isLost, t.pool[n].conn = true, 0 // with all connections of the site
		}
		t.heads[i] = 0
	}
}

// release frees the number of a fetch that no key leads to.
func (t *flightTable) release(n uint32) {
	t.pool[n].next = t.free
	t.free = n
}
