package report

import (
	"image/color"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/sweep"
)

// A heatCell is a field of a map.
type heatCell struct {
	text   string
	colour color.Color // nil where there is nothing
	// isFaint says that its difference may be none.
	isFaint bool
}

// A heatPanel is a map over two keys: columns are the values of the first, rows of the second.
type heatPanel struct {
	title, across, down string
	columns, rows       []string
	cells               [][]heatCell // by row and column
	note                string
	key                 []keyEntry
}

const (
	heatNameWidth = 92 * vg.Length(1)
	heatStep      = 22 * vg.Length(1)
	heatHead      = 30 * vg.Length(1)
)

func (p *heatPanel) height() vg.Length {
	height := panelTitleHeight + heatHead + vg.Length(heatStep*vg.Length(len(p.rows))) + 16
	if len(p.key) > 0 {
		height += (&commonKey{p.key}).height() + 4
	}
	return height
}

func (p *heatPanel) draw(c draw.Canvas) {
	title := look.Bold(look.Text(look.LabelSize+1, look.Ink))
	c.FillText(title, vg.Point{X: c.Min.X, Y: c.Max.Y}, cutMiddle(title, p.title, c.Size().X))
	label, note := look.Text(look.NoteSize, look.Ink), look.Text(look.NoteSize, look.Faint)
	top := c.Max.Y - panelTitleHeight + 12
	c.FillText(note, vg.Point{X: c.Min.X + heatNameWidth, Y: top}, cut(note, p.across+" →", c.Size().X-heatNameWidth))
	c.FillText(note, vg.Point{X: c.Min.X, Y: top - 13}, cut(note, p.down+" ↓", heatNameWidth-6))
	width := vg.Length((c.Max.X - c.Min.X - heatNameWidth) / vg.Length(len(p.columns)))
	centred := label
	centred.XAlign = draw.XCenter
	for k, name := range p.columns {
		c.FillText(centred, vg.Point{X: c.Min.X + heatNameWidth + vg.Length(width*(vg.Length(k)+0.5)), Y: top - 14}, cut(label, name, width-2))
	}
	top -= heatHead
	for i, name := range p.rows {
		upper := top - vg.Length(heatStep*vg.Length(i))
		middle := upper - heatStep/2
		c.FillText(label, vg.Point{X: c.Min.X, Y: middle + look.NoteSize/2}, cut(label, name, heatNameWidth-8))
		for k := range p.columns {
			cell := p.cells[i][k]
			left := c.Min.X + heatNameWidth + vg.Length(width*vg.Length(k))
			box := vg.Rectangle{Min: vg.Point{X: left + 0.6, Y: upper - heatStep + 0.6}, Max: vg.Point{X: left + width - 0.6, Y: upper - 0.6}}
			if cell.colour != nil {
				c.SetColor(cell.colour)
				c.Fill(box.Path())
			}
			text := centred
			if cell.isFaint {
				text.Color = look.Faint
			}
			c.FillText(text, vg.Point{X: left + vg.Length(width/2), Y: middle + look.NoteSize/2}, cut(text, cell.text, width-2))
		}
	}
	bottom := top - vg.Length(heatStep*vg.Length(len(p.rows)))
	c.FillText(note, vg.Point{X: c.Min.X + heatNameWidth, Y: bottom - 3}, cut(note, p.note, c.Size().X-heatNameWidth))
	if len(p.key) > 0 {
		key := &commonKey{p.key}
		at := c
		at.Max.Y = bottom - 18
		key.draw(at)
	}
}

// newHeatPanel lays out a map; the point of each field is -1 where there is none.
func newHeatPanel(r *sweep.Result, title string) (*heatPanel, [][]int) {
	p := &heatPanel{title: title, across: axisTitle(r), down: shortKey(r, 1)}
	index := func(names *[]string, name string) int {
		i := slices.Index(*names, name)
		if i < 0 {
			i = len(*names)
			*names = append(*names, name)
		}
		return i
	}
	points := make(map[[2]int]int)
	for i := range r.Points {
		v := r.Points[i].Values
		points[[2]int{index(&p.rows, v[1].Text), index(&p.columns, v[0].Text)}] = i
	}
	at := make([][]int, len(p.rows))
	for i := range p.rows {
		p.cells = append(p.cells, make([]heatCell, len(p.columns)))
		at[i] = make([]int, len(p.columns))
		for k := range p.columns {
			at[i][k] = -1
			if point, ok := points[[2]int{i, k}]; ok {
				at[i][k] = point
			}
		}
	}
	return p, at
}

// heatMap draws a figure of a placement, or its difference from the baseline.
func heatMap(r *sweep.Result, w sweep.Watch, placement string, isDifference bool) *heatPanel {
	unit := unitOf(r, w)
	title := watchInWords(w) + ", " + placement
	if isDifference {
		title += " − " + r.Placements()[0]
	}
	if unit == "share" {
		title += ", %"
	} else if unit != "" {
		title += ", " + unit
	}
	p, points := newHeatPanel(r, title)
	of := func(point int) (stats.Estimate, bool) {
		if point < 0 {
			return stats.Estimate{}, false
		}
		if isDifference {
			d, ok := r.Points[point].Difference(placement, r.Placements()[0], w)
			return inUnit(d, unit), ok
		}
		f, ok := r.Points[point].Figure(placement, w, "")
		return inUnit(f.Estimate, unit), ok
	}
	low, high := math.Inf(1), math.Inf(-1)
	for i := range points {
		for _, point := range points[i] {
			if e, ok := of(point); ok {
				low, high = min(low, e.Value), max(high, e.Value)
			}
		}
	}
	greatest := max(math.Abs(low), math.Abs(high))
	for i := range points {
		for k, point := range points[i] {
			cell := &p.cells[i][k]
			e, ok := of(point)
			switch {
			case !ok:
				cell.text, cell.isFaint = "–", true
			case isDifference:
				cell.text = shortSigned(e.Value)
				cell.isFaint = e.HasInterval() && e.Low <= 0 && e.High >= 0
				if !cell.isFaint {
					cell.colour = diverging(e.Value/greatest, better(r, w))
				}
			default:
				cell.text = shortNumber(e.Value)
				cell.colour = look.Translucent(look.Line(1).Color, 0.08+float64(0.5*(e.Value-low)/max(high-low, 1e-300)))
			}
		}
	}
	if isDifference {
		p.note = "Blue is better than " + r.Placements()[0] + ", orange worse; without a colour the interval of the difference has 0 in it."
		if better(r, w) == edgewise.Neither {
			p.note = "Blue is less than " + r.Placements()[0] + ", orange more; without a colour the interval of the difference has 0 in it."
		}
	}
	return p
}

// diverging returns a colour for a difference between -1 and 1.
func diverging(x float64, better edgewise.Direction) color.Color {
	style := look.Line(1) // blue
	if x > 0 != (better == edgewise.More) {
		style = look.Line(2) // vermilion
	}
	return look.Translucent(style.Color, 0.12+float64(0.5*min(1, math.Abs(x))))
}

// bestMap draws which placement is best at each point.
func bestMap(r *sweep.Result, w sweep.Watch, placements []string) *heatPanel {
	direction := better(r, w)
	what := "least"
	if direction == edgewise.More {
		what = "most"
	}
	p, points := newHeatPanel(r, watchInWords(w)+": who has the "+what)
	for i := range points {
		for k, point := range points[i] {
			cell := &p.cells[i][k]
			if point < 0 {
				continue
			}
			best, value := -1, 0.0
			for n, name := range placements {
				f, ok := r.Points[point].Figure(name, w, "")
				if ok && (best < 0 || (f.Value < value) != (direction == edgewise.More) && f.Value != value) {
					best, value = n, f.Value
				}
			}
			if best < 0 {
				cell.text, cell.isFaint = "–", true
				continue
			}
			cell.text = strconv.Itoa(best + 1)
			cell.colour = look.Translucent(look.Line(best).Color, 0.38)
		}
	}
	for i, name := range placements {
		p.key = append(p.key, keyEntry{placement: i, style: thick(look.Line(i)), name: strconv.Itoa(i+1) + "  " + name})
	}
	return p
}

// thick returns a line for a patch of colour.
func thick(style draw.LineStyle) draw.LineStyle {
	style.Width, style.Dashes = 7, nil
	style.Color = look.Translucent(style.Color, 0.38)
	return style
}

// shortNumber writes a number with three digits.
func shortNumber(x float64) string { return number(x, decimalsFor(x, 0)) }

func shortSigned(x float64) string {
	if x > 0 {
		return "+" + shortNumber(x)
	}
	return shortNumber(x)
}
