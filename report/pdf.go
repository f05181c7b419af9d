package report

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"codeberg.org/go-pdf/fpdf"
	stdfont "golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgpdf"

	"github.com/edgewise-sim/edgewise/internal/look"
)

// WritePDF writes the picture as PDF, with its fonts. Plain text in ASCII can be searched and copied; titles and other letters are drawn
// as outlines. A
// character that Liberation Sans does not have is drawn as □.
func (p *Picture) WritePDF(w io.Writer) error {
	canvas := &pdfCanvas{Canvas: newPDF(pageWidth, p.height())}
	p.draw(draw.New(canvas))
	if canvas.err != nil {
		return fmt.Errorf("draw PDF: %w", canvas.err)
	}
	if _, err := canvas.WriteTo(w); err != nil {
		return fmt.Errorf("write PDF: %w", err)
	}
	return nil
}

// pdfDefaults guards the defaults of the PDF library, which are global.
var pdfDefaults sync.Mutex

// newPDF returns a canvas that gives the same bytes at any time: no date of creation, and fonts in one order. Only the library's defaults
// say so.
func newPDF(width, height vg.Length) *vgpdf.Canvas {
	pdfDefaults.Lock()
	defer pdfDefaults.Unlock()
	fpdf.SetDefaultCreationDate(time.Unix(0, 0).UTC())
	fpdf.SetDefaultModificationDate(time.Unix(0, 0).UTC())
	fpdf.SetDefaultCatalogSort(true)
	defer func() {
		fpdf.SetDefaultCreationDate(time.Time{})
		fpdf.SetDefaultModificationDate(time.Time{})
		fpdf.SetDefaultCatalogSort(false)
	}()
	return vgpdf.New(width, height)
}

// A pdfCanvas draws text that is bold or not ASCII as outlines: the library finds no bold fonts that it has embedded, and no letters
// but those of one code page.
type pdfCanvas struct {
	*vgpdf.Canvas
	buffer sfnt.Buffer
	err    error
}

// FillString implements vg.Canvas.
func (c *pdfCanvas) FillString(face font.Face, at vg.Point, txt string) {
	if c.isPlain(face, txt) {
		c.Canvas.FillString(face, at, txt)
		return
	}
	// By word, so that what is ASCII can be searched for.
	x := at.X
	for i, word := range strings.SplitAfter(look.Visible(face, txt), " ") {
		if i > 0 && word == "" {
			continue
		}
		if c.isPlain(face, word) {
			c.Canvas.FillString(face, vg.Point{X: x, Y: at.Y}, word)
		} else {
			c.outline(face, vg.Point{X: x, Y: at.Y}, word)
		}
		x += face.Width(word)
	}
}

// isPlain reports whether the library can write a text itself.
func (c *pdfCanvas) isPlain(face font.Face, txt string) bool {
	return face.Font.Weight == stdfont.WeightNormal && !strings.ContainsFunc(txt, func(r rune) bool { return r >= 0x80 })
}

// outline fills the outlines of letters.
func (c *pdfCanvas) outline(face font.Face, at vg.Point, txt string) {
	perEm := face.Face.UnitsPerEm()
	scale := face.Font.Size / vg.Length(perEm)
	x := at.X
	for _, r := range txt {
		index, err := face.Face.GlyphIndex(&c.buffer, r)
		if err != nil {
			c.err = err
			return
		}
		segments, err := face.Face.LoadGlyph(&c.buffer, index, fixed.Int26_6(perEm), nil)
		if err != nil {
			c.err = err
			return
		}
		point := func(p fixed.Point26_6) vg.Point {
			return vg.Point{X: x + vg.Length(scale*vg.Length(p.X)), Y: at.Y - vg.Length(scale*vg.Length(p.Y))}
		}
		var path vg.Path
		for _, s := range segments {
			switch s.Op {
			case sfnt.SegmentOpMoveTo:
				if len(path) > 0 {
					path.Close()
				}
				path.Move(point(s.Args[0]))
			case sfnt.SegmentOpLineTo:
				path.Line(point(s.Args[0]))
			case sfnt.SegmentOpQuadTo:
				path.QuadTo(point(s.Args[0]), point(s.Args[1]))
			case sfnt.SegmentOpCubeTo:
				path.CubeTo(point(s.Args[0]), point(s.Args[1]), point(s.Args[2]))
			}
		}
		if len(path) > 0 {
			path.Close()
			c.Fill(path)
		}
		x += face.Width(string(r))
	}
}
