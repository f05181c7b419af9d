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
// them. A dot is a diamond where the mean is worse, or fewer are served, beyond chance and the margin. A metro in which something is ([WhoLoses]) stands above,
// the largest harm first, and its name in bold, over who fails or does not play more, and under which placement; then those with the most requests.
// Placements that do the same to a workload share their lines, and those that do what the baseline does have none. What does
// not fit is left out, losers last. A workload of "" selects all; an unknown one is an error.
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
	space := metroSpace
	if len(workloads) > mostLarge {
		p.columns = 2
	}
	space = vg.Length(space / vg.Length((len(workloads)+max(p.columns, 1)-1)/max(p.columns, 1)))
	var drawn []*metroPanel
	for _, name := range workloads {
		panel := newMetroPanel(c, name, losers, space)
		if p.columns > 1 {
			panel.nameWidth = smallMetroNameWidth
		}
		switch {
		case len(c.Placements) > 1 && panel.lanes == 0:
			p.panels = append(p.panels, notice{name, "All placements do exactly the same."})
		case len(panel.rows) == 0:
			p.panels = append(p.panels, notice{name, "Nothing was recorded by metro."})
		default:
			drawn = append(drawn, panel)
			p.panels = append(p.panels, panel)
		}
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
		e := keyEntry{placement: i, style: metroStyle(i), name: c.Placements[i].Name}
		if look.Round(i) > 0 {
			e.symbol = &symbol{hollow: true}
		}
		if i == 0 {
			e.remark = "baseline"
		}
		key.entries = append(key.entries, e)
	}
	p.panels = append(p.panels, key)
	p.bound()
	p.caption = "Right of the bar is slower, left of it faster. Diamonds: slower, or fewer are served, beyond chance. Bold: something is worse there beyond chance, under some placement."
	if c.Replications > 1 {
		p.caption += fmt.Sprintf(" Whiskers: %s %% confidence intervals of the paired differences, each for itself.", percentOf(c.Level))
	}
	return p, nil
}

// A metroPanel holds the rows of one workload.
type metroPanel struct {
	title, axis string
	// left says how many metros are shown where some are left out.
	left string
	rows []metroRow
	// lanes is how many placements do something else than the baseline, those that are alike counted once.
	lanes     int
	nameWidth vg.Length
	low, high float64 // ms
}

// A metroRow is one metro.
type metroRow struct {
	name     string
	isLoser  bool
	harm     string // who fails or does not play more, "" where nobody does
	harmOf   string // the placement under which they are most
	baseline float64
	changes  []metroChange
}

// A metroChange is what placements that are alike do to a metro: the mean and the interval of the difference, in ms.
type metroChange struct {
	placements []int
	difference stats.Estimate
	isWorse    bool // the mean is, or fewer are served
}

const (
	metroNameWidth      = 190 * vg.Length(1)
	smallMetroNameWidth = 92 * vg.Length(1)
	metroRowGap         = 6 * vg.Length(1)
	metroAxis           = 34 * vg.Length(1)
	// metroSpace is what all panels of a page may take, fewestMetros how many rows each has at least.
	metroSpace   = 1500 * vg.Length(1)
	fewestMetros = 4
)

// step returns the height of a placement within a row.
func (p *metroPanel) step() vg.Length {
	if p.lanes > 5 {
		return 4.5
	}
	return 7
}

// isNoted reports whether a row has a second line.
func (p *metroPanel) isNoted() bool {
	return slices.ContainsFunc(p.rows, func(r metroRow) bool { return r.harm != "" })
}

func (p *metroPanel) rowHeight() vg.Length {
	lines := vg.Length(1)
	if p.isNoted() {
		lines = 2
	}
	return max(vg.Length(look.NoteSize*leading*lines), vg.Length(p.step()*vg.Length(p.lanes-1))) + metroRowGap
}

// newMetroPanel returns the panel of a workload, which takes about so much space.
func newMetroPanel(c *edgewise.Comparison, workload string, losers []Losers, space vg.Length) *metroPanel {
	p := &metroPanel{nameWidth: metroNameWidth, low: math.Inf(1), high: math.Inf(-1)}
	base := workloadOf(&c.Placements[0], workload)
	if base == nil {
		return p
	}
	lanes := rowsOf(c, workload)[1:]
	p.lanes = len(lanes)
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
	for _, i := range order {
		m := &base.Metros[i]
		mean, err := m.Metric(base.Headline().Name()).Mean()
		if err != nil {
			continue
		}
		row := metroRow{name: m.Name, isLoser: slices.Contains(lost, m.ID), baseline: mean.Value}
		row.harm, row.harmOf = harmIn(m.ID, workload, losers)
		for _, lane := range lanes {
			f, err := lane.workload.Metro(m.ID).Metric(base.Headline().Name()).Mean()
			if err != nil || f.Difference == nil || !f.Difference.HasValue() {
				continue
			}
			row.changes = append(row.changes, metroChange{placesOf(c, &lane), *f.Difference, loses(m.ID, lane.placement, workload, losers)})
		}
		p.rows = append(p.rows, row)
	}
	most := max(fewestMetros, int((space-panelTitleHeight-metroAxis)/p.rowHeight()))
	if all := len(p.rows); all > most+2 { // the last two may as well stand there
		p.rows = p.rows[:most]
		p.left = fmt.Sprintf(", %d of %s", most, countOf(all, "metro", "metros"))
	}
	for _, row := range p.rows {
		p.cover(row.baseline)
		for _, change := range row.changes {
			p.cover(row.baseline + change.difference.Value)
		}
	}
	return p
}

// placesOf returns the places of a row's placements in the study.
func placesOf(c *edgewise.Comparison, r *tableRow) (places []int) {
	for i := range c.Placements {
		if name := c.Placements[i].Name; name == r.placement || slices.Contains(r.alike, name) {
			places = append(places, i)
		}
	}
	return places
}

// loses reports whether the mean latency of a metro is worse beyond chance, or fewer are served there as they want.
func loses(id, placement, workload string, losers []Losers) bool {
	return slices.ContainsFunc(losers, func(l Losers) bool {
		return l.Placement == placement && l.Workload == workload &&
			slices.ContainsFunc(l.Worse, func(v MetroVerdict) bool {
				return v.MetroID == id && (v.IsHarm || v.Statistic == "mean" && v.Unit == "ms")
			})
	})
}

// harmIn says of whom more are not served as they want in a metro, and under which placement they are most.
func harmIn(id, workload string, losers []Losers) (text, placement string) {
	most := 0.0
	for _, l := range losers {
		for i := range l.Worse {
			v := &l.Worse[i]
			if l.Workload == workload && v.MetroID == id && v.IsHarm && v.change() > most {
				most, text, placement = v.change(), v.amount(), l.Placement
			}
		}
	}
	return text, placement
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
	c.Min.Y = c.Max.Y - p.height() // beside a higher one
	title := look.Bold(look.Text(look.LabelSize+1, look.Ink))
	c.FillText(title, vg.Point{X: c.Min.X, Y: c.Max.Y}, cutMiddle(title, p.title, vg.Length(c.Size().X*(1-spared))-title.Width(p.left))+p.left)
	axes := look.NewPlot()
	axes.HideY()
	axes.X.Tick.Marker = look.LatencyTicks{}
	axes.X.Min, axes.X.Max = latencyRange(p.low*1e6, p.high*1e6)
	axes.Y.Min, axes.Y.Max = 0, 1
	axes.X.Label.Text = p.axis
	axes.Add(gridOf(axes), metroRows{p})
	area := draw.Canvas{Canvas: c.Canvas, Rectangle: c.Rectangle}
	area.Max.Y -= panelTitleHeight
	area.Min.X = c.Min.X + p.nameWidth
	data := axes.DataCanvas(area)
	area.Min.X -= data.Min.X - (c.Min.X + p.nameWidth)
	area.Max.X += c.Max.X - keyGap - data.Max.X
	axes.Draw(area)
	data = axes.DataCanvas(area)
	for i, row := range p.rows {
		style, note := look.Text(look.NoteSize, look.Faint), look.Text(look.NoteSize, look.Faint)
		if row.isLoser {
			style = look.Bold(look.Text(look.NoteSize, look.Ink))
		}
		lines := vg.Length(1)
		if row.harm != "" {
			lines = 2
		}
		at := vg.Point{X: c.Min.X, Y: p.middle(data, i) + vg.Length(look.NoteSize*leading*lines/2)}
		at.Y -= block(c, style, at, []string{cutMiddle(style, row.name, p.nameWidth-keyGap)})
		if row.harm != "" {
			harm := row.harm + ": "
			block(c, note, at, []string{cut(note, harm+cutMiddle(note, row.harmOf, p.nameWidth-keyGap-note.Width(harm)), p.nameWidth-keyGap)})
		}
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
			y := middle + vg.Length(p.step()*(vg.Length(float64(len(row.changes)-1)/2)-vg.Length(k)))
			end := at(row.baseline + change.difference.Value)
			for part, placement := range change.placements {
				c.StrokeLine2(look.Share(metroStyle(placement), part, len(change.placements)), x, y, end, y)
			}
			if d := change.difference; d.HasInterval() {
				whisker := draw.LineStyle{Color: look.Ink, Width: vg.Points(0.8)}
				c.StrokeLine2(whisker, at(row.baseline+d.Low), y, at(row.baseline+d.High), y)
			}
			radius := vg.Length(p.step() * 0.34)
			p.mark(change).drawSized(&c, vg.Point{X: end, Y: y}, look.Line(change.placements[0]).Color, radius)
			if look.Round(change.placements[0]) > 0 {
				c.SetColor(look.White)
				c.Fill(p.mark(change).shape(vg.Point{X: end, Y: y}, vg.Length(radius*hollow)))
			}
		}
	}
}

// metroStyle returns the style of a placement's lines: without dashes, but for those whose colour is another's.
func metroStyle(placement int) draw.LineStyle {
	style := look.Line(placement)
	style.Dashes = nil
	if look.Round(placement) > 0 {
		style.Dashes = []vg.Length{2.5, 1.5}
	}
	return style
}

// hollow is how much of the radius of a mark is white, of placements whose colour is another's.
const hollow = 0.55

// mark returns the shape of the end of a change.
func (p *metroPanel) mark(change metroChange) mark {
	if change.isWorse {
		return mark{shape: func(at vg.Point, radius vg.Length) vg.Path { return diamond(at, vg.Length(radius*1.5)) }}
	}
	return mark{shape: circle}
}
