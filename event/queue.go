package event

// A Queue is a set of pending events that gives them back in the order of time, and at equal times in
// the order in which they were pushed. The zero Queue is empty and ready to use. It belongs to one
// goroutine at a time.
//
// Pushing and popping allocate nothing once the queue has grown to its size. A queue that never holds more than
// a few dozen events takes 2 KB. What both take together depends little on how many events are pending and more on
// how their delays spread. On the machine of docs/performance.md (go test -bench Hold ./event; the draw of the
// delay is included), with 100 and 10,000 pending events:
//
//   - 18 to 37 ns for exponential, uniform and constant delays and whole ticks; exponential ones take the same
//     from two to a million pending events
//   - 8.5 ns if all happen at once
//   - 31 to 62 ns for mixtures of short and long delays, and after a change of scale
//   - 84 to 105 ns for delays that spread over many powers of ten, half of it for the draw
//   - 42 ns for events that crowd within a few nanoseconds, a second apart, and 142 ns if 10,000 do
//
// Inside, events live in three places. The run is a sorted array of the next events. The ring holds the
// events of the near future in buckets of equal width, unsorted; a bucket is sorted, once, when its turn
// to be the run has come. The spill, a heap, takes what fits neither. Tuning chooses the width from the
// delays seen; it moves events between the places but never changes their order.
type Queue struct {
	run  []Event // run[head:] is sorted
	head int

	spill     spill
	spillTime int64 // time of the first event in spill, Never if there is none

	// shift is the width of a bucket as a power of two, current the number (time >> shift) of the
	// bucket that became the run. Without a ring, shift is noRing and every event is of the current
	// bucket.
	shift   uint
	current int64
	ring    ring

	next   uint64 // order of the next event pushed, without handler
	tuning tuning
}

const (
	// insertLimit is the length of the run up to which an event is inserted there; one that belongs at
	// its end always is.
	insertLimit = 24

	// runCapacity lets the run move along its array for a while before it has to be moved back.
	runCapacity = 64

	noRing = 63
)

// Push adds an event: its time in nanoseconds (any, even before events that were popped), the number of
// its handler (the low 24 bits count) and an argument for the handler.
func (q *Queue) Push(time int64, handler uint32, arg uint64) {
	if q.next >= q.tuning.reviewAt {
		q.review()
	}
	e := Event{Time: time, order: q.next | uint64(handler&handlerMask), Arg: arg}
	q.next += oneSequence
	bucket := time >> (q.shift & 63)
	ahead := bucket - q.current
	if uint64(ahead-1) < q.ring.span {
		q.ring.put(e, bucket)
		return
	}
	run, i := q.run, len(q.run)
	if ahead > 0 || i-q.head >= insertLimit && e.Before(run[i-1]) {
		q.pushSpill(e)
		return
	}
	switch {
	case i < cap(run):
		run = run[:i+1]
	case q.head > i/2:
		i = copy(run, run[q.head:])
		run = run[:i+1]
		q.head = 0
	default:
		run = append(run, e)
	}
	for i > q.head && e.Before(run[i-1]) {
		run[i] = run[i-1]
		i--
	}
	run[i] = e
	q.run = run
}

// pushSpill adds an event that lies beyond the ring, or in a run that is too long to insert it there.
func (q *Queue) pushSpill(e Event) {
	q.spill.push(e)
	q.spillTime = q.spill[0].Time
	q.tuning.spilled++
}

// Pop removes the first event and returns it. An empty queue gives an event at time [Never]; Len tells
// it from one that was pushed for that time.
func (q *Queue) Pop() Event {
	if q.head < len(q.run) {
		if e := q.run[q.head]; e.Time < q.spillTime {
			q.head++
			return e
		}
	}
	return q.popSlow()
}

// popSlow is Pop where the next event may be in the ring or in the spill.
func (q *Queue) popSlow() Event {
	e, ok := q.popUntil(Never)
	if !ok {
		e.Time = Never
	}
	return e
}

// popUntil removes the first event unless it is later than a time or there is none.
func (q *Queue) popUntil(limit int64) (e Event, ok bool) {
	q.settle()
	if q.head < len(q.run) {
		e := q.run[q.head]
		if len(q.spill) == 0 || e.Before(q.spill[0]) {
			if e.Time > limit {
				return Event{}, false
			}
			q.head++
			return e, true
		}
	}
	if len(q.spill) == 0 || q.spillTime > limit {
		return Event{}, false
	}
	e = q.spill.pop()
	q.spillTime = q.spill.time()
	if q.head == len(q.run) {
		// Nothing is left in the bucket of the run nor in any before e's, for settle would have
		// opened it: the ring may start at e.
		q.current = max(q.current, e.Time>>q.shift)
	}
	return e, true
}

// NextTime returns the time of the event that Pop would give, or [Never] if there is none.
func (q *Queue) NextTime() int64 {
	if q.head == len(q.run) {
		q.settle()
		if q.head == len(q.run) {
			return q.spill.time()
		}
	}
	return min(q.run[q.head].Time, q.spillTime)
}

// settle makes the next bucket of the ring the run if the run is used up, unless the spill has an event
// before that bucket.
func (q *Queue) settle() {
	if q.head < len(q.run) {
		return
	}
	q.run, q.head = q.run[:0], 0
	if q.ring.count == 0 {
		return
	}
	bucket := q.current + q.ring.distance(q.current)
	if q.spillTime < bucket<<q.shift {
		return
	}
	q.current = bucket
	q.run = q.ring.take(bucket, q.shift, q.run)
}

// Len returns the number of pending events.
func (q *Queue) Len() int {
	return len(q.run) - q.head + q.ring.count + len(q.spill)
}

// Reset removes all events and numbers the next from 0 again, as in a new queue, but keeps the memory.
func (q *Queue) Reset() {
	q.run, q.head = q.run[:0], 0
	q.spill, q.spillTime = q.spill[:0], Never
	q.ring.empty()
	q.next = 0
	q.place(nil)
}

// DropIf removes the events for which stale is true and returns how many they were. It looks at every
// pending event, in no particular order.
func (q *Queue) DropIf(stale func(Event) bool) int {
	before := q.Len()
	q.run = q.run[:q.head+len(dropIf(q.run[q.head:], stale))]
	q.spill = dropIf(q.spill, stale)
	for i, e := range q.spill {
		q.spill.rise(i, e)
	}
	q.spillTime = q.spill.time()
	q.ring.dropIf(stale, q.shift)
	return before - q.Len()
}

// dropIf removes the stale events from a slice and returns what is left of it.
func dropIf(events []Event, stale func(Event) bool) []Event {
	kept := events[:0]
	for _, e := range events {
		if !stale(e) {
			kept = append(kept, e)
		}
	}
	return kept
}
