package trace

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/edgewise-sim/edgewise/internal/text"
)

// plainName returns a file's name in lower case without the endings of compression.
func plainName(name string) string {
	name = strings.ToLower(name)
	for _, ending := range []string{".gz", ".zst", ".zstd", ".xz"} {
		name = strings.TrimSuffix(name, ending)
	}
	return name
}

// isBinary reports whether a trace is binary, by its name or its first bytes.
func isBinary(name string, start []byte) bool {
	name = plainName(name)
	if strings.HasSuffix(name, ".oraclegeneral") || strings.HasSuffix(name, ".oraclegeneral.bin") {
		return true
	}
	for _, ending := range []string{".csv", ".tsv", ".tis", ".ids", ".json", ".jsonl", ".ndjson"} {
		if strings.HasSuffix(name, ending) {
			return false
		}
	}
	if len(start) == 0 || text.IsText(start) && (utf8.Valid(start) || isText(start)) {
		return false
	}
	if kind, ok := text.KindOf(start); ok && kind.Name != "a binary file" {
		return false // detect says what it is
	}
	// A record of 24 bytes without a single zero or control byte is no record of a real trace.
	return true
}

// isText reports whether bytes that are no valid UTF-8 are text all the same: in another encoding, or cut.
func isText(start []byte) bool {
	if bytes.HasPrefix(start, []byte("\xff\xfe")) || bytes.HasPrefix(start, []byte("\xfe\xff")) {
		return true
	}
	line, _, _ := bytes.Cut(start, []byte("\n"))
	return utf8.Valid(line) || len(start) >= 4096 && bytes.IndexByte(start, '\n') > 0
}

// shapes are what first lines of formats look like.
var shapes = []struct {
	line   *regexp.Regexp
	format Format
}{
	{regexp.MustCompile(`(?i)^#(version|fields|software|date|remark|start-date|end-date)\s*:`), W3C},
	{regexp.MustCompile(`^\d{4}-\d\d-\d\d\t\d\d:\d\d:\d\d\t[A-Z]{3}\d`), W3C},
	{regexp.MustCompile(`^[^\[]+ \[\d\d?/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "`), Combined},
	{regexp.MustCompile(`^\d+\.\d+ +-?\d+ \S+ [A-Z_]+/\d{3} \d+ [A-Z]+ \S`), Squid},
	{regexp.MustCompile(`^\d+ REST\.[A-Z]+\.[A-Z]+ \S`), IBM},
	{regexp.MustCompile(`^\d+,[^,]*,\d+,\d+,-?\d+,(get|gets|set|add|replace|cas|append|prepend|delete|incr|decr),\d+$`), Twitter},
	{regexp.MustCompile(`^\d{15,19},[^,]+,\d+,(Read|Write),\d+,\d+,\d+$`), MSR},
	{regexp.MustCompile(`^\[?\s*\{\s*"`), JSON},
	{regexp.MustCompile(`^\[$`), JSON},
}

// detect finds the format of a text trace by its first lines and its name.
func detect(name string, start []byte, options Options) (Format, error) {
	if len(bytes.TrimSpace(start)) == 0 {
		for _, known := range byEnding {
			if strings.HasSuffix(plainName(name), known.ending) {
				return known.format, nil
			}
		}
		return Auto, errors.New("the trace is empty, so its format cannot be found out; name it")
	}
	first := firstLine(start)
	if len(options.Header) == 0 {
		for _, shape := range shapes {
			if shape.line.Match(first) && !(shape.format == JSON && isOtherJSON(start)) {
				return shape.format, nil
			}
		}
	}
	for _, known := range byEnding {
		if strings.HasSuffix(plainName(name), known.ending) {
			return known.format, nil
		}
	}
	if kind, ok := text.KindOf(start); ok {
		return Auto, fmt.Errorf("line 1: this is %s; want a trace or an access log, in one of the formats %s", kind.Name, strings.Join(formatNames[1:], ", "))
	}
	fields := bytes.Fields(first)
	switch {
	case len(options.Header) > 0 || options.Separator != 0:
		return CSV, nil
	case len(fields) >= 3 && isNumber(fields[0]) && isNumber(fields[2]) && !bytes.ContainsAny(first, ",;"):
		return TIS, nil
	case bytes.ContainsAny(first, ",;\t"):
		return CSV, nil
	case len(fields) == 3:
		return TIS, nil
	case len(fields) == 1:
		return IDs, nil
	}
	return Auto, fmt.Errorf("line 1: %s, %d fields between blanks, is of no known format; allowed are %s. "+
		"Of another text with one request a line make a CSV with the columns time, key and size, for example by awk -v OFS=, '{print $1, $2, $3}'",
		text.Quote(string(first)), len(fields), strings.Join(formatNames[1:], ", "))
}

var byEnding = []struct {
	ending string
	format Format
}{{".csv", CSV}, {".tsv", CSV}, {".tis", TIS}, {".ids", IDs}, {".jsonl", JSON}, {".ndjson", JSON}, {".json", JSON}}

// firstLine returns the first line that is not empty.
func firstLine(start []byte) []byte {
	for line := range bytes.SplitSeq(start, []byte("\n")) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			return line
		}
	}
	return nil
}

// isOtherJSON reports whether JSON is of a known kind that is no log.
func isOtherJSON(start []byte) bool {
	kind, ok := text.KindOf(start)
	return ok && slices.Contains([]string{"a GeoJSON file", "a TopoJSON file", "a graph as JSON (node-link)"}, kind.Name)
}

func isNumber(field []byte) bool {
	_, err := strconv.ParseFloat(string(field), 64)
	return err == nil
}
