package edgewise

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
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

// A drillRow is a figure of a timeline by which a drill is judged: worse is where it is more, or less.
type drillRow struct {
	name string
	of   func(*sim.CourseStep) stats.Ratio
	less bool
	// isRate says that it is the numerator a second.
	isRate bool
	// isShare says that it is a share, so that it has recovered within points of per cent, not per cent of itself.
	isShare bool
	where   func(sim.Kind) bool
}

var drillRows = []drillRow{
	{name: "failed", where: isNoGame, isShare: true, of: func(s *sim.CourseStep) stats.Ratio { return ratio(s.Unanswered(), s.Requests()) }},
	{name: "mean latency", where: isNoGame, of: func(s *sim.CourseStep) stats.Ratio { return ratio(s.SumNs, s.Latency.Count()) }},
	{name: "hits", where: hasOrigin, isShare: true, less: true, of: func(s *sim.CourseStep) stats.Ratio {
		if len(s.Tiers) == 0 {
			return stats.Ratio{}
		}
		return ratio(s.Tiers[0].Hits, s.Tiers[0].Requests)
	}},
	{name: "origin requests", where: hasOrigin, isRate: true, of: func(s *sim.CourseStep) stats.Ratio { return ratio(s.OriginRequests, 0) }},
	{name: "players", where: isGame, isRate: true, less: true, of: func(s *sim.CourseStep) stats.Ratio { return ratio(s.PlayerUs, 0) }},
	{name: "players waiting", where: isGame, isRate: true, of: func(s *sim.CourseStep) stats.Ratio { return ratio(s.WaitingUs, 0) }},
}

// value returns the row's figure of a step of so many seconds; not a number where there is none.
func (row *drillRow) value(s *sim.CourseStep, seconds float64) float64 {
	r := row.of(s)
	if row.isRate {
		return float64(r.Numerator) / seconds
	}
	return float64(r.Numerator) / float64(r.Denominator) // 0/0 is not a number
}

// A course of one figure around an event.
type drillCourse struct {
	usual, worst float64 // usual is the mean of the steps before it
	// recovered is how many steps after its beginning the figure is as usual again; more than there are where it is not.
	recovered int
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

// courseOf looks at the values of one figure, step by step, of which one may be so far off the usual by chance: the mean of the steps before it, or what it becomes where
// that is a number. It returns false where no step after the event has one.
func (row *drillRow) courseOf(values []float64, d *drill, within, chance, becomes float64) (c drillCourse, ok bool) {
	if c.usual = becomes; math.IsNaN(becomes) {
		c.usual, _ = stats.MeanAndDeviation(d.known(values))
	}
	allowed := within
	if !row.isShare {
		allowed = float64(within * c.usual)
	}
	allowed = max(allowed, chance)
	c.worst = math.NaN()
	for i, x := range values[d.after[0]:d.after[1]] {
		if math.IsNaN(x) {
			continue
		}
		off := x - c.usual
		if row.less {
			off = -off
		}
		if off > allowed {
			c.recovered = i + 1
		}
		if math.IsNaN(c.worst) || (x < c.worst) == row.less && x != c.worst {
			c.worst = x
		}
	}
	if c.recovered == d.after[1]-d.after[0] {
		c.recovered++
	}
	return c, !math.IsNaN(c.worst)
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
			figure := Figure{Label: f.Label, Estimate: f.estimate(level)}
			if p > 0 {
				i := slices.IndexFunc(base, func(b drillFigure) bool { return b.Name() == f.Name() })
				if i >= 0 && f.isKnown() && base[i].isKnown() {
					difference := f.minus(&base[i], level)
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

// A drillFigure is what each replication says of a figure, or all of them together of a time of recovery.
type drillFigure struct {
	Label
	each []float64
	took *recovery
}

func (f *drillFigure) isKnown() bool { return f.took == nil || !f.took.isUnknown }

func (f *drillFigure) estimate(level float64) stats.Estimate {
	if f.took != nil {
		return f.took.estimate(level)
	}
	return stats.MeanOf(f.each, level)
}

// minus returns the paired difference to the same figure of another placement.
func (f *drillFigure) minus(o *drillFigure, level float64) stats.Estimate {
	if f.took != nil {
		return f.took.minus(*o.took, level)
	}
	return stats.DifferenceOf(f.each, o.each, level)
}

// drillFigures returns the figures of all drills of a workload under a placement.
func (s *Study) drillFigures(replications []*replication, placement, workload int, kind sim.Kind, within float64) (all []drillFigure, err error) {
	runs := make([]drillRun, len(replications))
	for i, r := range replications {
		if runs[i], err = readDrillRun(&r.timelines[placement].courses[workload], kind); err != nil {
			return nil, fmt.Errorf("edgewise: replication %d: %w", i, err)
		}
	}
	length := runs[0].length
	for _, d := range s.drills(length, len(runs[0].all)) {
		if d.other[placement] {
			continue
		}
		metric := "drill: " + d.name
		add := func(statistic, unit, column string, better Direction, each []float64, took *recovery) {
			label := Label{Metric: metric, Statistic: statistic, Unit: unit, Better: better}
			if column != "" {
				label.Shown = Shown{Table: metric, Column: column}
			}
			all = append(all, drillFigure{label, each, took})
		}
		// After what lasts nothing is as before, and only a run in which the site has always been there says what it becomes.
		settles := !d.lasts || !d.closes && runs[0].calm != nil
		longest, seen := notHit(len(runs)), false
		if !slices.ContainsFunc(runs, func(r drillRun) bool { return r.isAsked(d.before) }) {
			continue // nothing is usual before a launch
		}
		for i := range drillRows {
			row := &drillRows[i]
			if !row.where(kind) {
				continue
			}
			m, ok := row.measure(runs, &d, s, kind, within)
			if !ok {
				continue
			}
			if !d.hits[placement] {
				m.took = notHit(len(runs))
			}
			longest, seen = longest.with(m.took), true
			better := Less
			if row.less {
				better = More
			}
			switch {
			case row.isShare:
				add(row.name+" before", "share", "", better, m.usual, nil)
				add(row.name+" at worst", "share", row.name+" at worst", better, m.worst, nil)
			case m.hasTimes:
				column := ""
				if row.name == "origin requests" {
					column = "origin requests, times"
				} else if row.less {
					column = row.name + " at worst, times"
				}
				add(row.name+" at worst", "times", column, better, m.times, nil)
			}
			if settles {
				add(row.name+" recovered after", "s", "", Less, nil, &m.took)
			}
		}
		if !seen {
			continue
		}
		if settles {
			recovered := make([]float64, len(runs))
			for k := range recovered {
				if !longest.isUnknown {
					recovered[k] = 1
				}
			}
			add("recovered", "share", "", More, recovered, nil)
			add("recovered after", "s", "recovered after, s", Less, nil, &longest)
		}
		for n, id := range runs[0].siteIDs {
			if d.moved[1]-d.moved[0] < 1 {
				break
			}
			each, sum := make([]float64, len(runs)), 0.0
			for k := range runs {
				each[k] = runs[k].moved(n, &d)
				sum += each[k]
			}
			if mean := sum / float64(len(runs)); mean >= leastMoved {
				add("users moved to "+id, "share", "to "+id, Neither, each, nil)
			}
		}
	}
	return all, nil
}

// A drillMeasure is what each replication says of a row.
type drillMeasure struct {
	usual, worst, times []float64 // times is worst by usual
	took                recovery
	hasTimes            bool
}

// measure looks at a row in all replications; false where one of them does not know it.
func (row *drillRow) measure(runs []drillRun, d *drill, s *Study, kind sim.Kind, within float64) (m drillMeasure, ok bool) {
	m.hasTimes = !row.isShare
	values, becomes := make([][]float64, len(runs)), make([]float64, len(runs))
	for k := range runs {
		if values[k], becomes[k] = runs[k].values(row, s.Duration); !d.lasts {
			becomes[k] = math.NaN()
		}
	}
	length := runs[0].length.Seconds()
	m.took, ok = row.recoveryOf(values, becomes, d, countRows(kind), within, func(steps int) float64 {
		if steps == 0 {
			return 0
		}
		return max(0, float64(float64(d.after[0]+steps)*length)-(d.at-s.WarmUp).Seconds())
	})
	if !ok {
		return m, false
	}
	m.took.resolution, m.took.longest = length, (s.Duration - (d.at - s.WarmUp)).Seconds()
	for k := range runs {
		c, ok := row.courseOf(values[k], d, within, 0, becomes[k])
		if !ok {
			return m, false
		}
		m.usual, m.worst, m.times = append(m.usual, c.usual), append(m.worst, c.worst), append(m.times, c.worst/c.usual)
		m.hasTimes = m.hasTimes && c.usual > 0
	}
	return m, true
}
