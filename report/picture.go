package report

import (
	"fmt"
	"io"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/edgewise-sim/edgewise/internal/look"
)

// pngDPI is the resolution of PNG files: a page is 1944 pixels wide, sharp at 900 on any screen.
const pngDPI = 216

// A Picture is a drawn page: a title, panels below each other and a caption. It can be written as
// often as needed; the same comparison gives the same bytes.
type Picture struct {
	title    string
	subtitle string
	panels   []panel
	caption  string
	// columns is how many panels stand side by side; 1 if 0.
	columns int
}

// A panel is one drawing of the page.
type panel interface {
	// height is what the panel needs.
	height() vg.Length
	// draw fills the canvas, which has this height.
	draw(draw.Canvas)
}

// WriteSVG writes the picture as SVG with live text. The fonts are named, not embedded: Liberation
// Sans, or Arial and Helvetica, which have the same widths; any other is fitted to them.
func (p *Picture) WriteSVG(w io.Writer) error {
	canvas := &svgCanvas{Canvas: vgsvg.New(pageWidth, p.height())}
	p.draw(draw.New(canvas))
	svg, err := canvas.bytes(p.title, p.subtitle+". "+p.caption)
	if err != nil {
		return fmt.Errorf("draw SVG: %w", err)
	}
	if _, err := w.Write(svg); err != nil {
		return fmt.Errorf("write SVG: %w", err)
	}
	return nil
}

// WritePNG writes the picture as PNG, 1944 pixels wide. A character that Liberation Sans does not have is drawn
// as □.
func (p *Picture) WritePNG(w io.Writer) error {
	canvas := pngCanvas{vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(pageWidth, p.height()), vgimg.UseDPI(pngDPI))}}
	p.draw(draw.New(canvas))
	if _, err := canvas.WriteTo(w); err != nil {
		return fmt.Errorf("write PNG: %w", err)
	}
	return nil
}

const panelGap = 16 * vg.Length(1)

func (p *Picture) height() vg.Length {
	height := 2*pageMargin + headHeight(p.headLines()) + footHeight(p.captionLines())
	for i, row := range p.rows() {
		if i > 0 {
			height += panelGap
		}
		height += heightOf(row)
	}
	return height
}

func (p *Picture) draw(c draw.Canvas) {
	c.SetColor(look.White)
	c.Fill(c.Rectangle.Path())
	left, right := c.Min.X+pageMargin, c.Max.X-pageMargin
	top := c.Max.Y - pageMargin

	title, subtitle := p.headLines()
	top -= block(c, look.Bold(look.Text(look.TitleSize, look.Ink)), vg.Point{X: left, Y: top}, title)
	block(c, look.Text(look.LabelSize, look.Faint), vg.Point{X: left, Y: top}, subtitle)
	top = c.Max.Y - pageMargin - headHeight(title, subtitle)

	for _, row := range p.rows() {
		bottom := top - heightOf(row)
		width := right - left
		if !spansPage(row[0]) && p.columns > 1 {
			width = vg.Length((width - vg.Length(columnGap*vg.Length(p.columns-1))) / vg.Length(p.columns))
		}
		x := left
		for _, panel := range row {
			panel.draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
				Min: vg.Point{X: x, Y: bottom}, Max: vg.Point{X: x + width, Y: top},
			}})
			x += width + columnGap
		}
		top = bottom - panelGap
	}

	caption := p.captionLines()
	block(c, look.Text(look.NoteSize, look.Faint), vg.Point{X: left, Y: c.Min.Y + pageMargin + footHeight(caption) - footGap}, caption)
}

// columnGap is between panels side by side.
const columnGap = 22 * vg.Length(1)

// rows returns the panels that stand side by side.
func (p *Picture) rows() (rows [][]panel) {
	for _, panel := range p.panels {
		last := len(rows) - 1
		if last < 0 || len(rows[last]) >= max(p.columns, 1) || spansPage(panel) || spansPage(rows[last][0]) {
			rows = append(rows, nil)
			last++
		}
		rows[last] = append(rows[last], panel)
	}
	return rows
}

func heightOf(row []panel) (height vg.Length) {
	for _, panel := range row {
		height = max(height, panel.height())
	}
	return height
}

// spansPage reports whether a panel takes the whole width.
func spansPage(p panel) bool {
	_, ok := p.(*commonKey)
	return ok
}

const (
	headGap = 12 * vg.Length(1)
	footGap = 10 * vg.Length(1)
)

func (p *Picture) headLines() (title, subtitle []string) {
	const width = pageWidth - 2*pageMargin
	return wrap(look.Bold(look.Text(look.TitleSize, look.Ink)), p.title, width, 3),
		wrap(look.Text(look.LabelSize, look.Faint), p.subtitle, width, 2)
}

func (p *Picture) captionLines() []string {
	return wrap(look.Text(look.NoteSize, look.Faint), p.caption, pageWidth-2*pageMargin, 6)
}

func headHeight(title, subtitle []string) vg.Length {
	return vg.Length(leading*(vg.Length(look.TitleSize*vg.Length(len(title)))+vg.Length(look.LabelSize*vg.Length(len(subtitle))))) + headGap
}

func footHeight(caption []string) vg.Length {
	return vg.Length(leading*look.NoteSize*vg.Length(len(caption))) + footGap
}
