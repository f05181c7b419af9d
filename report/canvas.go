package report

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"slices"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/edgewise-sim/edgewise/internal/look"
)

// An svgCanvas writes text that keeps its width where the reader has another font, so that no text leaves the
// page.
type svgCanvas struct {
	*vgsvg.Canvas
	widths []vg.Length // of the texts, in their order; 0 where the width is not known
}

// FillString implements vg.Canvas.
func (c *svgCanvas) FillString(face font.Face, at vg.Point, txt string) {
	width := face.Width(txt)
	if look.HasMissing(face, txt) {
		width = 0
	}
	c.widths = append(c.widths, width)
	c.Canvas.FillString(face, at, txt)
}

// bytes returns the SVG, with a title and a description for those who do not see it.
func (c *svgCanvas) bytes(title, description string) ([]byte, error) {
	var b bytes.Buffer
	if _, err := c.Canvas.WriteTo(&b); err != nil {
		return nil, err
	}
	svg := bytes.ReplaceAll(b.Bytes(),
		[]byte("font-family:Liberation Sans;"), []byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif;"))
	tag := []byte("<text ") // what is inside of texts is escaped
	parts := bytes.Split(svg, tag)
	whole := parts[0]
	for i, part := range parts[1:] {
		whole = append(whole, tag...)
		if width := c.widths[i]; width > 0 {
			whole = fmt.Appendf(whole, `textLength="%.5g" lengthAdjust="spacingAndGlyphs" `, width.Points())
		}
		whole = append(whole, part...)
	}
	open := bytes.Index(whole, []byte("<svg"))
	if open < 0 {
		return nil, errors.New("the drawing has no svg element")
	}
	end := open + bytes.IndexByte(whole[open:], '>')
	described := slices.Concat(whole[:open], []byte(`<svg role="img" aria-labelledby="title description"`), whole[open+len("<svg"):end+1])
	described = fmt.Appendf(described, "\n<title id=\"title\">%s</title>\n<desc id=\"description\">%s</desc>", html.EscapeString(title), html.EscapeString(description))
	return append(described, whole[end+1:]...), nil
}

// A pngCanvas marks characters that the font does not have.
type pngCanvas struct{ vgimg.PngCanvas }

// FillString implements vg.Canvas.
func (c pngCanvas) FillString(face font.Face, at vg.Point, txt string) {
	c.PngCanvas.FillString(face, at, look.Visible(face, txt))
}
