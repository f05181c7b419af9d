package scenario

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/edgewise-sim/edgewise/internal/text"
)

// mostNodes bounds a document whose aliases are written out: aliases of aliases grow without end.
const mostNodes = 1 << 20

// writtenOut returns a copy of a value in which every alias is what it stands for.
func writtenOut(n *yaml.Node, left *int) (*yaml.Node, error) {
	if *left--; *left < 0 {
		return nil, atLine(n.Line, "has more than %d values when aliases are written out", mostNodes)
	}
	if n.Kind == yaml.AliasNode {
		return writtenOut(n.Alias, left)
	}
	of := *n
	of.Anchor, of.Content = "", make([]*yaml.Node, len(n.Content))
	for i, part := range n.Content {
		var err error
		if of.Content[i], err = writtenOut(part, left); err != nil {
			return nil, err
		}
	}
	return &of, nil
}

// set puts a value at the place that a path names, such as "workloads.site.requests_per_second": keys of mappings and names, or
// numbers in brackets, of what stands in lists. A key that a mapping has not is added, with mappings on the way to it. Names may have dots
// and blanks in them: of several that the path may mean the longest counts.
func set(root *yaml.Node, path string, to *yaml.Node) error {
	at, rest := root, path
	for {
		switch at.Kind {
		case yaml.MappingNode:
			i := longest(rest, len(at.Content)/2, func(i int) string { return at.Content[2*i].Value })
			if i < 0 {
				add(at, rest, to)
				return nil
			}
			if rest = behind(rest, at.Content[2*i].Value); rest == "" {
				at.Content[2*i].Line, at.Content[2*i+1] = to.Line, to
				return nil
			}
			at = at.Content[2*i+1]
		case yaml.SequenceNode:
			i, after, err := item(at, rest)
			if err != nil {
				return err
			}
			if rest = after; rest == "" {
				at.Content[i] = to
				return nil
			}
			at = at.Content[i]
		default:
			said := strings.TrimRight(strings.TrimSuffix(path, rest), ".")
			return fmt.Errorf("leads into %s, which is %s in line %d and has no key %s; want a mapping there", said, text.Quote(at.Value), at.Line, text.Quote(rest))
		}
	}
}

// add adds a key, and mappings on the way to it.
func add(to *yaml.Node, path string, v *yaml.Node) {
	key, rest, more := strings.Cut(path, ".")
	if more {
		inner := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: v.Line}
		add(inner, rest, v)
		v = inner
	}
	to.Content = append(to.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key, Line: v.Line}, v)
}

// longest returns which of some names a path begins with, the longest of several; -1 if none.
func longest(path string, n int, name func(int) string) int {
	best := -1
	for i := range n {
		if isBeginning(path, name(i)) && (best < 0 || len(name(i)) > len(name(best))) {
			best = i
		}
	}
	return best
}

func isBeginning(path, name string) bool {
	rest, ok := strings.CutPrefix(path, name)
	return ok && name != "" && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// behind returns what of a path comes behind a name that it begins with.
func behind(path, name string) string { return strings.TrimPrefix(strings.TrimPrefix(path, name), ".") }

// item finds the element of a list that a path names.
func item(list *yaml.Node, path string) (index int, rest string, err error) {
	if number, after, ok := strings.Cut(strings.TrimPrefix(path, "["), "]"); ok && strings.HasPrefix(path, "[") {
		i, err := strconv.Atoi(number)
		if err != nil || i < 0 || i >= len(list.Content) {
			return 0, "", fmt.Errorf("names element [%s] of the list in line %d; want [0] to [%d]", number, list.Line, len(list.Content)-1)
		}
		return i, strings.TrimPrefix(after, "."), nil
	}
	names := make([]string, len(list.Content))
	var all []string
	for i, n := range list.Content {
		if name, at := (value{node: n}).peek("name"); at != nil {
			names[i] = name
			all = append(all, name)
		}
	}
	i := longest(path, len(names), func(i int) string { return names[i] })
	switch {
	case i >= 0:
		return i, behind(path, names[i]), nil
	case len(all) > 0:
		return 0, "", fmt.Errorf("goes on with %s at the list in line %d; want one of %s, or a number in brackets, [0] being the first", text.Quote(path), list.Line, strings.Join(all, ", "))
	}
	return 0, "", fmt.Errorf("goes on with %s at the list in line %d, whose elements have no names; want a number in brackets, [0] being the first", text.Quote(path), list.Line)
}
