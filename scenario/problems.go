package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/text"
)

// A Problem is one thing wrong with a scenario file.
type Problem struct {
	File string
	// Line counts from 1; 0 where the problem has no line.
	Line int
	// Field is the path of the key, for example "workloads[0].zipf_exponent".
	Field string
	// Text says what was found and what is allowed.
	Text string
}

// Error returns "file:line: field: text".
func (p *Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	if p.Field != "" {
		field := p.Field
		if len(field) > mostField {
			field = strings.ToValidUTF8(field[:mostField], "") + "…"
		}
		if !text.Printable(field) {
			field = strings.Trim(strconv.Quote(field), `"`)
		}
		b.WriteString(": " + field)
	}
	return b.String() + ": " + p.Text
}

// mostField bounds the bytes of a path that an error shows: keys may be as long as the file.
const mostField = 200

// problems gathers all that is wrong with a file.
type problems struct {
	file string
	// all are the first, count says how many there were.
	all   []*Problem
	count int
	// lines holds the line of each key by its path, for what is found wrong once all has been read.
	lines map[string]int
	// shapes are set while the reader is run for its schema.
	shapes map[*yaml.Node]*shape
	passes map[*yaml.Node]pass
}

func newProblems(file string) *problems { return &problems{file: file, lines: make(map[string]int)} }

func (p *problems) add(line int, field, text string, args ...any) {
	p.append(&Problem{File: p.file, Line: line, Field: field, Text: fmt.Sprintf(text, args...)})
}

// append keeps a problem, unless there are so many that nobody will see it.
func (p *problems) append(problem *Problem) {
	if p.count++; len(p.all) < mostKept {
		p.all = append(p.all, problem)
	}
}

// mostKept is how many problems are kept; those of the first lines are shown.
const mostKept = 1000

// report turns the errors of a value, which stands at a path and a line, into problems at the lines of their
// fields, where these are known.
func (p *problems) report(path string, line int, err error) {
	for _, e := range invalid.All(err) {
		key, at := path, line
		var f *invalid.Field
		if errors.As(e, &f) && f.Path != "" {
			key = p.asWritten(keyIn(path, f.Path))
		}
		for k := key; k != "" && k != path; k = parent(k) {
			if l, ok := p.lines[k]; ok {
				at = l
				break
			}
		}
		p.add(at, key, "%s", said(e))
	}
}

// asWritten returns the path of a key without the number of what is no list in the file: one mapping may stand for a list of one.
func (p *problems) asWritten(key string) string {
	stands := func(key, below string) bool { // or what it is a part of does
		for ; len(key) > len(below); key = parent(key) {
			if _, ok := p.lines[key]; ok {
				return true
			}
		}
		return false
	}
	for from := 0; ; from++ {
		i := strings.Index(key[from:], "[0].")
		if i < 0 {
			return key
		}
		from += i
		before, behind := key[:from], key[from+len("[0]"):]
		if stands(before, parent(before)) && !stands(key, before+"[0]") && stands(before+behind, before) {
			key = before + behind
		}
	}
}

// most is how many problems are reported at once.
const most = 10

// err joins the first problems in the order of their lines; nil if there are none. What a placement inherits
// is wrong in several places, but stands on one line and is reported once.
func (p *problems) err() error {
	kept := len(p.all)
	slices.SortStableFunc(p.all, func(a, b *Problem) int { return a.Line - b.Line })
	type same struct {
		line       int
		role, text string
	}
	seen := make(map[same]bool)
	p.all = slices.DeleteFunc(p.all, func(a *Problem) bool {
		// A placement that inherits the field has another number, and else the same name for it.
		_, role, _ := strings.Cut(a.Field, "].")
		k := same{a.Line, role, a.Text}
		twice := a.Line > 0 && seen[k]
		seen[k] = true
		return twice
	})
	var errs []error
	for i, problem := range p.all {
		if i == most {
			errs = append(errs, fmt.Errorf("%s: and %d more", p.file, len(p.all)-most+p.count-kept))
			break
		}
		errs = append(errs, problem)
	}
	return errors.Join(errs...)
}
