package topology

import (
	"fmt"
	"math"
	"time"
)

// Routes holds the shortest-delay route for every pair of two lists of nodes. Its methods take
// positions in these lists, not node indices.
//
// It keeps 8 bytes a pair and 4 bytes a node for each entry of the second list, so put the shorter
// list (the sites) second.
type Routes struct {
	network  *Network
	from, to []int
	oneWayNs []int64 // by i*len(to)+j
	next     []int32 // by j*nodes+node: the link that leads on towards to[j], -1 at its end
}

// Routes finds the routes from each node of from to each node of to (node indices) over links of the
// given kinds alone. Among routes of equal delay the choice depends on nothing but the network.
//
// No route passes through a metro or a node marked Stub; without [Backbone] among the kinds no route
// passes through a site either, because a server does not carry transit. The error names the first
// pair without a route.
func (n *Network) Routes(from, to []int, over LinkKinds) (*Routes, error) {
	for _, list := range [2][]int{from, to} {
		for _, i := range list {
			if i < 0 || i >= len(n.nodes) {
				return nil, fmt.Errorf("routes: node index %d: want 0 to %d", i, len(n.nodes)-1)
			}
		}
	}
	r := &Routes{
		network:  n,
		from:     append([]int(nil), from...),
		to:       append([]int(nil), to...),
		oneWayNs: make([]int64, len(from)*len(to)),
		next:     make([]int32, len(to)*len(n.nodes)),
	}
	search := newRouteSearch(n, over)
	for j, target := range to {
		search.towards(target, r.next[j*len(n.nodes):(j+1)*len(n.nodes)])
		for i, source := range from {
			d := search.distNs[source]
			if d == unreached {
				return nil, fmt.Errorf("routes: no route from %q to %q over %v links", n.nodes[source].ID, n.nodes[target].ID, over)
			}
			r.oneWayNs[i*len(to)+j] = d
		}
	}
	return r, nil
}

// From returns the node index of the i-th start.
func (r *Routes) From(i int) int { return r.from[i] }

// To returns the node index of the j-th end.
func (r *Routes) To(j int) int { return r.to[j] }

// Size returns the number of starts and of ends.
func (r *Routes) Size() (from, to int) { return len(r.from), len(r.to) }

// OneWay returns the delay from the i-th start to the j-th end.
func (r *Routes) OneWay(i, j int) time.Duration {
	return time.Duration(r.oneWayNs[i*len(r.to)+j])
}

// RTT returns the round trip between the i-th start and the j-th end: twice the one-way delay, as if
// the way back were as long as the way there.
func (r *Routes) RTT(i, j int) time.Duration { return 2 * r.OneWay(i, j) }

// Parts returns the one-way delay from the i-th start to the j-th end taken apart by the kind of
// link. Its parts sum to OneWay.
func (r *Routes) Parts(i, j int) (access, internet, backbone time.Duration) {
	var sum [numLinkKinds]time.Duration
	for l := range r.linksOn(i, j) {
		sum[l.Kind] += l.OneWay
	}
	return sum[Access], sum[Internet], sum[Backbone]
}

// Path returns the node indices on the route from the i-th start to the j-th end, both included.
func (r *Routes) Path(i, j int) []int {
	path := []int{r.from[i]}
	for l := range r.linksOn(i, j) {
		path = append(path, r.network.index[l.To])
	}
	return path
}

// Links returns the links on the route from the i-th start to the j-th end, in order.
func (r *Routes) Links(i, j int) []Link {
	var links []Link
	for l := range r.linksOn(i, j) {
		links = append(links, *l)
	}
	return links
}

// BottleneckBitsPerSecond returns the least capacity on the route, 0 if every link is unlimited.
func (r *Routes) BottleneckBitsPerSecond(i, j int) float64 {
	least := math.Inf(1)
	for l := range r.linksOn(i, j) {
		if l.CapacityBitsPerSecond > 0 {
			least = min(least, l.CapacityBitsPerSecond)
		}
	}
	if math.IsInf(least, 1) {
		return 0
	}
	return least
}

// Jitter returns the sum of the mean jitters of the links on the route, one way.
func (r *Routes) Jitter(i, j int) time.Duration {
	var sum time.Duration
	for l := range r.linksOn(i, j) {
		sum += l.Jitter
	}
	return sum
}

// Loss returns the probability in [0, 1) that a packet is lost on the route, one way, if every link
// loses packets independently of the others.
func (r *Routes) Loss(i, j int) float64 {
	kept := 1.0
	for l := range r.linksOn(i, j) {
		kept *= 1 - l.Loss
	}
	return 1 - kept
}

// linksOn yields the links of a route in order.
func (r *Routes) linksOn(i, j int) func(yield func(*Link) bool) {
	next := r.next[j*len(r.network.nodes) : (j+1)*len(r.network.nodes)]
	return func(yield func(*Link) bool) {
		at := r.from[i]
		for at != r.to[j] {
			l := &r.network.links[next[at]]
			if !yield(l) {
				return
			}
			at = r.network.index[l.To]
		}
	}
}
