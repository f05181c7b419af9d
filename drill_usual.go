package edgewise

import (
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/stats"
)

// leastAfter is how many steps in a row must be as usual until a figure has recovered, and how many around a step that is not must be for chance to have made it.
const leastAfter = 3

// beyondChance is how many times as far as chance alone a single step must be off to be more than that.
const beyondChance = 2

// byChance is the probability with which chance alone makes any step of any figure of a drill one that is not as usual.
const byChance = 0.01

// A judgement says when a figure is as usual again, of the mean over some replications.
type judgement struct {
	// worse is how many steps after the beginning of the event the last one ends that is worse than usual, 0 where none is.
	worse int
	// isUnknown says that too few steps after that have a value.
	isUnknown bool
	// usualUpTo is the most that a step may have, or the least, and be as usual: that of the middle one.
	usualUpTo float64
}

// judge looks at the mean of a row over replications, step by step. A step is not as usual if it is worse by more than is tolerated and than chance makes it, or if nobody is
// answered who asks in it. Of many steps some are off by chance: one that is alone must be off twice as far as chance makes it. It returns false where nobody knows what is
// usual, or no step after the event has a value.
func (row *drillRow) judge(runs []rowRun, d *drill, figures int, within float64) (j judgement, ok bool) {
	tail := byChance / float64((d.after[1]-d.after[0])*figures)
	scatter, ok := d.chance(runs, tail)
	if !ok {
		return j, false
	}
	mean, becomes := meanCourse(runs), 0.0
	for i := range runs {
		becomes += runs[i].becomes
	}
	usual := d.usualOf(mean, becomes/float64(len(runs)))
	var steps []judgedStep // those with a value, and those that are unanswered
	var limits []float64
	for i := d.after[0]; i < d.after[1]; i++ {
		if math.IsNaN(mean[i]) {
			if isUnanswered(runs, i) {
				steps = append(steps, judgedStep{at: i - d.after[0], off: math.Inf(1)})
			}
			continue
		}
		step := judgedStep{at: i - d.after[0], off: row.off(mean[i], usual), chance: scatter}
		if row.isCounted() {
			step.chance = max(scatter, d.rarely(runs, i, tail)-usual)
		}
		step.limit = max(row.tolerance(usual, within), step.chance)
		steps, limits = append(steps, step), append(limits, step.limit)
	}
	if len(limits) == 0 {
		return j, false
	}
	slices.Sort(limits)
	j.usualUpTo = usual + limits[len(limits)/2]
	if row.less {
		j.usualUpTo = usual - limits[len(limits)/2]
	}
	calm := len(steps) // steps as usual at the end
	for k := range steps {
		if steps[k].off > steps[k].limit && !isChance(steps, k) {
			j.worse, calm = steps[k].at+1, len(steps)-1-k
		}
	}
	j.isUnknown = calm < leastAfter
	return j, true
}

// A judgedStep is so many steps after the beginning of an event, so much worse than usual, which may be up to the limit, of which chance alone makes so much.
type judgedStep struct {
	at                 int
	off, limit, chance float64
}

// isChance reports whether chance may have made a step that is beyond the limit: it is not far beyond what chance makes, and the steps around it are well within that.
func isChance(steps []judgedStep, k int) bool {
	if steps[k].off > beyondChance*steps[k].chance {
		return false
	}
	for i := max(k-leastAfter, 0); i <= min(k+leastAfter, len(steps)-1); i++ {
		if i != k && steps[i].off > steps[i].chance/2 {
			return false
		}
	}
	return true
}

// isUnanswered reports whether nobody is answered in a step, in any run, and somebody asks.
func isUnanswered(runs []rowRun, step int) bool {
	return slices.ContainsFunc(runs, func(r rowRun) bool { return r.unanswered != nil && r.unanswered[step] })
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

// chance returns how far from the mean of the steps before an event a step may lie by chance, both on the mean over some replications: beyond it lies a step with a probability of tail, if
// steps are normal and independent (the prediction interval of Student's law; of all steps and figures by Bonferroni's inequality).
// How steps scatter is known from those before, of all these replications together. It returns false where one of them has too few.
func (d *drill) chance(runs []rowRun, tail float64) (off float64, ok bool) {
	squares, freedom, least := 0.0, 0, math.MaxInt
	for i := range runs {
		known := d.known(runs[i].values)
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
	t := stats.StudentT(1-2*tail, freedom)
	return float64(t * math.Sqrt(squares/float64(freedom)) * math.Sqrt((1+1/float64(least))/float64(len(runs)))), true
}

// mostCounted is how many requests of a step, expected of all runs together, count as rare. Of more the scatter of steps says what chance makes.
const mostCounted = 400

// rarely returns the share of a step, on the mean over some replications, beyond which it lies with a probability of tail at most by chance, as single requests make it that come
// independently: how many of them there are follows, given those of the steps before the event, the negative binomial law (the conditional test of two Poisson rates).
func (d *drill) rarely(runs []rowRun, step int, tail float64) float64 {
	before, of, requests := uint64(0), uint64(0), uint64(0)
	for i := range runs {
		for _, c := range runs[i].counts[d.before[0]:d.before[1]] {
			before, of = before+c.Numerator, of+c.Denominator
		}
		requests += runs[i].counts[step].Denominator
	}
	if of == 0 || requests == 0 {
		return 0
	}
	return float64(mostByChance(before, float64(requests)/float64(of), tail)) / float64(requests)
}

// mostByChance returns the most of what is rare that comes by chance in a time which is so many times as long as one in which so many came: more come with a probability of tail at
// most. It is 0 where it is not rare, and more than mostCounted are expected.
func mostByChance(before uint64, times, tail float64) (most int) {
	n := float64(before) + 1
	if n*times > mostCounted {
		return 0
	}
	part := times / (1 + times)
	of := portable.Exp(-float64(n * portable.Log1p(times))) // that none comes
	for rest := 1 - of; rest > tail; most++ {
		of = float64(of * (n + float64(most)) / (float64(most) + 1) * part)
		rest -= of
	}
	return most
}

// meanCourse returns the mean over replications, step by step, of those that have a value.
func meanCourse(runs []rowRun) []float64 {
	mean := make([]float64, len(runs[0].values))
	for i := range mean {
		sum, n := 0.0, 0
		for k := range runs {
			if x := runs[k].values[i]; !math.IsNaN(x) {
				sum, n = sum+x, n+1
			}
		}
		mean[i] = sum / float64(n) // 0/0 is not a number
	}
	return mean
}
