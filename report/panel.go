package report

import (
	"math"
	"strconv"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/internal/words"
)

// A plotPanel is the plot of one workload on the left and its key on the right.
type plotPanel struct {
	title     string
	plot      *plot.Plot
	key       key
	deadlines []time.Duration
	events    []eventNumber // above the data
	// marks are drawn over the lines, unless the panel is small.
	marks placedMarks
	// names are those of the lines, which are written at them where there is room.
	names []lineName
	// namesAtEnds says that all lines run to the right edge, and have their names beside it.
	namesAtEnds bool
	// isSmall leaves the key to a [commonKey], so that two panels stand side by side.
	isSmall bool
}

// panelTitle names a workload and its kind.
func panelTitle(workload, kind string) string {
	if kind == "" || kind == workload {
		return workload
	}
	return workload + " (" + kind + ")"
}

const (
	panelTitleHeight = 30 * vg.Length(1)
	plotHeight       = 190 * vg.Length(1)
	keyWidth         = 204 * vg.Length(1)
	keyGap           = 12 * vg.Length(1)
	dataIndent       = 52 * vg.Length(1)
)

func (p *plotPanel) height() vg.Length {
	if p.isSmall {
		return panelTitleHeight + plotHeight
	}
	if p.endsFit() {
		return panelTitleHeight + plotHeight
	}
	return panelTitleHeight + max(plotHeight, p.key.height())
}

func (p *plotPanel) draw(c draw.Canvas) {
	c.FillText(look.Bold(look.Text(look.LabelSize+1, look.Ink)), vg.Point{X: c.Min.X, Y: c.Max.Y}, cutMiddle(look.Bold(look.Text(look.LabelSize+1, look.Ink)), p.title, vg.Length(c.Size().X*(1-spared))))
	key, gap := keyWidth, keyGap
	if p.isSmall {
		key, gap = 0, keyGap/2
	}
	left := draw.Canvas{Canvas: c.Canvas, Rectangle: c.Rectangle}
	left.Max.X -= key + gap
	left.Max.Y -= panelTitleHeight
	// Tick labels push the data area in, by more or less. Push back, so that all panels align.
	data := p.plot.DataCanvas(left)
	left.Min.X -= data.Min.X - (c.Min.X + dataIndent)
	left.Max.X += c.Max.X - key - vg.Length(2*gap) - data.Max.X
	p.plot.Draw(left)
	p.drawDeadlines(p.plot.DataCanvas(left))
	p.drawEvents(p.plot.DataCanvas(left))
	if p.isSmall {
		return
	}
	within := p.plot.DataCanvas(left)
	taken := p.deadlineBoxes(within)
	if p.marks != nil {
		all := p.marks.placed(within, p.plot)
		drawMarks(&within, all)
		for _, m := range all {
			taken = append(taken, vg.Rectangle{Min: vg.Point{X: m.at.X - markRadius, Y: m.at.Y - markRadius}, Max: vg.Point{X: m.at.X + markRadius, Y: m.at.Y + markRadius}})
		}
	}
	right := draw.Canvas{Canvas: c.Canvas, Rectangle: c.Rectangle}
	right.Min.X = c.Max.X - keyWidth
	right.Max.Y -= panelTitleHeight
	if p.endsFit() {
		p.drawEndNames(within, right)
		return
	}
	p.drawNames(within, taken)
	p.key.draw(right)
}

// drawDeadlines marks the deadlines by a line in the data and their length above it.
func (p *plotPanel) drawDeadlines(data draw.Canvas) {
	label := look.Text(look.NoteSize, look.Faint)
	label.XAlign, label.YAlign = draw.XCenter, draw.YBottom
	inWords := p.deadlineText(data, label)
	free := data.Min.X
	for _, d := range p.deadlines {
		at := logMs(float64(d))
		if at <= p.plot.X.Min || at >= p.plot.X.Max {
			continue
		}
		x := data.X(p.plot.X.Norm(at))
		data.StrokeLine2(draw.LineStyle{Color: look.Faint, Width: vg.Points(0.7), Dashes: []vg.Length{1, 2}}, x, data.Min.Y, x, data.Max.Y)
		text := inWords(d)
		if half := vg.Length(label.Width(text) / 2); x-half >= free && x+half <= data.Max.X {
			data.FillText(label, vg.Point{X: x, Y: data.Max.Y + 3}, text)
			free = x + half + deadlineGap
		}
	}
}

// deadlineBoxes returns where the lines of deadlines are.
func (p *plotPanel) deadlineBoxes(data draw.Canvas) (boxes []vg.Rectangle) {
	for _, d := range p.deadlines {
		x := data.X(p.plot.X.Norm(logMs(float64(d))))
		boxes = append(boxes, vg.Rectangle{Min: vg.Point{X: x - 0.5, Y: data.Min.Y}, Max: vg.Point{X: x + 0.5, Y: data.Max.Y}})
	}
	return boxes
}

// deadlineText returns how deadlines are written: "35 ms", or where these would lie on one another without the unit of the
// axis.
func (p *plotPanel) deadlineText(data draw.Canvas, label draw.TextStyle) func(time.Duration) string {
	last := math.Inf(-1)
	for _, d := range p.deadlines {
		at, half := float64(data.X(p.plot.X.Norm(logMs(float64(d))))), float64(label.Width(words.Duration(d))/2)
		if at-half < last+deadlineGap {
			return func(d time.Duration) string { return strconv.FormatFloat(float64(d)/1e6, 'g', 6, 64) }
		}
		last = at + half
	}
	return words.Duration
}

// deadlineGap is between the labels of deadlines.
const deadlineGap = 5

// gridOf returns a grid at the labelled ticks.
func gridOf(p *plot.Plot) plot.Plotter {
	g := plotter.NewGrid()
	g.Vertical.Color, g.Horizontal.Color = look.Grid, look.Grid
	g.Vertical.Width, g.Horizontal.Width = vg.Points(0.5), vg.Points(0.5)
	return g
}

// A notice stands where there is nothing to draw.
type notice struct{ title, text string }

func (n notice) height() vg.Length { return 3 * look.LabelSize * leading }

func (n notice) draw(c draw.Canvas) {
	at := vg.Point{X: c.Min.X, Y: c.Max.Y}
	at.Y -= block(c, look.Bold(look.Text(look.LabelSize+1, look.Ink)), at, []string{n.title})
	block(c, look.Text(look.LabelSize, look.Faint), at, []string{n.text})
}
