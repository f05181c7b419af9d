package scenario

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/internal/words"
)

// A value is a node of the file with its path. Its methods read it as one type, or note the problem and
// return false.
type value struct {
	node *yaml.Node
	path string
	bad  *problems
}

// resolve follows an alias.
func (v value) resolve() value {
	for v.node.Kind == yaml.AliasNode {
		v.node = v.node.Alias
	}
	return v
}

func (v value) problem(text string, args ...any) {
	if s := v.shape(); s != nil {
		s.probeProblem(fmt.Sprintf(text, args...))
	}
	v.bad.add(v.node.Line, v.path, text, args...)
}

// found describes the value for an error.
func (v value) found() string {
	switch v.node.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	return text.Quote(v.node.Value)
}

// A field is one key of a mapping and what reads its value.
type field struct {
	key  string
	read func(value)
}

// fields reads a mapping: every key must be one of the given, and none may stand twice. They are read in the order in which they are
// given, whatever that of the file, so that one may go by what an earlier one says. It returns the values by key.
func (v value) fields(known ...field) map[string]value {
	v = v.resolve()
	if s := v.shape(); s != nil {
		return s.probeFields(v, known)
	}
	seen := make(map[string]value)
	if v.node.Kind != yaml.MappingNode {
		v.problem("is %s; want a mapping with keys among %s", v.found(), keys(known))
		return seen
	}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		key := v.node.Content[i]
		at := value{node: v.node.Content[i+1], path: join(v.path, key.Value), bad: v.bad}
		k := slices.IndexFunc(known, func(f field) bool { return f.key == key.Value })
		switch _, twice := seen[key.Value]; {
		case k < 0 && v.path == "" && strings.HasPrefix(key.Value, "x-"):
		case k < 0:
			v.bad.add(key.Line, join(v.path, text.Cut(key.Value)), "unknown key; want one of %s", keys(known))
		case twice:
			v.bad.add(key.Line, at.path, "stands twice")
		default:
			at = at.resolve()
			seen[key.Value] = at
			v.bad.lines[at.path] = key.Line
		}
	}
	for _, f := range known {
		if at, ok := seen[f.key]; ok {
			f.read(at)
		}
	}
	return seen
}

// requireKeys names the keys that are missing of those that [value.fields] has seen.
func (v value) requireKeys(seen map[string]value, keys ...string) {
	for _, key := range keys {
		if _, ok := seen[key]; !ok {
			v.problem("the key %q is missing", key)
		}
	}
}

// A keyed value is one of a mapping whose keys are free.
type keyed struct {
	key string
	value
}

// pairs reads a mapping with free keys, in the order of the file.
func (v value) pairs() []keyed {
	v = v.resolve()
	if s := v.shape(); s != nil {
		var all []keyed
		for i, item := range s.probeItems(v, yaml.MappingNode, join(v.path, probedKeys[0])) {
			all = append(all, keyed{probedKeys[i], item})
		}
		return all
	}
	if v.node.Kind != yaml.MappingNode {
		v.problem("is %s; want a mapping", v.found())
		return nil
	}
	seen := make(map[string]bool)
	var all []keyed
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		key := v.node.Content[i]
		at := value{node: v.node.Content[i+1], path: join(v.path, key.Value), bad: v.bad}.resolve()
		if seen[key.Value] {
			v.bad.add(key.Line, at.path, "stands twice")
		}
		seen[key.Value] = true
		all = append(all, keyed{key.Value, at})
	}
	return all
}

// skip is for keys that are read by other means.
func skip(value) {}

func keys(known []field) string {
	names := make([]string, len(known))
	for i, f := range known {
		names[i] = f.key
	}
	return strings.Join(names, ", ")
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// list reads a sequence.
func (v value) list() []value {
	v = v.resolve()
	if s := v.shape(); s != nil {
		return s.probeItems(v, yaml.SequenceNode, v.path+"[0]")
	}
	if v.node.Kind != yaml.SequenceNode {
		v.problem("is %s; want a list", v.found())
		return nil
	}
	var all []value
	for i, n := range v.node.Content {
		all = append(all, value{node: n, path: fmt.Sprintf("%s[%d]", v.path, i), bad: v.bad}.resolve())
	}
	return all
}

// scalar returns the text of a scalar.
func (v value) scalar(want string) (string, bool) {
	if v.asks(anyText) {
		if s := v.shape(); s.wants == "" {
			s.wants = want
		}
		return probedText, v.node.Kind == yaml.ScalarNode
	}
	if v.node.Kind != yaml.ScalarNode || v.node.Tag == "!!null" {
		v.problem("is %s; want %s", v.found(), want)
		return "", false
	}
	return v.node.Value, true
}

func (v value) text(to *string) {
	if v.asks(anyText) {
		return
	}
	if s, ok := v.scalar("a text"); ok {
		if s == "" {
			v.problem("is empty; want a text")
		}
		*to = s
	}
}

// texts reads a list of texts, or one alone.
func (v value) texts() []value {
	if v.node.Kind == yaml.ScalarNode {
		return []value{v}
	}
	return v.list()
}

func (v value) strings(to *[]string) {
	items := v.texts()
	if v.node.Kind == yaml.SequenceNode && len(items) == 0 {
		v.problem("is empty; want one or more, or no such key")
	}
	for _, item := range items {
		var s string
		item.text(&s)
		*to = append(*to, s)
	}
}

func (v value) number(to *float64) bool {
	if v.asks(aNumber) {
		return false
	}
	s, ok := v.scalar("a number")
	if !ok {
		return false
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		hint := ""
		if part, isShare := strings.CutSuffix(s, "%"); isShare {
			if x, err := strconv.ParseFloat(strings.TrimSpace(part), 64); err == nil {
				hint = ", for example " + strconv.FormatFloat(x/100, 'g', 6, 64)
			}
		}
		v.problem("is %s; want a number%s", text.Quote(s), hint)
		return false
	}
	*to = x
	return true
}

func (v value) integer(to *int) bool {
	if v.asks(anInteger) {
		return false
	}
	s, ok := v.scalar("a whole number")
	if !ok {
		return false
	}
	n, err := strconv.Atoi(strings.ReplaceAll(s, "_", ""))
	if err != nil {
		v.problem("is %s; want a whole number", text.Quote(s))
		return false
	}
	*to = n
	return true
}

func (v value) unsigned(to *uint64) {
	if v.asks(anInteger) {
		return
	}
	s, ok := v.scalar("a whole number, 0 or more")
	if !ok {
		return
	}
	n, err := strconv.ParseUint(strings.ReplaceAll(s, "_", ""), 10, 64)
	if err != nil {
		v.problem("is %s; want a whole number, 0 to 2^64-1", text.Quote(s))
		return
	}
	*to = n
}

func (v value) boolean(to *bool) {
	if v.asks(aTruth) {
		return
	}
	s, ok := v.scalar("true or false")
	if !ok {
		return
	}
	if s != "true" && s != "false" {
		v.problem("is %s; want true or false", text.Quote(s))
		return
	}
	*to = s == "true"
}

func (v value) duration(to *time.Duration) bool {
	if v.asks(aDuration) {
		return false
	}
	s, ok := v.scalar("a time with its unit, for example 10ms or 1h30m")
	if !ok {
		return false
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		v.problem("is %s; want a time with its unit, for example 10ms or 1h30m", text.Quote(s))
		return false
	}
	*to = d
	return true
}

func (v value) durations(to *[]time.Duration) {
	*to = nil
	for _, item := range v.texts() {
		var d time.Duration
		item.duration(&d)
		*to = append(*to, d)
	}
}

func (v value) instant(to *time.Time) {
	if v.asks(anInstant) {
		return
	}
	s, ok := v.scalar("an instant, for example 2026-03-02T18:00:00Z")
	if !ok {
		return
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		v.problem("is %s; want an instant with its zone, for example 2026-03-02T18:00:00Z", text.Quote(s))
		return
	}
	*to = t
}

// bytes reads a size, which may be 0.
func (v value) bytes(to *int64) bool { return v.bytesFrom(0, to) }

// positiveBytes reads a size that 0 would leave to the default in Go.
func (v value) positiveBytes(to *int64) bool { return v.bytesFrom(1, to) }

func (v value) bytesFrom(least int64, to *int64) bool {
	const want = "a size with its unit, for example 500MB (10^6) or 256MiB (2^20)"
	if v.asks(aSize) {
		return false
	}
	s, ok := v.scalar(want)
	if !ok {
		return false
	}
	size, negative := strings.CutPrefix(s, "-")
	n, err := words.ParseBytes(size)
	switch {
	case errors.Is(err, words.ErrBits):
		v.problem("is %s, and b stands for bits, which are not bytes; want %s", text.Quote(s), want)
		return false
	case err != nil:
		v.problem("is %s; want %s", text.Quote(s), want)
		return false
	}
	if negative || n < least {
		v.problem("is %s; want %dB or more", text.Quote(s), least)
		return false
	}
	*to = n
	return true
}

// choice reads one of the names that a parser knows.
func choice[T any](parse func(string) (T, error), to *T) func(value) {
	return func(v value) {
		s, ok := v.scalar("a name")
		if !ok {
			return
		}
		x, err := parse(s)
		if err != nil {
			var f *invalid.Field
			if errors.As(err, &f) {
				v.problem("is %s; want %s", text.Quote(s), wantOf(f))
			} else {
				v.problem("is %s; %s", text.Quote(s), err)
			}
			return
		}
		*to = x
	}
}
