package trace

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/words"
)

// A Writer writes a trace. Nothing is whole before Close.
type Writer struct {
	format   Format
	out      *bufio.Writer
	closer   io.Closer
	columns  Columns
	requests int64
	err      error
}

// Columns are those that a CSV has beside time, id and size.
type Columns struct {
	// Op says what a request does: get, put or delete.
	Op bool
	// Further are the names of others, whose texts are given with each request.
	Further []string
}

var opNames = [...]string{Get: "get", Put: "put", Delete: "delete"}

// NewWriter writes a trace of the given format (not [Auto]) to w, compressed if the name ends in .gz,
// .zst or .xz. The columns are for CSV alone.
func NewWriter(w io.Writer, name string, format Format, columns Columns) (*Writer, error) {
	switch {
	case format < Oracle || format > IDs:
		return nil, fmt.Errorf("trace: format is %v; it must be oracle, tis, csv or ids", format)
	case format != CSV && (columns.Op || len(columns.Further) > 0):
		return nil, fmt.Errorf("trace: format is %v; only csv has columns for operations and others", format)
	}
	compressed, err := compress(w, name)
	if err != nil {
		return nil, fmt.Errorf("trace: %s: %w", name, err)
	}
	t := &Writer{format: format, out: bufio.NewWriterSize(compressed, 1<<16), closer: compressed, columns: columns}
	if format == CSV {
		header := []byte("time,id,size")
		if columns.Op {
			header = append(header, ",op"...)
		}
		for _, name := range columns.Further {
			header = appendCell(header, name)
		}
		t.out.Write(append(header, '\n'))
	}
	return t, nil
}

// appendCell appends a comma and a cell, in quotes where it needs them, that no spreadsheet takes for a formula.
func appendCell(b []byte, cell string) []byte {
	b, cell = append(b, ','), words.Cell(cell)
	if !strings.ContainsAny(cell, ",;\t\"\r\n ") {
		return append(b, cell...)
	}
	b = append(b, '"')
	b = append(b, strings.ReplaceAll(cell, `"`, `""`)...)
	return append(b, '"')
}

// Write writes a request, and what stands in its further columns, with an apostrophe before what a spreadsheet would take
// for a formula. The oracle format holds whole seconds below 2^32 and
// sizes below 2^32; a request it cannot hold is an error. The other formats leave Next out, and IDs all but the key.
func (t *Writer) Write(r Request, further ...string) error {
	if t.err != nil {
		return t.err
	}
	t.requests++
	if t.format == Oracle {
		t.err = t.writeRecord(r)
		return t.err
	}
	b := t.out.AvailableBuffer()
	switch t.format {
	case TIS:
		b = append(appendSeconds(b, r.Time), ' ')
		b = append(strconv.AppendUint(b, r.Key, 10), ' ')
		b = strconv.AppendInt(b, r.SizeBytes, 10)
	case CSV:
		b = append(appendSeconds(b, r.Time), ',')
		b = append(strconv.AppendUint(b, r.Key, 10), ',')
		b = strconv.AppendInt(b, r.SizeBytes, 10)
		if t.columns.Op {
			b = append(append(b, ','), opNames[r.Op]...)
		}
		for _, cell := range further {
			b = appendCell(b, cell)
		}
	case IDs:
		b = strconv.AppendUint(b, r.Key, 10)
	}
	_, t.err = t.out.Write(append(b, '\n'))
	return t.err
}

// Close writes what is still held back. It does not close the writer given to [NewWriter].
func (t *Writer) Close() error {
	err := errors.Join(t.err, t.out.Flush(), t.closer.Close())
	if t.err == nil {
		t.err = errors.New("trace: the writer is closed")
	}
	return err
}

func (t *Writer) writeRecord(r Request) error {
	seconds := r.Time / time.Second
	if seconds < 0 || seconds > math.MaxUint32 {
		return fmt.Errorf("trace: request %d: time is %v; oracle holds 0 to %d seconds", t.requests, r.Time, uint32(math.MaxUint32))
	}
	if r.SizeBytes < 0 || r.SizeBytes > math.MaxUint32 {
		return fmt.Errorf("trace: request %d: size is %d; oracle holds 0 to %d", t.requests, r.SizeBytes, uint32(math.MaxUint32))
	}
	var b [recordBytes]byte
	binary.LittleEndian.PutUint32(b[0:], uint32(seconds))
	binary.LittleEndian.PutUint64(b[4:], r.Key)
	binary.LittleEndian.PutUint32(b[12:], uint32(r.SizeBytes))
	binary.LittleEndian.PutUint64(b[16:], uint64(r.Next))
	_, err := t.out.Write(b[:])
	return err
}

// appendSeconds appends a time in seconds, exactly.
func appendSeconds(b []byte, t time.Duration) []byte {
	if t < 0 {
		b, t = append(b, '-'), t.Abs()
	}
	b = strconv.AppendInt(b, int64(t/time.Second), 10)
	if part := t % time.Second; part != 0 {
		b = fmt.Appendf(b, ".%09d", part)
	}
	return b
}
