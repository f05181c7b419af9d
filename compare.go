package edgewise

import (
	"cmp"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// quantiles are the probabilities that every comparison shows.
var quantiles = []float64{0.5, 0.9, 0.95, 0.99, 0.999}

// metroQuantiles are those shown by metro.
var metroQuantiles = []float64{0.5, 0.95}

// A replication is what the comparison keeps of the runs of all placements with one replication number:
// a summary by placement and workload.
type replication struct {
	// runs holds the summary of workload w under placement p at [p][w].
	runs [][]summary
	// courses holds what the warm-up is judged by, by placement.
	courses []courseSummary
}

// A summary is one workload in one run.
type summary struct {
	total                       sim.Tally
	originRequests, originBytes uint64
	midTier                     sim.TierTally
	metros                      []metroSummary
}

// A metroSummary is the headline latency of one metro in one run.
type metroSummary struct {
	requests uint64
	failed   stats.Ratio // requests or, of games, sessions
	packed   []byte      // the sketch, encoded: a tenth of its size
}

func reduce(results []*sim.Result) (*replication, error) {
	r := &replication{runs: make([][]summary, len(results))}
	for p, result := range results {
		course := courseSummary{edge: result.Edge, mid: result.Mid}
		for w := range result.Workloads {
			course.workloads = append(course.workloads, result.Workloads[w].Course)
		}
		r.courses = append(r.courses, course)
		for w := range result.Workloads {
			tally := &result.Workloads[w]
			total, err := tally.Total()
			if err != nil {
				return nil, err
			}
			s := summary{total: total, originRequests: tally.OriginRequests, originBytes: tally.OriginBytes, midTier: tally.MidTier}
			for m := range tally.Metros {
				packed, err := tally.Metros[m].Latency[0].MarshalBinary()
				if err != nil {
					return nil, err
				}
				s.metros = append(s.metros, metroSummary{requests: tally.Metros[m].Requests, failed: failedOf(tally.Kind, &tally.Metros[m]), packed: packed})
			}
			r.runs[p] = append(r.runs[p], s)
		}
	}
	return r, nil
}

// A described workload is what the comparison says of a workload itself.
type described struct {
	name      string
	kind      sim.Kind
	deadlines []time.Duration
	assumed   []workload.Assumption
}

// workloads describes the workloads in the order of results.
func (s *Study) workloads() []described {
	var all []described
	for _, w := range s.Workloads {
		all = append(all, described{w.Name, sim.KindOf(w.Service), w.Deadlines, w.Assumed})
	}
	return all
}

// compare turns the replications into figures.
func (s *Study) compare(replications []*replication, planned int) (*Comparison, error) {
	c := &Comparison{
		Title: s.Title, Level: cmp.Or(s.Level, defaultLevel), Planned: planned, Replications: len(replications),
		Seed: s.Seed, Start: s.Start, Duration: s.Duration, WarmUp: s.WarmUp, RelativeError: stats.RelativeError,
		Sources: s.Sources, Assumed: s.assumptions(),
		WarmUps: s.findWarmUps(replications),
	}
	for p := range s.Placements {
		result := PlacementResult{Name: s.Placements[p].Name}
		for w, d := range s.workloads() {
			e := estimator{described: d, network: s.Network, level: c.Level, baseline: p == 0, canFail: len(s.Failures) > 0}
			for _, r := range replications {
				e.these = append(e.these, &r.runs[p][w])
				e.base = append(e.base, &r.runs[0][w])
			}
			workload, err := e.workload()
			if err != nil {
				return nil, err
			}
			result.Workloads = append(result.Workloads, workload)
		}
		if p > 0 {
			result.measurePairing(&c.Placements[0])
		}
		c.Placements = append(c.Placements, result)
	}
	return c, nil
}

// assumptions lists what the study and its workloads assume.
func (s *Study) assumptions() []string {
	all := slices.Clone(s.Assumed)
	for _, w := range s.workloads() {
		for _, n := range w.assumed {
			all = append(all, w.name+": "+n.Text)
		}
	}
	return all
}

// An estimator makes the figures of one workload under one placement.
type estimator struct {
	described
	network  *topology.Network
	level    float64
	baseline bool
	// canFail says that the scenario has failures.
	canFail bool
	// these and base hold one summary a replication, of this placement and of the baseline.
	these, base []*summary
}

func (e *estimator) workload() (WorkloadResult, error) {
	result := WorkloadResult{
		Name:     e.name,
		Kind:     e.kind.String(),
		Requests: e.count(func(s *summary) uint64 { return s.total.Requests }),
	}
	for m, name := range e.kind.Metrics() {
		result.Latency = append(result.Latency, e.metric(m, name))
	}
	for o := range sim.NumOutcomes {
		if e.happens(o) {
			result.Outcomes = append(result.Outcomes, OutcomeShare{
				Outcome: o.String(),
				Share:   e.shareOfRequests(func(t *sim.Tally) uint64 { return t.Outcomes[o] }),
			})
		}
	}
	result.Failed, result.Sessions = e.failed(), e.sessions()
	if e.kind.MeetsCaches() {
		result.Cache = e.cache()
		result.Origin = &OriginResult{
			Requests: e.count(func(s *summary) uint64 { return s.originRequests }),
			Bytes:    e.count(func(s *summary) uint64 { return s.originBytes }),
		}
	}
	for cause := range sim.NumCauses {
		if part, ok := e.cause(cause); ok {
			result.Breakdown = append(result.Breakdown, part)
		}
	}
	var err error
	result.Metros, err = e.metros()
	return result, err
}

// happens reports whether some request of some replication ended so.
func (e *estimator) happens(o sim.Outcome) bool {
	return e.any(func(t *sim.Tally) uint64 { return t.Outcomes[o] })
}

func (e *estimator) metric(m int, name string) MetricResult {
	these, base := sketches(e.these, m), sketches(e.base, m)
	result := MetricResult{Name: name, PerReplication: these, Pooled: stats.Pool(these)}
	if e.happens(sim.Failed) {
		for _, s := range e.these {
			result.Asked = append(result.Asked, asked(e.kind, m, &s.total))
		}
	}
	result.Mean = e.figure(stats.MeanMs(these, e.level), func() stats.Estimate {
		return stats.MeanDifferenceMs(these, base, e.level)
	})
	for _, p := range quantiles {
		result.Quantiles = append(result.Quantiles, e.quantile(these, base, p))
	}
	if !e.baseline {
		result.Wasserstein = distance(result.Pooled, stats.Pool(base), len(these))
	}
	if e.kind == sim.Matched && m == sim.LobbyWait {
		return result // the deadlines are about latency
	}
	for i, deadline := range e.deadlines {
		result.Within = append(result.Within, DeadlineResult{
			Deadline: deadline,
			Share: e.share(func(s *summary) stats.Ratio {
				return stats.Ratio{Numerator: s.total.Within[m*len(e.deadlines)+i], Denominator: asked(e.kind, m, &s.total)}
			}),
		})
	}
	return result
}

// asked returns how many samples a metric would have if no request had failed.
func asked(kind sim.Kind, metric int, t *sim.Tally) uint64 {
	n := t.Latency[metric].Count()
	if kind == sim.Matched && (metric == sim.WorstRTT || metric == sim.LobbyWait) {
		return n // one a match, or one a player, not one an update
	}
	return n + t.Outcomes[sim.Failed]
}

func sketches(runs []*summary, metric int) []*stats.Sketch {
	all := make([]*stats.Sketch, len(runs))
	for i, s := range runs {
		all[i] = &s.total.Latency[metric]
	}
	return all
}

func (e *estimator) quantile(these, base []*stats.Sketch, p float64) QuantileResult {
	return QuantileResult{P: p, At: e.figure(stats.QuantileMs(these, p, e.level), func() stats.Estimate {
		return stats.QuantileDifferenceMs(these, base, p, e.level)
	})}
}

// cache returns nil when no request met a cache.
func (e *estimator) cache() *CacheResult {
	hits := func(counts *[sim.NumOutcomes]uint64) uint64 { return counts[sim.Hit] + counts[sim.DelayedHit] }
	if !e.happens(sim.Hit) && !e.happens(sim.DelayedHit) && !e.happens(sim.Miss) {
		return nil
	}
	// Whoever met no site has met no cache. The few misses that were under way when their site went down are
	// left out with them.
	met := func(s *summary) uint64 { return s.total.Requests - s.total.Failures[sim.SiteDown] }
	result := &CacheResult{
		RequestHitRatio: e.share(func(s *summary) stats.Ratio {
			return stats.Ratio{Numerator: hits(&s.total.Outcomes), Denominator: met(s)}
		}),
		ByteHitRatio: e.share(func(s *summary) stats.Ratio {
			return stats.Ratio{Numerator: hits(&s.total.OutcomeBytes), Denominator: s.total.Bytes}
		}),
		OriginOffload: e.share(func(s *summary) stats.Ratio {
			return stats.Ratio{Numerator: without(s.total.Answered(), s.originRequests), Denominator: met(s)}
		}),
		ByteOriginOffload: e.share(func(s *summary) stats.Ratio {
			return stats.Ratio{Numerator: without(s.total.Bytes, s.originBytes), Denominator: s.total.Bytes}
		}),
	}
	if slices.ContainsFunc(e.these, func(s *summary) bool { return s.midTier.Requests > 0 }) {
		result.MidTier = &MidTierResult{
			RequestHitRatio: e.share(func(s *summary) stats.Ratio {
				return stats.Ratio{Numerator: s.midTier.Hits, Denominator: s.midTier.Requests}
			}),
			ByteHitRatio: e.share(func(s *summary) stats.Ratio {
				return stats.Ratio{Numerator: s.midTier.HitBytes, Denominator: s.midTier.Bytes}
			}),
		}
	}
	return result
}

// without returns what was served without the origin; the origin may have answered in vain.
func without(served, origin uint64) uint64 { return served - min(origin, served) }

// cause returns the mean of one part of the headline latency in ms; ok is false where it is always 0.
func (e *estimator) cause(c sim.Cause) (part BreakdownPart, ok bool) {
	for i := range e.these {
		ok = ok || e.these[i].total.Causes[c] != 0 || e.base[i].total.Causes[c] != 0
	}
	mean := e.meanMs(func(t *sim.Tally) (ns, n uint64) { return uint64(t.Causes[c]), t.Answered() })
	return BreakdownPart{Cause: c.String(), Mean: mean}, ok
}

func (e *estimator) metros() ([]MetroResult, error) {
	indices := e.network.OfKind(topology.Metro)
	var results []MetroResult
	for m, node := range indices {
		these, err := e.unpack(e.these, m)
		if err != nil {
			return nil, err
		}
		base := these
		if !e.baseline {
			if base, err = e.unpack(e.base, m); err != nil {
				return nil, err
			}
		}
		at := e.network.At(node)
		result := MetroResult{
			ID: at.ID, Name: at.Label(),
			Requests: e.count(func(s *summary) uint64 { return s.metros[m].requests }),
			Failed:   e.failedAt(m),
			Mean: e.figure(stats.MeanMs(these, e.level), func() stats.Estimate {
				return stats.MeanDifferenceMs(these, base, e.level)
			}),
		}
		for _, p := range metroQuantiles {
			result.Quants = append(result.Quants, e.quantile(these, base, p))
		}
		results = append(results, result)
	}
	slices.SortStableFunc(results, func(a, b MetroResult) int { return cmp.Compare(b.Requests.Value, a.Requests.Value) })
	return results, nil
}

func (e *estimator) unpack(runs []*summary, metro int) ([]*stats.Sketch, error) {
	all := make([]*stats.Sketch, len(runs))
	for i, s := range runs {
		all[i] = new(stats.Sketch)
		if err := all[i].UnmarshalBinary(s.metros[metro].packed); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// figure adds the paired difference to an estimate, on every placement but the baseline.
func (e *estimator) figure(value stats.Estimate, difference func() stats.Estimate) Figure {
	f := Figure{Estimate: value}
	if !e.baseline {
		d := difference()
		f.Difference = &d
	}
	return f
}

// count estimates the mean of a counter over runs.
func (e *estimator) count(of func(*summary) uint64) Figure {
	these, base := make([]float64, len(e.these)), make([]float64, len(e.base))
	for i := range e.these {
		these[i], base[i] = float64(of(e.these[i])), float64(of(e.base[i]))
	}
	return e.figure(stats.MeanOf(these, e.level), func() stats.Estimate { return stats.DifferenceOf(these, base, e.level) })
}

// share estimates a ratio in [0, 1].
func (e *estimator) share(of func(*summary) stats.Ratio) Figure {
	these, base := ratios(e.these, of), ratios(e.base, of)
	return e.figure(stats.ShareOf(these, e.level), func() stats.Estimate {
		return stats.RatioDifferenceOf(these, base, e.level)
	})
}

func ratios(runs []*summary, of func(*summary) stats.Ratio) []stats.Ratio {
	all := make([]stats.Ratio, len(runs))
	for i, s := range runs {
		all[i] = of(s)
	}
	return all
}
