package topology

import (
	"fmt"
	"io"
)

// A TownMap is a map of exchange towns and the cables between them, for example of one network of the
// Internet Topology Zoo. Its towns and cables make a [Fabric].
type TownMap struct {
	// Name is what the map calls itself, empty if it does not.
	Name   string
	Towns  []Node
	Cables [][2]string // town IDs, each pair once
	// Unplaced are the IDs of nodes without coordinates. They and their cables are left out.
	Unplaced []string
}

// ReadTowns reads a map from GraphML as the Internet Topology Zoo writes it: nodes with the attributes
// Latitude, Longitude and label, edges between them. file names the source in errors, which say line,
// element and value. A map without a single node with coordinates is an error.
func ReadTowns(file string, r io.Reader) (*TownMap, error) {
	g, err := readGraphML(file, r, nil)
	if err != nil {
		return nil, err
	}
	for i := range g.edges {
		if e := &g.edges[i]; e.directed != g.directed {
			return nil, fmt.Errorf("%s:%d: edge %q - %q: directed %t: want that of the graph", file, e.line, e.source, e.target, e.directed)
		}
	}
	m := &TownMap{Name: g.name}
	placed := make(map[string]bool, len(g.nodes))
	for i := range g.nodes {
		e := &g.nodes[i]
		what := fmt.Sprintf("node %q", e.id)
		if _, ok := placed[e.id]; ok {
			return nil, fmt.Errorf("%s:%d: %s: id given twice", file, e.line, what)
		}
		lat, hasLat, err := g.number(e, what, -90, 90, latNames...)
		if err != nil {
			return nil, err
		}
		lon, hasLon, err := g.number(e, what, -180, 180, lonNames...)
		if err != nil {
			return nil, err
		}
		if hasLat != hasLon {
			return nil, fmt.Errorf("%s:%d: %s: one of Latitude and Longitude: want both or none", file, e.line, what)
		}
		placed[e.id] = hasLat
		if !hasLat {
			m.Unplaced = append(m.Unplaced, e.id)
			continue
		}
		m.Towns = append(m.Towns, Node{ID: e.id, Name: e.attributes["label"], Kind: Exchange, LatDeg: lat, LonDeg: lon})
	}
	if len(m.Towns) == 0 {
		if len(m.Unplaced) == 0 {
			return nil, fmt.Errorf("%s: graph %q: no nodes", file, g.name)
		}
		return nil, fmt.Errorf("%s: graph %q: node %q has no Latitude and Longitude, nor has any other of %d nodes",
			file, g.name, m.Unplaced[0], len(g.nodes))
	}
	seen := make(map[[2]string]bool)
	for i := range g.edges {
		e := &g.edges[i]
		for _, id := range [2]string{e.source, e.target} {
			if _, ok := placed[id]; !ok {
				return nil, fmt.Errorf("%s:%d: edge %q - %q: unknown node %q", file, e.line, e.source, e.target, id)
			}
		}
		pair := sortedPair(e.source, e.target)
		if e.source == e.target || seen[pair] || !placed[e.source] || !placed[e.target] {
			continue
		}
		seen[pair] = true
		m.Cables = append(m.Cables, pair)
	}
	return m, nil
}
