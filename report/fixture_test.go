package report_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/stats"
)

// A fixture describes a made-up study whose figures come from real sketches and estimators.
type fixture struct {
	title        string
	placements   []string
	workloads    []string // kinds: "cacheable", "computed", "matched"
	replications int
	requests     int // of a workload in a replication
	noCache      bool
	midTier      bool // from the third placement on
	equal        bool // all latencies of a run alike
}

const level = 0.95

// made returns the comparison.
func made(f fixture) *edgewise.Comparison {
	c := &edgewise.Comparison{
		Title: f.title, Level: level, Planned: f.replications, Replications: f.replications, Seed: 42,
		Start: time.Date(2026, 3, 2, 18, 0, 0, 0, time.UTC), Duration: time.Hour, WarmUp: 10 * time.Minute,
		RelativeError: stats.RelativeError, Assumed: []string{"last mile of home fibre: 4 ms"},
	}
	var origins [][][]float64 // requests to the origin, by placement, workload and replication
	for i, name := range f.placements {
		p := edgewise.PlacementResult{Name: name}
		var load [][]float64
		for _, kind := range f.workloads {
			w, origin := f.workload(i, kind)
			p.Workloads, load = append(p.Workloads, w), append(load, origin)
		}
		origins = append(origins, load)
		c.Placements = append(c.Placements, p)
	}
	for k, p := range c.Placements[1:] {
		for i := range p.Workloads {
			w := &p.Workloads[i]
			pairUp(w, &c.Placements[0].Workloads[i])
			requests := stats.DifferenceOf(origins[k+1][i], origins[0][i], level)
			bytes := requests.Scaled(originBytes)
			for n := range w.Figures {
				switch f := &w.Figures[n]; {
				case f.Metric == "origin" && f.Statistic == "requests":
					f.Difference = &requests
				case f.Metric == "origin" && f.Statistic == "bytes":
					f.Difference = &bytes
				}
			}
		}
	}
	return c
}

// originBytes is the size of every response of a fixture's origin.
const originBytes = 30e3

// workload also returns the requests to the origin, by replication.
func (f fixture) workload(placement int, kind string) (w edgewise.WorkloadResult, origin []float64) {
	w = edgewise.WorkloadResult{Name: map[string]string{"cacheable": "web site", "computed": "API", "matched": "game"}[kind], Kind: kind}
	base := map[string]float64{"cacheable": 60, "computed": 80, "matched": 45}[kind]
	factor := math.Pow(0.72, float64(placement))
	hit := 0.0
	if kind == "cacheable" && placement > 0 {
		hit = 1 - 0.6*math.Pow(0.7, float64(placement))
	}
	add := func(metric, statistic string, e stats.Estimate) {
		w.Figures = append(w.Figures, figure(metric, statistic, e))
		for _, m := range edgewise.Measures() {
			if f.midTier && m.Metric == metric && m.Statistic == statistic && m.AmongTiers != (edgewise.Shown{}) {
				w.Figures[len(w.Figures)-1].Shown = m.AmongTiers
			}
		}
	}
	perRun := make([]float64, f.replications)
	for i := range perRun {
		perRun[i] = float64(f.requests)
	}
	add("requests", "count", stats.MeanOf(perRun, level))
	metrics := map[string][]string{"cacheable": {"ttfb", "ttlb"}, "computed": {"ttfb"}, "matched": {"response"}}[kind]
	var hits, bytes []stats.Ratio
	for m, name := range metrics {
		var sketches []*stats.Sketch
		within := make([][]stats.Ratio, 2)
		for replication := range f.replications {
			// Seeded by replication only: placements are paired.
			r := rand.New(rand.NewPCG(uint64(replication), 1))
			s := new(stats.Sketch)
			load := 1 + 0.03*r.NormFloat64()
			counts, byteRatio := stats.Ratio{}, stats.Ratio{}
			deadlines := [2]stats.Ratio{}
			for range f.requests {
				ms := base * load * factor * math.Exp(0.35*r.NormFloat64())
				size := uint64(20e3 * math.Exp(1.5*r.NormFloat64()))
				counts.Denominator++
				byteRatio.Denominator += size
				if r.Float64() < hit {
					counts.Numerator++
					byteRatio.Numerator += uint64(0.93 * float64(size))
					ms = 6 * load * math.Exp(0.3*r.NormFloat64())
				}
				ms += 4 * float64(m) * r.ExpFloat64()
				if f.equal {
					ms = 12.5
				}
				s.Record(int64(ms * 1e6))
				for d, limit := range []float64{50, 100} {
					deadlines[d].Denominator++
					if ms <= limit {
						deadlines[d].Numerator++
					}
				}
			}
			sketches = append(sketches, s)
			for d := range deadlines {
				within[d] = append(within[d], deadlines[d])
			}
			if m == 0 {
				hits, bytes = append(hits, counts), append(bytes, byteRatio)
			}
		}
		w.Latency = append(w.Latency, edgewise.Distribution{Metric: name, Pooled: stats.Pool(sketches), PerReplication: sketches})
		for _, p := range []float64{0.5, 0.9, 0.95, 0.99, 0.999} {
			add(name, words.Quantile(p), stats.QuantileMs(sketches, p, level))
		}
		add(name, "mean", stats.MeanMs(sketches, level))
		for d, limit := range []time.Duration{50 * time.Millisecond, 100 * time.Millisecond} {
			w.Figures = append(w.Figures, edgewise.Figure{Label: withinLabel(name, limit), Estimate: stats.ShareOf(within[d], level)})
		}
	}
	origin = make([]float64, f.replications)
	for i := range origin {
		origin[i] = float64(hits[i].Denominator - hits[i].Numerator)
	}
	add("outcome", "MISS", stats.ShareOf(hits, level))
	if hit > 0 && !f.noCache {
		add("cache", "request hit ratio", stats.ShareOf(hits, level))
		add("cache", "byte hit ratio", stats.ShareOf(bytes, level))
		if f.midTier && placement > 1 {
			add("mid-tier cache", "request hit ratio", stats.ShareOf(hits, level).Scaled(0.5))
			add("mid-tier cache", "byte hit ratio", stats.ShareOf(bytes, level).Scaled(0.4))
		}
		add("origin offload", "by requests", stats.ShareOf(hits, level))
		add("origin offload", "by bytes", stats.ShareOf(bytes, level))
	}
	if kind == "cacheable" {
		load := stats.MeanOf(origin, level)
		add("origin", "requests", load)
		add("origin", "bytes", load.Scaled(originBytes))
	}
	mean, _ := w.Headline().Mean()
	add("breakdown", "propagation", mean.Scaled(0.75))
	add("breakdown", "queue", mean.Scaled(0.25))
	metro := edgewise.MetroResult{ID: "metro-lax", Name: "Los Angeles, United States"}
	for _, f := range w.Figures {
		if f.Metric == "requests" || f.Metric == metrics[0] && f.Deadline == 0 {
			metro.Figures = append(metro.Figures, f)
		}
	}
	w.Metros = []edgewise.MetroResult{metro}
	return w, origin
}

// labelOf returns that of a figure of every study.
func labelOf(metric, statistic string) edgewise.Label {
	for _, m := range edgewise.Measures() {
		if (m.Metric == metric || m.Metric == "" && metric == "mid-tier cache") && m.Statistic == statistic {
			if m.Metric == "" { // of a tier
				m.Metric = metric
				m.Column, m.SiteColumn, m.Bar = "mid-tier "+m.Column, "mid-tier "+m.SiteColumn, "mid-tier "+m.Bar
			}
			return m.Label
		}
	}
	panic(fmt.Sprintf("no figure %s, %s", metric, statistic))
}

// withinLabel returns that of a share within a deadline.
func withinLabel(metric string, deadline time.Duration) edgewise.Label {
	l := labelOf(metric, "within")
	l.Statistic += " " + words.Duration(deadline)
	l.Deadline = deadline
	if metric != "ttlb" {
		l.Judged = l.Statistic
		l.Table, l.Column = edgewise.LatencyTable, "in "+words.Duration(deadline)
	}
	return l
}

func figure(metric, statistic string, e stats.Estimate) edgewise.Figure {
	return edgewise.Figure{Label: labelOf(metric, statistic), Estimate: e}
}

// found returns a figure of a fixture.
func found(w *edgewise.WorkloadResult, metric, statistic string) edgewise.Figure {
	f, ok := w.Figures.Find(metric, statistic)
	if !ok {
		panic(fmt.Sprintf("no figure %s, %s", metric, statistic))
	}
	return f
}

// pairUp adds the differences of the latencies from the baseline.
func pairUp(w, baseline *edgewise.WorkloadResult) {
	for m := range w.Latency {
		name := w.Latency[m].Metric
		a, b := w.Latency[m].PerReplication, baseline.Latency[m].PerReplication
		for n := range w.Figures {
			f := &w.Figures[n]
			if f.Metric != name {
				continue
			}
			var difference stats.Estimate
			switch {
			case f.Q > 0:
				difference = stats.QuantileDifferenceMs(a, b, f.Q, level)
			case f.Statistic == "mean":
				difference = stats.MeanDifferenceMs(a, b, level)
				factor, ok := stats.VarianceReduction(f.Estimate, found(baseline, name, "mean").Estimate, difference)
				if ok && !math.IsInf(factor, 0) {
					f.VarianceReduction = factor
				}
			default:
				continue
			}
			f.Difference = &difference
			for i := range w.Metros {
				for k := range w.Metros[i].Figures {
					if of := &w.Metros[i].Figures[k]; of.Metric == f.Metric && of.Statistic == f.Statistic {
						of.Difference = &difference
					}
				}
			}
		}
		d := stats.WassersteinMs(w.Latency[m].Pooled, baseline.Latency[m].Pooled)
		w.Figures = append(w.Figures, figure(name, "Wasserstein distance from the baseline",
			stats.Estimate{Value: d, Low: d, High: d, N: 1, Unsupported: "a distance"}))
	}
}

// The fixtures cover what studies look like, from one placement to six.
var fixtures = map[string]fixture{
	"typical": {
		title:      "Los Angeles business: a game, a web site and its API",
		placements: []string{"Region only (us-west-2)", "Region + PoPs", "Region + Local Zones", "Region + Local Zones + PoPs"},
		workloads:  []string{"matched", "cacheable", "computed"}, replications: 10, requests: 1500,
	},
	"six long": {
		title: "Players of a competitive shooter in the United States and Canada, evening peak of a Saturday in March, every placement that the budget allows",
		placements: []string{
			"us-west-2 alone", "us-west-2 with all 59 North American points of presence and a regional edge cache",
			"us-west-2 + Los Angeles Local Zone", "us-west-2 + Los Angeles + Phoenix + Las Vegas + Denver Local Zones",
			"Supercalifragilisticexpialidocious-unbreakable-placement-name", "all & <everything>",
		},
		workloads: []string{"cacheable"}, replications: 5, requests: 2500,
	},
	"one of one": {
		title: "A single run", placements: []string{"Region only"}, workloads: []string{"computed"}, replications: 1, requests: 500,
	},
	"mid-tier": {
		title: "Regional edge caches", placements: []string{"Region only", "Region + PoPs", "Region + PoPs + regional edge caches of 1 TiB each"},
		workloads: []string{"cacheable"}, replications: 4, requests: 1500, midTier: true,
	},
	"no cache": {
		title: "A game without caches", placements: []string{"Region only", "Local Zones"}, workloads: []string{"matched"},
		replications: 3, requests: 5000, noCache: true,
	},
	"all alike": {
		title: "Every latency the same", placements: []string{"a", "b"}, workloads: []string{"cacheable"}, replications: 2, requests: 300, equal: true,
	},
}

// fixtureNamed returns a comparison that is the test's own down to the results of its workloads; only
// sketches are shared.
func fixtureNamed(name string) *edgewise.Comparison {
	madeOnce.Lock()
	defer madeOnce.Unlock()
	if madeOnce.comparisons[name] == nil {
		f, ok := fixtures[name]
		if !ok {
			panic(fmt.Sprintf("no fixture %q", name))
		}
		madeOnce.comparisons[name] = made(f)
	}
	c := *madeOnce.comparisons[name]
	c.Placements = slices.Clone(c.Placements)
	for i := range c.Placements {
		p := &c.Placements[i]
		p.Workloads = slices.Clone(p.Workloads)
		for j := range p.Workloads {
			p.Workloads[j].Latency = slices.Clone(p.Workloads[j].Latency)
			p.Workloads[j].Figures = slices.Clone(p.Workloads[j].Figures)
			p.Workloads[j].Metros = slices.Clone(p.Workloads[j].Metros)
		}
	}
	return &c
}

// madeOnce keeps the comparisons between tests, because drawing a million latencies takes a while
// under the race detector.
var madeOnce = struct {
	sync.Mutex
	comparisons map[string]*edgewise.Comparison
}{comparisons: map[string]*edgewise.Comparison{}}
