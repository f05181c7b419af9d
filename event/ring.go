package event

import (
	"iter"
	"math/bits"
	"slices"
)

// A ring holds the events of the next span buckets of time after the current one, in the order of
// arrival within a bucket. A bucket is a list of chunks, equal pieces of one arena. The zero ring has no
// buckets.
type ring struct {
	buckets  []bucket
	occupied []uint64 // one bit a bucket: it has events
	span     uint64   // number of buckets less 1 for the current one; 0 without a ring
	count    int      // events in all buckets

	arena     []Event
	chunkBits uint32   // a chunk has 1 << chunkBits slots
	follow    []uint32 // the chunk after each, in its bucket or among the free ones
	free      uint32   // the first free chunk; 0, which is never given out, stands for none

	cells   []uint32 // scratch of sorting
	scratch []Event  // and of dropping
}

// A bucket knows its first chunk and the slot of the arena for its next event. A slot at the start of a
// chunk stands for the end of the chunk before, which is full, or for no chunk at all.
type bucket struct {
	first, slot uint32
}

// resize empties the ring and gives it a number of buckets, a power of 2 of at least 64, or none, and a
// size of chunks.
func (r *ring) resize(buckets int, chunkBits uint32) {
	r.empty()
	if buckets == 0 {
		r.span = 0
		return
	}
	if cap(r.buckets) < buckets {
		r.buckets = make([]bucket, buckets)
		r.occupied = make([]uint64, buckets/64)
	}
	r.buckets = r.buckets[:buckets]
	r.occupied = r.occupied[:buckets/64]
	r.span = uint64(buckets) - 1
	if r.chunkBits != chunkBits || len(r.follow) == 0 {
		r.chunkBits = chunkBits
		r.arena = append(r.arena[:0], make([]Event, 1<<chunkBits)...)
		r.follow = append(r.follow[:0], 0)
		r.free = 0
	}
}

// empty removes all events and keeps the memory.
func (r *ring) empty() {
	if r.count == 0 {
		return
	}
	for i := range r.buckets {
		r.release(&r.buckets[i])
	}
	clear(r.occupied)
	r.count = 0
}

// put adds an event to its bucket, by the number of that, which must be within the span.
func (r *ring) put(e Event, number int64) {
	i := uint64(number) & r.span
	b := &r.buckets[i]
	if b.slot&(1<<(r.chunkBits&31)-1) == 0 { // the compiler sees that no chunk has more bits
		r.extend(i)
	}
	r.arena[b.slot] = e
	b.slot++
	r.count++
}

// extend gives the bucket at i another chunk.
func (r *ring) extend(i uint64) {
	c := r.free
	if c != 0 {
		r.free = r.follow[c]
	} else {
		c = uint32(len(r.follow))
		r.follow = append(r.follow, 0)
		size := len(r.follow) << r.chunkBits
		if size > cap(r.arena) {
			r.arena = slices.Grow(r.arena, len(r.arena)) // a ring that fills moves what it holds once, not time and again
		}
		r.arena = r.arena[:size]
	}
	b := &r.buckets[i]
	if b.slot == 0 {
		b.first = c
		r.occupied[i/64] |= 1 << (i % 64)
	} else {
		r.follow[r.last(*b)] = c
	}
	b.slot = c << r.chunkBits
}

// last returns the chunk that holds the last event of a bucket that has some.
func (r *ring) last(b bucket) uint32 { return (b.slot - 1) >> r.chunkBits }

// release gives the chunks of a bucket back.
func (r *ring) release(b *bucket) {
	if b.slot != 0 {
		r.follow[r.last(*b)] = r.free
		r.free = b.first
		*b = bucket{}
	}
}

// pieces yields the events of a bucket that has some in the order in which they came, a chunk at a time.
func (r *ring) pieces(b bucket) iter.Seq[[]Event] {
	return func(yield func([]Event) bool) {
		last := r.last(b)
		for c := b.first; c != last; c = r.follow[c] {
			if !yield(r.arena[c<<r.chunkBits:][:1<<r.chunkBits]) {
				return
			}
		}
		yield(r.arena[last<<r.chunkBits : b.slot])
	}
}

// distance returns how many buckets after the current one the next with events is; there must be one.
func (r *ring) distance(current int64) int64 {
	start := uint64(current+1) & r.span
	word := start / 64
	set := r.occupied[word] &^ (1<<(start%64) - 1)
	for set == 0 {
		word = (word + 1) & (r.span / 64)
		set = r.occupied[word]
	}
	found := word*64 + uint64(bits.TrailingZeros64(set))
	return int64((found-start)&r.span) + 1
}

// take empties a bucket into run, which must be empty, and sorts it.
func (r *ring) take(number int64, shift uint, run []Event) []Event {
	i := uint64(number) & r.span
	b := r.buckets[i]
	if start := b.first << r.chunkBits; r.last(b) == b.first && b.slot-start <= insertLimit {
		run = append(run, r.arena[start:b.slot]...)
		sortNearlySorted(run)
	} else {
		run = r.scatter(b, shift, run)
	}
	r.count -= len(run)
	r.occupied[i/64] &^= 1 << (i % 64)
	r.release(&r.buckets[i])
	return run
}

// scatter sorts the events of a long bucket into run: into about as many cells of equal width as there
// are events, then within cells.
func (r *ring) scatter(b bucket, shift uint, run []Event) []Event {
	n := 0
	for piece := range r.pieces(b) {
		n += len(piece)
	}
	cellBits := min(uint(bits.Len(uint(n-1))), shift)
	cellShift, mask := (shift-cellBits)&63, uint64(1)<<cellBits-1
	if len(r.cells) < int(mask)+2 {
		r.cells = make([]uint32, 2*(mask+1)+1)
	}
	cells := r.cells[:mask+2]
	clear(cells)
	for piece := range r.pieces(b) {
		for i := range piece {
			cells[uint64(piece[i].Time)>>cellShift&mask+1]++
		}
	}
	sum := uint32(0)
	for i := range cells {
		sum += cells[i]
		cells[i] = sum
	}
	run = slices.Grow(run, n)[:n]
	for piece := range r.pieces(b) {
		for _, e := range piece {
			c := &cells[uint64(e.Time)>>cellShift&mask]
			run[*c] = e
			*c++
		}
	}
	sortNearlySorted(run)
	return run
}

// sortNearlySorted sorts by insertion, which is fastest where few events are far from their place, and
// turns to a sort that is never slow when too many are.
func sortNearlySorted(events []Event) {
	moves := 8 * len(events)
	for i := 1; i < len(events); i++ {
		e := events[i]
		j := i
		for j > 0 && e.Before(events[j-1]) {
			events[j] = events[j-1]
			j--
		}
		events[j] = e
		if moves -= i - j; moves < 0 {
			slices.SortFunc(events, compare)
			return
		}
	}
}

// dropIf removes the stale events.
func (r *ring) dropIf(stale func(Event) bool, shift uint) {
	for i := range r.buckets {
		b := r.buckets[i]
		if b.slot == 0 {
			continue
		}
		r.scratch = r.scratch[:0]
		for piece := range r.pieces(b) {
			r.scratch = append(r.scratch, piece...)
		}
		r.count -= len(r.scratch)
		r.occupied[i/64] &^= 1 << (i % 64)
		r.release(&r.buckets[i])
		for _, e := range dropIf(r.scratch, stale) {
			r.put(e, e.Time>>shift)
		}
	}
}

// gather appends all events to a slice, in no particular order.
func (r *ring) gather(to []Event) []Event {
	for i := range r.buckets {
		if b := r.buckets[i]; b.slot != 0 {
			for piece := range r.pieces(b) {
				to = append(to, piece...)
			}
		}
	}
	return to
}
