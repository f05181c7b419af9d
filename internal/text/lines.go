package text

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Lines reads plain text line by line and skips empty lines.
type Lines struct {
	r    *bufio.Reader
	line int64
}

// NewLines reads lines from what [NewReader] has returned.
func NewLines(r *bufio.Reader) *Lines { return &Lines{r: r} }

// Next returns the next line that is not empty, without white space around it, or io.EOF. It is valid until the call
// after. A line of more than [MaxRowBytes] is an [Error].
func (l *Lines) Next() ([]byte, error) {
	for {
		line, err := l.r.ReadSlice('\n')
		if len(line) > 0 || err == nil {
			l.line++
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, l.Errorf("it is longer than %d bytes: this is no text", l.r.Size())
		case errors.Is(err, io.EOF) && len(line) == 0:
			return nil, io.EOF
		case err != nil && !errors.Is(err, io.EOF):
			return nil, located(err, l.line+1)
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			return line, nil
		}
	}
}

// Line returns the number of the last line, from 1.
func (l *Lines) Line() int64 { return l.line }

// Errorf returns an error of the last line.
func (l *Lines) Errorf(format string, args ...any) error {
	return &Error{Line: l.line, Text: fmt.Sprintf(format, args...)}
}

// located gives an error of reading the line on which it came up, unless it has one.
func located(err error, line int64) error {
	if e := (*Error)(nil); errors.As(err, &e) {
		return err
	}
	return &Error{Line: line, Text: err.Error(), Err: err}
}
