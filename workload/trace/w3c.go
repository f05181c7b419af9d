package trace

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/text"
)

// cloudFrontFields are the fields of CloudFront's standard log in their order, for files that do not name them (Amazon
// CloudFront Developer Guide, Standard logging reference).
var cloudFrontFields = strings.Fields(`date time x-edge-location sc-bytes c-ip cs-method cs(host) cs-uri-stem sc-status cs(referer)
	cs(user-agent) cs-uri-query cs(cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken
	x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port
	time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end`)

// A w3cFormat reads the W3C extended log format (Hallam-Baker and Behlendorf, WD-logfile-960323): lines that begin with #
// are directives, of which #Fields names the columns of the lines after it, between blanks or tabs. IIS and CloudFront
// write it, IIS another one where its settings were changed.
type w3cFormat struct {
	*text.Lines
	options Options
	clock   clock
	names   []string
	values  []string
	role    logRoles
	asked   []string // columns that are read besides, and where they stand
	at      []int
	held    bool // the line at hand has been looked at and is still to be read
	bytes   []byte
}

// newW3CFormat reads to the first line that is no directive.
func newW3CFormat(lines *text.Lines, options Options) (*w3cFormat, error) {
	f := &w3cFormat{Lines: lines, options: options, clock: clockOf(options, defaultUnit)}
	f.names = options.Header
	line, err := f.advance()
	if err != nil {
		return nil, err
	}
	if len(f.names) == 0 && isCloudFront(line) {
		f.names = cloudFrontFields[:min(len(cloudFrontFields), bytes.Count(line, []byte("\t"))+1)]
	}
	if len(f.names) == 0 {
		return nil, &text.Error{Line: f.Line(), Text: "no line #Fields: stands above the first request; put one there, or name the columns"}
	}
	if f.role, err = rolesOf(f.names, options); err != nil {
		return nil, &text.Error{Line: f.Line(), Text: err.Error(), Err: err}
	}
	f.held, f.bytes = true, line
	return f, nil
}

// isCloudFront reports whether a line without #Fields above it is one of CloudFront: date, time and a location.
func isCloudFront(line []byte) bool {
	cells := bytes.Split(line, []byte("\t"))
	return len(cells) >= 12 && len(cells[0]) == 10 && bytes.Count(cells[0], []byte("-")) == 2 && len(cells[1]) == 8 && bytes.Count(cells[1], []byte(":")) == 2
}

// advance goes to the next line that is no directive. After the last one it returns io.EOF.
func (f *w3cFormat) advance() ([]byte, error) {
	for {
		line, err := f.Next()
		if err != nil {
			return nil, err
		}
		if line[0] != '#' {
			return line, nil
		}
		const directive = "#fields:"
		if len(line) > len(directive) && strings.EqualFold(string(line[:len(directive)]), directive) {
			names := strings.Fields(strings.ToLower(string(line[len(directive):])))
			if f.role.known && !slices.Equal(names, f.names) {
				if err := f.change(names); err != nil {
					return nil, f.Errorf("the fields change here: %v; want a file of its own for each list of fields", err)
				}
			}
			f.names = names
		}
	}
}

// change takes the lines that follow to have other columns.
func (f *w3cFormat) change(names []string) error {
	role, err := rolesOf(names, f.options)
	if err != nil {
		return err
	}
	switch had := f.role.hasSizes(); {
	case had && !role.hasSizes():
		return errors.New("there is no size any more")
	case !had && role.hasSizes():
		return errors.New("there was no size before")
	}
	for i, name := range f.asked {
		if f.at[i], err = columnOf(name, names); err != nil {
			return err
		}
	}
	f.role, f.clock.unit = role, clockOf(f.options, defaultUnit).unit
	return nil
}

func (f *w3cFormat) line() int64 { return f.Line() }

// column returns a number for a column, which it keeps when the fields change.
func (f *w3cFormat) column(name string) (int, error) {
	i, err := columnOf(name, f.names)
	if err != nil {
		return 0, err
	}
	f.asked, f.at = append(f.asked, name), append(f.at, i)
	return len(f.at) - 1, nil
}

func (f *w3cFormat) text(column int) string {
	if column < len(f.at) && f.at[column] < len(f.values) {
		return f.values[f.at[column]]
	}
	return ""
}

func (f *w3cFormat) hasSizes() bool { return f.role.hasSizes() }

func (f *w3cFormat) next(l *logLine) (err error) {
	line := f.bytes
	if !f.held {
		if line, err = f.advance(); err != nil {
			return err
		}
	}
	f.held = false
	f.values = f.values[:0]
	if bytes.IndexByte(line, '\t') >= 0 {
		for cell := range bytes.SplitSeq(line, []byte("\t")) {
			f.values = append(f.values, string(bytes.TrimSpace(cell)))
		}
	} else {
		f.values = splitW3C(f.values, line)
	}
	if len(f.values) != len(f.names) {
		return f.Errorf("%s has %d fields; the line #Fields above has %d", text.Quote(string(line)), len(f.values), len(f.names))
	}
	return f.role.fill(l, &f.clock, func(i int) string { return f.values[i] }, func(err error) error { return f.Errorf("%v", err) })
}

// splitW3C splits at blanks; text in quotes, where a quote is written twice, is one field.
func splitW3C(to []string, line []byte) []string {
	for len(line) > 0 {
		if line[0] == ' ' {
			line = line[1:]
			continue
		}
		if line[0] != '"' {
			field, rest, _ := bytes.Cut(line, []byte(" "))
			to, line = append(to, string(field)), rest
			continue
		}
		var field []byte
		line = line[1:]
		for len(line) > 0 {
			if line[0] == '"' {
				if len(line) < 2 || line[1] != '"' {
					line = line[1:]
					break
				}
				line = line[1:]
			}
			field, line = append(field, line[0]), line[1:]
		}
		to = append(to, string(field))
	}
	return to
}

// logRoles are the columns of a log by what they say; -1 for none.
type logRoles struct {
	known                                            bool
	date, time, request, method, host, target, query int
	status, body, sent, rangeEnd                     int
	options                                          Options
}

// roleNames are the names of columns by role, in lower case, the best first: W3C and CloudFront; nginx, Caddy and Traefik
// as they write JSON; Cloudflare's Logpush. A name with dots is a member of a member.
var roleNames = []struct {
	of    func(*logRoles) *int
	names string
}{
	{func(r *logRoles) *int { return &r.date }, "date"},
	{func(r *logRoles) *int { return &r.time }, "time time_iso8601 @timestamp timestamp time_local msec ts timestamp(ms) datetime starttime startutc edgestarttimestamp request_time_utc"},
	{func(r *logRoles) *int { return &r.request }, "request requestline request_line"},
	{func(r *logRoles) *int { return &r.method }, "cs-method method request_method request.method requestmethod clientrequestmethod verb http_method"},
	{func(r *logRoles) *int { return &r.host }, "x-host-header cs-host cs(host) http_host host request.host requesthost clientrequesthost server_name"},
	{func(r *logRoles) *int { return &r.target }, "request_uri cs-uri request.uri clientrequesturi requestpath url cs-uri-stem uri path request_path clientrequestpath"},
	{func(r *logRoles) *int { return &r.query }, "cs-uri-query query_string args query"},
	{func(r *logRoles) *int { return &r.status }, "sc-status status status_code edgeresponsestatus downstreamstatus response response_status"},
	{func(r *logRoles) *int { return &r.body }, "sc-content-len body_bytes_sent downstreamcontentsize edgeresponsebodybytes response_size size bytes"},
	{func(r *logRoles) *int { return &r.sent }, "sc-bytes bytes_sent edgeresponsebytes total_bytes_sent"},
	{func(r *logRoles) *int { return &r.rangeEnd }, "sc-range-end"},
}

// rolesOf finds the columns of a log.
func rolesOf(names []string, options Options) (r logRoles, err error) {
	for i, name := range names {
		if name != "" && slices.Contains(names[:i], name) {
			return r, fmt.Errorf("column %s given twice", text.Quote(name))
		}
	}
	r.known, r.options = true, options
	for _, role := range roleNames {
		*role.of(&r) = -1
		for _, name := range strings.Fields(role.names) {
			if i := slices.Index(names, name); i >= 0 {
				*role.of(&r) = i
				break
			}
		}
	}
	for _, named := range []struct {
		name string
		to   *int
	}{{options.TimeColumn, &r.time}, {options.SizeColumn, &r.body}} {
		if named.name != "" {
			if *named.to, err = columnOf(strings.ToLower(strings.TrimSpace(named.name)), names); err != nil {
				return r, err
			}
		}
	}
	if r.time >= 0 && names[r.time] == "timestamp(ms)" && options.TimeUnit == 0 {
		r.options.TimeUnit = 1e6
	}
	if r.target < 0 && r.request < 0 && options.KeyColumn == "" {
		return r, fmt.Errorf("none of the columns %s says what was asked for; want cs-uri-stem, uri, url, path or request, or name the key column: %s", shortList(names), namedBy("key"))
	}
	return r, nil
}

// shortList lists names, as far as they fit a message.
func shortList(names []string) string {
	const most = 40
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(quoteAll(names[:most]), ", "), len(names)-most)
	}
	return strings.Join(quoteAll(names), ", ")
}

// quoteAll quotes the names that a file made up.
func quoteAll(names []string) []string {
	quoted := make([]string, len(names))
	for i, name := range names {
		if quoted[i] = name; strings.ContainsFunc(name, func(c rune) bool { return c <= ' ' || c > '~' }) || len(name) > 40 {
			quoted[i] = text.Quote(name)
		}
	}
	return quoted
}

func (r *logRoles) hasSizes() bool { return r.body >= 0 || r.sent >= 0 }

// fill reads a line by its roles. at returns the text of a column, wrong makes an error of the line.
func (r *logRoles) fill(l *logLine, clock *clock, at func(int) string, wrong func(error) error) (err error) {
	get := func(i int) string {
		if i < 0 {
			return ""
		}
		if value := at(i); value != "-" {
			return value
		}
		return ""
	}
	when := get(r.time)
	if date := get(r.date); date != "" {
		when = strings.TrimSpace(date + " " + when)
	}
	if r.options.TimeUnit > 0 {
		clock.unit = r.options.TimeUnit
	}
	if when != "" {
		if l.at, err = clock.parse(when); err != nil {
			return wrong(err)
		}
	} else if !clock.ignore {
		return wrong(fmt.Errorf("it does not say when the request came"))
	}
	l.status = 200
	if status := get(r.status); r.status >= 0 {
		if l.status, err = strconv.Atoi(status); err != nil && status != "" || l.status < 0 || l.status > 999 {
			return wrong(fmt.Errorf("the status is %s; it must be a number from 0 to 999", text.Quote(status)))
		}
	}
	if line := get(r.request); line != "" && strings.ContainsRune(strings.TrimSpace(line), ' ') {
		l.splitRequest(line)
	} else if line != "" && r.target < 0 {
		l.split(line)
	}
	if method := get(r.method); method != "" {
		l.method, l.malformed = strings.ToUpper(method), ""
	} else if l.method == "" && l.malformed == "" && r.method < 0 {
		l.method = "GET" // the log does not say
	}
	if target := get(r.target); target != "" {
		l.split(target)
		l.malformed = ""
	} else if l.path == "" && r.options.KeyColumn == "" && l.malformed == "" {
		l.malformed = "no request"
	}
	if host := get(r.host); host != "" {
		l.host = host
	}
	if query := get(r.query); query != "" && l.query == "" {
		l.query = strings.TrimPrefix(query, "?")
	}
	for _, size := range []struct {
		column     int
		hasHeaders bool
	}{{r.body, false}, {r.sent, true}} {
		if bytes := get(size.column); bytes != "" && l.bytes < 0 {
			if l.bytes, err = parseSize(bytes); err != nil {
				return wrong(err)
			}
			l.hasHeaders = size.hasHeaders
		}
	}
	if end := get(r.rangeEnd); end != "" {
		last, err := parseSize(end)
		if err != nil {
			return wrong(err)
		}
		l.end = last + 1
	}
	return nil
}
