package scenario

import (
	"cmp"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// addHomes takes the homes of the workloads' data into the network: no placement need use them. Those of another
// provider than the network's are named as they are there, for example "google/us-west1". A name, such as "London", stands
// for the region that has it, or else for a site of another kind.
func (r *reader) addHomes(take func(catalog.Provider, topology.Node) string, bad *problems) {
	for i, w := range r.order {
		home := r.study.Workloads[i].DataCalls().Home
		if home == "" {
			continue
		}
		var provider catalog.Provider
		id := home
		if of, rest, ok := strings.Cut(home, "/"); ok {
			provider, id = catalog.Provider(of), rest
		}
		n, err := r.siteCalled(provider, id)
		if err != nil {
			path := join(w.path, "data.home")
			bad.add(r.lineOr(path, w.line), path, "is %s; want %s", text.Quote(home), wanted(err))
			continue
		}
		if id := take(provider, n); id != home {
			r.study.Workloads[i].SetDataHome(id)
		}
	}
}

// homeKinds are the kinds of sites that can be a home, those first that a name most likely means.
var homeKinds = []topology.NodeKind{topology.Region, topology.LocalZone, topology.PoP, topology.RegionalEdgeCache}

// siteCalled returns the site with an id or a name, whatever its kind, of a provider, "" for that of the network.
func (r *reader) siteCalled(provider catalog.Provider, id string) (topology.Node, error) {
	for _, kind := range homeKinds {
		found := r.resolveOwn(id, kind, provider)
		if len(found) == 0 && r.network.graph == nil {
			var one catalog.Selection
			*list(&one, kind) = []string{id}
			found, _ = one.SelectSites(cmp.Or(provider, r.network.provider)) // of another kind, or unknown
		}
		for _, n := range found {
			if n.ID == id && n.Kind == kind {
				return n, nil
			}
		}
	}
	var all []topology.Node
	for _, kind := range homeKinds {
		var of []topology.Node
		for _, n := range ofKind(r.network.own, kind) {
			if len(r.resolveOwn(n.ID, kind, provider)) > 0 {
				of = append(of, n)
			}
		}
		if r.network.graph == nil {
			of = append(of, catalog.Sites(cmp.Or(provider, r.network.provider), kind)...)
		}
		if len(catalog.FindAll(id, of)) > 0 {
			i, err := catalog.Find("", "site", id, of)
			if err != nil {
				return topology.Node{}, err
			}
			return of[i], nil
		}
		all = append(all, of...)
	}
	_, err := catalog.Find("", "site", id, all)
	return topology.Node{}, err
}
