package edgewise

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// runsOf are runs of a row, of which nobody knows what they become.
func runsOf(values ...[]float64) (runs []rowRun) {
	for _, v := range values {
		runs = append(runs, rowRun{values: v, becomes: math.NaN()})
	}
	return runs
}

// stepsLong tells times in steps.
func stepsLong(steps int) float64 { return float64(steps) }

// Where nothing becomes worse, chance brings a step of one drill of a hundred beyond what it is said to make, however short the steps are, and however few there are before the event. It
// is a little less: see Bonferroni's inequality, and deviations that are known from all replications together. Steps beyond are mostly alone then, and not far, so that fewer than half are taken for an event.
func TestChanceAloneIsRarelyAnEvent(t *testing.T) {
	row := drillRow{where: func(sim.Kind) bool { return true }}
	stream := random.NewKey(1, 2, 3, 4).StreamAt(0)
	for _, of := range []struct {
		before, after, replications, figures int
		within                               float64
	}{{3, 20, 1, 1, 0}, {3, 100, 10, 1, 0}, {30, 400, 2, 1, 0}, {30, 400, 2, 2, 0.001}} {
		d := drill{before: [2]int{0, of.before}, after: [2]int{of.before, of.before + of.after}}
		off, taken, all := 0, 0, 0
		for range 4000 {
			var values [][]float64
			for range of.replications {
				var run []float64
				for range of.before + of.after {
					run = append(run, 100+stream.Normal())
				}
				values = append(values, run)
			}
			runs := runsOf(values...)
			chance, ok := d.chance(runs, byChance/float64(of.after*of.figures))
			require.True(t, ok)
			mean := meanCourse(runs)
			usual := d.usualOf(mean, math.NaN())
			if slices.ContainsFunc(mean[of.before:], func(x float64) bool { return x-usual > max(chance, of.within*usual) }) {
				off++
			}
			r, _, ok := row.recoveryOf(runs, &d, of.figures, of.within, stepsLong)
			require.True(t, ok)
			if r.whole > 0 {
				taken++
			}
			all++
		}
		expected := byChance * float64(all) / float64(of.figures)
		require.Less(t, float64(off), expected+4*math.Sqrt(expected), "%+v", of)
		require.Greater(t, float64(off), expected/4, "%+v: it would miss what happens", of)
		require.LessOrEqual(t, float64(taken), expected/2, "%+v", of)
	}
}

// noisy are runs of 80 steps that scatter by 1, shifted.
func noisy(stream *random.Stream, replications int, shift func(step int) float64) []rowRun {
	var all [][]float64
	for range replications {
		var values []float64
		for i := range 80 {
			values = append(values, 100+stream.Normal()+shift(i))
		}
		all = append(all, values)
	}
	return runsOf(all...)
}

// What lies beyond is seen: a step that is fifteen standard deviations off. All replications say the same then, so that the interval is none, and of one, or of ten with a recovery that is known
// by construction, the time is that of the last step which differs.
func TestWhatIsNoChanceIsSeen(t *testing.T) {
	row := drillRow{where: func(sim.Kind) bool { return true }}
	stream := random.NewKey(5, 6, 7, 8).StreamAt(0)
	d := drill{before: [2]int{0, 20}, after: [2]int{20, 80}}
	for _, replications := range []int{1, 2, 5, 10} {
		for _, to := range []int{20, 40} { // a step alone, or more
			runs := noisy(&stream, replications, func(i int) float64 {
				if i >= 20 && i <= to {
					return 15
				}
				return 0
			})
			r, upTo, ok := row.recoveryOf(runs, &d, 1, 0.01, stepsLong)
			require.True(t, ok)
			require.Equal(t, float64(to-19), r.whole, "%d replications", replications)
			chance, _ := d.chance(runs, byChance/60)
			require.InDelta(t, 100+max(1, chance), upTo, 1.5)
			e := r.estimate(.95)
			require.Equal(t, float64(to-19), e.Value)
			if replications > 1 {
				require.Zero(t, e.High-e.Low, "%d replications", replications)
			}
		}
	}
	// A decay of 10 exp(-t/10) is lost in the noise of one, and seen for longer by the mean of ten: the time is near that at which it is as large as what chance allows.
	runs := noisy(&stream, 10, func(i int) float64 {
		if i < 20 {
			return 0
		}
		return 10 * math.Exp(-float64(i-20)/10)
	})
	r, _, ok := row.recoveryOf(runs, &d, 1, 0.01, stepsLong)
	require.True(t, ok)
	off, ok := d.chance(runs, byChance/60)
	require.True(t, ok)
	require.InDelta(t, 10*math.Log(10/off), r.whole, 4)
	require.False(t, r.isUnknown)

	runs[0].values[3], runs[0].values[4] = math.NaN(), math.NaN()
	_, ok = d.chance(runs, .01)
	require.True(t, ok)
	d.before[1] = 5
	_, ok = d.chance(runs, .01)
	require.True(t, ok, "three are left")
	d.before[0] = 1
	_, ok = d.chance(runs, .01)
	require.False(t, ok)
}

// A queue that drains falls in a straight line: the interval holds the step in which the mean course comes within what is tolerated about as often as it says.
func TestIntervalsOfRecoveriesHoldTheTruth(t *testing.T) {
	row := drillRow{where: func(sim.Kind) bool { return true }}
	stream := random.NewKey(9, 10, 11, 12).StreamAt(0)
	d := drill{before: [2]int{0, 20}, after: [2]int{20, 80}}
	held, all := 0, 0
	for range 1000 {
		// Each run takes as long as it takes, 30 steps on the mean, with a deviation of 3 steps: 2 a step from 60 on.
		var values [][]float64
		for range 10 {
			lasts := 30 + 3*stream.Normal()
			var run []float64
			for i := range 80 {
				x := 100 + stream.Normal()
				if i >= 20 {
					x += max(0, 2*(lasts-float64(i-20)))
				}
				run = append(run, x)
			}
			values = append(values, run)
		}
		r, _, ok := row.recoveryOf(runsOf(values...), &d, 1, 0.05, stepsLong)
		require.True(t, ok)
		r.resolution, r.longest = 1, 60
		e := r.estimate(.95)
		require.True(t, e.HasInterval())
		// The mean course is 2 E[max(0, lasts - t)] above: 5 is reached where that is 2.5, for a normal law of deviation 3 at t = 30 - 2.24, as E[max(0, 3 Z + 2.24)] is 2.5.
		truth := 30 - 2.24
		if e.Low <= truth+1 && truth <= e.High {
			held++
		}
		all++
	}
	require.Greater(t, held, all*9/10)
}

// One step of one replication that is off by chance, long after all is as usual, moves no time of recovery: nor that of all replications, nor that of all but one.
func TestAStepAloneMovesNoRecovery(t *testing.T) {
	row := drillRow{where: func(sim.Kind) bool { return true }}
	d := drill{before: [2]int{0, 20}, after: [2]int{20, 80}}
	var values [][]float64
	for k := range 5 {
		var run []float64
		for i := range 80 {
			x := 100 + float64(2*((i+k)%2)) - 1 // scatters by 1
			if i >= 20 && i < 40 {
				x += 100
			}
			if i == 70 && k == 2 {
				x += 14 // 2.8 on the mean of five, 3.5 on that of four
			}
			run = append(run, x)
		}
		values = append(values, run)
	}
	runs := runsOf(values...)
	chance, ok := d.chance(runs, byChance/60)
	require.True(t, ok)
	require.InDelta(t, 1.75, chance, 0.01)
	r, _, ok := row.recoveryOf(runs, &d, 1, 0.005, stepsLong)
	require.True(t, ok)
	require.Equal(t, 20.0, r.whole)
	require.Equal(t, []float64{20, 20, 20, 20, 20}, r.without)
	// With another near it that is no chance, and so it is where it is as far off as chance never is, or the last but one.
	for _, also := range []map[int]float64{{70: 10, 73: 10}, {70: 60}, {78: 60}} {
		for i, x := range also {
			values[0][i] += x
		}
		r, _, ok = row.recoveryOf(runs, &d, 1, 0.005, stepsLong)
		require.True(t, ok)
		require.Greater(t, r.whole, 50.0, "%v", also)
		require.Equal(t, also[78] > 0, r.isUnknown, "one step that is as usual is no recovery")
		for i, x := range also {
			values[0][i] -= x
		}
	}
}

// Steps in which nobody is answered who asks are worse than any value; those in which nobody asks say nothing.
func TestNobodyAnsweredIsNoRecovery(t *testing.T) {
	row := drillRow{where: func(sim.Kind) bool { return true }}
	d := drill{before: [2]int{0, 5}, after: [2]int{5, 15}}
	values := []float64{1, 1, 1, 1, 1, 9, 1, 1, 1, 1, math.NaN(), math.NaN(), 1, 1, 1}
	runs := runsOf(values)
	r, _, ok := row.recoveryOf(runs, &d, 1, 0.05, stepsLong)
	require.True(t, ok)
	require.Equal(t, 1.0, r.whole)
	runs[0].unanswered = make([]bool, 15)
	runs[0].unanswered[10], runs[0].unanswered[11] = true, true
	r, _, ok = row.recoveryOf(runs, &d, 1, 0.05, stepsLong)
	require.True(t, ok)
	require.Equal(t, 7.0, r.whole)
	require.False(t, r.isUnknown)
	runs[0].unanswered[10] = false
	values[14], runs[0].unanswered[14] = math.NaN(), true
	r, _, ok = row.recoveryOf(runs, &d, 1, 0.05, stepsLong)
	require.True(t, ok)
	require.True(t, r.isUnknown)
	require.Equal(t, notRecovered, r.estimate(.95).Unsupported)
}

// What fails rarely fails as often by chance as the conditional test of two Poisson rates says: of b before and x in a step, given their sum, x are of the step by the binomial law.
func TestRareFailuresAreThoseOfTheBinomialTest(t *testing.T) {
	for _, c := range []struct {
		before      uint64
		times, tail float64
	}{{0, 1. / 20, 1e-4}, {1, 1. / 20, 1e-4}, {7, 1. / 20, 1e-4}, {0, 1. / 3, 1e-3}, {40, 0.5, 1e-5}, {3000, 0.05, 1e-5}, {0, 1. / 20, 0.5}} {
		beyond := func(x int) float64 { // the probability of x or more
			return distuv.Binomial{N: float64(c.before) + float64(x), P: c.times / (1 + c.times)}.Survival(float64(x) - 1)
		}
		most := mostByChance(c.before, c.times, c.tail)
		require.LessOrEqual(t, beyond(most+1), c.tail, "%+v", c)
		if most > 0 {
			require.Greater(t, beyond(most), c.tail, "%+v: it is the least", c)
		}
	}
	// None of 20 steps failed: (1/21)^4 is 5e-6, (1/21)^3 is 1.1e-4.
	require.Equal(t, 3, mostByChance(0, 1./20, 1e-4))
	require.Zero(t, mostByChance(1e6, 1, 1e-4), "it is not rare")
}

// What fails for a while, by a hundredth of a per cent of a service that never did, has not recovered before that ends: a tolerance in points would not see it. Three of 30,000
// requests that fail in one step alone are chance.
func TestFailuresOfAHundredthOfAPerCentAreSeen(t *testing.T) {
	row := &drillRows[0]
	require.Equal(t, "failed", row.name)
	d := drill{before: [2]int{0, 20}, after: [2]int{20, 60}}
	run := func(failed func(step int) uint64) (r rowRun) {
		r.becomes = math.NaN()
		for i := range 60 {
			c := stats.Ratio{Numerator: failed(i), Denominator: 6000}
			r.counts = append(r.counts, c)
			r.values = append(r.values, float64(c.Numerator)/6000)
		}
		return r
	}
	of := func(failing uint64) (recovery, float64) {
		var runs []rowRun
		for range 5 {
			runs = append(runs, run(func(i int) uint64 {
				switch {
				case i == 20:
					return 6000
				case i > 20 && i < 40:
					return failing
				}
				return 0
			}))
		}
		runs[0].counts[50].Numerator, runs[0].values[50] = 3, 3./6000
		r, upTo, ok := row.recoveryOf(runs, &d, 2, 0.05, stepsLong)
		require.True(t, ok)
		return r, upTo
	}
	r, upTo := of(0)
	require.Equal(t, 1.0, r.whole)
	require.Equal(t, 2./30000, upTo)
	require.Equal(t, []float64{1, 1, 1, 1, 1}, r.without)
	r, _ = of(2) // ten of 30,000 on all together
	require.Equal(t, 20.0, r.whole)
}

// An interval of a time of recovery neither begins before the event nor ends after the run: where replications do not agree it is as wide as they say, and the value is that of all together.
func TestATimeOfRecoveryHasAValueWhereAllTogetherRecover(t *testing.T) {
	r := recovery{whole: 600, without: []float64{0, 600, 600, 600, 600}}
	// Without one each 480 s on the mean, with squares of 288,000: 600 s + 2.776 x 480 s.
	e := r.estimate(.95)
	require.Equal(t, [3]float64{600, 0, 1932.694}, [3]float64{e.Value, e.Low, math.Round(e.High*1000) / 1000})
	r.longest = 1200 // then the run ends
	require.Equal(t, 1200.0, r.estimate(.95).High)
	sure := recovery{whole: 600, without: []float64{540, 600, 600, 600, 600}}
	e = sure.estimate(.95)
	require.Equal(t, 600.0, e.Value)
	require.Zero(t, notHit(5).estimate(.95).Value)
	require.Zero(t, notHit(5).estimate(.95).High)
	difference, ok := notHit(5).minus(sure, .95)
	require.True(t, ok)
	require.Equal(t, -600.0, difference.Value)
	require.Equal(t, 600.0, sure.with(notHit(5)).whole)
	sure.isUnknown = true
	_, ok = notHit(5).minus(sure, .95)
	require.False(t, ok)
	require.False(t, sure.estimate(.95).HasValue())
}

// Where all replications agree on a step, a time of recovery is known to within that step, and the difference of two to within both.
func TestTimesOfRecoveryAreKnownToAStep(t *testing.T) {
	r := recovery{whole: 30, without: []float64{30, 30, 30}, resolution: 10}
	e := r.estimate(0.95)
	require.Equal(t, [3]float64{30, 20, 30}, [3]float64{e.Value, e.Low, e.High})
	early := recovery{whole: 4, without: []float64{4, 4, 4}, resolution: 10} // the event was 6 s into a step
	e = early.estimate(0.95)
	require.Equal(t, [3]float64{4, 0, 4}, [3]float64{e.Value, e.Low, e.High})
	minus := func(a, b recovery) stats.Estimate {
		e, ok := a.minus(b, 0.95)
		require.True(t, ok)
		return e
	}
	e = minus(r, early)
	require.Equal(t, [3]float64{26, 16, 36}, [3]float64{e.Value, e.Low, e.High})
	e = minus(r, notHit(3))
	require.Equal(t, [3]float64{30, 20, 30}, [3]float64{e.Value, e.Low, e.High})
	never := recovery{without: []float64{0, 0, 0}, resolution: 10}
	e = minus(never, never)
	require.Equal(t, [3]float64{0, 0, 0}, [3]float64{e.Value, e.Low, e.High}, "no step is another than usual")
	e = notHit(3).estimate(0.95)
	require.Equal(t, [3]float64{0, 0, 0}, [3]float64{e.Value, e.Low, e.High})
	scattered := recovery{whole: 100, without: []float64{90, 100, 110}, resolution: 1}
	require.Equal(t, stats.Jackknifed(100, scattered.without, 0.95), scattered.estimate(0.95), "an interval that is wider stays")
}
