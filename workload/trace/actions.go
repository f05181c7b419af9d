package trace

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/edgewise-sim/edgewise/internal/text"
)

// A tally counts what a reader leaves out, by reason.
type tally map[string]int64

// maxReasons bounds a tally: a log cannot fill the memory with reasons.
const maxReasons = 100

func (t tally) add(reason string) {
	if _, ok := t[reason]; !ok && len(t) >= maxReasons {
		reason = "other reasons"
	}
	t[reason]++
}

// String lists the reasons, the most frequent first.
func (t tally) String() string {
	reasons := slices.SortedFunc(maps.Keys(t), func(a, b string) int {
		if t[a] != t[b] {
			return int(min(1, max(-1, t[b]-t[a])))
		}
		return strings.Compare(a, b)
	})
	var said []string
	for i, reason := range reasons {
		if i == 8 && len(reasons) > 9 {
			said = append(said, fmt.Sprintf("and %d more reasons", len(reasons)-i))
			break
		}
		said = append(said, humanize.Comma(t[reason])+" of "+reason)
	}
	return strings.Join(said, ", ")
}

// actions turn the operations of a trace into what they do to a cache.
type actions struct {
	writes WriteRule
	out    tally
}

// take sets what a request does, and reports whether it does anything.
func (a actions) take(name string, r *Request) (bool, error) {
	o, ok := parseOperation(name)
	if !ok {
		return false, fmt.Errorf("the operation is %s; it must be one of %s", text.Quote(name), strings.Join(slices.Sorted(maps.Keys(operations)), ", "))
	}
	if !o.acts {
		a.out.add("operation " + strings.ToLower(name))
		return false, nil
	}
	op, acts := a.writes.act(o.op)
	if !acts {
		a.out.add("operation " + strings.ToLower(name))
		return false, nil
	}
	if a.writes == writesKept && strings.EqualFold(name, "purge") {
		a.out.add("operation purge") // that a cache obeys, and no origin
		return false, nil
	}
	if r.Op = op; op == Get && r.SizeBytes == 0 {
		r.Extent = Unknown // it missed in the system that was recorded
	}
	if op == Delete {
		r.SizeBytes, r.Extent = 0, Unknown
	}
	return true, nil
}
