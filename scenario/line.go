package scenario

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
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
	"NewShare":      "new_connections",
	"BitsPerSecond": "mbit_per_second",
	"LnMean":        "median",
	"LnSD":          "ln_sd",
	"MinBytes":      "min",
	"MaxBytes":      "max",
	"ResponseBytes": "response_size",
	"CacheBytes":    "size",
}

// keyOf returns the path of keys in a file for a path of fields in Go.
func keyOf(goPath string) string {
	parts := strings.Split(goPath, ".")
	for i, p := range parts {
		if key, ok := goKeys[p]; ok {
			parts[i] = key
		} else {
			parts[i] = snake(p)
		}
	}
	return strings.Join(parts, ".")
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
