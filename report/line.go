package report

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/stats"
)

// A line is one distribution on a plot, with its band over replications and its marks.
type line struct {
	curve
	view  view
	style draw.LineStyle
	// endNs is the latency at which the line ends, least the smallest share it shows (tail only).
	endNs, least float64
	// of is the share of all requests that were answered: those that failed lie beyond every latency.
	of float64

	points []point
}

// A point is a place on a line: log10 of milliseconds, the share, and the interval of the share.
type point struct{ x, share, low, high float64 }

func newLine(cv curve, v view) line {
	l := line{curve: cv, view: v, style: look.Line(cv.placement), least: 1, of: cv.answered()}
	switch v {
	case cumulative:
		l.endNs = cv.pooled.QuantileNs(0.9995)
	case tail:
		l.least = min(1, stats.MinExceedances/float64(cv.pooled.Count()))
		l.endNs = cv.pooled.QuantileNs(1 - l.least)
		l.least = l.tailOf(1-l.least, l.of)
	}
	return l
}

// tailOf returns which share of all requests lies beyond a quantile of the answered ones.
func (l *line) tailOf(p, answered float64) float64 {
	if answered == 1 {
		return 1 - p // without rounding
	}
	return 1 - float64(p*answered)
}

// lay computes the points between two places on the axis.
func (l *line) lay(low, high, level float64) {
	if l.view == tail {
		high = min(high, logMs(l.endNs))
	}
	places := l.places(low, high)
	ns := make([]int64, len(places))
	for i, x := range places {
		ns[i] = int64(math.Pow(10, x) * 1e6)
	}
	halves := l.halfWidths(ns, level)
	for i, share := range l.shares(l.pooled, ns, l.of) {
		l.points = append(l.points, point{places[i], share, max(0, share-halves[i]), min(1, share+halves[i])})
	}
}

// places returns where the line needs points: the edges of the sketch's cells, which carry all it
// knows, thinned to what can be seen.
func (l *line) places(low, high float64) []float64 {
	const fine = 1.0 / 600
	places := []float64{low}
	last := low
	total := float64(l.pooled.Count())
	lastShare, below := 0.0, 0.0
	for c := range l.pooled.Cells() {
		lowNs, highNs := max(c.LowNs, l.pooled.MinNs()), min(c.HighNs, l.pooled.MaxNs())
		for _, at := range []struct{ ns, below float64 }{{float64(lowNs) - 1, below}, {float64(highNs), below + float64(c.Count)}} {
			x := logMs(max(at.ns, 1))
			if x <= low || x >= high {
				continue
			}
			if x-last >= float64(fine*(high-low)) || l.visible(lastShare, at.below/total) {
				places = append(places, x)
				last, lastShare = x, at.below/total
			}
		}
		below += float64(c.Count)
	}
	return append(places, high)
}

// visible reports whether two shares lie so far apart that a line between them must bend at the
// second.
func (l *line) visible(before, after float64) bool {
	if l.view == tail {
		return (1 - before) > 1.01*(1-after)
	}
	return after-before >= 1.0/600
}

// shares returns what the plot shows at some latencies: the shares of all requests within, or the shares slower; of
// them so many were answered.
func (l *line) shares(s *stats.Sketch, ns []int64, answered float64) []float64 {
	shares := s.CDFs(ns)
	for i, p := range shares {
		if l.view == tail {
			shares[i] = l.tailOf(p, answered)
		} else {
			shares[i] = p * answered
		}
	}
	return shares
}

// halfWidths returns half the widths of the confidence intervals of the shares at some latencies, 0 where
// the replications support none.
func (l *line) halfWidths(ns []int64, level float64) []float64 {
	widths := make([]float64, len(ns))
	if len(l.metric.PerReplication) < 2 {
		return widths
	}
	each := make([][]float64, len(l.metric.PerReplication))
	for r, s := range l.metric.PerReplication {
		each[r] = l.shares(s, ns, l.answeredIn(r))
	}
	shares := make([]float64, len(each))
	for i := range ns {
		for r := range each {
			shares[r] = each[r][i]
		}
		widths[i] = stats.MeanOf(shares, level).HalfWidth()
	}
	return widths
}

// height returns the share on the scale of the axis.
func (l *line) height(p *plot.Plot, share float64) float64 {
	if l.view == tail {
		return math.Log10(max(share, math.Pow(10, p.Y.Min)))
	}
	return share
}

// path returns the line on a canvas.
func (l line) path(c draw.Canvas, p *plot.Plot) []vg.Point {
	x, y := p.Transforms(&c)
	path := make([]vg.Point, len(l.points))
	for i, pt := range l.points {
		path[i] = vg.Point{X: x(pt.x), Y: y(l.height(p, pt.share))}
	}
	return path
}

// Plot implements plot.Plotter.
func (l line) Plot(c draw.Canvas, p *plot.Plot) {
	c.StrokeLines(l.style, c.ClipLinesXY(l.path(c, p))...)
}

// marks returns the marks of the view.
func (v view) marks() []mark {
	if v == cumulative {
		return bodyMarks
	}
	return marks
}

// lineMarks are the marks on all lines of a plot, over all of them.
type lineMarks []line

func (lines lineMarks) placed(c draw.Canvas, p *plot.Plot) (all []placedMark) {
	x, y := p.Transforms(&c)
	for i := range lines {
		l := &lines[i]
		for _, m := range l.view.marks() {
			q, ok := l.quantile(m.p)
			if !ok || !q.HasValue() {
				continue
			}
			share := m.p * l.of // the quantiles are of the answered
			if l.view == tail {
				share = l.tailOf(m.p, l.of)
			}
			at := vg.Point{X: x(logMs(q.Value * 1e6)), Y: y(l.height(p, share))}
			if c.Contains(at) && (l.view == cumulative || share >= l.least*(1-1e-9)) {
				all = append(all, placedMark{m, at, l.style.Color})
			}
		}
	}
	return all
}

// A band is the interval around a line.
type band struct{ line }

// Plot implements plot.Plotter.
func (b band) Plot(c draw.Canvas, p *plot.Plot) {
	if len(b.metric.PerReplication) < 2 || !hasTail(&b.curve) {
		return // of few requests a band would be the whole panel
	}
	x, y := p.Transforms(&c)
	n := len(b.points)
	outline := make([]vg.Point, 2*n)
	for i, pt := range b.points {
		outline[i] = vg.Point{X: x(pt.x), Y: y(b.height(p, pt.high))}
		outline[2*n-1-i] = vg.Point{X: x(pt.x), Y: y(b.height(p, pt.low))}
	}
	c.FillPolygon(look.Translucent(b.style.Color, 0.16), c.ClipPolygonXY(outline))
}
