// Package table reads CSV files with a header row, strictly: what is wrong is an error that names file,
// line, column, value and what is allowed.
package table

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

// A Table is a CSV file, read one row at a time. The first thing that is wrong
// stops it, unless [Table.Collect] says otherwise; its error names file, line, column, value and what is
// allowed.
type Table struct {
	file   string
	reader *csv.Reader
	column map[string]int // place of each known column that the file has
	row    []string
	bad    bool // something in the current row is wrong
	errs   []error
	most   int  // errors to stop at
	ended  bool // the file cannot be read on
}

// New reads the header of r; file is the name to use in errors. Every required column must be there,
// and no column that is neither required nor optional.
func New(file string, r io.Reader, required, optional []string) (*Table, error) {
	t := &Table{file: file, reader: csv.NewReader(r), column: make(map[string]int), most: 1}
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

// Collect lets the reader go on after a bad row, until so many are bad. It suits readers whose rows do not
// depend on each other; what they make of a bad row is worth nothing.
func (t *Table) Collect(most int) { t.most = most }

// Err returns the first thing that was wrong in each bad row, nil if nothing was.
func (t *Table) Err() error {
	switch {
	case len(t.errs) == 0:
		return nil
	case len(t.errs) == 1:
		return t.errs[0]
	case len(t.errs) == t.most && !t.ended:
		return errors.Join(append(slices.Clone(t.errs), fmt.Errorf("%s: these are the first %d bad rows; there may be more", t.file, t.most))...)
	}
	return errors.Join(t.errs...)
}

// Next moves to the next row and reports whether there is one; see Err when it returns false.
func (t *Table) Next() bool {
	for !t.ended && len(t.errs) < t.most {
		row, err := t.reader.Read()
		switch {
		case errors.Is(err, csv.ErrFieldCount):
			t.errs = append(t.errs, fmt.Errorf("%s:%d: %d fields: want %d, as many as the header has", t.file, t.Line(), len(row), t.reader.FieldsPerRecord))
			continue
		case err == nil:
			t.row, t.bad = row, false
			return true
		case !errors.Is(err, io.EOF):
			t.errs = append(t.errs, t.wrap(err))
		}
		t.ended = true
	}
	return false
}

// wrap puts the file's name before an error of the CSV reader.
func (t *Table) wrap(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("%s:%d: %w", t.file, parse.Line, parse.Err)
	}
	return fmt.Errorf("%s: %w", t.file, err)
}

// Line returns the line on which the current row begins.
func (t *Table) Line() int {
	line, _ := t.reader.FieldPos(0)
	return line
}

// Fail records that a value of the current row is wrong, unless something else in it was wrong before.
func (t *Table) Fail(column, value, want string) {
	if !t.bad {
		t.bad = true
		t.errs = append(t.errs, fmt.Errorf("%s:%d: column %s: value %q: want %s", t.file, t.Line(), column, value, want))
	}
}

// Has reports whether the file has the column and the current row a value in it.
func (t *Table) Has(column string) bool { return t.Raw(column) != "" }

// Raw returns a value as it stands, "" where the file does not have the column.
func (t *Table) Raw(column string) string {
	i, ok := t.column[column]
	if !ok {
		return ""
	}
	return t.row[i]
}

// Text returns a value as it stands; it must be printable UTF-8 without white space at its ends.
func (t *Table) Text(column string) string {
	s := t.Raw(column)
	printable := utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
	if !printable || strings.TrimSpace(s) != s {
		t.Fail(column, s, "printable text without white space at its ends")
		return ""
	}
	return strings.Clone(s) // the reader uses its memory again
}

// Required returns a text that must not be empty.
func (t *Table) Required(column string) string {
	s := t.Text(column)
	if s == "" {
		t.Fail(column, s, "a text that is not empty")
	}
	return s
}

// Number returns a finite number in [low, high].
func (t *Table) Number(column string, low, high float64) float64 {
	s := t.Raw(column)
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(x) || x < low || x > high {
		t.Fail(column, s, fmt.Sprintf("a number from %g to %g", low, high))
		return 0
	}
	return x
}
