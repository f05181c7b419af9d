package scenario

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/text"
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
	one := (*yaml.LoadError)(nil)
	if several := (*yaml.LoadErrors)(nil); errors.As(err, &several) && len(several.Errors) > 0 {
		one = several.Errors[0]
	} else if !errors.As(err, &one) {
		return 0
	}
	return cmp.Or(one.ContextMark.Line, one.Mark.Line)
}

// oneLine returns an error's text on one line.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// goKeys names the keys that differ from the Go field in more than spelling.
var goKeys = map[string]string{
	"NewShare":        "new_connections",
	"BitsPerSecond":   "mbit_per_second",
	"BufferBytes":     "buffer",
	"Demand":          "kind",
	"Service":         "kind",
	"Origin":          "origin_service",
	"Recording":       "file",
	"Work":            "service",
	"Length":          "session",
	"LnMean":          "median",
	"LnSD":            "ln_sd",
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
	"DNS":             "dns",
	"TTLs":            "ttls",
	"MinReplications": "min",
	"MaxReplications": "max",
	"RelativeError":   "until", // whose key says of which figure
	"MaxRTT":          "max_rtt",
	"SD":              "sd",

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
	"Lengths":       "lengths",
}

// said returns what is wrong with a value whose key is named beside: without the name that the field has in Go.
func said(err error) string {
	var f *invalid.Field
	if !errors.As(err, &f) {
		return oneLine(err)
	}
	if f.Path == "" {
		return fmt.Sprintf("%v; want %s", short(f.Value), f.Want)
	}
	return fmt.Sprintf("is %v; want %s", short(f.Value), f.Want)
}

// wanted returns what is wanted in place of a value.
func wanted(err error) string {
	var f *invalid.Field
	if errors.As(err, &f) {
		return f.Want
	}
	return oneLine(err)
}

// short returns a value for an error, a long text from a file cut.
func short(value any) any {
	const most = 80
	if s, ok := value.(string); ok && len(s) > most {
		return text.Quote(s)
	}
	return value
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

// snake turns TickTimePerPlayer into tick_time_per_player, TickHz into tick_hz.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) {
			if i > 0 {
				b.WriteByte('_')
			}
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
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
