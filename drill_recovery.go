package edgewise

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/stats"
)

// A recovery is how long it takes from an event until a figure is as usual again, in s. It is that of the mean over the replications, for chance makes steps of that less unlike than
// those of one; its interval is that of the jackknife, from the means over all but one.
type recovery struct {
	whole float64
	// without are those of all replications but one each; none where there is one.
	without []float64
	// resolution is the length of a step, in s: in a run a figure is as usual again at some instant of the step that is told, of which that is the end. It is 0 of what is exact.
	resolution float64
	// longest is how long the run goes on after the event, in s, 0 of what is exact: no time of recovery is longer.
	longest float64
	// isUnknown says that the figure was not as usual again before the run ends, or something else happens.
	isUnknown bool
}

// known returns to within how many seconds the time is known: of what is as usual in every step it is 0 exactly.
func (r recovery) known() float64 {
	if r.whole == 0 {
		return 0
	}
	return r.resolution
}

// notHit is the recovery of what does not happen under a placement.
func notHit(replications int) recovery {
	r := recovery{}
	if replications > 1 {
		r.without = make([]float64, replications)
	}
	return r
}

// with returns the recovery of two figures: that of the later one.
func (r recovery) with(o recovery) recovery {
	all := recovery{whole: max(r.whole, o.whole), resolution: max(r.resolution, o.resolution), longest: max(r.longest, o.longest), isUnknown: r.isUnknown || o.isUnknown, without: slices.Clone(r.without)}
	for i := range all.without {
		all.without[i] = max(all.without[i], o.without[i])
	}
	return all
}

// estimate returns the time of recovery. One that may as well be nothing has no value, and says what it may be. Its interval is a step wide at least, for nobody knows more where
// all replications agree on the step.
func (r recovery) estimate(level float64) stats.Estimate {
	if r.isUnknown {
		return stats.Estimate{Unsupported: "it has not recovered before the run ends, or before something else happens"}
	}
	e := stats.Jackknifed(r.whole, r.without, level)
	if e.HasInterval() && r.longest > 0 {
		e.High = min(e.High, r.longest)
	}
	if e.HasInterval() && e.Low < 0 && r.whole > 0 {
		most := time.Duration(e.High * float64(time.Second)).Round(time.Second)
		return stats.Estimate{Unsupported: fmt.Sprintf("0 s to %s, as far as %d replications tell", words.Duration(most), len(r.without))}
	}
	if e.HasInterval() {
		e.Low, e.High = min(e.Low, max(0, r.whole-r.known())), max(e.High, r.whole)
	}
	return e
}

// minus returns the difference of two times of recovery, paired.
func (r recovery) minus(o recovery, level float64) stats.Estimate {
	without := slices.Clone(r.without)
	for i := range without {
		without[i] -= o.without[i]
	}
	e := stats.Jackknifed(r.whole-o.whole, without, level)
	if e.HasInterval() {
		e.Low, e.High = min(e.Low, e.Value-r.known()), max(e.High, e.Value+o.known())
	}
	return e
}

// known returns the values of the steps before an event, without those that have none.
func (d *drill) known(values []float64) (known []float64) {
	for _, x := range values[d.before[0]:d.before[1]] {
		if !math.IsNaN(x) {
			known = append(known, x)
		}
	}
	return known
}

// byChance is the probability with which chance alone makes any step of any figure of a drill one that is not as usual.
const byChance = 0.01

// chance returns how far from the mean of the steps before an event a step may lie by chance, both on the mean over some replications: beyond it lies one of all steps
// after the event, of so many figures, with a probability of 1 % at most, if steps are normal and independent (the prediction interval of Student's law, by Bonferroni's inequality).
// How steps scatter is known from those before, of all these replications together. It returns false where one of them has too few.
func (d *drill) chance(runs [][]float64, figures int) (off float64, ok bool) {
	squares, freedom, least := 0.0, 0, math.MaxInt
	for _, values := range runs {
		known := d.known(values)
		if len(known) < leastBefore {
			return 0, false
		}
		_, deviation := stats.MeanAndDeviation(known)
		squares += float64(float64(deviation*deviation) * float64(len(known)-1))
		freedom += len(known) - 1
		least = min(least, len(known))
	}
	if squares == 0 {
		return 0, true
	}
	t := stats.StudentT(1-2*byChance/float64((d.after[1]-d.after[0])*figures), freedom)
	return float64(t * math.Sqrt(squares/float64(freedom)) * math.Sqrt((1+1/float64(least))/float64(len(runs)))), true
}

// recoveryOf finds how long a row takes to be as usual again, of which runs are the values step by step and becomes what they become after what lasts; not a number else. It
// returns false where nobody knows what is usual, or no step after the event has a value.
func (row *drillRow) recoveryOf(runs [][]float64, becomes []float64, d *drill, figures int, within float64, seconds func(steps int) float64) (r recovery, ok bool) {
	of := func(runs [][]float64, becomes []float64) (took float64, isUnknown, ok bool) {
		chance, ok := d.chance(runs, figures)
		if !ok {
			return 0, false, false
		}
		expected, _ := stats.MeanAndDeviation(becomes)
		c, ok := row.courseOf(meanCourse(runs), d, within, chance, expected)
		return seconds(c.recovered), c.recovered > d.after[1]-d.after[0], ok
	}
	if r.whole, r.isUnknown, ok = of(runs, becomes); !ok || len(runs) == 1 {
		return r, ok
	}
	for i := range runs {
		took, _, ok := of(slices.Delete(slices.Clone(runs), i, i+1), slices.Delete(slices.Clone(becomes), i, i+1))
		if !ok {
			return r, false
		}
		r.without = append(r.without, took)
	}
	return r, true
}

// meanCourse returns the mean over replications, step by step, of those that have a value.
func meanCourse(runs [][]float64) []float64 {
	mean := make([]float64, len(runs[0]))
	for i := range mean {
		sum, n := 0.0, 0
		for _, values := range runs {
			if !math.IsNaN(values[i]) {
				sum, n = sum+values[i], n+1
			}
		}
		mean[i] = sum / float64(n) // 0/0 is not a number
	}
	return mean
}
