package edgewise

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// A replication is what the comparison keeps of the runs of all placements with one replication number:
// a summary by placement and workload.
type replication struct {
	// runs holds the summary of workload w under placement p at [p][w].
	runs [][]summary
	// timelines holds what the warm-up is judged by, by placement.
	timelines []timelineSummary
	// loads holds what the runs have found out about loads, by placement.
	loads [][]sim.Load
}

// A summary is what figures are made of that one run found of one workload, of all its users or of a metro's.
type summary struct {
	// ratios holds what the run contributes to each figure that is counted, is whether each is shown for this
	// run, both by row of the workload's measures.
	ratios []stats.Ratio
	is     []bool
	// latency holds the distributions of the workload's metrics. Those of a metro are kept packed, which takes a
	// tenth of the memory, and only those that are shown by metro.
	latency [sim.NumMetrics]*stats.Sketch
	packed  [sim.NumMetrics][]byte
	// asked is how many samples each metric would have if no request had failed and every player had played.
	asked [sim.NumMetrics]uint64
	// metros are by metro of the network, sites by id; isIdle says of a site that nobody has asked it for anything.
	metros []summary
	sites  map[string]*summary
	isIdle bool
}

// reduce keeps what the comparison needs of the runs of all placements with one replication number.
func (s *Study) reduce(results []*sim.Result) (*replication, error) {
	r := &replication{runs: make([][]summary, len(results))}
	workloads := s.workloads()
	for p, result := range results {
		timeline := timelineSummary{tiers: result.Tiers}
		var tiers []string
		for _, t := range result.Tiers {
			tiers = append(tiers, t.Name)
		}
		for w := range result.Workloads {
			tally := &result.Workloads[w]
			timeline.workloads = append(timeline.workloads, tally.Timeline)
			summary, err := summarise(tally, result.Sites, tiers, s.measuresOf(&workloads[w]), s.Duration)
			if err != nil {
				return nil, err
			}
			r.runs[p] = append(r.runs[p], summary)
		}
		r.timelines = append(r.timelines, timeline)
	}
	return r, nil
}

// summarise keeps what the figures in some rows are made of.
func summarise(w *sim.WorkloadTally, sites, tiers []string, rows []Measure, duration time.Duration) (summary, error) {
	total, err := w.Total()
	if err != nil {
		return summary{}, err
	}
	s := summary{sites: make(map[string]*summary)}
	s.count(&Tallies{Tally: &total, Tiers: w.Tiers, Workload: w, Duration: duration, names: tiers}, rows)
	for i := range total.Metrics {
		m := total.Metrics[i].Metric
		s.latency[m], s.asked[m] = &total.Metrics[i].Latency, asked(m, &total)
	}
	byMetro := rowsByMetro(rows)
	for m := range w.Metros {
		var at summary
		at.count(&Tallies{Tally: &w.Metros[m], Tiers: w.TiersOf(m), Workload: w, Duration: duration, names: tiers}, byMetro)
		for i := range byMetro {
			metric, ok := byMetro[i].Of.sampled()
			if !ok || at.packed[metric] != nil {
				continue
			}
			if at.packed[metric], err = w.Metros[m].Metric(metric).MarshalBinary(); err != nil {
				return summary{}, err
			}
		}
		s.metros = append(s.metros, at)
	}
	bySite := rowsBySite(rows)
	for n := range w.Sites {
		site := &w.Sites[n]
		at := &summary{isIdle: site.IsIdle()}
		at.count(&Tallies{Tally: &site.Tally, Tiers: site.Tiers, Site: site, Workload: w, Duration: duration, names: tiers}, bySite)
		s.sites[sites[n]] = at
	}
	return s, nil
}

// count notes what the run contributes to the figures in some rows.
func (s *summary) count(t *Tallies, rows []Measure) {
	for i := range rows {
		s.ratios = append(s.ratios, rows[i].Of.ratio(t))
		s.is = append(s.is, rows[i].Where == nil || rows[i].Where(t))
	}
}

func rowsByMetro(rows []Measure) []Measure {
	return slices.DeleteFunc(slices.Clone(rows), func(m Measure) bool { return !m.ByMetro })
}

func rowsBySite(rows []Measure) []Measure {
	return slices.DeleteFunc(slices.Clone(rows), func(m Measure) bool { return !m.BySite })
}

// A described workload is what the comparison says of a workload itself.
type described struct {
	name      string
	kind      sim.Kind
	headline  sim.Metric // by which it is judged
	deadlines []time.Duration
}

// workloads describes the workloads in the order of results.
func (s *Study) workloads() []described {
	var all []described
	for _, w := range s.Workloads {
		all = append(all, described{w.Name, sim.KindOf(w.Service), sim.KindOf(w.Service).Headline(w.Judged), w.Deadlines})
	}
	return all
}

// compare turns the replications into figures.
func (s *Study) compare(ctx context.Context, replications []*replication, planned int) (*Comparison, error) {
	c := &Comparison{
		Title: s.Title, Level: cmp.Or(s.Level, defaultLevel), Planned: planned, Replications: len(replications),
		Seed: s.Seed, Start: s.Start, Duration: s.Duration, WarmUp: s.WarmUp, RelativeError: stats.RelativeError,
		Sources: s.Sources, Assumed: s.assumptions(), Warnings: s.Warnings, Sites: s.sites(), Metros: s.metros(),
		OwnParts: s.OwnParts(), Outputs: s.Outputs,
		WarmUps: s.findWarmUps(replications),
	}
	for p := range s.Placements {
		result := PlacementResult{Name: s.Placements[p].Name, Roles: rolesOf(&s.Placements[p])}
		for w, d := range s.workloads() {
			e := estimator{described: d, rows: s.measuresOf(&d), metros: c.Metros, sites: c.Sites, level: c.Level}
			if p > 0 {
				e.baseline = &c.Placements[0].Workloads[w]
			}
			for _, r := range replications {
				e.these = append(e.these, &r.runs[p][w])
				e.base = append(e.base, &r.runs[0][w])
			}
			workload, err := e.workload(ctx)
			if err != nil {
				return nil, err
			}
			result.Workloads = append(result.Workloads, workload)
		}
		c.Placements = append(c.Placements, result)
	}
	return c, nil
}

// An estimator makes the figures of one workload under one placement.
type estimator struct {
	described
	rows   []Measure
	metros []Place
	sites  []Place
	level  float64
	// baseline holds the figures of the workload under the baseline, nil if these are they.
	baseline *WorkloadResult
	// these and base hold one summary a replication, of this placement and of the baseline.
	these, base []*summary
}

func (e *estimator) workload(ctx context.Context) (WorkloadResult, error) {
	result := WorkloadResult{Name: e.name, Kind: e.kind.String()}
	var base Figures
	if e.baseline != nil {
		base = e.baseline.Figures
	}
	result.Figures = e.figures(e.rows, e.these, e.base, base)
	result.Latency = append(result.Latency, e.distribution(e.headline))
	for _, m := range e.kind.Metrics() {
		if m != e.headline {
			result.Latency = append(result.Latency, e.distribution(m))
		}
	}
	var err error
	result.Sites = e.bySite()
	result.Metros, err = e.byMetro(ctx)
	return result, err
}

// figures makes the figures in some rows, against those of the baseline.
func (e *estimator) figures(rows []Measure, these, base []*summary, baseline Figures) (all Figures) {
	p := &pairing{these: these, base: base, level: e.level, isBaseline: e.baseline == nil}
	for i := range rows {
		if !shown(i, these) && !(rows[i].OrAtBaseline && shown(i, base)) {
			continue
		}
		f, ok := rows[i].Of.figure(i, p)
		if !ok {
			continue
		}
		f.Label = rows[i].Label
		if other, ok := baseline.Find(f.Metric, f.Statistic); ok {
			f.measurePairing(other)
		}
		all = append(all, f)
	}
	return all
}

// shown reports whether the figure in a row is shown for some run.
func shown(row int, runs []*summary) bool {
	return slices.ContainsFunc(runs, func(s *summary) bool { return s.is[row] })
}

// distribution returns the latencies of one metric.
func (e *estimator) distribution(m sim.Metric) Distribution {
	d := Distribution{Metric: m.String()}
	for _, s := range e.these {
		d.PerReplication = append(d.PerReplication, s.latency[m])
	}
	d.Pooled = stats.Pool(d.PerReplication)
	if slices.ContainsFunc(e.these, func(s *summary) bool { return s.asked[m] > s.latency[m].Count() }) {
		for _, s := range e.these {
			d.Asked = append(d.Asked, s.asked[m])
		}
	}
	return d
}

// byMetro makes the figures that are shown by metro, of the metros with the most requests first.
func (e *estimator) byMetro(ctx context.Context) ([]MetroResult, error) {
	rows := rowsByMetro(e.rows)
	var results []MetroResult
	for m, place := range e.metros {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		these, err := unpack(e.these, m)
		if err != nil {
			return nil, err
		}
		base := these
		var baseline Figures
		if e.baseline != nil {
			if base, err = unpack(e.base, m); err != nil {
				return nil, err
			}
			baseline = e.baseline.Metro(place.ID).Figures
		}
		results = append(results, MetroResult{ID: place.ID, Name: place.Name, Figures: e.figures(rows, these, base, baseline)})
	}
	requests := func(m *MetroResult) float64 {
		f, _ := m.Figures.Find("requests", "count")
		return f.Value
	}
	slices.SortStableFunc(results, func(a, b MetroResult) int { return cmp.Compare(requests(&b), requests(&a)) })
	return results, nil
}

// bySite makes the figures of every site that was asked for something, in the order of the network.
func (e *estimator) bySite() (results []SiteResult) {
	rows := rowsBySite(e.rows)
	none := &summary{ratios: make([]stats.Ratio, len(rows)), is: make([]bool, len(rows)), isIdle: true}
	of := func(runs []*summary, id string) (all []*summary, ok bool) {
		for _, s := range runs {
			at := cmp.Or(s.sites[id], none)
			all, ok = append(all, at), ok || !at.isIdle
		}
		return all, ok
	}
	for _, place := range e.sites {
		these, ok := of(e.these, place.ID)
		if !ok {
			continue
		}
		base, _ := of(e.base, place.ID)
		var baseline Figures
		if e.baseline != nil {
			baseline = e.baseline.Site(place.ID).Figures
		}
		results = append(results, SiteResult{ID: place.ID, Name: place.Name, Figures: e.figures(rows, these, base, baseline)})
	}
	return results
}

// unpack returns the summaries of a metro with their distributions.
func unpack(runs []*summary, metro int) ([]*summary, error) {
	all := make([]*summary, len(runs))
	for i, s := range runs {
		at := s.metros[metro]
		for metric, packed := range at.packed {
			if packed == nil {
				continue
			}
			at.latency[metric] = new(stats.Sketch)
			if err := at.latency[metric].UnmarshalBinary(packed); err != nil {
				return nil, err
			}
		}
		all[i] = &at
	}
	return all, nil
}
