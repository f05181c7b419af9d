package topology

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A csvTable reads a CSV file with a header row, one row at a time. The first thing that is wrong
// stops it; its error names file, line, column, value and what is allowed.
type csvTable struct {
	file   string
	reader *csv.Reader
	column map[string]int // place of each known column that the file has
	row    []string
	err    error
}

// newCSVTable reads the header. Every required column must be there, and no column that is neither
// required nor optional.
func newCSVTable(file string, r io.Reader, required, optional []string) (*csvTable, error) {
	t := &csvTable{file: file, reader: csv.NewReader(r), column: make(map[string]int)}
	t.reader.ReuseRecord = true
	header, err := t.reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s:1: empty file: want a header with the columns %s", file, strings.Join(required, ", "))
	}
	if err != nil {
		return nil, t.wrap(err)
	}
	known := slices.Concat(required, optional)
	for i, name := range header {
		if i == 0 {
			name = strings.TrimPrefix(name, "\ufeff") // spreadsheets like to begin with a byte order mark
		}
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("%s:1: unknown column %q: want some of %s", file, name, strings.Join(known, ", "))
		}
		if _, ok := t.column[name]; ok {
			return nil, fmt.Errorf("%s:1: column %q given twice", file, name)
		}
		t.column[name] = i
	}
	for _, name := range required {
		if _, ok := t.column[name]; !ok {
			return nil, fmt.Errorf("%s:1: column %q is missing", file, name)
		}
	}
	return t, nil
}

// next moves to the next row and reports whether there is one; see err when it returns false.
func (t *csvTable) next() bool {
	if t.err != nil {
		return false
	}
	row, err := t.reader.Read()
	if errors.Is(err, io.EOF) {
		return false
	}
	if err != nil {
		t.err = t.wrap(err)
		return false
	}
	t.row = row
	return true
}

// wrap puts the file's name before an error of the CSV reader.
func (t *csvTable) wrap(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("%s:%d: %w", t.file, parse.Line, parse.Err)
	}
	return fmt.Errorf("%s: %w", t.file, err)
}

// line returns the line on which the current row begins.
func (t *csvTable) line() int {
	line, _ := t.reader.FieldPos(0)
	return line
}

// fail records that a value of the current row is wrong, unless something else was wrong before.
func (t *csvTable) fail(column, value, want string) {
	if t.err == nil {
		t.err = fmt.Errorf("%s:%d: column %s: value %q: want %s", t.file, t.line(), column, value, want)
	}
}

// has reports whether the file has the column and the current row a value in it.
func (t *csvTable) has(column string) bool { return t.raw(column) != "" }

func (t *csvTable) raw(column string) string {
	i, ok := t.column[column]
	if !ok {
		return ""
	}
	return t.row[i]
}

// text returns a value as it stands; it must be printable UTF-8 without white space at its ends.
func (t *csvTable) text(column string) string {
	s := t.raw(column)
	printable := utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
	if !printable || strings.TrimSpace(s) != s {
		t.fail(column, s, "printable text without white space at its ends")
		return ""
	}
	return strings.Clone(s) // the reader uses its memory again
}

// required returns a text that must not be empty.
func (t *csvTable) required(column string) string {
	s := t.text(column)
	if s == "" {
		t.fail(column, s, "a text that is not empty")
	}
	return s
}

// number returns a finite number in [low, high].
func (t *csvTable) number(column string, low, high float64) float64 {
	s := t.raw(column)
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(x) || x < low || x > high {
		t.fail(column, s, fmt.Sprintf("a number from %g to %g", low, high))
		return 0
	}
	return x
}
