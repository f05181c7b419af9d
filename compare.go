package edgewise

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/placement/tariff"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// A replication is what the comparison keeps of the runs of all placements with one replication number:
// a summary by placement and workload.
type replication struct {
	// runs holds the summary of workload w under placement p at [p][w], nil at [p] until the placement has run.
	runs [][]summary
	// timelines holds what the warm-up is judged by, by placement.
	timelines []timelineSummary
	// loads holds what the runs have found out about loads, by placement.
	loads [][]sim.Load
	// bills holds what each placement costs, nil without prices.
	bills []*tariff.Bill
	// missing is how many placements have not run.
	missing int
}

func newReplication(placements int) *replication {
	return &replication{
		runs: make([][]summary, placements), timelines: make([]timelineSummary, placements), loads: make([][]sim.Load, placements),
		missing: placements,
	}
}

// A summary is what figures are made of that one run found of one workload, of all its users or of a metro's.
type summary struct {
	// ratios holds what the run contributes to each figure that is counted, is whether each is shown for this
	// run, both by row of the workload's measures.
	ratios []stats.Ratio
	is     []bool
	// latency holds the distributions of the workload's metrics, of a metro those that are shown by metro. They are
	// packed, for there may be many.
	latency [sim.NumMetrics]*stats.Sketch
	// asked is how many samples each metric would have if no request had failed and every player had played.
	asked [sim.NumMetrics]uint64
	// metros are by metro of the network, packed until figures are made of them; sites by id; isIdle says of a site that
	// nobody has asked it for anything.
	metros []summary
	packed packedMetros
	sites  map[string]*summary
	isIdle bool
}

// add keeps what the comparison needs of the run of one placement, whose workloads have figures in some rows each.
func (r *replication) add(placement int, result *sim.Result, rows []rowSet, duration time.Duration) error {
	var tiers []string
	for _, t := range result.Tiers {
		tiers = append(tiers, t.Name)
	}
	runs := make([]summary, len(result.Workloads))
	for w := range result.Workloads {
		var err error
		if runs[w], err = summarise(&result.Workloads[w], result.Sites, tiers, &rows[w], duration); err != nil {
			return err
		}
	}
	r.runs[placement], r.timelines[placement] = runs, newTimelineSummary(result)
	r.missing--
	return nil
}

// A rowSet holds the figures of a workload: all, and which of them are made by metro and by site.
type rowSet struct{ all, byMetro, bySite []Measure }

// rowSets returns the figures of all workloads.
func (s *Study) rowSets() (sets []rowSet) {
	for _, d := range s.workloads() {
		set := rowSet{all: s.measuresOf(&d)}
		for _, m := range set.all {
			if m.ByMetro {
				set.byMetro = append(set.byMetro, m)
			}
			if m.BySite {
				set.bySite = append(set.bySite, m)
			}
		}
		sets = append(sets, set)
	}
	return sets
}

// summarise keeps what the figures in some rows are made of.
func summarise(w *sim.WorkloadTally, sites, tiers []string, rows *rowSet, duration time.Duration) (summary, error) {
	total, err := w.Total()
	if err != nil {
		return summary{}, err
	}
	s := summary{sites: make(map[string]*summary, len(w.Sites))}
	s.count(&Tallies{Tally: &total, Tiers: w.Tiers, Workload: w, Duration: duration, names: tiers}, rows.all)
	for i := range total.Metrics {
		m := total.Metrics[i].Metric
		s.latency[m], s.asked[m] = total.Metrics[i].Latency.Packed(), asked(m, &total)
	}
	metros := make([]summary, len(w.Metros))
	for m := range w.Metros {
		at := &metros[m]
		at.count(&Tallies{Tally: &w.Metros[m], Tiers: w.TiersOf(m), Workload: w, Duration: duration, names: tiers}, rows.byMetro)
		for i := range rows.byMetro {
			if metric, ok := rows.byMetro[i].Of.sampled(); ok && at.latency[metric] == nil {
				at.latency[metric] = w.Metros[m].Metric(metric).Packed()
			}
		}
	}
	s.packed = packMetros(metros, len(rows.byMetro))
	for n := range w.Sites {
		site := &w.Sites[n]
		at := &summary{isIdle: site.IsIdle()}
		at.count(&Tallies{Tally: &site.Tally, Tiers: site.Tiers, Site: site, Workload: w, Duration: duration, names: tiers}, rows.bySite)
		s.sites[sites[n]] = at
	}
	return s, nil
}

// count notes what the run contributes to the figures in some rows.
func (s *summary) count(t *Tallies, rows []Measure) {
	s.ratios, s.is = make([]stats.Ratio, len(rows)), make([]bool, len(rows))
	for i := range rows {
		s.ratios[i], s.is[i] = rows[i].Of.ratio(t), rows[i].Where == nil || rows[i].Where(t)
	}
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

// compare turns the replications into figures. It forgets of them what is done, but for the baseline's: figures take as
// much memory as what they are made of.
func (s *Study) compare(ctx context.Context, replications []*replication, planned int) (*Comparison, error) {
	assumed, err := s.assumptions()
	if err != nil {
		return nil, err
	}
	c := &Comparison{
		Title: s.Title, Level: cmp.Or(s.Level, defaultLevel), Planned: planned, Replications: len(replications),
		Seed: s.Seed, Start: s.Start, Duration: s.Duration, WarmUp: s.WarmUp, RelativeError: stats.RelativeError,
		Sources: s.Sources, Assumed: assumed, Warnings: s.Warnings, Sites: s.sites(), Metros: s.metros(),
		OwnParts: s.OwnParts(), Outputs: s.Outputs, Failures: s.siteFailures(),
		WarmUps: s.findWarmUps(replications),
	}
	if c.Demand, err = s.demandLoads(); err != nil {
		return nil, err
	}
	for _, r := range replications {
		r.timelines = nil
	}
	workloads, rows := s.workloads(), s.rowSets()
	for p := range s.Placements {
		var within []withinSamples
		result := PlacementResult{Name: s.Placements[p].Name, Roles: rolesOf(&s.Placements[p])}
		for w, d := range workloads {
			e := estimator{described: d, rows: &rows[w], metros: c.Metros, sites: c.Sites, level: c.Level}
			if p > 0 {
				e.baseline = &c.Placements[0].Workloads[w]
			}
			for _, r := range replications {
				e.these = append(e.these, &r.runs[p][w])
				e.base = append(e.base, &r.runs[0][w])
			}
			if err := unpackMetros(e.these); err != nil {
				return nil, err
			}
			workload, err := e.workload(ctx)
			if err != nil {
				return nil, err
			}
			if p > 0 {
				for _, s := range e.these {
					s.metros = nil
				}
			}
			result.Workloads = append(result.Workloads, workload)
			if s.Billing != nil && p > 0 {
				within = append(within, e.within()...)
			}
		}
		result.Bill = s.billOf(p, replications, within, c)
		c.Placements = append(c.Placements, result)
		for _, r := range replications {
			if p > 0 {
				r.runs[p] = nil
			}
		}
	}
	return c, nil
}

// An estimator makes the figures of one workload under one placement.
type estimator struct {
	described
	rows   *rowSet
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
	result.Figures = e.figures(e.rows.all, e.these, e.base, base)
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
	isShown := func(row int) bool { return shown(row, these) || rows[row].OrAtBaseline && shown(row, base) }
	n := 0
	for i := range rows {
		if isShown(i) {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	all = make(Figures, 0, n)
	for i := range rows {
		if !isShown(i) {
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
	d.Pooled = stats.Pool(d.PerReplication).Packed()
	if slices.ContainsFunc(e.these, func(s *summary) bool { return s.asked[m] > s.latency[m].Count() }) {
		for _, s := range e.these {
			d.Asked = append(d.Asked, s.asked[m])
		}
	}
	return d
}

// byMetro makes the figures that are shown by metro, of the metros with the most requests first.
func (e *estimator) byMetro(ctx context.Context) ([]MetroResult, error) {
	var results []MetroResult
	for m, place := range e.metros {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var baseline Figures
		if e.baseline != nil {
			baseline = e.baseline.Metro(place.ID).Figures
		}
		figures := e.figures(e.rows.byMetro, ofMetro(e.these, m), ofMetro(e.base, m), baseline)
		results = append(results, MetroResult{ID: place.ID, Name: place.Name, Figures: figures})
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
	rows := e.rows.bySite
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

// ofMetro returns the summaries of a metro.
func ofMetro(runs []*summary, metro int) []*summary {
	all := make([]*summary, len(runs))
	for i, s := range runs {
		all[i] = &s.metros[metro]
	}
	return all
}
