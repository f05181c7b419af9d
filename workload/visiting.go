package workload

import (
	"math"

	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
)

// beginnings say when visits begin.
type beginnings interface {
	// Next returns the next instant in ns since the start of the run, math.MaxInt64 for never.
	Next() int64
}

// visiting draws the requests of the visits of one metro. Each visit asks as it begins, then a geometric number of times after an exponential gap each: a
// Bartlett-Lewis process where visits begin as a Poisson process. Its gaps and its numbers are those of [Visits] whatever the rate.
type visiting struct {
	begins beginnings
	next   int64 // when the next visit begins
	draws  random.Stream
	gap    float64       // mean, in ns
	more   float64       // the whole part of so many exponential numbers is how many requests follow one
	going  []visitToCome // a heap by the instant
	seats  seats
}

// A visitToCome is a visit that will ask again.
type visitToCome struct {
	at    int64
	visit Visit
	left  uint32 // requests behind that one
}

// newVisiting returns the visits of an audience of which so many requests a second come on the mean of a day, that begin as something says.
func newVisiting(v *Visits, begins beginnings, draws random.Stream) *visiting {
	s := &visiting{begins: begins, draws: draws, gap: float64(v.Gap)}
	if v.Requests > 1 {
		s.more = -1 / portable.Log(1-1/v.Requests)
	}
	s.next = begins.Next()
	return s
}

// find adds the visits that go on as the run begins, of a metro with so many requests a second on the mean of a day. Visits last an exponential time from
// their first request to their last, if these are not the same: those that have begun so long ago and are not over are a Poisson number (M_t/G/infinity).
func (s *visiting) find(v *Visits, perSecond float64, a *Audience, env *Env) {
	law := Weibull{Shape: 1, Scale: v.length()}
	found := newFoundSessions(v.AtATime(perSecond)*(1-1/v.Requests), a.day(env.Day), localHour(env.Start, a.Zone), env.Begun, &s.draws)
	for {
		if _, ok := found.next(law, &s.draws); !ok {
			return
		}
		s.push(visitToCome{at: s.later(0), visit: s.seats.open() | foundVisit, left: s.following()})
	}
}

// draw returns the next request, and of which visit it is.
func (s *visiting) draw() (at int64, visit Visit) {
	if len(s.going) > 0 && s.going[0].at < s.next {
		v := &s.going[0]
		at, visit = v.at, v.visit
		if v.left == 0 {
			s.seats.close(visit)
			last := len(s.going) - 1
			*v = s.going[last]
			s.going = s.going[:last]
			visit |= lastOfVisit
		} else {
			v.at = s.later(at)
			v.left--
		}
		s.sink(0)
		return at, visit
	}
	if at = s.next; at == math.MaxInt64 {
		return at, 0
	}
	s.next = s.begins.Next()
	visit = s.seats.open()
	if left := s.following(); left > 0 {
		s.push(visitToCome{at: s.later(at), visit: visit, left: left - 1})
		return at, visit
	}
	s.seats.close(visit)
	return at, visit | lastOfVisit
}

// following draws how many requests a visit has after one.
func (s *visiting) following() uint32 {
	return uint32(min(s.draws.Exp()*s.more, math.MaxUint32))
}

// later draws when a visit asks again that has asked at an instant.
func (s *visiting) later(at int64) int64 {
	return at + int64(s.draws.Exp()*s.gap)
}

// push adds a visit that goes on.
func (s *visiting) push(v visitToCome) {
	s.going = append(s.going, v)
	i := len(s.going) - 1
	for i > 0 {
		up := (i - 1) / 2
		if s.going[up].at <= v.at {
			break
		}
		s.going[i] = s.going[up]
		i = up
	}
	s.going[i] = v
}

// sink puts the visit at a place of the heap where it belongs, below.
func (s *visiting) sink(i int) {
	if i >= len(s.going) {
		return
	}
	v := s.going[i]
	for {
		down := 2*i + 1
		if down >= len(s.going) {
			break
		}
		if right := down + 1; right < len(s.going) && s.going[right].at < s.going[down].at {
			down = right
		}
		if v.at <= s.going[down].at {
			break
		}
		s.going[i] = s.going[down]
		i = down
	}
	s.going[i] = v
}

// instants draws when requests come: each on its own, or those of visits.
type instants struct {
	Arrivals
	visits *visiting // nil where each is on its own
}

// newInstants returns when an audience asks, of which so many requests a second come on the mean of a day.
func (e *Env) newInstants(a *Audience, perSecond float64) instants {
	if e.visits == nil {
		return instants{Arrivals: NewArrivals(e.stream(a.Metro, purpose.Arrival), perSecond, a.day(e.Day), e.Start, a.Zone)}
	}
	begins := NewArrivals(e.stream(a.Metro, purpose.Arrival), perSecond/e.visits.Requests, a.day(e.Day), e.Start, a.Zone)
	s := newVisiting(e.visits, &begins, e.stream(a.Metro, purpose.Visiting))
	s.find(e.visits, perSecond, a, e)
	return instants{visits: s}
}

// drawPast is [Arrivals.DrawPast] into a batch.
func (s *instants) drawPast(to int64, b *Batch) int {
	if s.visits == nil {
		return s.DrawPast(to, b.At)
	}
	n := 0
	for n < len(b.At) && (n == 0 || b.At[n-1] < to) {
		at, visit := s.visits.draw()
		b.At[n] = at
		if b.Visit != nil {
			b.Visit[n] = visit
		}
		n++
	}
	return n
}
