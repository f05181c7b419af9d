package edgewise

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// Where nothing becomes worse, chance makes a drill of one that has no interval wrong in one replication of a hundred, however short the steps are, and however few there
// are before the event. It is a little less: see Bonferroni's inequality, and deviations that are known from all replications together.
func TestChanceAloneIsRarelyAnEvent(t *testing.T) {
	row := drillRow{where: func(sim.Kind) bool { return true }}
	stream := random.NewKey(1, 2, 3, 4).StreamAt(0)
	for _, of := range []struct {
		before, after, replications, figures int
		within                               float64
	}{{3, 20, 1, 1, 0}, {3, 100, 10, 1, 0}, {30, 400, 2, 1, 0}, {30, 400, 2, 2, 0.001}} {
		d := drill{before: [2]int{0, of.before}, after: [2]int{of.before, of.before + of.after}}
		off, all := 0, 0
		for range 4000 {
			runs := make([][]float64, of.replications)
			for k := range runs {
				for range of.before + of.after {
					runs[k] = append(runs[k], 100+stream.Normal())
				}
			}
			r, ok := row.recoveryOf(runs, unknowns(len(runs)), &d, of.figures, of.within, stepsLong)
			require.True(t, ok)
			if r.whole > 0 {
				off++
			}
			all++
		}
		expected := byChance * float64(all) / float64(of.figures)
		require.Less(t, float64(off), expected+4*math.Sqrt(expected), "%+v", of)
		require.Greater(t, float64(off), expected/4, "%+v: it would miss what happens", of)
	}
}

// unknowns are what figures become that nobody knows.
func unknowns(replications int) []float64 {
	all := make([]float64, replications)
	for i := range all {
		all[i] = math.NaN()
	}
	return all
}

// stepsLong tells times in steps.
func stepsLong(steps int) float64 { return float64(steps) }

// What lies beyond is seen: a step that is ten standard deviations off. All replications say the same then, so that the interval is none, and of one, or of ten with a recovery that is known
// by construction, the time is that of the last step which differs.
func TestWhatIsNoChanceIsSeen(t *testing.T) {
	row := drillRow{where: func(sim.Kind) bool { return true }}
	stream := random.NewKey(5, 6, 7, 8).StreamAt(0)
	d := drill{before: [2]int{0, 20}, after: [2]int{20, 80}}
	noise := func(replications int, shift func(step int) float64) (runs [][]float64, becomes []float64) {
		for range replications {
			var values []float64
			for i := range 80 {
				values = append(values, 100+stream.Normal()+shift(i))
			}
			runs, becomes = append(runs, values), append(becomes, math.NaN())
		}
		return runs, becomes
	}
	for _, replications := range []int{1, 2, 5, 10} {
		runs, becomes := noise(replications, func(i int) float64 {
			if i >= 20 && i <= 40 {
				return 10
			}
			return 0
		})
		r, ok := row.recoveryOf(runs, becomes, &d, 1, 0.01, stepsLong)
		require.True(t, ok)
		require.Equal(t, 21.0, r.whole, "%d replications", replications)
		e := r.estimate(.95)
		require.Equal(t, 21.0, e.Value)
		if replications > 1 {
			require.Zero(t, e.High-e.Low, "%d replications", replications)
		}
	}
	// A decay of 3 exp(-t/10) is lost in the noise of one, and seen for longer by the mean of ten: the time is near that at which it is as large as what chance allows.
	runs, becomes := noise(10, func(i int) float64 {
		if i < 20 {
			return 0
		}
		return 10 * math.Exp(-float64(i-20)/10)
	})
	r, ok := row.recoveryOf(runs, becomes, &d, 1, 0.01, stepsLong)
	require.True(t, ok)
	off, ok := d.chance(runs, 1)
	require.True(t, ok)
	require.InDelta(t, 10*math.Log(10/off), r.whole, 4)
	require.False(t, r.isUnknown)

	runs[0][3], runs[0][4] = math.NaN(), math.NaN()
	_, ok = d.chance(runs, 1)
	require.True(t, ok)
	d.before[1] = 5
	_, ok = d.chance(runs, 1)
	require.True(t, ok, "three are left")
	d.before[0] = 1
	_, ok = d.chance(runs, 1)
	require.False(t, ok)
}

// A time of recovery that may as well be nothing has no value: one replication of five is off by itself, which the mean of all just shows.
func TestARecoveryThatMayBeNothingHasNoValue(t *testing.T) {
	r := recovery{whole: 600, without: []float64{0, 600, 600, 600, 600}}
	e := r.estimate(.95)
	require.False(t, e.HasValue())
	// Without one each 480 s on the mean, with squares of 288,000: 600 s + 2.776 x 480 s.
	require.Equal(t, "0 s to 32m13s, as far as 5 replications tell", e.Unsupported)
	r.longest = 1200 // then the run ends
	require.Equal(t, "0 s to 20m, as far as 5 replications tell", r.estimate(.95).Unsupported)
	sure := recovery{whole: 600, without: []float64{540, 600, 600, 600, 600}}
	e = sure.estimate(.95)
	require.True(t, e.HasValue())
	require.Equal(t, 600.0, e.Value)
	require.Zero(t, notHit(5).estimate(.95).Value)
	require.Zero(t, notHit(5).estimate(.95).High)
	require.Equal(t, -600.0, notHit(5).minus(sure, .95).Value)
	require.Equal(t, 600.0, sure.with(notHit(5)).whole)
}

// Where all replications agree on a step, a time of recovery is known to within that step, and the difference of two to within both.
func TestTimesOfRecoveryAreKnownToAStep(t *testing.T) {
	r := recovery{whole: 30, without: []float64{30, 30, 30}, resolution: 10}
	e := r.estimate(0.95)
	require.Equal(t, [3]float64{30, 20, 30}, [3]float64{e.Value, e.Low, e.High})
	early := recovery{whole: 4, without: []float64{4, 4, 4}, resolution: 10} // the event was 6 s into a step
	e = early.estimate(0.95)
	require.Equal(t, [3]float64{4, 0, 4}, [3]float64{e.Value, e.Low, e.High})
	e = r.minus(early, 0.95)
	require.Equal(t, [3]float64{26, 16, 36}, [3]float64{e.Value, e.Low, e.High})
	e = r.minus(notHit(3), 0.95)
	require.Equal(t, [3]float64{30, 20, 30}, [3]float64{e.Value, e.Low, e.High})
	never := recovery{without: []float64{0, 0, 0}, resolution: 10}
	e = never.minus(never, 0.95)
	require.Equal(t, [3]float64{0, 0, 0}, [3]float64{e.Value, e.Low, e.High}, "no step is another than usual")
	e = notHit(3).estimate(0.95)
	require.Equal(t, [3]float64{0, 0, 0}, [3]float64{e.Value, e.Low, e.High})
	scattered := recovery{whole: 100, without: []float64{90, 100, 110}, resolution: 1}
	require.Equal(t, stats.Jackknifed(100, scattered.without, 0.95), scattered.estimate(0.95), "an interval that is wider stays")
}
