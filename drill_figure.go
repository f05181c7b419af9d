package edgewise

import (
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// A drillFigure is a figure of a drill, and what all replications say of it.
type drillFigure struct {
	Label
	is drillValue
}

// A drillValue is what all replications say of a figure of a drill.
type drillValue interface {
	estimate(level float64) stats.Estimate
	// minus returns the paired difference to the same figure of another placement; false where there is none.
	minus(o drillValue, level float64) (stats.Estimate, bool)
}

// inEachRun is a value of each replication.
type inEachRun []float64

func (each inEachRun) estimate(level float64) stats.Estimate { return stats.MeanOf(each, level) }

func (each inEachRun) minus(o drillValue, level float64) (stats.Estimate, bool) {
	other, ok := o.(inEachRun)
	if !ok {
		return stats.Estimate{}, false
	}
	return stats.DifferenceOf(each, other, level), true
}

// ofAllTogether is a value of all replications together, with no interval and nothing to be compared: up to where a step is as usual, and whether a figure has recovered.
type ofAllTogether float64

func (v ofAllTogether) estimate(float64) stats.Estimate {
	return stats.Estimate{Value: float64(v), Low: float64(v), High: float64(v), N: 1, Unsupported: "of all replications together: no interval"}
}

func (ofAllTogether) minus(drillValue, float64) (stats.Estimate, bool) {
	return stats.Estimate{}, false
}

// isNotPaired is why there is no time of recovery of a site that opens, in a run that nothing is compared with.
type isNotPaired struct{}

func (isNotPaired) estimate(float64) stats.Estimate {
	return stats.Estimate{Unsupported: "nothing is as before once a site has opened; want timeline: {paired: true}, which compares with runs in which it has always been there"}
}

func (isNotPaired) minus(drillValue, float64) (stats.Estimate, bool) { return stats.Estimate{}, false }

// drillFigures are those of one drill of a workload under a placement.
type drillFigures struct {
	metric string
	all    []drillFigure
}

// add adds a figure, shown in a column unless that is "".
func (f *drillFigures) add(statistic, unit, column string, better Direction, is drillValue) {
	label := Label{Metric: f.metric, Statistic: statistic, Unit: unit, Better: better}
	if column != "" {
		label.Shown = Shown{Table: f.metric, Column: column}
	}
	f.all = append(f.all, drillFigure{label, is})
}

// addRows adds what is usual, what is at worst and when all is as usual again; false where no row is known.
func (f *drillFigures) addRows(s *Study, runs []drillRun, d *drill, kind sim.Kind, within float64, isHit bool) bool {
	// After what lasts nothing is as before, and only a run in which the site has always been there says what it becomes.
	settles := !d.lasts || !d.closes && runs[0].calm != nil
	longest, seen := notHit(len(runs)), false
	for i := range drillRows {
		row := &drillRows[i]
		if !row.where(kind) {
			continue
		}
		m, ok := row.measure(runs, d, s, kind, within)
		if !ok {
			continue
		}
		if !isHit {
			m.took = notHit(len(runs))
		}
		longest, seen = longest.with(m.took), true
		f.addRow(row, &m, settles)
	}
	switch {
	case !seen:
		return false
	case settles:
		recovered := ofAllTogether(1)
		if longest.isUnknown {
			recovered = 0
		}
		f.add("recovered", "share", "", More, recovered)
		f.add("recovered after", "s", recoveredColumn, Less, longest)
	case !d.closes && isHit:
		f.add("recovered after", "s", recoveredColumn, Less, isNotPaired{})
	case !d.closes:
		f.add("recovered after", "s", recoveredColumn, Less, notHit(len(runs)))
	}
	return true
}

const recoveredColumn = "recovered after, s"

// addRow adds the figures of a row.
func (f *drillFigures) addRow(row *drillRow, m *drillMeasure, settles bool) {
	better := Less
	if row.less {
		better = More
	}
	switch {
	case row.isShare:
		f.add(row.name+" before", "share", "", better, m.usual)
		f.add(row.name+" at worst", "share", row.name+" at worst", better, m.worst)
		if settles && row.isCounted() {
			f.add(row.name+" usual up to", "share", row.name+", usual up to", Neither, ofAllTogether(m.usualUpTo))
		}
	case m.hasTimes:
		column := ""
		if row.name == "origin requests" {
			column = "origin requests, times"
		} else if row.less {
			column = row.name + " at worst, times"
		}
		f.add(row.name+" at worst", "times", column, better, m.times)
	}
	if settles {
		f.add(row.name+" recovered after", "s", "", Less, m.took)
	}
}

// addMoves adds where users go while they are elsewhere.
func (f *drillFigures) addMoves(runs []drillRun, d *drill) {
	if d.moved[1] <= d.moved[0] {
		return
	}
	for n, id := range runs[0].siteIDs {
		each, sum := make(inEachRun, len(runs)), 0.0
		for k := range runs {
			each[k] = runs[k].moved(n, d)
			sum += each[k]
		}
		if mean := sum / float64(len(runs)); mean >= leastMoved {
			f.add("users moved to "+id, "share", "to "+id, Neither, each)
		}
	}
}
