package event

import "math"

// Never is the time at which nothing happens: the end of all time, in nanoseconds.
const Never int64 = math.MaxInt64

// An Event says that something happens: when, whom to tell, and what about. It is a value of 24 bytes
// without a pointer, so that millions of pending events cost the garbage collector nothing.
type Event struct {
	// Time is when, in nanoseconds.
	Time int64
	// order holds the sequence number above the handler's number, so that one comparison settles ties.
	order uint64
	// Arg is the handler's own business, commonly the index of a record in a pool.
	Arg uint64
}

const (
	handlerBits = 24
	handlerMask = 1<<handlerBits - 1

	// oneSequence is the distance of two sequence numbers in an order.
	oneSequence = 1 << handlerBits
)

// Handler returns the number of the handler, below 2^24.
func (e Event) Handler() uint32 { return uint32(e.order & handlerMask) }

// Before says whether e comes before f: it is earlier, or at the same time was scheduled first.
func (e Event) Before(f Event) bool {
	return e.Time < f.Time || e.Time == f.Time && e.order < f.order
}

// compare orders events for package slices.
func compare(e, f Event) int {
	switch {
	case e.Before(f):
		return -1
	case f.Before(e):
		return 1
	}
	return 0
}
