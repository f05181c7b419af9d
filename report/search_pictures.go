package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/search"
)

// SearchRobustness draws how often each site is chosen when demand, delays and prices move, and what every input does to the
// objective of the sites that are the best as things are: a tornado. An input that would make another choice the best says so.
func SearchRobustness(a *search.Answer) (*Picture, error) {
	r := a.Robustness
	if r == nil {
		return nil, fmt.Errorf("robustness: the search has none")
	}
	p := &Picture{
		title:    a.Title,
		subtitle: fmt.Sprintf("The best sites if %s were up to %.0f %% other, as the surrogate sees it", movedInputs(r), 100*r.Part),
		caption: fmt.Sprintf("Above: in %d variations all of it moves at once, each by itself; dark is what is chosen as things are, which is the best in %.0f %% of them. "+
			"Below: one input a fifth less (dark) and a fifth more (light), with the sites as they are chosen; ◆ where others would be better then.", r.Variations, 100*r.Same),
	}
	if r.OfFront {
		p.subtitle = fmt.Sprintf("The front if %s were up to %.0f %% other, as the surrogate sees it", movedInputs(r), 100*r.Part)
		p.caption = fmt.Sprintf("Above: in %d variations all of it moves at once, each by itself: how often an alternative of the front has the site; dark is what the front has as things are, which is the same in %.0f %% of them. "+
			"Below: the first objective at the end of the front that is best by it, with one input a fifth less (dark) and a fifth more (light); ◆ where others would be better then.", r.Variations, 100*r.Same)
	}
	frequency := &barPanel{title: "how often each site is chosen", axis: "share of the variations", low: 0, high: 1, percent: true}
	for i, s := range r.Sites {
		if i == mostBars {
			break
		}
		opacity := bytesOpacity
		if s.IsBest {
			opacity = 1
		}
		frequency.rows = append(frequency.rows, barRow{name: s.Site, bars: []bar{{0, s.Share, opacity}}, text: number(100*s.Share, 0) + " %"})
	}
	factor, unit := factorOf(a.Objectives[0])
	tornado := &barPanel{title: "what moves " + a.Objectives[0].Figure, axis: a.Objectives[0].Figure + unit, low: math.Inf(1), high: math.Inf(-1)}
	middle := a.Alternatives[0].Expected[0] * factor
	for i, m := range r.Tornado {
		if i == mostBars {
			break
		}
		low, high := float64(m.Low*factor), float64(m.High*factor)
		if math.IsNaN(low) || math.IsNaN(high) {
			continue // nobody is served then
		}
		if math.IsNaN(middle) {
			middle = float64(low+high) / 2
		}
		tornado.low, tornado.high = min(tornado.low, low, high, middle), max(tornado.high, low, high, middle)
		text := fmt.Sprintf("%s to %s", number(low, 1), number(high, 1))
		if m.IfLow != nil || m.IfHigh != nil {
			text += " ◆"
		}
		tornado.rows = append(tornado.rows, barRow{name: m.Input, bars: []bar{{middle, low, 1}, {middle, high, bytesOpacity}}, text: text})
	}
	p.panels = []panel{frequency}
	if len(tornado.rows) > 0 {
		room := float64(0.05*(tornado.high-tornado.low)) + 1e-9
		tornado.low, tornado.high = tornado.low-room, tornado.high+room
		p.panels = append(p.panels, tornado)
	}
	return p, nil
}

// mostBars is how many rows a panel of bars has.
const mostBars = 16

// A barPanel has a bar or two a row, with names on the left and texts on the right.
type barPanel struct {
	title, axis string
	low, high   float64
	percent     bool
	rows        []barRow
}

type barRow struct {
	name, text string
	bars       []bar
}

// A bar goes from one value to another.
type bar struct{ from, to, opacity float64 }

const barRowHeight = 17 * vg.Length(1)

func (p *barPanel) height() vg.Length {
	return panelTitleHeight + vg.Length(barRowHeight*vg.Length(len(p.rows))) + hitAxisHeight
}

func (p *barPanel) draw(c draw.Canvas) {
	axes := look.NewPlot()
	axes.HideY()
	axes.X.Min, axes.X.Max, axes.Y.Min, axes.Y.Max = p.low, p.high, 0, 1
	axes.X.Label.Text = p.axis
	if p.percent {
		axes.X.Tick.Marker = look.PercentTicks()
	}
	axes.Add(gridOf(axes), barRows{p})
	data := drawFrame(c, p.title, axes, hitNameWidth, hitValueWidth)
	name, value := look.Text(look.LabelSize, look.Ink), look.Text(look.NoteSize, look.Faint)
	for i, row := range p.rows {
		y := p.middle(data, i)
		block(c, name, vg.Point{X: c.Min.X, Y: y + look.LabelSize*leading/2}, []string{cutMiddle(name, row.name, hitNameWidth-12)})
		block(c, value, vg.Point{X: c.Max.X - hitValueWidth, Y: y + look.NoteSize*leading/2}, []string{cut(value, row.text, hitValueWidth)})
	}
}

// middle returns the height of a row.
func (p *barPanel) middle(c draw.Canvas, row int) vg.Length {
	step := vg.Length((c.Max.Y - c.Min.Y) / vg.Length(len(p.rows)))
	return c.Max.Y - vg.Length(step*vg.Length(row)) - vg.Length(step/2)
}

type barRows struct{ panel *barPanel }

// Plot implements plot.Plotter.
func (b barRows) Plot(c draw.Canvas, p *plot.Plot) {
	for i, row := range b.panel.rows {
		bottom := b.panel.middle(c, i) - hitBarHeight/2
		for _, bar := range row.bars {
			from, to := c.X(p.X.Norm(min(bar.from, bar.to))), c.X(p.X.Norm(max(bar.from, bar.to)))
			c.SetColor(look.Translucent(look.Line(1).Color, bar.opacity))
			c.Fill(vg.Rectangle{Min: vg.Point{X: from, Y: bottom}, Max: vg.Point{X: to, Y: bottom + hitBarHeight}}.Path())
		}
	}
}

// SearchFront draws the alternatives by both objectives, with their intervals: a line joins those than which no other is better in both.
func SearchFront(a *search.Answer) (*Picture, error) {
	if len(a.Objectives) != 2 {
		return nil, fmt.Errorf("front: the search has %d objectives; want two", len(a.Objectives))
	}
	p := &Picture{title: a.Title, subtitle: a.Objectives[0].Figure + " against " + a.Objectives[1].Figure + ", " + basis(a.Comparison)}
	p.panels = []panel{&frontPanel{answer: a}}
	p.caption = "Numbers are rows of the table. Filled: on the front, no other is better in both. Whiskers: confidence intervals over replications. b: the baseline."
	return p, nil
}

// A frontPanel is the plot of a front.
type frontPanel struct{ answer *search.Answer }

const frontHeight = 320 * vg.Length(1)

func (p *frontPanel) height() vg.Length { return frontHeight }

func (p *frontPanel) draw(c draw.Canvas) {
	a := p.answer
	axes := look.NewPlot()
	var points []frontPoint
	add := func(name string, x *search.Alternative) {
		if len(x.Figures) < 2 {
			return
		}
		var pt frontPoint
		for k := range 2 {
			factor, _ := factorOf(a.Objectives[k])
			e := x.Figures[k].Scaled(factor)
			pt.value[k], pt.low[k], pt.high[k] = e.Value, e.Value, e.Value
			if e.HasInterval() {
				pt.low[k], pt.high[k] = e.Low, e.High
			}
		}
		pt.name, pt.onFront, pt.breaks, pt.isBaseline = name, x.OnFront, x.Breaks != "", x.Name == a.Baseline.Name
		points = append(points, pt)
	}
	for _, x := range a.BaselineApart() {
		add("b", &x)
	}
	for i := range a.Alternatives {
		name := fmt.Sprint(i + 1)
		if a.Alternatives[i].Name == a.Baseline.Name {
			name += ", b" // it is one of those that were ranked
		}
		add(name, &a.Alternatives[i])
	}
	axis := []*plot.Axis{&axes.X, &axes.Y}
	for k := range 2 {
		axis[k].Min, axis[k].Max = math.Inf(1), math.Inf(-1)
		for _, pt := range points {
			axis[k].Min, axis[k].Max = min(axis[k].Min, pt.low[k]), max(axis[k].Max, pt.high[k])
		}
		room := float64(0.06*(axis[k].Max-axis[k].Min)) + 1e-9
		axis[k].Min, axis[k].Max = axis[k].Min-room, axis[k].Max+room
		_, unit := factorOf(a.Objectives[k])
		axis[k].Label.Text = strings.TrimSpace(a.Objectives[k].Figure + unit + "  (" + a.Objectives[k].Better + " is better)")
	}
	axes.Add(gridOf(axes), frontPoints(points))
	axes.Draw(c)
}

// A frontPoint is an alternative.
type frontPoint struct {
	name             string
	value, low, high [2]float64
	onFront, breaks  bool
	isBaseline       bool
}

type frontPoints []frontPoint

// Plot implements plot.Plotter.
func (points frontPoints) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	var front []vg.Point
	for _, pt := range points {
		if pt.onFront {
			front = append(front, vg.Point{X: x(pt.value[0]), Y: y(pt.value[1])})
		}
	}
	slices.SortFunc(front, func(a, b vg.Point) int { return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y)) }) // the baseline is among them
	line := look.Line(1)
	line.Color = look.Translucent(line.Color, bytesOpacity)
	c.StrokeLines(line, front)
	whisker := draw.LineStyle{Color: look.Axis, Width: vg.Points(0.8)}
	for _, pt := range points {
		at := vg.Point{X: x(pt.value[0]), Y: y(pt.value[1])}
		c.StrokeLine2(whisker, x(pt.low[0]), at.Y, x(pt.high[0]), at.Y)
		c.StrokeLine2(whisker, at.X, y(pt.low[1]), at.X, y(pt.high[1]))
		colour := look.Line(1).Color
		if pt.isBaseline {
			colour = look.Line(0).Color
		}
		c.SetColor(colour)
		c.Fill(circle(at, pointRadius))
		if !pt.onFront && !pt.isBaseline {
			c.SetColor(look.White)
			c.Fill(circle(at, 2.2))
		}
	}
	var names []string
	var centers []vg.Point
	var whiskers []vg.Rectangle
	for _, pt := range points {
		at := vg.Point{X: x(pt.value[0]), Y: y(pt.value[1])}
		names, centers = append(names, pt.name), append(centers, at)
		whiskers = append(whiskers,
			vg.Rectangle{Min: vg.Point{X: x(pt.low[0]), Y: at.Y - 0.4}, Max: vg.Point{X: x(pt.high[0]), Y: at.Y + 0.4}},
			vg.Rectangle{Min: vg.Point{X: at.X - 0.4, Y: y(pt.low[1])}, Max: vg.Point{X: at.X + 0.4, Y: y(pt.high[1])}})
	}
	drawLabels(c, centers, names, labelBoxes(c, centers, names, whiskers))
}
