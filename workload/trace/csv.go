package trace

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/text"
)

// The usual names of columns, in lower case.
var (
	usualTimes = []string{"time", "timestamp", "ts", "relative_unix"}
	usualKeys  = []string{"id", "key", "object", "obj_id", "object_id", "url", "hashed_path_query", "cachekey"}
	usualSizes = []string{"size", "bytes", "size_bytes", "obj_size", "object_size", "objectsize", "response_size"}
	usualOps   = []string{"op", "operation"}
)

// defaultUnit is the unit of times, where nobody says another.
const defaultUnit = time.Second

// A dialect is a CSV whose columns are known.
type dialect struct {
	header          []string
	time, key, size string
	op              string
	unit            time.Duration
	origin          int64 // of times, in units before the epoch
}

// dialects are the traces without header that people have.
var dialects = map[Format]dialect{
	// https://github.com/twitter/cache-trace: an object is key and value.
	Twitter: {header: []string{"timestamp", "key", "key_size", "value_size", "client", "op", "ttl"},
		time: "timestamp", key: "key", size: "key_size+value_size", op: "op", unit: time.Second},
	// Narayanan et al., Write Off-Loading, FAST 2008: times count 100 ns since 1601.
	MSR: {header: []string{"timestamp", "hostname", "disknumber", "type", "offset", "size", "responsetime"},
		time: "timestamp", key: "hostname+disknumber+offset", size: "size", op: "type", unit: 100, origin: 116444736000000000},
}

// A csvSource reads named columns.
type csvSource struct {
	cells   *text.Cells
	header  text.Header
	given   bool  // the header is of the options, not of the file
	when    int   // column, from 0; -1 for none
	key     []int // columns that make the key together
	size    []int // columns whose sum is the size, none for no size
	op      int
	repeat  int      // the column that says how often a line stands for a request
	places  []int    // of the further columns
	names   []string // of the further columns
	row     []string // the last
	clock   clock
	acts    actions
	again   Request // what the last line stands for, left times more
	left    int64
	joined  []byte
	pending []string // a first row that is no header
}

func newCSVSource(r *bufio.Reader, format Format, options Options, warn text.Warn, out tally) (*csvSource, error) {
	d, known := dialects[format]
	s := &csvSource{cells: text.NewCells(r), clock: clockOf(options, defaultUnit), when: -1, op: -1, repeat: -1,
		acts: actions{options.filledIn(format).Writes, out}}
	s.names = options.FurtherColumns
	names := options.Header
	if known {
		s.clock = clockOf(options, d.unit)
		s.clock.origin = d.origin
		if len(names) == 0 {
			names = d.header
		}
		options.TimeColumn, options.KeyColumn = or(options.TimeColumn, d.time), or(options.KeyColumn, d.key)
		options.SizeColumn, options.OpColumn = or(options.SizeColumn, d.size), or(options.OpColumn, d.op)
	}
	if options.Separator != 0 {
		s.cells.Separator = options.Separator
	}
	first, err := s.cells.Read()
	switch {
	case errors.Is(err, io.EOF) && len(names) == 0:
		return nil, &text.Error{Line: 1, Text: "the header is missing"}
	case errors.Is(err, io.EOF):
		first = names
	case err != nil:
		return nil, err
	}
	first = slices.Clone(first)
	if len(names) > 0 {
		if len(first) != len(names) {
			return nil, &text.Error{Line: max(1, s.cells.Line()), Text: fmt.Sprintf("%d fields between %q; the columns are named %s, which are %d",
				len(first), s.cells.Separator, strings.Join(names, ", "), len(names))}
		}
		if err == nil {
			s.pending = first
		}
		first = names
		s.given = true
	}
	if err := s.find(first, options); err != nil {
		var e *text.Error
		if errors.As(err, &e) && e.Line == 0 {
			err = &text.Error{Line: max(1, s.cells.Line()), Text: e.Text, Err: e.Err}
		}
		return nil, err
	}
	s.tell(warn)
	return s, nil
}

// or returns the first text that is not empty.
func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// find finds the columns.
func (s *csvSource) find(first []string, options Options) (err error) {
	for i, name := range first {
		if first[i] = strings.TrimSpace(name); first[i] == "-" {
			first[i] = ""
		}
	}
	if s.header, err = text.NewHeader(first); err != nil {
		return err
	}
	if !s.given {
		for _, name := range first {
			if _, err := strconv.ParseFloat(name, 64); err == nil {
				return &text.Error{Text: fmt.Sprintf("%s stands where a header has names: this looks like data; name the columns in their order: --columns time,key,-,size, or header: [time, key, -, size] in a scenario", text.Quote(name))}
			}
		}
	}
	if s.when, err = s.column("time", options.TimeColumn, usualTimes); err != nil {
		return err
	}
	if s.op, err = s.column("operation", options.OpColumn, usualOps); err != nil {
		return err
	}
	if s.op >= 0 {
		if s.repeat, err = s.column("count", "", []string{"op_count"}); err != nil {
			return err
		}
	}
	if s.key, err = s.columns("key", options.KeyColumn, usualKeys); err != nil {
		return err
	}
	if len(s.key) == 0 {
		return &text.Error{Text: fmt.Sprintf("none of the columns %s is the key; name it (%s), or call it %s", s.header, namedBy("key"), strings.Join(usualKeys, ", "))}
	}
	if s.size, err = s.columns("size", options.SizeColumn, usualSizes); err != nil {
		return err
	}
	for _, name := range s.names {
		i, err := s.column("further", name, nil)
		if err != nil {
			return err
		}
		s.places = append(s.places, i)
	}
	return nil
}

// column returns the place of a column, or -1. A name that is asked for must be there; of usual names there may be one.
func (s *csvSource) column(what, name string, usual []string) (int, error) {
	if name != "" {
		i := slices.Index(s.header, strings.ToLower(strings.TrimSpace(name)))
		if i < 0 {
			return 0, &text.Error{Text: fmt.Sprintf("there is no column %s; there are %v", text.Quote(name), s.header)}
		}
		return i, nil
	}
	found := -1
	for i, h := range s.header {
		if slices.Contains(usual, h) {
			if found >= 0 {
				return 0, &text.Error{Text: fmt.Sprintf("columns %s and %s could both be the %s; name it: %s", text.Quote(s.header[found]), text.Quote(h), what, namedBy(what))}
			}
			found = i
		}
	}
	return found, nil
}

// namedBy says how people name a column.
func namedBy(what string) string {
	name := map[string]string{"operation": "op"}[what]
	if name == "" {
		name = what
	}
	return fmt.Sprintf("--%s-column NAME, or columns: {%s: NAME} in a scenario", name, name)
}

// columns is column for several with a + between them.
func (s *csvSource) columns(what, names string, usual []string) ([]int, error) {
	if whole := strings.ToLower(strings.TrimSpace(names)); names == "" || slices.Contains(s.header, whole) || !strings.Contains(names, "+") {
		i, err := s.column(what, names, usual)
		if err != nil || i < 0 {
			return nil, err
		}
		return []int{i}, nil
	}
	var found []int
	for _, name := range strings.Split(names, "+") {
		i, err := s.column(what, or(strings.TrimSpace(name), "+"), nil)
		if err != nil {
			return nil, err
		}
		found = append(found, i)
	}
	return found, nil
}

// tell says which columns are read, where there are others.
func (s *csvSource) tell(warn text.Warn) {
	read := map[int]bool{}
	var said []string
	for _, c := range []struct {
		what string
		at   []int
	}{{"time", []int{s.when}}, {"key", s.key}, {"size", s.size}, {"operation", []int{s.op}}, {"count", []int{s.repeat}}} {
		var names []string
		for _, i := range c.at {
			if i >= 0 {
				read[i] = true
				names = append(names, s.header[i])
			}
		}
		if len(names) > 0 {
			said = append(said, c.what+" from "+strings.Join(names, "+"))
		}
	}
	for _, i := range s.places {
		read[i] = true
	}
	var unread text.Header
	for i, name := range s.header {
		if !read[i] && name != "" {
			unread = append(unread, name)
		}
	}
	if len(unread) > 0 {
		warn.Say("read: %s; not read: %v", strings.Join(said, ", "), unread)
	}
}

// further returns the last row's text in a further column.
func (s *csvSource) further(column int) string { return s.row[s.places[column]] }

func (s *csvSource) furtherName(column int) string { return s.names[column] }

func (s *csvSource) line() int64 { return s.cells.Line() }

func (s *csvSource) hasTimes() bool { return s.when >= 0 }

func (s *csvSource) hasSizes() bool { return len(s.size) > 0 }

func (s *csvSource) read() (Request, error) {
	for s.left == 0 {
		if err := s.readRow(); err != nil {
			return Request{}, err
		}
	}
	s.left--
	return s.again, nil
}

// readRow reads a row and what it stands for.
func (s *csvSource) readRow() (err error) {
	if s.row, s.pending = s.pending, nil; s.row == nil {
		if s.row, err = s.cells.Read(); err != nil {
			return err
		}
	}
	wrong := func(err error) error { return &text.Error{Line: s.cells.Line(), Text: err.Error(), Err: err} }
	s.joined = s.joined[:0]
	for i, column := range s.key {
		if i > 0 {
			s.joined = append(s.joined, ':')
		}
		s.joined = append(s.joined, s.row[column]...)
	}
	if len(s.joined) < len(s.key) {
		return wrong(errors.New("the key is empty"))
	}
	s.again = Request{Key: parseKey(s.joined), SizeBytes: 1, Next: -1}
	if s.when >= 0 {
		if s.again.Time, err = s.clock.parse(s.row[s.when]); err != nil {
			return wrong(err)
		}
	}
	if len(s.size) > 0 {
		s.again.SizeBytes = 0
		var last int64
		for _, column := range s.size {
			if last, err = parseSize(s.row[column]); err != nil {
				return wrong(err)
			}
			s.again.SizeBytes += last
		}
		if s.op >= 0 && last == 0 {
			s.again.SizeBytes = 0 // a key without a value
		}
	}
	s.left = 1
	if s.op < 0 {
		return nil
	}
	taken, err := s.acts.take(s.row[s.op], &s.again)
	if err != nil {
		return wrong(err)
	}
	if !taken {
		s.left = 0
		return nil
	}
	if s.repeat >= 0 {
		if s.left, err = strconv.ParseInt(s.row[s.repeat], 10, 64); err != nil || s.left < 0 || s.left > 1e9 {
			return wrong(fmt.Errorf("%s is %s; it must be a whole number from 0 to 1000000000", s.header[s.repeat], text.Quote(s.row[s.repeat])))
		}
	}
	return nil
}
