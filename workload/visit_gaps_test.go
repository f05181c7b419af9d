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

// Of a Poisson number of visits under way, the law given their number is the one at any instant: as to when the thing was asked for last, and as to whether it is fresh.
func TestGapsWithVisitsUnderWayAreThoseOfAnyNumberOfThem(t *testing.T) {
	for _, c := range []struct{ requests, gap, perSecond, p float64 }{{10, 1, .5, .1}, {5, 20, .1, .5}, {3, 1, 2, 1}, {10, 2, .2, .002}} {
		w := Workload{Head: Head{Visits: Visits{Requests: c.requests, Gap: time.Duration(c.gap * 1e9)}}, Demand: Poisson{}}
		l := w.GapsOf(c.perSecond*c.p, c.perSecond)
		mean := c.perSecond * c.gap * (1 - 1/c.requests)
		ofMany := func(of func(l *Gaps) float64) (sum float64) {
			share := math.Exp(-mean)
			for k := range uint64(60) {
				with := l.With(k)
				sum += share * of(&with)
				share *= mean / float64(k+1)
			}
			return sum
		}
		for _, lag := range []float64{.1, 1, 7, 50, 400} {
			require.InEpsilon(t, math.Exp(-l.hazard(lag)), ofMany(func(l *Gaps) float64 { return math.Exp(-l.hazard(lag)) }), 1e-9, "%v", c)
		}
		require.InEpsilon(t, l.Wait(math.Inf(1)), ofMany(func(l *Gaps) float64 { return l.Wait(math.Inf(1)) }), 1e-4)
		const life = 300.
		fresh := func(l *Gaps) float64 {
			isHit := l.LastHit(life)
			return (1-isHit)*-math.Expm1(-l.hazard(life)) + isHit*(1-l.Wait(life)/life)
		}
		require.InEpsilon(t, life*l.Fetches(life), ofMany(fresh), 2e-3, "%v", c)
		none, some := l.With(0), l.With(4)
		require.Greater(t, fresh(&some), fresh(&none))
		for _, e := range []float64{.01, 1, 6} {
			require.InEpsilon(t, e, none.hazard(none.Since(e)), 1e-9)
			require.InEpsilon(t, e, some.hazard(some.Since(e)), 1e-9)
		}
		require.Equal(t, l.Missed(3), some.Missed(3), "of any instant")
		require.Equal(t, l.Fetches(3), some.Fetches(3), "of any instant")
	}
}
