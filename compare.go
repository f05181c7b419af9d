package edgewise

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/edgewise-sim/edgewise/placement/tariff"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
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
	// links holds what crossed links that are shared, by placement.
	links [][]sim.LinkTally
	// bills holds what each placement costs, nil without prices.
	bills []*tariff.Bill
	// missing is how many placements have not run.
	missing int
}

func newReplication(placements int) *replication {
	return &replication{
		runs: make([][]summary, placements), timelines: make([]timelineSummary, placements), loads: make([][]sim.Load, placements),
		links:   make([][]sim.LinkTally, placements),
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
	// metros are by metro of the network, sites are those of the placement, whose nodes in the network are siteNodes; isIdle says
	// of a site that nobody has asked it for anything.
	metros, sites packed
	siteNodes     []int32
	isIdle        bool
	// game is what is kept of a game besides.
	game *gameSummary
}

// add keeps what the comparison needs of the run of one placement.
func (r *replication) add(placement int, result *sim.Result, by *summariser) error {
	runs := make([]summary, len(result.Workloads))
	for w := range result.Workloads {
		var err error
		if runs[w], err = by.summarise(result, w); err != nil {
			return err
		}
	}
	timelines, err := newTimelineSummary(result)
	if err != nil {
		return err
	}
	r.runs[placement], r.timelines[placement], r.links[placement] = runs, timelines, result.Links
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

// A summariser keeps of runs what figures are made of.
type summariser struct {
	rows     []rowSet // of the study's workloads
	network  *topology.Network
	duration time.Duration
}

func (s *Study) newSummariser() *summariser {
	return &summariser{rows: s.rowSets(), network: s.Network, duration: s.Duration}
}

// summarise keeps what the figures of a workload are made of.
func (by *summariser) summarise(result *sim.Result, workload int) (summary, error) {
	w, rows := &result.Workloads[workload], &by.rows[workload]
	var tiers []string
	for _, t := range result.Tiers {
		tiers = append(tiers, t.Name)
	}
	total, err := w.Total()
	if err != nil {
		return summary{}, err
	}
	var s summary
	s.count(&Tallies{Tally: &total, Tiers: w.Tiers, Workload: w, Duration: by.duration, names: tiers}, rows.all)
	for i := range total.Metrics {
		m := total.Metrics[i].Metric
		s.latency[m], s.asked[m] = total.Metrics[i].Latency.Packed(), asked(m, &total)
	}
	metros := make([]summary, len(w.Metros))
	for m := range w.Metros {
		at := &metros[m]
		at.count(&Tallies{Tally: &w.Metros[m], Tiers: w.TiersOf(m), Workload: w, Duration: by.duration, names: tiers}, rows.byMetro)
		for i := range rows.byMetro {
			if metric, ok := rows.byMetro[i].Of.sampled(); ok && at.latency[metric] == nil {
				at.latency[metric] = w.Metros[m].Metric(metric)
			}
		}
	}
	s.metros = pack(metros, len(rows.byMetro))
	sites := make([]summary, len(w.Sites))
	s.siteNodes = make([]int32, len(w.Sites))
	for n := range w.Sites {
		site := &w.Sites[n]
		node, ok := by.network.Index(result.Sites[n])
		if !ok {
			return summary{}, fmt.Errorf("edgewise: the network has no site %q", result.Sites[n])
		}
		s.siteNodes[n] = int32(node)
		sites[n].isIdle = site.IsIdle()
		sites[n].count(&Tallies{Tally: &site.Tally, Tiers: site.Tiers, Site: site, Workload: w, Duration: by.duration, names: tiers}, rows.bySite)
	}
	s.sites = pack(sites, len(rows.bySite))
	s.game = summariseGame(w)
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
	game      workload.Matched // the zero value of what is no game
}

// workloads describes the workloads in the order of results.
func (s *Study) workloads() []described {
	var all []described
	for _, w := range s.Workloads {
		game, _ := w.Service.(workload.Matched)
		all = append(all, described{w.Name, sim.KindOf(w.Service), sim.KindOf(w.Service).Headline(w.Judged), w.Deadlines, game})
	}
	return all
}

// compare turns the replications into figures. It forgets of them what is done: figures take as much memory as what they
// are made of.
func (s *Study) compare(ctx context.Context, replications []*replication, planned int) (*Comparison, error) {
	assumed, err := s.assumptions()
	if err != nil {
		return nil, err
	}
	c := &Comparison{
		Title: s.Title, Level: cmp.Or(s.Level, defaultLevel), Planned: planned, Replications: len(replications),
		Seed: s.Seed, Start: s.Start, Duration: s.Duration, WarmUp: s.WarmUp, Elapsed: s.Elapsed, RelativeError: stats.RelativeError,
		Sources: s.Sources, Assumed: assumed, Warnings: s.Warnings, Sites: s.sites(), Metros: s.metros(),
		OwnParts: s.OwnParts(), Outputs: s.Outputs, Failures: s.siteFailures(), Drains: s.siteDrains(), Changes: s.changes(),
		WarmUps: s.findWarmUps(replications), Sampled: s.samplings(),
	}
	if c.Demand, err = s.demandLoads(); err != nil {
		return nil, err
	}
	timelines := make([][]Timeline, len(s.Placements))
	for p := range s.Placements {
		for w := range s.workloads() {
			t, err := s.timelineOf(replications, p, w, c.Metros)
			if err != nil {
				return nil, err
			}
			timelines[p] = append(timelines[p], t)
		}
	}
	for p := range s.Placements {
		c.Placements = append(c.Placements, PlacementResult{Name: s.Placements[p].Name, Roles: rolesOf(&s.Placements[p]), Copies: copiesOf(&s.Placements[p])})
	}
	rows, within := s.rowSets(), make([][]withinSamples, len(c.Placements))
	for w, d := range s.workloads() {
		e := estimator{described: d, rows: &rows[w], metros: c.Metros, sites: c.Sites, network: s.Network, level: c.Level, workers: s.workers(), replicated: s.Replicated,
			start: s.Start.Add(s.WarmUp), duration: s.Duration}
		for p := range c.Placements {
			var runs []*summary
			for _, r := range replications {
				runs = append(runs, &r.runs[p][w])
			}
			e.runs = append(e.runs, runs)
		}
		results, err := e.results(ctx)
		if err != nil {
			return nil, err
		}
		if err := s.addDrills(replications, w, results); err != nil {
			return nil, err
		}
		for p := range c.Placements {
			if s.Billing != nil && p > 0 {
				within[p] = append(within[p], e.within(p)...)
			}
		}
		isAllAnswered := s.isAllAnswered(results)
		for p := range c.Placements {
			if isAllAnswered {
				results[p].Series = seriesOf(replications, p, w)
			}
			results[p].Timeline = timelines[p][w]
			c.Placements[p].Workloads = append(c.Placements[p].Workloads, results[p])
			for _, run := range e.runs[p] {
				*run = summary{}
			}
		}
	}
	for _, r := range replications {
		r.timelines = nil
	}
	for p := range c.Placements {
		if c.Placements[p].Links, err = s.linksOf(replications, p, c.Level); err != nil {
			return nil, err
		}
		c.Placements[p].Bill = s.billOf(p, replications, within[p], c)
	}
	return c, nil
}

// An estimator makes the figures of one workload under all placements.
type estimator struct {
	described
	rows    *rowSet
	metros  []Place
	sites   []Place
	network *topology.Network
	level   float64
	workers int
	// start is when recording begins, duration for how long it lasts.
	start    time.Time
	duration time.Duration
	// runs holds one summary a replication, by placement; those of the baseline are the first.
	runs [][]*summary
	// replicated says which figures keep what each replication says; nil means those of all users.
	replicated func(Label) bool
}

// results makes the results of all placements, those of the baseline first, on all cores.
func (e *estimator) results(ctx context.Context) ([]WorkloadResult, error) {
	results := make([]WorkloadResult, len(e.runs))
	base, err := e.sitesOf(e.runs[0])
	if err != nil {
		return nil, err
	}
	err = e.each(ctx, func(p int) error {
		these, r := e.runs[p], &results[p]
		sites := base
		var against *side
		var baseline *WorkloadResult
		if p > 0 {
			baseline = &results[0]
			against = &side{e.runs[0], baseline.Figures}
			var err error
			if sites, err = e.sitesOf(these); err != nil {
				return err
			}
		}
		r.Name, r.Kind = e.name, e.kind.String()
		r.Figures = e.figures(e.rows.all, these, against, e.replicatedOfAll())
		r.Latency = append(r.Latency, distribution(e.headline, these))
		for _, m := range e.kind.Metrics() {
			if m != e.headline {
				r.Latency = append(r.Latency, distribution(m, these))
			}
		}
		r.Sites = e.bySite(sites, base, baseline)
		r.Occupancy, r.Pairs = e.occupancy(these), e.pairs(these)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := e.byMetro(ctx, results); err != nil {
		return nil, err
	}
	e.cut(results)
	return results, nil
}

// each calls a function for every placement, on all cores but for that of the baseline, which comes before.
func (e *estimator) each(ctx context.Context, do func(placement int) error) error {
	if err := do(0); err != nil {
		return err
	}
	var group errgroup.Group
	group.SetLimit(e.workers)
	for p := 1; p < len(e.runs); p++ {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return do(p)
		})
	}
	return group.Wait()
}

// A side is what the baseline's runs give of the same.
type side struct {
	runs    []*summary
	figures Figures
}

// replicatedOfAll says of which figures of all users is kept what each replication says.
func (e *estimator) replicatedOfAll() func(Label) bool {
	if e.replicated != nil {
		return e.replicated
	}
	return func(Label) bool { return true }
}

// figures makes the figures in some rows, against those of the baseline; nil if these are they. Those that are replicated keep what
// each replication says.
func (e *estimator) figures(rows []Measure, these []*summary, baseline *side, replicated func(Label) bool) (all Figures) {
	isBaseline := baseline == nil
	if isBaseline {
		baseline = &side{runs: these}
	}
	p := &pairing{these: these, base: baseline.runs, level: e.level, isBaseline: isBaseline}
	isShown := func(row int) bool { return shown(row, these) || rows[row].OrAtBaseline && shown(row, baseline.runs) }
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
		if replicated != nil && f.HasValue() && replicated(f.Label) {
			f.Replicates = centred(rows[i].Of.replicates(i, p), f.Value)
		}
		if other, ok := baseline.figures.Find(f.Metric, f.Statistic); ok {
			f.measurePairing(other)
		}
		all = append(all, f)
	}
	return all
}

// centred returns values with their mean moved to another, which they estimate with less bias; nil if one is no number.
func centred(values []float64, mean float64) []float64 {
	is := stats.MeanOf(values, defaultLevel)
	if !is.HasValue() {
		return nil
	}
	for i := range values {
		values[i] += mean - is.Value
	}
	return values
}

// shown reports whether the figure in a row is shown for some run.
func shown(row int, runs []*summary) bool {
	return slices.ContainsFunc(runs, func(s *summary) bool { return s.is[row] })
}

// distribution returns the latencies of one metric.
func distribution(m sim.Metric, runs []*summary) Distribution {
	d := Distribution{Metric: m.String()}
	for _, s := range runs {
		d.PerReplication = append(d.PerReplication, s.latency[m])
	}
	d.Pooled = stats.Pool(d.PerReplication).Packed()
	if slices.ContainsFunc(runs, func(s *summary) bool { return s.asked[m] > s.latency[m].Count() }) {
		for _, s := range runs {
			d.Asked = append(d.Asked, s.asked[m])
		}
	}
	return d
}

// byMetro adds the figures that are shown by metro, of the metros with the most requests first.
func (e *estimator) byMetro(ctx context.Context, results []WorkloadResult) error {
	for group := range (len(e.metros) + perGroup - 1) / perGroup {
		places := e.metros[group*perGroup : min((group+1)*perGroup, len(e.metros))]
		base, err := metrosOf(e.runs[0], group)
		if err != nil {
			return err
		}
		err = e.each(ctx, func(p int) error {
			these := base
			if p > 0 {
				var err error
				if these, err = metrosOf(e.runs[p], group); err != nil {
					return err
				}
			}
			for i, place := range places {
				var against *side
				if p > 0 {
					against = &side{ofPlace(base, i), results[0].Metros[group*perGroup+i].Figures}
				}
				results[p].Metros = append(results[p].Metros, MetroResult{
					ID: place.ID, Name: place.Name, Figures: e.figures(e.rows.byMetro, ofPlace(these, i), against, e.replicated),
				})
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	requests := func(m *MetroResult) float64 {
		f, _ := m.Figures.Find("requests", "count")
		return f.Value
	}
	for p := range results {
		slices.SortStableFunc(results[p].Metros, func(a, b MetroResult) int { return cmp.Compare(requests(&b), requests(&a)) })
	}
	return nil
}

// metrosOf unpacks a group of metros by run. What is unpacked is not needed again.
func metrosOf(runs []*summary, group int) ([][]summary, error) {
	metros := make([][]summary, len(runs))
	for r, run := range runs {
		var err error
		if metros[r], err = run.metros.unpack(group); err != nil {
			return nil, err
		}
		run.metros.groups[group] = nil
	}
	return metros, nil
}

// bySite makes the figures of every site that was asked for something, in the order of the network, from the summaries of
// all sites by run.
func (e *estimator) bySite(these, base [][]*summary, baseline *WorkloadResult) (results []SiteResult) {
	of := func(runs [][]*summary, site int) (all []*summary, ok bool) {
		for _, sites := range runs {
			all, ok = append(all, sites[site]), ok || !sites[site].isIdle
		}
		return all, ok
	}
	for n, place := range e.sites {
		runs, ok := of(these, n)
		if !ok {
			continue
		}
		var against *side
		if baseline != nil {
			others, _ := of(base, n)
			against = &side{others, baseline.Site(place.ID).Figures}
		}
		results = append(results, SiteResult{ID: place.ID, Name: place.Name, Figures: e.figures(e.rows.bySite, runs, against, e.replicated)})
	}
	return results
}

// sitesOf unpacks the summaries of all sites of the comparison by run; a placement may lack some.
func (e *estimator) sitesOf(runs []*summary) ([][]*summary, error) {
	none := &summary{ratios: make([]stats.Ratio, len(e.rows.bySite)), is: make([]bool, len(e.rows.bySite)), isIdle: true}
	number := make(map[int32]int, len(e.sites)) // by node
	for i, place := range e.sites {
		node, _ := e.network.Index(place.ID)
		number[int32(node)] = i
	}
	sites := make([][]*summary, len(runs))
	for r, run := range runs {
		sites[r] = slices.Repeat([]*summary{none}, len(e.sites))
		n := 0
		for group := range run.sites.groups {
			places, err := run.sites.unpack(group)
			if err != nil {
				return nil, err
			}
			for i := range places {
				if at, ok := number[run.siteNodes[n]]; ok {
					sites[r][at] = &places[i]
				}
				n++
			}
		}
	}
	return sites, nil
}
