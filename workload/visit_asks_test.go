package workload

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/random"
)

// Requests that are drawn one after another have the gaps, and the times from any instant to the first, that closed forms have, and so many visits are under way behind what is skipped as behind what is not; and
// their number in a long time has the variance of visits: n(2n-1) of as many visits of n requests each.
func TestRequestsOneAfterAnotherAreThoseOfVisits(t *testing.T) {
	for _, c := range []struct{ requests, gap, perSecond, p float64 }{{10, 2, .2, .3}, {5, 20, .1, .5}, {3, 1, 2, 1}} {
		w := Workload{Head: Head{Visits: Visits{Requests: c.requests, Gap: time.Duration(c.gap * 1e9)}}, Demand: Poisson{}}
		l := w.GapsOf(c.perSecond*c.p, c.perSecond)
		stream := random.New(5, 6, 7, 8)
		const n = 200_000
		length, longer, lag := 0., 0., 1/(c.perSecond*c.p)
		for a, k := l.AsksAt(&stream), 0; k < n; k++ {
			gap := a.Next(&stream)
			length += gap
			if gap > lag {
				longer++
			}
		}
		require.InEpsilon(t, c.perSecond*c.p, n/length, .02)
		require.InEpsilon(t, l.Missed(lag)/(c.perSecond*c.p), longer/n, .02)

		var sum, squares, first, skipped, drawn float64
		const runs, long = 20_000, 2000.
		for range runs {
			a := l.AsksAt(&stream)
			if a.Next(&stream) > lag {
				first++
			}
			a = Asks{law: l, underWay: 5}
			a.Skip(7, &stream)
			skipped += float64(a.underWay)
			a = Asks{law: l, underWay: 5}
			for at, before := 0., uint64(0); ; {
				before = a.underWay
				if at += a.Next(&stream); at > 7 {
					drawn += float64(before)
					break
				}
			}
		}
		require.InEpsilon(t, runs*(1-lastedAtMost(&l, lag)), first, .03)
		require.InEpsilon(t, drawn, skipped, .03)
		for range runs / 20 {
			a, counted := l.AsksAt(&stream), 0.
			for at := a.Next(&stream); at < long; at += a.Next(&stream) {
				counted++
			}
			sum, squares = sum+counted, squares+counted*counted
		}
		mean := sum / (runs / 20)
		visit := 1 / (1 - l.goesOn()) // requests for the thing of a visit that asks for it
		require.InEpsilon(t, 2*visit-1, (squares/(runs/20)-mean*mean)/mean, .15)
	}
}

// lastedAtMost returns the probability that from any instant on the thing is asked for within so many seconds.
func lastedAtMost(l *Gaps, seconds float64) float64 {
	return 1 - (l.Wait(seconds+.001)-l.Wait(seconds))/.001
}
