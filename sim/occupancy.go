package sim

import (
	"math"
	"math/bits"
)

// An occupancy follows how many are somewhere, of players or matches, over the recorded time [from, end). Times are in
// ns; what is summed up is rounded to whole microseconds at the instants of change, so that nothing adds up.
type occupancy struct {
	from, end int64
	since     int64 // the last change
	count     int
	us        uint64 // of all that were there
	peak      int
}

// change lets some come, or go, at an instant.
func (o *occupancy) change(now int64, by int) {
	o.pass(now)
	o.count += by
}

// pass lets the time pass until an instant.
func (o *occupancy) pass(now int64) {
	from, to := max(o.since, o.from), min(now, o.end)
	if from < to {
		o.us += usOf(o.count, from, to)
		o.peak = max(o.peak, o.count)
	}
	o.since = now
}

const nsPerUs = 1000

// usOf returns what so many sum up to in us from one instant to another, in ns; the most that a number can hold where
// it is more.
func usOf(count int, from, to int64) uint64 {
	high, us := bits.Mul64(uint64(count), uint64(to/nsPerUs-from/nsPerUs))
	if high > 0 {
		return math.MaxUint64
	}
	return us
}
