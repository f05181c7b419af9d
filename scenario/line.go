package scenario

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/internal/words"
)

// A lineError is one that this package finds in a document before it is read.
type lineError struct {
	line int
	text string
}

func (e *lineError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.text) }

func atLine(line int, format string, args ...any) error {
	return &lineError{line, fmt.Sprintf(format, args...)}
}

// lineOf returns the line that an error of the YAML library, or a [lineError], is about, the first of several: of what is not ended, where
// it begins. It is 0 if the error knows none.
func lineOf(err error) int {
	if own := (*lineError)(nil); errors.As(err, &own) {
		return own.line
	}
	if first := loadErrorOf(err); first != nil {
		return cmp.Or(first.ContextMark.Line, first.Mark.Line)
	}
	return 0
}

// loadErrorOf returns the first error of the YAML library; nil if it is none of those.
func loadErrorOf(err error) *yaml.LoadError {
	one := (*yaml.LoadError)(nil)
	if several := (*yaml.LoadErrors)(nil); errors.As(err, &several) && len(several.Errors) > 0 {
		return several.Errors[0]
	}
	errors.As(err, &one)
	return one
}

// whyNoYAML says what is wrong in a line that is no YAML, and where else it shows.
func whyNoYAML(err error) string {
	e := loadErrorOf(err)
	if e == nil {
		return oneLine(err)
	}
	text := e.Message
	if e.ContextMsg != "" {
		text += " " + e.ContextMsg
	}
	if e.Mark.Line == 0 {
		return text
	}
	if e.Mark.Line != lineOf(err) {
		return fmt.Sprintf("line %d, column %d: %s", e.Mark.Line, e.Mark.Column, text)
	}
	return fmt.Sprintf("column %d: %s", e.Mark.Column, text)
}

// goKeys names the keys that differ from the Go field in more than spelling.
var goKeys = map[string]string{
	"NewShare":        "new_connections",
	"BitsPerSecond":   "mbit_per_second",
	"BufferBytes":     "buffer",
	"ReceiveBytes":    "receive_window",
	"SendBytes":       "send_buffer",
	"Demand":          "kind",
	"Service":         "kind",
	"Origin":          "origin_service",
	"Recording":       "file",
	"Work":            "service",
	"Length":          "session",
	"LnMean":          "median",
	"MinBytes":        "min",
	"MaxBytes":        "max",
	"ResponseBytes":   "response_size",
	"CapacityBytes":   "size",
	"TopMetros":       "top",
	"Users":           "metros",
	"Weight":          "weights",
	"PoPs":            "pops",
	"Until":           "replications",
	"Billing":         "bill",
	"With":            "sites",
	"TTLs":            "ttls",
	"MinReplications": "min",
	"MaxReplications": "max",
	"RelativeError":   "until", // whose key says of which figure

	"LineBitsPerSecond":     "line_mbit_per_second",
	"CapacityBitsPerSecond": "mbit_per_second",

	"Visits":     "client.visits",
	"Rates":      "client.mbit_per_second",
	"LookupTTL":  "lookup_ttl",
	"Versions":   "http",
	"VersionsBy": "http_by_access",

	"Controls":      "freshness",
	"SharedMaxAge":  "s_maxage",
	"VariantShares": "variants",
	"SliceBytes":    "slices",
	"MemoryBytes":   "memory",
	"Lengths":       "lengths",
}

// said returns what is wrong with a value whose key is named beside: without the name that the field has in Go.
func said(err error) string {
	var f *invalid.Field
	if !errors.As(err, &f) {
		return oneLine(err)
	}
	if f.Path == "" {
		return fmt.Sprintf("%v; want %s", short(f.Value), wantOf(f))
	}
	return fmt.Sprintf("is %v; want %s", short(inUnit(f)), wantOf(f))
}

// inUnit returns the value of a field, a size with its unit, as files have it: 8kB.
func inUnit(f *invalid.Field) any {
	n, isWhole := f.Value.(int64)
	if !isWhole || n < 0 || !strings.HasSuffix(f.Path, "Bytes") {
		return f.Value
	}
	number, unit, _ := strings.Cut(words.Bytes(uint64(n)), " ")
	if unit == "bytes" {
		number, unit = strconv.FormatInt(n, 10), "B"
	}
	return strings.TrimSuffix(number, ".0") + unit
}

// wanted returns what is wanted in place of a value.
func wanted(err error) string {
	var f *invalid.Field
	if errors.As(err, &f) {
		return wantOf(f)
	}
	return oneLine(err)
}

// short returns a value for an error, a long text from a file cut, and a list as files have it.
func short(value any) any {
	const most = 80
	if s, ok := value.(string); ok && len(s) > most {
		return text.Quote(s)
	}
	list := reflect.ValueOf(value)
	if _, says := value.(fmt.Stringer); says || list.Kind() != reflect.Slice && list.Kind() != reflect.Array {
		return value
	}
	items := make([]string, list.Len())
	for i := range items {
		items[i] = fmt.Sprint(list.Index(i).Interface())
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// keyOf returns the path of keys in a file for a path of fields in Go. A workload's demand and service are no keys of
// their own.
func keyOf(goPath string) string {
	goPath = strings.TrimPrefix(strings.TrimPrefix(goPath, "Demand."), "Service.")
	parts := strings.Split(goPath, ".")
	for i, p := range parts {
		name, index, isElement := strings.Cut(p, "[")
		if key, ok := goKeys[name]; ok {
			name = key
		} else {
			name = snake(name)
		}
		if isElement {
			name += "[" + index
		}
		parts[i] = name
	}
	return strings.Join(parts, ".")
}

// keyIn returns the path of keys of a field of what stands at a path.
func keyIn(path, goPath string) string {
	key := join(path, keyOf(goPath))
	if rest, ok := strings.CutPrefix(key, "network.metros.metros"); ok { // what is called Metros elsewhere
		return "network.metros.names" + rest
	}
	return key
}

// snake turns TickTimePerPlayer into tick_time_per_player, TickHz into tick_hz, MaxTTL into max_ttl.
func snake(name string) string {
	var b strings.Builder
	letters := []rune(name)
	for i, r := range letters {
		isUpper := unicode.IsUpper(r)
		endsWord := i > 0 && !unicode.IsUpper(letters[i-1])
		beginsWord := i > 0 && i+1 < len(letters) && unicode.IsLower(letters[i+1])
		if isUpper && (endsWord || beginsWord) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// parent returns the path without its last key.
func parent(path string) string {
	i := strings.LastIndexAny(path, ".[")
	if i < 0 {
		return ""
	}
	return path[:i]
}
