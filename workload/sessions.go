package workload

import (
	"math"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
)

// Sessions is a demand of players who come for a while: they arrive as a Poisson process that follows each metro's
// local time of day, and stay for a heavy-tailed time.
//
// The number of players found when the run starts is Poisson with the mean of a stationary system (M/G/infinity) at
// the load of that hour, and what is left of their sessions is drawn from the stationary law: sessions need no
// warm-up.
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
		mean := s.ConcurrentPlayers * shares[i] * env.Day.At(localHour(env.Start, a.Zone))
		found := uint64(0)
		if mean > 0 {
			found = uint64(distuv.Poisson{Lambda: mean, Src: &lengths}.Rand())
		}
		return &sessionSource{
			arrivals: NewArrivals(env.stream(a.Metro, purpose.Arrival), perSecond*shares[i], env.Day, env.Start, a.Zone),
			lengths:  lengths,
			law:      s.Length,
			found:    found,
		}
	}, nil
}

// A sessionSource draws the sessions of one metro: first the players found when the run starts, then those who
// arrive.
type sessionSource struct {
	arrivals Arrivals
	lengths  random.Stream
	law      Weibull
	found    uint64 // who are still to be drawn
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
	if s.found > 0 {
		s.found--
		return 0, s.law.drawResidual(&s.lengths)
	}
	return s.arrivals.Next(), s.law.draw(&s.lengths)
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

func (w Weibull) meanNs() float64 { return float64(w.Scale) * math.Gamma(1+1/w.Shape) }

// century is 100 years in ns.
const century = 100 * 365.25 * 24 * float64(time.Hour)

// Validate names the first field that is out of range.
func (w Weibull) Validate() error {
	if w.Scale <= 0 || w.Scale > 1000*time.Hour {
		return invalid.New("Scale", w.Scale, "more than 0, 1000h at most")
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
	return lengthNs(float64(w.Scale) * math.Pow(s.Exp(), 1/w.Shape))
}

// drawResidual returns what is left of the length of a session found under way in a stationary system:
// a uniform share of a length drawn in proportion to length. (Length/Scale)^Shape of such a session is
// gamma distributed with shape 1 + 1/Shape.
func (w Weibull) drawResidual(s *random.Stream) int64 {
	g := distuv.Gamma{Alpha: 1 + 1/w.Shape, Beta: 1, Src: s}.Rand()
	return lengthNs(float64(w.Scale) * math.Pow(g, 1/w.Shape) * s.Float64())
}

// lengthNs holds a length within a century, so that sums with it cannot overflow.
func lengthNs(ns float64) int64 {
	return int64(min(ns, century))
}
