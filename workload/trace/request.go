package trace

import (
	"fmt"
	"strings"
	"time"
)

// A Request is one line of a trace: who asked is not recorded, only when, for what, and how large it
// was.
type Request struct {
	// Time is the time since the trace's own epoch, or 0 where the format has none.
	Time time.Duration
	// Key names the object.
	Key uint64
	// SizeBytes is the object's size at this request, or 1 where the format has none.
	SizeBytes int64
	// Next is the number, from 1, of the next request for the same object, or -1 if there is none
	// or the format does not say. Only the oracle format has it.
	Next int64
}

// A Format is a way to write a trace down.
type Format uint8

// The formats. See the package documentation for what each looks like.
const (
	// Auto finds the format out from the file's name and first bytes.
	Auto Format = iota
	// Oracle is libCacheSim's binary oracleGeneral.
	Oracle
	// TIS is text with three fields a line: time, id, size.
	TIS
	// CSV is comma-separated text with named columns.
	CSV
	// IDs is text with one id a line.
	IDs
)

var formatNames = [...]string{"auto", "oracle", "tis", "csv", "ids"}

// String returns the format's name, for example "oracle".
func (f Format) String() string {
	if int(f) < len(formatNames) {
		return formatNames[f]
	}
	return fmt.Sprintf("Format(%d)", uint8(f))
}

// ParseFormat returns the format of a name that [Format.String] returns.
func ParseFormat(name string) (Format, error) {
	for f, n := range formatNames {
		if n == name {
			return Format(f), nil
		}
	}
	return Auto, fmt.Errorf("trace: format is %q; allowed are %s", name, strings.Join(formatNames[:], ", "))
}

// UnmarshalText implements [encoding.TextUnmarshaler], so that a Format can be a command-line flag.
func (f *Format) UnmarshalText(text []byte) error {
	parsed, err := ParseFormat(string(text))
	if err == nil {
		*f = parsed
	}
	return err
}

// MarshalText implements [encoding.TextMarshaler].
func (f Format) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// HasSizes reports whether a trace of this format can carry sizes.
func (f Format) HasSizes() bool { return f != IDs }
