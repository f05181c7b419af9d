package scenario

import (
	"fmt"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// A networkSpec is what the file says of the network.
type networkSpec struct {
	line      int
	provider  catalog.Provider
	selection catalog.Selection
	access    topology.AccessMix
	hasAccess bool
}

func (r *reader) readNetwork(v value) {
	n := &r.network
	n.line = v.node.Line
	n.provider = catalog.ProviderAWS
	v.fields(
		field{"provider", choice(catalog.ParseProvider, &n.provider)},
		field{"metros", func(v value) {
			v.fields(
				field{"countries", func(v value) { v.strings(&n.selection.Countries) }},
				field{"continents", func(v value) { v.strings(&n.selection.Continents) }},
				field{"top", func(v value) { v.integer(&n.selection.TopMetros) }},
				field{"names", func(v value) { v.strings(&n.selection.Metros) }},
			)
		}},
		field{"access", r.readAccess},
	)
}

// readAccess reads the shares of access technologies; those left out are 0.
func (r *reader) readAccess(v value) {
	var known []field
	for t := range topology.Technology(topology.NumTechnologies) {
		known = append(known, field{t.String(), func(v value) { v.number(&r.network.access[t]) }})
	}
	v.fields(known...)
	r.network.hasAccess = true
	if err := r.network.access.Validate(); err != nil {
		v.problem("%s", oneLine(err))
	}
}

// expandSites resolves the words for many sites at once, and returns all sites that placements name.
func (r *reader) expandSites(bad *problems) []topology.Node {
	var selection catalog.Selection
	for i := range r.placements {
		p := &r.placements[i]
		for _, s := range p.sites {
			nodes, err := r.resolve(s)
			if err != nil {
				bad.add(s.line, s.path, "%s", oneLine(err))
				continue
			}
			for _, n := range nodes {
				a := s.assignment
				a.Site = n.ID
				r.lines[fmt.Sprintf("%s.sites[%d]", p.path, len(p.built.Sites))] = s.line
				p.built.Sites = append(p.built.Sites, a)
				addTo(&selection, n)
			}
		}
	}
	if len(bad.all) > 0 {
		return nil
	}
	nodes, err := selection.SelectSites(r.network.provider)
	if err != nil {
		bad.add(r.network.line, "network", "%s", oneLine(err))
	}
	return nodes
}

// resolve returns the sites that an entry of a placement stands for.
func (r *reader) resolve(s siteSpec) ([]topology.Node, error) {
	var last error
	for _, kind := range kindsFor(s.assignment.Role) {
		var selection catalog.Selection
		*list(&selection, kind) = []string{s.name}
		nodes, err := selection.SelectSites(r.network.provider)
		if err != nil {
			if last == nil {
				last = err
			}
			continue
		}
		var found []topology.Node
		for _, n := range nodes {
			if n.Kind == kind { // a Local Zone brings its parent along
				found = append(found, n)
			}
		}
		return found, nil
	}
	return nil, last
}

// kindsFor lists the kinds of site that a role is looked for among.
func kindsFor(role placement.Role) []topology.NodeKind {
	switch role {
	case placement.Compute:
		return []topology.NodeKind{topology.Region, topology.LocalZone}
	case placement.EdgeCache:
		return []topology.NodeKind{topology.PoP, topology.LocalZone}
	case placement.MidTierCache:
		return []topology.NodeKind{topology.RegionalEdgeCache, topology.Region}
	}
	return []topology.NodeKind{topology.Region}
}

// list returns the selection's list of a kind of site.
func list(s *catalog.Selection, kind topology.NodeKind) *[]string {
	switch kind {
	case topology.LocalZone:
		return &s.LocalZones
	case topology.PoP:
		return &s.PoPs
	case topology.RegionalEdgeCache:
		return &s.RegionalEdgeCaches
	}
	return &s.Regions
}

func addTo(s *catalog.Selection, n topology.Node) {
	to := list(s, n.Kind)
	*to = append(*to, n.ID)
}

func (r *reader) buildNetwork(sites []topology.Node, bad *problems) {
	metros, err := r.network.selection.SelectMetros()
	if err != nil {
		bad.add(r.lineOr("network.metros", r.network.line), "network.metros", "%s", oneLine(err))
		return
	}
	if r.network.hasAccess {
		for i := range metros {
			metros[i].Access = r.network.access
		}
	} else {
		r.study.Assumed = append(r.study.Assumed, "access technologies: the catalog's default mix in every metro")
	}
	r.study.Sources = catalog.Sources(r.network.provider)
	r.study.Network, err = catalog.Build(metros, sites)
	if err != nil {
		bad.add(r.network.line, "network", "%s", oneLine(err))
	}
}

func (r *reader) lineOr(path string, line int) int {
	if at, ok := r.lines[path]; ok {
		return at
	}
	return line
}
