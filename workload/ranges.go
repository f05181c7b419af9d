package workload

import (
	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/random"
)

// Ranges are requests for a part of an object (RFC 9110, section 14): one range of bytes each. The zero value has none.
type Ranges struct {
	// Share is the share of the requests that ask for a part, between 0 and 1; the others ask for the whole.
	Share float64
	// Lengths is the law of how many bytes a part has. An object that is no longer is asked for as a whole.
	Lengths Sizes
	// From is where parts begin.
	From RangeStart
}

// A RangeStart says where the parts begin that requests ask for.
type RangeStart uint8

// Where parts begin.
const (
	// Anywhere lets a part begin with any byte from which on the object has as many, one as likely as the other: users who seek, or
	// programs that update themselves. It is the zero value.
	Anywhere RangeStart = iota
	// AtStart lets all parts begin with the first byte: users who break off, or look into a file.
	AtStart
)

var rangeStarts = [...]string{Anywhere: "anywhere", AtStart: "start"}

// ParseRangeStart returns the start of a name.
func ParseRangeStart(name string) (RangeStart, error) {
	return parseName[RangeStart]("start of ranges", rangeStarts[:], name)
}

// String returns the name that scenario files use, for example "anywhere".
func (s RangeStart) String() string { return nameOf(rangeStarts[:], s) }

// Validate names the first field that is out of range, or has no effect.
func (r Ranges) Validate() error {
	return invalid.First(
		invalid.Range("Share", r.Share, 0, 1),
		invalid.Check(r.Share > 0 || r == (Ranges{}), "Share", r.Share, "more than 0, where more is said of ranges"),
		invalid.In("Lengths", r.Lengths.Validate()),
		invalid.Check(int(r.From) < len(rangeStarts), "From", uint8(r.From), "anywhere or start"),
	)
}

// A RangeLaw draws parts.
type RangeLaw struct {
	Ranges
	lengths sizeLaw
}

// Law returns the law made ready to draw from.
func (r Ranges) Law() RangeLaw { return RangeLaw{Ranges: r, lengths: newSizeLaw(r.Lengths)} }

// Draw returns what a request asks for of an object of a size: the bytes from the first number on, up to the second, which is not among
// them. The stream is the request's own.
func (l *RangeLaw) Draw(stream *random.Stream, objectBytes int64) (from, to int64) {
	if l.Share == 0 || stream.Float64() >= l.Share {
		return 0, objectBytes
	}
	length := l.lengths.same
	if length == 0 {
		length = l.lengths.clamp(stream.Lognormal(l.lengths.LnMean, l.lengths.LnSD))
	}
	if length >= objectBytes {
		return 0, objectBytes
	}
	if l.From == Anywhere {
		from = int64(stream.Float64() * float64(objectBytes-length+1))
	}
	return from, from + length
}

// lengthsSeen is by how many lengths, evenly spread over their law, it is found out how often requests ask for a slice.
const lengthsSeen = 64

// Reaches returns the probabilities that a request asks for some byte of each slice of an object of a size, appended to some others. Lengths of parts
// count by 64 quantiles of their law.
func (l *RangeLaw) Reaches(objectBytes, sliceBytes int64, to []float64) []float64 {
	n := int((objectBytes + sliceBytes - 1) / sliceBytes)
	first := len(to)
	for range n {
		to = append(to, 1-l.Share)
	}
	if l.Share == 0 {
		return to
	}
	all := to[first:]
	for i := range lengthsSeen {
		length := l.lengths.same
		if length == 0 {
			length = l.lengths.clamp(portable.Exp(l.lengths.LnMean + float64(l.lengths.LnSD*portable.NormalQuantile((float64(i)+.5)/lengthsSeen))))
		}
		for k := range all {
			all[k] += float64(l.Share / lengthsSeen * l.reaches(length, objectBytes, int64(k)*sliceBytes, min(int64(k+1)*sliceBytes, objectBytes)))
		}
	}
	return to
}

// reaches returns the probability that a part of a length has some of the bytes of an object from a number on, up to another.
func (l *RangeLaw) reaches(length, objectBytes, begin, end int64) float64 {
	if length >= objectBytes {
		return 1
	}
	least, most := max(begin-length+1, 0), min(end-1, objectBytes-length) // where such a part begins
	switch {
	case least > most:
		return 0
	case l.From == AtStart && least > 0:
		return 0
	case l.From == AtStart:
		return 1
	}
	return float64(most-least+1) / float64(objectBytes-length+1)
}
