package trace

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"
)

// Options says how to read a trace. The zero value finds everything out by itself.
type Options struct {
	// Format is the format, or Auto.
	Format Format
	// TimeColumn, KeyColumn and SizeColumn name the columns of a CSV trace. An empty name stands
	// for the usual ones: time, timestamp or ts; id, key, object, obj_id or url; size, bytes,
	// size_bytes or obj_size. The time and size columns may be missing unless they are named here.
	TimeColumn, KeyColumn, SizeColumn string
	// FurtherColumns name columns of a CSV trace that [Reader.Further] returns.
	FurtherColumns []string
	// TimeUnit is the unit of the times in text traces; 0 stands for a second.
	TimeUnit time.Duration
	// IgnoreTime leaves Request.Time at 0, so that any number can be a time.
	IgnoreTime bool
}

// refuseColumns returns an error if columns are named, for a format without.
func (o Options) refuseColumns(format Format) error {
	for _, c := range []struct{ what, name string }{
		{"time", o.TimeColumn}, {"key", o.KeyColumn}, {"size", o.SizeColumn},
	} {
		if c.name != "" {
			return fmt.Errorf("the %s column is to be %q, but the format is %v; only csv has named columns", c.what, c.name, format)
		}
	}
	for _, name := range o.FurtherColumns {
		return fmt.Errorf("a column is to be %q, but the format is %v; only csv has named columns", name, format)
	}
	return nil
}

// A Reader reads a trace as a stream, in constant memory.
type Reader struct {
	name   string // for messages; may be empty
	format Format
	source source
	closer io.Closer
	err    error
}

// A source decodes one format. Its errors say where in the trace, not which trace.
type source interface {
	// read returns the next request, or io.EOF after the last one of an undamaged trace.
	read() (Request, error)
}

// Open opens a trace file; compression with gzip, zstd or xz is recognised. The caller closes the
// reader.
func Open(path string, options Options) (*Reader, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	r, err := newReader(file, path, options)
	if err != nil {
		file.Close()
		return nil, err
	}
	return r, nil
}

// NewReader reads a trace from r, recognising compression as [Open] does. The name is used in
// messages and, by its endings, to find the format out; it may be empty.
func NewReader(r io.Reader, name string, options Options) (*Reader, error) {
	return newReader(io.NopCloser(r), name, options)
}

func newReader(file io.ReadCloser, name string, options Options) (*Reader, error) {
	r := &Reader{name: name, closer: file, format: options.Format}
	plain, closeDecoder, err := decompress(file)
	if err != nil {
		return nil, r.located(err)
	}
	r.closer = closers{closeDecoder, file}
	buffered := bufio.NewReaderSize(plain, 1<<18)
	if r.format == Auto {
		start, err := buffered.Peek(4096)
		if err != nil && err != io.EOF {
			return nil, r.located(fmt.Errorf("byte 0: %w", unexpected(err)))
		}
		if r.format, err = detect(name, start); err != nil {
			return nil, r.located(err)
		}
	}
	if r.format != CSV {
		if err := options.refuseColumns(r.format); err != nil {
			return nil, r.located(err)
		}
	}
	switch r.format {
	case Oracle:
		r.source = &oracleSource{r: buffered}
	case TIS:
		r.source = &tisSource{lines: lines{r: buffered}, clock: clockOf(options)}
	case IDs:
		r.source = &idSource{lines: lines{r: buffered}}
	case CSV:
		r.source, err = newCSVSource(buffered, options)
	default:
		err = fmt.Errorf("format is %v; allowed are %s", r.format, strings.Join(formatNames[:], ", "))
	}
	if err != nil {
		return nil, r.located(err)
	}
	return r, nil
}

// Format returns the format that is being read.
func (r *Reader) Format() Format { return r.format }

// HasSizes reports whether the trace says how large its objects are. Where it does not, each has one byte.
func (r *Reader) HasSizes() bool {
	if s, ok := r.source.(*csvSource); ok {
		return s.size >= 0
	}
	return r.format.HasSizes()
}

// HasTimes reports whether the trace says when requests came. Where it does not, each comes at 0.
func (r *Reader) HasTimes() bool {
	if s, ok := r.source.(*csvSource); ok {
		return s.when >= 0
	}
	return r.format != IDs
}

// Further returns what the last request that was read has in a column of [Options].FurtherColumns, by its number there.
func (r *Reader) Further(column int) string { return r.source.(*csvSource).text(column) }

// WrongFurther returns the error of what [Reader.Further] has returned, with trace and line: what it is, and what is
// allowed.
func (r *Reader) WrongFurther(column int, want string, args ...any) error {
	s := r.source.(*csvSource)
	line, _ := s.r.FieldPos(s.further[column])
	return r.located(fmt.Errorf("line %d: %s is %q; it must be %s", line, s.names[column], s.text(column), fmt.Sprintf(want, args...)))
}

// Read returns the next request. It returns [io.EOF] after the last request of a trace that is whole;
// any other error names the trace, the line or byte, the value and what is allowed, and means that
// what was read so far is not all of it. After an error Read returns the same error again.
func (r *Reader) Read() (Request, error) {
	if r.err != nil {
		return Request{}, r.err
	}
	request, err := r.source.read()
	if err == nil {
		return request, nil
	}
	if err != io.EOF {
		err = r.located(err)
	}
	r.err = err
	return Request{}, err
}

// Close releases the decoder and closes the file.
func (r *Reader) Close() error { return r.closer.Close() }

// located adds the trace's name to an error.
func (r *Reader) located(err error) error {
	if r.name == "" {
		return fmt.Errorf("trace: %w", err)
	}
	return fmt.Errorf("trace: %s: %w", r.name, err)
}

// detect finds the format of a trace by its name and its first bytes.
func detect(name string, start []byte) (Format, error) {
	name = strings.ToLower(name)
	for _, ending := range []string{".gz", ".zst", ".zstd", ".xz"} {
		name = strings.TrimSuffix(name, ending)
	}
	for _, known := range []struct {
		ending string
		format Format
	}{{".csv", CSV}, {".oraclegeneral", Oracle}, {".oraclegeneral.bin", Oracle}, {".tis", TIS}, {".ids", IDs}} {
		if strings.HasSuffix(name, known.ending) {
			return known.format, nil
		}
	}
	if len(start) == 0 {
		return Auto, fmt.Errorf("the trace is empty, so its format cannot be found out; name it")
	}
	// A record of 24 bytes without a single zero or control byte is no record of a real trace.
	if bytes.IndexFunc(start, func(c rune) bool { return c < ' ' && !strings.ContainsRune("\t\r\n", c) }) >= 0 {
		return Oracle, nil
	}
	line, _, _ := bytes.Cut(start, []byte("\n"))
	switch fields := len(bytes.Fields(line)); {
	case !utf8.Valid(line):
		return Oracle, nil
	case bytes.ContainsRune(line, ','):
		return CSV, nil
	case fields == 3:
		return TIS, nil
	case fields == 1:
		return IDs, nil
	default:
		return Auto, fmt.Errorf("line 1: %q is of no known format; allowed are %s",
			line, strings.Join(formatNames[1:], ", "))
	}
}

// unexpected turns an end of file where more must come into the error that says so.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
