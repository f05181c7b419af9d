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
	// own are the sites of a list or graph of the user's, ownUsed those that placements name.
	own, ownUsed []topology.Node
	graph        *topology.Network
	links        []linkSpec
	measuredFile fileRef
	measured     []topology.MeasuredRTT
}

func (r *reader) readNetwork(v value) {
	n := &r.network
	n.line = v.node.Line
	n.provider = catalog.ProviderAWS
	seen := v.fields(
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
		field{"sites", r.readOwnSites},
		field{"graphml", r.readGraph},
		field{"links", r.readLinks},
		field{"measured", r.readMeasured},
	)
	if _, ok := seen["graphml"]; ok {
		for _, key := range []string{"provider", "metros", "sites", "access"} {
			if at, ok := seen[key]; ok {
				at.problem("stands beside graphml, which says all that is in the network")
			}
		}
	}
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

// expandSites resolves the words for many sites at once, and returns all sites that placements and
// workloads name.
func (r *reader) expandSites(bad *problems) []topology.Node {
	var selection catalog.Selection
	wrong := len(bad.all)
	for i := range r.placements {
		p := &r.placements[i]
		for from, s := range p.sites {
			nodes, err := r.resolve(s)
			if err != nil {
				bad.add(s.line, s.path, "%s", oneLine(err))
				continue
			}
			for _, n := range nodes {
				a := s.assignment
				a.Site = n.ID
				p.built.Sites = append(p.built.Sites, a)
				p.from = append(p.from, from)
				if len(r.resolveOwn(n.ID, n.Kind)) > 0 {
					r.addOwn(n, &selection)
				} else {
					addTo(&selection, n)
				}
			}
		}
	}
	r.addHomes(&selection, bad)
	if len(bad.all) > wrong {
		return nil
	}
	if len(r.network.ownUsed) > 0 && empty(selection) {
		return r.network.ownUsed
	}
	nodes, err := selection.SelectSites(r.network.provider)
	if err != nil {
		bad.add(r.network.line, "network", "%s", oneLine(err))
	}
	return append(nodes, r.network.ownUsed...)
}

// empty reports whether no site of the catalog is selected.
func empty(s catalog.Selection) bool {
	return len(s.Regions)+len(s.LocalZones)+len(s.PoPs)+len(s.RegionalEdgeCaches) == 0
}

// resolve returns the sites that an entry of a placement stands for.
func (r *reader) resolve(s siteSpec) ([]topology.Node, error) {
	for _, kind := range kindsFor(s.assignment.Role) {
		if own := r.resolveOwn(s.name, kind); len(own) > 0 {
			return own, nil
		}
	}
	if r.network.graph != nil {
		return nil, fmt.Errorf("%q: the graph has no site of this name that can have the role %q", s.name, s.assignment.Role)
	}
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
	if n := r.network.graph; n != nil {
		r.study.Network = n
		r.applyOwn(bad)
		if _, err := r.study.Network.Routes(n.OfKind(topology.Metro), usedSites(n, sites), topology.Public); err != nil {
			bad.add(r.lineOr("network.graphml", r.network.line), "network.graphml", "%s", oneLine(err))
		}
		return
	}
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
		return
	}
	r.applyOwn(bad)
}

// usedSites returns the indices of sites in a network.
func usedSites(n *topology.Network, sites []topology.Node) []int {
	var found []int
	for _, s := range sites {
		if i, ok := n.Index(s.ID); ok {
			found = append(found, i)
		}
	}
	return found
}

func (r *reader) lineOr(path string, line int) int {
	if at, ok := r.lines[path]; ok {
		return at
	}
	return line
}
