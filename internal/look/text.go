package look

import (
	"strings"

	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// missingMark stands for a character that a font does not have.
const missingMark = '□'

// Visible returns the text with a mark in the place of every character that the font does not have: drawn as
// they are, such characters would leave no trace.
func Visible(face font.Face, txt string) string { return replaceMissing(face, txt, missingMark) }

// HasMissing reports whether a text has a character that the font does not have.
func HasMissing(face font.Face, txt string) bool { return Visible(face, txt) != txt }

func replaceMissing(face font.Face, txt string, by rune) string {
	var buf sfnt.Buffer
	return strings.Map(func(r rune) rune {
		if i, err := face.Face.GlyphIndex(&buf, r); err != nil || i == 0 {
			return by
		}
		return r
	}, txt)
}

// measured is plain text in which a character that the font does not have is as wide as a W, because it will be
// drawn: as a mark, or by another font, where the Chinese ones are about that wide.
type measured struct{ text.Plain }

// Box implements text.Handler.
func (m measured) Box(txt string, f font.Font) (width, height, depth vg.Length) {
	return m.Plain.Box(replaceMissing(m.Fonts.Lookup(f, f.Size), txt, 'W'), f)
}
