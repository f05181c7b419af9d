package edgewise

import (
	"slices"

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
	// isUnknown says that the figure was not as usual again before the run ends, or something else happens, by the mean over all replications.
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

// notRecovered is why there is no time of recovery.
const notRecovered = "it has not been as usual again, for three steps at least, before the run ends or something else happens"

// estimate returns the time of recovery. Its interval is a step wide at least, for nobody knows more where all replications agree on the step, and neither begins before the event nor ends
// after the run.
func (r recovery) estimate(level float64) stats.Estimate {
	if r.isUnknown {
		return stats.Estimate{Unsupported: notRecovered}
	}
	e := stats.Jackknifed(r.whole, r.without, level)
	if !e.HasInterval() {
		return e
	}
	if r.longest > 0 {
		e.High = min(e.High, r.longest)
	}
	e.Low, e.High = max(0, min(e.Low, r.whole-r.known())), max(e.High, r.whole)
	return e
}

// minus returns the difference of two times of recovery, paired.
func (r recovery) minus(of drillValue, level float64) (stats.Estimate, bool) {
	o, ok := of.(recovery)
	if !ok || r.isUnknown || o.isUnknown {
		return stats.Estimate{}, false
	}
	without := slices.Clone(r.without)
	for i := range without {
		without[i] -= o.without[i]
	}
	e := stats.Jackknifed(r.whole-o.whole, without, level)
	if e.HasInterval() {
		e.Low, e.High = min(e.Low, e.Value-r.known()), max(e.High, e.Value+o.known())
	}
	return e, true
}

// recoveryOf finds how long a row takes to be as usual again, and what a step may have that is as usual. It returns false where nobody knows what is usual, or no step after the event
// has a value.
func (row *drillRow) recoveryOf(runs []rowRun, d *drill, figures int, within float64, seconds func(steps int) float64) (r recovery, usualUpTo float64, ok bool) {
	all, ok := row.judge(runs, d, figures, within)
	if !ok {
		return r, 0, false
	}
	r.whole, r.isUnknown = seconds(all.worse), all.isUnknown
	for i := range runs {
		if len(runs) == 1 {
			break
		}
		without, ok := row.judge(slices.Delete(slices.Clone(runs), i, i+1), d, figures, within)
		if !ok {
			return r, 0, false
		}
		r.without = append(r.without, seconds(without.worse))
	}
	return r, all.usualUpTo, true
}
