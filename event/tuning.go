package event

import (
	"math/bits"
	"slices"
)

// A tuning remembers for what a queue was tuned and when to look at it again. Whether it is right
// decides how fast a queue is, never what it gives.
type tuning struct {
	reviewAt uint64 // order at which to look again
	size     int    // pending events when last tuned; 0 in a queue that never was
	spilled  int    // events pushed to the spill since the last review
	pushed   int    // events pushed between the last review and the next

	// wait counts the reviews to let pass before the width is chosen anew because many events
	// spilled, back is how many that was last time: it doubles as long as choosing does not help.
	wait, back int
}

const (
	// smallestSize is the number of pending events below which no ring is worth its memory.
	smallestSize = 48

	minBuckets, maxBuckets = 64, 1024

	// shortestReview is the least number of pushes between two reviews.
	shortestReview = 64

	// renumberAt is the order from which sequence numbers are given out anew, long before they would
	// run out: after 2^39 events.
	renumberAt = 1 << 63
)

// review looks whether the ring still fits what is pushed, every so many pushes that its cost does not
// count.
func (q *Queue) review() {
	t := &q.tuning
	n := q.Len()
	switch {
	case t.size == 0: // the first push ever
		q.place(nil)
	case n > 2*t.size || n*4 < t.size:
		q.place(q.gather())
		t.wait = 0
	case q.ring.span > 0 && t.spilled*3 > t.pushed:
		if t.wait--; t.wait < 0 {
			q.place(q.gather())
			t.back = min(2*t.back+1, 1<<12)
			t.wait = t.back
		}
	default:
		t.back = 0
	}
	if q.next >= renumberAt {
		q.renumber()
	}
	t.spilled = 0
	t.pushed = max(n, shortestReview)
	t.reviewAt = q.next + uint64(t.pushed)*oneSequence
}

// gather returns a copy of all pending events, in no particular order.
func (q *Queue) gather() []Event {
	all := make([]Event, 0, q.Len())
	all = append(all, q.run[q.head:]...)
	all = append(all, q.spill...)
	return q.ring.gather(all)
}

// renumber gives the pending events the lowest sequence numbers, in the same order.
func (q *Queue) renumber() {
	all := q.gather()
	slices.SortFunc(all, compare)
	q.next = 0
	for i := range all {
		all[i].order = q.next | all[i].order&handlerMask
		q.next += oneSequence
	}
	q.place(all)
}

// place chooses the width of the buckets for these events and makes them the content of the queue.
func (q *Queue) place(all []Event) {
	if cap(q.run) < runCapacity {
		q.run = make([]Event, 0, runCapacity)
	}
	q.run, q.head = q.run[:0], 0
	q.spill = q.spill[:0]
	q.tuning.size = max(len(all), smallestSize/2)
	if len(all) <= smallestSize {
		q.shift, q.current = noRing, 0
		q.ring.resize(0, 0)
		q.run = append(q.run, all...)
		slices.SortFunc(q.run, compare)
		q.spillTime = Never
		return
	}
	first, width, buckets := layout(all)
	q.shift = width
	q.current = first >> q.shift
	q.ring.resize(buckets, chunkBits(len(all)))
	for _, e := range all {
		switch ahead := e.Time>>q.shift - q.current; {
		case ahead == 0:
			q.run = append(q.run, e)
		case uint64(ahead-1) < q.ring.span:
			q.ring.put(e, e.Time>>q.shift)
		default:
			q.spill.push(e)
		}
	}
	slices.SortFunc(q.run, compare)
	q.spillTime = q.spill.time()
}

// chunkBits returns the size of chunks for a number of pending events: small ones keep the ring of a few
// events within the first-level cache, large ones are faster to walk.
func chunkBits(pending int) uint32 {
	if pending < 50_000 {
		return 4
	}
	return 6
}

// layout returns the time of the first event, the width of a bucket as a power of 2 and the number of
// buckets: some eight of the next events to a bucket, but enough for nine in ten events to fit the ring.
func layout(all []Event) (first int64, shift uint, buckets int) {
	const sampled = 512
	first = all[0].Time
	for _, e := range all {
		first = min(first, e.Time)
	}
	step := max(1, len(all)/sampled)
	sample := make([]uint64, 0, 2*sampled)
	for i := 0; i < len(all); i += step {
		sample = append(sample, uint64(all[i].Time)-uint64(first))
	}
	slices.Sort(sample)
	half, most := sample[len(sample)/2], sample[len(sample)*9/10]
	dense := half / uint64(len(all)) * 16
	wide := most / (maxBuckets / 2)
	shift = uint(min(bits.Len64(max(dense, wide, 1)), noRing-1))
	buckets = minBuckets
	for buckets < maxBuckets && uint64(buckets) < 2*(most>>shift) {
		buckets *= 2
	}
	return first, shift, buckets
}
