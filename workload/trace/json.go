package trace

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/text"
)

// A jsonFormat reads one JSON object a line, or an array with one a line. Members of members have names with dots:
// request.uri. Names are compared in lower case.
type jsonFormat struct {
	*text.Lines
	clock  clock
	names  []string
	values map[string]string
	role   logRoles
	held   bool
}

// newJSONFormat finds the columns in the first object.
func newJSONFormat(lines *text.Lines, options Options) (*jsonFormat, error) {
	f := &jsonFormat{Lines: lines, clock: clockOf(options, defaultUnit), values: make(map[string]string)}
	if err := f.advance(); err != nil {
		return nil, err
	}
	f.names = slices.Sorted(maps.Keys(f.values))
	role, err := rolesOf(f.names, options)
	if err != nil {
		return nil, f.Errorf("%v", err)
	}
	f.role, f.held = role, true
	return f, nil
}

// advance reads the next object.
func (f *jsonFormat) advance() error {
	for {
		line, err := f.Next()
		if err != nil {
			return err
		}
		whole := line
		line = bytes.TrimSpace(bytes.TrimPrefix(line, []byte("[")))
		line = bytes.TrimSpace(bytes.TrimSuffix(line, []byte("]")))
		line = bytes.Trim(line, ",")
		if len(line) == 0 {
			continue // the brackets of an array
		}
		var members map[string]any
		decoder := json.NewDecoder(bytes.NewReader(line))
		decoder.UseNumber()
		if err := decoder.Decode(&members); err != nil || decoder.More() {
			return f.Errorf("%s is no JSON object; want one a line, as jq -c '.[]' writes an array", text.Quote(string(whole)))
		}
		clear(f.values)
		flatten("", members, f.values, 0)
		return nil
	}
}

// flatten puts the members of an object under names with dots.
func flatten(prefix string, members map[string]any, to map[string]string, depth int) {
	for _, member := range slices.Sorted(maps.Keys(members)) {
		name := prefix + strings.ToLower(member)
		switch value := members[member].(type) {
		case string:
			to[name] = value
		case json.Number:
			to[name] = value.String()
		case map[string]any:
			if depth < 3 {
				flatten(name+".", value, to, depth+1)
			}
		}
	}
}

func (f *jsonFormat) line() int64 { return f.Line() }

func (f *jsonFormat) column(name string) (int, error) { return columnOf(name, f.names) }

func (f *jsonFormat) text(column int) string { return f.values[f.names[column]] }

func (f *jsonFormat) hasSizes() bool { return f.role.hasSizes() }

func (f *jsonFormat) next(l *logLine) error {
	if !f.held {
		if err := f.advance(); err != nil {
			return err
		}
	}
	f.held = false
	return f.role.fill(l, &f.clock, f.text, func(err error) error { return f.Errorf("%v", err) })
}
