package report

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/topology"
)

// Transit is what a picture of hubs, and of who buys transit where, shows.
type Transit struct {
	// Title heads the picture, Subtitle says more.
	Title, Subtitle string
	// Hubs are named on the map. One that is cut is crossed out.
	Hubs []TransitHub
	// Ways are the cables between hubs, and those on which countries reach them.
	Ways []TransitWay
}

// A TransitHub is a town where networks meet.
type TransitHub struct {
	Name  string
	Place topology.Place
	IsCut bool
}

// A TransitWay is a line on the map.
type TransitWay struct {
	From, To topology.Place
	// Weight is the share of its transit, above 0 to 1, that a country at From buys at the hub at To; 0 is a cable between hubs.
	Weight float64
	IsCut  bool
}

// TransitMap draws hubs, the cables between them, and from each country that says so the ways to the hubs where it buys transit, the
// wider the more. It fails without hubs.
func TransitMap(t Transit) (*Picture, error) {
	if len(t.Hubs) == 0 {
		return nil, errors.New("map of transit: there are no hubs; at least one is needed")
	}
	for i, w := range t.Ways {
		if !(w.Weight >= 0 && w.Weight <= 1) {
			return nil, fmt.Errorf("map of transit: way %d has a weight of %v; it must be from 0 to 1", i, w.Weight)
		}
	}
	return &Picture{
		title: t.Title, subtitle: t.Subtitle, panels: []panel{&transitPanel{t}},
		caption: "Squares: hubs, where networks meet. Grey: cables between them. Blue, from a dot in the largest metro of a country: where its networks buy transit, the wider the more; countries without a dot go to the nearest hubs. Red: what is cut, ways dashed and hubs crossed out. Lines say who is joined to whom and not where cables lie. Coast: Natural Earth.",
	}, nil
}

// transitFrame is the part of the world that people live in.
var transitFrame = mapFrame{west: -130, east: 180, south: -45, north: 68}

type transitPanel struct{ Transit }

// transitAspect is height over width: the world's, a little higher than in its middle, for the hubs of Europe are close.
const transitAspect = 0.5

func (p *transitPanel) height() vg.Length {
	return vg.Length((pageWidth - 2*pageMargin) * transitAspect)
}

func (p *transitPanel) draw(c draw.Canvas) {
	area := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
		Min: vg.Point{X: c.Min.X, Y: c.Max.Y - vg.Length(c.Size().X*transitAspect)}, Max: c.Max,
	}}
	at := transitFrame.drawLand(area, area.Size().X, area.Size().Y)
	spot := func(place topology.Place) vg.Point { return at(place.LonDeg, place.LatDeg) }
	line := func(style draw.LineStyle, w TransitWay) {
		from, to := w.From, w.To
		switch {
		case to.LonDeg-from.LonDeg > 180: // over the Pacific
			from.LonDeg += 360
		case from.LonDeg-to.LonDeg > 180:
			to.LonDeg += 360
		default:
			area.StrokeLines(style, area.ClipLinesXY([]vg.Point{spot(from), spot(to)})...)
			return
		}
		for _, turn := range []float64{0, -360} {
			area.StrokeLines(style, area.ClipLinesXY([]vg.Point{at(from.LonDeg+turn, from.LatDeg), at(to.LonDeg+turn, to.LatDeg)})...)
		}
	}
	cut := draw.LineStyle{Color: worseColour, Width: vg.Points(1.4), Dashes: []vg.Length{vg.Points(4), vg.Points(3)}}
	for _, bought := range []bool{false, true} {
		for _, w := range p.Ways {
			if bought != (w.Weight > 0) || w.IsCut {
				continue
			}
			style := draw.LineStyle{Color: look.Axis, Width: vg.Points(0.9)}
			if bought {
				style = draw.LineStyle{Color: look.Translucent(betterColour, 0.65), Width: vg.Points(0.4 + float64(1.4*w.Weight))}
			}
			line(style, w)
		}
	}
	for _, w := range p.Ways {
		if w.IsCut {
			line(cut, w)
		}
	}
	for _, w := range p.Ways {
		if w.Weight > 0 {
			area.SetColor(betterColour)
			area.Fill(circle(spot(w.From), 1.5))
		}
	}
	const half = 2.2
	var signs []sign
	for _, h := range p.Hubs {
		point := spot(h.Place)
		if !area.Contains(point) {
			continue
		}
		box := vg.Rectangle{Min: vg.Point{X: point.X - half, Y: point.Y - half}, Max: vg.Point{X: point.X + half, Y: point.Y + half}}
		area.SetColor(look.White)
		area.Fill(box.Path())
		area.SetLineStyle(draw.LineStyle{Color: look.Ink, Width: vg.Points(1)})
		area.Stroke(box.Path())
		if h.IsCut {
			cross := draw.LineStyle{Color: worseColour, Width: vg.Points(1.8)}
			reach := vg.Length(math.Round(2 * half))
			area.StrokeLine2(cross, point.X-reach, point.Y-reach, point.X+reach, point.Y+reach)
			area.StrokeLine2(cross, point.X-reach, point.Y+reach, point.X+reach, point.Y-reach)
		}
		signs = append(signs, sign{point, h.Name})
	}
	crowdedFirst(signs)
	points, names := make([]vg.Point, len(signs)), make([]string, len(signs))
	for i, s := range signs {
		points[i], names[i] = s.point, s.name
	}
	boxes := labelBoxes(area, points, names, nil)
	area.SetColor(look.Translucent(look.White, 0.8)) // lines are everywhere: names stand on plates
	for _, box := range boxes {
		area.Fill(box.Path())
	}
	drawLabels(area, points, names, boxes)
}

// A sign is a name to stand beside a point.
type sign struct {
	point vg.Point
	name  string
}

// crowdedFirst sorts signs by how near the next one is: who has the nearest neighbour has the least choice of where to stand, and
// chooses first.
func crowdedFirst(signs []sign) {
	alone := make(map[string]float64, len(signs))
	for i, s := range signs {
		alone[s.name] = math.Inf(1)
		for j, o := range signs {
			if i != j {
				alone[s.name] = min(alone[s.name], math.Hypot(float64(o.point.X-s.point.X), float64(o.point.Y-s.point.Y)))
			}
		}
	}
	slices.SortStableFunc(signs, func(a, b sign) int { return cmp.Compare(alone[a.name], alone[b.name]) })
}
