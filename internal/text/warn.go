package text

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// A Warn hears what is odd but not wrong about a file, a sentence at a time, with the file's name. Nil does not listen.
type Warn func(warning string)

// Say tells a warning.
func (w Warn) Say(format string, args ...any) {
	if w != nil {
		w(fmt.Sprintf(format, args...))
	}
}

// An Error is something wrong with a line of a file.
type Error struct {
	// Line counts from 1; 0 stands for the whole file.
	Line int64
	// Text says what was found and what is allowed.
	Text string
	// Err is what lies below; may be nil.
	Err error
}

// Error returns "line 3: text".
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Text
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Text)
}

// Unwrap returns the error below.
func (e *Error) Unwrap() error { return e.Err }

// maxQuoted is how many characters of a file an error shows: enough to find the place, too few to spill the file.
const maxQuoted = 40

// Quote returns what stands in a file for an error: in quotes, unprintable characters escaped, cut after 40 characters.
func Quote(s string) string { return strconv.Quote(Cut(s)) }

// Cut returns what stands in a file cut after 40 characters.
func Cut(s string) string {
	at, n := 0, 0
	for at < len(s) && n < maxQuoted {
		_, size := utf8.DecodeRuneInString(s[at:])
		at += size
		n++
	}
	if at < len(s) {
		return s[:at] + "…"
	}
	return s
}
