package edgewise

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// A studyEvent is something of a study that happens at a time, since the start of the run.
type studyEvent struct {
	name     string // "" of one of which there is no drill: nothing is as usual again after the end of a workload
	at, ends time.Duration
	// noticed is when users are sent elsewhere, and until when, both the same where they are not.
	noticed, back time.Duration
	// lasts says that nothing is as it was before again: a site opens or, as closes says, closes for good.
	lasts, closes bool
	// hits says by placement whether anything of it happens there.
	hits []bool
}

// An eventPart is one of what happens at the same instant: subjects that are alike, and what becomes of them.
type eventPart struct {
	subjects []string
	says     string
}

// events returns what begins before the run ends, in order of time; what happens at one instant is one event.
func (s *Study) events() (all []studyEvent) {
	parts := make(map[time.Duration][]eventPart)
	add := func(e studyEvent, hits func(*placement.Placement) bool, says string, subjects ...string) {
		if e.at >= s.WarmUp+s.Duration {
			return
		}
		for i := range s.Placements {
			e.hits = append(e.hits, hits(&s.Placements[i]))
		}
		of := parts[e.at]
		if i := slices.IndexFunc(of, func(p eventPart) bool { return p.says == says }); i >= 0 {
			of[i].subjects = append(of[i].subjects, subjects...)
		} else {
			of = append(of, eventPart{subjects, says})
		}
		parts[e.at] = of
		i := slices.IndexFunc(all, func(o studyEvent) bool { return o.at == e.at })
		if i < 0 {
			all = append(all, e)
			return
		}
		o := &all[i]
		for p := range o.hits {
			o.hits[p] = o.hits[p] || e.hits[p]
		}
		o.ends, o.lasts, o.closes = max(o.ends, e.ends), o.lasts || e.lasts, o.closes || e.closes
		switch {
		case o.noticed == o.back:
			o.noticed, o.back = e.noticed, e.back
		case e.noticed < e.back: // users of both are elsewhere
			o.noticed, o.back = max(o.noticed, e.noticed), min(o.back, e.back)
		}
	}
	for i := range s.Failures {
		f := &s.Failures[i]
		down := s.Downtimes(f)
		e := studyEvent{at: f.At, noticed: down[0].Noticed, back: down[0].Back}
		for _, d := range down {
			e.ends = max(e.ends, d.Back)
		}
		add(e, func(p *placement.Placement) bool { return s.concerns(f, p) }, "down", f.Sites()...)
	}
	for _, d := range s.Drains {
		add(studyEvent{at: d.At, ends: d.At + d.For, noticed: d.At, back: d.At + d.For}, func(p *placement.Placement) bool { return s.depends(p, d.Site) }, "drained", d.Site)
	}
	for i := range s.LinkFailures {
		f := &s.LinkFailures[i]
		first := f.Downtimes()[0]
		noticed, back := first.At+first.For, first.At+first.For // where nobody is sent elsewhere
		if first.AroundUntil > 0 {
			noticed, back = first.AroundFrom, first.AroundUntil
		}
		add(studyEvent{at: f.At, ends: f.Back(), noticed: noticed, back: back}, anyPlacement, "link down", strings.Join(f.Between[:], " - "))
	}
	var shut []studyEvent
	for _, c := range s.changes() {
		e := studyEvent{at: c.At, ends: c.At + c.For}
		switch c.Kind {
		case SlowServers:
			add(e, func(p *placement.Placement) bool { return s.worksAt(p, c.Site) }, "slow", c.Site)
		case AnsweringErrors:
			add(e, func(p *placement.Placement) bool { return isOrigin(p, c.Site) }, "answers errors", c.Site)
		case LinkImpaired:
			add(e, anyPlacement, "link impaired", strings.Join(c.Between, " - "))
		case FlashCrowd, Launch:
			add(e, anyPlacement, "of "+c.Workload, c.Kind)
		case SiteOpens, SiteCloses:
			e.lasts, e.closes, e.noticed, e.back = true, c.Kind == SiteCloses, c.At, s.WarmUp+s.Duration
			add(e, func(p *placement.Placement) bool { return slices.Contains(c.Placements, p.Name) }, strings.TrimPrefix(c.Kind, "site "), c.Site)
		case Purge:
			add(e, func(p *placement.Placement) bool { return len(p.Tiers) > 0 }, "", c.Kind)
		case Shutdown:
			if e.at < s.WarmUp+s.Duration {
				shut = append(shut, e)
			}
		}
	}
	for i := range all {
		all[i].name = eventName(parts[all[i].at])
	}
	all = append(all, shut...)
	slices.SortStableFunc(all, func(a, b studyEvent) int { return cmp.Compare(a.at, b.at) })
	names := make(map[string]int)
	for i := range all {
		names[all[i].name]++
	}
	for i := range all {
		if e := &all[i]; e.name != "" && names[e.name] > 1 {
			e.name += " at " + words.Duration(e.at)
		}
	}
	return all
}

// anyPlacement is hit by what happens to users, or to links.
func anyPlacement(*placement.Placement) bool { return true }

// namedSubjects is how many subjects the name of an event has; the others are counted.
const namedSubjects = 2

// eventName returns what happens at an instant, in words.
func eventName(parts []eventPart) string {
	var all []string
	for _, p := range parts {
		subjects := slices.Compact(slices.Clone(p.subjects))
		if more := len(subjects) - namedSubjects; more > 0 {
			subjects = append(subjects[:namedSubjects-1], fmt.Sprintf("%d more", more+1))
		}
		all = append(all, strings.TrimSpace(strings.Join(subjects, " and ")+" "+p.says))
	}
	return strings.Join(all, ", ")
}

// A drill is an event and the steps of a timeline, [from, to), in which nothing else happens: before it, and from when it begins on.
type drill struct {
	studyEvent
	before, after [2]int
	// moved are the steps in which users are elsewhere throughout.
	moved [2]int
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
		d := drill{studyEvent: e}
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
		if runs[i], err = readDrillRun(&r.timelines[placement].courses[workload]); err != nil {
			return nil, fmt.Errorf("edgewise: replication %d: %w", i, err)
		}
	}
	length := runs[0].all.Length
	for _, d := range s.drills(length, len(runs[0].all.Steps)) {
		metric := "drill: " + d.name
		add := func(statistic, unit, column string, better Direction, each []float64, took *recovery) {
			label := Label{Metric: metric, Statistic: statistic, Unit: unit, Better: better}
			if column != "" {
				label.Shown = Shown{Table: metric, Column: column}
			}
			all = append(all, drillFigure{label, each, took})
		}
		// After what lasts nothing is as before, and only a run in which the site has always been there says what it becomes.
		settles := !d.lasts || !d.closes && runs[0].all.Undisturbed != nil
		longest, seen := notHit(len(runs)), false
		if !slices.ContainsFunc(runs, func(r drillRun) bool { return r.isAsked(d.before, kind) }) {
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
				each[k] = runs[k].moved(n, &d, kind)
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
	length := runs[0].all.Length.Seconds()
	m.took, ok = row.recoveryOf(values, becomes, d, countRows(kind), within, func(steps int) float64 {
		if steps == 0 {
			return 0
		}
		return max(0, float64(float64(d.after[0]+steps)*length)-(d.at-s.WarmUp).Seconds())
	})
	if !ok {
		return m, false
	}
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

// leastMoved is the share of all users from which on a site is named that takes them.
const leastMoved = 0.01

// A drillRun is one run of one workload, step by step.
type drillRun struct {
	all     sim.Course
	sites   []sim.Course // where they are asked for
	siteIDs []string
}

func readDrillRun(p *packedCourses) (r drillRun, err error) {
	if err := r.all.UnmarshalBinary(p.all); err != nil {
		return r, err
	}
	r.sites = make([]sim.Course, len(p.sites))
	for i := range p.sites {
		if err := r.sites[i].UnmarshalBinary(p.sites[i]); err != nil {
			return r, err
		}
	}
	if len(p.sites) > 0 {
		r.siteIDs = p.siteIDs
	}
	return r, nil
}

// values returns a row's figure, step by step, and what it is without what happens: not a number where nobody knows.
func (r *drillRun) values(row *drillRow, recorded time.Duration) (all []float64, usual float64) {
	all, usual = row.valuesOf(&r.all, recorded), math.NaN()
	if r.all.Undisturbed == nil {
		return all, usual
	}
	// What is usual is known of each step: each is told as if the usual of all were that of the first that has one.
	calm := row.valuesOf(r.all.Undisturbed, recorded)
	for i := range all {
		if math.IsNaN(usual) && (row.isShare || calm[i] > 0) {
			usual = calm[i]
		}
		switch {
		case row.isShare:
			all[i] += usual - calm[i]
		case calm[i] > 0: // there is nothing to compare a step with in which nothing is usual
			all[i] = float64(all[i]*usual) / calm[i]
		}
	}
	return all, usual
}

// valuesOf returns the row's figure of a course, step by step.
func (row *drillRow) valuesOf(c *sim.Course, recorded time.Duration) []float64 {
	t := Timeline{Step: c.Length}
	all := make([]float64, len(c.Steps))
	for i := range all {
		all[i] = row.value(&c.Steps[i], t.Seconds(i, recorded))
	}
	return all
}

// isAsked reports whether anybody asks, or plays, in some steps.
func (r *drillRun) isAsked(steps [2]int, kind sim.Kind) bool {
	for i := steps[0]; i < steps[1]; i++ {
		s := &r.all.Steps[i]
		if s.PlayerUs > 0 || kind != sim.Matched && s.Requests() > 0 {
			return true
		}
	}
	return false
}

// moved returns which part of all users, while they are elsewhere, a site has more than before the event, or than without it.
func (r *drillRun) moved(site int, d *drill, kind sim.Kind) float64 {
	share := func(of, whole *sim.Course, steps [2]int) float64 {
		here, all := 0.0, 0.0
		for i := steps[0]; i < steps[1]; i++ {
			if kind == sim.Matched {
				here, all = here+float64(of.Steps[i].PlayerUs), all+float64(whole.Steps[i].PlayerUs)
			} else {
				here, all = here+float64(of.Steps[i].Requests()), all+float64(whole.Steps[i].Requests())
			}
		}
		if all == 0 {
			return 0
		}
		return here / all
	}
	of := &r.sites[site]
	if r.all.Undisturbed != nil && !d.lasts { // without it the site that opens is always there
		return share(of, &r.all, d.moved) - share(of.Undisturbed, r.all.Undisturbed, d.moved)
	}
	return share(of, &r.all, d.moved) - share(of, &r.all, d.before)
}
