package trace

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// A Writer writes a trace. Nothing is whole before Close.
type Writer struct {
	format   Format
	out      *bufio.Writer
	closer   io.Closer
	requests int64
	err      error
}

// NewWriter writes a trace of the given format (not [Auto]) to w, compressed if the name ends in .gz,
// .zst or .xz.
func NewWriter(w io.Writer, name string, format Format) (*Writer, error) {
	if format == Auto || int(format) >= len(formatNames) {
		return nil, fmt.Errorf("trace: format is %v; it must be oracle, tis, csv or ids", format)
	}
	compressed, err := compress(w, name)
	if err != nil {
		return nil, fmt.Errorf("trace: %s: %w", name, err)
	}
	t := &Writer{format: format, out: bufio.NewWriterSize(compressed, 1<<16), closer: compressed}
	if format == CSV {
		t.out.WriteString("time,id,size\n")
	}
	return t, nil
}

// Write writes a request. The oracle format holds whole seconds below 2^32 and sizes below 2^32; a
// request it cannot hold is an error. The other formats leave Next out, and IDs all but the key.
func (t *Writer) Write(r Request) error {
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

// Convert reads the trace at from and writes it to the file to, in the given format and compressed as
// its name says. The oracle format needs to know the next request for each object, so the trace is read
// twice and 12 bytes a request are held in memory; all others stream. The file appears only when it
// is whole.
func Convert(to string, format Format, from string, options Options) (err error) {
	next := func() int64 { return -1 }
	if format == Oracle {
		if next, err = nextRequests(from, options); err != nil {
			return err
		}
	}
	in, err := Open(from, options)
	if err != nil {
		return err
	}
	defer in.Close()
	file, err := os.CreateTemp(filepath.Dir(to), "."+filepath.Base(to)+".*")
	if err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	defer func() {
		if err != nil {
			file.Close()
			os.Remove(file.Name())
		}
	}()
	out, err := NewWriter(file, to, format)
	if err != nil {
		return err
	}
	for {
		request, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		request.Next = next()
		if err := out.Write(request); err != nil {
			return err
		}
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("trace: %s: %w", to, err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	if err := os.Rename(file.Name(), to); err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	return nil
}

// nextRequests returns a function that returns, call by call, the number of the next request for the
// object of each request of a trace.
func nextRequests(path string, options Options) (func() int64, error) {
	r, err := Open(path, options)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var numbers interner
	var latest []int64 // by object: its last request so far, from 0
	var next []int64
	for i := int64(0); ; i++ {
		request, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		id, err := numbers.number(request.Key)
		if err != nil {
			return nil, r.located(err)
		}
		if int(id) == len(latest) {
			latest = append(latest, i)
		} else {
			next[latest[id]] = i + 1
			latest[id] = i
		}
		next = append(next, -1)
	}
	i := -1
	return func() int64 { i++; return next[i] }, nil
}
