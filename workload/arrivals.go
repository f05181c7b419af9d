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
	// ahead holds exponential numbers of the stream; the first of them are used.
	ahead [16]float64
	used  int
	// rate and slope give the current piece, an hour: arrivals a ns at its start, and their change a ns.
	rate, slope float64
	// need is the integral of the rate from the start of the piece to the last arrival, most to its end.
	need, most float64
	origin     float64 // ns from the start of the run to the start of the piece
	hour       int     // local hour of the current piece
	knots      [24]float64
	last       int64 // arrival
	silent     bool
}

// NewArrivals returns the arrivals of a stream with a mean of perSecond over the day, which begins at
// time start in the given zone (nil: UTC). The zone's offset is taken at start and kept: a run that
// crosses a change of daylight saving time keeps the old time of day.
func NewArrivals(stream random.Stream, perSecond float64, profile Profile, start time.Time, zone *time.Location) Arrivals {
	if zone == nil {
		zone = time.UTC
	}
	a := Arrivals{stream: stream, silent: !(perSecond > 0)}
	a.used = len(a.ahead)
	mean := profile.mean()
	for h, w := range profile {
		a.knots[h] = w / mean * perSecond / 1e9
	}
	local := start.In(zone)
	into := time.Duration(local.Minute())*time.Minute + time.Duration(local.Second())*time.Second + time.Duration(local.Nanosecond())
	a.hour = local.Hour()
	a.origin = -float64(into)
	a.enter()
	a.need = float64(into) * (a.rate + float64(a.slope*float64(into)/2))
	return a
}

// enter sets the piece of the current hour.
func (a *Arrivals) enter() {
	next := a.knots[(a.hour+1)%24]
	a.rate = a.knots[a.hour]
	a.slope = (next - a.rate) / hourNs
	a.most = hourNs * ((a.rate + next) / 2)
}

// farthest is how far ahead an arrival is looked for, in ns: two years, longer than any run.
const farthest = float64(2 * 366 * 24 * time.Hour)

// Next returns the next arrival in ns since the start of the run. A stream without load, or without an
// arrival within two years, answers math.MaxInt64.
func (a *Arrivals) Next() int64 {
	// Products are rounded before they are added, so that machines with and without a fused multiply-add
	// draw the same arrivals. What one arrival takes over from the last is a sum alone: the processor works
	// on the roots of several at a time.
	if a.silent {
		return math.MaxInt64
	}
	if a.used == len(a.ahead) {
		a.stream.ExpAll(a.ahead[:])
		a.used = 0
	}
	a.need += a.ahead[a.used]
	a.used++
	for !(a.need < a.most) {
		// The piece ends first: what is left of the need passes on to the next hour.
		a.need -= a.most
		a.origin += hourNs
		if a.origin >= farthest {
			a.silent = true
			return math.MaxInt64
		}
		a.hour = (a.hour + 1) % 24
		a.enter()
	}
	a.last = max(a.last, a.instant()) // roots are rounded, and must not go back
	return a.last
}

// DrawPast fills at with what as many calls of Next return, but not further than the first arrival that does
// not come before the instant to, in ns since the start of the run. It returns how many it has drawn and is
// faster than Next for each.
func (a *Arrivals) DrawPast(to int64, at []int64) int {
	n := 0
	for n < len(at) && (n == 0 || at[n-1] < to) {
		at[n] = a.Next()
		if n++; at[n-1] < to {
			n += a.drawWithin(to, at[n:])
		}
	}
	return n
}

// drawWithin is DrawPast as far as the numbers drawn ahead and the current piece last.
func (a *Arrivals) drawWithin(to int64, at []int64) int {
	ahead := a.ahead[a.used:]
	ahead = ahead[:min(len(ahead), len(at))]
	at = at[:len(ahead)]
	n := 0
	for n < len(ahead) {
		need := a.need + ahead[n]
		if !(need < a.most) {
			break
		}
		a.need = need
		a.last = max(a.last, a.instant())
		at[n] = a.last
		if n++; a.last >= to {
			break
		}
	}
	a.used += n
	return n
}

// instant returns when the integral of the rate since the start of the piece has reached the need.
func (a *Arrivals) instant() int64 {
	if a.slope == 0 {
		return int64(a.origin + a.need/a.rate)
	}
	// Solve rate*x + slope*x*x/2 = need for the time x since the start of the piece.
	twice := a.rate + math.Sqrt(max(0, float64(a.rate*a.rate)+float64(2*a.slope*a.need)))
	if twice == 0 {
		return int64(a.origin) // no rate yet, and an exponential draw of 0
	}
	return int64(a.origin + 2*a.need/twice)
}
