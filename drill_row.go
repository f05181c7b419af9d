package edgewise

import (
	"math"

	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// A drillRow is a figure of a timeline by which a drill is judged: worse is where it is more, or less.
type drillRow struct {
	name string
	of   func(*sim.CourseStep) stats.Ratio
	less bool
	// isRate says that it is the numerator a second.
	isRate bool
	// isShare says that it is a share.
	isShare bool
	// isInPoints says that it has recovered within points of per cent, not per cent of itself.
	isInPoints bool
	where      func(sim.Kind) bool
}

var drillRows = []drillRow{
	{name: "failed", where: isNoGame, isShare: true, of: func(s *sim.CourseStep) stats.Ratio { return ratio(s.Unanswered(), s.Requests()) }},
	{name: "mean latency", where: isNoGame, of: func(s *sim.CourseStep) stats.Ratio { return ratio(s.SumNs, s.Latency.Count()) }},
	{name: "hits", where: hasOrigin, isShare: true, isInPoints: true, less: true, of: func(s *sim.CourseStep) stats.Ratio {
		if len(s.Tiers) == 0 {
			return stats.Ratio{}
		}
		return ratio(s.Tiers[0].Hits, s.Tiers[0].Requests)
	}},
	{name: "origin requests", where: hasOrigin, isRate: true, of: func(s *sim.CourseStep) stats.Ratio { return ratio(s.OriginRequests, 0) }},
	{name: "players", where: isGame, isRate: true, less: true, of: func(s *sim.CourseStep) stats.Ratio { return ratio(s.PlayerUs, 0) }},
	{name: "players waiting", where: isGame, isRate: true, of: func(s *sim.CourseStep) stats.Ratio { return ratio(s.WaitingUs, 0) }},
}

// isCounted says that what it counts may be so rare that chance is that of single requests: the share of a row that is worse where it is more.
func (row *drillRow) isCounted() bool { return row.isShare && !row.less }

// value returns the row's figure of a step of so many seconds; not a number where there is none.
func (row *drillRow) value(s *sim.CourseStep, seconds float64) float64 {
	r := row.of(s)
	if row.isRate {
		return float64(r.Numerator) / seconds
	}
	return float64(r.Numerator) / float64(r.Denominator) // 0/0 is not a number
}

// off returns by how much a value is worse than the usual.
func (row *drillRow) off(x, usual float64) float64 {
	if row.less {
		return usual - x
	}
	return x - usual
}

// tolerance returns by how much a row may be worse than the usual and has recovered all the same.
func (row *drillRow) tolerance(usual, within float64) float64 {
	if row.isInPoints {
		return within
	}
	return float64(within * usual)
}

// countRows returns how many figures a drill of a workload of a kind has.
func countRows(kind sim.Kind) (n int) {
	for i := range drillRows {
		if drillRows[i].where(kind) {
			n++
		}
	}
	return n
}

// A rowRun is what one run says of a row, step by step.
type rowRun struct {
	values []float64
	// becomes is what is usual after the event, and not a number where that is what was before.
	becomes float64
	// counts are what the shares of a row that is counted are of.
	counts []stats.Ratio
	// unanswered says of which steps there is no value for nobody is answered who asks in them.
	unanswered []bool
}

// A drillCourse is one figure around an event in one run: its usual value and the worst after it.
type drillCourse struct{ usual, worst float64 }

// courseOf looks at one run; false where no step after the event has a value.
func (row *drillRow) courseOf(run *rowRun, d *drill) (c drillCourse, ok bool) {
	c = drillCourse{d.usualOf(run.values, run.becomes), math.NaN()}
	for _, x := range run.values[d.after[0]:d.after[1]] {
		if !math.IsNaN(x) && (math.IsNaN(c.worst) || (x < c.worst) == row.less && x != c.worst) {
			c.worst = x
		}
	}
	return c, !math.IsNaN(c.worst)
}

// usualOf returns the mean of the steps before an event, or what a figure becomes where that is a number.
func (d *drill) usualOf(values []float64, becomes float64) float64 {
	if !math.IsNaN(becomes) {
		return becomes
	}
	usual, _ := stats.MeanAndDeviation(d.known(values))
	return usual
}

// A drillMeasure is what each replication says of a row.
type drillMeasure struct {
	usual, worst, times inEachRun // times is worst by usual
	took                recovery
	hasTimes            bool
	// usualUpTo is the most that a step may have and be as usual, on the mean over the replications; of steps that differ, that of the middle one.
	usualUpTo float64
}

// measure looks at a row in all replications; false where one of them does not know it.
func (row *drillRow) measure(runs []drillRun, d *drill, s *Study, kind sim.Kind, within float64) (m drillMeasure, ok bool) {
	m.hasTimes = !row.isShare
	of := make([]rowRun, len(runs))
	for k := range runs {
		if of[k] = runs[k].row(row, s.Duration); !d.lasts {
			of[k].becomes = math.NaN()
		}
	}
	length := runs[0].length.Seconds()
	m.took, m.usualUpTo, ok = row.recoveryOf(of, d, countRows(kind), within, func(steps int) float64 {
		if steps == 0 {
			return 0
		}
		return max(0, float64(float64(d.after[0]+steps)*length)-(d.at-s.WarmUp).Seconds())
	})
	if !ok {
		return m, false
	}
	m.took.resolution, m.took.longest = length, (s.Duration - (d.at - s.WarmUp)).Seconds()
	for k := range of {
		c, ok := row.courseOf(&of[k], d)
		if !ok {
			return m, false
		}
		m.usual, m.worst, m.times = append(m.usual, c.usual), append(m.worst, c.worst), append(m.times, c.worst/c.usual)
		m.hasTimes = m.hasTimes && c.usual > 0
	}
	return m, true
}
