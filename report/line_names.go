package report

import (
	"cmp"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise/internal/look"
)

// A lineName is what a line is called, written at the line itself, so that nobody has to look it up in a key.
type lineName struct {
	name   string
	number int // of the line among those of [look.Line], for its colour
	// dotted says that there is a symbol at every corner of the line.
	dotted bool
	// path returns the line on a canvas.
	path func(draw.Canvas, *plot.Plot) []vg.Point
}

// colour returns that of the name: the line's, dark enough to be read.
func (n *lineName) colour() color.Color { return look.Name(n.number) }

const (
	// widestName is how wide a name in the data may be; a longer one loses its middle.
	widestName = 150 * vg.Length(1)
	// nameGap is between a line and its name, nameRoom what is free around it, nameClear how far other lines are at least.
	nameGap, nameRoom, nameClear = 2.5 * vg.Length(1), 1.5 * vg.Length(1), 6 * vg.Length(1)
	// widerFont is by how much texts may be wider with the font of a reader.
	widerFont = 1.17
	// sampleLength is that of the piece of line that leads to a name beside the data.
	sampleLength = 22 * vg.Length(1)
)

// nameText returns the style of a name.
func nameText(c color.Color) draw.TextStyle {
	s := look.Bold(look.Text(look.NoteSize, c))
	s.YAlign = text.YCenter
	return s
}

// endsFit reports whether the names of lines that run to the right edge have room beside it, so that no key is needed: the key
// says nothing but names, and there are no more of them than lines of text.
func (p *plotPanel) endsFit() bool {
	if !p.namesAtEnds || len(p.names) == 0 || vg.Length(len(p.names))*look.NoteSize*leading > plotHeight {
		return false
	}
	return len(p.names) == len(p.key.entries) && !slices.ContainsFunc(p.key.entries, func(e keyEntry) bool { return e.remark != "" || len(e.values) > 0 })
}

// drawEndNames writes the names of lines beside the right edge of the data, at the heights at which the lines end, or as near as there is
// room, with a piece of the line that leads there.
func (p *plotPanel) drawEndNames(data, beside draw.Canvas) {
	type end struct {
		*lineName
		from vg.Point
		at   vg.Length
	}
	var ends []end
	for i := range p.names {
		if path := p.names[i].path(data, p.plot); len(path) > 0 {
			last := path[len(path)-1]
			ends = append(ends, end{&p.names[i], last, last.Y})
		}
	}
	slices.SortStableFunc(ends, func(a, b end) int { return cmp.Compare(b.from.Y, a.from.Y) })
	heights := make([]float64, len(ends))
	for i := range ends {
		heights[i] = float64(ends[i].from.Y)
	}
	names := make([]string, len(ends))
	for i, e := range ends {
		names[i] = e.name
	}
	names = cutNames(nameText(look.Ink), names, vg.Length((beside.Max.X-beside.Min.X-sampleLength-5)*(1-spared)))
	step := float64(look.NoteSize * leading)
	for i, y := range spread(heights, step, float64(data.Min.Y)+float64(step/2), float64(data.Max.Y)-float64(step/2)) {
		e := ends[i]
		e.at = vg.Length(y)
		start := vg.Point{X: max(e.from.X, data.Max.X) + 2, Y: e.from.Y}
		bend := vg.Point{X: beside.Min.X, Y: e.at}
		c := beside
		c.StrokeLines(draw.LineStyle{Color: look.Translucent(look.Line(e.number).Color, 0.6), Width: vg.Points(0.6)}, []vg.Point{start, bend})
		c.StrokeLine2(look.Line(e.number), bend.X, e.at, bend.X+sampleLength, e.at)
		s := nameText(e.colour())
		x := bend.X + sampleLength + 5
		c.FillText(s, vg.Point{X: x, Y: e.at}, names[i])
	}
}

// spread moves heights, which fall, apart, as little as it can, so that none is nearer than step to the next and all are between low and high. Where
// they have no room they stand a step apart below high.
func spread(heights []float64, step, low, high float64) []float64 {
	// Blocks of neighbours that touch lie around the mean of what they want.
	type block struct {
		first, count int
		sum          float64 // of the wanted heights of the first of the block
	}
	top := func(b block) float64 {
		wanted := b.sum / float64(b.count)
		return min(max(wanted, low+float64(step*float64(b.count-1))), high)
	}
	var blocks []block
	for i, h := range heights {
		blocks = append(blocks, block{i, 1, h})
		for len(blocks) > 1 {
			above, below := blocks[len(blocks)-2], blocks[len(blocks)-1]
			if top(above)-float64(step*float64(above.count)) >= top(below) {
				break
			}
			above.sum += below.sum + float64(step*float64(above.count)*float64(below.count))
			above.count += below.count
			blocks = append(blocks[:len(blocks)-2], above)
		}
	}
	placed := make([]float64, len(heights))
	for _, b := range blocks {
		for k := range b.count {
			placed[b.first+k] = top(b) - float64(step*float64(k))
		}
	}
	return placed
}

// drawNames writes names within the data, each beside its line where it covers nothing and no other line is as near. Where one has no such
// place all are left to the key. Lines that lie on one another have one name of all. What is drawn besides lines is in taken.
func (p *plotPanel) drawNames(data draw.Canvas, taken []vg.Rectangle) {
	var paths [][]vg.Point
	var names []*lineName
	for i := range p.names {
		path := p.names[i].path(data, p.plot)
		if len(path) == 0 {
			continue
		}
		if p.names[i].dotted {
			for _, corner := range path {
				taken = append(taken, grown(vg.Rectangle{Min: corner, Max: corner}, pointRadius))
			}
		}
		if at := slices.IndexFunc(paths, func(o []vg.Point) bool { return slices.Equal(o, path) }); at >= 0 {
			joined := *names[at]
			joined.name += ", " + p.names[i].name
			names[at] = &joined
			continue
		}
		paths, names = append(paths, path), append(names, &p.names[i])
	}
	if len(names) < 2 {
		return // there is nothing to tell apart
	}
	type written struct {
		style draw.TextStyle
		lines []string
		box   vg.Rectangle
	}
	var all []written
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = n.name
	}
	short := cutNames(nameText(look.Ink), texts, widestName)
	for i, n := range names {
		w := written{style: nameText(n.colour())}
		found := false
		for _, most := range []int{1, 2} { // in one line or, if that has no place, in two
			w.lines = short[i : i+1]
			if most > 1 {
				w.lines = nameLines(w.style, n.name)
			}
			if slices.ContainsFunc(all, func(o written) bool { return slices.Equal(o.lines, w.lines) }) {
				continue
			}
			size := vg.Point{Y: look.NoteSize * leading * vg.Length(len(w.lines))}
			for _, line := range w.lines {
				size.X = max(size.X, vg.Length(w.style.Width(line)*widerFont))
			}
			if w.box, found = besideLine(paths, i, size, taken, data.Rectangle); found {
				break
			}
		}
		if !found {
			return
		}
		taken, all = append(taken, w.box), append(all, w)
	}
	for _, w := range all {
		for i, line := range w.lines {
			data.FillText(w.style, vg.Point{X: w.box.Min.X, Y: w.box.Max.Y - vg.Length(look.NoteSize*leading*(vg.Length(i)+0.5))}, line)
		}
	}
}

// nameLines returns a name in two lines of about the same length, or one.
func nameLines(s draw.TextStyle, name string) []string {
	words := strings.Fields(name)
	if several := strings.SplitAfter(name, ", "); len(several) > 1 { // not within a name
		words = nil
		for _, one := range several {
			words = append(words, strings.TrimSpace(one))
		}
	}
	if len(words) < 2 {
		return []string{cutMiddle(s, name, widestName)}
	}
	best, least := 1, vg.Length(math.Inf(1))
	for i := 1; i < len(words); i++ {
		if wider := max(s.Width(strings.Join(words[:i], " ")), s.Width(strings.Join(words[i:], " "))); wider < least {
			best, least = i, wider
		}
	}
	return []string{cutMiddle(s, strings.Join(words[:best], " "), widestName), cutMiddle(s, strings.Join(words[best:], " "), widestName)}
}

// besideLine returns a box of a size beside the i-th of several lines, within bounds, that covers no line and nothing that is taken, with all other
// lines farther off; of those the one with most room around it, nearer to the line's end if there are several. There may be none.
func besideLine(paths [][]vg.Point, i int, size vg.Point, taken []vg.Rectangle, bounds vg.Rectangle) (best vg.Rectangle, found bool) {
	const enough = 24.0
	most := 0.0
	along := walk(paths[i], 6)
	for k := len(along) - 1; k >= 0; k-- {
		p := along[k]
		for _, corner := range []vg.Point{{X: nameGap, Y: -nameGap - size.Y}, {X: -nameGap - size.X, Y: nameGap}, {X: nameGap, Y: nameGap}, {X: -nameGap - size.X, Y: -nameGap - size.Y}, {X: nameGap + 1, Y: -vg.Length(size.Y / 2)}, {X: -nameGap - 1 - size.X, Y: -vg.Length(size.Y / 2)}} {
			box := vg.Rectangle{Min: vg.Point{X: p.X + corner.X, Y: p.Y + corner.Y}}
			box.Max = vg.Point{X: box.Min.X + size.X, Y: box.Min.Y + size.Y}
			if box.Min.X < bounds.Min.X+nameRoom || box.Max.X > bounds.Max.X || box.Min.Y < bounds.Min.Y+nameRoom || box.Max.Y > bounds.Max.Y-nameRoom {
				continue
			}
			wide := grown(box, nameRoom)
			if slices.ContainsFunc(taken, func(o vg.Rectangle) bool { return overlap(wide, o) > 0 }) || gapTo(paths[i], box) < float64(nameRoom) {
				continue
			}
			room := enough
			for o := range paths {
				if o != i {
					room = min(room, gapTo(paths[o], box))
				}
			}
			if room >= float64(nameClear) && room > most {
				best, most, found = box, room, true
			}
		}
		if most >= enough {
			break
		}
	}
	return best, found
}

// walk returns places along a line, a step apart, and its ends.
func walk(path []vg.Point, step float64) (places []vg.Point) {
	since := step
	for i := 1; i < len(path); i++ {
		a, b := path[i-1], path[i]
		length := math.Hypot(float64(b.X-a.X), float64(b.Y-a.Y))
		for at := step - since; at < length; at += step {
			u := vg.Length(at / length)
			places = append(places, vg.Point{X: a.X + vg.Length(u*(b.X-a.X)), Y: a.Y + vg.Length(u*(b.Y-a.Y))})
			since = 0
		}
		if since += length; since > step {
			since = math.Mod(since, step)
		}
	}
	return append(places, path[len(path)-1])
}

// gapTo returns how far a line is from a box, 0 where it crosses it.
func gapTo(path []vg.Point, box vg.Rectangle) float64 {
	least := math.Inf(1)
	for i := 1; i < len(path); i++ {
		least = min(least, segmentDistance(path[i-1], path[i], box))
	}
	return least
}

// segmentDistance is [gapTo] of one piece: of places on it so near to each other that no box of text lies between.
func segmentDistance(a, b vg.Point, box vg.Rectangle) float64 {
	gap := func(low, high, from, to vg.Length) float64 { return float64(max(low-to, from-high, 0)) }
	// Far off as a whole is far off.
	whole := math.Hypot(gap(min(a.X, b.X), max(a.X, b.X), box.Min.X, box.Max.X), gap(min(a.Y, b.Y), max(a.Y, b.Y), box.Min.Y, box.Max.Y))
	pieces := int(math.Ceil(math.Hypot(float64(b.X-a.X), float64(b.Y-a.Y)) / 2))
	if whole > 24 || pieces <= 1 {
		return whole
	}
	least := math.Inf(1)
	for k := range pieces + 1 {
		u := vg.Length(float64(k) / float64(pieces))
		x, y := a.X+vg.Length(u*(b.X-a.X)), a.Y+vg.Length(u*(b.Y-a.Y))
		least = min(least, math.Hypot(gap(x, x, box.Min.X, box.Max.X), gap(y, y, box.Min.Y, box.Max.Y)))
	}
	return least
}

// grown returns a box with room on all sides.
func grown(box vg.Rectangle, room vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: box.Min.X - room, Y: box.Min.Y - room}, Max: vg.Point{X: box.Max.X + room, Y: box.Max.Y + room}}
}
