package scenario

import (
	"time"

	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
)

// readLinkFailures reads the links that are down for a while: {between: [a, b], at: 10m, for: 5m, times: 3, every: 10m, convergence: 30s, timeout: 3s}.
func (r *reader) readLinkFailures(v value) {
	for _, item := range v.list() {
		var f sim.LinkFailure
		seen := item.fields(
			field{"between", func(v value) { readBetween(v, &f.Between) }},
			field{"at", func(v value) { v.duration(&f.At) }},
			field{"for", func(v value) { v.duration(&f.For) }},
			timesField(&f.Times),
			field{"every", func(v value) { v.duration(&f.Every) }},
			field{"convergence", func(v value) { readPositive(v, &f.Convergence) }},
			field{"timeout", func(v value) { readPositive(v, &f.Timeout) }},
		)
		item.requireKeys(seen, "between", "at", "for")
		requireEvery(item, seen, f.Times)
		r.study.LinkFailures = append(r.study.LinkFailures, f)
	}
}

// readLinkImpairments reads the links that are slow or lose packets for a while: {between: [a, b], at: 10m, for: 5m, adds: 20ms, loss_ratio: 0.01}.
func (r *reader) readLinkImpairments(v value) {
	for _, item := range v.list() {
		var d sim.LinkImpairment
		seen := item.fields(
			field{"between", func(v value) { readBetween(v, &d.Between) }},
			field{"at", func(v value) { v.duration(&d.At) }},
			field{"for", func(v value) { v.duration(&d.For) }},
			field{"adds", func(v value) { v.duration(&d.Adds) }},
			field{"loss_ratio", func(v value) { v.number(&d.LossRatio) }},
		)
		item.requireKeys(seen, "between", "at", "for")
		r.study.LinkImpairments = append(r.study.LinkImpairments, d)
	}
}

// readPositive reads a time of which 0 would be that of the default.
func readPositive(v value, to *time.Duration) {
	if v.duration(to) && *to <= 0 {
		v.problem("is %v; want more than 0s", *to)
	}
}

// readBetween reads the two nodes that links join.
func readBetween(v value, between *[2]string) {
	var ids []string
	v.strings(&ids)
	if len(ids) != len(between) {
		v.problem("has %d nodes; want the two that links join", len(ids))
		return
	}
	copy(between[:], ids)
}

// nameLinkEvents replaces names of nodes by their IDs, where events of links have them.
func (r *reader) nameLinkEvents(nameToID func(*string, func(topology.Node) bool)) {
	name := func(between *[2]string) {
		for k := range between {
			nameToID(&between[k], anyNode)
		}
	}
	for i := range r.study.LinkFailures {
		name(&r.study.LinkFailures[i].Between)
	}
	for i := range r.study.LinkImpairments {
		name(&r.study.LinkImpairments[i].Between)
	}
}
