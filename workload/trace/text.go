package trace

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxSizeBytes is the largest size of an object, a pebibyte: larger is damage.
const maxSizeBytes = 1 << 50

// lines reads text line by line and skips empty lines.
type lines struct {
	r    *bufio.Reader
	line int64 // the number of the last line read, from 1
}

// next returns the next line that is not empty, without white space around it. It is valid until the
// call after.
func (l *lines) next() ([]byte, error) {
	for {
		text, err := l.r.ReadSlice('\n')
		if len(text) > 0 || err == nil {
			l.line++
		}
		switch {
		case err == bufio.ErrBufferFull:
			return nil, fmt.Errorf("line %d: it is longer than %d bytes: this is no text trace", l.line, l.r.Size())
		case err == io.EOF && len(text) == 0:
			return nil, io.EOF
		case err != nil && err != io.EOF:
			return nil, fmt.Errorf("line %d: %w", l.line+1, err)
		}
		if text = bytes.TrimSpace(text); len(text) > 0 {
			return text, nil
		}
	}
}

// A tisSource reads "time id size".
type tisSource struct {
	lines
	clock clock
}

func (t *tisSource) read() (Request, error) {
	text, err := t.next()
	if err != nil {
		return Request{}, err
	}
	when, rest := cutField(text)
	key, rest := cutField(rest)
	size, rest := cutField(rest)
	if len(size) == 0 || len(rest) != 0 {
		return Request{}, fmt.Errorf("line %d: %q has %d fields; it must have three: time, id, size",
			t.line, text, len(bytes.Fields(text)))
	}
	request := Request{Key: parseKey(key), Next: -1}
	if request.Time, err = t.clock.parse(string(when)); err != nil {
		return Request{}, fmt.Errorf("line %d: %w", t.line, err)
	}
	if request.SizeBytes, err = parseSize(string(size)); err != nil {
		return Request{}, fmt.Errorf("line %d: %w", t.line, err)
	}
	return request, nil
}

// An idSource reads one id a line.
type idSource struct{ lines }

func (s *idSource) read() (Request, error) {
	text, err := s.next()
	if err != nil {
		return Request{}, err
	}
	if bytes.IndexByte(text, 0) >= 0 {
		return Request{}, fmt.Errorf("line %d: it has a zero byte: this is no text trace", s.line)
	}
	return Request{Key: parseKey(text), SizeBytes: 1, Next: -1}, nil
}

// A csvSource reads named columns.
type csvSource struct {
	r               *csv.Reader
	when, key, size int // columns, from 0; -1 for none
	further         []int
	names           []string // of the further columns
	record          []string // the last
	clock           clock
}

func newCSVSource(r io.Reader, options Options) (*csvSource, error) {
	s := &csvSource{r: csv.NewReader(r), names: options.FurtherColumns, clock: clockOf(options)}
	s.r.ReuseRecord = true
	s.r.TrimLeadingSpace = true
	header, err := s.r.Read()
	if err != nil {
		if err == io.EOF {
			return nil, errors.New("line 1: the header is missing")
		}
		return nil, csvError(err)
	}
	if s.when, err = column(header, options.TimeColumn, "time", "timestamp", "ts"); err != nil {
		return nil, err
	}
	if s.size, err = column(header, options.SizeColumn, "size", "bytes", "size_bytes", "obj_size"); err != nil {
		return nil, err
	}
	if s.key, err = column(header, options.KeyColumn, "id", "key", "object", "obj_id", "url"); err != nil {
		return nil, err
	}
	if s.key < 0 {
		return nil, fmt.Errorf("line 1: none of the columns %s is the key; name it, or call it id, key, object, obj_id or url",
			strings.Join(header, ", "))
	}
	for _, name := range s.names {
		i, err := column(header, name)
		if err != nil {
			return nil, err
		}
		s.further = append(s.further, i)
	}
	return s, nil
}

// text returns the last record's text in a further column.
func (s *csvSource) text(column int) string { return s.record[s.further[column]] }

func (s *csvSource) read() (Request, error) {
	record, err := s.r.Read()
	s.record = record
	if errors.Is(err, csv.ErrFieldCount) {
		line, _ := s.r.FieldPos(0)
		return Request{}, fmt.Errorf("line %d: it has %d fields; the header has %d", line, len(record), s.r.FieldsPerRecord)
	}
	if err != nil {
		return Request{}, csvError(err)
	}
	request := Request{SizeBytes: 1, Next: -1}
	if record[s.key] == "" {
		line, _ := s.r.FieldPos(s.key)
		return Request{}, fmt.Errorf("line %d: the key is empty", line)
	}
	request.Key = parseKey([]byte(record[s.key]))
	if s.when >= 0 {
		if request.Time, err = s.clock.parse(record[s.when]); err != nil {
			line, _ := s.r.FieldPos(s.when)
			return Request{}, fmt.Errorf("line %d: %w", line, err)
		}
	}
	if s.size >= 0 {
		if request.SizeBytes, err = parseSize(record[s.size]); err != nil {
			line, _ := s.r.FieldPos(s.size)
			return Request{}, fmt.Errorf("line %d: %w", line, err)
		}
	}
	return request, nil
}

// column returns the place of a column in a header, or -1. A name that is asked for must be there.
func column(header []string, name string, usual ...string) (int, error) {
	for i, h := range header {
		h = strings.ToLower(strings.TrimSpace(h))
		if name != "" && h == strings.ToLower(name) || name == "" && slices.Contains(usual, h) {
			return i, nil
		}
	}
	if name != "" {
		return 0, fmt.Errorf("line 1: there is no column %q; there are %s", name, strings.Join(header, ", "))
	}
	return -1, nil
}

// csvError leaves only line and cause of an error of encoding/csv.
func csvError(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("line %d: %w", parse.Line, parse.Err)
	}
	return err
}

// cutField returns the first field of text and what follows it.
func cutField(text []byte) (field, rest []byte) {
	i := bytes.IndexAny(text, " \t")
	if i < 0 {
		return text, nil
	}
	return text[:i], bytes.TrimLeft(text[i:], " \t")
}

// parseKey returns the key of an id in text: its value if it is a whole number written without
// leading zeros, below 2^64, else its 64-bit FNV-1a hash.
func parseKey(id []byte) uint64 {
	if len(id) <= 20 && (id[0] != '0' || len(id) == 1) {
		if key, err := strconv.ParseUint(string(id), 10, 64); err == nil {
			return key
		}
	}
	h := fnv.New64a()
	h.Write(id)
	return h.Sum64()
}

func parseSize(text string) (int64, error) {
	size, err := strconv.ParseInt(text, 10, 64)
	if err != nil || size < 0 || size > maxSizeBytes {
		return 0, fmt.Errorf("size is %q; it must be a whole number from 0 to %d", text, int64(maxSizeBytes))
	}
	return size, nil
}

// A clock reads times.
type clock struct {
	unit   time.Duration
	ignore bool
}

func clockOf(options Options) clock {
	c := clock{unit: options.TimeUnit, ignore: options.IgnoreTime}
	if c.unit <= 0 {
		c.unit = time.Second
	}
	return c
}

func (c clock) parse(text string) (time.Duration, error) {
	if whole, err := strconv.ParseInt(text, 10, 64); err == nil {
		if c.ignore {
			return 0, nil
		}
		if t := time.Duration(whole) * c.unit; t/c.unit == time.Duration(whole) {
			return t, nil
		}
		return 0, fmt.Errorf("time is %s in units of %v, which is beyond 292 years; another unit is meant", text, c.unit)
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || number != number {
		return 0, fmt.Errorf("time is %q; it must be a number", text)
	}
	if c.ignore {
		return 0, nil
	}
	number = math.Round(float64(number * float64(c.unit)))
	if !(number > -1<<63 && number < 1<<63) {
		return 0, fmt.Errorf("time is %s in units of %v, which is beyond 292 years; another unit is meant", text, c.unit)
	}
	return time.Duration(number), nil
}
