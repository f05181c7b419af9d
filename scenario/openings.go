package scenario

import (
	"slices"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
)

// readOpenings reads the sites of a placement that open or close: [{site: pop-lhr, at: 10m, closes: 2h}].
func readOpenings(v value) (all []placement.Opening) {
	for _, item := range v.list() {
		var o placement.Opening
		seen := item.fields(
			field{"site", func(v value) { v.text(&o.Site) }},
			field{"at", func(v value) { v.duration(&o.At) }},
			field{"closes", func(v value) { v.duration(&o.Closes) }},
		)
		item.requireKeys(seen, "site")
		all = append(all, o)
	}
	return all
}

// nameOpenings puts the IDs of a placement's sites in place of their names. Another placement may have the same openings, so that they are a copy.
func (r *reader) nameOpenings(p *placement.Placement) {
	p.Openings = slices.Clone(p.Openings)
	for i := range p.Openings {
		site := &p.Openings[i].Site
		if k, err := r.nodeHere("site of the placement", *site, func(n topology.Node) bool { return p.Uses(n.ID) }); err == nil {
			*site = r.study.Network.At(k).ID
		}
	}
}
