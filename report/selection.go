package report

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// workloadNames returns the names of all workloads of a comparison in the order of first mention.
func workloadNames(c *edgewise.Comparison) []string {
	var names []string
	for _, p := range c.Placements {
		for _, w := range p.Workloads {
			if !slices.Contains(names, w.Name) {
				names = append(names, w.Name)
			}
		}
	}
	return names
}

// workloadOf returns what a placement does to a workload, or nil.
func workloadOf(p *edgewise.PlacementResult, name string) *edgewise.WorkloadResult {
	for i := range p.Workloads {
		if p.Workloads[i].Name == name {
			return &p.Workloads[i]
		}
	}
	return nil
}

// distributionOf returns the distribution of a latency of a workload, the headline one when name is empty, or nil.
func distributionOf(w *edgewise.WorkloadResult, name string) *edgewise.Distribution {
	for i := range w.Latency {
		if name == "" || w.Latency[i].Metric == name {
			return &w.Latency[i]
		}
	}
	return nil
}

// has reports whether a workload has figures of a metric.
func has(w *edgewise.WorkloadResult, metric string) bool {
	return slices.ContainsFunc(w.Figures, func(f edgewise.Figure) bool { return f.Metric == metric })
}

// valueOf returns the value of a figure, 0 where there is none.
func valueOf(w *edgewise.WorkloadResult, metric, statistic string) float64 {
	f, _ := w.Figures.Find(metric, statistic)
	return f.Value
}

// anyWorkload reports whether something holds for a workload under some placement.
func anyWorkload(c *edgewise.Comparison, holds func(*edgewise.WorkloadResult) bool) bool {
	for i := range c.Placements {
		for k := range c.Placements[i].Workloads {
			if holds(&c.Placements[i].Workloads[k]) {
				return true
			}
		}
	}
	return false
}

// selectWorkloads returns the workloads to draw: the one named, or all of them when name is empty.
func selectWorkloads(c *edgewise.Comparison, name string) ([]string, error) {
	if c == nil || len(c.Placements) == 0 {
		return nil, errors.New("the comparison has no placements")
	}
	names := workloadNames(c)
	if len(names) == 0 {
		return nil, errors.New("the comparison has no workloads")
	}
	if name == "" {
		return names, nil
	}
	if !slices.Contains(names, name) {
		return nil, fmt.Errorf("no workload %q, there are %s", name, quoted(names))
	}
	return []string{name}, nil
}

// A curve is one latency of one placement, ready to be drawn.
type curve struct {
	// placement is the place in the study: it decides colour and dash.
	placement int
	name      string
	metric    *edgewise.Distribution
	figures   edgewise.Figures
	pooled    *stats.Sketch
	// lost is the share of a game's sessions that were lost.
	lost float64
}

// quantile returns a quantile of the latency; ok is false where the comparison has none.
func (c *curve) quantile(p float64) (f edgewise.Figure, ok bool) {
	return c.figures.Find(c.metric.Metric, words.Quantile(p))
}

// answered returns the share of all requests that were answered.
func (c *curve) answered() float64 {
	if c.metric.Asked == nil {
		return 1
	}
	asked := uint64(0)
	for _, n := range c.metric.Asked {
		asked += n
	}
	return float64(c.pooled.Count()) / float64(asked)
}

// answeredIn is answered for one replication.
func (c *curve) answeredIn(replication int) float64 {
	if c.metric.Asked == nil || c.metric.Asked[replication] == 0 {
		return 1
	}
	return float64(c.metric.PerReplication[replication].Count()) / float64(c.metric.Asked[replication])
}

// sameAs reports whether two curves cannot be told apart.
func (c *curve) sameAs(o *curve) bool {
	return c.pooled.Equal(o.pooled) && c.answered() == o.answered()
}

// selectCurves returns the curves of one workload and metric ("" is the headline one), one a
// placement that recorded anything.
func selectCurves(c *edgewise.Comparison, workload, metric string) (curves []curve, kind string, err error) {
	known := []string{}
	for i := range c.Placements {
		p := &c.Placements[i]
		w := workloadOf(p, workload)
		if w == nil {
			continue
		}
		kind = w.Kind
		if len(w.Latency) == 0 && len(w.Figures) > 0 {
			return nil, "", fmt.Errorf("placement %q, workload %q: no distribution to draw (a comparison read from JSON holds figures only)", p.Name, workload)
		}
		for _, m := range w.Latency {
			if !slices.Contains(known, m.Metric) {
				known = append(known, m.Metric)
			}
		}
		m := distributionOf(w, metric)
		if m == nil {
			continue
		}
		if m.Pooled.Count() > 0 {
			curves = append(curves, curve{
				placement: i, name: p.Name, metric: m, figures: w.Figures, pooled: m.Pooled,
				lost: valueOf(w, "sessions", "lost share"),
			})
		}
	}
	if metric != "" && !slices.Contains(known, metric) {
		return nil, "", fmt.Errorf("workload %q has no metric %q, there are %s", workload, metric, quoted(known))
	}
	return curves, kind, nil
}

// unanswered returns an entry of the key for every placement that has answered nothing, and so has no line.
func unanswered(c *edgewise.Comparison, workload, metric string) (entries []keyEntry) {
	for i := range c.Placements {
		w := workloadOf(&c.Placements[i], workload)
		if w == nil {
			continue
		}
		if m := distributionOf(w, metric); m != nil && m.Pooled.Count() == 0 && slices.ContainsFunc(m.Asked, func(n uint64) bool { return n > 0 }) {
			entries = append(entries, keyEntry{placement: i, style: look.Line(i), name: c.Placements[i].Name, remark: noAnswer(metric, w.Figures, 1)})
		}
	}
	return entries
}

func quoted(names []string) string {
	q := make([]string, len(names))
	for i, n := range names {
		q[i] = fmt.Sprintf("%q", n)
	}
	return strings.Join(q, ", ")
}

// metricTitle returns what a metric is called on an axis.
func metricTitle(name string) string {
	m, err := sim.ParseMetric(name)
	if err != nil {
		return name // of an own measure
	}
	return m.Title()
}

// causedMetric returns the metric that the causes of a workload sum to, and that is followed where no key timeline is: the headline, but of
// what is judged by its last byte the first.
func causedMetric(w *edgewise.WorkloadResult) string {
	if name := w.Headline().Name(); name != sim.TTLB.String() {
		return name
	}
	return sim.TTFB.String()
}

// requestsOf returns what the requests of a kind of workload are called.
func requestsOf(kind string) string {
	k, err := sim.ParseKind(kind)
	if err != nil {
		return "requests" // of a comparison that somebody else has written
	}
	return k.Requests()
}
