package workload

import (
	"fmt"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// A Byte is the byte of a response whose arrival at the user counts.
type Byte uint8

// The bytes.
const (
	// FirstByte is what pages and calls wait for: the time to the first byte (TTFB).
	FirstByte Byte = iota
	// LastByte is what downloads wait for: the time to the last byte (TTLB).
	LastByte
	numBytes
)

var byteNames = [numBytes]string{"ttfb", "ttlb"}

// String returns "ttfb" or "ttlb".
func (b Byte) String() string {
	if b >= numBytes {
		return fmt.Sprintf("byte(%d)", uint8(b))
	}
	return byteNames[b]
}

// ParseByte returns the byte of a name: "ttfb" or "ttlb".
func ParseByte(name string) (Byte, error) {
	for b, known := range byteNames {
		if name == known {
			return Byte(b), nil
		}
	}
	return 0, invalid.New("judged", invalid.Quoted(name), "one of %q", byteNames[:])
}

// MarshalText returns the name.
func (b Byte) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

func (w *Workload) validateJudged() error {
	if w.Judged >= numBytes {
		return invalid.New("Judged", w.Judged, "one of %q", byteNames[:])
	}
	if _, matched := w.Service.(Matched); matched && w.Judged != FirstByte {
		return invalid.New("Judged", w.Judged, "the zero value: players have no bytes to wait for")
	}
	return nil
}
