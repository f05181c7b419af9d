package scenario

import (
	"errors"
	"reflect"
	"regexp"
	"strings"
	"sync"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/search"
	"github.com/edgewise-sim/edgewise/sweep"
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/workload"
)

// What the library says of a value it says to who writes Go: by package, and by the names of fields. Who writes a file knows its keys.

// of a package, which errors begin with, also within another; no key at the top of a file is called so.
var packageName = regexp.MustCompile(`(^|: )(?:(?:edgewise|sim|workload|placement|topology|calibrate|catalog|tariff|scenario): )+`)

// inBrackets is a name of a package that explains a word before it.
var inBrackets = regexp.MustCompile(` \((?:workload|placement|trace|tariff|scenario)\.[A-Z]\w*\)`)

// fieldPath is what may be the path of a field.
var fieldPath = regexp.MustCompile(`(^|[^\w."])([A-Z]\w*(?:\[\d+\])?(?:\.[A-Z]\w*(?:\[\d+\])?)*)`)

// oneLine returns an error's text on one line, in the words of a file.
func oneLine(err error) string {
	text := strings.Join(strings.Fields(err.Error()), " ")
	var f *invalid.Field
	if errors.As(err, &f) {
		own := strings.Join(strings.Fields(f.Error()), " ")
		text = strings.Replace(text, own, strings.TrimPrefix(keyOf(f.Path)+" "+said(f), " "), 1)
	}
	return inBrackets.ReplaceAllString(packageName.ReplaceAllString(text, "$1"), "")
}

// wantOf returns what is allowed in place of a field's value, in the words of a file.
func wantOf(f *invalid.Field) string {
	return inBrackets.ReplaceAllString(inKeys(f.Want), "")
}

// inKeys returns a text with the keys of the fields that it names.
func inKeys(text string) string {
	return fieldPath.ReplaceAllStringFunc(text, func(found string) string {
		at := strings.IndexFunc(found, func(r rune) bool { return r >= 'A' && r <= 'Z' })
		if found[at:] == "PoPs" { // a word of the trade, and a field besides
			return found
		}
		for _, name := range strings.Split(found[at:], ".") {
			name, _, _ = strings.Cut(name, "[")
			if !goFields()[name] {
				return found
			}
		}
		return found[:at] + keyOf(found[at:])
	})
}

// goFields are the names of the fields of what a file may say.
var goFields = sync.OnceValue(func() map[string]bool {
	names := make(map[string]bool)
	seen := make(map[reflect.Type]bool)
	for _, of := range []any{edgewise.Study{}, search.Problem{}, sweep.Sweep{}, catalog.Selection{}, freshness.Control{}} {
		addFields(names, seen, reflect.TypeOf(of))
	}
	for _, name := range workload.PresetNames() { // they have every demand and service that a file may say
		if w, err := workload.Preset(name); err == nil {
			addFields(names, seen, reflect.TypeOf(w.Demand))
			addFields(names, seen, reflect.TypeOf(w.Service))
		}
	}
	return names
})

// addFields adds the names of a type's exported fields, and of those of what it consists of.
func addFields(names map[string]bool, seen map[reflect.Type]bool, t reflect.Type) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || seen[t] || !strings.HasPrefix(t.PkgPath(), "github.com/edgewise-sim/edgewise") {
		return
	}
	seen[t] = true
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() {
			names[f.Name] = true
			addFields(names, seen, f.Type)
		}
	}
}
