package placement

import (
	"fmt"
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
)

// Weighted is the rule that spreads the users of every metro over the sites by weight; the weights need not
// sum to 1. A site without a weight gets no users. The users of a site that is down go to the nearest by
// round-trip time of those with a weight. Where none of the sites that can serve has a weight, all go to the
// nearest.
type Weighted []SiteWeight

// A SiteWeight is the weight of a site, more than 0.
type SiteWeight struct {
	Site   string
	Weight float64
}

// Validate names the first weight that is out of range, or whose site is not the placement's or has one
// already.
func (w Weighted) Validate(p Placement, _ *topology.Network) error {
	if len(w) == 0 {
		return invalid.New("", "empty", "a weight for one site or more")
	}
	for i, s := range w {
		switch {
		case !p.Uses(s.Site):
			return invalid.New(fmt.Sprintf("[%d].Site", i), s.Site, "a site of the placement")
		case slices.ContainsFunc(w[:i], func(o SiteWeight) bool { return o.Site == s.Site }):
			return invalid.New(fmt.Sprintf("[%d].Site", i), s.Site, "a site that has no weight yet")
		case !(s.Weight > 0) || s.Weight > math.MaxFloat32:
			return invalid.New(fmt.Sprintf("[%d].Weight", i), s.Weight, "more than 0")
		}
	}
	return nil
}

// NamedSites returns the sites that have a weight.
func (w Weighted) NamedSites() []string {
	ids := make([]string, len(w))
	for i := range w {
		ids[i] = w[i].Site
	}
	return ids
}

// Shares gives every site its share of the users.
func (w Weighted) Shares(v View) []Share {
	weights := make([]float64, len(v.Sites))
	total := 0.0
	open := v
	open.Sites = slices.Clone(v.Sites)
	for i, s := range v.Sites {
		weights[i] = w.of(s.Site)
		total += weights[i]
		open.Sites[i].Away = s.Away || weights[i] == 0
	}
	instead := open.NearestByRTT()
	if instead < 0 {
		instead = v.NearestByRTT()
	}
	if total == 0 {
		return all(instead)
	}
	var shares []Share
	sum := 0.0
	for i, weight := range weights {
		if weight == 0 {
			continue
		}
		sum += weight
		s := Share{i, uint64(math.Round(sum / total * Everybody))}
		if v.Sites[i].Away {
			s.Site = instead
		}
		shares = append(shares, s)
	}
	return shares
}

// of returns the weight of a site, 0 if it has none.
func (w Weighted) of(site string) float64 {
	for _, s := range w {
		if s.Site == site {
			return s.Weight
		}
	}
	return 0
}
