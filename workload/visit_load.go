package workload

import (
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/internal/portable"
)

// A visitLoad says how what visits ask for follows the rate at which they begin. A visit of n requests with gaps of mean g asks at once, and c = 1 - 1/n of it comes later, by an
// exponential time of mean ng. Where r(t) requests a second would come of visits without length, those that come are
//
//	r(t)/n + c s(t),  s(t) = integral over u from 0 on of r(t-u) exp(-u/ng)/ng,
//
// and since s' = (r - s)/ng, from a to b as many as the integral of r, less (n-1)g (s(b) - s(a)): what visits that have begun by b will still ask for, less what those by a did.
// All of that is exact.
type visitLoad struct {
	// later is (n-1)g in seconds: what is still asked for of one request a second; 0 where nobody visits.
	later float64
	// length is ng, in seconds.
	length float64
}

// visitLoad returns how the requests of the workload follow its visits.
func (w *Workload) visitLoad() visitLoad {
	if !w.DrawsVisits() || w.Visits.Requests <= 1 {
		return visitLoad{}
	}
	length := w.Visits.length().Seconds()
	return visitLoad{later: length * (1 - 1/w.Visits.Requests), length: length}
}

// integral returns the integral of the shape of a crowd's requests from one instant to another, in seconds.
func (v *visitLoad) integral(f *Flash, from, to time.Duration) float64 {
	began := f.integral(from, to)
	if v.later == 0 {
		return began
	}
	return began - float64(v.later*(v.ofCrowd(f, to)-v.ofCrowd(f, from)))
}

// ofCrowd returns s(t) of the shape of a crowd at an instant.
func (v *visitLoad) ofCrowd(f *Flash, at time.Duration) (s float64) {
	left := (at - f.At).Seconds()
	lasts := func(most float64) float64 { // how much of a part of the crowd is over
		x := max(min(left, most), 0)
		left -= most
		return x
	}
	if x := lasts(f.Rise.Seconds()); x > 0 {
		s = (x + float64(v.length*portable.Expm1(-x/v.length))) / f.Rise.Seconds()
	}
	if x := lasts(f.For.Seconds()); x > 0 {
		s = 1 - float64((1-s)*portable.Exp(-x/v.length))
	}
	decay := f.Decay.Seconds()
	if x := lasts(float64(decays * decay)); x > 0 {
		came := x / v.length // of visits that begin as it decays, for each that is left of the longer of the two times
		if apart := math.Abs(1/v.length - 1/decay); apart > 0 {
			came = -portable.Expm1(-apart*x) / apart / v.length
		}
		s = float64(s*portable.Exp(-x/v.length)) + float64(came*portable.Exp(-x/max(decay, v.length)))
	}
	return s * portable.Exp(-lasts(math.Inf(1))/v.length)
}

// follow returns what is asked for at an hour of a day's local time, where it has always been that day: r/n + c s.
func (v *visitLoad) follow(day Profile, hour float64) float64 {
	r := day.At(hour)
	if v.later == 0 {
		return r
	}
	return r + float64(v.later/v.length*(v.ofDay(day, hour)-r))
}

// ofDay returns s of a day at an hour of local time, where it has always been that day.
func (v *visitLoad) ofDay(day Profile, hour float64) float64 {
	length := v.length / 3600
	if day.isFlat() {
		return 1
	}
	// A day adds so much to nothing, and leaves a share of what was.
	added := v.upTo(day, 0, 24)
	return v.upTo(day, added/-portable.Expm1(-24/length), hour)
}

// upTo returns s of a day at an hour of it, of what it was when the day began.
func (v *visitLoad) upTo(day Profile, s, hour float64) float64 {
	length := v.length / 3600
	for h := 0.0; h < hour; h++ {
		x := min(hour-h, 1)
		from := day.At(h)
		slope := day.At(math.Mod(h+1, 24)) - from
		gone := -portable.Expm1(-x / length)
		s += float64((from-s)*gone) + float64(slope*(x-float64(length*gone)))
	}
	return s
}

// visitsLeave returns how many requests of a run come earlier or later than their visits would have it that had no length, by the days of the audiences: it is less than the
// integral of the load by that. The run begins in a state at an instant, and what counts is between two instants of it.
func (w *Workload) visitsLeave(begun State, audiences []Audience, start time.Time, from, to time.Duration) (requests float64, err error) {
	v := w.visitLoad()
	if v.later == 0 || from >= to {
		return 0, nil
	}
	shares, err := Shares(audiences)
	if err != nil {
		return 0, err
	}
	for i := range audiences {
		a := &audiences[i]
		day := a.day(dayOf(w.Day))
		at := func(since time.Duration) float64 { return v.ofDay(day, localHour(start.Add(since), a.Zone)) }
		change := at(to) - at(from)
		if begun == Steady { // the hour's rate has always been
			more := day.At(localHour(start, a.Zone)) - at(0)
			change += float64(more * (portable.Exp(-to.Seconds()/v.length) - portable.Exp(-from.Seconds()/v.length)))
		}
		requests += float64(shares[i] * change)
	}
	return float64(requests * w.Demand.(Rated).PerSecond() * v.later), nil
}
