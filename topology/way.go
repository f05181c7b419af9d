package topology

import (
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/internal/portable"
)

// A Way is one of those that a delay is made of: the round trip of a stretch is the geometric mean of its ways by their shares, times what
// was measured near both ends says besides and, where something is cut, the detour.
type Way struct {
	By WayKind
	// Over lists what leads along the way, in order: the IDs of hubs, or of exchange towns by [WayTowns]. It is empty by [WayLine], and where
	// nothing is known.
	Over []string
	// Share is how much of the delay, as a logarithm, is made of the way: above 0; those of all ways of a stretch sum to 1.
	Share float64
	// Km is how long the way is, 0 where that is not known.
	Km float64
	// RTT is what the way takes there and back, before measurements correct the whole.
	RTT time.Duration
}

// MeanRTT returns the geometric mean of ways by their shares, 0 if there are none.
func MeanRTT(ways []Way) time.Duration {
	if len(ways) == 0 {
		return 0
	}
	log := 0.0
	for _, w := range ways {
		log += float64(w.Share * portable.Log(float64(w.RTT)))
	}
	return time.Duration(math.Round(portable.Exp(log)))
}

// WayKind says by which guess a way leads.
type WayKind uint8

// The kinds of ways.
const (
	// WayLine is the great circle, as long as such a distance takes on the whole.
	WayLine WayKind = iota
	// WayTowns leads over the links of the network, from exchange town to exchange town.
	WayTowns
	// WayHubs leads over the hubs that are nearest to each end.
	WayHubs
	// WayTransit leads over the hubs where the networks of each end's country buy transit.
	WayTransit
	// WayDomestic stays in the country of both ends, where the hubs would be a detour.
	WayDomestic
	numWayKinds
)

// String returns for example "nearest hubs".
func (k WayKind) String() string {
	if k >= numWayKinds {
		return "unknown"
	}
	return [numWayKinds]string{"line", "towns", "nearest hubs", "transit", "in the country"}[k]
}

// A Guide is a [Location] that can say which ways its round trips are made of.
type Guide interface {
	Location
	// Ways returns the ways that RTT is made of for the same arguments, those of the largest share first; none if nothing is known. The names
	// of towns are the caller's to add. detour is by which factor, 1 or more, RTT is longer than the ways say since something is cut that not
	// all of them know of.
	Ways(kind LinkKind, to Location, path time.Duration) (ways []Way, detour float64)
}

// A Stretch is a part of a route over consecutive links of one kind.
type Stretch struct {
	Kind LinkKind
	// Measured says that a measurement stands for the delay, of the stretch or of the whole route.
	Measured bool
	// Nodes are the indices of the nodes from end to end.
	Nodes  []int
	OneWay time.Duration
	// Ways are those that the delay is made of by the network's correction, if it is a [Guide]. There are none where something was
	// measured.
	Ways []Way
	// Detour is by which factor the delay is longer than the ways say since something is cut, see [Guide]: 1 where nothing is, 0 where there
	// are no ways.
	Detour float64
}

// Stretches takes the route from the i-th start to the j-th end apart. The delays of the stretches sum to [Routes.OneWay]. Hubs are those
// of the network's correction, towns the nodes of the route: only what the correction is made of says what is cut there, only links that
// are cut change the towns.
func (r *Routes) Stretches(i, j int) []Stretch {
	raw := r.rawSegments(i, j, nil)
	final := r.segments(i, j, nil)
	_, isMeasured := r.network.measured[[2]int32{int32(r.from[i]), int32(r.to[j])}]
	nodes := r.Path(i, j)
	all := make([]Stretch, len(final))
	for k, s := range final {
		at := nodes[:s.links+1]
		nodes = nodes[s.links:]
		all[k] = Stretch{Kind: s.kind, Measured: s.measured || isMeasured && s.kind != Access, Nodes: at, OneWay: time.Duration(s.oneWayNs)}
		if !all[k].Measured && s.kind != Access && r.network.correction != nil {
			all[k].Ways, all[k].Detour = r.ways(raw[k], i, j, at)
		}
	}
	return all
}

// ways returns the ways that a corrected stretch over some nodes is made of, and the detour of what is cut.
func (r *Routes) ways(s segment, i, j int, nodes []int) (ways []Way, detour float64) {
	guide, ok := r.locate(s.from).(Guide)
	if !ok {
		return nil, 0
	}
	path := s.oneWayNs
	if r.whole != nil && r.whole.Has(i, j) {
		path = s.wholeNs(r.whole.rawSegments(i, j, nil))
	}
	ways, detour = guide.Ways(s.kind, r.locate(s.to), 2*time.Duration(path))
	for k := range ways {
		w := &ways[k]
		w.RTT = time.Duration(float64(w.RTT) * (float64(s.oneWayNs) / float64(max(1, path))))
		if w.By == WayTowns {
			for _, n := range nodes {
				w.Over = append(w.Over, r.network.nodes[n].ID)
			}
		}
	}
	if len(ways) == 0 {
		return nil, 0
	}
	return ways, detour
}
