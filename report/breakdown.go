package report

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/look"
)

// Breakdown draws where the mean latency goes, of what is judged by its last byte that until the first: one panel a workload, one bar a placement, stacked by cause in the order in which time
// passes. A cause has one colour in all pictures, and its name in the bar where it fits. A workload of "" selects all.
func Breakdown(c *edgewise.Comparison, workload string) (*Picture, error) {
	workloads, err := selectWorkloads(c, workload)
	if err != nil {
		return nil, fmt.Errorf("breakdown: %w", err)
	}
	p := &Picture{title: c.Title, subtitle: "Where the mean latency goes, " + basis(c)}
	causes := make(map[string]bool)
	var drawn []*breakdownPanel
	for _, name := range workloads {
		panel := &breakdownPanel{title: name}
		for i := range c.Placements {
			w := workloadOf(&c.Placements[i], name)
			if w == nil {
				continue
			}
			row := breakdownRow{name: c.Placements[i].Name}
			for k := range w.Figures {
				f := &w.Figures[k]
				if f.Metric != "breakdown" || !f.HasValue() || f.Value <= 0 {
					continue
				}
				causes[f.Statistic] = true
				row.parts = append(row.parts, breakdownPart{f.Statistic, f.Value})
				row.sum += f.Value
			}
			if len(row.parts) > 0 {
				panel.title, panel.axis = panelTitle(name, w.Kind), "mean "+metricTitle(causedMetric(w))+", ms"
				panel.rows = append(panel.rows, row)
			}
		}
		if len(panel.rows) > 0 {
			drawn = append(drawn, panel)
			p.panels = append(p.panels, panel)
		}
	}
	if len(drawn) == 0 {
		p.panels = []panel{notice{c.Title, "No latency is taken apart by cause."}}
		return p, nil
	}
	for _, panel := range drawn { // what is of one metric has one axis
		for _, o := range drawn {
			for _, r := range o.rows {
				if o.axis == panel.axis {
					panel.most = max(panel.most, r.sum)
				}
			}
		}
	}
	p.panels = append(p.panels, causeKey(causes))
	p.bound()
	p.caption = "Means of the answered requests; the parts sum to the mean."
	return p, nil
}

// A breakdownPanel holds the bars of one workload.
type breakdownPanel struct {
	title, axis string
	rows        []breakdownRow
	most        float64 // ms
}

// A breakdownRow is one placement.
type breakdownRow struct {
	name  string
	parts []breakdownPart
	sum   float64
}

// A breakdownPart is one cause, in ms.
type breakdownPart struct {
	cause string
	ms    float64
}

const (
	breakdownRowHeight  = 24 * vg.Length(1)
	breakdownBarHeight  = 15 * vg.Length(1)
	breakdownNameWidth  = 150 * vg.Length(1)
	breakdownValueWidth = 70 * vg.Length(1)
)

func (p *breakdownPanel) height() vg.Length {
	return panelTitleHeight + vg.Length(breakdownRowHeight*vg.Length(len(p.rows))) + hitAxisHeight
}

func (p *breakdownPanel) draw(c draw.Canvas) {
	axes := look.NewPlot()
	axes.HideY()
	axes.X.Min, axes.X.Max, axes.Y.Min, axes.Y.Max = 0, p.most*1.02, 0, 1
	axes.X.Tick.Marker = roundTicks{}
	axes.X.Label.Text = p.axis
	axes.Add(gridOf(axes), breakdownBars{p})
	data := drawFrame(c, p.title, axes, breakdownNameWidth, breakdownValueWidth)
	name, value := look.Text(look.LabelSize, look.Ink), look.Text(look.NoteSize, look.Faint)
	for i, row := range p.rows {
		middle := p.middle(data, i)
		style, lines := name, []string{row.name}
		if name.Width(row.name) > breakdownNameWidth-12 {
			style = look.Text(look.NoteSize, look.Ink)
			lines = wrapName(style, row.name, breakdownNameWidth-12, 2)
		}
		block(c, style, vg.Point{X: c.Min.X, Y: middle + vg.Length(style.Font.Size*leading*vg.Length(len(lines))/2)}, lines)
		block(c, value, vg.Point{X: c.Max.X - breakdownValueWidth + 6, Y: middle + look.NoteSize*leading/2}, []string{number(row.sum, decimalsFor(row.sum, 0)) + " ms"})
	}
}

// middle returns the height of the middle of a row.
func (p *breakdownPanel) middle(data draw.Canvas, row int) vg.Length {
	step := vg.Length(data.Size().Y / vg.Length(len(p.rows)))
	return data.Max.Y - vg.Length(step*vg.Length(float64(row)+0.5))
}

// breakdownBars draws the bars of a panel.
type breakdownBars struct{ *breakdownPanel }

// Plot implements plot.Plotter.
func (p breakdownBars) Plot(c draw.Canvas, axes *plot.Plot) {
	for i, row := range p.rows {
		bottom := p.middle(c, i) - breakdownBarHeight/2
		passed := 0.0
		for _, part := range row.parts {
			from, to := c.X(axes.X.Norm(passed)), c.X(axes.X.Norm(passed+part.ms))
			passed += part.ms
			colour := causeColour(part.cause)
			c.SetColor(colour)
			c.Fill(vg.Rectangle{Min: vg.Point{X: from, Y: bottom}, Max: vg.Point{X: to, Y: bottom + breakdownBarHeight}}.Path())
			c.StrokeLine2(draw.LineStyle{Color: look.White, Width: vg.Points(0.6)}, to, bottom, to, bottom+breakdownBarHeight)
			label := look.Text(look.NoteSize, look.Ink)
			if isDark(colour) {
				label.Color = look.White
			}
			if label.Width(part.cause)+6 <= to-from {
				label.YAlign = draw.YCenter
				c.FillText(label, vg.Point{X: from + 3, Y: bottom + breakdownBarHeight/2}, part.cause)
			}
		}
	}
}

// isDark reports whether white text is read better on a colour than black.
func isDark(c color.Color) bool {
	r, g, b, _ := c.RGBA()
	return float64(0.299*float64(r))+float64(0.587*float64(g))+float64(0.114*float64(b)) < 0.5*0xffff
}
