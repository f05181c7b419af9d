package sim

import "github.com/edgewise-sim/edgewise/event"

// A fillQueue holds the fetches of a site that will end, in order of time. Most fetches of a PoP take the
// same time, so that they end in the order in which they began: those wait in a ring, at the cost of a
// store; only a fetch that overtakes another needs the queue of events. At the same instant the ring's
// come first.
type fillQueue struct {
	ring       []fillEntry // a power of two long
	head, tail uint64
	last       int64 // the instant of the last fill in the ring
	overtaking event.Queue
	soonest    int64 // the instant of the next fill, or unknown
}

func newFillQueue() fillQueue { return fillQueue{soonest: unknown} }

// readyBit of the tier of an entry says that the answer to the fetch is ready, so that its first byte could be here.
const readyBit = 1 << 8

// A fillEntry is the end of a fetch: of which tier, and its number there.
type fillEntry struct {
	at     int64
	tier   uint32
	flight uint32
}

func (q *fillQueue) push(e fillEntry) {
	q.soonest = min(q.soonest, e.at)
	if q.head != q.tail && e.at < q.last {
		q.overtaking.Push(e.at, e.tier, uint64(e.flight))
		return
	}
	if q.tail-q.head == uint64(len(q.ring)) {
		q.grow()
	}
	ring := q.ring
	ring[q.tail&uint64(len(ring)-1)] = e
	q.tail++
	q.last = e.at
}

// pushReady has a fetch looked at when its answer is ready. Of those at the same instant the first that asked comes first, behind fills of the ring.
func (q *fillQueue) pushReady(at int64, tier, flight uint32) {
	q.soonest = min(q.soonest, at)
	q.overtaking.Push(at, tier|readyBit, uint64(flight))
}

func (q *fillQueue) grow() {
	longer := make([]fillEntry, max(16, 2*len(q.ring)))
	for i := q.head; i < q.tail; i++ {
		longer[i&uint64(len(longer)-1)] = q.ring[i&uint64(len(q.ring)-1)]
	}
	q.ring = longer
}

// pop removes the soonest fill; there must be one.
func (q *fillQueue) pop() fillEntry {
	if q.overtaking.Len() > 0 {
		return q.popEither()
	}
	e := q.ring[q.head&uint64(len(q.ring)-1)]
	q.head++
	q.soonest = q.first()
	return e
}

// first returns the instant of the first fill in the ring, or unknown.
func (q *fillQueue) first() int64 {
	if q.head == q.tail {
		return unknown
	}
	return q.ring[q.head&uint64(len(q.ring)-1)].at
}

// popEither is pop where a fetch has overtaken another.
func (q *fillQueue) popEither() fillEntry {
	if q.first() <= q.overtaking.NextTime() {
		e := q.ring[q.head&uint64(len(q.ring)-1)]
		q.head++
		q.soonest = min(q.first(), q.overtaking.NextTime())
		return e
	}
	o := q.overtaking.Pop()
	q.soonest = q.first()
	if q.overtaking.Len() > 0 {
		q.soonest = min(q.soonest, q.overtaking.NextTime())
	}
	return fillEntry{at: o.Time, tier: o.Handler(), flight: uint32(o.Arg)}
}
