package workload

import (
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/random"
)

const hourNs = float64(time.Hour)

// Arrivals draws the instants of a Poisson process whose rate follows a [Profile] in local time. It is
// exact for that rate: the integral of the rate is inverted piece by piece, nothing is thinned, so each
// arrival costs one exponential draw. Where clocks are put forward or back, the rate is that of the new
// local time from that instant on.
type Arrivals struct {
	stream random.Stream
	// ahead holds exponential numbers of the stream; the first of them are used.
	ahead  [32]float64
	used   int
	piece  piece   // the current hour
	hour   int     // of local time
	need   float64 // integral of the rate from the start of the piece to the last arrival
	knots  [24]float64
	last   int64 // arrival
	silent bool
	// start and zone make instants local times; change is when, in ns since the start, the zone puts its clocks
	// forward or back next (math.MaxInt64: never), and cut says that the piece ends then.
	start  time.Time
	zone   *time.Location
	change int64
	cut    bool
}

// A piece is a time in which the rate is linear.
type piece struct {
	origin      float64 // ns from the start of the run to the start of the piece
	rate, slope float64 // arrivals a ns at its start, and their change a ns
	most        float64 // integral of the rate over the piece, as far as it lasts
}

// NewArrivals returns the arrivals of a stream with a mean of perSecond over the day, which begins at
// time start in the given zone (nil: UTC). Local time is that of the zone at each instant: a run may cross a
// change of daylight saving time.
func NewArrivals(stream random.Stream, perSecond float64, profile Profile, start time.Time, zone *time.Location) Arrivals {
	if zone == nil {
		zone = time.UTC
	}
	a := Arrivals{stream: stream, silent: !(perSecond > 0), start: start, zone: zone}
	a.used = len(a.ahead)
	mean := profile.mean()
	for h, w := range profile {
		a.knots[h] = w / mean * perSecond / 1e9
	}
	a.enterAt(0)
	return a
}

// enterAt begins the piece of the local time that it is at an instant, in the midst of an hour.
func (a *Arrivals) enterAt(at int64) {
	local := a.start.Add(time.Duration(at)).In(a.zone)
	a.change = math.MaxInt64
	if _, end := local.ZoneBounds(); !end.IsZero() {
		if left := int64(end.Sub(local)); left < math.MaxInt64-at { // what does not fit is centuries away
			a.change = at + left
		}
	}
	into := time.Duration(local.Minute())*time.Minute + time.Duration(local.Second())*time.Second + time.Duration(local.Nanosecond())
	a.hour = local.Hour()
	a.enter(float64(at) - float64(into))
	a.need += a.piece.until(float64(into))
}

// enter begins the piece of the current hour, which began at an instant. It lasts an hour, or until the clocks change.
func (a *Arrivals) enter(origin float64) {
	rate, next := a.knots[a.hour], a.knots[(a.hour+1)%24]
	a.piece = piece{origin: origin, rate: rate, slope: (next - rate) / hourNs, most: hourNs * ((rate + next) / 2)}
	if a.cut = origin+hourNs >= float64(a.change); a.cut {
		a.piece.most = a.piece.until(float64(a.change) - origin)
	}
}

// until returns the integral of the rate over the piece's first ns.
func (p piece) until(ns float64) float64 { return float64(ns * (p.rate + float64(p.slope*ns/2))) }

// farthest is how far ahead an arrival is looked for, in ns: two years, longer than any run.
const farthest = float64(2 * 366 * 24 * time.Hour)

// Next returns the next arrival in ns since the start of the run. A stream without load, or without an
// arrival within two years, answers math.MaxInt64.
func (a *Arrivals) Next() int64 {
	if a.silent {
		return math.MaxInt64
	}
	if a.used == len(a.ahead) {
		a.stream.ExpAll(a.ahead[:])
		a.used = 0
	}
	a.need += a.ahead[a.used]
	a.used++
	for !(a.need < a.piece.most) {
		// The piece ends first: what is left of the need passes on to the next one.
		a.need -= a.piece.most
		origin := a.piece.origin + hourNs
		if origin >= farthest {
			a.silent = true
			return math.MaxInt64
		}
		if a.cut {
			a.enterAt(a.change)
			continue
		}
		a.hour = (a.hour + 1) % 24
		a.enter(origin)
	}
	a.last = max(a.last, a.piece.instant(a.need)) // roots are rounded, and must not go back
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

// drawWithin is DrawPast as far as the numbers drawn ahead and the current piece last. What one arrival takes
// over from the one before is a sum alone, so that the processor works on the roots of several at a time.
func (a *Arrivals) drawWithin(to int64, at []int64) int {
	ahead := a.ahead[a.used:]
	ahead = ahead[:min(len(ahead), len(at))]
	at = at[:len(ahead)]
	piece, need, last := a.piece, a.need, a.last
	n := 0
	for _, draw := range ahead {
		if !(need+draw < piece.most) {
			break
		}
		need += draw
		last = max(last, piece.instant(need))
		at[n] = last
		n++
		if last >= to {
			break
		}
	}
	a.used += n
	a.need, a.last = need, last
	return n
}

// instant returns when the integral of the rate since the start of the piece has reached the need. Products are
// rounded before they are added, so that machines with and without a fused multiply-add draw the same arrivals.
func (p piece) instant(need float64) int64 {
	if p.slope == 0 {
		return int64(p.origin + need/p.rate)
	}
	// Solve rate*x + slope*x*x/2 = need for the time x since the start of the piece.
	square := float64(p.rate*p.rate) + float64(2*p.slope*need)
	if square < 0 { // by rounding
		square = 0
	}
	twice := p.rate + math.Sqrt(square)
	if twice == 0 {
		return int64(p.origin) // no rate yet, and an exponential draw of 0
	}
	return int64(p.origin + 2*need/twice)
}
