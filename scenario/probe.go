package scenario

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// The schema of scenario files is made from the reader itself: it is run on nodes that hold nothing, one of each kind at every place,
// and what it asks them for is noted. So no key is in one and not in the other.

// A shape is what the reader asks of a value of one kind.
type shape struct {
	kind yaml.Kind
	// isOther says that the reader wants another kind, isWrong that it finds something wrong, and hasAsked that it asks for anything.
	isOther, isWrong, hasAsked bool
	// form is what a scalar must be like, wants the words for it.
	form  form
	wants string
	enum  []string
	// keys are those of a mapping, required those that must be there, items the elements of a list or of a mapping with free keys.
	keys     map[string][]*shape
	required []string
	items    []*shape
	// isRead says that it has been read, and nothing more is noted.
	isRead bool
	// later are the keys that are read by other means than a reader of their own.
	later map[string][]*yaml.Node
	// said are the values of keys that are looked at before all else, such as the kind of a workload.
	said map[string]string
}

// A form is what a scalar must be like.
type form string

const (
	anyText     form = ""
	aNumber     form = "number"
	anInteger   form = "integer"
	aTruth      form = "boolean"
	aDuration   form = "duration"
	anInstant   form = "instant"
	aSize       form = "size"
	aPercentage form = "percentage"
	anAmount    form = "amount"
)

// probedKinds are the kinds of values.
var probedKinds = []yaml.Kind{yaml.ScalarNode, yaml.SequenceNode, yaml.MappingNode}

// probedText is the text of scalars in place of which there is nothing.
const probedText = "?"

// probedKeys are free keys, one for each node: some must be countries, each once.
var probedKeys = []string{"US", "CA", "MX", "DE", "FR"}

// shape returns what is noted of a value, nil outside of a probe.
func (v value) shape() *shape {
	if v.bad == nil || v.bad.shapes == nil {
		return nil
	}
	return v.bad.shapes[v.node]
}

// A pass is which kind of the keys that are read later a mapping has.
type pass int

// probed returns nodes that hold nothing, one of each kind but a mapping for each pass, and the shapes of the kinds.
func (p *problems) probed() (nodes []*yaml.Node, shapes []*shape) {
	for _, kind := range probedKinds {
		s := &shape{kind: kind}
		shapes = append(shapes, s)
		if kind != yaml.MappingNode {
			nodes = append(nodes, &yaml.Node{Kind: kind, Value: probedText})
			p.shapes[nodes[len(nodes)-1]] = s
			continue
		}
		for i := range probedKinds {
			n := &yaml.Node{Kind: kind, Content: []*yaml.Node{{Kind: yaml.ScalarNode, Value: probedText}, {Kind: yaml.ScalarNode, Value: probedText}}}
			nodes = append(nodes, n)
			p.shapes[n], p.passes[n] = s, pass(i)
		}
	}
	return nodes, shapes
}

// probe runs a reader on a value of each kind and returns their shapes.
func (p *problems) probe(path string, read func(value)) []*shape {
	nodes, shapes := p.probed()
	p.probeNodes(nodes, path, read)
	return shapes
}

func (p *problems) probeNodes(nodes []*yaml.Node, path string, read func(value)) {
	for _, n := range nodes {
		if s := p.shapes[n]; p.passes[n] == 0 || len(s.later) > 0 {
			read(value{node: n, path: path, bad: p})
		}
	}
	for _, n := range nodes {
		s := p.shapes[n]
		s.isRead = true
		for _, later := range s.later {
			for _, n := range later {
				p.shapes[n].isRead = true
			}
		}
	}
}

// asks notes that a scalar is asked for; ok is false outside of a probe.
func (v value) asks(f form) (ok bool) {
	s := v.shape()
	if s == nil {
		return false
	}
	if !s.isRead {
		s.hasAsked = true
		s.isOther = s.isOther || s.kind != yaml.ScalarNode
		s.form = f
	}
	return true
}

// probeFields notes the keys of a mapping. It returns those that are read by other means, of the kind of the pass.
func (s *shape) probeFields(v value, known []field) map[string]value {
	seen := make(map[string]value)
	if s.kind != yaml.MappingNode {
		s.isOther = true
		return seen
	}
	s.hasAsked = true
	if s.keys == nil {
		s.keys = make(map[string][]*shape)
	}
	for _, f := range known {
		path := join(v.path, f.key)
		if _, isKnown := s.keys[f.key]; !isKnown && !s.isRead {
			if reflect.ValueOf(f.read).Pointer() == reflect.ValueOf(skip).Pointer() {
				nodes, shapes := v.bad.probed()
				if s.later == nil {
					s.later = make(map[string][]*yaml.Node)
				}
				s.later[f.key], s.keys[f.key] = nodes, shapes
			} else {
				s.keys[f.key] = nil // a reader may come by here again
				s.keys[f.key] = v.bad.probe(path, f.read)
			}
		}
		if said, ok := s.said[f.key]; ok {
			seen[f.key] = value{node: &yaml.Node{Kind: yaml.ScalarNode, Value: said}, path: path, bad: v.bad}
		} else if nodes, ok := s.later[f.key]; ok && !slices.Contains(lookedAtFirst, f.key) {
			seen[f.key] = value{node: nodes[v.bad.passes[v.node]], path: path, bad: v.bad}
		}
	}
	return seen
}

// lookedAtFirst are keys that are looked at before all else.
var lookedAtFirst = []string{"kind", "preset", "served"}

// probeItems returns elements of each kind.
func (s *shape) probeItems(v value, want yaml.Kind, path string) (all []value) {
	if s.kind != want {
		s.isOther = true
		return nil
	}
	s.hasAsked = true
	nodes, shapes := v.bad.probed()
	s.items = append(s.items, shapes...)
	for _, n := range nodes {
		all = append(all, value{node: n, path: path, bad: v.bad})
	}
	return all
}

// missing finds the key in the problem that it is missing.
var missing = regexp.MustCompile(`^the key "([^"]+)" is missing$`)

// wantsOne finds names in the problem that one of them is wanted.
var wantsOne = regexp.MustCompile(`; want (?:one of )?([a-z0-9_-]+(?:(?:, | or )[a-z0-9_-]+)+)$`)

// wantsQuoted finds them where they are written as Go writes a list.
var wantsQuoted = regexp.MustCompile(`want one of \[("[^\]]+")\]$`)

// probeProblem notes what is wrong with a value.
func (s *shape) probeProblem(text string) {
	if s.isRead {
		return
	}
	s.isWrong = true
	if m := missing.FindStringSubmatch(text); m != nil {
		if s.kind == yaml.MappingNode && !slices.Contains(s.required, m[1]) {
			s.required = append(s.required, m[1])
		}
		return
	}
	if _, want, ok := strings.Cut(text, "want "); ok && s.kind == yaml.ScalarNode {
		s.wants = want
	}
	if s.kind != yaml.ScalarNode || s.form != anyText || s.enum != nil {
		return
	}
	if m := wantsOne.FindStringSubmatch(text); m != nil {
		s.enum = strings.Split(strings.ReplaceAll(m[1], " or ", ", "), ", ")
	} else if m := wantsQuoted.FindStringSubmatch(text); m != nil {
		s.enum = strings.Split(strings.Trim(m[1], `"`), `" "`)
	}
}

// isAccepted reports whether the reader takes values of the kind.
func (s *shape) isAccepted() bool { return !s.isOther && (s.hasAsked || !s.isWrong) }

// join returns two shapes of a mapping as one that has the keys of both.
func (s *shape) join(o *shape) *shape {
	both := *s
	both.keys = maps.Clone(s.keys)
	for key, shapes := range o.keys {
		if _, ok := both.keys[key]; !ok {
			both.keys[key] = shapes
		}
	}
	both.required = slices.DeleteFunc(slices.Clone(s.required), func(key string) bool { return !slices.Contains(o.required, key) })
	return &both
}
