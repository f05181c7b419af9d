package report

import (
	"fmt"
	"math"
	"slices"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/look"
)

// Timeline draws the mean of the headline latency over the time of the runs, of all replications together, one panel a workload and one line a
// placement. The warm-up, which is not recorded, is grey, and so is the time in which a site is down, darker. A workload of "" selects all that have
// a course over time; games have none.
func Timeline(c *edgewise.Comparison, workload string) (*Picture, error) {
	workloads, err := selectWorkloads(c, workload)
	if err != nil {
		return nil, fmt.Errorf("timeline: %w", err)
	}
	p := &Picture{title: c.Title, subtitle: "Mean latency over time, " + basis(c)}
	var drawn []*plotPanel
	for _, name := range workloads {
		panel, lines := &plotPanel{title: name, plot: look.NewPlot()}, 0
		low, high := math.Inf(1), 0.0
		unit, unitName := courseUnit(c)
		in := func(d time.Duration) float64 { return float64(d) / float64(unit) }
		from, to := -in(c.WarmUp), in(c.Duration)
		var all courses
		for i := range c.Placements {
			w := workloadOf(&c.Placements[i], name)
			if w == nil || len(w.Series.Steps) == 0 {
				continue
			}
			panel.title = panelTitle(name, w.Kind)
			panel.plot.Y.Label.Text = "mean " + metricTitle(w.Headline().Name()) + ", ms"
			of := course{style: look.Line(i)}
			for k := range w.Series.Steps {
				ms := w.Series.Steps[k].MeanMs()
				if math.IsNaN(ms) {
					of.points = append(of.points, coursePoint{math.NaN(), math.NaN()})
					continue
				}
				low, high = min(low, ms), max(high, ms)
				of.points = append(of.points, coursePoint{from + float64((float64(k)+0.5)*in(w.Series.Step)), ms})
			}
			all = append(all, of)
			panel.key.entries = append(panel.key.entries, keyEntry{placement: i, style: look.Line(i), name: c.Placements[i].Name})
			panel.names = append(panel.names, lineName{name: c.Placements[i].Name, number: i, path: of.path})
			lines++
		}
		if lines == 0 || math.IsInf(low, 1) {
			continue
		}
		all.share()
		panel.namesAtEnds = true
		axes := panel.plot
		axes.X.Min, axes.X.Max = from, to
		axes.Y.Min, axes.Y.Max = 0, high*1.05
		axes.X.Label.Text = unitName + " from the start of the recording"
		axes.X.Tick.Marker, axes.Y.Tick.Marker = roundTicks{}, roundTicks{}
		shades := shades{{from, 0, 0.06}}
		for _, f := range c.Failures {
			shades = append(shades, shade{in(f.At - c.WarmUp), in(f.At + f.For - c.WarmUp), 0.12})
		}
		axes.Add(shades, gridOf(axes), all)
		p.panels, drawn = append(p.panels, panel), append(drawn, panel)
	}
	// What is of one metric has one axis, so that panels can be compared.
	for _, panel := range drawn {
		for _, o := range drawn {
			if o.plot.Y.Label.Text == panel.plot.Y.Label.Text {
				panel.plot.Y.Max = max(panel.plot.Y.Max, o.plot.Y.Max)
			}
		}
	}
	if len(p.panels) == 0 {
		p.panels = []panel{notice{c.Title, "No workload has a course over time."}}
	}
	p.crowd()
	p.caption = "Of the answered requests, by the instant at which they reached their site. Grey: the warm-up, which is not recorded; darker: a site is down."
	return p, nil
}

// A course is the line of one placement.
type course struct {
	style  draw.LineStyle
	points []coursePoint
}

// courseUnit returns in what the time of a run is told: hours, minutes or seconds.
func courseUnit(c *edgewise.Comparison) (time.Duration, string) {
	switch took := c.WarmUp + c.Duration; {
	case took > 2*time.Hour:
		return time.Hour, "hours"
	case took > 3*time.Minute:
		return time.Minute, "minutes"
	}
	return time.Second, "seconds"
}

// A coursePoint is a place on it, in the unit of the axis and in ms; not a number where nobody asked.
type coursePoint struct{ at, ms float64 }

// path returns the line on a canvas, without what is not known.
func (of course) path(c draw.Canvas, p *plot.Plot) (path []vg.Point) {
	x, y := p.Transforms(&c)
	for _, pt := range of.points {
		if !math.IsNaN(pt.ms) {
			path = append(path, vg.Point{X: x(pt.at), Y: y(pt.ms)})
		}
	}
	return path
}

type courses []course

// share makes lines that lie on one another show in turn.
func (all courses) share() {
	for i := range all {
		part, parts := 0, 0
		for k := range all {
			if slices.EqualFunc(all[i].points, all[k].points, func(a, b coursePoint) bool { return a == b || math.IsNaN(a.ms) && math.IsNaN(b.ms) }) {
				if parts++; k < i {
					part++
				}
			}
		}
		all[i].style = look.Share(all[i].style, part, parts)
	}
}

// Plot implements plot.Plotter.
func (all courses) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for _, of := range all {
		var line []vg.Point
		for _, pt := range of.points {
			if math.IsNaN(pt.ms) {
				c.StrokeLines(of.style, c.ClipLinesXY(line)...)
				line = nil
				continue
			}
			line = append(line, vg.Point{X: x(pt.at), Y: y(pt.ms)})
		}
		if len(line) > 0 {
			c.StrokeLines(of.style, c.ClipLinesXY(line)...)
		}
	}
}

// A shade is a time that is grey, in the unit of the axis.
type shade struct{ from, to, opacity float64 }

type shades []shade

// Plot implements plot.Plotter.
func (all shades) Plot(c draw.Canvas, p *plot.Plot) {
	for _, s := range all {
		from, to := max(s.from, p.X.Min), min(s.to, p.X.Max)
		if from >= to {
			continue
		}
		c.SetColor(look.Translucent(look.Ink, s.opacity))
		c.Fill(vg.Rectangle{Min: vg.Point{X: c.X(p.X.Norm(from)), Y: c.Min.Y}, Max: vg.Point{X: c.X(p.X.Norm(to)), Y: c.Max.Y}}.Path())
	}
}
