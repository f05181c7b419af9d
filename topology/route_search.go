package topology

import "math"

// unreached is the distance of a node that no route leads from.
const unreached = math.MaxInt64

// A routeSearch is Dijkstra's algorithm on the links turned round: one search finds the delay from
// every node to one target. Its memory is used again for the next target.
type routeSearch struct {
	network *Network
	over    LinkKinds
	carries []bool // whether a route may pass through the node
	distNs  []int64
	queue   distanceHeap
}

func newRouteSearch(n *Network, over LinkKinds) *routeSearch {
	s := &routeSearch{
		network: n,
		over:    over,
		carries: make([]bool, len(n.nodes)),
		distNs:  make([]int64, len(n.nodes)),
		queue:   newDistanceHeap(len(n.nodes)),
	}
	for i := range n.nodes {
		node := &n.nodes[i]
		s.carries[i] = node.Transit || !node.Stub && node.Kind != Metro && (node.Kind == Exchange || over.Has(Backbone))
	}
	return s
}

// towards fills distNs with the delay from every node to the target, and next with the link that
// each node takes first (-1 where there is none).
func (s *routeSearch) towards(target int, next []int32) {
	for i := range s.distNs {
		s.distNs[i] = unreached
		next[i] = -1
	}
	s.distNs[target] = 0
	s.queue.push(int32(target), 0)
	for s.queue.len() > 0 {
		u, du := s.queue.pop()
		// A stub carries no transit, but what its own users send and get: one of the links that meet
		// here must be an access link.
		stub := int(u) != target && !s.carries[u]
		if stub && s.network.nodes[u].Kind == Exchange && s.network.links[next[u]].Kind == Access {
			stub = false
		}
		for _, a := range s.network.into(int(u)) {
			if !s.over.Has(a.kind) || stub && (a.kind != Access || s.network.nodes[u].Kind != Exchange) {
				continue
			}
			if d := du + a.oneWayNs; d < s.distNs[a.peer] {
				s.distNs[a.peer] = d
				next[a.peer] = a.link
				s.queue.push(a.peer, d)
			}
		}
	}
}
