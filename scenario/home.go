package scenario

import (
	"cmp"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// addHomes takes the homes of the workloads' data into the network: no placement need use them. Those of another
// provider than the network's are named as they are there, for example "google/us-west1".
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
		n, ok := r.siteCalled(provider, id)
		if !ok {
			path := join(w.path, "data.home")
			bad.add(r.lineOr(path, w.line), path, "is %s; want the id of a site", text.Quote(home))
			continue
		}
		take(provider, n)
	}
}

// siteCalled returns the site with an id, whatever its kind, of a provider, "" for that of the network.
func (r *reader) siteCalled(provider catalog.Provider, id string) (topology.Node, bool) {
	for _, kind := range []topology.NodeKind{topology.Region, topology.LocalZone, topology.PoP, topology.RegionalEdgeCache} {
		found := r.resolveOwn(id, kind, provider)
		if len(found) == 0 && r.network.graph == nil {
			var one catalog.Selection
			*list(&one, kind) = []string{id}
			found, _ = one.SelectSites(cmp.Or(provider, r.network.provider)) // of another kind, or unknown
		}
		for _, n := range found {
			if n.ID == id && n.Kind == kind {
				return n, true
			}
		}
	}
	return topology.Node{}, false
}
