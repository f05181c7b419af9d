package text

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// MaxRowBytes is the longest line or row that is read, a mebibyte: what is longer is no text, or lacks a quote.
const MaxRowBytes = 1 << 20

// startBytes is how much of a file is looked at to find out what it is.
const startBytes = 4096

// NewReader returns what r holds as plain text: UTF-8 without a byte order mark, and every line end, be it LF, CR LF
// or CR, as LF. UTF-16 is known by its mark, or by zero bytes beside every letter; UTF-32 is refused. Up to
// [MaxRowBytes] can be peeked at. Bytes that are no UTF-8 are left to whoever needs letters.
func NewReader(r io.Reader) *bufio.Reader {
	raw := bufio.NewReaderSize(r, startBytes)
	start, err := raw.Peek(startBytes)
	var plain io.Reader = raw
	switch order, marked := byteOrder(start); {
	case err != nil && !errors.Is(err, io.EOF):
		plain = failing{err}
	case order == wide32:
		plain = failing{&Error{Line: 1, Text: "this is UTF-32; want UTF-8"}}
	case order == utf8Order && marked:
		_, _ = raw.Discard(3)
	case order == littleEndian:
		plain = transform.NewReader(raw, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder())
	case order == bigEndian:
		plain = transform.NewReader(raw, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder())
	}
	return bufio.NewReaderSize(&lineEnds{from: plain}, MaxRowBytes)
}

// Limit returns r, or an error in place of what comes after so many bytes.
func Limit(r io.Reader, most int64) io.Reader {
	return &limited{from: r, left: most, most: most}
}

type limited struct {
	from       io.Reader
	left, most int64
}

// Read reads on, one byte further than is allowed to see whether the file ends.
func (l *limited) Read(p []byte) (int, error) {
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.from.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, &Error{Text: fmt.Sprintf("it has more than %d bytes; want %d at most", l.most, l.most)}
	}
	return n, err
}

// An order is how letters are made of bytes.
type order uint8

const (
	utf8Order order = iota
	littleEndian
	bigEndian
	wide32
)

// byteOrder finds the encoding by the mark at the start, or by the zeros that UTF-16 has beside every Latin letter.
func byteOrder(start []byte) (o order, marked bool) {
	switch {
	case bytes.HasPrefix(start, []byte("\xff\xfe\x00\x00")), bytes.HasPrefix(start, []byte("\x00\x00\xfe\xff")):
		return wide32, true
	case bytes.HasPrefix(start, []byte("\xef\xbb\xbf")):
		return utf8Order, true
	case bytes.HasPrefix(start, []byte("\xff\xfe")):
		return littleEndian, true
	case bytes.HasPrefix(start, []byte("\xfe\xff")):
		return bigEndian, true
	}
	start = start[:min(len(start), 64)&^1]
	if len(start) < 4 {
		return utf8Order, false
	}
	var zeros [2]int
	for i, b := range start {
		if b == 0 {
			zeros[i%2]++
		}
	}
	switch half := len(start) / 2; {
	case zeros[0] == 0 && zeros[1] == half:
		return littleEndian, false
	case zeros[1] == 0 && zeros[0] == half:
		return bigEndian, false
	}
	return utf8Order, false
}

// IsText reports whether what a file starts with, as it stands in the file, is text: it has no control characters but
// blanks and line ends, in UTF-8 or UTF-16.
func IsText(start []byte) bool {
	if o, _ := byteOrder(start); o == littleEndian || o == bigEndian {
		return true
	}
	return bytes.IndexFunc(start, func(c rune) bool { return c < ' ' && c != '\t' && c != '\r' && c != '\n' && c != '\f' }) < 0
}

// failing is a reader that cannot.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// lineEnds makes every line end a line feed.
type lineEnds struct {
	from   io.Reader
	skipLF bool // the last byte was a carriage return, for which a line feed was given
}

func (l *lineEnds) Read(p []byte) (int, error) {
	for {
		n, err := l.from.Read(p)
		if n = l.shorten(p[:n]); n > 0 || err != nil || len(p) == 0 {
			return n, err
		}
	}
}

// shorten replaces the line ends in place and returns the length that is left.
func (l *lineEnds) shorten(p []byte) int {
	if l.skipLF && len(p) > 0 {
		l.skipLF = false
		if p[0] == '\n' {
			copy(p, p[1:])
			p = p[:len(p)-1]
		}
	}
	first := bytes.IndexByte(p, '\r')
	if first < 0 {
		return len(p)
	}
	to := first
	for i := first; i < len(p); i++ {
		b := p[i]
		if b == '\r' {
			b = '\n'
			if i+1 == len(p) {
				l.skipLF = true
			} else if p[i+1] == '\n' {
				i++
			}
		}
		p[to] = b
		to++
	}
	return to
}
