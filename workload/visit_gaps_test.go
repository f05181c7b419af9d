package workload

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/random"
)

// gapsSeen are the instants, in seconds, at which a thing is asked for in a long time by visits that are drawn one by one as they are defined.
func gapsSeen(v Visits, perSecond, p, length float64) (at []float64) {
	stream := random.New(1, 2, 3, 4)
	begins := 0.0
	var all []float64
	for begins < length {
		begins += stream.Exp() * v.Requests / perSecond
		for t := begins; ; t += stream.Exp() * v.Gap.Seconds() {
			if stream.Float64() < p {
				all = append(all, t)
			}
			if stream.Float64() < 1/v.Requests {
				break
			}
		}
	}
	slices.Sort(all)
	return all
}

func TestGapsOfVisitsAreThoseOfVisitsDrawnOneByOne(t *testing.T) {
	for _, c := range []struct {
		requests, gap, perSecond, p, life float64
	}{{10, 2, .2, .3, 60}, {5, 20, .1, .5, 30}, {3, 1, 2, .9, 20}} {
		w := Workload{Head: Head{Visits: Visits{Requests: c.requests, Gap: time.Duration(c.gap * 1e9)}}, Demand: Poisson{}}
		l := w.GapsOf(c.perSecond*c.p, c.perSecond)
		const length = 2e6
		at := gapsSeen(w.Visits, c.perSecond, c.p, length)
		require.InEpsilon(t, c.perSecond*c.p*length, float64(len(at)), .02)
		for _, lag := range []float64{1, 5, 20} {
			if l.Missed(lag)*length < 10_000 {
				continue // too few to say something
			}
			var none, missed float64
			for i := 1; i < len(at); i++ {
				if gap := at[i] - at[i-1]; gap > lag {
					missed++
					none += gap - lag
				}
			}
			require.InEpsilon(t, none/at[len(at)-1], math.Exp(-l.hazard(lag)), .03, "nobody has asked for %v s", lag)
			require.InEpsilon(t, missed/length, l.Missed(lag), .03)
		}
		var wait float64
		for i := 1; i < len(at); i++ {
			wait += (at[i] - at[i-1]) * (at[i] - at[i-1]) / 2
		}
		require.InEpsilon(t, wait/at[len(at)-1], l.Wait(math.Inf(1)), .03)
		fetches, until := 0.0, 0.0
		for _, x := range at {
			if x >= until {
				fetches++
				until = x + c.life
			}
		}
		poisson := c.perSecond * c.p / (1 + c.perSecond*c.p*c.life)
		t.Logf("fetches %v, want %v, of Poisson requests %v", fetches/length, l.Fetches(c.life), poisson)
		if c.requests*c.gap < c.life {
			require.InEpsilon(t, fetches/length, l.Fetches(c.life), .02)
			require.Greater(t, math.Abs(poisson-fetches/length), 5*math.Abs(l.Fetches(c.life)-fetches/length))
		}
		require.InDelta(t, 1.7, l.hazard(l.Since(1.7)), 1e-9)
	}
}

func TestGapsOfRequestsEachOnItsOwn(t *testing.T) {
	l := (&Workload{Demand: Poisson{}}).GapsOf(.5, 10)
	require.False(t, l.ComeInVisits())
	require.Equal(t, 4., l.Since(2))
	require.InDelta(t, .5*math.Exp(-1.5), l.Missed(3), 1e-12)
	require.InDelta(t, 2, l.Wait(math.Inf(1)), 1e-12)
	require.InDelta(t, 5./6, l.LastHit(10), 1e-12)
	require.InDelta(t, .5/6, l.Fetches(10), 1e-12)
	// What nobody asks for twice in a visit comes as Poisson requests, however the visits are.
	w := Workload{Head: Head{Visits: Visits{Requests: 10, Gap: time.Second}}, Demand: Poisson{}}
	l = w.GapsOf(2e-4, 10)
	require.True(t, l.ComeInVisits())
	require.InEpsilon(t, 1/2e-4, l.Wait(math.Inf(1)), 1e-3)
	require.InEpsilon(t, 2e-4/(1+2e-4*5000), l.Fetches(5000), 1e-3)
	require.InEpsilon(t, .5, l.LastHit(5000), 1e-3)
}
