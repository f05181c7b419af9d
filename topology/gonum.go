package topology

import (
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/graph"
	"gonum.org/v1/gonum/graph/iterator"
)

var (
	_ graph.Weighted         = (*Network)(nil)
	_ graph.WeightedDirected = (*Network)(nil)
)

// A graphNode is a node as gonum knows it: its index.
type graphNode int64

// ID returns the node's index.
func (v graphNode) ID() int64 { return int64(v) }

// A graphEdge is a link as gonum knows it.
type graphEdge struct {
	from, to graphNode
	weightMs float64
}

// From returns the node that the edge leaves.
func (e graphEdge) From() graph.Node { return e.from }

// To returns the node that the edge enters.
func (e graphEdge) To() graph.Node { return e.to }

// ReversedEdge returns the edge the other way round, as gonum's interface asks.
func (e graphEdge) ReversedEdge() graph.Edge { return graphEdge{e.to, e.from, e.weightMs} }

// Weight returns the one-way delay in milliseconds.
func (e graphEdge) Weight() float64 { return e.weightMs }

// Node returns the node with the given index as gonum's graph.Graph asks, nil if there is none.
// See [Network.At] for the place itself.
func (n *Network) Node(id int64) graph.Node {
	if !n.has(id) {
		return nil
	}
	return graphNode(id)
}

// Nodes returns all node indices, as gonum's graph.Graph asks.
func (n *Network) Nodes() graph.Nodes {
	all := make([]graph.Node, len(n.nodes))
	for i := range all {
		all[i] = graphNode(i)
	}
	return iterator.NewOrderedNodes(all)
}

// From returns the nodes that links lead to from a node, as gonum's graph.Graph asks.
func (n *Network) From(id int64) graph.Nodes {
	if !n.has(id) {
		return graph.Empty
	}
	return peers(n.outOf(int(id)))
}

// To returns the nodes that links lead from to a node, as gonum's graph.Directed asks.
func (n *Network) To(id int64) graph.Nodes {
	if !n.has(id) {
		return graph.Empty
	}
	return peers(n.into(int(id)))
}

// HasEdgeBetween reports whether a link joins two nodes in either direction.
func (n *Network) HasEdgeBetween(x, y int64) bool {
	return n.HasEdgeFromTo(x, y) || n.HasEdgeFromTo(y, x)
}

// HasEdgeFromTo reports whether a link leads from u to v.
func (n *Network) HasEdgeFromTo(u, v int64) bool {
	_, ok := n.fastest(u, v)
	return ok
}

// Edge returns the fastest link from u to v, nil if there is none.
func (n *Network) Edge(u, v int64) graph.Edge {
	if e := n.WeightedEdge(u, v); e != nil {
		return e
	}
	return nil
}

// WeightedEdge returns the fastest link from u to v, nil if there is none.
func (n *Network) WeightedEdge(u, v int64) graph.WeightedEdge {
	a, ok := n.fastest(u, v)
	if !ok {
		return nil
	}
	return graphEdge{graphNode(u), graphNode(v), milliseconds(a.oneWayNs)}
}

// Weight returns the one-way delay in milliseconds of the fastest link from x to y and whether there
// is one: 0 and true from a node to itself, +Inf and false without a link.
func (n *Network) Weight(x, y int64) (ms float64, ok bool) {
	if x == y && n.has(x) {
		return 0, true
	}
	a, ok := n.fastest(x, y)
	if !ok {
		return math.Inf(1), false
	}
	return milliseconds(a.oneWayNs), true
}

func (n *Network) has(id int64) bool { return id >= 0 && id < int64(len(n.nodes)) }

// fastest returns the arc with the least delay from u to v.
func (n *Network) fastest(u, v int64) (arc, bool) {
	if !n.has(u) || !n.has(v) {
		return arc{}, false
	}
	row := n.outOf(int(u))
	i, found := slices.BinarySearchFunc(row, int32(v), func(a arc, v int32) int { return int(a.peer) - int(v) })
	if !found {
		return arc{}, false
	}
	best := row[i]
	for _, a := range row[i+1:] {
		if a.peer != int32(v) {
			break
		}
		if a.oneWayNs < best.oneWayNs {
			best = a
		}
	}
	return best, true
}

// peers returns the distinct nodes at the other end of a sorted row.
func peers(row []arc) graph.Nodes {
	var found []graph.Node
	for i, a := range row {
		if i == 0 || a.peer != row[i-1].peer {
			found = append(found, graphNode(a.peer))
		}
	}
	if len(found) == 0 {
		return graph.Empty
	}
	return iterator.NewOrderedNodes(found)
}

func milliseconds(ns int64) float64 { return float64(ns) / float64(time.Millisecond) }
