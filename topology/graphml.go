package topology

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// A graphML is what a GraphML file says, attribute by attribute, before anybody makes sense of it.
type graphML struct {
	file     string
	directed bool
	name     string
	nodes    []graphMLElement
	edges    []graphMLElement
}

// A graphMLElement is a node or an edge. Its attributes go by their names, not by their key IDs.
type graphMLElement struct {
	line           int
	id             string // of a node
	source, target string // of an edge
	attributes     map[string]string
}

// maxGraphMLElements bounds the nodes and edges of a file: many times the largest known map.
const maxGraphMLElements = 2_000_000

// readGraphML reads the one graph of a GraphML file. Hyperedges, ports and nested graphs are refused.
func readGraphML(file string, r io.Reader) (*graphML, error) {
	p := &graphMLParser{graph: &graphML{file: file}, decoder: xml.NewDecoder(r), keys: make(map[string]string)}
	if err := p.parse(); err != nil {
		return nil, err
	}
	return p.graph, nil
}

// A graphMLParser goes through the file once.
type graphMLParser struct {
	graph   *graphML
	decoder *xml.Decoder
	keys    map[string]string // key ID to attribute name
	graphs  int
	open    *graphMLElement // the node or edge whose data come
	key     string          // of the data element that is open
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
			if p.key != "" {
				p.text.Write(t)
			}
		case xml.EndElement:
			p.end(t)
		}
	}
	if p.graphs == 0 {
		return p.fail("no element <graph>")
	}
	return nil
}

// start handles the beginning of an element.
func (p *graphMLParser) start(t xml.StartElement) error {
	attribute := make(map[string]string, len(t.Attr))
	for _, a := range t.Attr {
		attribute[a.Name.Local] = a.Value
	}
	switch t.Name.Local {
	case "key":
		if attribute["id"] == "" {
			return p.fail("<key>: no id")
		}
		name := attribute["attr.name"]
		if name == "" {
			name = attribute["id"]
		}
		p.keys[attribute["id"]] = name
	case "graph":
		if p.graphs++; p.graphs > 1 {
			return p.fail("<graph>: a second graph: want one")
		}
		switch attribute["edgedefault"] {
		case "directed":
			p.graph.directed = true
		case "undirected":
		default:
			return p.fail("<graph>: edgedefault %q: want directed or undirected", attribute["edgedefault"])
		}
	case "node":
		if attribute["id"] == "" {
			return p.fail("<node>: no id")
		}
		return p.add(&p.graph.nodes, graphMLElement{id: attribute["id"]})
	case "edge":
		if attribute["source"] == "" || attribute["target"] == "" {
			return p.fail("<edge>: source %q, target %q: want both", attribute["source"], attribute["target"])
		}
		if d := attribute["directed"]; d != "" && d != strconv.FormatBool(p.graph.directed) {
			return p.fail("<edge>: directed %q: want that of the graph", d)
		}
		return p.add(&p.graph.edges, graphMLElement{source: attribute["source"], target: attribute["target"]})
	case "data":
		name, ok := p.keys[attribute["key"]]
		if !ok {
			return p.fail("<data>: key %q was not declared", attribute["key"])
		}
		p.key = name
		p.text.Reset()
	case "hyperedge", "port":
		return p.fail("<%s> is not supported", t.Name.Local)
	}
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
func (p *graphMLParser) end(t xml.EndElement) {
	switch t.Name.Local {
	case "data":
		value := strings.TrimSpace(p.text.String())
		switch {
		case p.open != nil:
			p.open.attributes[p.key] = value
		case p.key == "Network" || p.key == "label" && p.graph.name == "":
			p.graph.name = value
		}
		p.key = ""
	case "node", "edge":
		p.open = nil
	}
}

// number returns a numeric attribute of an element in [low, high], and whether there is one. what names
// the element in the error.
func (g *graphML) number(e *graphMLElement, what, name string, low, high float64) (value float64, ok bool, err error) {
	s, ok := e.attributes[name]
	if !ok || s == "" {
		return 0, false, nil
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(x) || x < low || x > high {
		return 0, false, fmt.Errorf("%s:%d: %s: %s %q: want a number from %g to %g", g.file, e.line, what, name, s, low, high)
	}
	return x, true, nil
}
