package trace

import (
	"slices"
	"strconv"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// Rules say what of an access log, or of a trace with operations, is a request, for which object, and how large that is.
type Rules struct {
	// Key names the parts of a request that make an object: host, path, query, method. Default: host, path, query. A
	// part that a log does not have, such as the host in the common log format, is left out of every key.
	Key []string
	// Statuses are those of the responses that count. Default: 200, 203, 206 and 304. A response of 206 is a part of its
	// object, and one of 304 says nothing of its size.
	Statuses []int
	// Sizes says how large an object is.
	Sizes SizeRule
	// HeaderBytes are taken off each size in a log that counts headers, too; nil stands for [AssumedHeaderBytes] there.
	// Nothing is taken off sizes that are of bodies alone.
	HeaderBytes *int64
	// Writes says what writes and deletes do.
	Writes WriteRule
}

// AssumedHeaderBytes is what the headers of a response take, where a log counts them and nobody says. It is assumed.
const AssumedHeaderBytes = 400

// A SizeRule says how large objects are.
type SizeRule uint8

const (
	// SizesAuto is Largest in access logs, and Recorded elsewhere.
	SizesAuto SizeRule = iota
	// Largest takes an object as large as its largest whole response, or its largest part where no response was whole.
	// Where no response has a body the median of all objects is assumed.
	Largest
	// Recorded takes the size of each line as it stands. In an access log that is how much was sent; where nothing was,
	// the last size of the object.
	Recorded
)

// A WriteRule says what writes and deletes of a trace do.
type WriteRule uint8

const (
	// WritesAuto is WritesFill where lines have operations, and WritesPass in access logs.
	WritesAuto WriteRule = iota
	// WritesFill lets a write put the new object into the cache, and a delete take it out.
	WritesFill
	// WritesRemove lets both take the object out, as RFC 9111, section 4.4, asks of HTTP caches.
	WritesRemove
	// WritesPass leaves writes out, as nginx, Varnish and CloudFront pass them on to the origin and keep what they have.
	// DELETE and PURGE take the object out.
	WritesPass
	// WritesIgnore leaves both out.
	WritesIgnore
	// writesKept keeps both as they are, for a [Recording].
	writesKept
)

var (
	keyParts   = []string{"host", "path", "query", "method"}
	sizeRules  = []string{"auto", "largest", "recorded"}
	writeRules = []string{"auto", "fill", "remove", "pass", "ignore"}
)

// UnmarshalText implements [encoding.TextUnmarshaler]: auto, largest or recorded.
func (s *SizeRule) UnmarshalText(text []byte) error {
	i := slices.Index(sizeRules, string(text))
	if i < 0 {
		return invalid.New("the rule of sizes", strconv.Quote(string(text)), "one of %s", strings.Join(sizeRules, ", "))
	}
	*s = SizeRule(i)
	return nil
}

// MarshalText implements [encoding.TextMarshaler].
func (s SizeRule) MarshalText() ([]byte, error) { return []byte(sizeRules[s]), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]: auto, fill, remove, pass or ignore.
func (w *WriteRule) UnmarshalText(text []byte) error {
	i := slices.Index(writeRules, string(text))
	if i < 0 {
		return invalid.New("the rule of writes", strconv.Quote(string(text)), "one of %s", strings.Join(writeRules, ", "))
	}
	*w = WriteRule(i)
	return nil
}

// MarshalText implements [encoding.TextMarshaler].
func (w WriteRule) MarshalText() ([]byte, error) { return []byte(writeRules[w]), nil }

// Validate names the first field that is out of range.
func (r Rules) Validate() error {
	for i, part := range r.Key {
		if !slices.Contains(keyParts, part) || slices.Contains(r.Key[:i], part) {
			return invalid.New("Key", strings.Join(r.Key, ","), "some of %s, each once", strings.Join(keyParts, ", "))
		}
	}
	for _, status := range r.Statuses {
		if status < 100 || status > 999 {
			return invalid.New("Statuses", status, "a status from 100 to 999")
		}
	}
	if r.HeaderBytes != nil && (*r.HeaderBytes < 0 || *r.HeaderBytes > 1<<20) {
		return invalid.New("HeaderBytes", *r.HeaderBytes, "0 to %d", 1<<20)
	}
	return nil
}

// filledIn returns the rules with the defaults of a format in the place of what is left out.
func (r Rules) filledIn(f Format) Rules {
	if len(r.Key) == 0 {
		r.Key = keyParts[:3]
	}
	if len(r.Statuses) == 0 {
		r.Statuses = []int{200, 203, 206, 304}
	}
	if r.Sizes == SizesAuto {
		r.Sizes = Recorded
		if f.IsLog() {
			r.Sizes = Largest
		}
	}
	if r.Writes == WritesAuto {
		r.Writes = WritesFill
		if f.IsLog() {
			r.Writes = WritesPass
		}
	}
	return r
}

// act returns what an operation does by the rules, and false if it is left out.
func (w WriteRule) act(op Op) (Op, bool) {
	switch {
	case op == Get:
		return Get, true
	case w == writesKept:
		return op, true
	case w == WritesIgnore, w == WritesPass && op == Put:
		return op, false
	case w == WritesRemove:
		return Delete, true
	}
	return op, true
}

// An operation is what a name in a trace stands for.
type operation struct {
	op   Op
	acts bool // on the object; those that do not are left out
}

// operations are those of key-value, object and block traces, in lower case.
var operations = map[string]operation{}

func init() {
	for _, o := range []struct {
		op    Op
		acts  bool
		names string
	}{
		{Get, true, "get gets get_lease read r"},
		{Put, true, "set set_lease add replace cas append prepend incr decr put post write w update"},
		{Delete, true, "delete del remove purge"},
		{Get, false, "head list options touch stat copy"},
	} {
		for _, name := range strings.Fields(o.names) {
			operations[name] = operation{o.op, o.acts}
		}
	}
}

// parseOperation returns what a name stands for: "SET", "REST.PUT.OBJECT", "Read".
func parseOperation(name string) (operation, bool) {
	name = strings.ToLower(name)
	name = strings.TrimPrefix(name, "rest.")
	name, _, _ = strings.Cut(name, ".")
	o, ok := operations[name]
	return o, ok
}
