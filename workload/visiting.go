package workload

import (
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/event"
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
	gap    float64     // mean, in ns
	more   float64     // the whole part of so many exponential numbers is how many requests follow one
	going  event.Queue // visits that will ask again, each with how many requests follow that one
	seats  seats
}

// longVisit says of requests that follow that it is drawn anew, once they are over, how many more do: an event has room for no more than the number below it. A
// geometric number has no memory, so that this makes no difference.
const longVisit = 1 << 23

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
		if _, ok := found.draw(law, &s.draws); !ok {
			return
		}
		at, visit := s.later(0), s.seats.open()|foundVisit
		s.going.Push(at, s.following(), uint64(visit))
	}
}

// draw returns the next request, and of which visit it is.
func (s *visiting) draw() (at int64, visit Visit) {
	if s.going.NextTime() < s.next {
		e := s.going.Pop()
		left := e.Handler()
		if left == longVisit {
			left = s.following()
		}
		return e.Time, s.goOn(e.Time, Visit(e.Arg), left)
	}
	if at = s.next; at == math.MaxInt64 {
		return at, 0
	}
	s.next = s.begins.Next()
	return at, s.goOn(at, s.seats.open(), s.following())
}

// goOn has a visit that asks at an instant ask so often after that, and returns what is told of it.
func (s *visiting) goOn(at int64, visit Visit, left uint32) Visit {
	if left == 0 {
		s.seats.close(visit)
		return visit | lastOfVisit
	}
	s.going.Push(s.later(at), left-1, uint64(visit))
	return visit
}

// following draws how many requests a visit has after one.
func (s *visiting) following() uint32 {
	if n := s.draws.Exp() * s.more; n < longVisit-1 {
		return uint32(n)
	}
	return longVisit | (longVisit - 1)
}

// later draws when a visit asks again that has asked at an instant.
func (s *visiting) later(at int64) int64 {
	return at + int64(s.draws.Exp()*s.gap)
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
	return instants{visits: e.newVisits(a, perSecond)}
}

// newVisits returns the visits of an audience of which so many requests a second come on the mean of a day.
func (e *Env) newVisits(a *Audience, perSecond float64) *visiting {
	begins := NewArrivals(e.stream(a.Metro, purpose.Arrival), perSecond/e.visits.Requests, a.day(e.Day), e.Start, a.Zone)
	s := newVisiting(e.visits, &begins, e.stream(a.Metro, purpose.Visiting))
	s.find(e.visits, perSecond, a, e)
	return s
}

// FoundVisits returns a function of the number of an audience. It returns the visits that are under way as a run begins and will ask again: the same that the source of [Workload.OpenIn] begins with.
// With flash crowds they are as many, but have other names. The function is nil where requests come each on its own, or at instants that are given.
func (w *Workload) FoundVisits(begun State, audiences []Audience, start time.Time, seed, replication uint64) (func(audience int) []Visit, error) {
	if !w.DrawsVisits() {
		return nil, nil
	}
	shares, err := Shares(audiences)
	if err != nil {
		return nil, err
	}
	env := w.envOf(begun, start, seed, replication)
	perSecond := w.Demand.(Rated).PerSecond()
	return func(i int) []Visit {
		of := env.newVisits(&audiences[i], perSecond*shares[i])
		found := make([]Visit, 0, of.going.Len())
		for of.going.Len() > 0 {
			found = append(found, Visit(of.going.Pop().Arg))
		}
		return found
	}, nil
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
