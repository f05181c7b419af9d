package report

import (
	"fmt"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/sim/stats"
)

// HitRatios draws the share of requests and of bytes that the caches answered, one panel a workload
// that passes a cache anywhere and one row a placement, with confidence intervals. A workload of ""
// selects all; an unknown one is an error. A comparison without caches gives a page that says so.
func HitRatios(c *edgewise.Comparison, workload string) (*Picture, error) {
	workloads, err := selectWorkloads(c, workload)
	if err != nil {
		return nil, fmt.Errorf("hit ratios: %w", err)
	}
	p := &Picture{title: c.Title, subtitle: "Cache hit ratio by placement, " + basis(c)}
	for _, name := range workloads {
		panel := hitPanel{title: name}
		cached := false
		for i := range c.Placements {
			if w := workloadOf(&c.Placements[i], name); w != nil {
				panel.rows = append(panel.rows, hitRow{name: c.Placements[i].Name, style: look.Line(i), cache: w.Cache})
				cached = cached || w.Cache != nil
			}
		}
		if cached {
			p.panels = append(p.panels, panel)
		}
	}
	if len(p.panels) == 0 {
		p.panels = []panel{notice{strings.Join(workloads, ", "), "No request passes a cache in any placement."}}
		return p, nil
	}
	p.caption = "A hit is a request answered by the first cache it met, delayed hits included."
	if c.Replications > 1 {
		p.caption += fmt.Sprintf(" Whiskers and ±: %s %% confidence intervals over replications.", percentOf(c.Level))
	} else {
		p.caption += " One replication: no confidence intervals."
	}
	return p, nil
}

// A hitPanel holds the bars of one workload: names on the left, figures on the right.
type hitPanel struct {
	title string
	rows  []hitRow
}

// A hitRow is one placement: a dark bar for requests and a light one for bytes.
type hitRow struct {
	name  string
	style draw.LineStyle
	cache *edgewise.CacheResult
}

const (
	hitRowHeight  = 40 * vg.Length(1)
	hitNameWidth  = 190 * vg.Length(1)
	hitValueWidth = 136 * vg.Length(1)
	hitBarHeight  = 11 * vg.Length(1)
	hitAxisHeight = 34 * vg.Length(1)
	bytesOpacity  = 0.45
)

func (p hitPanel) height() vg.Length {
	return panelTitleHeight + hitRowHeight*vg.Length(len(p.rows)) + hitAxisHeight
}

func (p hitPanel) draw(c draw.Canvas) {
	title := look.Bold(look.Text(look.LabelSize+1, look.Ink))
	c.FillText(title, vg.Point{X: c.Min.X, Y: c.Max.Y}, cut(title, p.title, c.Size().X))

	area := draw.Canvas{Canvas: c.Canvas, Rectangle: c.Rectangle}
	area.Max.Y -= panelTitleHeight
	area.Min.X, area.Max.X = c.Min.X+hitNameWidth, c.Max.X-hitValueWidth
	axes := look.NewPlot()
	axes.HideY()
	axes.X.Min, axes.X.Max, axes.Y.Min, axes.Y.Max = 0, 1, 0, 1
	axes.X.Tick.Marker = look.PercentTicks()
	axes.X.Label.Text = "share answered from cache"
	axes.Add(gridOf(axes), hitBars(p.rows))
	data := axes.DataCanvas(area)
	area.Max.X += c.Max.X - hitValueWidth - keyGap - data.Max.X
	area.Min.X -= data.Min.X - (c.Min.X + hitNameWidth)
	axes.Draw(area)
	data = axes.DataCanvas(area)

	name, value := look.Text(look.LabelSize, look.Ink), look.Text(look.NoteSize, look.Faint)
	step := data.Size().Y / vg.Length(len(p.rows))
	for i, row := range p.rows {
		middle := data.Max.Y - step*(vg.Length(i)+0.5)
		lines := wrap(name, row.name, hitNameWidth-12, 3)
		block(c, name, vg.Point{X: c.Min.X, Y: middle + look.LabelSize*leading*vg.Length(len(lines))/2}, lines)
		at := vg.Point{X: c.Max.X - hitValueWidth, Y: middle + look.NoteSize*leading}
		if row.cache == nil {
			at.Y -= look.NoteSize * leading / 2
			block(c, value, at, []string{"no cache"})
			continue
		}
		block(c, value, at, []string{
			"requests  " + percentage(row.cache.RequestHitRatio.Estimate),
			"bytes  " + percentage(row.cache.ByteHitRatio.Estimate),
		})
	}
}

// percentage writes a share in percent.
func percentage(e stats.Estimate) string {
	if !e.HasValue() {
		return absent
	}
	return interval(e.Scaled(100)) + " %"
}

// hitBars draws the bars of all rows, the first on top.
type hitBars []hitRow

// Plot implements plot.Plotter.
func (rows hitBars) Plot(c draw.Canvas, p *plot.Plot) {
	step := c.Size().Y / vg.Length(len(rows))
	for i, row := range rows {
		if row.cache == nil {
			continue
		}
		middle := c.Max.Y - step*(vg.Length(i)+0.5)
		drawBar(c, p, row.cache.RequestHitRatio.Estimate, middle+1, row.style, 1)
		drawBar(c, p, row.cache.ByteHitRatio.Estimate, middle-1-hitBarHeight, row.style, bytesOpacity)
	}
}

func drawBar(c draw.Canvas, p *plot.Plot, e stats.Estimate, bottom vg.Length, style draw.LineStyle, opacity float64) {
	if !e.HasValue() {
		return
	}
	end := c.X(p.X.Norm(e.Value))
	c.SetColor(look.Translucent(style.Color, opacity))
	c.Fill(vg.Rectangle{Min: vg.Point{X: c.Min.X, Y: bottom}, Max: vg.Point{X: end, Y: bottom + hitBarHeight}}.Path())
	if !e.HasInterval() {
		return
	}
	low, high := c.X(p.X.Norm(max(e.Low, 0))), c.X(p.X.Norm(min(e.High, 1)))
	middle := bottom + hitBarHeight/2
	const cap = hitBarHeight / 4
	// A white rim keeps the whisker visible on a dark bar.
	for _, s := range []draw.LineStyle{{Color: look.White, Width: vg.Points(2.6)}, {Color: look.Ink, Width: vg.Points(1)}} {
		c.StrokeLine2(s, low, middle, high, middle)
		c.StrokeLine2(s, low, middle-cap, low, middle+cap)
		c.StrokeLine2(s, high, middle-cap, high, middle+cap)
	}
}
