package text

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Separators are the characters that may stand between cells.
const Separators = ",;\t"

// Cells reads rows of cells, as spreadsheets and statistics programs write them: quoted or not (RFC 4180), with blanks
// around them that do not count, between commas, semicolons or tabs. Empty lines, rows without any value (",,") and
// lines at the top that begin with # are skipped, but for the names of columns: the last of these lines is the first row
// where it has as many cells as the row below it, and no number, as that has. A line sep=; at the top, as Excel has it, says
// what stands between cells.
type Cells struct {
	// Separator stands between cells. It is found out from the first line; change it before the first row is read.
	Separator rune

	r      *bufio.Reader
	budget *budget
	csv    *csv.Reader
	header []string // the first row, where it stood behind a #
	top    int64    // lines skipped at the top
	line   int64    // on which the last row begins
	fields int      // of the first row
	err    error
}

// NewCells reads cells from what [NewReader] has returned. It looks at the first line, and reads nothing.
func NewCells(r *bufio.Reader) *Cells {
	c := &Cells{r: r}
	said := c.skipSeparator()
	last := c.skipComments()
	start, _ := r.Peek(min(r.Size(), 1<<16))
	if c.Separator = separatorOf(start); said != 0 {
		c.Separator = said
	}
	c.header = headerOf(last, start, c.Separator)
	return c
}

// skipSeparator goes past the line in which Excel says what stands between cells, and returns that; 0 if there is none.
func (c *Cells) skipSeparator() rune {
	start, _ := c.r.Peek(len(`"sep=;"`) + 1)
	line, _, _ := bytes.Cut(start, []byte("\n"))
	said, ok := strings.CutPrefix(strings.ToLower(strings.Trim(string(line), `"`)), "sep=")
	if !ok || len(said) != 1 || !strings.Contains(Separators, said) {
		return 0
	}
	if _, err := c.r.Discard(min(len(line)+1, len(start))); err != nil {
		return 0 // the next read says why
	}
	c.top++
	return rune(said[0])
}

// skipComments goes past the lines at the top that begin with #, and returns the last, without the sign.
func (c *Cells) skipComments() (last string) {
	for {
		start, _ := c.r.Peek(1)
		if len(start) == 0 || start[0] != '#' {
			return last
		}
		last = ""
		for {
			part, err := c.r.ReadSlice('\n')
			if last == "" {
				last = strings.TrimSpace(strings.TrimLeft(string(part), "#"))
			}
			if err == nil {
				c.top++
				break
			}
			if !errors.Is(err, bufio.ErrBufferFull) {
				return ""
			}
		}
	}
}

// headerOf returns the cells of a comment if it names the columns of the row below it; nil if it does not.
func headerOf(comment string, below []byte, separator rune) []string {
	first, _, _ := bytes.Cut(bytes.TrimLeft(below, "\n "), []byte("\n"))
	names, values := strings.Split(comment, string(separator)), strings.Split(string(first), string(separator))
	if len(names) < 2 || len(names) != len(values) {
		return nil
	}
	isNumber := func(cell string) bool {
		_, err := strconv.ParseFloat(strings.TrimSpace(cell), 64)
		return err == nil
	}
	for i := range names {
		if names[i] = strings.Trim(names[i], ` "`); names[i] == "" {
			return nil
		}
	}
	if slices.ContainsFunc(names, isNumber) || !slices.ContainsFunc(values, isNumber) {
		return nil
	}
	return names
}

// separatorOf returns the separator that the first line which is not empty has most of, outside of quotes; a comma, if
// it has none.
func separatorOf(start []byte) rune {
	start = bytes.TrimLeft(start, "\n ")
	var count [len(Separators)]int
	quoted := false
	for _, b := range start {
		if b == '"' {
			quoted = !quoted
		}
		if b == '\n' && !quoted {
			break
		}
		if i := strings.IndexByte(Separators, b); i >= 0 && !quoted {
			count[i]++
		}
	}
	most := 0
	for i := range count {
		if count[i] > count[most] {
			most = i
		}
	}
	return rune(Separators[most])
}

// Read returns the next row, or io.EOF. The row is valid until the call after; its cells are for good, but share the
// memory of the row. Every row must have as many cells as the first. An error is an [Error]; after one of a row that is
// too short or too long (see [IsShape]) reading can go on.
func (c *Cells) Read() ([]string, error) {
	if c.err != nil {
		return nil, c.err
	}
	if row := c.header; row != nil {
		c.header, c.line, c.fields = nil, c.top, len(row)
		return row, nil
	}
	if c.csv == nil {
		c.budget = &budget{from: c.r}
		c.csv = csv.NewReader(c.budget)
		c.csv.Comma = c.Separator
		c.csv.ReuseRecord = true
		c.csv.FieldsPerRecord = -1
		// Beside tabs it would take empty cells for blanks.
		c.csv.TrimLeadingSpace = c.Separator != '\t'
	}
	for {
		c.budget.left = MaxRowBytes
		row, err := c.csv.Read()
		if err != nil {
			c.err = c.wrap(err)
			return nil, c.err
		}
		line, _ := c.csv.FieldPos(0)
		c.line = c.top + int64(line)
		empty := true
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
			empty = empty && row[i] == ""
		}
		if empty {
			continue
		}
		if c.fields == 0 {
			c.fields = len(row)
		}
		if len(row) != c.fields {
			return row, &Error{Line: c.line, Text: fmt.Sprintf("%d fields: want %d, as many as the first row has", len(row), c.fields), Err: csv.ErrFieldCount}
		}
		return row, nil
	}
}

// IsShape reports whether an error of [Cells.Read] is of a row that has too few or too many cells.
func IsShape(err error) bool { return errors.Is(err, csv.ErrFieldCount) }

// Line returns the line on which the last row begins, from 1.
func (c *Cells) Line() int64 { return c.line }

// Fields returns how many cells the first row had.
func (c *Cells) Fields() int { return c.fields }

// wrap leaves line and cause of an error of encoding/csv.
func (c *Cells) wrap(err error) error {
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return &Error{Line: c.top + int64(parse.StartLine), Text: parse.Err.Error(), Err: parse.Err}
	}
	if errors.Is(err, errTooLong) {
		return &Error{Line: c.line + 1, Text: fmt.Sprintf("a row of more than %d bytes begins here: is a quote left open?", MaxRowBytes)}
	}
	return located(err, 0)
}

var errTooLong = errors.New("row too long")

// A budget hands on what one row may have at most, so that a quote left open does not fill the memory.
type budget struct {
	from *bufio.Reader
	left int
}

// Read hands on as much as is there.
func (b *budget) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	n, err := b.from.Read(p)
	b.left -= n
	return n, err
}

// A Header is the names of columns.
type Header []string

// NewHeader returns the names in a row, in lower case. A name given twice is refused; columns without a name are
// allowed.
func NewHeader(row []string) (Header, error) {
	h := make(Header, len(row))
	for i, name := range row {
		h[i] = strings.ToLower(name)
		if first := slices.Index(h[:i], h[i]); first >= 0 && name != "" {
			return nil, &Error{Text: fmt.Sprintf("column %s given twice", Quote(name))}
		}
	}
	return h, nil
}

// Find returns the place of the one column that has one of the names, -1 if there is none. Two of them are an error
// that names both.
func (h Header) Find(names ...string) (int, error) {
	found := -1
	for i, name := range h {
		if !slices.Contains(names, name) {
			continue
		}
		if found >= 0 {
			return 0, &Error{Text: fmt.Sprintf("columns %s and %s both stand for %s: want one of them", Quote(h[found]), Quote(name), names[0])}
		}
		found = i
	}
	return found, nil
}

// String returns the names for an error, cut where they are many.
func (h Header) String() string {
	const shown = 20
	var names []string
	for _, name := range h[:min(len(h), shown)] {
		names = append(names, Quote(name))
	}
	if len(h) > shown {
		names = append(names, fmt.Sprintf("and %d more", len(h)-shown))
	}
	return strings.Join(names, ", ")
}
