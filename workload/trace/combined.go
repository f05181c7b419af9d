package trace

import (
	"bytes"
	"strconv"

	"github.com/edgewise-sim/edgewise/internal/text"
)

// combinedColumns are the fields of a line before and after the request, as far as they have names.
var combinedColumns = []string{"client", "user", "vhost", "method", "status", "referer", "user_agent"}

// A combinedFormat reads the NCSA formats of Apache, nginx and varnishncsa:
//
//	host ident user [10/Oct/2000:13:55:36 -0700] "GET /path HTTP/1.1" 200 2326 "referer" "agent"
//
// The last two, and what follows them, may be missing; a virtual host may stand in front. Sizes are of bodies (Apache's
// %b, nginx's $body_bytes_sent). Quotes and backslashes in quotes have a backslash before them, or are \xhh.
type combinedFormat struct {
	*text.Lines
	clock  clock
	fields [7]string
}

func (f *combinedFormat) line() int64 { return f.Line() }

func (f *combinedFormat) column(name string) (int, error) { return columnOf(name, combinedColumns) }

func (f *combinedFormat) text(column int) string { return f.fields[column] }

func (f *combinedFormat) hasSizes() bool { return true }

const wantCombined = `want host ident user [day/Mon/year:hh:mm:ss zone] "METHOD path HTTP/1.1" status bytes`

func (f *combinedFormat) next(l *logLine) error {
	line, err := f.Next()
	if err != nil {
		return err
	}
	wrong := func() error { return f.Errorf("%s: %s", text.Quote(string(line)), wantCombined) }
	before, rest, ok := bytes.Cut(line, []byte(" ["))
	when, rest, closed := bytes.Cut(rest, []byte(`] "`))
	if !ok || !closed {
		return wrong()
	}
	request, rest, closed := cutQuoted(rest)
	answer := bytes.Fields(rest)
	if !closed || len(answer) < 2 {
		return wrong()
	}
	if l.status, err = strconv.Atoi(string(answer[0])); err != nil || l.status < 0 || l.status > 999 {
		return wrong()
	}
	if size := string(answer[1]); size != "-" {
		if l.bytes, err = parseSize(size); err != nil {
			return f.Errorf("%v", err)
		}
	} else {
		l.bytes = 0
	}
	if l.at, err = f.clock.parse(string(when)); err != nil {
		return f.Errorf("%v", err)
	}
	l.splitRequest(unescaped(request))
	f.describe(before, rest, l)
	return nil
}

// describe keeps what the columns hold.
func (f *combinedFormat) describe(before, after []byte, l *logLine) {
	who := bytes.Fields(before)
	f.fields = [7]string{"", "", "", l.method, strconv.Itoa(l.status), "", ""}
	if len(who) > 3 { // Apache's vhost_combined
		host, _, _ := bytes.Cut(who[0], []byte(":"))
		l.host, f.fields[2] = or(l.host, string(host)), string(host)
		who = who[1:]
	}
	if len(who) > 0 {
		f.fields[0] = string(who[0])
	}
	if len(who) > 2 {
		f.fields[1] = string(who[2])
	}
	if f.fields[2] == "" {
		f.fields[2] = l.host
	}
	for i := 5; i < 7; i++ {
		_, rest, ok := bytes.Cut(after, []byte(`"`))
		if !ok {
			return
		}
		var field []byte
		field, after, _ = cutQuoted(rest)
		f.fields[i] = unescaped(field)
	}
}

// cutQuoted returns what stands before the next quote that no backslash precedes, and what follows it.
func cutQuoted(from []byte) (quoted, rest []byte, closed bool) {
	for i := 0; i < len(from); i++ {
		switch from[i] {
		case '\\':
			i++
		case '"':
			return from[:i], from[i+1:], true
		}
	}
	return from, nil, false
}

// unescaped returns text with \" and \\ as the characters they stand for. Other escapes stay, since they are the same
// each time.
func unescaped(quoted []byte) string {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted)
	}
	var b []byte
	for i := 0; i < len(quoted); i++ {
		if quoted[i] == '\\' && i+1 < len(quoted) && (quoted[i+1] == '"' || quoted[i+1] == '\\') {
			i++
		}
		b = append(b, quoted[i])
	}
	return string(b)
}
