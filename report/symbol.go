package report

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/internal/portable"
)

// A symbol tells a line from others where colours and dashes do not: many lines, one over the other, or a
// page without colours.
type symbol struct {
	corners int     // of a regular polygon; 0 is a circle
	turn    float64 // of its first corner, in degrees from the right
	hollow  bool
	star    bool // strokes from the centre to the corners
}

var symbols = []symbol{
	{}, {corners: 4, turn: 45}, {corners: 3, turn: 90}, {corners: 4}, {corners: 3, turn: -90},
	{hollow: true}, {corners: 4, turn: 45, hollow: true}, {corners: 3, turn: 90, hollow: true}, {corners: 4, hollow: true},
	{corners: 3, turn: -90, hollow: true}, {corners: 4, star: true}, {corners: 4, turn: 45, star: true}, {corners: 6, turn: 90, star: true},
}

// symbolOf returns the symbol of the i-th line of a picture. With the colours and dashes of [look.Line] it
// repeats after 390 lines.
func symbolOf(i int) *symbol { return &symbols[i%len(symbols)] }

// draw draws the symbol with a white rim, which sets it off from the lines below it.
func (s symbol) draw(c *draw.Canvas, at vg.Point, colour color.Color) {
	const radius, rim, stroke = 3.2, 0.8, 1.3
	c.SetLineDash(nil, 0)
	if s.star {
		for _, pen := range []struct {
			colour color.Color
			width  vg.Length
		}{{look.White, stroke + 2*rim}, {colour, stroke}} {
			c.SetColor(pen.colour)
			c.SetLineWidth(pen.width)
			for corner := range s.corners / 2 {
				var p vg.Path
				p.Move(s.corner(at, radius, corner))
				p.Line(s.corner(at, radius, corner+s.corners/2))
				c.Stroke(p)
			}
		}
		return
	}
	c.SetColor(look.White)
	c.Fill(s.outline(at, radius+rim))
	c.SetColor(colour)
	if s.hollow {
		c.SetLineWidth(stroke)
		c.Stroke(s.outline(at, radius-stroke/2))
	} else {
		c.Fill(s.outline(at, radius))
	}
}

// outline returns the border of a symbol of the area of a circle.
func (s symbol) outline(center vg.Point, radius vg.Length) vg.Path {
	if s.corners == 0 {
		return circle(center, radius)
	}
	var p vg.Path
	p.Move(s.corner(center, radius, 0))
	for i := 1; i < s.corners; i++ {
		p.Line(s.corner(center, radius, i))
	}
	p.Close()
	return p
}

// corner returns the i-th corner. Polygons are drawn larger than circles, for the same weight to the eye.
func (s symbol) corner(center vg.Point, radius vg.Length, i int) vg.Point {
	angle := s.turn*math.Pi/180 + 2*math.Pi*float64(i)/float64(s.corners)
	if s.corners == 3 {
		radius *= 1.45
	} else {
		radius *= 1.25
	}
	return vg.Point{X: center.X + vg.Length(radius*vg.Length(portable.Cos(angle))), Y: center.Y + vg.Length(radius*vg.Length(portable.Sin(angle)))}
}

// lineSymbols are the symbols on all lines of a plot, each line's at other places than the others'. They are drawn over
// all lines, the i-th with the i-th symbol.
type lineSymbols []*plotter.Line

// symbolsOnLine is how many symbols a line has that goes from end to end.
const symbolsOnLine = 4

// Plot implements plot.Plotter.
func (lines lineSymbols) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for i, line := range lines {
		for k := range symbolsOnLine {
			part := (float64(k) + (float64(i)+0.5)/float64(len(lines))) / symbolsOnLine
			at := p.X.Min + float64(part*(p.X.Max-p.X.Min))
			if height, ok := heightAt(line.XYs, at); ok {
				symbolOf(i).draw(&c, vg.Point{X: x(at), Y: y(height)}, line.Color)
			}
		}
	}
}

// heightAt returns the height of a line at a place; false where it is not.
func heightAt(points plotter.XYs, x float64) (y float64, ok bool) {
	for i, b := range points {
		if i > 0 && x >= points[i-1].X && x <= b.X {
			a := points[i-1]
			return a.Y + (b.Y-a.Y)*(x-a.X)/(b.X-a.X), true
		}
	}
	return 0, false
}
