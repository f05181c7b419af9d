package scenario

import (
	"go.yaml.in/yaml/v4"
)

// mergeKey is the key of a mapping that takes over what another one has, or several: {<<: *base, name: b}. What the
// mapping has itself counts, then the first of several.
const mergeKey = "<<"

// mergeAll carries out the merge keys of a document, every mapping once. Aliases of a mapping see it merged, too.
func mergeAll(root *yaml.Node) error { return (&merger{done: make(map[*yaml.Node]bool)}).merge(root) }

type merger struct{ done map[*yaml.Node]bool }

func (m *merger) merge(n *yaml.Node) error {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if m.done[n] {
		return nil
	}
	m.done[n] = true
	for _, part := range n.Content {
		if err := m.merge(part); err != nil {
			return err
		}
	}
	if n.Kind != yaml.MappingNode {
		return nil
	}
	var own, bases []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, v := n.Content[i], n.Content[i+1]
		if !isMerge(key) {
			own = append(own, key, v)
			continue
		}
		of := []*yaml.Node{v}
		if resolved(v).Kind == yaml.SequenceNode {
			of = resolved(v).Content
		}
		for _, base := range of {
			if resolved(base).Kind != yaml.MappingNode {
				return atLine(key.Line, "%s takes over what is no mapping; want an alias of a mapping, or a list of such", mergeKey)
			}
			bases = append(bases, resolved(base))
		}
	}
	if len(bases) == 0 {
		return nil
	}
	has := make(map[string]bool)
	for i := 0; i < len(own); i += 2 {
		has[own[i].Value] = true
	}
	for _, base := range bases {
		for i := 0; i+1 < len(base.Content); i += 2 {
			if key := base.Content[i]; !has[key.Value] {
				has[key.Value] = true
				own = append(own, key, base.Content[i+1])
			}
		}
	}
	n.Content = own
	return nil
}

// isMerge reports whether a key is a merge key: << without quotes.
func isMerge(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.Value == mergeKey && key.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) == 0
}

// resolved follows an alias.
func resolved(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}
