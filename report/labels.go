package report

import (
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/internal/portable"
)

// pointRadius is that of what a label must not cover.
const pointRadius = 3.4 * vg.Length(1)

// labelRoom is what is free on both sides of a label, so that two do not read as one.
const labelRoom = 2 * vg.Length(1)

// labelBoxes returns where to write names beside points, so that none is on another, on a point or, where that will do, on an obstacle.
func labelBoxes(c draw.Canvas, points []vg.Point, names []string, obstacles []vg.Rectangle) []vg.Rectangle {
	text := look.Text(look.NoteSize, look.Ink)
	sizes := make([]vg.Point, len(names))
	for i, name := range names {
		sizes[i] = vg.Point{X: text.Width(name) + 2*labelRoom, Y: look.NoteSize}
	}
	return placeLabels(points, sizes, obstacles, c.Rectangle)
}

// drawLabels writes names of points into boxes. One that stands farther off has a line to its point.
func drawLabels(c draw.Canvas, points []vg.Point, names []string, boxes []vg.Rectangle) {
	text := look.Text(look.NoteSize, look.Ink)
	leader := draw.LineStyle{Color: look.Axis, Width: vg.Points(0.5)}
	for i, box := range boxes {
		near := vg.Point{X: min(max(points[i].X, box.Min.X), box.Max.X), Y: min(max(points[i].Y, box.Min.Y), box.Max.Y)}
		if math.Hypot(float64(near.X-points[i].X), float64(near.Y-points[i].Y)) > float64(3*pointRadius) {
			c.StrokeLine2(leader, points[i].X, points[i].Y, near.X, near.Y)
		}
		at := vg.Point{X: box.Min.X + labelRoom, Y: box.Min.Y}
		if text.YAlign == draw.YTop {
			at.Y = box.Max.Y
		}
		c.FillText(text, at, names[i])
	}
}

// placeLabels returns boxes of sizes beside points, within bounds. Points are taken in turn: each gets the nearest of some places around it
// that is free or, where none is, the one that covers least.
func placeLabels(points, sizes []vg.Point, obstacles []vg.Rectangle, bounds vg.Rectangle) (boxes []vg.Rectangle) {
	taken := slices.Clone(obstacles)
	for _, p := range points {
		taken = append(taken, vg.Rectangle{Min: vg.Point{X: p.X - pointRadius, Y: p.Y - pointRadius}, Max: vg.Point{X: p.X + pointRadius, Y: p.Y + pointRadius}})
	}
	const directions = 16
	for i, p := range points {
		var best vg.Rectangle
		least := math.Inf(1)
	search:
		for _, far := range []vg.Length{1.5, 5, 10, 16, 24, 34, 46, 60} {
			for k := range directions {
				angle := math.Pi/4 + float64(2*math.Pi*float64(k)/directions) // first above and to the right
				sin, cos := vg.Length(portable.Sin(angle)), vg.Length(portable.Cos(angle))
				half := vg.Point{X: vg.Length(sizes[i].X / 2), Y: vg.Length(sizes[i].Y / 2)}
				dx, dy := half.X+pointRadius+far, half.Y+pointRadius+far
				middle := vg.Point{X: p.X + vg.Length(cos*dx), Y: p.Y + vg.Length(sin*dy)}
				box := vg.Rectangle{
					Min: vg.Point{X: middle.X - half.X, Y: middle.Y - half.Y},
					Max: vg.Point{X: middle.X + half.X, Y: middle.Y + half.Y},
				}
				cover := outside(box, bounds)
				for _, o := range taken {
					cover += overlap(box, o)
				}
				if cover < least {
					best, least = box, cover
				}
				if least == 0 {
					break search
				}
			}
		}
		boxes, taken = append(boxes, best), append(slices.Clip(taken), best)
	}
	return boxes
}

// overlap returns the area that two boxes share.
func overlap(a, b vg.Rectangle) float64 {
	w, h := min(a.Max.X, b.Max.X)-max(a.Min.X, b.Min.X), min(a.Max.Y, b.Max.Y)-max(a.Min.Y, b.Min.Y)
	return float64(max(w, 0) * max(h, 0))
}

// outside returns the area of a box that is not within bounds.
func outside(box, bounds vg.Rectangle) float64 {
	size := box.Size()
	return float64(size.X*size.Y) - overlap(box, bounds)
}
