package placement

import (
	"fmt"
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
)

// A Routing is the rule by which users find a site, among those that have the role they need.
type Routing uint8

// The routing rules.
const (
	// NearestRTT sends the users of a metro to the site with the least round-trip time.
	NearestRTT Routing = iota
	// NearestDistance sends them to the site with the least great-circle distance, as DNS by
	// location does.
	NearestDistance
	// Anycast sends them to the nearest site by round-trip time, except that a share of the internet
	// providers of every metro leads to a worse one. See [DefaultMisdirected] and [ProvidersPerMetro].
	Anycast
	// Weighted spreads the users of every metro over the sites by [Placement.Weights]. Where none of the
	// sites that serve a workload has a weight, its users go to the nearest by round-trip time.
	Weighted
	// Pinned looks the site up in [Placement.Pins]; metros that are not there go to the nearest by
	// round-trip time.
	Pinned
	numRoutings
)

// DefaultMisdirected is the share of clients that anycast sends to a site that is not the best for them:
// about 20 % (Calder et al., "Analyzing the performance of an anycast CDN", IMC 2015).
const DefaultMisdirected = 0.2

// ProvidersPerMetro is the number of internet providers that share the users of a metro. Anycast leads all
// users of a provider in a metro to the same site, at all times. Assumed: ten of equal size.
const ProvidersPerMetro = 10

// NextWorse is the probability with which a misdirected provider misses one site more: it leads to the
// second best with the probability 1 - NextWorse, to the third with (1 - NextWorse) * NextWorse, and so
// on, the last taking what is left. Assumed.
const NextWorse = 0.5

var routingNames = [...]string{
	NearestRTT: "nearest-rtt", NearestDistance: "nearest-distance", Anycast: "anycast", Weighted: "weighted", Pinned: "pinned",
}

// String returns the name that scenario files use, for example "nearest-rtt".
func (r Routing) String() string {
	if r >= numRoutings {
		return fmt.Sprintf("routing(%d)", uint8(r))
	}
	return routingNames[r]
}

// RoutingNames lists the names of all rules.
func RoutingNames() []string { return slices.Clone(routingNames[:]) }

// ParseRouting returns the rule of a name.
func ParseRouting(name string) (Routing, error) {
	if i := slices.Index(routingNames[:], name); i >= 0 {
		return Routing(i), nil
	}
	return 0, fmt.Errorf("unknown routing %q; want one of %q", name, routingNames)
}

// A SiteWeight is the weight of a site, more than 0.
type SiteWeight struct {
	Site   string
	Weight float64
}

// A Pin sends the users of a metro to a site. A metro may have several, to sites of different roles: the
// first whose site has the role counts.
type Pin struct {
	Metro, Site string
}

// MisdirectedShare returns the share of internet providers that lead to a worse site: 0 for rules other
// than [Anycast].
func (p Placement) MisdirectedShare() float64 {
	switch {
	case p.Routing != Anycast || p.Misdirected < 0:
		return 0
	case p.Misdirected == 0:
		return DefaultMisdirected
	}
	return p.Misdirected
}

// WeightOf returns the weight of a site, 0 if it has none.
func (p Placement) WeightOf(site string) float64 {
	for _, w := range p.Weights {
		if w.Site == site {
			return w.Weight
		}
	}
	return 0
}

// validateRouting names the first part of the routing rule that is out of range, or that is given and has
// no place in the rule.
func (p Placement) validateRouting(n *topology.Network) error {
	if p.Routing >= numRoutings {
		return invalid.New("Routing", p.Routing, "one of %q", routingNames)
	}
	switch {
	case p.Routing != Anycast && p.Misdirected != 0:
		return invalid.New("Misdirected", p.Misdirected, "0: it is for the routing %q", Anycast)
	case p.Routing != Weighted && len(p.Weights) > 0:
		return invalid.New("Weights", p.Weights, "none: they are for the routing %q", Weighted)
	case p.Routing != Pinned && len(p.Pins) > 0:
		return invalid.New("Pins", p.Pins, "none: they are for the routing %q", Pinned)
	case p.Routing == Weighted && len(p.Weights) == 0:
		return invalid.New("Weights", "empty", "a weight for one site or more")
	case p.Routing == Pinned && len(p.Pins) == 0:
		return invalid.New("Pins", "empty", "a site for one metro or more")
	case !(p.Misdirected <= 1):
		return invalid.New("Misdirected", p.Misdirected, "0 to 1")
	}
	weighted := make(map[string]bool)
	for i, w := range p.Weights {
		switch {
		case !p.Uses(w.Site):
			return invalid.New(fmt.Sprintf("Weights[%d].Site", i), w.Site, "a site of the placement")
		case weighted[w.Site]:
			return invalid.New(fmt.Sprintf("Weights[%d].Site", i), w.Site, "a site that has no weight yet")
		case !(w.Weight > 0) || w.Weight > math.MaxFloat32:
			return invalid.New(fmt.Sprintf("Weights[%d].Weight", i), w.Weight, "more than 0")
		}
		weighted[w.Site] = true
	}
	pinned := make(map[Pin]bool)
	for i, pin := range p.Pins {
		m, ok := n.Index(pin.Metro)
		switch {
		case !ok || n.At(m).Kind != topology.Metro:
			return invalid.New(fmt.Sprintf("Pins[%d].Metro", i), pin.Metro, "a metro of the network")
		case !p.Uses(pin.Site):
			return invalid.New(fmt.Sprintf("Pins[%d].Site", i), pin.Site, "a site of the placement")
		case pinned[pin]:
			return invalid.New(fmt.Sprintf("Pins[%d].Site", i), pin.Site, "another site: the metro has this one already")
		}
		pinned[pin] = true
	}
	return nil
}

// Uses reports whether a site has a role in the placement.
func (p Placement) Uses(site string) bool {
	return slices.ContainsFunc(p.Sites, func(a Assignment) bool { return a.Site == site })
}
