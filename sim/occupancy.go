package sim

import (
	"math"
	"math/bits"
	"time"
)

// An occupancy follows how many are somewhere, of players, matches or cores, over the recorded time [from, end). Times are in
// ns; what is summed up is rounded to whole microseconds at the instants of change, so that nothing adds up.
type occupancy struct {
	from, end int64
	since     int64 // the last change
	count     int
	last      int64  // until when there were any, in recorded time
	us        uint64 // of all that were there
	peak      int
	hours     []occupiedHour // of recorded time; nil where nobody asks
	// held is for how long in the hour of since there were so many, in us, where somebody asks for hours.
	held   []uint64
	course *busyCourse // nil where nobody asks for it
}

// An occupiedHour is how many were there in an hour.
type occupiedHour struct {
	us   uint64 // summed up
	peak int
	most int // not more than so many were there for 99.9 % of the hour
}

const hourNs = int64(time.Hour)

// hoursOf returns how many hours of recorded time there are, the last not whole.
func hoursOf(from, end int64) int { return int((end - from + hourNs - 1) / hourNs) }

func newOccupancy(from, end int64) occupancy { return occupancy{from: from, end: end} }

// newHourlyOccupancy returns an occupancy that is also known by hour.
func newHourlyOccupancy(from, end int64) occupancy {
	return occupancy{from: from, end: end, hours: make([]occupiedHour, hoursOf(from, end))}
}

// change lets some come, or go, at an instant.
func (o *occupancy) change(now int64, by int) {
	o.pass(now)
	o.count += by
}

// set notes how many there are from an instant on.
func (o *occupancy) set(now int64, count int) { o.change(now, count-o.count) }

// pass lets the time pass until an instant.
func (o *occupancy) pass(now int64) {
	from, to := max(o.since, o.from), min(now, o.end)
	for from < to {
		until := to
		if o.hours != nil {
			hour := (from - o.from) / hourNs
			until = min(to, o.from+(hour+1)*hourNs)
			o.passWithin(int(hour), from, until)
		}
		o.us += usOf(o.count, from, until)
		o.course.stay(from, until, o.count)
		o.peak = max(o.peak, o.count)
		if o.count > 0 {
			o.last = until
		}
		from = until
	}
	o.since = now
}

// passWithin lets the time pass within an hour.
func (o *occupancy) passWithin(hour int, from, until int64) {
	h := &o.hours[hour]
	h.us += usOf(o.count, from, until)
	h.peak = max(h.peak, o.count)
	for len(o.held) <= o.count {
		o.held = append(o.held, 0)
	}
	o.held[o.count] += usOf(1, from, until)
	if end := min(o.end, o.from+int64(hour+1)*hourNs); until == end {
		h.most = mostOf(o.held, 0.999)
		clear(o.held)
	}
}

// mostOf returns the least number that is not exceeded for a share of the time.
func mostOf(held []uint64, share float64) int {
	all := uint64(0)
	for _, us := range held {
		all += us
	}
	above := all - uint64(share*float64(all))
	for n := len(held) - 1; n >= 0; n-- {
		if held[n] > above {
			return n
		}
		above -= held[n]
	}
	return 0
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
