package report

import (
	"image/color"

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

var marks = []mark{{0.5, "p50", circle}, {0.99, "p99", diamond}}

// draw draws the mark with a white rim, which sets it off from the lines below it.
func (m mark) draw(c *draw.Canvas, at vg.Point, colour color.Color) {
	c.SetColor(look.White)
	c.Fill(m.shape(at, 4.4))
	c.SetColor(colour)
	c.Fill(m.shape(at, 3.4))
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
