package report

import (
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/stats"
)

// HitRatios draws the share of requests and of bytes that the caches answered, one panel a workload
// that passes a cache anywhere and one row a placement, with confidence intervals. Where a placement has
// further tiers, its panel has the hit ratios of all, those behind the first of what reached them, and the origin offload
// (1 less the requests of the origin by those of users). A workload of "" selects all; an unknown one is an error. A comparison without
// caches gives a page that says so.
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
				panel.rows = append(panel.rows, hitRow{name: c.Placements[i].Name, style: look.Line(i), round: look.Round(i), workload: w})
				cached = cached || has(w, "cache")
			}
		}
		for i := range panel.rows {
			panel.rows[i].bars = panel.rows[i].makeBars()
		}
		panel.joinEmpty()
		if cached {
			p.panels = append(p.panels, panel)
		}
	}
	if len(p.panels) == 0 {
		p.panels = []panel{notice{strings.Join(workloads, ", "), "No request passes a cache in any placement."}}
		return p, nil
	}
	width := vg.Length(hitValueWidth)
	for _, panel := range p.panels {
		width = max(width, panel.(hitPanel).valueWidth())
	}
	for i, panel := range p.panels { // all have one axis
		shown := panel.(hitPanel)
		shown.values = min(width, hitValueMost)
		p.panels[i] = shown
	}
	p.bound()
	p.caption = "A hit is a request answered by the first cache it met, delayed hits included."
	if note := tierNote(allTiersBehind(c)); note != "" {
		p.caption += " " + note
	}
	if note := offloadNote(c); note != "" {
		p.caption += " " + note + " It has no bar."
	}
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
	// values is how wide the column of figures is.
	values vg.Length
}

// valueWidth returns how wide the figures are, in a wider font, too.
func (p hitPanel) valueWidth() (width vg.Length) {
	value := look.Text(look.NoteSize, look.Faint)
	for _, row := range p.rows {
		for _, bar := range row.bars {
			width = max(width, vg.Length(value.Width(bar.text())*widerFont))
		}
	}
	return width
}

// A hitRow is one placement: a bar for each of its figures.
type hitRow struct {
	name  string
	style draw.LineStyle
	round int // of colours: bars of later ones have stripes
	// workload holds the figures.
	workload *edgewise.WorkloadResult
	bars     []hitBar
}

// A hitBar is one figure: dark for requests, light for bytes.
type hitBar struct {
	name    string
	share   stats.Estimate
	opacity float64
}

// text returns the figure for people.
func (b *hitBar) text() string { return b.name + "  " + percentage(b.share) }

// makeBars returns the bars of a row, none for a placement without caches. The first of a metric is dark, of requests.
func (r *hitRow) makeBars() (bars []hitBar) {
	last := ""
	for _, f := range r.workload.Figures {
		if f.Bar == "" {
			continue
		}
		opacity := 1.0
		if f.Metric == last {
			opacity = bytesOpacity
		}
		last = f.Metric
		bars = append(bars, hitBar{f.Bar, f.Estimate, opacity})
	}
	return bars
}

// joinEmpty makes one row, the last, of all placements without caches.
func (p *hitPanel) joinEmpty() {
	var names []string
	var empty hitRow
	p.rows = slices.DeleteFunc(p.rows, func(r hitRow) bool {
		if len(r.bars) == 0 {
			names, empty = append(names, r.name), r
		}
		return len(r.bars) == 0
	})
	if len(names) > 0 {
		empty.name = strings.Join(names, "; ")
		if len(names) > 1 {
			empty.name = fmt.Sprintf("%d placements: %s", len(names), empty.name)
		}
		p.rows = append(p.rows, empty)
	}
}

// height returns what the row takes: two bars, if it has no more.
func (r *hitRow) height() vg.Length {
	return hitRowHeight + vg.Length(hitBarStep*vg.Length(max(len(r.bars)-2, 0)))
}

const (
	hitRowHeight  = 40 * vg.Length(1)
	hitNameWidth  = 180 * vg.Length(1)
	hitValueWidth = 146 * vg.Length(1)
	hitValueMost  = 220 * vg.Length(1) // where figures have long names
	hitBarHeight  = 11 * vg.Length(1)
	hitBarStep    = hitBarHeight + 2
	hitAxisHeight = 34 * vg.Length(1)
	bytesOpacity  = 0.45
	// stripeGap is between the stripes of bars of the second round of colours.
	stripeGap = 5 * vg.Length(1)
)

// rowsHeight returns the height of all rows.
func (p hitPanel) rowsHeight() (sum vg.Length) {
	for i := range p.rows {
		sum += p.rows[i].height()
	}
	return sum
}

// middles returns where the rows are in the space between two heights.
func middles(rows []hitRow, bottom, top vg.Length) []vg.Length {
	sum := vg.Length(0)
	for i := range rows {
		sum += rows[i].height()
	}
	var all []vg.Length
	above := vg.Length(0)
	for i := range rows {
		all = append(all, top-vg.Length((top-bottom)*(above+vg.Length(rows[i].height()/2))/sum))
		above += rows[i].height()
	}
	return all
}

func (p hitPanel) height() vg.Length {
	return panelTitleHeight + p.rowsHeight() + hitAxisHeight
}

func (p hitPanel) draw(c draw.Canvas) {
	axes := look.NewPlot()
	axes.HideY()
	axes.X.Min, axes.X.Max, axes.Y.Min, axes.Y.Max = 0, 1, 0, 1
	axes.X.Tick.Marker = look.PercentTicks()
	axes.X.Label.Text = "share answered from cache"
	axes.Add(gridOf(axes), hitBars(p.rows))
	data := drawFrame(c, p.title, axes, hitNameWidth, p.values)

	name, value := look.Text(look.LabelSize, look.Ink), look.Text(look.NoteSize, look.Faint)
	heights := middles(p.rows, data.Min.Y, data.Max.Y)
	for i, row := range p.rows {
		lines := wrapName(name, row.name, hitNameWidth-12, 3)
		block(c, name, vg.Point{X: c.Min.X, Y: heights[i] + vg.Length(look.LabelSize*leading*vg.Length(len(lines))/2)}, lines)
		if len(row.bars) == 0 {
			block(c, value, vg.Point{X: c.Max.X - p.values, Y: heights[i] + look.NoteSize*leading/2}, []string{"no cache"})
			continue
		}
		for k, bar := range row.bars {
			at := vg.Point{X: c.Max.X - p.values, Y: row.bottom(heights[i], k) + hitBarHeight/2 + look.NoteSize*leading/2}
			block(c, value, at, []string{cut(value, bar.text(), p.values)})
		}
	}
}

// bottom returns the lower edge of a bar of a row.
func (r *hitRow) bottom(middle vg.Length, bar int) vg.Length {
	return middle + vg.Length(hitBarStep*(vg.Length(vg.Length(len(r.bars))/2)-vg.Length(bar+1))) + vg.Length((hitBarStep-hitBarHeight)/2)
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
	heights := middles(rows, c.Min.Y, c.Max.Y)
	for i, row := range rows {
		for k, bar := range row.bars {
			drawBar(c, p, bar.share, row.bottom(heights[i], k), row.style, bar.opacity, row.round)
		}
	}
}

func drawBar(c draw.Canvas, p *plot.Plot, e stats.Estimate, bottom vg.Length, style draw.LineStyle, opacity float64, round int) {
	if !e.HasValue() {
		return
	}
	end := c.X(p.X.Norm(max(e.Value, 0))) // an origin offload below 0 has no bar
	c.SetColor(look.Translucent(style.Color, opacity))
	c.Fill(vg.Rectangle{Min: vg.Point{X: c.Min.X, Y: bottom}, Max: vg.Point{X: end, Y: bottom + hitBarHeight}}.Path())
	if round > 0 {
		stripe := draw.LineStyle{Color: look.White, Width: vg.Points(1.2)}
		for x := c.Min.X + stripeGap; x < end; x += vg.Length(stripeGap * vg.Length(round)) {
			c.StrokeLine2(stripe, x, bottom, x, bottom+hitBarHeight)
		}
	}
	if !e.HasInterval() {
		return
	}
	if e.High < 0 {
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
