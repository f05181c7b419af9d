package cache

import (
	"math/bits"
	"reflect"
)

// A log is an LRU or FIFO cache with a capacity in bytes for simulators in which many caches take turns, so that each finds
// its memory cold. It holds what an [engine] with that policy holds and touches fewer lines of memory: one for a look-up that
// misses, two for one that hits, and for an object that takes another's place two and some that are read in sequence.
//
// Objects stand in a ring in the order in which they will leave. Under LRU a hit writes the object at the head anew and leaves a
// gap where it stood; who leaves is found at the tail, past gaps. So only the places of hits are far apart. An index of lines of 64
// bytes, tags and places side by side, finds where in the ring a key stands.
type log[N any] struct {
	lines    []logLine
	ring     []logged[N] // a power of two long
	head     uint32      // where the next object goes; positions count up, and stand for places by their lower bits
	tail     uint32      // where the oldest may stand
	objects  int
	used     int64
	capacity int64
	big      map[uint32]int64 // sizes that the ring has no room for
	rewrites bool             // under LRU
	stretch  int              // a ring that is full of gaps is closed up where it is longer than so many times the objects, else doubled
	aLine    int              // objects of the ring in a line of the processor's cache
	onEvict  func(key uint64, sizeBytes int64)
	touched  uint32 // of no use: see prefetch.go
	// begun is where the tail was when the cache was last told what comes, left how many objects have left since, and perLeaver how far the tail
	// moved for each of them.
	begun, left uint32
	perLeaver   float32
}

// A logged object has size 0 where it has moved on or left. Its note goes with it.
type logged[N any] struct {
	note      N
	key, size uint32
}

// A logLine is a line of the processor's cache: the tags of twelve places, then the places, which are positions in the ring. The
// upper half of the second word counts the keys that went on to the next line because this one was full.
type logLine struct {
	tags   [2]uint64
	places [linePlaces]uint32
}

const (
	linePlaces = 12
	perLine    = 8 // keys a line, on average at most
	bigSize    = 1<<32 - 1
	// growMargin is how many more lines than it needs by the mean size a cache that is to be full gets, as the mean goes on to change.
	growMargin = 1.06
	// secondTags are the bits that say that places are taken in the second word of tags.
	secondTags = occupant & (1<<32 - 1)
	passed     = 1 << 32 // one key more that went on
	// The stretch of rings without notes, and with them, which are longer.
	ringStretch, notedStretch = 6, 3
)

// newLog returns an empty cache of a Config that a log can stand in for, and whether there is one.
func newLog[N any](cfg Config, stretch int) (*log[N], bool) {
	plain := cfg.NewPolicy == nil && cfg.NewAdmission == nil && (cfg.Admission == "" || cfg.Admission == "always")
	if !plain || cfg.CapacityBytes <= 0 || cfg.CapacityObjects != 0 || cfg.DenseKeys != 0 || cfg.Directory != nil {
		return nil, false
	}
	switch cfg.Policy {
	case "", "lru", "fifo":
		return &log[N]{
			lines: make([]logLine, 8), ring: make([]logged[N], 256), capacity: cfg.CapacityBytes, onEvict: cfg.OnEvict, rewrites: cfg.Policy != "fifo",
			stretch: stretch, aLine: max(64/int(reflect.TypeFor[logged[N]]().Size()), 1),
		}, true
	}
	return nil, false
}

// home returns the line of a key and the tag that it has there, in every byte.
func (c *log[N]) home(key uint32) (n uint32, want uint64) {
	h := hash(uint64(key))
	line, _ := bits.Mul64(h, uint64(len(c.lines)))
	return uint32(line), tag(h) * everyTag
}

func (c *log[N]) nextLine(n uint32) uint32 {
	if n++; n < uint32(len(c.lines)) {
		return n
	}
	return 0
}

// at returns the place of a position.
func (c *log[N]) at(position uint32) *logged[N] { return &c.ring[position&uint32(len(c.ring)-1)] }

// find returns where the index has the position of a key, or nil.
func (c *log[N]) find(key uint32) *uint32 {
	n, want := c.home(key)
	for {
		l := &c.lines[n]
		for m := matches(l.tags[0], want); m != 0; m &= m - 1 {
			if p := &l.places[bits.TrailingZeros64(m)/8&7]; c.at(*p).key == key {
				return p
			}
		}
		for m := matches(l.tags[1], want) & secondTags; m != 0; m &= m - 1 {
			if p := &l.places[8+bits.TrailingZeros64(m)/8&3]; c.at(*p).key == key {
				return p
			}
		}
		if l.tags[1] < passed {
			return nil
		}
		n = c.nextLine(n)
	}
}

// put notes the position of a key that has none.
func (c *log[N]) put(key, position uint32) {
	n, want := c.home(key)
	for {
		l := &c.lines[n]
		if m := ^l.tags[0] & occupant; m != 0 {
			i := bits.TrailingZeros64(m) / 8 & 7
			l.tags[0] |= want & 0xFF << (8 * i)
			l.places[i] = position
			return
		}
		if m := ^l.tags[1] & secondTags; m != 0 {
			i := bits.TrailingZeros64(m) / 8 & 3
			l.tags[1] |= want & 0xFF << (8 * i)
			l.places[8+i] = position
			return
		}
		l.tags[1] += passed
		n = c.nextLine(n)
	}
}

// drop forgets a key that has a position.
func (c *log[N]) drop(key, position uint32) {
	n, want := c.home(key)
	for {
		l := &c.lines[n]
		for m := matches(l.tags[0], want); m != 0; m &= m - 1 {
			if i := bits.TrailingZeros64(m) / 8 & 7; l.places[i] == position {
				l.tags[0] &^= 0xFF << (8 * i)
				return
			}
		}
		for m := matches(l.tags[1], want) & secondTags; m != 0; m &= m - 1 {
			if i := bits.TrailingZeros64(m) / 8 & 3; l.places[8+i] == position {
				l.tags[1] &^= 0xFF << (8 * i)
				return
			}
		}
		l.tags[1] -= passed
		n = c.nextLine(n)
	}
}

// write puts an object at the head and returns its position.
func (c *log[N]) write(o logged[N]) uint32 {
	if c.head-c.tail == uint32(len(c.ring)) {
		c.makeRoom()
	}
	position := c.head
	*c.at(position) = o
	c.head++
	return position
}

// makeRoom skips gaps at the tail. Where there are none it doubles the ring or, where that has many gaps, closes them.
func (c *log[N]) makeRoom() {
	for c.tail != c.head && c.at(c.tail).size == 0 {
		c.tail++
	}
	switch {
	case c.head-c.tail < uint32(len(c.ring)):
	case len(c.ring) < c.stretch*c.objects:
		old := c.ring
		c.ring = make([]logged[N], 2*len(old))
		for p := c.tail; p != c.head; { // as far as it is in one piece in both
			from, to := old[p&uint32(len(old)-1):], c.ring[p&uint32(len(c.ring)-1):]
			p += uint32(copy(to, from[:min(len(from), int(c.head-p))]))
		}
	default:
		to := c.tail
		for p := c.tail; p != c.head; p++ {
			o := c.at(p)
			if o.size == 0 {
				continue
			}
			if p != to {
				*c.at(to) = *o
				*c.find(o.key) = to // of the two places of the key that was the first, and both have it
				o.size = 0
			}
			to++
		}
		c.head = to
	}
}

// size returns the bytes of an object.
func (c *log[N]) size(o *logged[N]) int64 {
	if o.size == bigSize {
		return c.big[o.key]
	}
	return int64(o.size)
}

// keyOf returns a key as the log has it, false for those that it never holds.
func keyOf(key uint64) (uint32, bool) { return uint32(key), key < 1<<32 }

// Lookup implements [Cache].
func (c *log[N]) Lookup(key uint64) (sizeBytes int64, hit bool) {
	o := c.use(key)
	if o == nil {
		return 0, false
	}
	return c.size(o), true
}

// use notes a request for a key and returns its object, nil where it is not there.
func (c *log[N]) use(key uint64) *logged[N] {
	k, ok := keyOf(key)
	if !ok {
		return nil
	}
	place := c.find(k)
	if place == nil {
		return nil
	}
	o := c.at(*place)
	if c.rewrites && *place+1 != c.head {
		if c.head-c.tail == uint32(len(c.ring)) {
			c.makeRoom() // may give the object another position
			o = c.at(*place)
		}
		to := c.at(c.head)
		*to, *place = *o, c.head
		o.size = 0
		c.head++
		return to
	}
	return o
}

// peek returns the object of a key, nil where it is not there.
func (c *log[N]) peek(key uint64) *logged[N] {
	if k, ok := keyOf(key); ok {
		if place := c.find(k); place != nil {
			return c.at(*place)
		}
	}
	return nil
}

// Insert implements [Cache].
func (c *log[N]) Insert(key uint64, sizeBytes int64) bool {
	if c.Contains(key) {
		return true
	}
	var nothing N
	return c.fill(key, sizeBytes, nothing)
}

// fill puts in an object that is not there.
func (c *log[N]) fill(key uint64, sizeBytes int64, note N) bool {
	room := c.capacity - sizeBytes
	k, ok := keyOf(key)
	if !ok || room < 0 || sizeBytes < 1 {
		return false
	}
	for c.used > room {
		c.evict()
	}
	if c.objects >= perLine*len(c.lines) {
		c.grow()
	}
	size := uint32(min(sizeBytes, bigSize))
	if size == bigSize {
		if c.big == nil {
			c.big = make(map[uint32]int64)
		}
		c.big[k] = sizeBytes
	}
	c.put(k, c.write(logged[N]{note: note, key: k, size: size}))
	c.objects++
	c.used += sizeBytes
	return true
}

// evict takes out what stands at the tail, which may be a gap.
func (c *log[N]) evict() {
	o := c.at(c.tail)
	if o.size != 0 {
		bytes := c.size(o)
		c.leave(o, c.tail)
		c.left++
		if c.onEvict != nil {
			c.onEvict(uint64(o.key), bytes)
		}
	}
	c.tail++
}

// leave takes out an object that stands at a position.
func (c *log[N]) leave(o *logged[N], position uint32) {
	c.drop(o.key, position)
	c.objects--
	c.used -= c.size(o)
	if o.size == bigSize {
		delete(c.big, o.key)
	}
	o.size = 0
}

// grow makes more lines: twice as many, or at once as many as the cache needs when it is full, by the mean size of what it holds, where that is not
// far off.
func (c *log[N]) grow() {
	n := len(c.lines)
	more := 2 * n
	if full := float64(c.objects) * float64(c.capacity) / float64(c.used) / perLine; full < float64(4*n) {
		more = max(int(full*growMargin)+1, n+n/2)
	}
	c.lines = make([]logLine, more)
	for p := c.tail; p != c.head; p++ {
		if o := c.at(p); o.size != 0 {
			c.put(o.key, p)
		}
	}
}

// Remove implements [Cache].
func (c *log[N]) Remove(key uint64) bool {
	k, ok := keyOf(key)
	if !ok {
		return false
	}
	place := c.find(k)
	if place == nil {
		return false
	}
	c.leave(c.at(*place), *place)
	return true
}

// Contains implements [Cache].
func (c *log[N]) Contains(key uint64) bool {
	return c.peek(key) != nil
}

// Len implements [Cache].
func (c *log[N]) Len() int { return c.objects }

// UsedBytes implements [Cache].
func (c *log[N]) UsedBytes() int64 { return c.used }

// CapacityBytes implements [Cache].
func (c *log[N]) CapacityBytes() int64 { return c.capacity }

// expect reads what look-ups and fills will read, as [Expect] says: first the lines of the index and the ring's tail, then what lies behind these and as
// much of its head as hits and fills will write, many places at once each time. No branch but how far the head is read ahead depends on what is read.
func (c *log[N]) expect(lookups, fills []uint64) {
	touched := c.touched
	for _, key := range lookups {
		n, _ := c.home(uint32(key))
		touched ^= c.lines[n].places[0]
	}
	for _, key := range fills {
		n, _ := c.home(uint32(key))
		touched ^= c.lines[n].places[0]
	}
	leavers := 0
	if 2*c.used > c.capacity {
		leavers = min(c.stretchOf(len(fills)), int(c.head-c.tail))
	}
	for i := 0; i < leavers; i += c.aLine {
		touched ^= c.at(c.tail + uint32(i)).key
	}
	written := len(fills)
	for _, key := range lookups {
		position, hits := c.guess(uint32(key))
		touched ^= c.at(position).key
		written += hits
	}
	for i := 0; i < written; i += c.aLine {
		touched ^= c.at(c.head + uint32(i)).key
	}
	left := len(fills)
	for i := 0; i < leavers && left > 0; i++ {
		o := c.at(c.tail + uint32(i))
		n, _ := c.home(o.key)
		if o.size != 0 {
			touched ^= c.lines[n].places[0]
			left--
		}
	}
	c.touched = touched
}

// stretchOf returns about how far the tail moves when so many objects leave, with the gaps between them: as it did last.
func (c *log[N]) stretchOf(leavers int) int {
	if c.left > 0 {
		c.perLeaver = float32(c.tail-c.begun) / float32(c.left)
	}
	c.begun, c.left = c.tail, 0
	return int(float32(leavers)*c.perLeaver) + c.aLine
}

// guess returns what is likely the position of a key, which is one hit, or that of the head and none where it seems not to be there.
func (c *log[N]) guess(key uint32) (position uint32, hits int) {
	n, want := c.home(key)
	l := &c.lines[n]
	// Bit 8i stands for place i, and bit 8i+1 for place 8+i.
	m := matches(l.tags[0], want)>>7 | matches(l.tags[1], want)&secondTags>>6
	bit := bits.TrailingZeros64(m | 1<<56)
	position, hits = l.places[bit>>3&7+bit&1<<3], 1
	if m == 0 {
		position, hits = c.head, 0
	}
	return position, hits
}

// release lets go of everything: nothing is taken in from then on.
func (c *log[N]) release() {
	*c = log[N]{lines: make([]logLine, 1), ring: make([]logged[N], 1), stretch: c.stretch, aLine: c.aLine}
}
