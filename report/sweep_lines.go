package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/sweep"
)

// SweepLines draws the figures that are looked at along the first key, a line a placement with its confidence band, and where
// placements change order or a figure reaches its value.
func SweepLines(r *sweep.Result) (*Picture, error) {
	p := &Picture{title: r.Title, subtitle: sweepSubtitle(r)}
	for _, w := range r.Watched {
		panel := sweepPanel(r, w)
		if panel == nil {
			p.panels = append(p.panels, notice{watchInWords(w), "No point has this figure."})
			continue
		}
		p.panels = append(p.panels, panel)
	}
	p.caption = sweepLegend(r)
	p.bound()
	return p, nil
}

func sweepSubtitle(r *sweep.Result) string {
	return strings.ToUpper(designInWords(r)[:1]) + designInWords(r)[1:]
}

// axisOf returns where a point is on the axis of the first key: its number where the key has names.
func axisOf(r *sweep.Result, point int) float64 {
	if !r.Keys[0].IsNumber {
		return float64(point)
	}
	return r.Axis(r.Points[point].Values[0].Number)
}

func sweepPanel(r *sweep.Result, w sweep.Watch) *plotPanel {
	p := look.NewPlot()
	unit := unitOf(r, w)
	p.X.Label.Text = axisTitle(r)
	p.Y.Label.Text = w.Statistic // of what, the title says
	factor := 1.0
	switch unit {
	case "share":
		factor = 100
		p.Y.Label.Text += ", %"
	case "", w.Statistic:
	default:
		p.Y.Label.Text += ", " + unit
	}
	panel := &plotPanel{title: watchInWords(w), plot: p}
	low, high := math.Inf(1), math.Inf(-1)
	var lines []*plotter.Line
	var bands []*plotter.Polygon
	for i, name := range r.Placements() {
		var middle, upper, lower plotter.XYs
		for k := range r.Points {
			f, ok := r.Points[k].Figure(name, w, "")
			if !ok {
				continue
			}
			x, e := axisOf(r, k), f.Scaled(factor)
			middle = append(middle, plotter.XY{X: x, Y: e.Value})
			upper, lower = append(upper, plotter.XY{X: x, Y: e.High}), append(lower, plotter.XY{X: x, Y: e.Low})
			low, high = min(low, e.Low), max(high, e.High)
		}
		if len(middle) == 0 {
			continue
		}
		byX := func(a, b plotter.XY) int { return int(math.Copysign(1, a.X-b.X)) }
		for _, xys := range []plotter.XYs{middle, upper, lower} {
			slices.SortStableFunc(xys, byX)
		}
		line := &plotter.Line{XYs: middle, LineStyle: look.Line(i)}
		slices.Reverse(lower)
		lines = append(lines, line)
		bands = append(bands, &plotter.Polygon{XYs: []plotter.XYs{append(upper, lower...)}, Color: look.Translucent(line.Color, 0.16)})
		panel.key.entries = append(panel.key.entries, keyEntry{placement: i, style: line.LineStyle, symbol: symbolOf(i), name: name, remark: targetRemark(r, w, name)})
		panel.names = append(panel.names, lineName{name: name, number: i, dotted: true, path: pathOf(line)})
	}
	if len(lines) == 0 {
		return nil
	}
	if w.Reaches != nil {
		low, high = min(low, *w.Reaches*factor), max(high, *w.Reaches*factor)
	}
	p.X.Min, p.X.Max = sweepRange(r)
	room := max((high-low)*0.06, math.Abs(high)*1e-3, 1e-9)
	if low >= 0 && low < 0.35*high {
		low = room // begin at 0
	}
	p.Y.Min, p.Y.Max = low-room, high+room
	p.X.Tick.Marker, p.Y.Tick.Marker = sweepTicks{r}, roundTicks{}
	p.Add(gridOf(p))
	marks := sweepMarks(r, w)
	for _, m := range marks {
		p.Add(m)
	}
	if w.Reaches != nil {
		y := *w.Reaches * factor
		p.Add(&plotter.Line{XYs: plotter.XYs{{X: p.X.Min, Y: y}, {X: p.X.Max, Y: y}}, LineStyle: markStyle})
		panel.key.entries = append(panel.key.entries, keyEntry{placement: 1 << 20, style: markStyle, name: reachedInWords(r, w)})
	}
	for _, b := range bands {
		p.Add(b)
	}
	for _, l := range lines {
		if r.Keys[0].IsNumber {
			p.Add(l)
		}
	}
	p.Add(pointSymbols(lines))
	panel.key.entries = append(panel.key.entries, crossingEntries(r, w)...)
	return panel
}

// markStyle is that of a value that a figure is to reach, and of places.
var markStyle = draw.LineStyle{Color: look.Faint, Width: vg.Points(1), Dashes: []vg.Length{1.5, 2}}

// targetRemark says where a placement reaches the value.
func targetRemark(r *sweep.Result, w sweep.Watch, placement string) string {
	for _, t := range r.Targets {
		if t.Watch != w || t.Metro != "" || t.Placement != placement {
			continue
		}
		var at []string
		for _, p := range t.Places {
			at = append(at, placeInWords(r, p))
		}
		if len(at) == 0 {
			return "never reaches it"
		}
		return "reaches it at " + strings.Join(at, ", ")
	}
	return ""
}

// mostMarks is how many places are marked in a plot by themselves.
const mostMarks = 4

// sweepMarks shade where placements change order.
func sweepMarks(r *sweep.Result, w sweep.Watch) (all []plot.Plotter) {
	for _, c := range r.Crossings {
		if c.Watch != w || c.Metro != "" {
			continue
		}
		for _, p := range c.Places {
			all = append(all, placeMark{r.Axis(p.At), r.Axis(p.Low), r.Axis(p.High)})
		}
	}
	if len(all) > mostMarks {
		return nil
	}
	return all
}

// crossingEntries explain the marks.
func crossingEntries(r *sweep.Result, w sweep.Watch) (all []keyEntry) {
	for _, c := range r.Crossings {
		if c.Watch != w || c.Metro != "" {
			continue
		}
		for _, p := range c.Places {
			all = append(all, keyEntry{placement: 1 << 20, style: markStyle, name: c.Second + " and " + c.First + " cross", remark: "at " + shortPlace(r, p)})
		}
	}
	const most = 8
	if len(all) > most {
		all = append(all[:most], keyEntry{placement: 1 << 20, style: markStyle, name: fmt.Sprintf("%d more crossings", len(all)-most), remark: "see sweep.md"})
	}
	return all
}

// A placeMark is a place on the axis with its interval.
type placeMark struct{ at, low, high float64 }

// Plot implements plot.Plotter.
func (m placeMark) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	low, high := max(x(m.low), c.Min.X), min(x(m.high), c.Max.X)
	c.SetColor(look.Translucent(look.Faint, 0.13))
	c.Fill(vg.Rectangle{Min: vg.Point{X: low, Y: c.Min.Y}, Max: vg.Point{X: high, Y: c.Max.Y}}.Path())
	c.StrokeLine2(markStyle, x(m.at), c.Min.Y, x(m.at), c.Max.Y)
}

// pointSymbols put a symbol on every point of the lines.
type pointSymbols []*plotter.Line

// Plot implements plot.Plotter.
func (lines pointSymbols) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	const mostSymbols = 16
	for i, line := range lines {
		for k := 0; k < len(line.XYs); k += 1 + len(line.XYs)/mostSymbols {
			symbolOf(i).draw(&c, vg.Point{X: x(line.XYs[k].X), Y: y(line.XYs[k].Y)}, line.Color)
		}
	}
}

// sweepRange returns the axis of the first key.
func sweepRange(r *sweep.Result) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for i := range r.Points {
		low, high = min(low, axisOf(r, i)), max(high, axisOf(r, i))
	}
	room := 0.02 * (high - low)
	if room == 0 {
		room = 0.5
	}
	return low - room, high + room
}

// axisTitle names the first key on an axis, and says how many go with it: the picture's subtitle names all.
func axisTitle(r *sweep.Result) string {
	title := r.Keys[0].Path
	if r.Keys[0].IsLog {
		title += " (logarithmic)"
	}
	if r.Design == sweep.Zip && len(r.Keys) > 1 {
		title += fmt.Sprintf(" and %d %s", len(r.Keys)-1, words.Plural(len(r.Keys)-1, "other key"))
	}
	return title
}

// sweepTicks marks the values of the points, with as many labels as there is room for.
type sweepTicks struct{ r *sweep.Result }

// Ticks implements plot.Ticker.
func (t sweepTicks) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	for i := range t.r.Points {
		v := t.r.Points[i].Values[0]
		label := v.Text
		if t.r.Keys[0].IsNumber && t.r.Keys[0].Unit == "" {
			label = valueInWords(t.r.Keys[0], v.Number)
		}
		at := axisOf(t.r, i)
		if !slices.ContainsFunc(ticks, func(o plot.Tick) bool { return o.Value == at }) {
			ticks = append(ticks, plot.Tick{Value: at, Label: label})
		}
	}
	slices.SortFunc(ticks, func(a, b plot.Tick) int { return int(math.Copysign(1, a.Value-b.Value)) })
	free := math.Inf(-1)
	const character = 0.013 // of the axis
	for i := range ticks {
		half := float64(float64(len([]rune(ticks[i].Label))) * character * (high - low) / 2)
		if ticks[i].Value-half < free {
			ticks[i].Label = ""
			continue
		}
		free = ticks[i].Value + half + float64(1.5*character*(high-low))
	}
	return ticks
}

// roundTicks marks round numbers.
type roundTicks struct{}

// Ticks implements plot.Ticker.
func (roundTicks) Ticks(low, high float64) (ticks []plot.Tick) {
	for _, x := range look.RoundNumbers(low, high) {
		decimals := 0
		if step := high - low; step > 0 {
			decimals = max(0, 1-int(math.Floor(math.Log10(step/2))))
		}
		label := number(x, decimals)
		if strings.Contains(label, ".") {
			label = strings.TrimRight(strings.TrimRight(label, "0"), ".")
		}
		ticks = append(ticks, plot.Tick{Value: x, Label: label})
	}
	return ticks
}

// An influenceRow is a row of a picture with names on the left and numbers on the right.
type influenceRow struct {
	name, text     string
	style          draw.LineStyle
	value          float64
	low, high      float64
	isThere, isBar bool
}

// An influencePanel has rows over one axis.
type influencePanel struct {
	title, axis string
	rows        []influenceRow
	low, high   float64
	ticks       plot.Ticker
}

const (
	barNameWidth  = 150 * vg.Length(1)
	barValueWidth = 178 * vg.Length(1)
	barStep       = 17 * vg.Length(1)
	barAxisHeight = 40 * vg.Length(1)
)

func (p *influencePanel) height() vg.Length {
	return panelTitleHeight + vg.Length(barStep*vg.Length(len(p.rows))) + barAxisHeight
}

func (p *influencePanel) draw(c draw.Canvas) {
	axes := look.NewPlot()
	axes.HideY()
	axes.X.Min, axes.X.Max, axes.Y.Min, axes.Y.Max = p.low, p.high, 0, 1
	axes.X.Tick.Marker = p.ticks
	axes.X.Label.Text = p.axis
	axes.Add(gridOf(axes))
	data := drawFrame(c, p.title, axes, barNameWidth, barValueWidth)
	x := func(v float64) vg.Length {
		return data.X(axes.X.Norm(min(max(v, p.low), p.high)))
	}
	name, value := look.Text(look.LabelSize, look.Ink), look.Text(look.NoteSize, look.Faint)
	step := vg.Length((data.Max.Y - data.Min.Y) / vg.Length(len(p.rows)))
	names := make([]string, len(p.rows))
	for i, row := range p.rows {
		names[i] = row.name
	}
	names = cutNames(name, names, barNameWidth-10)
	for i, row := range p.rows {
		middle := data.Max.Y - vg.Length(step*(vg.Length(i)+0.5))
		block(c, name, vg.Point{X: c.Min.X, Y: middle + look.LabelSize*leading/2}, names[i:i+1])
		block(c, value, vg.Point{X: data.Max.X + keyGap, Y: middle + look.NoteSize*leading/2}, []string{cut(value, row.text, c.Max.X-data.Max.X-keyGap)})
		if !row.isThere {
			continue
		}
		if row.isBar {
			from, to := min(x(0), x(row.value)), max(x(0), x(row.value))
			c.SetColor(look.Translucent(row.style.Color, 0.55))
			c.Fill(vg.Rectangle{Min: vg.Point{X: from, Y: middle - 5}, Max: vg.Point{X: to, Y: middle + 5}}.Path())
		}
		whisker := draw.LineStyle{Color: look.Ink, Width: vg.Points(1)}
		if !row.isBar {
			whisker = draw.LineStyle{Color: row.style.Color, Width: vg.Points(1.4)}
		}
		c.StrokeLine2(whisker, x(row.low), middle, x(row.high), middle)
		for _, end := range []float64{row.low, row.high} {
			c.StrokeLine2(whisker, x(end), middle-2.5, x(end), middle+2.5)
		}
		if !row.isBar {
			c.SetColor(row.style.Color)
			c.Fill(circle(vg.Point{X: x(row.value), Y: middle}, 3.2))
		}
	}
}

// mostMetroRows bounds the metros of a picture.
const mostMetroRows = 40

// SweepMetros draws where each placement changes order with the baseline for the users of each metro.
func SweepMetros(r *sweep.Result) (*Picture, error) {
	p := &Picture{title: r.Title, subtitle: "Where placements change order, by metro, along " + r.Keys[0].Path}
	low, high := sweepRange(r)
	placements := r.Placements()
	left := 0
	for _, w := range r.Watched {
		for i, first := range placements {
			var rows []influenceRow
			for _, c := range r.Crossings {
				if c.Watch != w || c.Metro == "" || c.First != first {
					continue
				}
				row := influenceRow{name: metroName(r, w, c.Metro), style: look.Line(i), value: math.Inf(1)}
				switch c.Order {
				case sweep.Crosses:
					at := c.Places[0]
					row.isThere, row.value, row.low, row.high = true, r.Axis(at.At), r.Axis(at.Low), r.Axis(at.High)
					row.text = shortPlace(r, at)
					if len(c.Places) > 1 {
						row.text += fmt.Sprintf(", and %d more", len(c.Places)-1)
					}
				case sweep.FirstLess:
					row.text = "less everywhere"
				case sweep.FirstMore:
					row.text = "more everywhere"
					row.value = -math.MaxFloat64
				default:
					row.text = "no difference shown"
					row.value = math.Inf(-1)
				}
				rows = append(rows, row)
			}
			if len(rows) == 0 {
				continue
			}
			slices.SortStableFunc(rows, func(a, b influenceRow) int {
				switch {
				case a.value > b.value:
					return -1
				case a.value < b.value:
					return 1
				}
				return 0
			})
			if len(rows) > mostMetroRows {
				left += len(rows) - mostMetroRows
				rows = rows[:mostMetroRows]
			}
			p.panels = append(p.panels, &influencePanel{
				title: fmt.Sprintf("%s: %s against %s", watchInWords(w), first, placements[0]), axis: axisTitle(r),
				rows: rows, low: low, high: high, ticks: sweepTicks{r},
			})
		}
	}
	p.caption = sweepLegend(r)
	if left > 0 {
		p.caption = fmt.Sprintf("%s more are in sweep.csv. ", countOf(left, "metro", "metros")) + p.caption
	}
	p.bound()
	return p, nil
}

// hasMetroCrossings reports whether there is something for [SweepMetros] to draw.
func hasMetroCrossings(r *sweep.Result) bool {
	return slices.ContainsFunc(r.Crossings, func(c sweep.Crossing) bool { return c.Metro != "" })
}

// SweepTornado draws by how much each key moves each figure that is looked at: of one placement, or the differences from the
// baseline where there are several.
func SweepTornado(r *sweep.Result) (*Picture, error) {
	p := &Picture{title: r.Title, subtitle: sweepSubtitle(r)}
	placements := r.Placements()
	for n := range r.Influences {
		i := &r.Influences[n]
		if !i.IsDifference && len(placements) > 1 && i.Placement != placements[0] {
			continue
		}
		unit := unitOf(r, i.Watch)
		style := look.Line(max(0, slices.Index(placements, i.Placement)))
		title := watchInWords(i.Watch) + ", " + i.Placement
		if i.IsDifference {
			title += " − " + placements[0]
		}
		in := unit
		if unit == "share" {
			in = "points"
		}
		panel := &influencePanel{title: title, axis: "from the lowest value of the key to the highest, " + in, ticks: differenceTicks{}}
		for _, e := range byEffect(i) {
			of := inUnit(e.Estimate, unit)
			panel.rows = append(panel.rows, influenceRow{
				name: shortKey(r, e.Key), text: signed(of) + "; of ranks " + number(e.Rank, 2), style: style,
				value: of.Value, low: of.Low, high: of.High, isThere: true, isBar: true,
			})
			panel.low, panel.high = min(panel.low, of.Low), max(panel.high, of.High)
		}
		room := max(0.04*(panel.high-panel.low), 1e-9)
		panel.low, panel.high = panel.low-room, panel.high+room
		panel.title += fmt.Sprintf(" (lines explain %.0f %%)", 100*i.Fit)
		p.panels = append(p.panels, panel)
	}
	if len(p.panels) == 0 {
		p.panels = []panel{notice{"What moves the figures", "Too few points to tell the keys apart."}}
	}
	p.caption = sweepLegend(r) + " Bars: least squares over the points, all keys at once."
	p.bound()
	return p, nil
}

// SweepHeatMap draws a figure over two keys: which placement is best, and the difference of each from the baseline; of one placement
// the figure itself.
func SweepHeatMap(r *sweep.Result) (*Picture, error) {
	p := &Picture{title: r.Title, subtitle: sweepSubtitle(r)}
	placements := r.Placements()
	for _, w := range r.Watched {
		if len(placements) > 1 {
			p.panels = append(p.panels, bestMap(r, w, placements))
		}
		for i, name := range placements {
			if i == 0 && len(placements) > 1 {
				continue
			}
			p.panels = append(p.panels, heatMap(r, w, name, i > 0))
		}
	}
	p.caption = sweepLegend(r)
	p.bound()
	return p, nil
}

func better(r *sweep.Result, w sweep.Watch) edgewise.Direction {
	for i := range r.Points {
		for _, placement := range r.Placements() {
			if f, ok := r.Points[i].Figure(placement, w, ""); ok {
				return f.Better
			}
		}
	}
	return edgewise.Neither
}
