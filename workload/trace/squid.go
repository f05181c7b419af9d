package trace

import (
	"bytes"
	"strconv"

	"github.com/edgewise-sim/edgewise/internal/text"
)

var squidColumns = []string{"elapsed", "client", "result", "status", "method", "user", "peer", "mime"}

// A squidFormat reads Squid's native log, "squid" of its logformat directive:
//
//	1286536309.450 91 192.0.2.1 TCP_MISS/200 38018 GET http://example.org/a.png - HIER_DIRECT/198.51.100.7 image/png
//
// Sizes are of all that was sent, with headers.
type squidFormat struct {
	*text.Lines
	clock  clock
	fields [8]string
}

func (f *squidFormat) line() int64 { return f.Line() }

func (f *squidFormat) column(name string) (int, error) { return columnOf(name, squidColumns) }

func (f *squidFormat) text(column int) string { return f.fields[column] }

func (f *squidFormat) hasSizes() bool { return true }

func (f *squidFormat) next(l *logLine) error {
	line, err := f.Next()
	if err != nil {
		return err
	}
	fields := bytes.Fields(line)
	const want = "want time elapsed client code/status bytes method URL user peer type"
	if len(fields) < 7 {
		return f.Errorf("%s has %d fields: %s", text.Quote(string(line)), len(fields), want)
	}
	result, status, ok := bytes.Cut(fields[3], []byte("/"))
	if !ok {
		return f.Errorf("%s: %s", text.Quote(string(line)), want)
	}
	if l.status, err = strconv.Atoi(string(status)); err != nil || l.status < 0 || l.status > 999 {
		return f.Errorf("the status is %s; it must be a number from 0 to 999", text.Quote(string(status)))
	}
	if l.bytes, err = parseSize(string(fields[4])); err != nil {
		return f.Errorf("%v", err)
	}
	l.hasHeaders = true
	if l.at, err = f.clock.parse(string(fields[0])); err != nil {
		return f.Errorf("%v", err)
	}
	if l.method = string(fields[5]); l.method == "NONE" || l.method == "-" {
		l.method, l.malformed = "", "no request"
	}
	l.split(string(fields[6]))
	f.fields = [8]string{string(fields[1]), string(fields[2]), string(result), string(status), l.method}
	for i := 7; i < min(len(fields), 10); i++ {
		f.fields[i-2] = string(fields[i])
	}
	return nil
}
