package report

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/stats"
)

// Metros draws who gains and who loses: one panel a workload and one row a metro, with the mean of the headline latency
// under the baseline as a bar and under each placement as a dot, the paired difference with its confidence interval between
// them. A metro in which something is worse beyond chance ([WhoLoses]) stands above, the largest harm first, and its name
// in bold; then those with the most requests. What does not fit is left out, losers last. A workload of "" selects all; an
// unknown one is an error.
func Metros(c *edgewise.Comparison, workload string) (*Picture, error) {
	workloads, err := selectWorkloads(c, workload)
	if err != nil {
		return nil, fmt.Errorf("metros: %w", err)
	}
	losers, err := WhoLoses(c, Margins{})
	if err != nil {
		return nil, fmt.Errorf("metros: %w", err)
	}
	p := &Picture{title: c.Title, subtitle: "Mean latency by metro, " + basis(c)}
	var drawn []*metroPanel
	for _, name := range workloads {
		panel := newMetroPanel(c, name, losers, len(workloads))
		if len(panel.rows) == 0 {
			p.panels = append(p.panels, notice{name, "Nothing was recorded by metro."})
			continue
		}
		drawn = append(drawn, panel)
		p.panels = append(p.panels, panel)
	}
	// What is of one metric has one axis.
	for _, panel := range drawn {
		for _, o := range drawn {
			if o.axis == panel.axis {
				panel.low, panel.high = min(panel.low, o.low), max(panel.high, o.high)
			}
		}
	}
	key := new(commonKey)
	for i := range c.Placements {
		e := keyEntry{placement: i, style: look.Line(i), name: c.Placements[i].Name}
		e.style.Dashes = nil
		if i == 0 {
			e.remark = "baseline"
		}
		key.entries = append(key.entries, e)
	}
	p.panels = append(p.panels, key)
	p.caption = "Bold: something is worse there beyond chance, under some placement. Right of the bar is slower, left of it faster."
	if c.Replications > 1 {
		p.caption += fmt.Sprintf(" Whiskers: %s %% confidence intervals of the paired differences, each for itself.", percentOf(c.Level))
	}
	return p, nil
}

// A metroPanel holds the rows of one workload.
type metroPanel struct {
	title, axis string
	rows        []metroRow
	placements  int
	low, high   float64 // ms
}

// A metroRow is one metro.
type metroRow struct {
	name     string
	isLoser  bool
	baseline float64
	changes  []metroChange
}

// A metroChange is what a placement does to a metro: the mean and the interval of the difference, in ms.
type metroChange struct {
	placement  int
	difference stats.Estimate
}

const (
	metroNameWidth = 190 * vg.Length(1)
	metroStep      = 7 * vg.Length(1) // of a placement within a row
	metroRowGap    = 6 * vg.Length(1)
	metroAxis      = 34 * vg.Length(1)
	// metroSpace is what all panels of a page may take, fewestMetros how many rows each has at least.
	metroSpace   = 1500 * vg.Length(1)
	fewestMetros = 6
)

func (p *metroPanel) rowHeight() vg.Length {
	return max(look.NoteSize*leading, vg.Length(metroStep*vg.Length(p.placements-1))) + metroRowGap
}

func newMetroPanel(c *edgewise.Comparison, workload string, losers []Losers, panels int) *metroPanel {
	p := &metroPanel{placements: max(len(c.Placements), 2), low: math.Inf(1), high: math.Inf(-1)}
	base := workloadOf(&c.Placements[0], workload)
	if base == nil {
		return p
	}
	p.title = panelTitle(workload, base.Kind)
	p.axis = "mean " + metricTitle(base.Headline().Name()) + ", ms"
	lost := losingMetros(workload, losers)
	order := make([]int, len(base.Metros))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return placeIn(lost, base.Metros[a].ID) - placeIn(lost, base.Metros[b].ID)
	})
	most := max(fewestMetros, int((metroSpace/vg.Length(panels)-panelTitleHeight-metroAxis)/p.rowHeight()))
	left := 0
	for _, i := range order {
		m := &base.Metros[i]
		mean, err := m.Metric(base.Headline().Name()).Mean()
		if err != nil {
			continue
		}
		if len(p.rows) == most {
			left++
			continue
		}
		row := metroRow{name: m.Name, isLoser: slices.Contains(lost, m.ID), baseline: mean.Value}
		p.cover(mean.Value)
		for k := 1; k < len(c.Placements); k++ {
			w := workloadOf(&c.Placements[k], workload)
			if w == nil {
				continue
			}
			f, err := w.Metro(m.ID).Metric(base.Headline().Name()).Mean()
			if err != nil || f.Difference == nil || !f.Difference.HasValue() {
				continue
			}
			row.changes = append(row.changes, metroChange{k, *f.Difference})
			p.cover(mean.Value + f.Difference.Value)
		}
		p.rows = append(p.rows, row)
	}
	if left > 0 {
		p.title += fmt.Sprintf(", %d of %s", len(p.rows), countOf(len(p.rows)+left, "metro", "metros"))
	}
	return p
}

// cover widens the axis to a latency.
func (p *metroPanel) cover(ms float64) {
	if ms > 0 {
		p.low, p.high = min(p.low, ms), max(p.high, ms)
	}
}

// losingMetros returns the metros that lose under some placement, the largest harm first.
func losingMetros(workload string, losers []Losers) (ids []string) {
	type harm struct {
		id   string
		size float64
	}
	var all []harm
	for _, l := range losers {
		for i := range l.Worse {
			v := &l.Worse[i]
			if v.Workload != workload {
				continue
			}
			at := slices.IndexFunc(all, func(h harm) bool { return h.id == v.MetroID })
			if at < 0 {
				at = len(all)
				all = append(all, harm{id: v.MetroID})
			}
			all[at].size = max(all[at].size, v.change())
		}
	}
	slices.SortStableFunc(all, func(a, b harm) int {
		switch {
		case a.size > b.size:
			return -1
		case a.size < b.size:
			return 1
		}
		return 0
	})
	for _, h := range all {
		ids = append(ids, h.id)
	}
	return ids
}

// placeIn returns the place of an id in a list, behind it where it is not in it.
func placeIn(ids []string, id string) int {
	if at := slices.Index(ids, id); at >= 0 {
		return at
	}
	return len(ids)
}

func (p *metroPanel) height() vg.Length {
	return panelTitleHeight + vg.Length(p.rowHeight()*vg.Length(len(p.rows))) + metroAxis
}

func (p *metroPanel) draw(c draw.Canvas) {
	title := look.Bold(look.Text(look.LabelSize+1, look.Ink))
	c.FillText(title, vg.Point{X: c.Min.X, Y: c.Max.Y}, cut(title, p.title, c.Size().X))
	axes := look.NewPlot()
	axes.HideY()
	axes.X.Tick.Marker = look.LatencyTicks{}
	axes.X.Min, axes.X.Max = latencyRange(p.low*1e6, p.high*1e6)
	axes.Y.Min, axes.Y.Max = 0, 1
	axes.X.Label.Text = p.axis
	axes.Add(gridOf(axes), metroRows{p})
	area := draw.Canvas{Canvas: c.Canvas, Rectangle: c.Rectangle}
	area.Max.Y -= panelTitleHeight
	area.Min.X = c.Min.X + metroNameWidth
	data := axes.DataCanvas(area)
	area.Min.X -= data.Min.X - (c.Min.X + metroNameWidth)
	area.Max.X += c.Max.X - keyGap - data.Max.X
	axes.Draw(area)
	data = axes.DataCanvas(area)
	for i, row := range p.rows {
		style := look.Text(look.NoteSize, look.Faint)
		if row.isLoser {
			style = look.Bold(look.Text(look.NoteSize, look.Ink))
		}
		at := vg.Point{X: c.Min.X, Y: p.middle(data, i) + vg.Length(look.NoteSize*leading/2)}
		c.FillText(style, at, cut(style, row.name, metroNameWidth-keyGap))
	}
}

// middle returns the height of the middle of a row.
func (p *metroPanel) middle(data draw.Canvas, row int) vg.Length {
	step := vg.Length(data.Size().Y / vg.Length(len(p.rows)))
	return data.Max.Y - vg.Length(step*vg.Length(float64(row)+0.5))
}

// metroRows draws the rows of a panel.
type metroRows struct{ *metroPanel }

// Plot implements plot.Plotter.
func (p metroRows) Plot(c draw.Canvas, axes *plot.Plot) {
	at := func(ms float64) vg.Length {
		return c.X(axes.X.Norm(min(max(logMs(max(ms*1e6, 1)), axes.X.Min), axes.X.Max)))
	}
	for i, row := range p.rows {
		middle := p.middle(c, i)
		x := at(row.baseline)
		half := vg.Length((p.rowHeight() - metroRowGap) / 2)
		bar := look.Line(0)
		bar.Width = vg.Points(1.6)
		c.StrokeLine2(bar, x, middle-half, x, middle+half)
		for k, change := range row.changes {
			y := middle + vg.Length(metroStep*(vg.Length(float64(len(row.changes)-1)/2)-vg.Length(k)))
			style := look.Line(change.placement)
			style.Dashes = nil
			end := at(row.baseline + change.difference.Value)
			c.StrokeLine2(style, x, y, end, y)
			if d := change.difference; d.HasInterval() {
				whisker := draw.LineStyle{Color: look.Ink, Width: vg.Points(0.8)}
				c.StrokeLine2(whisker, at(row.baseline+d.Low), y, at(row.baseline+d.High), y)
			}
			dot := marks[0]
			dot.drawSized(&c, vg.Point{X: end, Y: y}, style.Color, 2.4)
		}
	}
}
