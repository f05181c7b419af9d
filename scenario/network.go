package scenario

import (
	"cmp"
	"slices"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/workload"
)

// A networkSpec is what the file says of the network.
type networkSpec struct {
	line     int
	provider catalog.Provider
	// providers are those whose sites placements name, the network's first.
	providers []catalog.Provider
	selection catalog.Selection
	access    topology.AccessMix
	hasAccess bool
	// accessIn are the mixes of countries, by their codes.
	accessIn map[string]topology.AccessMix
	// cities are the demand by city, users what it says of metros.
	cities []cityDemand
	users  []workload.MetroUsers
	// own are the sites of a list or graph of the user's, ownUsed those that placements name.
	own, ownUsed []topology.Node
	graph        *topology.Network
	links        []linkSpec
	measuredFile fileRef
	measured     []topology.ListedRTT
	// includesLastMile says that users have measured themselves.
	includesLastMile bool
	// cut are the hubs and ways between them that are gone.
	cut []string
	// correct gives the network the user's own correction of delays, nil where there is none.
	correct func(*topology.Network) *topology.Network
}

func (r *reader) readNetwork(v value) {
	n := &r.network
	n.line = v.node.Line
	n.provider = catalog.ProviderAWS
	seen := v.fields(
		field{"provider", choice(catalog.ParseProvider, &n.provider)},
		field{"metros", func(v value) {
			alone(v.fields(append(r.demandKeys(&n.cities),
				field{"countries", func(v value) { v.strings(&n.selection.Countries) }},
				field{"continents", func(v value) { v.strings(&n.selection.Continents) }},
				field{"top", func(v value) { v.integer(&n.selection.TopMetros) }},
				field{"names", func(v value) { v.strings(&n.selection.Metros) }},
			)...))
			r.selectCities()
		}},
		field{"access", func(v value) { r.readAccess(v, &n.access, &n.accessIn); n.hasAccess = r.saysMix(v.path) }},
		field{"sites", r.readOwnSites},
		field{"graphml", r.readGraph},
		field{"links", r.readLinks},
		field{"measured", r.readMeasured},
		field{"cut", r.readCut},
		field{"correction", r.readCorrection},
	)
	if _, ok := seen["graphml"]; ok {
		for _, key := range []string{"provider", "metros", "sites", "access", "cut"} {
			if at, ok := seen[key]; ok {
				at.problem("stands beside graphml, which says all that is in the network")
			}
		}
	}
}

// expandSites resolves the words for many sites at once, and returns all sites that placements and
// workloads name.
func (r *reader) expandSites(bad *problems) []topology.Node {
	selections := []selectionOf{{provider: r.network.provider}}
	// take selects a site of a provider, "" for that of the network, and returns the id it gets.
	take := func(provider catalog.Provider, n topology.Node) string {
		if len(r.resolveOwn(n.ID, n.Kind, provider)) > 0 {
			r.addOwn(n, &selections[0].Selection)
			return n.ID
		}
		p := cmp.Or(provider, r.network.provider)
		of := slices.IndexFunc(selections, func(o selectionOf) bool { return o.provider == p })
		if of < 0 {
			of = len(selections)
			selections = append(selections, selectionOf{provider: p})
		}
		addTo(&selections[of].Selection, n)
		return r.idOf(p, n.ID)
	}
	wrong := bad.count
	type entry struct {
		name     string
		role     placement.Role
		provider catalog.Provider
	}
	resolved := make(map[entry][]topology.Node) // many placements name the same
	for _, p := range r.specs() {
		ids := make([][]string, len(p.sites))
		for from, s := range p.sites {
			of := entry{s.name, s.role, s.provider}
			nodes, known := resolved[of]
			if !known {
				var err error
				if nodes, err = r.resolve(s); err != nil {
					bad.add(s.line, s.path, "%s", said(err))
					continue
				}
				resolved[of] = nodes
			}
			for _, n := range nodes {
				ids[from] = append(ids[from], take(s.provider, n))
			}
		}
		p.build(ids)
		r.useOwnCaches(p, bad)
	}
	r.addHomes(take, bad)
	if bad.count > wrong {
		return nil
	}
	var sites []topology.Node
	for i, s := range selections {
		if empty(s.Selection) && (i > 0 || len(selections) > 1 || len(r.network.ownUsed) > 0) {
			continue
		}
		nodes, err := s.SelectSites(s.provider)
		if err != nil {
			bad.add(r.network.line, "network", "%s", oneLine(err))
		}
		if i > 0 {
			nodes = catalog.Qualified(nodes)
		}
		sites = append(sites, nodes...)
		r.network.providers = append(r.network.providers, s.provider)
	}
	if len(r.network.providers) == 0 {
		r.network.providers = []catalog.Provider{r.network.provider}
	}
	return append(sites, r.network.ownUsed...)
}

// specs returns the placements, and the candidates of a search behind them.
func (r *reader) specs() (all []*placementSpec) {
	for i := range r.placements {
		all = append(all, &r.placements[i])
	}
	if r.search != nil {
		all = append(all, &r.search.candidates)
	}
	return all
}

// A selectionOf is the sites of a provider.
type selectionOf struct {
	catalog.Selection
	provider catalog.Provider
}

// idOf returns the ID of a catalog's site in the network: with its provider's name, unless that is the network's.
func (r *reader) idOf(p catalog.Provider, id string) string {
	if p == r.network.provider {
		return id
	}
	return catalog.QualifiedID(p, id)
}

// empty reports whether no site of the catalog is selected.
func empty(s catalog.Selection) bool {
	return len(s.Regions)+len(s.LocalZones)+len(s.PoPs)+len(s.RegionalEdgeCaches) == 0
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
		r.report(bad, "network.metros", r.lineOr("network.metros", r.network.line), err)
		return
	}
	if r.network.hasAccess {
		for i := range metros {
			metros[i].Access = r.network.access
		}
	}
	for i := range metros {
		if mix, ok := r.network.accessIn[metros[i].Country]; ok {
			metros[i].Access = mix
		}
	}
	r.weigh(metros)
	r.study.Sources = catalog.Sources(r.network.providers...)
	r.study.Network, err = r.shared.network(metros, sites)
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
