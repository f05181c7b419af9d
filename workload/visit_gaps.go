package workload

import (
	"math"

	"github.com/edgewise-sim/edgewise/internal/portable"
)

// Gaps is the law of the times between requests for one thing, of users whose requests come in visits, or each on its own. Visits begin as a Poisson process with
// rate v; each asks at once, and after an exponential gap of mean g again, with the probability c = 1 - 1/n that it goes on. Each request is for the thing with the
// probability p. So a visit that goes on has not asked for it a time t later with the probability
//
//	S(t) = a + (1-a) exp(-b t),  b = (1 - c(1-p))/g,  a = (1-p)/n / (1 - c(1-p)),
//
// and nobody has asked for it in a time t with the probability exp(-H(t)), of v(n-1)g visits that are under way and those that begin meanwhile:
//
//	H(t) = v(n-1)g (1 - S(t)) + v * integral over u from 0 to t of 1 - (1-p)(1/n + c S(u)).
//
// Back in time that is the same. Where it is known that k visits are under way at an instant, which will ask again, the first part of H(t) is that of these: -k log S(t). Who asks
// from then on depends on them, and so does when the thing was asked for last: the more there are, the less long ago that is.
//
// All of that is exact for stationary visits. Without visits H(t) is the rate times t.
type Gaps struct {
	rate     float64 // of requests for the thing, in a second
	b        float64 // 0 where requests come each on its own
	onward   float64 // visits that ask for it at all, in a second: what H grows by in the end
	more     float64 // H beyond that, in the end
	last     float64 // visits whose last request is for it, in a second
	never    float64 // a: the probability that a visit which goes on does not ask for it again
	underWay uint64  // visits that will ask again, where it is known how many
	isKnown  bool
}

// alike is the number of requests for a thing behind another of the same visit below which they are taken for requests each on its own: then the two laws differ by less
// than that share.
const alike = 1e-4

// GapsOf returns the law for a thing that is asked for at a rate, in a second, by users who ask at another in all, and who come in visits where the workload
// draws such.
func (w *Workload) GapsOf(rate, all float64) Gaps {
	n, g := w.Visits.Requests, w.Visits.Gap.Seconds()
	if !w.DrawsVisits() || !(all > 0) || float64(rate/all*(n-1)) < alike {
		return Gaps{rate: rate}
	}
	p, c, v := min(rate/all, 1), 1-1/n, all/n
	ends := 1 - float64(c*(1-p))
	b, a := ends/g, (1-p)/n/ends
	return Gaps{
		rate: rate, b: b,
		onward: float64(v * (1 - float64((1-p)*(1/n+float64(c*a))))),
		more:   float64(v*(n-1)*g*(1-a)) - float64(v*(1-p)*c*(1-a))/b,
		last:   float64(v * p), never: a,
	}
}

// With returns the law of how long ago the thing was asked for last, as of an instant at which so many visits are under way. Those are counted that will ask again, for whatever it is.
func (l *Gaps) With(underWay uint64) Gaps {
	with := *l
	with.underWay, with.isKnown = underWay, true
	return with
}

// atAny returns the law at any instant.
func (l *Gaps) atAny() Gaps {
	with := *l
	with.underWay, with.isKnown = 0, false
	return with
}

// ComeInVisits reports whether requests depend on each other.
func (l *Gaps) ComeInVisits() bool { return l.b > 0 }

// hazard returns H(t).
func (l *Gaps) hazard(t float64) float64 {
	if l.b == 0 {
		return float64(l.rate * t)
	}
	if l.isKnown {
		h := float64(l.onward*t) + float64((l.onward-l.last)/l.b*portable.Expm1(-l.b*t))
		if l.underWay > 0 {
			h -= float64(float64(l.underWay) * portable.Log(l.never+float64((1-l.never)*portable.Exp(-l.b*t))))
		}
		return h
	}
	return float64(l.onward*t) - float64(l.more*portable.Expm1(-l.b*t))
}

// Since returns how long ago the thing was asked for last, in seconds, at any instant, from an exponential number of mean 1.
func (l *Gaps) Since(e float64) float64 {
	if l.b == 0 {
		return e / l.rate
	}
	// H is concave: its first slope is the rate, its last is onward.
	low, high := e/l.rate, e/l.onward
	if l.isKnown { // what those under way add is concave, the rest convex: from last on to onward
		low, high = e/(l.onward+float64(float64(l.underWay)*(1-l.never)*l.b)), e/l.last
	}
	for range 64 {
		t := low + float64((high-low)/2)
		if t == low || t == high {
			break
		}
		if l.hazard(t) < e {
			low = t
		} else {
			high = t
		}
	}
	return high
}

// Missed returns how often in a second the thing is asked for that nobody has asked for in so many seconds before: -d/dt exp(-H(t)), as Palm and Khinchin have it.
func (l *Gaps) Missed(seconds float64) float64 {
	if l.b == 0 {
		return float64(l.rate * portable.Exp(-l.rate*seconds))
	}
	if math.IsInf(seconds, 1) {
		return 0
	}
	any := l.atAny()
	slope := l.onward + float64(l.more*l.b*portable.Exp(-l.b*seconds))
	return float64(slope * portable.Exp(-any.hazard(seconds)))
}

// Wait returns how long it takes on the mean from any instant until the thing is asked for, in seconds, counted to so many at most: the integral of exp(-H(t)).
func (l *Gaps) Wait(most float64) (sum float64) {
	if l.b == 0 {
		return -portable.Expm1(-l.rate*most) / l.rate
	}
	// By Gauss and Legendre, on steps that double.
	from, step := 0.0, 0.25/max(l.rate, l.b)
	for from < most && l.hazard(from) < 40 {
		if from > 40/l.b { // a straight line from there on
			end := 0.0
			if !math.IsInf(most, 1) {
				end = portable.Exp(-l.hazard(most))
			}
			return sum + (portable.Exp(-l.hazard(from))-end)/l.onward
		}
		to := min(from+step, most)
		half := float64((to - from) / 2)
		for i, x := range [...]float64{0.3399810435848563, 0.8611363115940526} {
			weight := [...]float64{0.6521451548625461, 0.3478548451374538}[i]
			middle := from + half
			sum += float64(half * weight * (portable.Exp(-l.hazard(middle-float64(half*x))) + portable.Exp(-l.hazard(middle+float64(half*x)))))
		}
		from, step = to, 2*step
	}
	return sum
}

// Fetches returns how often in a second a cache fetches the thing that holds it for so long, in seconds: when it has become too old it is fetched by the next who
// asks. That is exact for requests each on its own. Visits that are under way when it becomes too old are taken for any visits, as they are where visits are shorter than a lifetime.
func (l *Gaps) Fetches(life float64) float64 {
	if l.b == 0 {
		return l.rate / (1 + float64(l.rate*life))
	}
	any := l.atAny()
	return 1 / (life + any.Wait(math.Inf(1)))
}

// LastHit returns the probability that who asked last for the thing, before any instant, found it fresh in a cache that holds it for so long, in seconds. With it, an
// age uniform over that then, and a time since then by the law of Since, the thing is fresh for as much of the time as it is between two fetches. This holds where it is known how many visits
// are under way, too: if the thing has become too old, that was at any instant, and the visits have asked since then as the law says.
func (l *Gaps) LastHit(life float64) float64 {
	if l.b == 0 {
		x := float64(l.rate * life)
		return x / (1 + x)
	}
	fresh := 1 - float64(l.Wait(math.Inf(1))*l.Fetches(life))
	asFetched := -portable.Expm1(-l.hazard(life))
	asFound := 1 - l.Wait(life)/life
	return min(max((asFetched-fresh)/(asFetched-asFound), 0), 1)
}
