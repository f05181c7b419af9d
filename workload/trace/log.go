package trace

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/text"
)

// A logLine is what a line of an access log says of a response.
type logLine struct {
	at                        time.Duration
	method, host, path, query string
	status                    int
	bytes                     int64 // that were sent; -1 where the line does not say
	hasHeaders                bool  // whether bytes counts headers
	end                       int64 // of the range that was sent, from 0 and exclusive; 0 where the line does not say
	malformed                 string
}

// A logFormat reads the lines of one access log.
type logFormat interface {
	// next reads a line, or returns io.EOF.
	next(*logLine) error
	// line is the number of the last line.
	line() int64
	// column returns the place of a column by its name, in lower case, or an error that lists those there are.
	column(name string) (int, error)
	// text returns what the last line has in a column.
	text(column int) string
	// hasSizes reports whether lines say how much was sent.
	hasSizes() bool
}

// A logSource makes requests of an access log, by the rules.
type logSource struct {
	logFormat
	rules  Rules
	header int64
	out    tally
	key    []int // the column that is the key, none for the rule
	names  []string
	places []int // of the further columns
	joined []byte
	last   logLine
}

func newLogSource(format logFormat, rules Rules, options Options, out tally) (*logSource, error) {
	s := &logSource{logFormat: format, rules: rules, header: AssumedHeaderBytes, out: out, names: options.FurtherColumns}
	if rules.HeaderBytes != nil {
		s.header = *rules.HeaderBytes
	}
	if options.KeyColumn != "" {
		for _, name := range strings.Split(options.KeyColumn, "+") {
			i, err := format.column(strings.ToLower(strings.TrimSpace(name)))
			if err != nil {
				return nil, err
			}
			s.key = append(s.key, i)
		}
	}
	for _, name := range s.names {
		i, err := format.column(strings.ToLower(strings.TrimSpace(name)))
		if err != nil {
			return nil, err
		}
		s.places = append(s.places, i)
	}
	return s, nil
}

func (s *logSource) further(column int) string { return s.text(s.places[column]) }

func (s *logSource) furtherName(column int) string { return s.names[column] }

func (s *logSource) hasTimes() bool { return true }

func (s *logSource) read() (Request, error) {
	for {
		l := &s.last
		*l = logLine{bytes: -1}
		if err := s.next(l); err != nil {
			return Request{}, err
		}
		if r, taken := s.request(l); taken {
			return r, nil
		}
	}
}

// isWord reports whether a method is a word of capital letters, which needs no quotes.
func isWord(method string) bool {
	const most = 20
	return len(method) <= most && strings.Trim(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// request makes a request of a line, or counts why it is none.
func (s *logSource) request(l *logLine) (r Request, taken bool) {
	leave := func(format string, args ...any) (Request, bool) {
		s.out.add(fmt.Sprintf(format, args...))
		return Request{}, false
	}
	r = Request{Time: l.at, Next: -1, Extent: Unknown}
	switch l.method {
	case "GET":
		if !slices.Contains(s.rules.Statuses, l.status) {
			return leave("status %d", l.status)
		}
	case "PUT", "POST", "PATCH":
		r.Op = Put
	case "DELETE", "PURGE":
		r.Op = Delete
	case "":
		if !slices.Contains(s.rules.Statuses, l.status) {
			return leave("status %d", l.status)
		}
		if l.malformed == "" {
			l.malformed = "no request"
		}
		return leave("%s", l.malformed)
	default:
		if isWord(l.method) {
			return leave("method %s", l.method)
		}
		return leave("method %s", shortened(l.method))
	}
	if l.malformed != "" {
		return leave("%s", l.malformed)
	}
	if r.Op != Get {
		op, acts := s.rules.Writes.act(r.Op)
		if !acts || s.rules.Writes == writesKept && l.method == "PURGE" {
			return leave("method %s", l.method)
		}
		if l.status < 200 || l.status > 399 {
			return leave("method %s that failed", l.method)
		}
		r.Op = op
	}
	r.Key = s.keyOf(l)
	if r.Op != Get && s.rules.Writes == writesKept {
		r.SizeBytes = s.sent(l)
	}
	if r.Op == Get && s.hasSizes() {
		s.size(l, &r)
	}
	if r.Op == Get && !s.hasSizes() {
		r.SizeBytes, r.Extent = 1, Whole
	}
	return r, true
}

// shortened bounds what a reason shows of a file.
func shortened(name string) string {
	if len(name) > 20 {
		return "of more than 20 letters"
	}
	return text.Quote(name)
}

// keyOf returns the key of a line.
func (s *logSource) keyOf(l *logLine) uint64 {
	b := s.joined[:0]
	for i, column := range s.key {
		if i > 0 {
			b = append(b, ':')
		}
		b = append(b, s.text(column)...)
	}
	if len(s.key) == 0 {
		for _, part := range s.rules.Key {
			switch part {
			case "method":
				b = append(append(b, l.method...), ' ')
			case "host":
				b = append(b, strings.ToLower(l.host)...)
			case "path":
				b = append(b, l.path...)
			case "query":
				if l.query != "" {
					b = append(append(b, '?'), l.query...)
				}
			}
		}
	}
	s.joined = b
	return parseKey(b)
}

// sent returns the bytes of a response without its headers, 0 where the line does not say.
func (s *logSource) sent(l *logLine) int64 {
	if l.hasHeaders {
		return max(0, l.bytes-s.header)
	}
	return max(0, l.bytes)
}

// size fills in how large the object is, as far as the line says.
func (s *logSource) size(l *logLine, r *Request) {
	body := l.bytes
	if body >= 0 {
		body = s.sent(l)
	}
	switch {
	case l.status == 304 || body < 0:
	case l.status == 206:
		r.SizeBytes, r.Extent = max(body, l.end), Part
		if s.rules.Sizes == Recorded {
			r.SizeBytes = body
		}
	default:
		r.SizeBytes, r.Extent = body, Whole
	}
	if r.SizeBytes > maxSizeBytes {
		r.SizeBytes = maxSizeBytes
	}
	if r.SizeBytes == 0 {
		r.Extent = Unknown
	}
}

// split takes a target apart: "/path?query", or "http://host/path?query" as proxies write it.
func (l *logLine) split(target string) {
	if scheme, rest, ok := strings.Cut(target, "://"); ok && !strings.ContainsAny(scheme, "/?") {
		i := strings.IndexAny(rest, "/?")
		if i < 0 {
			i = len(rest)
		}
		l.host, target = rest[:i], rest[i:]
		if !strings.HasPrefix(target, "/") {
			target = "/" + target
		}
	}
	l.path, l.query, _ = strings.Cut(target, "?")
}

// splitRequest takes the first line of a request apart: "GET /path HTTP/1.1".
func (l *logLine) splitRequest(line string) {
	method, target, ok := strings.Cut(strings.TrimSpace(line), " ")
	target = strings.TrimSpace(target)
	if i := strings.LastIndex(target, " "); i >= 0 && strings.HasPrefix(target[i+1:], "HTTP/") {
		target = strings.TrimSpace(target[:i])
	}
	if !ok || target == "" || strings.Trim(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-") != "" {
		l.malformed = "no request"
		return
	}
	l.method = method
	l.split(target)
}

// columnOf finds a name among columns.
func columnOf(name string, names []string) (int, error) {
	if i := slices.Index(names, name); i >= 0 {
		return i, nil
	}
	return 0, &text.Error{Text: fmt.Sprintf("there is no column %s; there are %s", text.Quote(name), shortList(names))}
}
