package scenario

import "github.com/edgewise-sim/edgewise/sim"

// readSlowdowns reads the sites whose servers work more slowly for a while.
func (r *reader) readSlowdowns(v value) {
	for _, item := range v.list() {
		var d sim.Slowdown
		seen := item.fields(
			field{"site", func(v value) { v.text(&d.Site) }},
			field{"at", func(v value) { v.duration(&d.At) }},
			field{"for", func(v value) { v.duration(&d.For) }},
			field{"factor", func(v value) { v.number(&d.Factor) }},
		)
		item.requireKeys(seen, "site", "at", "for", "factor")
		r.study.Slowdowns = append(r.study.Slowdowns, d)
	}
}
