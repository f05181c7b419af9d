package sim

import "github.com/edgewise-sim/edgewise/sim/event"

// A fillQueue holds the fetches of a site that will end, in order of time. Most fetches of a PoP take the
// same time, so that they end in the order in which they began: those wait in a ring, at the cost of a
// store; only a fetch that overtakes another needs the queue of events. At the same instant the ring's
// come first.
type fillQueue struct {
	ring       []fillEntry // a power of two long
	head, tail uint64
	last       int64 // the instant of the last fill in the ring
	overtaking event.Queue
}

// A fillEntry is the end of a fetch: of which tier, and its number there.
type fillEntry struct {
	at     int64
	tier   uint32
	flight uint32
}

func (q *fillQueue) push(e fillEntry) {
	if q.head != q.tail && e.at < q.last {
		q.overtaking.Push(e.at, e.tier, uint64(e.flight))
		return
	}
	if q.tail-q.head == uint64(len(q.ring)) {
		q.grow()
	}
	q.ring[q.tail&uint64(len(q.ring)-1)] = e
	q.tail++
	q.last = e.at
}

func (q *fillQueue) grow() {
	longer := make([]fillEntry, max(16, 2*len(q.ring)))
	for i := q.head; i < q.tail; i++ {
		longer[i&uint64(len(longer)-1)] = q.ring[i&uint64(len(q.ring)-1)]
	}
	q.ring = longer
}

// next returns the instant of the next fill, or unknown.
func (q *fillQueue) next() int64 {
	at := unknown
	if q.head != q.tail {
		at = q.ring[q.head&uint64(len(q.ring)-1)].at
	}
	if q.overtaking.Len() > 0 {
		at = min(at, q.overtaking.NextTime())
	}
	return at
}

// pop removes the next fill; there must be one.
func (q *fillQueue) pop() fillEntry {
	if q.head != q.tail {
		if e := q.ring[q.head&uint64(len(q.ring)-1)]; q.overtaking.Len() == 0 || e.at <= q.overtaking.NextTime() {
			q.head++
			return e
		}
	}
	e := q.overtaking.Pop()
	return fillEntry{at: e.Time, tier: e.Handler(), flight: uint32(e.Arg)}
}
