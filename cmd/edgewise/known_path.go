package main

import (
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/topology"
)

// unknownPath stands in a path for what nobody can name.
const unknownPath = "..."

// pathNote returns what to say in the title of a table in whose rows a path does not follow the links.
func pathNote(follows bool) string {
	if follows {
		return ""
	}
	return "; [HUB] or ... where light takes longer over the links (--format csv)"
}

// knownPath returns over which nodes a route leads, as far as its round trip lets it. The links of a stretch fail, limit and are cut by name, but a
// delay is made of other guesses as well and corrected by what was measured: where light in fibre needs more over the links than is said of the stretch,
// nobody goes over them. Then the hubs of the way that carries most of the guess stand in their place, in brackets, if light can go by those,
// and else unknownPath.
func knownPath(n *topology.Network, all []topology.Stretch) []string {
	var path []string
	for _, s := range all {
		inner := idsOf(n, s.Nodes[1:len(s.Nodes)-1])
		if isGuessed := len(s.Ways) > 0 || s.Measured; isGuessed && !isReachable(lengthKm(n, s.Nodes), s) {
			inner = leadingHubs(s)
		}
		if len(path) == 0 {
			path = idsOf(n, s.Nodes[:1])
		}
		path = append(append(path, inner...), n.At(s.Nodes[len(s.Nodes)-1]).ID)
	}
	return path
}

// leadingHubs returns the hubs of the way that carries most of a stretch among those that light can go by, in brackets.
func leadingHubs(s topology.Stretch) []string {
	shares, best := make(map[string]float64), []string{unknownPath}
	most := 0.0
	for _, w := range s.Ways {
		if w.By != topology.WayHubs && w.By != topology.WayTransit || !isReachable(w.Km, s) {
			continue
		}
		over := bracketed(w.Over)
		key := strings.Join(over, "")
		if shares[key] += w.Share; shares[key] > most {
			most, best = shares[key], over
		}
	}
	return best
}

// bracketed tells hubs from nodes of the network.
func bracketed(hubs []string) []string {
	all := slices.Clone(hubs)
	for k := range all {
		all[k] = "[" + all[k] + "]"
	}
	return all
}

// isReachable reports whether light in fibre goes so far in the one-way delay of a stretch.
func isReachable(km float64, s topology.Stretch) bool {
	return km <= s.OneWay.Seconds()*1000*topology.SpeedOfLightKmPerMs*topology.DefaultDelayModel().Internet.FiberSpeed
}

// lengthKm returns the length of the great circles from node to node. A node of an own graph without coordinates stands at 0, 0, where nobody is, and
// makes nothing longer.
func lengthKm(n *topology.Network, nodes []int) float64 {
	km, last := 0.0, topology.Place{}
	for _, i := range nodes {
		at := n.At(i).Place()
		if at == (topology.Place{}) {
			continue
		}
		if last != (topology.Place{}) {
			km += topology.DistanceKm(last, at)
		}
		last = at
	}
	return km
}

func idsOf(n *topology.Network, nodes []int) []string {
	ids := make([]string, len(nodes))
	for k, i := range nodes {
		ids[k] = n.At(i).ID
	}
	return ids
}
