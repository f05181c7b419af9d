package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/stats"
)

// LatencyCDF draws which share of the requests is answered within which time, one panel a workload
// and one line a placement, over a logarithmic time axis. Requests that failed are within no time: a line
// ends at the share that was answered. Circles mark the median and diamonds the 99th percentile of the answered
// requests; bands are the pointwise confidence intervals over replications. A workload or metric of
// "" selects all workloads and their headline metrics; an unknown one is an error, as is a comparison
// without distributions.
func LatencyCDF(c *edgewise.Comparison, workload, metric string) (*Picture, error) {
	p, err := latencyPicture(c, workload, metric, cumulative)
	if err != nil {
		return nil, fmt.Errorf("latency CDF: %w", err)
	}
	return p, nil
}

// LatencyCCDF draws the tail: which share of the requests takes longer than which time, both axes
// logarithmic. A line ends where fewer than [stats.MinExceedances] requests are slower, because what lies
// beyond is chance. The arguments are those of [LatencyCDF].
func LatencyCCDF(c *edgewise.Comparison, workload, metric string) (*Picture, error) {
	p, err := latencyPicture(c, workload, metric, tail)
	if err != nil {
		return nil, fmt.Errorf("latency CCDF: %w", err)
	}
	return p, nil
}

// A view is one way to draw a distribution.
type view int

const (
	cumulative view = iota
	tail
)

func latencyPicture(c *edgewise.Comparison, workload, metric string, v view) (*Picture, error) {
	workloads, err := selectWorkloads(c, workload)
	if err != nil {
		return nil, err
	}
	p := &Picture{title: c.Title, subtitle: "Latency distribution by placement, " + basis(c)}
	if v == tail {
		p.subtitle = "Tail of the latency distribution by placement, " + basis(c)
	}
	for _, name := range workloads {
		curves, kind, err := selectCurves(c, name, metric)
		if err != nil {
			return nil, err
		}
		if len(curves) == 0 {
			p.panels = append(p.panels, notice{name, "Nothing was recorded."})
			continue
		}
		p.panels = append(p.panels, newLatencyPanel(c, name, kind, curves, v))
	}
	p.caption = latencyCaption(c, v)
	return p, nil
}

// basis says what the figures of a comparison rest on.
func basis(c *edgewise.Comparison) string {
	if c.Replications == 1 {
		return "1 replication"
	}
	s := fmt.Sprintf("%d replications", c.Replications)
	if c.Replications < c.Planned {
		s += fmt.Sprintf(" of %d planned", c.Planned)
	}
	return s
}

func latencyCaption(c *edgewise.Comparison, v view) string {
	var s []string
	if v == tail {
		requests := "requests"
		if hasFailed(c) || hasIdle(c) {
			requests = "answered requests"
		}
		s = append(s, fmt.Sprintf("Lines end where fewer than %d %s are slower.", stats.MinExceedances, requests))
	}
	if c.Replications > 1 {
		s = append(s, fmt.Sprintf("Bands and ±: %s %% confidence intervals over replications, bands point by point.", percentOf(c.Level)))
	} else {
		s = append(s, "One replication: no confidence intervals.")
	}
	if hasFailed(c) {
		s = append(s, "Lines are of all requests, and those that failed are within no time; p50 and p99 are of the answered.")
	}
	if hasIdle(c) {
		s = append(s, "Lines of games are of all that players wanted to send, and what was not played is within no time; p50 and p99 are of what was.")
	}
	if c.RelativeError > 0 {
		s = append(s, fmt.Sprintf("Latencies are kept within %s %%.", strconv.FormatFloat(100*c.RelativeError, 'g', 2, 64)))
	}
	return strings.Join(s, " ")
}

func percentOf(share float64) string { return strconv.FormatFloat(100*share, 'g', 6, 64) }

func newLatencyPanel(c *edgewise.Comparison, workload, kind string, curves []curve, v view) *plotPanel {
	p := look.NewPlot()
	p.X.Tick.Marker = look.LatencyTicks{}
	p.X.Label.Text = metricTitle(curves[0].metric.Metric) + ", ms"
	panel := &plotPanel{title: panelTitle(workload, kind), plot: p}

	var lines []line
	var entries []keyEntry
	low, high, least := math.Inf(1), math.Inf(-1), 1.0
	for _, cv := range curves {
		// A placement that changes nothing for this workload would hide the line it covers.
		if i := slices.IndexFunc(lines, func(l line) bool { return l.sameAs(&cv) }); i >= 0 {
			entries = append(entries, keyEntry{style: lines[i].style, name: cv.name, remark: withFailed("exactly as "+lines[i].name, &cv)})
			continue
		}
		l := newLine(cv, v)
		low, high = min(low, cv.pooled.QuantileNs(0.0005)), max(high, l.endNs)
		least = min(least, l.least)
		lines = append(lines, l)
		entries = append(entries, l.entry())
	}
	entries = append(entries, unanswered(c, workload, curves[0].metric.Metric)...)
	p.X.Min, p.X.Max = latencyRange(low, high)
	switch v {
	case cumulative:
		p.Y.Min, p.Y.Max = 0, 1
		p.Y.Tick.Marker = look.PercentTicks()
		p.Y.Label.Text = "share of " + requestsOf(kind) + " within"
	case tail:
		p.Y.Min, p.Y.Max = float64(math.Log10(least))-0.05, 0
		p.Y.Tick.Marker = shareTicks{}
		p.Y.Label.Text = "share of " + requestsOf(kind) + " slower"
	}

	p.Add(gridOf(p))
	for i := range lines {
		lines[i].lay(p.X.Min, p.X.Max, c.Level)
		p.Add(band{lines[i]})
	}
	for i := range lines {
		p.Add(lines[i])
	}
	panel.key.entries = entries
	for _, f := range curves[0].figures {
		if f.Metric == curves[0].metric.Metric && f.Deadline > 0 {
			panel.deadlines = append(panel.deadlines, f.Deadline)
		}
	}
	return panel
}
