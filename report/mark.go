package report

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise/internal/look"
)

// A mark is a quantile that is marked on every line.
type mark struct {
	p     float64
	name  string
	shape func(center vg.Point, radius vg.Length) vg.Path
}

// marks are those of tails and of shifts, bodyMarks those of whole distributions, where p99 is at the upper edge.
var (
	marks     = []mark{{0.5, "p50", circle}, {0.99, "p99", diamond}}
	bodyMarks = []mark{{0.5, "p50", circle}, {0.95, "p95", diamond}}
)

const (
	markRadius = 3.4 * vg.Length(1)
	markRim    = 1 * vg.Length(1)
)

// draw draws the mark with a white rim, which sets it off from the lines below it.
func (m mark) draw(c *draw.Canvas, at vg.Point, colour color.Color) {
	m.drawSized(c, at, colour, markRadius)
}

func (m mark) drawSized(c *draw.Canvas, at vg.Point, colour color.Color, radius vg.Length) {
	c.SetColor(look.White)
	c.Fill(m.shape(at, radius+markRim))
	c.SetColor(colour)
	c.Fill(m.shape(at, radius))
}

// A placedMark is a mark at its place.
type placedMark struct {
	mark
	at     vg.Point
	colour color.Color
}

// placedMarks know where the marks on all lines of a plot are.
type placedMarks interface {
	placed(draw.Canvas, *plot.Plot) []placedMark
}

// drawMarks draws marks so that none hides another: those that lie under others are rings around them.
func drawMarks(c *draw.Canvas, all []placedMark) {
	const ring, mostRings = 2.2 * vg.Length(1), 5
	for i, m := range all {
		above := 0
		for _, o := range all[i+1:] {
			if o.name == m.name && math.Hypot(float64(o.at.X-m.at.X), float64(o.at.Y-m.at.Y)) < float64(markRadius) {
				above++
			}
		}
		m.drawSized(c, m.at, m.colour, markRadius+vg.Length(ring*vg.Length(min(above, mostRings))))
	}
}

func circle(center vg.Point, radius vg.Length) vg.Path {
	var p vg.Path
	const turn = 2 * 3.141592653589793
	p.Move(vg.Point{X: center.X + radius, Y: center.Y})
	p.Arc(center, radius, 0, turn)
	p.Close()
	return p
}

func diamond(center vg.Point, radius vg.Length) vg.Path {
	radius = vg.Length(radius * 1.25) // the area of the circle
	var p vg.Path
	p.Move(vg.Point{X: center.X + radius, Y: center.Y})
	p.Line(vg.Point{X: center.X, Y: center.Y + radius})
	p.Line(vg.Point{X: center.X - radius, Y: center.Y})
	p.Line(vg.Point{X: center.X, Y: center.Y - radius})
	p.Close()
	return p
}
