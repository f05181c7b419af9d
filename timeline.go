package edgewise

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// A Timeline is how all requests of a workload, answered or not, fared over the recorded time under one placement, where
// [sim.Scenario].Timeline asks for it. Each stands in the step in which its user asks.
type Timeline struct {
	// Step is the length of a step, Steps their number. The first begins with the recorded time; the last is shorter where that is no multiple of
	// Step.
	Step  time.Duration
	Steps int
	// Lines are the figures that apply to the workload.
	Lines []TimelineLine
	// Metros and Sites are the same by metro and by site, of those that were asked for something, where that is asked for.
	Metros, Sites []PlaceTimeline
}

// A TimelineLine is one figure, step by step.
type TimelineLine struct {
	// Name is "requests", "failed", "rejected" (which no other counts as failed here), of games "updates" and "lost" of those that were played, "mean", "p50", "p95", "p99", "hits", "hits NAME" of a tier behind the first, "origin requests", "origin
	// bytes", where servers are limited "waiting" and "utilisation" of those that the workload finds, "servers" or "cores", where their number changes, "players" or
	// "players waiting"; Unit says what it counts: "a second", "requests" that are in the queue of these servers on the mean of the step, whether their clients still wait or have given up, "ms", "share", "bytes a second", "servers", "cores" or
	// "players".
	Name, Unit string
	// Values are of all replications, with intervals: a step without requests has no latency, one with few no quantile.
	Values []stats.Estimate
}

// A PlaceTimeline is that of one metro or site, of all replications together.
type PlaceTimeline struct {
	// ID is the id of its node.
	ID    string
	Lines []PlaceLine
}

// A PlaceLine is one figure of a place, step by step; not a number where there is none.
type PlaceLine struct {
	Name, Unit string
	Values     []float64
}

// Line returns a figure by its name, nil where there is none.
func (t *Timeline) Line(name string) *TimelineLine {
	i := slices.IndexFunc(t.Lines, func(l TimelineLine) bool { return l.Name == name })
	if i < 0 {
		return nil
	}
	return &t.Lines[i]
}

// Seconds returns the length of a step by its number, the last of which may be shorter.
func (t *Timeline) Seconds(step int, recorded time.Duration) float64 {
	return min(t.Step, recorded-time.Duration(step)*t.Step).Seconds()
}

// A timelineRow is a figure of a step of time.
type timelineRow struct {
	name, unit string
	// perSecond is of what there are so many a second; share, mean and quantile are of what their names say. One of them is set.
	perSecond func(*sim.CourseStep) uint64
	ratio     func(*sim.CourseStep) stats.Ratio
	quantile  float64
	// scale is the unit's part of what is counted; 0 means 1.
	scale float64
	where func(sim.Kind) bool
	// isOfServers says that it is of servers, which not every placement limits, isOfScale that it is of those whose number changes.
	isOfServers, isOfScale bool
}

func isGame(k sim.Kind) bool    { return k == sim.Matched }
func isNoGame(k sim.Kind) bool  { return k != sim.Matched }
func hasOrigin(k sim.Kind) bool { return k.MeetsCaches() }
func isAny(sim.Kind) bool       { return true }

func serversOf(s *sim.CourseStep) uint64 { return s.ServerUs }

// isScaled reports whether the number of servers, or of cores, that a workload finds under a placement changes.
func isScaled(p *placement.Placement, kind sim.Kind) bool {
	return slices.ContainsFunc(p.Sites, func(a placement.Assignment) bool {
		return a.Role == kind.Role() && (a.Elastic || slices.ContainsFunc(a.Pools, func(o placement.Pool) bool { return o.Scale.Is() }))
	})
}

// timelineRows returns the figures of a workload of a kind under a placement with some tiers.
func timelineRows(kind sim.Kind, tiers []string) (rows []timelineRow) {
	all := []timelineRow{
		{name: "requests", unit: "a second", where: isNoGame, perSecond: (*sim.CourseStep).Requests},
		{name: "failed", unit: "a second", where: isNoGame, perSecond: func(s *sim.CourseStep) uint64 { return s.Outcomes[sim.Failed] }},
		{name: "rejected", unit: "a second", where: isNoGame, perSecond: func(s *sim.CourseStep) uint64 { return s.Outcomes[sim.Rejected] }},
		{name: "waiting", unit: "requests", where: isNoGame, isOfServers: true, scale: 1e-6, perSecond: func(s *sim.CourseStep) uint64 { return s.QueueUs }},
		{name: "updates", unit: "a second", where: isGame, perSecond: (*sim.CourseStep).Requests},
		{name: "lost", unit: "share", where: isGame, ratio: func(s *sim.CourseStep) stats.Ratio {
			return stats.Ratio{Numerator: s.LostUpdates, Denominator: s.Outcomes[sim.Played]}
		}},
		{name: "mean", unit: "ms", where: isAny, scale: 1e-6, ratio: func(s *sim.CourseStep) stats.Ratio {
			return stats.Ratio{Numerator: s.SumNs, Denominator: s.Latency.Count()}
		}},
		{name: "p50", unit: "ms", where: isAny, quantile: 0.5},
		{name: "p95", unit: "ms", where: isAny, quantile: 0.95},
		{name: "p99", unit: "ms", where: isAny, quantile: 0.99},
	}
	if kind.MeetsCaches() {
		for i, tier := range tiers {
			name := "hits"
			if i > 0 {
				name += " " + tier
			}
			all = append(all, timelineRow{name: name, unit: "share", where: hasOrigin, ratio: func(s *sim.CourseStep) stats.Ratio {
				if i >= len(s.Tiers) {
					return stats.Ratio{}
				}
				return stats.Ratio{Numerator: s.Tiers[i].Hits, Denominator: s.Tiers[i].Requests}
			}})
		}
	}
	all = append(all,
		timelineRow{name: "origin requests", unit: "a second", where: hasOrigin, perSecond: func(s *sim.CourseStep) uint64 { return s.OriginRequests }},
		timelineRow{name: "origin bytes", unit: "bytes a second", where: hasOrigin, perSecond: func(s *sim.CourseStep) uint64 { return s.OriginBytes }},
		timelineRow{name: "utilisation", unit: "share", where: isAny, isOfServers: true, ratio: func(s *sim.CourseStep) stats.Ratio {
			return stats.Ratio{Numerator: s.BusyUs, Denominator: s.ServerUs}
		}},
		timelineRow{name: "servers", unit: "servers", where: isNoGame, isOfServers: true, isOfScale: true, scale: 1e-6, perSecond: serversOf},
		timelineRow{name: "cores", unit: "cores", where: isGame, isOfServers: true, isOfScale: true, scale: 1e-6, perSecond: serversOf},
		timelineRow{name: "players", unit: "players", where: isGame, scale: 1e-6, perSecond: func(s *sim.CourseStep) uint64 { return s.PlayerUs }},
		timelineRow{name: "players waiting", unit: "players", where: isGame, scale: 1e-6, perSecond: func(s *sim.CourseStep) uint64 { return s.WaitingUs }},
	)
	for _, row := range all {
		if row.where(kind) {
			if row.scale == 0 {
				row.scale = 1
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// estimate returns the figure of a step of so many seconds, of which each replication has one.
func (row *timelineRow) estimate(steps []*sim.CourseStep, seconds, level float64) stats.Estimate {
	switch {
	case row.perSecond != nil:
		each := make([]float64, len(steps))
		for i, s := range steps {
			each[i] = float64(row.perSecond(s)) * row.scale / seconds
		}
		return stats.MeanOf(each, level)
	case row.ratio != nil:
		ratios := make([]stats.Ratio, len(steps))
		for i, s := range steps {
			ratios[i] = row.ratio(s)
		}
		if row.unit == "share" {
			return stats.ShareOf(ratios, level)
		}
		return stats.RatioOf(ratios, level).Scaled(row.scale)
	}
	latencies := make([]*stats.Coarse, len(steps))
	for i, s := range steps {
		latencies[i] = &s.Latency
	}
	return stats.CoarseQuantileMs(latencies, row.quantile, level)
}

// value returns the figure of a step of so many replications together, which a place has; not a number where there is none.
func (row *timelineRow) value(s *sim.CourseStep, seconds float64, replications int) float64 {
	switch {
	case row.perSecond != nil:
		return float64(row.perSecond(s)) * row.scale / (seconds * float64(replications))
	case row.ratio != nil:
		r := row.ratio(s)
		if r.Denominator == 0 {
			return math.NaN()
		}
		return float64(r.Numerator) * row.scale / float64(r.Denominator)
	}
	e := stats.CoarseQuantileMs([]*stats.Coarse{&s.Latency}, row.quantile, defaultLevel)
	if !e.HasValue() {
		return math.NaN()
	}
	return e.Value
}

// packedCourses are the courses of one workload in one run, encoded: of all, and by metro and site where asked for.
type packedCourses struct {
	all           []byte
	metros, sites [][]byte
	siteIDs       []string
	tiers         []string
}

func packCourses(r *sim.Result, w *sim.WorkloadTally) (p packedCourses, err error) {
	if w.Course == nil {
		return p, nil
	}
	all := *w.Course
	all.Metros = nil
	if p.all, err = all.MarshalBinary(); err != nil {
		return p, err
	}
	for _, c := range w.Course.Metros {
		data, err := c.MarshalBinary()
		if err != nil {
			return p, err
		}
		p.metros = append(p.metros, data)
	}
	for n := range w.Sites {
		if c := w.Sites[n].Course; c != nil {
			data, err := c.MarshalBinary()
			if err != nil {
				return p, err
			}
			p.sites = append(p.sites, data)
		}
	}
	p.siteIDs = r.Sites
	for _, t := range r.Tiers {
		p.tiers = append(p.tiers, t.Name)
	}
	return p, nil
}

// timelineOf makes the timeline of a workload under a placement; it is empty where none is asked for.
func (s *Study) timelineOf(replications []*replication, number, workload int, metros []Place) (t Timeline, err error) {
	if s.Timeline == nil || len(replications) == 0 {
		return t, nil
	}
	courses := make([][]sim.CourseStep, len(replications))
	first := &replications[0].timelines[number].courses[workload]
	for i, r := range replications {
		var c sim.Course
		if err := c.UnmarshalBinary(r.timelines[number].courses[workload].all); err != nil {
			return t, fmt.Errorf("edgewise: replication %d: %w", i, err)
		}
		if i == 0 {
			t.Step, t.Steps = c.Length, c.Len()
		}
		if c.Len() != t.Steps || c.Length != t.Step {
			return t, fmt.Errorf("edgewise: replication %d: steps of time that are not those of the first", i)
		}
		courses[i] = c.Steps()
	}
	kind := sim.KindOf(s.Workloads[workload].Service)
	hasServers := slices.ContainsFunc(courses, func(steps []sim.CourseStep) bool {
		return slices.ContainsFunc(steps, func(s sim.CourseStep) bool { return s.ServerUs > 0 })
	})
	rows := slices.DeleteFunc(timelineRows(kind, first.tiers), func(row timelineRow) bool {
		return row.isOfServers && !hasServers || row.isOfScale && !isScaled(&s.Placements[number], kind)
	})
	level := s.Level
	if level == 0 {
		level = defaultLevel
	}
	steps := make([]*sim.CourseStep, len(courses))
	for i := range rows {
		line := TimelineLine{Name: rows[i].name, Unit: rows[i].unit, Values: make([]stats.Estimate, t.Steps)}
		for k := range line.Values {
			for r := range courses {
				steps[r] = &courses[r][k]
			}
			line.Values[k] = rows[i].estimate(steps, t.Seconds(k, s.Duration), level).CutAt(0) // none of them can be less
		}
		t.Lines = append(t.Lines, line)
	}
	places := func(count int, rows []timelineRow, id func(int) string, of func(*packedCourses, int) []byte) (all []PlaceTimeline, err error) {
		for n := range count {
			var sum sim.Course
			for i, r := range replications {
				var c sim.Course
				if err := c.UnmarshalBinary(of(&r.timelines[number].courses[workload], n)); err != nil {
					return nil, fmt.Errorf("edgewise: %s, replication %d: %w", id(n), i, err)
				}
				if i == 0 {
					sum = c
				} else if err := sum.Merge(&c); err != nil {
					return nil, fmt.Errorf("edgewise: %s, replication %d: %w", id(n), i, err)
				}
			}
			if sum.IsEmpty() {
				continue
			}
			at := PlaceTimeline{ID: id(n)}
			for i := range rows {
				at.Lines = append(at.Lines, PlaceLine{Name: rows[i].name, Unit: rows[i].unit, Values: make([]float64, sum.Len())})
			}
			for k, step := range sum.All() {
				for i := range rows {
					at.Lines[i].Values[k] = rows[i].value(step, t.Seconds(k, s.Duration), len(replications))
				}
			}
			all = append(all, at)
		}
		return all, nil
	}
	ofMetros := slices.DeleteFunc(slices.Clone(rows), func(row timelineRow) bool { return row.isOfServers }) // servers are at sites
	if t.Metros, err = places(len(first.metros), ofMetros, func(n int) string { return metros[n].ID }, func(p *packedCourses, n int) []byte { return p.metros[n] }); err != nil {
		return t, err
	}
	t.Sites, err = places(len(first.sites), rows, func(n int) string { return first.siteIDs[n] }, func(p *packedCourses, n int) []byte { return p.sites[n] })
	return t, err
}
