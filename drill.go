package edgewise

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/sim"
)

// A drill is an event and the steps of a timeline, [from, to), in which nothing else happens: before it, and from when it begins on.
type drill struct {
	studyEvent
	before, after [2]int
	// moved are the steps in which users are elsewhere throughout.
	moved [2]int
	// other says by placement whether another event hits it at the same instant, and this one does not: nothing of what is seen then is of this one.
	other []bool
}

// leastBefore is how many steps there must be before an event, for what is usual to be known.
const leastBefore = 3

// drills returns the events with their steps, of a timeline with so many of a length. Those that begin less than three steps after another began or
// ended are left out, for nobody knows what is usual then.
func (s *Study) drills(length time.Duration, steps int) (all []drill) {
	events := s.events()
	var bounds []time.Duration // when anything begins or ends
	for _, e := range events {
		bounds = append(bounds, e.at, e.ends)
	}
	first := func(at time.Duration) int { // step that begins at an instant or later
		return min(max(int((at-s.WarmUp+length-1)/length), 0), steps)
	}
	for _, e := range events {
		if e.name == "" || e.at <= s.WarmUp {
			continue
		}
		d := drill{studyEvent: e, other: make([]bool, len(e.hits))}
		for _, o := range events {
			for p := range o.hits {
				d.other[p] = d.other[p] || o.at == e.at && o.hits[p] && !e.hits[p]
			}
		}
		for _, b := range bounds {
			if b < e.at {
				d.before[0] = max(d.before[0], first(b))
			}
		}
		d.after[0] = int((e.at - s.WarmUp) / length)
		d.before[1], d.after[1] = d.after[0], steps
		for _, o := range events {
			if o.at > e.at {
				d.after[1] = min(d.after[1], int((o.at-s.WarmUp)/length))
			}
		}
		if d.before[1]-d.before[0] < leastBefore || d.after[1] <= d.after[0] {
			continue
		}
		d.moved = [2]int{first(e.noticed), max(min(int((e.back-s.WarmUp)/length), d.after[1]), 0)}
		all = append(all, d)
	}
	return all
}

// defaultRecovered is [Study].RecoveredWithin where that is 0.
const defaultRecovered = 0.05

// addDrills adds the figures of all drills to the results of a workload by placement, paired against the first. Nothing is added where no timeline
// is asked for, or nothing happens.
func (s *Study) addDrills(replications []*replication, workload int, results []WorkloadResult) error {
	if s.Timeline == nil || len(replications) == 0 {
		return nil
	}
	level, within := cmp.Or(s.Level, defaultLevel), cmp.Or(s.RecoveredWithin, defaultRecovered)
	kind := sim.KindOf(s.Workloads[workload].Service)
	var base []drillFigure
	for p := range results {
		all, err := s.drillFigures(replications, p, workload, kind, within)
		if err != nil {
			return err
		}
		for _, f := range all {
			figure := Figure{Label: f.Label, Estimate: f.is.estimate(level)}
			if i := slices.IndexFunc(base, func(b drillFigure) bool { return b.Name() == f.Name() }); i >= 0 {
				if difference, ok := f.is.minus(base[i].is, level); ok {
					figure.Difference = &difference
					of, _ := results[0].Figures.Find(f.Metric, f.Statistic)
					figure.measurePairing(of)
				}
			}
			results[p].Figures = append(results[p].Figures, figure)
		}
		if p == 0 {
			base = all
		}
	}
	return nil
}

// drillFigures returns the figures of all drills of a workload under a placement.
func (s *Study) drillFigures(replications []*replication, placement, workload int, kind sim.Kind, within float64) (all []drillFigure, err error) {
	runs := make([]drillRun, len(replications))
	for i, r := range replications {
		if runs[i], err = readDrillRun(&r.timelines[placement].courses[workload], kind); err != nil {
			return nil, fmt.Errorf("edgewise: replication %d: %w", i, err)
		}
	}
	for _, d := range s.drills(runs[0].length, len(runs[0].all)) {
		if d.other[placement] {
			continue
		}
		if !slices.ContainsFunc(runs, func(r drillRun) bool { return r.isAsked(d.before) }) {
			continue // nothing is usual before a launch
		}
		of := drillFigures{metric: "drill: " + d.name}
		if of.addRows(s, runs, &d, kind, within, d.hits[placement]) {
			of.addMoves(runs, &d)
			all = append(all, of.all...)
		}
	}
	return all, nil
}
