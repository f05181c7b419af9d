package topology

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// A Network is an immutable weighted graph of nodes and links. Nodes have an index from 0 to Len()-1,
// in the order in which they were given to [New].
//
// Network satisfies gonum's graph.WeightedDirected, so that every algorithm of gonum runs on it; a
// weight there is the one-way delay in milliseconds of the fastest link between two nodes.
type Network struct {
	nodes []Node
	index map[string]int
	links []Link
	// Compressed rows: the links that leave node u are out[outStart[u]:outStart[u+1]], in the order
	// of their heads; in and inStart hold the links that enter.
	outStart, inStart []int32
	out, in           []arc
	head              []int32 // by link: the node it leads to

	correction Correction
	whole      *Network                 // what this one was before links were cut or replaced; nil: itself
	measured   map[[2]int32]measurement // by (from, to), see MeasuredRTT

	described *description
}

// A description is what somebody has made of a network, once.
type description struct {
	once sync.Once
	text []byte
	err  error
}

// An arc is a link as the route search wants it: everything it touches, nothing else.
type arc struct {
	oneWayNs int64
	peer     int32 // the node at the other end
	link     int32 // index into links
	kind     LinkKind
}

// New returns the network of the given nodes and links. It copies both.
//
// The error names the offender: a node without an ID, an ID given twice, coordinates out of range,
// a Local Zone without its parent region, a link to an unknown node, a negative delay, a loss that is
// not a probability, a second link of one kind between the same nodes.
func New(nodes []Node, links []Link) (*Network, error) {
	if len(nodes) == 0 {
		return nil, invalid.New("nodes", "empty", "one node or more")
	}
	if err := cmp.Or(invalid.Range("number of nodes", len(nodes), 1, math.MaxInt32), invalid.Range("number of links", len(links), 0, math.MaxInt32)); err != nil {
		return nil, err
	}
	n := &Network{nodes: slices.Clone(nodes), links: slices.Clone(links), index: make(map[string]int, len(nodes)), described: new(description)}
	for i, node := range n.nodes {
		if node.ID == "" {
			return nil, fmt.Errorf("node %d (%q): %w", i, node.Name, invalid.New("ID", `""`, "an ID"))
		}
		if err := invalid.First(invalid.Name("ID", node.ID), invalid.Name("Name", node.Name)); err != nil {
			return nil, fmt.Errorf("node %d: %w", i, err)
		}
		if first, ok := n.index[node.ID]; ok {
			return nil, fmt.Errorf("node %d: %w", i, invalid.New("ID", node.ID, "another than that of node %d", first))
		}
		n.index[node.ID] = i
	}
	for _, node := range n.nodes {
		if err := n.checkNode(node); err != nil {
			return nil, fmt.Errorf("node %q: %w", node.ID, err)
		}
	}
	if err := n.compress(); err != nil {
		return nil, err
	}
	return n, nil
}

// checkNode returns an error if a value of the node is out of range.
func (n *Network) checkNode(node Node) error {
	return invalid.First(
		invalid.Check(node.Kind < numNodeKinds, "Kind", node.Kind, "a known kind of node"),
		node.place().Validate(),
		invalid.Check(node.Users >= 0 && !math.IsInf(node.Users, 1), "Users", node.Users, "a finite number, 0 or more"),
		invalid.In("Access", node.Access.Validate()),
		invalid.In("Spread", node.Spread.Validate()),
		invalid.Check(!node.Transit || !node.Stub, "Transit", node.Transit, "false for a stub, which carries no traffic of others"),
		n.checkParent(node),
	)
}

// checkParent returns an error if the node's parent is missing or no region.
func (n *Network) checkParent(node Node) error {
	if node.Parent == "" {
		return invalid.Check(!node.Kind.needsParent(), "Parent", `""`, "the ID of the region that a "+node.Kind.String()+" belongs to")
	}
	parent, ok := n.index[node.Parent]
	if !ok {
		return invalid.New("Parent", node.Parent, "a region of the network")
	}
	kind := n.nodes[parent].Kind
	return invalid.Check(kind == Region, "Parent", node.Parent, "a region, and that is of kind "+kind.String())
}

// compress checks the links and builds the rows.
func (n *Network) compress() error {
	type ends struct{ from, to int32 }
	resolved := make([]ends, len(n.links))
	n.outStart = make([]int32, len(n.nodes)+1)
	n.inStart = make([]int32, len(n.nodes)+1)
	for i, l := range n.links {
		if err := l.Validate(); err != nil {
			return err
		}
		from, ok := n.index[l.From]
		if !ok {
			return l.wrap(invalid.New("From", l.From, "a node of the network"))
		}
		to, ok := n.index[l.To]
		if !ok {
			return l.wrap(invalid.New("To", l.To, "a node of the network"))
		}
		resolved[i] = ends{int32(from), int32(to)}
		n.outStart[from+1]++
		n.inStart[to+1]++
	}
	for u := range n.nodes {
		n.outStart[u+1] += n.outStart[u]
		n.inStart[u+1] += n.inStart[u]
	}
	n.head = make([]int32, len(n.links))
	n.out = make([]arc, len(n.links))
	n.in = make([]arc, len(n.links))
	outNext, inNext := slices.Clone(n.outStart), slices.Clone(n.inStart)
	for i, l := range n.links {
		e := resolved[i]
		n.head[i] = e.to
		a := arc{oneWayNs: int64(l.OneWay), peer: e.to, link: int32(i), kind: l.Kind}
		n.out[outNext[e.from]] = a
		outNext[e.from]++
		a.peer = e.from
		n.in[inNext[e.to]] = a
		inNext[e.to]++
	}
	byPeer := func(a, b arc) int {
		return cmp.Or(cmp.Compare(a.peer, b.peer), cmp.Compare(a.kind, b.kind), cmp.Compare(a.link, b.link))
	}
	for u := range n.nodes {
		row := n.out[n.outStart[u]:n.outStart[u+1]]
		slices.SortFunc(row, byPeer)
		slices.SortFunc(n.in[n.inStart[u]:n.inStart[u+1]], byPeer)
		for i := 1; i < len(row); i++ {
			if row[i].peer == row[i-1].peer && row[i].kind == row[i-1].kind {
				l := n.links[row[i].link]
				return l.wrap(invalid.New("Kind", l.Kind, "one link of a kind between the same nodes; it is given twice"))
			}
		}
	}
	return nil
}

// Len returns the number of nodes.
func (n *Network) Len() int { return len(n.nodes) }

// At returns the node with the given index, which must be in [0, Len()).
func (n *Network) At(i int) Node { return n.nodes[i] }

// Index returns the index of the node with the given ID, and whether there is one.
func (n *Network) Index(id string) (int, bool) {
	i, ok := n.index[id]
	return i, ok
}

// OfKind returns the indices of all nodes of a kind, in ascending order.
func (n *Network) OfKind(kind NodeKind) []int {
	var found []int
	for i := range n.nodes {
		if n.nodes[i].Kind == kind {
			found = append(found, i)
		}
	}
	return found
}

// Sites returns the indices of all nodes that can serve requests, in ascending order.
func (n *Network) Sites() []int {
	var found []int
	for i := range n.nodes {
		if n.nodes[i].Kind.IsSite() {
			found = append(found, i)
		}
	}
	return found
}

// Nodes and links are handed out as copies, so that a Network stays what it was.

// Described returns what describe makes of the network's nodes, links and measured round trips, which never change. It is called
// once, however often this network, and those that differ from it by their correction alone, are asked.
func (n *Network) Described(describe func() ([]byte, error)) ([]byte, error) {
	d := n.described
	if d == nil { // the zero network
		return describe()
	}
	d.once.Do(func() { d.text, d.err = describe() })
	return d.text, d.err
}

// AllNodes returns a copy of all nodes, in the order of their indices.
func (n *Network) AllNodes() []Node { return slices.Clone(n.nodes) }

// Links returns a copy of all links, in the order in which they were given to [New].
func (n *Network) Links() []Link { return slices.Clone(n.links) }

// outOf returns the arcs that leave a node.
func (n *Network) outOf(u int) []arc { return n.out[n.outStart[u]:n.outStart[u+1]] }

// into returns the arcs that enter a node.
func (n *Network) into(u int) []arc { return n.in[n.inStart[u]:n.inStart[u+1]] }

// HasShared reports whether the capacity of any link is shared.
func (n *Network) HasShared() bool {
	return slices.ContainsFunc(n.links, func(l Link) bool { return l.Sharing != Unshared })
}

// HasLosses reports whether some link loses packets.
func (n *Network) HasLosses() bool {
	return slices.ContainsFunc(n.links, func(l Link) bool { return l.Loss > 0 })
}

// HasCapacities reports whether some link has a capacity.
func (n *Network) HasCapacities() bool {
	return slices.ContainsFunc(n.links, func(l Link) bool { return l.CapacityBitsPerSecond > 0 })
}
