// Package look is the look that all pictures of this module share: no frame, hairline grid, sans-serif
// text in three sizes, and lines that every reader can tell apart.
package look

import (
	"image/color"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The sizes of text.
const (
	TitleSize = 13 * vg.Length(1)
	LabelSize = 10 * vg.Length(1)
	NoteSize  = 9 * vg.Length(1)
)

// LineWidth is the width of a line that shows data.
const LineWidth = 1.6 * vg.Length(1)

// The colours of all that is not data.
var (
	Ink   = color.NRGBA{R: 0x22, G: 0x22, B: 0x22, A: 0xff}
	Faint = color.NRGBA{R: 0x66, G: 0x66, B: 0x66, A: 0xff}
	Axis  = color.NRGBA{R: 0x88, G: 0x88, B: 0x88, A: 0xff}
	White = color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}
	Grid  = color.NRGBA{R: 0xe4, G: 0xe4, B: 0xe4, A: 0xff}
)

// Line returns the colour and the dash of the i-th line of a picture, the baseline first, which alone is black. The colours are
// those of Okabe and Ito, Color Universal Design, 2008, which readers with any common colour blindness can
// tell apart; yellow is left out because it is too pale for lines. The dash tells the lines apart in black
// and white.
func Line(i int) draw.LineStyle {
	colors := []color.NRGBA{
		{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}, // blue
		{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff}, // vermilion
		{R: 0x00, G: 0x9e, B: 0x73, A: 0xff}, // bluish green
		{R: 0xcc, G: 0x79, B: 0xa7, A: 0xff}, // reddish purple
		{R: 0xe6, G: 0x9f, B: 0x00, A: 0xff}, // orange
		{R: 0x56, G: 0xb4, B: 0xe9, A: 0xff}, // sky blue
	}
	dashes := [][]vg.Length{nil, {7, 2}, {2.5, 2}, {7, 2, 2, 2}, {12, 3}}
	if i == 0 {
		return draw.LineStyle{Color: color.NRGBA{A: 0xff}, Width: LineWidth}
	}
	// Five dashes and six colours repeat together only after 30 lines.
	colour := (i - 1) % len(colors)
	style := draw.LineStyle{Color: colors[colour], Width: LineWidth, Dashes: dashes[i%len(dashes)]}
	if colour >= firstPale {
		style.Width = paleWidth
	}
	return style
}

// Name returns the colour in which the i-th line of a picture is named: the line's own, as dark as text on white must be, with a contrast of 4.5 or
// more (WCAG 2.2, 1.4.3).
func Name(i int) color.NRGBA {
	if i == 0 {
		return color.NRGBA{A: 0xff}
	}
	return []color.NRGBA{
		{R: 0x00, G: 0x6a, B: 0xa6, A: 0xff}, {R: 0xb3, G: 0x4e, B: 0x00, A: 0xff}, {R: 0x00, G: 0x7a, B: 0x59, A: 0xff},
		{R: 0xa3, G: 0x45, B: 0x7c, A: 0xff}, {R: 0x8f, G: 0x62, B: 0x00, A: 0xff}, {R: 0x1f, G: 0x78, B: 0xad, A: 0xff},
	}[(i-1)%6]
}

// Round returns how often the colours of [Line] have begun anew before the i-th line: what has no dashes is told apart by it.
func Round(i int) int { return max(i-1, 0) / 6 }

// The colours from purple on have a contrast of 2.2 to 3.1 on white, where graphics should have 3 (WCAG 2.2, 1.4.11): they
// are drawn wider.
const (
	firstPale = 3
	paleWidth = 2.3 * vg.Length(1)
)

// Share returns the style of the part-th of several lines that lie on one another: each shows in turn, in its own colour.
func Share(style draw.LineStyle, part, parts int) draw.LineStyle {
	if parts < 2 {
		return style
	}
	const length = 9 * vg.Length(1)
	style.Dashes = []vg.Length{length, length * vg.Length(parts-1)}
	style.DashOffs = -length * vg.Length(part)
	return style
}

// GridLine returns the style of a grid's lines.
func GridLine() draw.LineStyle { return draw.LineStyle{Color: Grid, Width: vg.Points(0.6)} }

// Translucent returns the colour with the given opacity in [0, 1].
func Translucent(c color.Color, opacity float64) color.Color {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	n.A = uint8(opacity * 255)
	return n
}

// Text returns the style of text of a size and a colour.
func Text(size vg.Length, c color.Color) draw.TextStyle {
	return draw.TextStyle{
		Color:   c,
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		XAlign:  text.XLeft,
		YAlign:  text.YTop,
		Handler: measured{text.Plain{Fonts: font.DefaultCache}},
	}
}

// Bold returns the style in bold.
func Bold(s draw.TextStyle) draw.TextStyle {
	s.Font.Weight = xfont.WeightBold
	return s
}

// NewPlot returns an empty plot.
func NewPlot() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Padding = 0
		a.LineStyle = draw.LineStyle{Color: Axis, Width: vg.Points(0.6)}
		a.Tick.LineStyle = a.LineStyle
		a.Tick.Length = vg.Points(4)
		a.Label.TextStyle.Color, a.Label.TextStyle.Font = Ink, Text(LabelSize, Ink).Font
		a.Tick.Label.Color, a.Tick.Label.Font = Ink, Text(NoteSize, Ink).Font
	}
	return p
}
