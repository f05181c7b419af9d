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
// and one line a placement, over a logarithmic time axis, the same for all panels of a metric. Lines that cannot be told
// apart show in turn. Requests that failed are within no time: a line
// ends at the share that was answered. Circles mark the median and diamonds the 95th percentile of the answered
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
	var drawn []*latencyPanel
	for _, name := range workloads {
		curves, kind, err := selectCurves(c, name, metric)
		if err != nil {
			return nil, err
		}
		if len(curves) == 0 {
			p.panels = append(p.panels, notice{name, "Nothing was recorded."})
			continue
		}
		if v == tail && !haveTails(curves) {
			p.panels = append(p.panels, notice{name, fmt.Sprintf("Too few requests for a tail: fewer than %d.", 2*stats.MinExceedances)})
			continue
		}
		panel := newLatencyPanel(c, name, kind, curves, v)
		drawn = append(drawn, panel)
		p.panels = append(p.panels, panel.plotPanel)
	}
	// What is of one metric has one axis, so that panels can be compared.
	for _, panel := range drawn {
		low, high, least := panel.low, panel.high, panel.plot.Y.Min
		for _, o := range drawn {
			if o.metric == panel.metric {
				low, high, least = min(low, o.low), max(high, o.high), min(least, o.plot.Y.Min)
			}
		}
		panel.plot.Y.Min = least
		panel.lay(low, high, c.Level)
	}
	p.crowd()
	p.caption = latencyCaption(c, v, p.columns < 2)
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

// latencyCaption explains lines, bands and, where there are such, marks.
func latencyCaption(c *edgewise.Comparison, v view, marked bool) string {
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
		s = append(s, "Lines are of all requests, and those that failed are within no time"+ofMarks(marked, "the answered")+".")
	}
	if hasIdle(c) {
		s = append(s, "Lines of games are of all that players wanted to send, and what was not played is within no time"+ofMarks(marked, "what was")+".")
	}
	if c.RelativeError > 0 {
		s = append(s, fmt.Sprintf("Latencies are kept within %s %%.", strconv.FormatFloat(100*c.RelativeError, 'g', 2, 64)))
	}
	return strings.Join(s, " ")
}

// ofMarks says what marks are of, nothing where there are none.
func ofMarks(marked bool, what string) string {
	if !marked {
		return ""
	}
	return "; marks are of " + what
}

func percentOf(share float64) string { return strconv.FormatFloat(100*share, 'g', 6, 64) }

// hasTail reports whether a curve has more than the half of its requests before its tail ends.
func hasTail(c *curve) bool { return c.pooled.Count() >= 2*stats.MinExceedances }

// haveTails reports whether some curve has.
func haveTails(curves []curve) bool {
	return slices.ContainsFunc(curves, func(c curve) bool { return hasTail(&c) })
}

// A latencyPanel is the panel of one workload before its axis is known.
type latencyPanel struct {
	*plotPanel
	metric    string
	lines     []line
	low, high float64 // ns
}

func newLatencyPanel(c *edgewise.Comparison, workload, kind string, curves []curve, v view) *latencyPanel {
	p := look.NewPlot()
	p.X.Tick.Marker = look.LatencyTicks{}
	p.X.Label.Text = metricTitle(curves[0].metric.Metric) + ", ms"
	panel := &latencyPanel{
		plotPanel: &plotPanel{title: panelTitle(workload, kind), plot: p}, metric: curves[0].metric.Metric,
		low: math.Inf(1), high: math.Inf(-1),
	}
	least := 1.0
	for i, cv := range curves {
		l := newLine(cv, v)
		first, part, parts := shares(curves, i)
		l.style = look.Share(l.style, part, parts)
		panel.low, panel.high = min(panel.low, cv.pooled.QuantileNs(0.0005)), max(panel.high, l.endNs)
		least = min(least, l.least)
		panel.lines = append(panel.lines, l)
		entry := l.entry()
		if first != i {
			entry = keyEntry{placement: cv.placement, style: look.Line(cv.placement), name: cv.name, remark: withFailed("exactly as "+curves[first].name, &cv), failed: cv.failedRemark()}
		}
		panel.key.entries = append(panel.key.entries, entry)
	}
	panel.key.entries = append(panel.key.entries, unanswered(c, workload, curves[0].metric.Metric)...)
	switch v {
	case cumulative:
		p.Y.Min, p.Y.Max = 0, 1
		p.Y.Tick.Marker = look.PercentTicks()
		p.Y.Label.Text = requestsOf(kind) + " answered within"
	case tail:
		p.Y.Min, p.Y.Max = float64(math.Log10(least))-0.05, 0
		p.Y.Tick.Marker = shareTicks{}
		p.Y.Label.Text = requestsOf(kind) + " slower than"
	}
	for _, f := range curves[0].figures {
		if f.Metric == panel.metric && f.Deadline > 0 {
			panel.deadlines = append(panel.deadlines, f.Deadline)
		}
	}
	return panel
}

// lay lays the lines over an axis from low to high, in ns.
func (panel *latencyPanel) lay(low, high, level float64) {
	p := panel.plot
	p.X.Min, p.X.Max = latencyRange(low, high)
	p.Add(gridOf(p))
	for i := range panel.lines {
		panel.lines[i].lay(p.X.Min, p.X.Max, level)
	}
	var firsts []line // lines that lie on one another have one band and one mark
	for i := range panel.lines {
		if !slices.ContainsFunc(firsts, func(l line) bool { return l.sameAs(&panel.lines[i].curve) }) {
			firsts = append(firsts, panel.lines[i])
			p.Add(band{panel.lines[i]})
		}
	}
	for i := range panel.lines {
		l := &panel.lines[i]
		p.Add(*l)
		panel.names = append(panel.names, lineName{name: l.name, number: l.placement, path: l.path})
	}
	panel.marks = lineMarks(firsts)
}

// shares says which curve is the first that the i-th cannot be told from, and the place of the i-th among all such.
func shares(curves []curve, i int) (first, part, parts int) {
	first = i
	for k := range curves {
		if k != i && !curves[k].sameAs(&curves[i]) {
			continue
		}
		if parts++; k < i {
			part++
			first = min(first, k)
		}
	}
	return first, part, parts
}
