package topology

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// Routes holds the shortest-delay route for every pair of two lists of nodes. Its methods take
// positions in these lists, not node indices.
//
// It keeps 8 bytes a pair and 4 bytes a node for each entry of the second list, so put the shorter
// list (the sites) second.
type Routes struct {
	network  *Network
	from, to []int
	over     LinkKinds
	oneWayNs []int64    // by i*len(to)+j
	next     []int32    // by j*nodes+node: the link that leads on towards to[j], -1 at its end
	partial  bool       // pairs may be without a route, whose delay is none then
	located  []Location // by node, prepared where a route's segment begins or ends
	whole    *Routes    // the routes as they were before links were cut; nil: as these
}

// Routes finds the routes from each node of from to each node of to (node indices) over links of the
// given kinds alone. Among routes of equal delay the choice depends on nothing but the network.
//
// No route passes through a metro or a node marked Stub; without [Backbone] among the kinds no route
// passes through a site either, because a server does not carry transit. Metros and sites marked Transit
// carry all the same. The error names the first pair without a route, and the node that stands between them.
//
// The route is the one with the least sum of link delays. If the network's delay model has a
// [Correction], the delay of a route is that sum corrected, kind by kind. A route that a [Change] makes
// longer takes longer than before in proportion to its links. Where an RTT was measured, the delay is
// that.
func (n *Network) Routes(from, to []int, over LinkKinds) (*Routes, error) {
	return n.routes(from, to, over, false)
}

// RoutesWherePossible is [Network.Routes] of a network in which pairs may be without a route: see [Routes.Has]. The other methods of
// the routes must not be asked about such a pair.
func (n *Network) RoutesWherePossible(from, to []int, over LinkKinds) (*Routes, error) {
	return n.routes(from, to, over, true)
}

func (n *Network) routes(from, to []int, over LinkKinds, partial bool) (*Routes, error) {
	for _, list := range [2][]int{from, to} {
		for _, i := range list {
			if i < 0 || i >= len(n.nodes) {
				return nil, fmt.Errorf("routes: %w", invalid.New("node index", i, "0 to %d", len(n.nodes)-1))
			}
		}
	}
	r := &Routes{
		network:  n,
		from:     append([]int(nil), from...),
		to:       append([]int(nil), to...),
		over:     over,
		partial:  partial,
		oneWayNs: make([]int64, len(from)*len(to)),
		next:     make([]int32, len(to)*len(n.nodes)),
	}
	if n.correction != nil {
		r.located = make([]Location, len(n.nodes))
		if n.whole != nil {
			// Where a change made the first way at all there is none to compare with.
			r.whole, _ = n.whole.routes(from, to, over, partial)
		}
	}
	search := newRouteSearch(n, over)
	var parts []segment
	for j, target := range to {
		search.towards(target, r.next[j*len(n.nodes):(j+1)*len(n.nodes)])
		for i, source := range from {
			if search.distNs[source] == unreached {
				if partial {
					r.oneWayNs[i*len(to)+j] = noRoute
					continue
				}
				return nil, fmt.Errorf("routes: no route from %q to %q over %v links: %s", n.nodes[source].ID, n.nodes[target].ID, over, n.whyNot(source, target, over))
			}
			parts = r.segments(i, j, parts[:0])
			for _, s := range parts {
				r.oneWayNs[i*len(to)+j] += s.oneWayNs
			}
		}
	}
	return r, nil
}

// noRoute is the delay of a pair without a route.
const noRoute = -1

// Has reports whether there is a route from the i-th start to the j-th end.
func (r *Routes) Has(i, j int) bool { return r.oneWayNs[i*len(r.to)+j] != noRoute }

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
	for _, s := range r.segments(i, j, nil) {
		sum[s.kind] += time.Duration(s.oneWayNs)
	}
	return sum[Access], sum[Internet], sum[Backbone]
}

// Measured reports whether a measurement stands for the delay from the i-th start to the j-th end, or
// for a link on the way, in place of the model.
func (r *Routes) Measured(i, j int) bool {
	if _, ok := r.network.measured[[2]int32{int32(r.from[i]), int32(r.to[j])}]; ok {
		return true
	}
	for l := range r.linksOn(i, j) {
		if r.network.links[l].Measured {
			return true
		}
	}
	return false
}

// Path returns the node indices on the route from the i-th start to the j-th end, both included.
func (r *Routes) Path(i, j int) []int {
	path := []int{r.from[i]}
	for l := range r.linksOn(i, j) {
		path = append(path, int(r.network.head[l]))
	}
	return path
}

// Links returns the links on the route from the i-th start to the j-th end, in order. Where a
// correction or a measured RTT says that a stretch of the route takes longer or shorter than the sum
// of its links, their delays are stretched in proportion, so that they sum to OneWay.
func (r *Routes) Links(i, j int) []Link {
	var links []Link
	for l := range r.linksOn(i, j) {
		links = append(links, r.network.links[l])
	}
	rest := links
	for _, s := range r.segments(i, j, nil) {
		stretch(rest[:s.links], s.oneWayNs)
		rest = rest[s.links:]
	}
	return links
}

// Returning returns the links of a table of ways back, see [Routes.Back], from the j-th end to the i-th start, in the order in
// which they are passed. Their delays are those of [Routes.Links].
func (r *Routes) Returning(i, j int) []Link {
	links := r.Links(i, j)
	slices.Reverse(links)
	for k := range links {
		links[k].From, links[k].To = links[k].To, links[k].From
	}
	return links
}

// stretch sets the delays of links so that they sum to totalNs and keep their proportions.
func stretch(links []Link, totalNs int64) {
	sum := time.Duration(0)
	for _, l := range links {
		sum += l.OneWay
	}
	left := time.Duration(totalNs)
	for k := range links {
		share := left
		if k < len(links)-1 {
			share = 0
			if sum > 0 {
				share = time.Duration(float64(totalNs) * (float64(links[k].OneWay) / float64(sum)))
			}
		}
		links[k].OneWay = share
		left -= share
	}
}

// BottleneckBitsPerSecond returns the least capacity on the route, 0 if every link is unlimited.
func (r *Routes) BottleneckBitsPerSecond(i, j int) float64 {
	return r.Narrowest(i, j).CapacityBitsPerSecond
}

// Narrowest returns the link with the least capacity on the route, the first of equals; the zero value if every link is
// unlimited.
func (r *Routes) Narrowest(i, j int) (least Link) {
	for l := range r.linksOn(i, j) {
		link := &r.network.links[l]
		if c := link.CapacityBitsPerSecond; c > 0 && (least.CapacityBitsPerSecond == 0 || c < least.CapacityBitsPerSecond) {
			least = *link
		}
	}
	return least
}

// Jitter returns the sum of the mean jitters of the links on the route, one way.
func (r *Routes) Jitter(i, j int) time.Duration {
	var sum time.Duration
	for l := range r.linksOn(i, j) {
		sum += r.network.links[l].Jitter
	}
	return sum
}

// Loss returns the probability in [0, 1) that a packet is lost on the route, one way, if every link
// loses packets independently of the others.
func (r *Routes) Loss(i, j int) float64 {
	kept := 1.0
	for l := range r.linksOn(i, j) {
		kept *= 1 - r.network.links[l].Loss
	}
	return 1 - kept
}

// linksOn yields the links of a route in order.
func (r *Routes) linksOn(i, j int) func(yield func(link int32) bool) {
	next := r.next[j*len(r.network.nodes) : (j+1)*len(r.network.nodes)]
	return func(yield func(int32) bool) {
		at := int32(r.from[i])
		for at != int32(r.to[j]) {
			l := next[at]
			if !yield(l) {
				return
			}
			at = r.network.head[l]
		}
	}
}

// A segment is a stretch of a route over consecutive links of one kind.
type segment struct {
	kind     LinkKind
	measured bool
	links    int
	oneWayNs int64
	from, to int32
}

// segments takes a route apart, corrects each part and appends them to parts.
func (r *Routes) segments(i, j int, parts []segment) []segment {
	parts = r.rawSegments(i, j, parts)
	if r.network.correction != nil {
		var before []segment
		if r.whole != nil && r.whole.Has(i, j) {
			before = r.whole.rawSegments(i, j, nil)
		}
		for k := range parts {
			if s := &parts[k]; s.kind != Access && !s.measured {
				s.oneWayNs = r.corrected(*s, before)
			}
		}
	}
	if m, ok := r.network.measured[[2]int32{int32(r.from[i]), int32(r.to[j])}]; ok {
		replace(parts, r.measuredOneWay(i, j, m, parts))
	}
	return parts
}

// rawSegments takes a route apart and appends the parts with the sums of their links.
func (r *Routes) rawSegments(i, j int, parts []segment) []segment {
	at := int32(r.from[i])
	for l := range r.linksOn(i, j) {
		link := &r.network.links[l]
		k := len(parts) - 1
		if k < 0 || parts[k].kind != link.Kind || parts[k].measured != link.Measured {
			parts = append(parts, segment{kind: link.Kind, measured: link.Measured, from: at})
			k++
		}
		at = r.network.head[l]
		parts[k].links++
		parts[k].oneWayNs += int64(link.OneWay)
		parts[k].to = at
	}
	return parts
}

// corrected returns the one-way delay of a part of a route. A correction knows what the ways between two
// places take while the network is whole. A detour takes longer than that in proportion to its links:
// before holds the parts of the route as it was.
func (r *Routes) corrected(s segment, before []segment) int64 {
	path := s.wholeNs(before)
	rtt := r.locate(s.from).RTT(s.kind, r.locate(s.to), 2*time.Duration(path))
	if path == s.oneWayNs {
		return int64(rtt / 2)
	}
	us := math.Round(float64(rtt/2) / float64(time.Microsecond) * (float64(s.oneWayNs) / float64(path)))
	return int64(time.Duration(us) * time.Microsecond)
}

// wholeNs returns the sum of the links between the ends of a part before something was cut, given the parts of the route at that time.
func (s segment) wholeNs(before []segment) int64 {
	ns := s.oneWayNs
	for _, b := range before {
		if b.from == s.from && b.to == s.to && b.kind == s.kind && b.oneWayNs > 0 {
			ns = b.oneWayNs
		}
	}
	return ns
}

// measuredOneWay returns what a measured round trip leaves for everything on a route but access.
func (r *Routes) measuredOneWay(i, j int, m measurement, parts []segment) int64 {
	rest := m.rttNs / 2
	if !m.includesLastMile {
		return rest
	}
	for _, s := range parts {
		if s.kind == Access {
			rest -= s.oneWayNs
		}
	}
	return max(rest, int64(r.network.LightRTT(r.from[i], r.to[j]))/2)
}

// replace makes everything on a route but access take oneWayNs.
func replace(parts []segment, oneWayNs int64) {
	modelled, last := int64(0), -1
	for k, s := range parts {
		if s.kind != Access {
			modelled += s.oneWayNs
			last = k
		}
	}
	left := oneWayNs
	for k := range parts {
		s := &parts[k]
		switch {
		case s.kind == Access:
		case k == last:
			s.oneWayNs = left
		default:
			share := int64(0)
			if modelled > 0 {
				share = int64(float64(oneWayNs) * (float64(s.oneWayNs) / float64(modelled)))
			}
			s.oneWayNs = share
			left -= share
		}
	}
}

// locate returns a node prepared for the correction.
func (r *Routes) locate(node int32) Location {
	if r.located[node] == nil { // only while the table is built, by one goroutine
		r.located[node] = r.network.correction.Locate(r.network.nodes[node])
	}
	return r.located[node]
}
