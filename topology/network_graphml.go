package topology

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// The attributes of a network in GraphML, each the ID of its own key.
var (
	graphMLNodeKeys = [][2]string{
		{"label", "string"}, {"kind", "string"}, {"country", "string"}, {"continent", "string"}, {"lat_deg", "double"},
		{"lon_deg", "double"}, {"parent", "string"}, {"provider", "string"}, {"users", "double"}, {"time_zone", "string"},
		{"stub", "boolean"},
	}
	graphMLEdgeKeys = [][2]string{
		{"link", "string"}, {"one_way_ms", "double"}, {"capacity_bps", "double"}, {"jitter_ms", "double"},
		{"loss", "double"}, {"measured", "boolean"},
	}
)

// WriteGraphML writes the network for other tools to draw, and for [ReadNetwork]. What GraphML cannot say
// is left out: access mixes, corrections and measured round trips.
func (n *Network) WriteGraphML(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, `<?xml version="1.0" encoding="UTF-8"?>`)
	fmt.Fprintln(out, `<graphml xmlns="http://graphml.graphdrawing.org/xmlns">`)
	for _, k := range graphMLNodeKeys {
		fmt.Fprintf(out, "  <key id=%q for=\"node\" attr.name=%q attr.type=%q/>\n", k[0], k[0], k[1])
	}
	for _, k := range graphMLEdgeKeys {
		fmt.Fprintf(out, "  <key id=%q for=\"edge\" attr.name=%q attr.type=%q/>\n", k[0], k[0], k[1])
	}
	fmt.Fprintln(out, `  <graph edgedefault="directed">`)
	for i := range n.nodes {
		v := &n.nodes[i]
		fmt.Fprintf(out, "    <node id=%s>", xmlQuote(v.ID))
		writeData(out, "label", v.Name)
		writeData(out, "kind", v.Kind.String())
		writeData(out, "country", v.Country)
		writeData(out, "continent", v.Continent)
		writeData(out, "lat_deg", formatFloat(v.LatDeg))
		writeData(out, "lon_deg", formatFloat(v.LonDeg))
		writeData(out, "parent", v.Parent)
		writeData(out, "provider", v.Provider)
		if v.Users > 0 {
			writeData(out, "users", formatFloat(v.Users))
		}
		writeData(out, "time_zone", v.TimeZone)
		if v.Stub {
			writeData(out, "stub", "true")
		}
		fmt.Fprintln(out, "</node>")
	}
	for i := range n.links {
		l := &n.links[i]
		fmt.Fprintf(out, "    <edge source=%s target=%s>", xmlQuote(l.From), xmlQuote(l.To))
		writeData(out, "link", l.Kind.String())
		writeData(out, "one_way_ms", formatMs(l.OneWay))
		if l.CapacityBitsPerSecond > 0 {
			writeData(out, "capacity_bps", formatFloat(l.CapacityBitsPerSecond))
		}
		if l.Jitter > 0 {
			writeData(out, "jitter_ms", formatMs(l.Jitter))
		}
		if l.Loss > 0 {
			writeData(out, "loss", formatFloat(l.Loss))
		}
		if l.Measured {
			writeData(out, "measured", "true")
		}
		fmt.Fprintln(out, "</edge>")
	}
	fmt.Fprintln(out, "  </graph>")
	fmt.Fprintln(out, "</graphml>")
	return out.Flush()
}

// ReadNetwork reads a network from GraphML: what [Network.WriteGraphML] writes, or an own graph with the
// same attributes. A node needs none of them (its kind is then exchange), an edge only one_way_ms; an
// edge without one_way_ms takes what the model says for the distance between its ends, which must have
// lat_deg and lon_deg then. An edge of an undirected graph goes both ways. file names the source in errors,
// which say line, element and value.
func ReadNetwork(file string, r io.Reader, model DelayModel) (*Network, error) {
	if err := model.Validate(); err != nil {
		return nil, err
	}
	g, err := readGraphML(file, r)
	if err != nil {
		return nil, err
	}
	var nodes []Node
	at := make(map[string]Place)
	for i := range g.nodes {
		node, placed, err := g.networkNode(&g.nodes[i])
		if err != nil {
			return nil, err
		}
		if placed {
			at[node.ID] = node.place()
		}
		nodes = append(nodes, node)
	}
	var links []Link
	for i := range g.edges {
		l, err := g.networkLink(&g.edges[i], at, model)
		if err != nil {
			return nil, err
		}
		if g.directed {
			links = append(links, l)
		} else {
			links = append(links, l.Both()...)
		}
	}
	n, err := New(nodes, links)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return n, nil
}

// networkNode makes a node of an element, and says whether it has a place.
func (g *graphML) networkNode(e *graphMLElement) (n Node, placed bool, err error) {
	what := fmt.Sprintf("node %q", e.id)
	n = Node{
		ID: e.id, Name: e.attributes["label"], Kind: Exchange, Country: e.attributes["country"],
		Continent: e.attributes["continent"], Parent: e.attributes["parent"], Provider: e.attributes["provider"],
		TimeZone: e.attributes["time_zone"],
	}
	if kind := e.attributes["kind"]; kind != "" {
		if n.Kind, err = ParseNodeKind(kind); err != nil {
			return n, false, fmt.Errorf("%s:%d: %s: %w", g.file, e.line, what, err)
		}
	}
	var hasLat, hasLon bool
	if n.LatDeg, hasLat, err = g.number(e, what, "lat_deg", -90, 90); err != nil {
		return n, false, err
	}
	if n.LonDeg, hasLon, err = g.number(e, what, "lon_deg", -180, 180); err != nil {
		return n, false, err
	}
	if n.Users, _, err = g.number(e, what, "users", 0, maxUsers); err != nil {
		return n, false, err
	}
	if n.Stub, err = g.truth(e, what, "stub"); err != nil {
		return n, false, err
	}
	if n.TimeZone != "" {
		if _, err := time.LoadLocation(n.TimeZone); err != nil || n.TimeZone == "Local" {
			return n, false, fmt.Errorf("%s:%d: %s: time_zone %q: want an IANA time zone such as Europe/Paris", g.file, e.line, what, n.TimeZone)
		}
	}
	return n, hasLat && hasLon, nil
}

// networkLink makes a link of an edge.
func (g *graphML) networkLink(e *graphMLElement, at map[string]Place, model DelayModel) (l Link, err error) {
	what := fmt.Sprintf("edge %q - %q", e.source, e.target)
	l = Link{From: e.source, To: e.target, Kind: Internet}
	if kind := e.attributes["link"]; kind != "" {
		if l.Kind, err = ParseLinkKind(kind); err != nil {
			return l, fmt.Errorf("%s:%d: %s: %w", g.file, e.line, what, err)
		}
	}
	maxMs := MaxOneWay.Seconds() * 1000
	ms, given, err := g.number(e, what, "one_way_ms", 0, maxMs)
	if err != nil {
		return l, err
	}
	l.OneWay = millisecondsDuration(ms)
	if !given {
		from, okFrom := at[e.source]
		to, okTo := at[e.target]
		path, err := model.Of(l.Kind)
		if err != nil || !okFrom || !okTo {
			return l, fmt.Errorf("%s:%d: %s: no one_way_ms: want it, or an internet or backbone link between nodes with lat_deg and lon_deg", g.file, e.line, what)
		}
		l.OneWay = path.OneWay(DistanceKm(from, to))
	}
	jitter, _, err := g.number(e, what, "jitter_ms", 0, maxMs)
	if err != nil {
		return l, err
	}
	l.Jitter = millisecondsDuration(jitter)
	if l.CapacityBitsPerSecond, _, err = g.number(e, what, "capacity_bps", 0, 1e18); err != nil {
		return l, err
	}
	if l.Loss, _, err = g.number(e, what, "loss", 0, 1); err != nil {
		return l, err
	}
	l.Measured, err = g.truth(e, what, "measured")
	return l, err
}

// truth returns a boolean attribute of an element, false if there is none.
func (g *graphML) truth(e *graphMLElement, what, name string) (bool, error) {
	switch s := e.attributes[name]; s {
	case "", "false", "0":
		return false, nil
	case "true", "1":
		return true, nil
	default:
		return false, fmt.Errorf("%s:%d: %s: %s %q: want true or false", g.file, e.line, what, name, s)
	}
}

// writeData writes a data element, unless the value is empty.
func writeData(w io.Writer, key, value string) {
	if value != "" {
		fmt.Fprintf(w, "<data key=%q>%s</data>", key, xmlText(value))
	}
}

func xmlText(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return b.String()
}

func xmlQuote(s string) string { return `"` + xmlText(s) + `"` }

func formatFloat(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// formatMs writes a duration in ms to the nanosecond.
func formatMs(d time.Duration) string {
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', -1, 64)
}

// millisecondsDuration returns ms as a duration, rounded to the nanosecond.
func millisecondsDuration(ms float64) time.Duration {
	return time.Duration(float64(ms*float64(time.Millisecond)) + 0.5)
}
