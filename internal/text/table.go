package text

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/edgewise-sim/edgewise/internal/words"
)

// MaxTableBytes bounds a table: a quarter of a gibibyte.
const MaxTableBytes = 1 << 28

// A Table is rows of cells with a header, read one row at a time. The first row in which something is
// wrong stops it, unless [Table.Collect] says otherwise; its error names file, line, column, value and what is allowed.
type Table struct {
	file   string
	cells  *Cells
	column map[string]int // place of each known column that the file has, by its first name
	names  []string       // as the file has them
	row    []string
	wrong  []string // the columns in which the current row is wrong
	errs   []error
	bad    int  // rows in which something is wrong
	most   int  // bad rows to stop at
	ended  bool // the file cannot be read on
}

// OpenTable reads the header of r; file is the name to use in errors and warnings. Every required column must be there.
// A column may have further names, after a bar: "lat_deg|lat|latitude"; upper and lower case are the same. Two columns
// that stand for the same are refused. Those that are neither required nor optional are not read, and warn hears their
// names. A file of another kind than a table is refused by its name.
func OpenTable(file string, r io.Reader, required, optional []string, warn Warn) (*Table, error) {
	cells, header, err := OpenCells(file, r, required)
	if err != nil {
		return nil, err
	}
	return NewTable(file, cells, header, required, optional, warn)
}

// OpenCells opens a table and reads its first row, for those who must see it to know which table it is; [NewTable]
// reads on. wanted are the columns to name in the error of what is no table.
func OpenCells(file string, r io.Reader, wanted []string) (cells *Cells, first []string, err error) {
	plain := NewReader(Limit(r, MaxTableBytes))
	start, _ := plain.Peek(startBytes)
	if kind, ok := KindOf(start); ok {
		return nil, nil, fmt.Errorf("%s:1: this is %s; want CSV%s: %s", file, kind.Name, withColumns(wanted), kind.AsTable)
	}
	cells = NewCells(plain)
	first, err = cells.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil, fmt.Errorf("%s:1: empty file: want a header%s", file, withColumns(wanted))
	}
	if err != nil {
		return nil, nil, InFile(file, err)
	}
	return cells, slices.Clone(first), nil
}

// NewTable is [OpenTable] for cells whose first row has been read.
func NewTable(file string, cells *Cells, first []string, required, optional []string, warn Warn) (*Table, error) {
	t := &Table{file: file, cells: cells, column: make(map[string]int), names: first, most: 1}
	header, err := NewHeader(first)
	if err != nil {
		return nil, InFile(file, at(err, cells.Line()))
	}
	read := make([]bool, len(header))
	for k, names := range slices.Concat(required, optional) {
		known := strings.Split(names, "|")
		i, err := header.Find(known...)
		switch {
		case err != nil:
			return nil, InFile(file, at(err, cells.Line()))
		case i >= 0:
			t.column[known[0]], read[i] = i, true
		case k < len(required):
			return nil, fmt.Errorf("%s:%d: column %s is missing; there are %v", file, cells.Line(), Quote(known[0]), header)
		}
	}
	var unread Header
	for i, name := range header {
		if !read[i] && name != "" {
			unread = append(unread, name)
		}
	}
	if len(unread) > 0 {
		warn.Say("%s:%d: not read: %s %v; known are %s", file, cells.Line(), words.Plural(len(unread), "column"), unread, strings.Join(firstNames(required, optional), ", "))
	}
	return t, nil
}

// firstNames returns the names of columns without their synonyms.
func firstNames(lists ...[]string) (names []string) {
	for _, list := range lists {
		for _, column := range list {
			name, _, _ := strings.Cut(column, "|")
			names = append(names, name)
		}
	}
	return names
}

func withColumns(wanted []string) string {
	if len(wanted) == 0 {
		return ""
	}
	return " with the columns " + strings.Join(firstNames(wanted), ", ")
}

// at gives an error a line, where it has none.
func at(err error, line int64) error {
	if e := (*Error)(nil); errors.As(err, &e) && e.Line == 0 {
		return &Error{Line: line, Text: e.Text, Err: e.Err}
	}
	return err
}

// InFile puts the file's name before an error: "file:line: text".
func InFile(file string, err error) error {
	if e := (*Error)(nil); errors.As(err, &e) && e.Line > 0 {
		return fmt.Errorf("%s:%d: %w", file, e.Line, &Error{Text: e.Text, Err: e.Err})
	}
	return fmt.Errorf("%s: %w", file, err)
}

// Collect lets the reader go on after a bad row, until so many are bad. It suits readers whose rows do not
// depend on each other; what they make of a bad row is worth nothing.
func (t *Table) Collect(most int) { t.most = most }

// Err returns what was wrong: all cells that were in each bad row. It is nil if nothing was.
func (t *Table) Err() error {
	switch {
	case len(t.errs) == 0:
		return nil
	case len(t.errs) == 1:
		return t.errs[0]
	case t.most > 1 && t.bad == t.most && !t.ended:
		return errors.Join(append(slices.Clone(t.errs), fmt.Errorf("%s: these are the first %d bad rows; there may be more", t.file, t.most))...)
	}
	return errors.Join(t.errs...)
}

// Each returns the errors that Err has joined.
func Each(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// Next moves to the next row and reports whether there is one; see Err when it returns false.
func (t *Table) Next() bool {
	for !t.ended && t.bad < t.most {
		row, err := t.cells.Read()
		switch {
		case err == nil:
			t.row, t.wrong = row, t.wrong[:0]
			return true
		case IsShape(err):
			t.bad++
			t.errs = append(t.errs, fmt.Errorf("%s:%d: %d fields: want %d, as many as the header has", t.file, t.Line(), len(row), t.cells.Fields()))
			continue
		case !errors.Is(err, io.EOF):
			t.bad++
			t.errs = append(t.errs, InFile(t.file, err))
		}
		t.ended = true
	}
	return false
}

// Line returns the line on which the current row begins.
func (t *Table) Line() int { return int(t.cells.Line()) }

// Fail records that a value of the current row is wrong, unless something else was wrong with it before.
func (t *Table) Fail(column, value, want string) {
	if slices.Contains(t.wrong, column) {
		return
	}
	if len(t.wrong) == 0 {
		t.bad++
	}
	t.wrong = append(t.wrong, column)
	t.errs = append(t.errs, fmt.Errorf("%s:%d: column %s: value %s: want %s", t.file, t.Line(), t.name(column), Quote(value), want))
}

// name returns the name that the file has for a column.
func (t *Table) name(column string) string {
	if i, ok := t.column[column]; ok {
		return t.names[i]
	}
	return column
}

// HasColumn reports whether the file has the column.
func (t *Table) HasColumn(column string) bool {
	_, ok := t.column[column]
	return ok
}

// Has reports whether the file has the column and the current row a value in it.
func (t *Table) Has(column string) bool { return t.Raw(column) != "" }

// Raw returns a value without white space at its ends, "" where the file does not have the column.
func (t *Table) Raw(column string) string {
	i, ok := t.column[column]
	if !ok {
		return ""
	}
	return t.row[i]
}

// Text returns a value; it must be printable UTF-8.
func (t *Table) Text(column string) string {
	s := t.Raw(column)
	if !Printable(s) {
		t.Fail(column, s, "printable UTF-8 text")
		return ""
	}
	return strings.Clone(s) // the row's memory is that of all its cells
}

// Printable reports whether a text is UTF-8 without control characters.
func Printable(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

// Required returns a text that must not be empty.
func (t *Table) Required(column string) string {
	s := t.Text(column)
	if s == "" {
		t.Fail(column, s, "a text that is not empty")
	}
	return s
}

// Number returns a finite number in [low, high]. In a file with semicolons between cells it may have a decimal comma.
func (t *Table) Number(column string, low, high float64) float64 {
	s := t.Raw(column)
	x, err := t.cells.ParseNumber(s)
	if err != nil || math.IsNaN(x) || x < low || x > high {
		want := fmt.Sprintf("a number from %g to %g", low, high)
		if high == math.MaxFloat64 {
			want = fmt.Sprintf("a finite number, %g or more", low)
		}
		t.Fail(column, s, want)
		return 0
	}
	return x
}

// ParseNumber is [Cells.ParseNumber] for a part of a cell.
func (t *Table) ParseNumber(s string) (float64, error) { return t.cells.ParseNumber(s) }

// ParseNumber reads a number; in rows with semicolons between cells it may have a decimal comma, as spreadsheets write
// it in most of Europe.
func (c *Cells) ParseNumber(s string) (float64, error) {
	if c.Separator == ';' && strings.Count(s, ",") == 1 && !strings.Contains(s, ".") {
		s = strings.Replace(s, ",", ".", 1)
	}
	return strconv.ParseFloat(s, 64)
}
