package scenario

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// resolve returns the sites that an entry of a placement stands for. An ID is looked for among own sites, then in the
// catalog, and so is then a name. A word for many sites means own ones where there are any that can have the role, and
// never others in their place.
func (r *reader) resolve(s siteSpec) ([]topology.Node, error) {
	match, err := catalog.MatchArea("Site", s.name)
	if err != nil {
		return nil, err
	}
	own := r.ownFor(s)
	if match != nil && len(own) > 0 {
		return matchOwn(s, own, match)
	}
	kinds := placement.Kinds(s.role)
	if match == nil {
		var known []topology.Node
		if r.network.graph == nil {
			for _, kind := range kinds {
				known = append(known, catalog.Sites(cmp.Or(s.provider, r.network.provider), kind)...)
			}
		}
		for _, nodes := range [][]topology.Node{own, known} {
			if i := slices.IndexFunc(nodes, func(n topology.Node) bool { return n.ID == s.name }); i >= 0 {
				return nodes[i : i+1], nil
			}
		}
		if i, err := catalog.Find("", "own site", s.name, own); err == nil {
			return own[i : i+1], nil
		}
	}
	if r.network.graph != nil {
		return nil, fmt.Errorf("%q: the graph has no site of this name that can have the role %q%s", s.name, s.role, nearestOf(s.name, own))
	}
	var first error
	for _, kind := range kinds {
		found, err := r.ofCatalog(s, kind, match)
		if err == nil {
			return found, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, r.withOwn(s, own, first)
}

// ofCatalog returns the sites of a kind that an entry stands for in the catalog.
func (r *reader) ofCatalog(s siteSpec, kind topology.NodeKind, match func(topology.Node) bool) ([]topology.Node, error) {
	var selection catalog.Selection
	*list(&selection, kind) = []string{s.name}
	nodes, err := selection.SelectSites(cmp.Or(s.provider, r.network.provider))
	return ofKind(nodes, kind), err // a Local Zone brings its parent along
}

// ownFor returns the own sites that can have the role of an entry, of its provider, kind by kind. Own sites without a
// provider are the network's.
func (r *reader) ownFor(s siteSpec) (found []topology.Node) {
	for _, kind := range placement.Kinds(s.role) {
		for _, n := range ofKind(r.network.own, kind) {
			if s.provider == "" || cmp.Or(catalog.Provider(n.Provider), r.network.provider) == s.provider {
				found = append(found, n)
			}
		}
	}
	return found
}

// matchOwn returns the own sites that a word for many stands for, all of the first kind that has any.
func matchOwn(s siteSpec, own []topology.Node, match func(topology.Node) bool) ([]topology.Node, error) {
	var found []topology.Node
	for _, n := range own {
		if match(n) && (len(found) == 0 || n.Kind == found[0].Kind) {
			found = append(found, n)
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	var countries, continents []string
	for _, n := range own {
		countries, continents = append(countries, n.Country), append(continents, n.Continent)
	}
	slices.Sort(countries)
	slices.Sort(continents)
	return nil, fmt.Errorf("%q: none of the %d own sites that can have the role %q; they are in %s (%s); sites of the catalog beside own ones are named by id",
		s.name, len(own), s.role, strings.Join(slices.Compact(countries), ", "), strings.Join(slices.Compact(continents), ", "))
}

// withOwn adds to the error of a name that stands for no site with the role what else it stands for, or may: own sites and
// those of the catalog that cannot have it, and own ones that can.
func (r *reader) withOwn(s siteSpec, own []topology.Node, err error) error {
	fits := func(n topology.Node) bool { return slices.Contains(placement.Kinds(s.role), n.Kind) }
	unfit := slices.DeleteFunc(slices.Clone(r.network.own), func(n topology.Node) bool {
		return slices.ContainsFunc(own, func(o topology.Node) bool { return o.ID == n.ID })
	})
	if found := catalog.FindAll(s.name, unfit); len(found) > 0 {
		n := unfit[found[0]]
		return invalid.New("Site", s.name, "a site that can have the role %q; the own site %s is a %v%s", s.role, n.ID, n.Kind, ofProvider(n))
	}
	p := cmp.Or(s.provider, r.network.provider)
	others := slices.DeleteFunc(slices.Clone(catalog.AllSites(p)), fits)
	if found := catalog.FindAll(s.name, others); len(found) > 0 {
		err = fmt.Errorf("%s; %s is a %v of %s", said(err), others[found[0]].ID, others[found[0]].Kind, p)
	}
	text := said(err) + nearestOf(s.name, own)
	if i := slices.IndexFunc(unfit, func(n topology.Node) bool { return catalog.IsLike(s.name, n) }); i >= 0 {
		text += fmt.Sprintf("; the own site %s is a %v%s, which cannot have the role %q", unfit[i].ID, unfit[i].Kind, ofProvider(unfit[i]), s.role)
	}
	return errors.New(text)
}

// ofProvider names the provider of an own site, where its list does.
func ofProvider(n topology.Node) string {
	if n.Provider == "" {
		return ""
	}
	return " of " + n.Provider
}

// nearestOf names the own sites that a name may mean.
func nearestOf(name string, own []topology.Node) string {
	if len(own) == 0 {
		return ""
	}
	return "; of the own sites " + strings.Join(catalog.Nearest(name, own), ", ")
}

// resolveOwn returns the own site of a kind and a provider, any where that is empty, with an ID; none or one.
func (r *reader) resolveOwn(id string, kind topology.NodeKind, provider catalog.Provider) []topology.Node {
	for _, n := range r.network.own {
		if n.ID == id && n.Kind == kind && (provider == "" || cmp.Or(catalog.Provider(n.Provider), r.network.provider) == provider) {
			return []topology.Node{n}
		}
	}
	return nil
}

// namesToIDs replaces names of the network's metros and sites, where workloads and failures have them, by their IDs. What
// is no name stays as it is, for whoever checks it.
func (r *reader) namesToIDs() {
	nameToID := func(name *string, accepted func(topology.Node) bool) {
		if i, err := r.nodeHere("node", *name, accepted); err == nil {
			*name = r.study.Network.At(i).ID
		}
	}
	for i := range r.study.Workloads {
		for _, m := range metrosOf(&r.study.Workloads[i]) {
			nameToID(m.id, isMetro)
		}
	}
	for i := range r.study.Failures {
		f := &r.study.Failures[i]
		nameToID(&f.Site, isSite)
		for k := range f.With {
			nameToID(&f.With[k], isSite)
		}
	}
	for i := range r.study.Slowdowns {
		nameToID(&r.study.Slowdowns[i].Site, isSite)
	}
	for i := range r.study.Drains {
		nameToID(&r.study.Drains[i].Site, isSite)
	}
	r.nameLinkEvents(nameToID)
}

// nameNearestSites adds to errors of sites that the network does not have which are nearest to what is said.
func (r *reader) nameNearestSites(err error) {
	for _, e := range invalid.All(err) {
		var f *invalid.Field
		if !errors.As(e, &f) || !strings.HasSuffix(f.Want, "site of the network") {
			continue
		}
		if strings.HasPrefix(f.Path, "OriginErrors") {
			f.Want = "a site that is an origin of a placement: " + strings.Join(placement.Origins(r.study.Placements), ", ")
			continue
		}
		var sites []topology.Node
		for _, n := range r.study.Network.AllNodes() {
			if isSite(n) {
				sites = append(sites, n)
			}
		}
		if name, ok := f.Value.(string); ok && len(sites) > 0 {
			f.Want += "; nearest are " + strings.Join(catalog.Nearest(name, sites), ", ")
		}
	}
}

func isMetro(n topology.Node) bool { return n.Kind == topology.Metro }

// nodeHere returns the position of the node of the network that an ID or a name stands for, of those that are accepted.
// The error, an [invalid.Field], says what is wanted, and which are nearest.
func (r *reader) nodeHere(what, name string, accepted func(topology.Node) bool) (int, error) {
	n := r.study.Network
	if i, ok := n.Index(name); ok && accepted(n.At(i)) {
		return i, nil
	}
	var nodes []topology.Node
	for _, node := range n.AllNodes() {
		if accepted(node) && (node.Kind != topology.Exchange || r.network.graph != nil) {
			nodes = append(nodes, node)
		}
	}
	k, err := catalog.Find("", what, name, nodes)
	if err != nil {
		return 0, err
	}
	i, _ := n.Index(nodes[k].ID)
	return i, nil
}

func anyNode(topology.Node) bool { return true }
