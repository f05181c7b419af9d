package report

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/stats"
)

// QuantileShift draws by how much each placement moves each percentile of the latency, p1 to p99.9,
// against the baseline, the first placement: below zero it is faster there, above it is slower. It
// shows for whom a placement pays: a line that falls to the right helps the slow requests most. Bands
// are the pointwise confidence intervals of the paired differences; lines end where fewer than
// [stats.MinExceedances] requests lie beyond. The key gives the average distance moved: how
// far the latency of a request moves on average, in either direction (Wasserstein-1 distance). The arguments are those of
// [LatencyCDF].
func QuantileShift(c *edgewise.Comparison, workload, metric string) (*Picture, error) {
	workloads, err := selectWorkloads(c, workload)
	if err != nil {
		return nil, fmt.Errorf("quantile shift: %w", err)
	}
	baseline := c.Placements[0].Name
	p := &Picture{title: c.Title, subtitle: "Shift of each latency percentile against " + baseline + ", " + basis(c)}
	var drawn []*shiftPanel
	for _, name := range workloads {
		curves, kind, err := selectCurves(c, name, metric)
		if err != nil {
			return nil, fmt.Errorf("quantile shift: %w", err)
		}
		switch {
		case len(c.Placements) == 1:
			p.panels = append(p.panels, notice{name, "There is one placement: nothing to compare."})
		case len(curves) == 0 || curves[0].placement != 0:
			p.panels = append(p.panels, notice{name, "The baseline recorded nothing."})
		case !haveTails(curves):
			p.panels = append(p.panels, notice{name, fmt.Sprintf("Too few requests for percentiles: fewer than %d.", 2*stats.MinExceedances)})
		default:
			panel := newShiftPanel(c, name, kind, curves)
			drawn = append(drawn, panel)
			p.panels = append(p.panels, panel.plotPanel)
		}
	}
	// What is of one metric has one axis, so that panels can be compared.
	for _, panel := range drawn {
		for _, o := range drawn {
			if o.metric == panel.metric {
				panel.widen(o)
			}
		}
	}
	p.crowd()
	p.caption = "Differences are paired on the same users."
	if c.Replications > 1 {
		p.caption += fmt.Sprintf(" Bands and ±: %s %% confidence intervals over replications, bands point by point.", percentOf(c.Level))
	} else {
		p.caption += " One replication: no confidence intervals."
	}
	if hasFailed(c) || hasIdle(c) {
		p.caption += " Percentiles are of answered requests: the shares that failed, or were not played, stand in the key."
	}
	p.caption += fmt.Sprintf(" Lines end where fewer than %d requests lie beyond.", stats.MinExceedances)
	return p, nil
}

// A shiftPanel is the panel of one workload.
type shiftPanel struct {
	*plotPanel
	metric string
}

// widen widens the axes to those of another panel.
func (p *shiftPanel) widen(o *shiftPanel) {
	p.plot.X.Max = max(p.plot.X.Max, o.plot.X.Max)
	p.plot.Y.Min, p.plot.Y.Max = min(p.plot.Y.Min, o.plot.Y.Min), max(p.plot.Y.Max, o.plot.Y.Max)
}

func newShiftPanel(c *edgewise.Comparison, workload, kind string, curves []curve) *shiftPanel {
	baseline := curves[0]
	p := look.NewPlot()
	p.X.Tick.Marker = percentileTicks{}
	p.X.Label.Text = "percentile of the " + metricTitle(baseline.metric.Metric)
	p.Y.Tick.Marker = differenceTicks{}
	p.Y.Label.Text = "← faster    difference, ms    slower →"
	panel := &shiftPanel{&plotPanel{title: panelTitle(workload, kind), plot: p}, baseline.metric.Metric}

	var shifts []shift
	panel.key.entries = append(panel.key.entries, keyEntry{style: look.Line(0), name: baseline.name, remark: withFailed("baseline", &baseline), failed: baseline.failedRemark()})
	low, high := 0.0, 0.0
	p.X.Min, p.X.Max = logOdds(0.01), logOdds(0.9)
	for i, cv := range curves {
		first, part, parts := shares(curves, i)
		if i == 0 {
			p.Add(gridOf(p), zeroLine{look.Share(look.Line(0), part, parts)})
			panel.names = append(panel.names, lineName{name: cv.name, path: zeroLine{}.path})
			continue
		}
		s := newShift(baseline, cv, c.Level)
		s.style = look.Share(s.style, part, parts)
		e := keyEntry{placement: cv.placement, style: look.Line(cv.placement), name: cv.name, failed: cv.failedRemark()}
		if first != i {
			e.remark = withFailed("exactly as "+curves[first].name, &cv)
			panel.key.entries = append(panel.key.entries, e)
			if first == 0 {
				p.Add(zeroLine{s.style})
				panel.names = append(panel.names, lineName{name: cv.name, number: cv.placement, path: zeroLine{}.path})
				continue
			}
			s.marks, s.banded = nil, false
			shifts = append(shifts, s)
			continue
		}
		for _, pt := range s.points {
			low, high = min(low, pt.low), max(high, pt.high)
			p.X.Max = max(p.X.Max, pt.x)
		}
		shifts = append(shifts, s)
		e.remark = withFailed("average distance moved  "+interval(stats.Estimate{Value: stats.WassersteinMs(baseline.pooled, cv.pooled), N: 1, Unsupported: "pooled"})+" ms", &cv)
		e.values = s.values
		panel.key.entries = append(panel.key.entries, e)
	}
	if low == high {
		low, high = -1, 1
	}
	room := float64(0.04 * (high - low))
	p.Y.Min, p.Y.Max = low-room, high+room
	for _, s := range shifts {
		p.Add(shiftBand{s})
	}
	for _, s := range shifts {
		p.Add(s)
	}
	panel.marks = shiftMarks(shifts)
	for _, s := range shifts {
		panel.names = append(panel.names, lineName{name: s.name, number: s.placement, path: s.path})
	}
	return panel
}

// withFailed says before a remark which share of the requests failed: a remark may be cut.
func withFailed(remark string, c *curve) string { return joined(c.failedRemark(), remark) }

// A shift is the paired difference of the quantiles of one placement from the baseline's.
type shift struct {
	name      string
	placement int
	style     draw.LineStyle
	points    []shiftPoint
	marks     []shiftPoint // at the places of marks; NaN where not supported
	values    []keyValue
	banded    bool
}

// A shiftPoint is a difference in milliseconds at a place on the percentile axis.
type shiftPoint struct{ x, ms, low, high float64 }

func newShift(baseline, cv curve, level float64) shift {
	s := shift{name: cv.name, placement: cv.placement, style: look.Line(cv.placement)}
	differences := func(ps []float64) []stats.Estimate {
		return stats.QuantileDifferencesMs(cv.metric.PerReplication, baseline.metric.PerReplication, ps, level)
	}
	// Even steps on the axis, from p1 to p99.9: beyond, noise would set the scale of the plot.
	const steps = 125
	first, last := logOdds(0.01), logOdds(0.999)
	var xs, ps []float64
	for i := range steps + 1 {
		x := first + float64((last-first)*float64(i)/steps)
		odds := math.Pow(10, x)
		xs, ps = append(xs, x), append(ps, odds/(1+odds))
	}
	for i, e := range differences(ps) {
		if !e.HasValue() {
			continue // too few requests for the low percentiles, perhaps enough for the median
		}
		s.points = append(s.points, shiftPoint{xs[i], e.Value, e.Low, e.High})
		s.banded = s.banded || e.HasInterval()
	}
	var markPs []float64
	for _, m := range marks {
		markPs = append(markPs, m.p)
	}
	for i, e := range differences(markPs) {
		m := marks[i]
		if !e.HasValue() {
			s.marks = append(s.marks, shiftPoint{ms: math.NaN()})
			s.values = append(s.values, keyValue{m, m.name + "  too few requests", false})
			continue
		}
		s.marks = append(s.marks, shiftPoint{logOdds(m.p), e.Value, e.Low, e.High})
		s.values = append(s.values, keyValue{m, m.name + "  " + signed(e) + " ms", true})
	}
	return s
}

// path returns the line on a canvas.
func (s shift) path(c draw.Canvas, p *plot.Plot) []vg.Point {
	x, y := p.Transforms(&c)
	path := make([]vg.Point, len(s.points))
	for i, pt := range s.points {
		path[i] = vg.Point{X: x(pt.x), Y: y(pt.ms)}
	}
	return path
}

// Plot implements plot.Plotter.
func (s shift) Plot(c draw.Canvas, p *plot.Plot) { c.StrokeLines(s.style, s.path(c, p)) }

// shiftMarks are the marks on all lines of a plot, over all of them.
type shiftMarks []shift

func (shifts shiftMarks) placed(c draw.Canvas, p *plot.Plot) (all []placedMark) {
	x, y := p.Transforms(&c)
	for _, s := range shifts {
		for i, pt := range s.marks {
			if !math.IsNaN(pt.ms) && pt.x <= p.X.Max {
				all = append(all, placedMark{marks[i], vg.Point{X: x(pt.x), Y: y(pt.ms)}, s.style.Color})
			}
		}
	}
	return all
}

// A shiftBand is the interval around a shift.
type shiftBand struct{ shift }

// Plot implements plot.Plotter.
func (b shiftBand) Plot(c draw.Canvas, p *plot.Plot) {
	if !b.banded {
		return
	}
	x, y := p.Transforms(&c)
	n := len(b.points)
	outline := make([]vg.Point, 2*n)
	for i, pt := range b.points {
		outline[i] = vg.Point{X: x(pt.x), Y: y(pt.high)}
		outline[2*n-1-i] = vg.Point{X: x(pt.x), Y: y(pt.low)}
	}
	c.FillPolygon(look.Translucent(b.style.Color, 0.16), outline)
}

// A zeroLine is the baseline.
type zeroLine struct{ style draw.LineStyle }

// Plot implements plot.Plotter.
func (l zeroLine) Plot(c draw.Canvas, p *plot.Plot) { c.StrokeLines(l.style, l.path(c, p)) }

// path returns the line on a canvas.
func (zeroLine) path(c draw.Canvas, p *plot.Plot) []vg.Point {
	_, y := p.Transforms(&c)
	return []vg.Point{{X: c.Min.X, Y: y(0)}, {X: c.Max.X, Y: y(0)}}
}
