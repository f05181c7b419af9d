package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/sim/stats"
)

// LatencyCDF draws which share of the requests is answered within which time, one panel a workload
// and one line a placement, over a logarithmic time axis. Circles mark the median and diamonds the 99th
// percentile; bands are the pointwise confidence intervals over replications. A workload or metric of
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
		s = append(s, fmt.Sprintf("Lines end where fewer than %d requests are slower.", stats.MinExceedances))
	}
	if c.Replications > 1 {
		s = append(s, fmt.Sprintf("Bands and ±: %s %% confidence intervals over replications, bands point by point.", percentOf(c.Level)))
	} else {
		s = append(s, "One replication: no confidence intervals.")
	}
	if c.RelativeError > 0 {
		s = append(s, fmt.Sprintf("Latencies are kept within %s %%.", strconv.FormatFloat(100*c.RelativeError, 'g', 2, 64)))
	}
	return strings.Join(s, " ")
}

func percentOf(share float64) string { return strconv.FormatFloat(100*share, 'g', 6, 64) }

// A latencyPanel is the plot of one workload on the left and its key on the right.
type latencyPanel struct {
	title     string
	plot      *plot.Plot
	key       key
	deadlines []time.Duration
}

func newLatencyPanel(c *edgewise.Comparison, workload, kind string, curves []curve, v view) *latencyPanel {
	p := newPlot()
	p.X.Tick.Marker = latencyTicks{}
	p.X.Label.Text = metricTitle(curves[0].metric.Name) + ", ms"
	panel := &latencyPanel{title: workload, plot: p}
	if kind != "" && kind != workload {
		panel.title += " (" + kind + ")"
	}

	var lines []line
	var entries []keyEntry
	low, high, least := math.Inf(1), math.Inf(-1), 1.0
	for _, cv := range curves {
		// A placement that changes nothing for this workload would hide the line it covers.
		if i := slices.IndexFunc(lines, func(l line) bool { return l.pooled.Equal(cv.pooled) }); i >= 0 {
			entries = append(entries, keyEntry{style: lines[i].style, name: cv.name, same: lines[i].name})
			continue
		}
		l := newLine(cv, v)
		low, high = min(low, cv.pooled.QuantileNs(0.0005)), max(high, l.endNs)
		least = min(least, l.least)
		lines = append(lines, l)
		entries = append(entries, l.entry())
	}
	p.X.Min, p.X.Max = latencyRange(low, high)
	switch v {
	case cumulative:
		p.Y.Min, p.Y.Max = 0, 1
		p.Y.Tick.Marker = percentTicks()
		p.Y.Label.Text = "share of " + requestsOf(kind) + " within"
	case tail:
		p.Y.Min, p.Y.Max = math.Log10(least)-0.05, 0
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
	for _, d := range curves[0].metric.Within {
		panel.deadlines = append(panel.deadlines, d.Deadline)
	}
	return panel
}

const (
	panelTitleHeight = 30 * vg.Length(1)
	plotHeight       = 190 * vg.Length(1)
	keyWidth         = 204 * vg.Length(1)
	keyGap           = 12 * vg.Length(1)
	dataIndent       = 52 * vg.Length(1)
)

func (p *latencyPanel) height() vg.Length {
	return panelTitleHeight + max(plotHeight, p.key.height())
}

func (p *latencyPanel) draw(c draw.Canvas) {
	c.FillText(bold(textStyle(labelSize+1, ink)), vg.Point{X: c.Min.X, Y: c.Max.Y}, cut(bold(textStyle(labelSize+1, ink)), p.title, c.Size().X))
	left := draw.Canvas{Canvas: c.Canvas, Rectangle: c.Rectangle}
	left.Max.X -= keyWidth + keyGap
	left.Max.Y -= panelTitleHeight
	// Tick labels push the data area in, by more or less. Push back, so that all panels align.
	data := p.plot.DataCanvas(left)
	left.Min.X -= data.Min.X - (c.Min.X + dataIndent)
	left.Max.X += c.Max.X - keyWidth - 2*keyGap - data.Max.X
	p.plot.Draw(left)
	p.drawDeadlines(p.plot.DataCanvas(left))
	right := draw.Canvas{Canvas: c.Canvas, Rectangle: c.Rectangle}
	right.Min.X = c.Max.X - keyWidth
	right.Max.Y -= panelTitleHeight
	p.key.draw(right)
}

// drawDeadlines marks the deadlines by a line in the data and their length above it.
func (p *latencyPanel) drawDeadlines(data draw.Canvas) {
	label := textStyle(noteSize, faint)
	label.XAlign, label.YAlign = draw.XCenter, draw.YBottom
	free := data.Min.X
	for _, d := range p.deadlines {
		at := logMs(float64(d))
		if at <= p.plot.X.Min || at >= p.plot.X.Max {
			continue
		}
		x := data.X(p.plot.X.Norm(at))
		data.StrokeLine2(draw.LineStyle{Color: faint, Width: vg.Points(0.7), Dashes: []vg.Length{1, 2}}, x, data.Min.Y, x, data.Max.Y)
		text := duration(d)
		if half := label.Width(text) / 2; x-half >= free && x+half <= data.Max.X {
			data.FillText(label, vg.Point{X: x, Y: data.Max.Y + 3}, text)
			free = x + half + 1
		}
	}
}

// gridOf returns a grid at the labelled ticks.
func gridOf(p *plot.Plot) plot.Plotter {
	g := plotter.NewGrid()
	g.Vertical.Color, g.Horizontal.Color = grid, grid
	g.Vertical.Width, g.Horizontal.Width = vg.Points(0.5), vg.Points(0.5)
	return g
}

// A notice stands where there is nothing to draw.
type notice struct{ title, text string }

func (n notice) height() vg.Length { return 3 * labelSize * leading }

func (n notice) draw(c draw.Canvas) {
	at := vg.Point{X: c.Min.X, Y: c.Max.Y}
	at.Y -= block(c, bold(textStyle(labelSize+1, ink)), at, []string{n.title})
	block(c, textStyle(labelSize, faint), at, []string{n.text})
}
