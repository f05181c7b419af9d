package workload

import (
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/random"
)

const hourNs = float64(time.Hour)

// Arrivals draws the instants of a Poisson process whose rate follows a [Profile] in local time. It is
// exact for that rate: the integral of the rate is inverted piece by piece, nothing is thinned, so each
// arrival costs one exponential draw.
type Arrivals struct {
	stream random.Stream
	// rate and slope give the current piece: arrivals a ns at its offset 0, and their change a ns.
	rate, slope float64
	offset      float64 // ns from the start of the piece to the last arrival
	length      float64 // ns from the start of the piece to its end
	origin      float64 // ns from the start of the run to the start of the piece
	hour        int     // local hour of the current piece
	knots       [24]float64
	silent      bool
}

// NewArrivals returns the arrivals of a stream with a mean of perSecond over the day, which begins at
// time start in the given zone (nil: UTC). The zone's offset is taken at start and kept: a run that
// crosses a change of daylight saving time keeps the old time of day.
func NewArrivals(stream random.Stream, perSecond float64, profile Profile, start time.Time, zone *time.Location) Arrivals {
	if zone == nil {
		zone = time.UTC
	}
	a := Arrivals{stream: stream, silent: !(perSecond > 0)}
	mean := profile.mean()
	for h, w := range profile {
		a.knots[h] = w / mean * perSecond / 1e9
	}
	local := start.In(zone)
	into := time.Duration(local.Minute())*time.Minute + time.Duration(local.Second())*time.Second + time.Duration(local.Nanosecond())
	a.hour = local.Hour()
	a.origin = -float64(into)
	a.offset = float64(into)
	a.enter()
	return a
}

// enter sets the piece of the current hour.
func (a *Arrivals) enter() {
	a.rate = a.knots[a.hour]
	a.slope = (a.knots[(a.hour+1)%24] - a.rate) / hourNs
	a.length = hourNs
}

// farthest is how far ahead an arrival is looked for, in ns: two years, longer than any run.
const farthest = float64(2 * 366 * 24 * time.Hour)

// Next returns the next arrival in ns since the start of the run. A stream without load, or without an
// arrival within two years, answers math.MaxInt64.
func (a *Arrivals) Next() int64 {
	// Products are rounded before they are added, so that machines with and without a fused multiply-add
	// draw the same arrivals.
	if a.silent {
		return math.MaxInt64
	}
	need := a.stream.Exp()
	for a.origin < farthest {
		rate := a.rate + float64(a.slope*a.offset)
		s := need / rate
		if a.slope != 0 {
			// Solve rate*s + slope*s*s/2 = need for the time s after the last arrival.
			s = math.Inf(1) // no real root: the falling rate reaches 0 before the need is met
			if d := float64(rate*rate) + float64(2*a.slope*need); d > 0 {
				s = 2 * need / (rate + math.Sqrt(d))
			}
		}
		if left := a.length - a.offset; !(s < left) {
			// The piece ends first: what is left of the need passes on to the next hour.
			need -= float64(rate*left) + float64(a.slope*left*left/2)
			a.origin += a.length
			a.offset = 0
			a.hour = (a.hour + 1) % 24
			a.enter()
			continue
		}
		a.offset += s
		return int64(a.origin + a.offset)
	}
	return math.MaxInt64
}
