package trace

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/text"
)

// Options says how to read a trace. The zero value finds everything out by itself.
type Options struct {
	// Format is the format, or Auto.
	Format Format
	// TimeColumn, KeyColumn, SizeColumn and OpColumn name the columns of a CSV trace. An empty name stands
	// for the usual ones: time, timestamp or ts; id, key, object, obj_id, object_id, url; size, bytes,
	// size_bytes, obj_size, object_size, response_size; op or operation. All but the key may be missing unless they are
	// named here. Keys and sizes may be of several columns, with a + between their names: keys are joined, sizes summed.
	// In logs of W3C and JSON, a time, key or size column that is named takes the place of the usual one.
	TimeColumn, KeyColumn, SizeColumn, OpColumn string
	// Header names the columns of a CSV trace, or W3C log, without such a line, in order; "-" or nothing for those
	// without interest.
	Header []string
	// Separator stands between the cells of a CSV trace; 0: found out.
	Separator rune
	// FurtherColumns name columns of a CSV trace or access log that [Reader.Further] returns.
	FurtherColumns []string
	// TimeUnit is the unit of the times in text traces; 0 stands for a second, and for what the format says.
	TimeUnit time.Duration
	// IgnoreTime leaves Request.Time at 0, so that anything can be a time.
	IgnoreTime bool
	// Rules say what of a log, or of a trace with operations, counts.
	Rules
	// Warn, if set, is told what is odd but no error, and which columns are read: when the trace is opened, and at its end.
	Warn func(warning string)
}

// refuseColumns returns an error if columns are named, for a format without.
func (o Options) refuseColumns(format Format) error {
	isText := format == CSV || format == Twitter || format == MSR
	for _, c := range []struct {
		what, name string
		allowed    bool
	}{
		{"time", o.TimeColumn, isText || format == W3C || format == JSON}, {"key", o.KeyColumn, isText || format.IsLog()},
		{"size", o.SizeColumn, isText || format == W3C || format == JSON}, {"operation", o.OpColumn, isText},
	} {
		if c.name != "" && !c.allowed {
			return fmt.Errorf("the %s column is to be %q, but the format is %v, which has no such columns", c.what, c.name, format)
		}
	}
	if len(o.Header) > 0 && !isText && format != W3C {
		return fmt.Errorf("columns are named, but the format is %v, which has no such columns", format)
	}
	if o.Separator != 0 && !isText {
		return fmt.Errorf("a separator is named, but the format is %v; only csv has one", format)
	}
	if !isText && !format.IsLog() {
		for _, name := range o.FurtherColumns {
			return fmt.Errorf("a column is to be %q, but the format is %v, which has no such columns", name, format)
		}
	}
	return nil
}

// A Reader reads a trace as a stream, in constant memory.
type Reader struct {
	name     string // for messages; may be empty
	format   Format
	rules    Rules
	source   source
	closer   io.Closer
	out      tally
	warn     text.Warn
	requests int64
	guessed  bool // the trace is taken for oracleGeneral because it is binary
	err      error
}

// A source decodes one format. Its errors say where in the trace, not which trace.
type source interface {
	// read returns the next request, or io.EOF after the last one of an undamaged trace.
	read() (Request, error)
}

// A columnSource is a source whose lines have columns.
type columnSource interface {
	source
	hasTimes() bool
	hasSizes() bool
	// further returns what the last line has in a column of Options.FurtherColumns.
	further(column int) string
	furtherName(column int) string
	line() int64
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
	r := &Reader{name: name, closer: file, format: options.Format, out: make(tally)}
	r.warn = func(warning string) {
		if options.Warn != nil {
			options.Warn(r.located(errors.New(warning)).Error())
		}
	}
	if err := options.Validate(); err != nil {
		return nil, r.located(err)
	}
	plain, closeDecoder, err := decompress(file)
	if err != nil {
		return nil, r.located(err)
	}
	r.closer = closers{closeDecoder, file}
	if err := r.open(bufio.NewReaderSize(plain, 1<<18), options); err != nil {
		return nil, r.located(err)
	}
	return r, nil
}

// open finds out the format and makes its source.
func (r *Reader) open(raw *bufio.Reader, options Options) (err error) {
	start, err := raw.Peek(4096)
	if err != nil && err != io.EOF {
		return fmt.Errorf("byte 0: %w", unexpected(err))
	}
	if r.format == Auto && isBinary(r.name, start) {
		r.format, r.guessed = Oracle, true
	}
	lines := raw
	if r.format != Oracle {
		lines = text.NewReader(raw)
	}
	if r.format == Auto {
		if start, err = lines.Peek(1 << 16); err != nil && err != io.EOF {
			return fmt.Errorf("byte 0: %w", unexpected(err))
		}
		if r.format, err = detect(r.name, start, options); err != nil {
			return err
		}
	}
	if err := options.refuseColumns(r.format); err != nil {
		return err
	}
	err = nil
	r.rules = options.filledIn(r.format)
	acts := actions{r.rules.Writes, r.out}
	switch r.format {
	case Oracle:
		r.source = &oracleSource{r: raw}
	case TIS:
		r.source = newTISSource(lines, options)
	case IDs:
		r.source = &idSource{Lines: text.NewLines(lines), warn: r.warn}
	case IBM:
		r.source = &ibmSource{Lines: text.NewLines(lines), clock: clockOf(options, time.Millisecond), acts: acts}
	case CSV, Twitter, MSR:
		r.source, err = newCSVSource(lines, r.format, options, r.warn, r.out)
	case Combined, W3C, JSON, Squid:
		r.source, err = newLog(text.NewLines(lines), r.format, r.rules, options, r.out)
		if err == io.EOF {
			r.source, r.err, err = nothing{}, io.EOF, nil
		}
	default:
		err = fmt.Errorf("format is %v; allowed are %s", r.format, strings.Join(formatNames[:], ", "))
	}
	return err
}

// newLog makes the source of an access log. A log without requests is io.EOF.
func newLog(lines *text.Lines, format Format, rules Rules, options Options, out tally) (source, error) {
	var f logFormat
	var err error
	switch format {
	case Combined:
		f = &combinedFormat{Lines: lines, clock: clockOf(options, defaultUnit)}
	case Squid:
		f = &squidFormat{Lines: lines, clock: clockOf(options, defaultUnit)}
	case W3C:
		f, err = newW3CFormat(lines, options)
	default:
		f, err = newJSONFormat(lines, options)
	}
	if err != nil {
		return nil, err
	}
	return newLogSource(f, rules, options, out)
}

// nothing is a trace without requests.
type nothing struct{}

func (nothing) read() (Request, error) { return Request{}, io.EOF }

// Format returns the format that is being read.
func (r *Reader) Format() Format { return r.format }

// Rules returns the rules by which the trace is read, with their defaults.
func (r *Reader) Rules() Rules { return r.rules }

// HasSizes reports whether the trace says how large its objects are. Where it does not, each has one byte.
func (r *Reader) HasSizes() bool {
	if s, ok := r.source.(columnSource); ok {
		return s.hasSizes()
	}
	return r.format != IDs
}

// HasTimes reports whether the trace says when requests came. Where it does not, each comes at 0.
func (r *Reader) HasTimes() bool {
	if s, ok := r.source.(columnSource); ok {
		return s.hasTimes()
	}
	return r.format != IDs
}

// Further returns what the last request that was read has in a column of [Options].FurtherColumns, by its number there.
func (r *Reader) Further(column int) string { return r.source.(columnSource).further(column) }

// WrongFurther returns the error of what [Reader.Further] has returned, with trace and line: what it is, and what is
// allowed.
func (r *Reader) WrongFurther(column int, want string, args ...any) error {
	s := r.source.(columnSource)
	return r.located(fmt.Errorf("line %d: %s is %s; it must be %s", s.line(), s.furtherName(column), text.Quote(s.further(column)), fmt.Sprintf(want, args...)))
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
		r.requests++
		return request, nil
	}
	if err == io.EOF {
		if s, ok := r.source.(*tisSource); ok && s.more > 0 {
			r.warn.Say("not read: up to %d fields after time, id and size", s.more)
		}
		if len(r.out) > 0 {
			r.warn.Say("left out: %v", r.out)
		}
	} else {
		if r.guessed {
			err = fmt.Errorf("%w; it was taken for oracleGeneral, since it is binary", err)
		}
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

// unexpected turns an end of file where more must come into the error that says so.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
