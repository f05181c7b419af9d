package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/stats"
)

// Timeline draws how the runs went over time, of all replications together, one line a placement.
//
// Where all requests were followed ([edgewise.Timeline]) that is a panel a figure: of requests how many there are, fail, are rejected and wait, the quantiles of the
// latency, the hits of every tier, what origins are asked; of games the players and who waits; of both how busy servers are that are limited, and how many where that changes; all over the recorded time and with bands over replications. What says nothing has no panel. The four fullest of the links that are shared have panels of their own. Otherwise it is the
// mean of the headline latency, one panel a workload, where no request fails ([edgewise.Series]). There the warm-up, which is not
// recorded, is grey.
//
// The time in which a site is down, or something else happens, is shaded and has a number, which the caption explains. A workload of "" selects all that have a course over time.
func Timeline(c *edgewise.Comparison, workload string) (*Picture, error) {
	workloads, err := selectWorkloads(c, workload)
	if err != nil {
		return nil, fmt.Errorf("timeline: %w", err)
	}
	p := &Picture{title: c.Title, subtitle: "Mean latency over time, " + basis(c)}
	whole := false
	var ofMean []*plotPanel
	for _, name := range workloads {
		panels := timelinePanels(c, name)
		whole = whole || len(panels) > 0
		if len(panels) == 0 {
			panels = seriesPanels(c, name)
			for _, drawn := range panels {
				ofMean = append(ofMean, drawn.(*plotPanel))
			}
		}
		p.panels = append(p.panels, panels...)
	}
	linksInWords := ""
	if workload == "" {
		var ofLinks []panel
		ofLinks, linksInWords = linkPanels(c)
		p.panels = append(p.panels, ofLinks...)
	}
	// What is of one metric has one axis, so that panels can be compared.
	for _, drawn := range ofMean {
		for _, o := range ofMean {
			if o.plot.Y.Label.Text == drawn.plot.Y.Label.Text {
				drawn.plot.Y.Max = max(drawn.plot.Y.Max, o.plot.Y.Max)
			}
		}
	}
	switch {
	case len(p.panels) == 0:
		p.panels = []panel{notice{c.Title, "No workload has a course over time."}}
	case whole:
		p.subtitle = "All requests over time, " + basis(c)
		p.caption = "Of all requests, by the instant at which their users ask; no line where there are too few for a quantile." + linksInWords + eventsInWords(c)
		if c.Replications > 1 {
			p.caption += fmt.Sprintf(" Bands: %s %% confidence intervals over replications, step by step, cut where they go far beyond the lines.", percentOf(c.Level))
		}
	default:
		p.caption = "Of all requests, by the instant at which they reached their site. Grey: the warm-up, which is not recorded." + eventsInWords(c)
	}
	if of := notFollowed(c, workloads); len(of) > 0 {
		p.caption = strings.TrimSpace(fmt.Sprintf("%s Not shown, as requests fail, which only the key timeline follows: %s.", p.caption, named(of)))
	}
	p.crowd()
	return p, nil
}

// notFollowed returns the workloads of which requests fail and none is followed over time.
func notFollowed(c *edgewise.Comparison, workloads []string) (names []string) {
	for _, name := range workloads {
		if slices.ContainsFunc(c.Placements, func(p edgewise.PlacementResult) bool {
			w := workloadOf(&p, name)
			return w != nil && w.Timeline.Steps == 0 && valueOf(w, "failed", "count") > 0
		}) {
			names = append(names, name)
		}
	}
	return names
}

// seriesPanels draws the mean latency of workloads of which no request fails.
func seriesPanels(c *edgewise.Comparison, name string) []panel {
	_, in := courseAxis(c)
	var all courses
	title := name
	label := ""
	for i := range c.Placements {
		w := workloadOf(&c.Placements[i], name)
		if w == nil || len(w.Series.Steps) == 0 {
			continue
		}
		title, label = panelTitle(name, w.Kind), "mean "+metricTitle(causedMetric(w))+", ms"
		of := newCourse(c, i)
		for k := range w.Series.Steps {
			at, ms := in(time.Duration((float64(k)+0.5)*float64(w.Series.Step))), w.Series.Steps[k].MeanMs()
			of.points = append(of.points, coursePoint{at, ms, ms, ms})
		}
		all = append(all, of)
	}
	return coursePanel(c, title, label, 0, all)
}

// timelinePanels draws the figures of a workload of which all requests were followed, but for those that say nothing: what is 0 throughout, requests that are asked alike all the
// time, and bytes of origins that are as many a request in every step.
func timelinePanels(c *edgewise.Comparison, name string) (panels []panel) {
	_, in := courseAxis(c)
	for _, of := range timelineLines(c, name) {
		var all courses
		title, label := "", ""
		for i := range c.Placements {
			w := workloadOf(&c.Placements[i], name)
			if w == nil {
				continue
			}
			line := w.Timeline.Line(of)
			if line == nil {
				continue
			}
			figure, unit, scale := overTime(line, w)
			if label = figure; unit != "" {
				label += ", " + unit
			}
			title = name + ": " + label
			if line.Unit == "ms" {
				title, label = name+": "+line.Name+", ms", metricTitle(w.Headline().Name())+", ms"
			}
			drawn := newCourse(c, i)
			for k, e := range line.Values {
				x := coursePoint{at: in(c.WarmUp + time.Duration((float64(k)+0.5)*float64(w.Timeline.Step)))}
				if e = e.Scaled(scale); e.HasValue() {
					x.y, x.low, x.high = e.Value, e.Low, e.High
				} else {
					x.y, x.low, x.high = math.NaN(), math.NaN(), math.NaN()
				}
				drawn.points = append(drawn.points, x)
			}
			all = append(all, drawn)
		}
		if all.isZero() || (of == "requests" || of == "updates") && all.areFlat() {
			continue
		}
		panels = append(panels, coursePanel(c, title, label, c.WarmUp, all)...)
	}
	return panels
}

// timelineLines returns the names of the figures that are drawn of a workload: all that some placement has, in their order, with quantiles or, where these lack, the mean.
func timelineLines(c *edgewise.Comparison, workload string) (names []string) {
	for i := range c.Placements {
		w := workloadOf(&c.Placements[i], workload)
		if w == nil {
			continue
		}
		for k := range w.Timeline.Lines {
			if name := w.Timeline.Lines[k].Name; !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return slices.DeleteFunc(names, func(name string) bool {
		switch name {
		case "mean":
			return !lacksValues(c, workload, "p95")
		case "p50", "p95", "p99":
			return lacksValues(c, workload, name)
		case "origin bytes":
			return bytesAreAsRequests(c, workload)
		}
		return false
	})
}

// bytesAreAsRequests reports whether origins serve about as many bytes a request in every step, within a tenth, so that the one line says what the other does.
func bytesAreAsRequests(c *edgewise.Comparison, workload string) bool {
	least, most := math.Inf(1), 0.0
	for i := range c.Placements {
		w := workloadOf(&c.Placements[i], workload)
		if w == nil {
			continue
		}
		requests, bytes := w.Timeline.Line("origin requests"), w.Timeline.Line("origin bytes")
		if requests == nil || bytes == nil {
			continue
		}
		for k := range min(len(requests.Values), len(bytes.Values)) {
			if n := requests.Values[k].Value; n > 0 {
				least, most = min(least, bytes.Values[k].Value/n), max(most, bytes.Values[k].Value/n)
			}
		}
	}
	return most <= 1.1*least
}

// lacksValues reports whether some placement has a figure and not one step with a value of it.
func lacksValues(c *edgewise.Comparison, workload, line string) bool {
	return slices.ContainsFunc(c.Placements, func(p edgewise.PlacementResult) bool {
		w := workloadOf(&p, workload)
		if w == nil {
			return false
		}
		l := w.Timeline.Line(line)
		return l != nil && !slices.ContainsFunc(l.Values, stats.Estimate.HasValue)
	})
}

// coursePanel draws the lines of placements from an instant of the run on, nothing where there are none.
func coursePanel(c *edgewise.Comparison, title, label string, begins time.Duration, all courses) []panel {
	axis, in := courseAxis(c)
	from, to := in(begins), in(c.WarmUp+c.Duration)
	low, high, band := math.Inf(1), 0.0, 0.0
	for i := range all {
		for _, x := range all[i].points {
			if !math.IsNaN(x.y) {
				low, high, band = min(low, x.y), max(high, x.y), max(band, x.high)
			}
		}
	}
	if math.IsInf(low, 1) {
		return nil
	}
	drawn := &plotPanel{title: title, plot: look.NewPlot()}
	for i := range all {
		of := &all[i]
		drawn.names = append(drawn.names, lineName{name: c.Placements[of.placement].Name, number: of.placement, path: of.path})
		drawn.key.entries = append(drawn.key.entries, keyEntry{placement: of.placement, style: of.style, name: c.Placements[of.placement].Name})
	}
	all.share()
	drawn.namesAtEnds = true
	axes := drawn.plot
	axes.X.Min, axes.X.Max = from, to
	axes.Y.Min, axes.Y.Max = 0, float64(min(max(high, band), high+float64(0.5*max(high-low, float64(0.2*high))))*1.05)
	axes.X.Label.Text = axis
	axes.Y.Label.Text = label
	axes.X.Tick.Marker, axes.Y.Tick.Marker = roundTicks{}, roundTicks{}
	drawn.events = eventNumbers(c, in)
	axes.Add(shadesOf(c, in, from, to), gridOf(axes), courseBands(all), all)
	return []panel{drawn}
}

// A course is the line of one placement.
type course struct {
	placement int
	style     draw.LineStyle
	points    []coursePoint
}

func newCourse(c *edgewise.Comparison, placement int) course {
	return course{placement: placement, style: look.Line(placement)}
}

// courseAxis returns what the axis of time is called, and where an instant of the run stands on it: in the time that a scenario tells of what happens, which counts
// from when its run begins, warm-up included, also of a window.
func courseAxis(c *edgewise.Comparison) (name string, in func(time.Duration) float64) {
	unit, unitName := courseUnit(c)
	return fmt.Sprintf("%s after %s begins, warm-up included", unitName, whatBegins(c)), func(at time.Duration) float64 { return float64(c.SinceStart(at)) / float64(unit) }
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

// A coursePoint is a place on it, in the unit of the axis and of the figure, with its interval; not a number where nobody asked.
type coursePoint struct{ at, y, low, high float64 }

// path returns the line on a canvas, without what is not known.
func (of course) path(c draw.Canvas, p *plot.Plot) (path []vg.Point) {
	x, y := p.Transforms(&c)
	for _, pt := range of.points {
		if !math.IsNaN(pt.y) {
			path = append(path, vg.Point{X: x(pt.at), Y: y(pt.y)})
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
			if slices.EqualFunc(all[i].points, all[k].points, func(a, b coursePoint) bool { return a == b || math.IsNaN(a.y) && math.IsNaN(b.y) }) {
				if parts++; k < i {
					part++
				}
			}
		}
		all[i].style = look.Share(all[i].style, part, parts)
	}
}

// isZero reports whether no line is ever above 0.
func (all courses) isZero() bool {
	for i := range all {
		if slices.ContainsFunc(all[i].points, func(x coursePoint) bool { return x.y > 0 }) {
			return false
		}
	}
	return true
}

// areFlat reports whether all lines are one that stays within an eighth of its middle.
func (all courses) areFlat() bool {
	low, high := math.Inf(1), 0.0
	for i := range all {
		for _, x := range all[i].points {
			if !math.IsNaN(x.y) {
				low, high = min(low, x.y), max(high, x.y)
			}
		}
	}
	return high-low <= (high+low)/8
}

// courseBands are the intervals around lines.
type courseBands courses

// Plot implements plot.Plotter.
func (all courseBands) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for _, of := range all {
		var low, high []vg.Point
		fill := func() {
			if len(low) > 1 {
				slices.Reverse(low)
				c.FillPolygon(look.Translucent(of.style.Color, 0.15), c.ClipPolygonXY(append(high, low...)))
			}
			low, high = nil, nil
		}
		for _, pt := range of.points {
			if math.IsNaN(pt.y) || pt.low == pt.high {
				fill()
				continue
			}
			low, high = append(low, vg.Point{X: x(pt.at), Y: y(pt.low)}), append(high, vg.Point{X: x(pt.at), Y: y(pt.high)})
		}
		fill()
	}
}

// Plot implements plot.Plotter.
func (all courses) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for _, of := range all {
		var line []vg.Point
		for _, pt := range of.points {
			if math.IsNaN(pt.y) {
				strokeCourse(c, of.style, line)
				line = nil
				continue
			}
			line = append(line, vg.Point{X: x(pt.at), Y: y(pt.y)})
		}
		strokeCourse(c, of.style, line)
	}
}

// strokeCourse draws a piece of a line; one step alone is a dash.
func strokeCourse(c draw.Canvas, style draw.LineStyle, line []vg.Point) {
	switch len(line) {
	case 0:
		return
	case 1:
		const half = 1.5 * vg.Length(1)
		line = []vg.Point{{X: line[0].X - half, Y: line[0].Y}, {X: line[0].X + half, Y: line[0].Y}}
		style.Dashes = nil
	}
	c.StrokeLines(style, c.ClipLinesXY(line)...)
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
