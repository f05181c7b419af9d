package workload

import (
	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/random"
)

// Asks are the requests for one thing, one after another, on in time or back: that is one law. Visits that ask for a thing at all begin to as a Poisson process, and
// each has a geometric number of requests for it, with exponential gaps, whatever it asks for in between. So what is to come depends on how many visits are under
// way that will ask for it again, and on nothing else.
type Asks struct {
	law      Gaps
	underWay uint64
}

// AsksAt returns those from any instant on or, of all requests, from one at which it is known how many visits are under way.
func (l *Gaps) AsksAt(stream *random.Stream) Asks {
	a := Asks{law: l.atAny()}
	switch {
	case l.b == 0:
	case l.isKnown && l.never == 0:
		a.underWay = l.underWay
	default:
		a.underWay = stream.Poisson(l.rate * l.goesOn() / l.b)
	}
	return a
}

// goesOn returns the probability that a visit asks for the thing again that has.
func (l *Gaps) goesOn() float64 { return max(1-l.onward/l.rate, 0) }

// Next returns how long after the last one the next comes, in seconds.
func (a *Asks) Next(stream *random.Stream) float64 {
	l := &a.law
	if l.b == 0 {
		return stream.Exp() / l.rate
	}
	all := l.onward + float64(float64(a.underWay)*l.b)
	next := stream.Exp() / all
	begins := float64(stream.Float64()*all) < l.onward
	switch goesOn := stream.Float64() < l.goesOn(); {
	case begins && goesOn:
		a.underWay++
	case !begins && !goesOn:
		a.underWay--
	}
	return next
}

// Skip lets so many seconds go by, whoever asks in them.
func (a *Asks) Skip(seconds float64, stream *random.Stream) {
	l := &a.law
	if l.b == 0 || !(seconds > 0) {
		return
	}
	ends := l.b * (1 - l.goesOn())
	stays := portable.Exp(-ends * seconds)
	left := stream.Poisson(l.onward * l.goesOn() / ends * (1 - stays))
	for range a.underWay {
		if stream.Float64() < stays {
			left++
		}
	}
	a.underWay = left
}
