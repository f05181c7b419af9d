package topology

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// A MeasuredRTT is a round trip that was measured between two nodes. It stands in place of the model
// for everything on the route between them but access links: most measurements are made from servers in a
// city, not from its homes.
type MeasuredRTT struct {
	// From and To are node IDs. The measurement counts in both directions unless the other direction
	// is given too.
	From, To string
	// RTT is in [0, 2*MaxOneWay], and at least [LightRTT] of the nodes' places.
	RTT time.Duration
	// IncludesLastMile says that RTT was measured from users' homes, and is the median of a metro's users: their last
	// mile is part of it. The access links of the route then keep their delay, and what is left of RTT stands in place
	// of the model for the rest, at least [LightRTT].
	IncludesLastMile bool
}

// A Change says how a network differs from another: what is cut, what is known better.
type Change struct {
	// CutNodes are nodes that lose all their links, for example an exchange town that burns.
	CutNodes []string
	// CutLinks are pairs of nodes that lose every link between them, in both directions.
	CutLinks [][2]string
	// SetLinks are links that replace the link of the same kind between the same nodes, or are added.
	SetLinks []Link
	// Measured are round trips that replace modelled ones.
	Measured []MeasuredRTT
}

// With returns the network with a change made to it: a new one, the old stays as it is. The error names
// an unknown node, a pair without a link, or a value out of range.
func (n *Network) With(c Change) (*Network, error) {
	cutNode := make([]bool, len(n.nodes))
	for k, id := range c.CutNodes {
		i, ok := n.index[id]
		if !ok {
			return nil, invalid.New(fmt.Sprintf("CutNodes[%d]", k), id, wantNode)
		}
		cutNode[i] = true
	}
	cutPair := make(map[[2]string]bool, len(c.CutLinks))
	used := make(map[[2]string]bool, len(c.CutLinks))
	for k, pair := range c.CutLinks {
		for end, id := range pair {
			if _, ok := n.index[id]; !ok {
				return nil, invalid.New(fmt.Sprintf("CutLinks[%d][%d]", k, end), id, wantNode)
			}
		}
		cutPair[sortedPair(pair[0], pair[1])] = true
	}
	type key struct {
		from, to string
		kind     LinkKind
	}
	replaced := make(map[key]bool, len(c.SetLinks))
	for _, l := range c.SetLinks {
		replaced[key{l.From, l.To, l.Kind}] = true
	}
	var links []Link
	for i, l := range n.links {
		pair := sortedPair(l.From, l.To)
		if cutPair[pair] {
			used[pair] = true
			continue
		}
		if cutNode[n.index[l.From]] || cutNode[n.head[i]] || replaced[key{l.From, l.To, l.Kind}] {
			continue
		}
		links = append(links, l)
	}
	for k, pair := range c.CutLinks {
		if !used[sortedPair(pair[0], pair[1])] {
			return nil, invalid.New(fmt.Sprintf("CutLinks[%d]", k), pair[0]+" - "+pair[1], "two nodes with a link between them")
		}
	}
	changed, err := New(n.nodes, append(links, c.SetLinks...))
	if err != nil {
		return nil, err
	}
	changed.correction = n.correction
	changed.whole = n.whole
	if n.whole == nil && len(c.CutNodes)+len(c.CutLinks)+len(c.SetLinks) > 0 {
		changed.whole = n
	}
	if err := changed.measure(n.measured, c.Measured); err != nil {
		return nil, err
	}
	return changed, nil
}

const wantNode = "a node of the network"

// measure takes over the old measurements and adds the new ones.
func (n *Network) measure(old map[[2]int32]measurement, added []MeasuredRTT) error {
	n.measured = make(map[[2]int32]measurement, len(old)+2*len(added))
	for pair, rtt := range old {
		n.measured[pair] = rtt
	}
	given := make(map[[2]int32]bool, len(added))
	for k, m := range added {
		from, knowsFrom := n.index[m.From]
		to, knowsTo := n.index[m.To]
		there, back := [2]int32{int32(from), int32(to)}, [2]int32{int32(to), int32(from)}
		if err := invalid.First(
			invalid.Check(knowsFrom, "From", m.From, wantNode),
			invalid.Check(knowsTo, "To", m.To, wantNode),
			invalid.Check(m.RTT >= 0 && m.RTT <= 2*MaxOneWay, "RTT", m.RTT, "0 to "+(2*MaxOneWay).String()),
			n.checkLight(from, to, m.RTT),
			invalid.Check(!given[there], "To", m.To, "each pair once; that from "+m.From+" is given twice"),
		); err != nil {
			return invalid.In(fmt.Sprintf("Measured[%d]", k), err)
		}
		given[there] = true
		n.measured[there] = measurement{int64(m.RTT), m.IncludesLastMile}
		if !given[back] {
			n.measured[back] = n.measured[there]
		}
	}
	return nil
}

// A measurement is what is known of the way between two nodes.
type measurement struct {
	rttNs            int64
	includesLastMile bool
}

// checkLight returns an error for a round trip that is faster than light.
func (n *Network) checkLight(from, to int, rtt time.Duration) error {
	least := n.LightRTT(from, to)
	return invalid.Check(rtt >= least, "RTT", rtt, fmt.Sprintf("%v or more: light takes as long from %s to %s and back", least, n.nodes[from].ID, n.nodes[to].ID))
}

// Measured returns the round trips that stand in place of modelled ones, in the order of the nodes.
func (n *Network) Measured() []MeasuredRTT {
	pairs := slices.SortedFunc(maps.Keys(n.measured), func(a, b [2]int32) int { return slices.Compare(a[:], b[:]) })
	all := make([]MeasuredRTT, len(pairs))
	for i, p := range pairs {
		all[i] = MeasuredRTT{From: n.nodes[p[0]].ID, To: n.nodes[p[1]].ID, RTT: time.Duration(n.measured[p].rttNs), IncludesLastMile: n.measured[p].includesLastMile}
	}
	return all
}

// Whole returns the network as it was before links were cut or replaced, whose delays the corrected ones are in
// proportion to; nil if none were.
func (n *Network) Whole() *Network { return n.whole }

// sortedPair returns two IDs in alphabetical order.
func sortedPair(a, b string) [2]string {
	pair := [2]string{a, b}
	slices.Sort(pair[:])
	return pair
}
