package workload_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/workload"
)

func TestWorkloadsBeginAndEnd(t *testing.T) {
	w := crowded()
	plain, objects := drawnOf(t, w, 100*time.Second, 64)
	w.Begins, w.Ends = 20*time.Second, 70*time.Second
	for _, size := range []int{1, 64} {
		at, object := drawnOf(t, w, 100*time.Second, size)
		for m := range at {
			first, n := within(plain[m], 0, 20e9), within(plain[m], 20e9, 70e9)
			require.Equal(t, plain[m][first:first+n], at[m])
			require.Equal(t, objects[m][first:first+n], object[m])
		}
	}
}

// The players of a launch are those of M_t/G/infinity: at an instant t a Poisson number whose mean is the integral of rate(u) P(L > t-u) since the launch,
// with a flash crowd on it. Nobody is there before, and after the end those who are there go one by one.
func TestPlayersOfALaunchAreThoseOfTheory(t *testing.T) {
	length := workload.Weibull{Shape: 0.6, Scale: 40 * time.Second}
	f := workload.Flash{At: 100 * time.Second, Rise: 30 * time.Second, For: 20 * time.Second, Decay: 15 * time.Second, Factor: 8}
	w := workload.CompetitiveFPS()
	w.Name, w.Day, w.Flashes = "game", workload.Flat(), []workload.Flash{f}
	w.Begins, w.Ends = 60*time.Second, 300*time.Second
	w.Demand = workload.Sessions{ConcurrentPlayers: 2000, Length: length}
	require.NoError(t, w.Validate())
	open, err := w.Open([]workload.Audience{{Metro: "a", Users: 1}}, monday, 3, 0)
	require.NoError(t, err)
	type session struct{ from, to float64 }
	var all []session
	s, b := open(0), w.NewBatch(100)
	for n := s.Draw(math.MaxInt64, &b); n > 0; n = s.Draw(math.MaxInt64, &b) {
		for i := range n {
			all = append(all, session{float64(b.At[i]) / 1e9, float64(b.At[i]+b.Stay[i]) / 1e9})
		}
	}
	perSecond := w.Demand.(workload.Sessions).PerSecond()
	inTime, err := w.LoadInTime()
	require.NoError(t, err)
	came := 0.0
	for _, at := range []float64{59, 61, 90, 110, 140, 160, 200, 299, 310, 400} {
		const step = 0.01
		mean, come := 0.0, 0.0
		for u := 60 + step/2; u < min(at, 300); u += step {
			rate := perSecond * (1 + 7*f.Shape(time.Duration(u*1e9)))
			come += rate * step
			mean += rate * step * math.Exp(-math.Pow((at-u)/40, 0.6))
		}
		present := 0.0
		came = 0
		for _, x := range all {
			if x.from < at {
				came++
				if x.to >= at {
					present++
				}
			}
		}
		require.InDelta(t, mean, present, 4*math.Sqrt(mean), "present at %v s", at)
		require.InDelta(t, come, came, 4*math.Sqrt(come), "came until %v s", at)
		require.InDelta(t, come, perSecond*at*inTime("a", 0, time.Duration(at*1e9)), 1e-4*come, "expected to come until %v s", at)
	}
	require.Greater(t, came, 10_000.0)
}
