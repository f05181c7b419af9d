package scenario

import (
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// addHomes takes the homes of the workloads' data into the network: no placement need use them.
func (r *reader) addHomes(selection *catalog.Selection, bad *problems) {
	for _, w := range r.order {
		home := r.homeOf(w)
		if home == "" {
			continue
		}
		n, ok := r.siteCalled(home)
		if !ok {
			path := join(w.path, "data.home")
			bad.add(r.lineOr(path, w.line), path, "is %q; want the id of a site", home)
			continue
		}
		if len(r.resolveOwn(n.ID, n.Kind)) > 0 {
			r.addOwn(n, selection)
		} else {
			addTo(selection, n)
		}
	}
}

// homeOf returns the home of a workload's data, "" if it names none.
func (r *reader) homeOf(w workloadRef) string {
	switch w.kind {
	case "dynamic":
		return r.study.Dynamic[w.index].Data.Home
	case "gaming":
		return r.study.Gaming[w.index].Data.Home
	}
	return ""
}

// siteCalled returns the site with an id, whatever its kind.
func (r *reader) siteCalled(id string) (topology.Node, bool) {
	for _, kind := range []topology.NodeKind{topology.Region, topology.LocalZone, topology.PoP, topology.RegionalEdgeCache} {
		found := r.resolveOwn(id, kind)
		if len(found) == 0 && r.network.graph == nil {
			var one catalog.Selection
			*list(&one, kind) = []string{id}
			found, _ = one.SelectSites(r.network.provider) // of another kind, or unknown
		}
		for _, n := range found {
			if n.ID == id && n.Kind == kind {
				return n, true
			}
		}
	}
	return topology.Node{}, false
}
