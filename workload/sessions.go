package workload

import (
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
)

// Sessions is a demand of players who come for a while: they arrive as a Poisson process that follows each metro's
// local time of day, and stay for a heavy-tailed time.
//
// The players found when the run starts are those of a system that has followed its day for ever (M_t/G/infinity): of the
// sessions that began at every instant before, as many as the day's rate of that instant says, those that have not ended.
// Their number, and what is left of their sessions, is in the state of that hour, so that sessions need no warm-up. A run that begins [Steady] finds those of a
// system that has had the rate of the instant for ever.
type Sessions struct {
	// ConcurrentPlayers is the mean number of players over a day, of all metros together: more than 0, 2e7 at
	// most. Sessions arrive at ConcurrentPlayers / mean session length (Little's law).
	ConcurrentPlayers float64
	// Length is the law of a session's length.
	Length Weibull
}

// Validate names the first field that is out of range.
func (s Sessions) Validate() error {
	return invalid.First(
		invalid.Check(s.ConcurrentPlayers > 0 && s.ConcurrentPlayers <= 2e7, "ConcurrentPlayers", s.ConcurrentPlayers, "more than 0, 2e7 at most: each is held in memory"),
		invalid.In("Length", s.Length.Validate()),
	)
}

// Concurrent returns the mean number of players.
func (s Sessions) Concurrent() float64 { return s.ConcurrentPlayers }

// PerSecond returns the rate at which sessions begin.
func (s Sessions) PerSecond() float64 { return s.ConcurrentPlayers / s.Length.Mean().Seconds() }

func (s Sessions) dayMean() (mean float64, unit string) { return s.ConcurrentPlayers, "players" }

// follow returns the day of the players, who come like arrivals and stay.
func (s Sessions) follow(arrivals *[daySteps]float64) [daySteps]float64 {
	return s.Length.present(arrivals)
}

// WithPlayers returns a copy with another number of players.
func (s Sessions) WithPlayers(concurrent float64) Demand {
	s.ConcurrentPlayers = concurrent
	return s
}

// Open looks up the shares of the audiences.
func (s Sessions) Open(audiences []Audience, env Env) (func(audience int) Source, error) {
	shares, err := Shares(audiences)
	if err != nil {
		return nil, err
	}
	perSecond := s.PerSecond()
	return func(i int) Source {
		a := &audiences[i]
		lengths := env.stream(a.Metro, purpose.Session)
		return &sessionSource{
			arrivals: NewArrivals(env.stream(a.Metro, purpose.Arrival), perSecond*shares[i], a.day(env.Day), env.Start, a.Zone),
			found:    newFoundSessions(s.ConcurrentPlayers*shares[i], a.day(env.Day), localHour(env.Start, a.Zone), env.Begun, &lengths),
			lengths:  lengths,
			law:      s.Length,
		}
	}, nil
}

// A sessionSource draws the sessions of one metro: first those found under way when the run starts, then those that
// begin.
type sessionSource struct {
	found    foundSessions
	arrivals Arrivals
	lengths  random.Stream
	law      Weibull
}

// Draw draws instants and lengths.
func (s *sessionSource) Draw(to int64, b *Batch) int {
	n := 0
	for ; n < len(b.At) && (n == 0 || b.At[n-1] < to); n++ {
		at, stay := s.next()
		b.At[n] = at
		if b.Stay != nil {
			b.Stay[n] = stay
		}
	}
	return n
}

func (s *sessionSource) next() (at, stay int64) {
	if left, ok := s.found.next(s.law, &s.lengths); ok {
		return 0, left
	}
	return s.arrivals.Next(), s.law.draw(&s.lengths)
}

// foundSessions are the sessions of one metro that are under way when the run starts.
//
// A session that began at an age u before the start is under way with the probability P(L > u), so that the ages are a
// Poisson process with the density rate(-u) P(L > u). It is drawn exactly by thinning: under the day's largest rate, for
// ever, as many would be under way as Poisson says, with ages of the stationary law; of them a share rate(-u) by that
// rate has begun.
type foundSessions struct {
	candidates uint64 // still to be drawn
	day        Profile
	hour, peak float64 // of local time, and the day's largest rate by its mean
	isFlat     bool    // the day has one rate, so that none of them is left away
}

// newFoundSessions draws how many candidates there are, of so many players on the mean of a day. In the steady state the rate of the hour has
// been for ever.
func newFoundSessions(players float64, day Profile, hour float64, begun State, s *random.Stream) foundSessions {
	if begun == Steady {
		players, day = players*day.At(hour), Flat()
	}
	f := foundSessions{day: day, hour: hour, peak: day.peak(), isFlat: day.isFlat()}
	if mean := players * f.peak; mean > 0 {
		f.candidates = s.Poisson(mean)
	}
	return f
}

// next returns what is left of the next session; false where there is none.
func (f *foundSessions) next(law Weibull, s *random.Stream) (left int64, ok bool) {
	is, ok := f.draw(law, s)
	if !ok {
		return 0, false
	}
	return lengthNs(is.left(law)), true
}

// draw draws the next session; false where there is none.
func (f *foundSessions) draw(law Weibull, s *random.Stream) (is foundLength, ok bool) {
	for f.candidates > 0 {
		f.candidates--
		is, u := law.drawFound(s), s.Float64()
		if f.isFlat || float64(u*f.peak) < f.day.At(f.hourBefore(is.age(law))) {
			return is, true
		}
	}
	return foundLength{}, false
}

// hourBefore returns the hour of local time so many ns before the run.
func (f *foundSessions) hourBefore(age float64) float64 {
	began := math.Mod(f.hour-age/hourNs, 24)
	if began < 0 {
		began += 24
	}
	return began
}

func localHour(at time.Time, zone *time.Location) float64 {
	if zone == nil {
		zone = time.UTC
	}
	local := at.In(zone)
	return float64(local.Hour()) + float64(local.Minute())/60 + float64(local.Second())/3600
}

// Weibull is the law of a length of time. A shape below 1 has a heavy tail: the longer a player has
// stayed, the longer that player will still stay.
type Weibull struct {
	Shape float64
	Scale time.Duration
}

// Mean returns Scale * Gamma(1 + 1/Shape).
func (w Weibull) Mean() time.Duration {
	return time.Duration(min(w.meanNs(), century))
}

func (w Weibull) meanNs() float64 { return float64(w.Scale) * portable.Gamma(1+1/w.Shape) }

// century is 100 years in ns.
const century = 100 * 365.25 * 24 * float64(time.Hour)

// Validate names the first field that is out of range.
func (w Weibull) Validate() error {
	if w.Scale < time.Second || w.Scale > 1000*time.Hour {
		return invalid.New("Scale", w.Scale, "1s to 1000h")
	}
	if err := invalid.Range("Shape", w.Shape, 0.1, 100); err != nil {
		return err
	}
	if mean := w.meanNs(); mean > century {
		return invalid.New("Scale", w.Scale, "a mean of 100 years at most; with a shape of %v it is %.3g", w.Shape, mean/century*100)
	}
	return nil
}

// draw returns one length.
func (w Weibull) draw(s *random.Stream) int64 {
	return lengthNs(float64(w.Scale) * portable.Pow(s.Exp(), 1/w.Shape))
}

// A foundLength is the length of a session found under way in a stationary system: (age/Scale)^Shape, and by how much more (L/Scale)^Shape is.
type foundLength struct{ aged, more float64 }

// drawFound draws the length of such a session. The density of its age is P(L > age) by the mean length, so that (age/Scale)^Shape is gamma distributed with shape
// 1/Shape; (L/Scale)^Shape of a session that has become so old is more than that by an exponential number.
func (w Weibull) drawFound(s *random.Stream) foundLength {
	aged := s.Gamma(1 / w.Shape)
	return foundLength{aged, s.Exp()}
}

// age returns how old the session is, in ns.
func (l foundLength) age(w Weibull) float64 {
	return float64(float64(w.Scale) * portable.Pow(l.aged, 1/w.Shape))
}

// left returns what is left of the session, in ns.
func (l foundLength) left(w Weibull) float64 {
	return max(0, float64(float64(w.Scale)*portable.Pow(l.aged+l.more, 1/w.Shape))-l.age(w))
}

// lengthNs holds a length within a century, so that sums with it cannot overflow.
func lengthNs(ns float64) int64 {
	return int64(min(ns, century))
}
