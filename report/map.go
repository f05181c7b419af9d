package report

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/stats"
)

// sitesAtLarge is up to how many sites have squares of full size.
const sitesAtLarge = 30

// mostMaps is how many maps a picture has at most.
const mostMaps = 24

// Maps draws where users are and what they feel: a map for each workload and placement, on which a circle is a metro, as large as its
// share of the requests. Under the baseline its colour is the mean of the headline latency, under others the difference to the baseline;
// grey is a difference that is not beyond chance. Squares are the sites that the placement uses. Placements that do exactly the same share a map. All maps show the same part of the
// world. A workload of "" selects all; what is more than 24 maps is left out. A comparison without places gives a page that says so.
func Maps(c *edgewise.Comparison, workload string) (*Picture, error) {
	workloads, err := selectWorkloads(c, workload)
	if err != nil {
		return nil, fmt.Errorf("maps: %w", err)
	}
	frame, ok := frameOf(c)
	if !ok {
		return &Picture{title: c.Title, panels: []panel{notice{c.Title, "No metro has a place."}}}, nil
	}
	verdicts, err := verdictsByMetro(c)
	if err != nil {
		return nil, fmt.Errorf("maps: %w", err)
	}
	p := &Picture{title: c.Title, subtitle: "Mean latency by metro, and what placements change, " + basis(c), columns: 3}
	p.columns = min(p.columns, len(c.Placements)*len(workloads))
	left := 0
	for _, name := range workloads {
		scale := scaleOf(c, name)
		for _, r := range rowsOf(c, name) {
			if m := newMapPanel(c, placesOf(c, &r)[0], name, frame, scale, verdicts); m != nil && m.hasChange() {
				m.subtitle = strings.ReplaceAll(r.name(), "\n", " ")
				m.columns = p.columns
				if len(p.panels) == mostMaps {
					left++
					continue
				}
				p.panels = append(p.panels, m)
			}
		}
	}
	p.caption = "Circles: metros, by their share of the requests. Squares: sites that the placement uses. Under the baseline the colour is the mean latency, under others the difference; blue is faster and red with a thick ring slower beyond chance, grey is undecided. Placements that change nothing have no map, and those that are alike share one. Coast: Natural Earth."
	if left > 0 {
		p.caption += fmt.Sprintf(" %s left out.", countOf(left, "map is", "maps are"))
	}
	return p, nil
}

// A mapFrame is the part of the world that maps show.
type mapFrame struct{ west, east, south, north float64 }

// frameOf returns the part with all metros and the sites near them: those that are used far from users are not worth a world.
func frameOf(c *edgewise.Comparison) (f mapFrame, ok bool) {
	f = mapFrame{180, -180, 90, -90}
	cover := func(p *edgewise.Place) {
		f.west, f.east = min(f.west, p.LonDeg), max(f.east, p.LonDeg)
		f.south, f.north = min(f.south, p.LatDeg), max(f.north, p.LatDeg)
	}
	for i := range c.Metros {
		cover(&c.Metros[i])
	}
	if len(c.Metros) == 0 {
		return f, false
	}
	used := make(map[string]bool)
	for _, r := range c.Placements[0].Roles {
		used[r.Site] = true
	}
	for i := range c.Sites {
		if used[c.Sites[i].ID] {
			cover(&c.Sites[i])
		}
	}
	const margin, least = 0.08, 8.0
	grow := func(low, high *float64, most float64) {
		half := float64(max(least, (*high-*low)*(1+2*margin)) / 2)
		middle := float64((*low + *high) / 2)
		*low, *high = max(middle-half, -most), min(middle+half, most)
	}
	grow(&f.west, &f.east, 180)
	grow(&f.south, &f.north, 85)
	return f, true
}

// aspect returns height over width, of a map on which a degree is as long in both directions in its middle.
func (f mapFrame) aspect() float64 {
	return (f.north - f.south) / ((f.east - f.west) * math.Cos((f.north+f.south)/2*math.Pi/180))
}

// A mapScale is the range of the colours of one workload, in ms.
type mapScale struct{ low, high, change float64 }

// scaleOf covers the means under the baseline, and the differences of all placements.
func scaleOf(c *edgewise.Comparison, workload string) (s mapScale) {
	s.low = math.Inf(1)
	for i := range c.Placements {
		w := workloadOf(&c.Placements[i], workload)
		if w == nil {
			continue
		}
		for k := range w.Metros {
			f, err := w.Metros[k].Metric(w.Headline().Name()).Mean()
			if err != nil {
				continue
			}
			if i == 0 {
				s.low, s.high = min(s.low, f.Value), max(s.high, f.Value)
			}
			if f.Difference != nil {
				s.change = max(s.change, math.Abs(f.Difference.Value))
			}
		}
	}
	if s.high <= s.low {
		s.low, s.high = s.low-0.5, s.low+0.5
	}
	if s.change == 0 {
		s.change = 1
	}
	return s
}

// A mapPanel is one map.
type mapPanel struct {
	title      string // the workload
	subtitle   string // the placement
	frame      mapFrame
	scale      mapScale
	isBaseline bool
	metros     []mapMetro
	sites      []*edgewise.Place
	columns    int
}

// hasChange reports whether there is something to see: under the baseline always.
func (p *mapPanel) hasChange() bool {
	return p.isBaseline || slices.ContainsFunc(p.metros, func(m mapMetro) bool { return m.ms != 0 })
}

// A mapMetro is a circle.
type mapMetro struct {
	place   *edgewise.Place
	share   float64
	ms      float64 // the mean, or the difference
	isGrey  bool
	isWorse bool
}

func newMapPanel(c *edgewise.Comparison, placement int, workload string, frame mapFrame, scale mapScale, verdicts map[judgedFigure]stats.Verdict) *mapPanel {
	of := &c.Placements[placement]
	w := workloadOf(of, workload)
	if w == nil {
		return nil
	}
	p := &mapPanel{title: workload, subtitle: of.Name, frame: frame, scale: scale, isBaseline: placement == 0}
	places := placesByID(c.Metros)
	total := 0.0
	metric := w.Headline().Name()
	for k := range w.Metros {
		m := &w.Metros[k]
		requests, _ := m.Figures.Find("requests", "count")
		total += requests.Value
		mean, err := m.Metric(metric).Mean()
		place := places[m.ID]
		if err != nil || place == nil {
			continue
		}
		one := mapMetro{place: place, share: requests.Value, ms: mean.Value}
		if !p.isBaseline {
			if mean.Difference == nil || !mean.Difference.HasValue() {
				continue
			}
			verdict := verdicts[judgedFigure{of.Name, workload, m.ID, metric, "mean"}]
			one.ms, one.isGrey, one.isWorse = mean.Difference.Value, verdict != stats.Better && verdict != stats.Worse, verdict == stats.Worse
		}
		p.metros = append(p.metros, one)
	}
	for i := range p.metros {
		p.metros[i].share /= max(total, 1)
	}
	// Large ones first, so that small ones lie on them.
	slices.SortStableFunc(p.metros, func(a, b mapMetro) int { return cmp.Compare(b.share, a.share) })
	for i := range c.Sites {
		if s := &c.Sites[i]; slices.ContainsFunc(of.Roles, func(r edgewise.SiteRole) bool { return r.Site == s.ID }) {
			p.sites = append(p.sites, s)
		}
	}
	return p
}

const (
	mapScaleHeight = 30 * vg.Length(1)
	mostMapHeight  = 220 * vg.Length(1)
	mapTitleHeight = 31 * vg.Length(1)
)

// size returns how large the map is in a width.
func (p *mapPanel) size(width vg.Length) (w, h vg.Length) {
	h = vg.Length(width * vg.Length(p.frame.aspect()))
	if h > mostMapHeight {
		return vg.Length(mostMapHeight / vg.Length(p.frame.aspect())), mostMapHeight
	}
	return width, h
}

func (p *mapPanel) height() vg.Length {
	width := pageWidth - 2*pageMargin
	if p.columns > 1 {
		width = vg.Length((width - vg.Length(columnGap*vg.Length(p.columns-1))) / vg.Length(p.columns))
	}
	_, h := p.size(width)
	return mapTitleHeight + h + mapScaleHeight
}

// The colours of maps: from pale to dark for latencies, and of differences blue where it is faster and red where it is slower, both to be told
// apart by those with any common colour blindness by how dark they are, and by the ring of those that are slower.
var (
	paleColour   = color.NRGBA{R: 0xfd, G: 0xe7, B: 0xa9, A: 0xff}
	darkColour   = color.NRGBA{R: 0x7a, G: 0x01, B: 0x4d, A: 0xff}
	betterColour = color.NRGBA{R: 0x00, G: 0x5a, B: 0x9c, A: 0xff}
	worseColour  = color.NRGBA{R: 0xc4, G: 0x3c, B: 0x00, A: 0xff}
	noneColour   = color.NRGBA{R: 0xf2, G: 0xf2, B: 0xee, A: 0xff}
	undecided    = color.NRGBA{R: 0xb4, G: 0xb4, B: 0xb4, A: 0xff}
	landColour   = color.NRGBA{R: 0xee, G: 0xec, B: 0xe6, A: 0xff}
	seaColour    = color.NRGBA{R: 0xf6, G: 0xf9, B: 0xfb, A: 0xff}
	coastColour  = color.NRGBA{R: 0xcc, G: 0xc8, B: 0xbe, A: 0xff}
)

// between returns a colour at a share of the way between two.
func between(a, b color.NRGBA, at float64) color.NRGBA {
	at = min(max(at, 0), 1)
	mix := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + float64((float64(y)-float64(x))*at))) }
	return color.NRGBA{R: mix(a.R, b.R), G: mix(a.G, b.G), B: mix(a.B, b.B), A: 0xff}
}

// colourAt returns the colour of a latency or a difference, in ms.
func (p *mapPanel) colourAt(ms float64) color.NRGBA {
	switch {
	case p.isBaseline:
		return between(paleColour, darkColour, (ms-p.scale.low)/(p.scale.high-p.scale.low))
	case ms < 0:
		return between(noneColour, betterColour, -ms/p.scale.change)
	}
	return between(noneColour, worseColour, ms/p.scale.change)
}

// drawLand draws sea, land and a border on an area, which is w wide and h high, and returns where on the area a place is.
func (f mapFrame) drawLand(area draw.Canvas, w, h vg.Length) (at func(lon, lat float64) vg.Point) {
	at = func(lon, lat float64) vg.Point {
		return vg.Point{
			X: area.Min.X + vg.Length(w*vg.Length((lon-f.west)/(f.east-f.west))),
			Y: area.Min.Y + vg.Length(h*vg.Length((lat-f.south)/(f.north-f.south))),
		}
	}
	area.SetColor(seaColour)
	area.Fill(area.Rectangle.Path())
	for _, ring := range land() {
		for _, turn := range []float64{-360, 0, 360} {
			points := make([]vg.Point, len(ring))
			for i, d := range ring {
				points[i] = at(d.lon+turn, d.lat)
			}
			if clipped := area.ClipPolygonXY(points); len(clipped) > 2 {
				area.FillPolygon(landColour, clipped)
				area.StrokeLines(draw.LineStyle{Color: coastColour, Width: vg.Points(0.4)}, area.ClipLinesXY(points)...)
			}
		}
	}
	border := draw.LineStyle{Color: look.Axis, Width: vg.Points(0.5)}
	area.StrokeLines(border, []vg.Point{area.Min, {X: area.Max.X, Y: area.Min.Y}, area.Max, {X: area.Min.X, Y: area.Max.Y}, area.Min})
	return at
}

// leastRadius returns the radius of a metro without users on a map so wide and high: smaller where so many would cover one another.
func leastRadius(width, height float64, metros int) vg.Length {
	const covered = 0.12 // of the map, by all metros together
	return vg.Length(min(1.6, math.Sqrt(covered*width*height/(math.Pi*float64(max(metros, 1))))))
}

func (p *mapPanel) draw(c draw.Canvas) {
	title := look.Bold(look.Text(look.LabelSize, look.Ink))
	c.FillText(title, vg.Point{X: c.Min.X, Y: c.Max.Y}, cutMiddle(title, p.title, vg.Length(c.Size().X*(1-spared))))
	under := look.Text(look.LabelSize, look.Ink)
	c.FillText(under, vg.Point{X: c.Min.X, Y: c.Max.Y - look.LabelSize*leading}, cut(under, p.subtitle, vg.Length(c.Size().X*(1-spared))))
	w, h := p.size(c.Size().X)
	area := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
		Min: vg.Point{X: c.Min.X, Y: c.Max.Y - mapTitleHeight - h}, Max: vg.Point{X: c.Min.X + w, Y: c.Max.Y - mapTitleHeight},
	}}
	at := p.frame.drawLand(area, w, h)
	least := leastRadius(float64(w), float64(h), len(p.metros))
	for i := range p.metros {
		m := &p.metros[i]
		radius := least + vg.Length(15*math.Sqrt(m.share))
		centre := at(m.place.LonDeg, m.place.LatDeg)
		fill := p.colourAt(m.ms)
		if m.isGrey {
			fill = undecided
		}
		area.SetColor(fill)
		area.Fill(circle(centre, radius))
		rim := draw.LineStyle{Color: look.Ink, Width: least / 4}
		if m.isWorse {
			rim.Width = least
		}
		area.SetLineStyle(rim)
		area.Stroke(circle(centre, radius))
	}
	half, line := 2.6, 1.0
	if len(p.sites) > sitesAtLarge { // many would cover what they serve
		half, line = 1, 0.5
	}
	for _, s := range p.sites {
		point := at(s.LonDeg, s.LatDeg)
		if !area.Contains(point) {
			continue
		}
		size := vg.Length(half)
		box := vg.Rectangle{Min: vg.Point{X: point.X - size, Y: point.Y - size}, Max: vg.Point{X: point.X + size, Y: point.Y + size}}
		area.SetColor(look.White)
		area.Fill(box.Path())
		area.SetLineStyle(draw.LineStyle{Color: look.Ink, Width: vg.Points(line)})
		area.Stroke(box.Path())
	}
	p.drawScale(c, area)
}

// drawScale draws what the colours mean, below the map.
func (p *mapPanel) drawScale(c, area draw.Canvas) {
	low, high, text := p.scale.low, p.scale.high, "mean, ms"
	if !p.isBaseline {
		low, high, text = -p.scale.change, p.scale.change, "change, ms"
	}
	const steps, width, height = 40, 80 * vg.Length(1), 7 * vg.Length(1)
	top := area.Min.Y - 5
	for i := range steps {
		ms := low + float64((high-low)*(float64(i)+0.5)/steps)
		c.SetColor(p.colourAt(ms))
		x := area.Min.X + vg.Length(width*vg.Length(i)/steps)
		c.Fill(vg.Rectangle{Min: vg.Point{X: x, Y: top - height}, Max: vg.Point{X: x + vg.Length(width/steps), Y: top}}.Path())
	}
	note := look.Text(look.NoteSize, look.Faint)
	marked := func(x float64) string {
		text := number(x, decimalsFor(x, 0))
		if !p.isBaseline && x > 0 {
			text = "+" + text
		}
		return text
	}
	c.FillText(note, vg.Point{X: area.Min.X, Y: top - height - 1}, marked(low))
	right := marked(high)
	c.FillText(note, vg.Point{X: area.Min.X + width - note.Width(right), Y: top - height - 1}, right)
	c.FillText(note, vg.Point{X: area.Min.X + width + 8, Y: top + 2}, cut(note, text, c.Max.X-area.Min.X-width-8))
}
