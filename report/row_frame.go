package report

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise/internal/look"
)

// drawFrame draws the title and the axes of a panel of rows, whose names stand on the left and whose texts on the right, in columns of
// these widths. It returns the place between them, as wide as the axis.
func drawFrame(c draw.Canvas, title string, axes *plot.Plot, names, texts vg.Length) (data draw.Canvas) {
	style := look.Bold(look.Text(look.LabelSize+1, look.Ink))
	c.FillText(style, vg.Point{X: c.Min.X, Y: c.Max.Y}, cutMiddle(style, title, c.Size().X))
	area := draw.Canvas{Canvas: c.Canvas, Rectangle: c.Rectangle}
	area.Max.Y -= panelTitleHeight
	area.Min.X, area.Max.X = c.Min.X+names, c.Max.X-texts
	// The labels of the axis may stick out, and move it.
	data = axes.DataCanvas(area)
	area.Max.X += c.Max.X - texts - keyGap - data.Max.X
	area.Min.X -= data.Min.X - (c.Min.X + names)
	axes.Draw(area)
	return axes.DataCanvas(area)
}
