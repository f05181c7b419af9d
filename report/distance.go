package report

import (
	"bytes"
	"fmt"
	"image"
	imagepng "image/png"
	"math"
	"path"
	"regexp"
	"strconv"
)

// roundingError bounds what is called rounding: 1e-12 of a number, or 1e-12 where it is less than 1.
const roundingError = 1e-12

// A distance says how far a file is from another.
type distance struct {
	text       string
	isRounding bool
}

// howFar says how far two files differ that are not the same.
func howFar(name string, was, is []byte) distance {
	if path.Ext(name) == ".png" {
		if d, ok := pixelsApart(was, is); ok {
			return d
		}
	}
	other := distance{text: fmt.Sprintf("the run gives another text, from byte %d", firstDifference(was, is))}
	if path.Ext(name) == ".png" {
		other.text = fmt.Sprintf("the run gives another picture, from byte %d", firstDifference(was, is))
		return other
	}
	a, b := numeralsIn(was), numeralsIn(is)
	if len(a) != len(b) || !bytes.Equal(numeral.ReplaceAll(was, nil), numeral.ReplaceAll(is, nil)) {
		return other
	}
	most, at, count := 0.0, 0, 0
	for i := range a {
		if bytes.Equal(a[i], b[i]) {
			continue
		}
		x, errX := strconv.ParseFloat(string(a[i]), 64)
		y, errY := strconv.ParseFloat(string(b[i]), 64)
		if errX != nil || errY != nil {
			return other
		}
		count++
		if d := math.Abs(x-y) / max(math.Abs(x), math.Abs(y), 1); d > most {
			most, at = d, i
		}
	}
	if most <= roundingError {
		return distance{fmt.Sprintf("%d of %d numbers differ, within 1e-12: by %.1e at most", count, len(a), most), true}
	}
	return distance{text: fmt.Sprintf("%d of %d numbers differ, by %.2g at most: %s, the run gives %s", count, len(a), most, a[at], b[at])}
}

// numeral is a number in a text, and no part of a word such as p95.
var numeral = regexp.MustCompile(`[-+]?\b\d+(\.\d+)?([eE][-+]?\d+)?\b`)

func numeralsIn(text []byte) [][]byte { return numeral.FindAll(text, -1) }

// pixelsApart says how far two pictures differ, if they are of the same size.
func pixelsApart(was, is []byte) (distance, bool) {
	// The size first: the file may be anybody's.
	size, err := imagepng.DecodeConfig(bytes.NewReader(was))
	if err != nil {
		return distance{}, false
	}
	b, err := imagepng.Decode(bytes.NewReader(is))
	if err != nil || size.Width != b.Bounds().Dx() || size.Height != b.Bounds().Dy() {
		return distance{}, false
	}
	a, err := imagepng.Decode(bytes.NewReader(was))
	if err != nil {
		return distance{}, false
	}
	differ, most := 0, uint32(0)
	for y := range size.Height {
		for x := range size.Width {
			if d := channelsApart(a, b, x, y); d > 0 {
				differ, most = differ+1, max(most, d)
			}
		}
	}
	if differ == 0 {
		return distance{text: "the same pixels, compressed otherwise", isRounding: true}, true
	}
	// Two of 255 cannot be seen; it is what the last bit of a coordinate does to the edge of a line.
	return distance{
		text:       fmt.Sprintf("%d of %d pixels differ, by %d of 255 at most", differ, size.Width*size.Height, most),
		isRounding: most <= 2,
	}, true
}

// channelsApart returns by how much of 255 the colours of two pixels differ at most.
func channelsApart(a, b image.Image, x, y int) uint32 {
	r, g, bl, al := a.At(a.Bounds().Min.X+x, a.Bounds().Min.Y+y).RGBA()
	r2, g2, bl2, al2 := b.At(b.Bounds().Min.X+x, b.Bounds().Min.Y+y).RGBA()
	apart := func(x, y uint32) uint32 { return (max(x, y) - min(x, y)) >> 8 }
	return max(apart(r, r2), apart(g, g2), apart(bl, bl2), apart(al, al2))
}

func firstDifference(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
