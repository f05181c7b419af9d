package topology

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/htmlindex"

	"github.com/edgewise-sim/edgewise/internal/text"
)

// A graphML is what a GraphML file says, attribute by attribute, before anybody makes sense of it.
type graphML struct {
	file       string
	directed   bool
	name       string
	attributes map[string]string // of the graph
	written    map[string]string // names of attributes, by those in lower case, as the file has them
	nodes      []graphMLElement
	edges      []graphMLElement
	warn       text.Warn
}

// A graphMLElement is a node or an edge. Its attributes go by their names in lower case, not by their key IDs; those
// that it does not have itself, but for which its key has a default, are among them.
type graphMLElement struct {
	line           int
	id             string // of a node
	source, target string // of an edge
	directed       bool   // of an edge
	attributes     map[string]string
}

// maxGraphMLElements bounds the nodes and edges of a file: many times the largest known map.
const maxGraphMLElements = 2_000_000

// readGraphML reads the one graph of a GraphML file. Ports are left out; hyperedges and nested graphs are refused.
// warn hears what is odd; nil does not listen.
func readGraphML(file string, r io.Reader, warn text.Warn) (*graphML, error) {
	plain := text.NewReader(r)
	start, _ := plain.Peek(4096)
	if kind, ok := text.KindOf(start); ok && kind.Name != "GraphML" && kind.Name != "XML" {
		return nil, fmt.Errorf("%s:1: this is %s; want GraphML: %s", file, kind.Name, kind.AsGraph)
	}
	p := &graphMLParser{graph: &graphML{file: file, attributes: make(map[string]string), written: make(map[string]string), warn: warn}, decoder: xml.NewDecoder(plain), keys: make(map[string]*graphMLKey)}
	p.decoder.CharsetReader = charsetReader
	if err := p.parse(); err != nil {
		return nil, err
	}
	return p.graph, nil
}

// charsetReader reads the encodings that XML files name besides UTF-8.
func charsetReader(label string, r io.Reader) (io.Reader, error) {
	if strings.HasPrefix(strings.ToLower(label), "utf-16") {
		return r, nil // decoded already
	}
	encoding, err := htmlindex.Get(label)
	if err != nil {
		return nil, fmt.Errorf("encoding %s is not known: want UTF-8", text.Quote(label))
	}
	return encoding.NewDecoder().Reader(r), nil
}

// A graphMLKey is what a file declares of an attribute.
type graphMLKey struct {
	name string // in lower case
	// of is what it is for: "node", "edge", "graph", or "all".
	of string
	// byDefault is the value of elements without one of their own, where hasDefault.
	byDefault  string
	hasDefault bool
	// drawing says that it holds what yEd draws.
	drawing bool
}

// isFor reports whether nodes, edges or the graph may have the attribute.
func (k *graphMLKey) isFor(what string) bool { return k.of == what || k.of == "all" || k.of == "" }

// A graphMLParser goes through the file once.
type graphMLParser struct {
	graph   *graphML
	decoder *xml.Decoder
	keys    map[string]*graphMLKey
	graphs  int
	open    *graphMLElement // the node or edge whose data come
	kind    string          // of it, "node" or "edge"
	inPort  int             // how deep in ports: their data are not the node's
	key     *graphMLKey     // of the data element that is open, or of the key whose default is
	declare *graphMLKey     // the key element that is open
	label   bool            // in the label that yEd draws
	text    strings.Builder
}

func (p *graphMLParser) line() int {
	line, _ := p.decoder.InputPos()
	return line
}

func (p *graphMLParser) fail(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", p.graph.file, p.line(), fmt.Sprintf(format, args...))
}

func (p *graphMLParser) parse() error {
	for {
		token, err := p.decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return p.fail("%v", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if err := p.start(t); err != nil {
				return err
			}
		case xml.CharData:
			if p.key != nil && (!p.key.drawing || p.label) {
				p.text.Write(t)
			}
		case xml.EndElement:
			if err := p.end(t); err != nil {
				return err
			}
		}
	}
	if p.graphs == 0 {
		return p.fail("no element <graph>")
	}
	p.setDefaults()
	return nil
}

// setDefaults gives every element the defaults of the attributes that it does not have. Keys may stand behind the
// graph.
func (p *graphMLParser) setDefaults() {
	for _, part := range []struct {
		what     string
		elements []graphMLElement
	}{{"node", p.graph.nodes}, {"edge", p.graph.edges}} {
		for _, k := range p.keys {
			if !k.hasDefault || !k.isFor(part.what) {
				continue
			}
			for i := range part.elements {
				if _, ok := part.elements[i].attributes[k.name]; !ok {
					part.elements[i].attributes[k.name] = k.byDefault
				}
			}
		}
	}
}

// start handles the beginning of an element.
func (p *graphMLParser) start(t xml.StartElement) error {
	attribute := make(map[string]string, len(t.Attr))
	for _, a := range t.Attr {
		attribute[a.Name.Local] = a.Value
	}
	if p.inPort > 0 && t.Name.Local != "port" {
		return nil
	}
	switch t.Name.Local {
	case "key":
		return p.declareKey(attribute)
	case "default":
		if p.declare == nil {
			return nil
		}
		p.key = p.declare
		p.text.Reset()
	case "graph":
		if p.graphs++; p.graphs > 1 {
			return p.fail("<graph>: a second graph: want one")
		}
		switch attribute["edgedefault"] {
		case "directed":
			p.graph.directed = true
		case "undirected":
		default:
			return p.fail("<graph>: edgedefault %s: want directed or undirected", text.Quote(attribute["edgedefault"]))
		}
	case "node":
		id := attribute["id"]
		if id == "" {
			return p.fail("<node>: no id")
		}
		if !text.Printable(id) {
			return p.fail("<node>: id %s: want printable text", text.Quote(id))
		}
		p.kind = "node"
		return p.add(&p.graph.nodes, graphMLElement{id: id})
	case "edge":
		if attribute["source"] == "" || attribute["target"] == "" {
			return p.fail("<edge>: source %s, target %s: want both", text.Quote(attribute["source"]), text.Quote(attribute["target"]))
		}
		e := graphMLElement{source: attribute["source"], target: attribute["target"], directed: p.graph.directed}
		if d := attribute["directed"]; d != "" {
			var err error
			if e.directed, err = strconv.ParseBool(strings.ToLower(d)); err != nil {
				return p.fail("<edge>: directed %s: want true or false", text.Quote(d))
			}
		}
		p.kind = "edge"
		return p.add(&p.graph.edges, e)
	case "data":
		k, ok := p.keys[attribute["key"]]
		if !ok {
			return p.fail("<data>: key %s was not declared", text.Quote(attribute["key"]))
		}
		p.key = k
		p.text.Reset()
	case "port":
		p.inPort++
	case "hyperedge":
		return p.fail("<%s> is not supported", t.Name.Local)
	case "NodeLabel":
		p.label = p.text.Len() == 0
	}
	return nil
}

// declareKey takes what a file says of an attribute. Two of one name for the same elements are refused: one would hide
// the other.
func (p *graphMLParser) declareKey(attribute map[string]string) error {
	id := attribute["id"]
	if id == "" {
		return p.fail("<key>: no id")
	}
	k := &graphMLKey{name: strings.ToLower(attribute["attr.name"]), of: attribute["for"]}
	p.graph.written[k.name] = attribute["attr.name"]
	if k.name == "" {
		k.name = strings.ToLower(id)
		p.graph.written[k.name] = id
	}
	k.drawing = attribute["yfiles.type"] != ""
	if _, ok := p.keys[id]; ok {
		return p.fail("<key>: id %s given twice", text.Quote(id))
	}
	for other, o := range p.keys {
		if o.name == k.name && !k.drawing && !o.drawing && (slices.ContainsFunc([]string{"node", "edge", "graph"}, func(what string) bool { return o.isFor(what) && k.isFor(what) })) {
			return p.fail("<key>: %s is the name of key %s, too: want each once", text.Quote(k.name), text.Quote(other))
		}
	}
	p.keys[id], p.declare = k, k
	return nil
}

// add appends a node or an edge and makes it the one that data belong to.
func (p *graphMLParser) add(to *[]graphMLElement, e graphMLElement) error {
	if p.graphs == 0 {
		return p.fail("an element outside of <graph>")
	}
	if p.open != nil {
		return p.fail("an element inside of another: nested graphs are not supported")
	}
	if len(*to) == maxGraphMLElements {
		return p.fail("more than %d elements", maxGraphMLElements)
	}
	e.line = p.line()
	e.attributes = make(map[string]string)
	*to = append(*to, e)
	p.open = &(*to)[len(*to)-1]
	return nil
}

// end handles the end of an element.
func (p *graphMLParser) end(t xml.EndElement) error {
	switch t.Name.Local {
	case "port":
		p.inPort--
	case "NodeLabel":
		p.label = false
	case "key":
		p.declare = nil
	case "default":
		if p.key != nil {
			p.key.byDefault, p.key.hasDefault = strings.TrimSpace(p.text.String()), true
		}
		p.key = nil
	case "data":
		if p.inPort == 0 {
			return p.endData()
		}
	case "node", "edge":
		p.open = nil
	}
	return nil
}

// endData gives the open element, or the graph, its value.
func (p *graphMLParser) endData() error {
	k := p.key
	if p.key = nil; k == nil {
		return nil
	}
	value := strings.TrimSpace(p.text.String())
	if k.drawing {
		// What yEd draws is no attribute, but its label is the node's.
		if p.open != nil && p.kind == "node" && value != "" {
			p.open.attributes[drawnLabel] = value
		}
		return nil
	}
	of := p.graph.attributes
	if p.open != nil {
		of = p.open.attributes
	}
	if _, ok := of[k.name]; ok {
		return p.fail("<data>: %s stands twice: want each attribute once", text.Quote(k.name))
	}
	of[k.name] = value
	if p.open == nil && (k.name == "network" || k.name == "label" && p.graph.name == "") {
		p.graph.name = value
	}
	return nil
}

// drawnLabel is the name under which the label that yEd draws is kept. No attribute of a file has it: they have no
// blanks at their ends.
const drawnLabel = " label"

// first returns the value and the name of the first of several attributes that an element has with a value.
func (e *graphMLElement) first(names ...string) (value, name string) {
	for _, name := range names {
		if v := e.attributes[name]; v != "" {
			return v, name
		}
	}
	return "", names[0]
}

// given returns those of several attributes that an element has with a value.
func (e *graphMLElement) given(names ...string) (given []string) {
	for _, name := range names {
		if e.attributes[name] != "" {
			given = append(given, name)
		}
	}
	return given
}

// as returns the name of an attribute as the file has it.
func (g *graphML) as(name string) string { return cmp.Or(g.written[name], name) }

// number returns a numeric attribute of an element in [low, high], under the first of its names that has a value, and
// whether there is one. what names the element in the error.
func (g *graphML) number(e *graphMLElement, what string, low, high float64, names ...string) (value float64, ok bool, err error) {
	s, name := e.first(names...)
	if s == "" {
		return 0, false, nil
	}
	if given := e.given(names...); len(given) > 1 {
		return 0, false, fmt.Errorf("%s:%d: %s: %s: want one of them", g.file, e.line, what, strings.Join(given, " and "))
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(x) || x < low || x > high {
		return 0, false, fmt.Errorf("%s:%d: %s: %s %s: want a number from %g to %g", g.file, e.line, what, g.as(name), text.Quote(s), low, high)
	}
	return x, true, nil
}
