package scenario

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/text"
)

// yamlLine matches "line 42" and "L42.C2".
var yamlLine = regexp.MustCompile(`\b(?:line |L)(\d+)`)

// lineOf finds the line in an error of the YAML library, 0 if it names none.
func lineOf(err error) int {
	m := yamlLine.FindStringSubmatch(err.Error())
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1]) // the pattern admits digits only
	return n
}

// oneLine returns an error's text on one line.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// goKeys names the keys that differ from the Go field in more than spelling.
var goKeys = map[string]string{
	"NewShare":        "new_connections",
	"BitsPerSecond":   "mbit_per_second",
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
	"MinReplications": "min",
	"MaxReplications": "max",
	"RelativeError":   "until", // whose key says of which figure
	"MaxRTT":          "max_rtt",
	"SD":              "sd",

	"LineBitsPerSecond":     "line_mbit_per_second",
	"CapacityBitsPerSecond": "mbit_per_second",

	"Controls":      "freshness",
	"SharedMaxAge":  "s_maxage",
	"VariantShares": "variants",
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
