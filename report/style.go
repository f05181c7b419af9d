package report

import (
	"image/color"
	"strings"
	"unicode/utf8"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The pages that this package draws share one look: no frame, hairline grid, sans-serif text in three
// sizes, and one colour and dash a placement.
const (
	titleSize = 13 * vg.Length(1)
	labelSize = 10 * vg.Length(1)
	noteSize  = 9 * vg.Length(1)

	pageWidth  = 9 * vg.Inch
	pageMargin = 14 * vg.Length(1)
	lineWidth  = 1.6 * vg.Length(1)
	leading    = 1.25 // distance of base lines by font size
)

var (
	ink   = color.NRGBA{R: 0x22, G: 0x22, B: 0x22, A: 0xff}
	faint = color.NRGBA{R: 0x66, G: 0x66, B: 0x66, A: 0xff}
	axis  = color.NRGBA{R: 0x88, G: 0x88, B: 0x88, A: 0xff}
	white = color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}
	grid  = color.NRGBA{R: 0xe4, G: 0xe4, B: 0xe4, A: 0xff}
)

// placementStyle returns the colour and the dash of a placement by its place in the study, the
// baseline first. The colours are those of Okabe and Ito, Color Universal Design, 2008, which readers
// with any common colour blindness can tell apart; yellow is left out because it is too pale for lines.
// The dash tells the lines apart in black and white.
func placementStyle(i int) draw.LineStyle {
	colors := []color.NRGBA{
		{R: 0x00, G: 0x00, B: 0x00, A: 0xff}, // black
		{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}, // blue
		{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff}, // vermilion
		{R: 0x00, G: 0x9e, B: 0x73, A: 0xff}, // bluish green
		{R: 0xcc, G: 0x79, B: 0xa7, A: 0xff}, // reddish purple
		{R: 0xe6, G: 0x9f, B: 0x00, A: 0xff}, // orange
		{R: 0x56, G: 0xb4, B: 0xe9, A: 0xff}, // sky blue
	}
	dashes := [][]vg.Length{nil, {7, 2}, {2.5, 2}, {7, 2, 2, 2}, {12, 3}}
	// Five dashes and seven colours repeat together only after 35 placements.
	return draw.LineStyle{Color: colors[i%len(colors)], Width: lineWidth, Dashes: dashes[i%len(dashes)]}
}

// translucent returns the colour with the given opacity in [0, 1].
func translucent(c color.Color, opacity float64) color.Color {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	n.A = uint8(opacity * 255)
	return n
}

func textStyle(size vg.Length, c color.Color) draw.TextStyle {
	return draw.TextStyle{
		Color:   c,
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		XAlign:  text.XLeft,
		YAlign:  text.YTop,
		Handler: text.Plain{Fonts: font.DefaultCache},
	}
}

func bold(s draw.TextStyle) draw.TextStyle {
	s.Font.Weight = xfont.WeightBold
	return s
}

// wrap breaks a text into at most the given number of lines no wider than width. A word that is too
// wide alone is broken anywhere. What does not fit is cut off and marked by an ellipsis.
func wrap(s draw.TextStyle, txt string, width vg.Length, most int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(txt) {
		longer := strings.TrimSpace(line + " " + word)
		if s.Width(longer) <= width {
			line = longer
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for line = word; s.Width(line) > width; {
			fits := fitting(s, line, width)
			lines = append(lines, line[:fits])
			line = line[fits:]
		}
	}
	lines = append(lines, line)
	if len(lines) > most {
		lines = lines[:most]
		lines[most-1] = cut(s, lines[most-1]+"…", width)
	}
	return lines
}

// fitting returns how many bytes of a line, whole characters and at least one, fit into the width.
func fitting(s draw.TextStyle, line string, width vg.Length) int {
	fits := 0
	for i, r := range line {
		next := i + utf8.RuneLen(r)
		if fits > 0 && s.Width(line[:next]) > width {
			break
		}
		fits = next
	}
	return fits
}

// cut shortens a line to the width and marks the cut by an ellipsis.
func cut(s draw.TextStyle, line string, width vg.Length) string {
	if s.Width(line) <= width {
		return line
	}
	line = strings.TrimSuffix(line, "…")
	return strings.TrimSpace(line[:fitting(s, line, width-s.Width("…"))]) + "…"
}

// block draws lines of text from the top left corner at and returns the height they took.
func block(c draw.Canvas, s draw.TextStyle, at vg.Point, lines []string) vg.Length {
	step := s.Font.Size * leading
	for i, line := range lines {
		c.FillText(s, vg.Point{X: at.X, Y: at.Y - step*vg.Length(i)}, line)
	}
	return step * vg.Length(len(lines))
}
