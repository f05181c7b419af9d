package placement

import (
	"fmt"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
)

// Pinned is the rule that looks the site of a metro up in a table. Metros that are not there, or whose sites
// cannot serve or are down, go to the nearest by round-trip time.
type Pinned []Pin

// A Pin sends the users of a metro to a site. A metro may have several, to sites of different roles: the
// first that can serve counts.
type Pin struct {
	Metro, Site string
}

// Validate names the first pin whose metro is not the network's or whose site is not the placement's, or
// that stands twice.
func (t Pinned) Validate(p Placement, n *topology.Network) error {
	if len(t) == 0 {
		return invalid.New("", "empty", "a site for one metro or more")
	}
	for i, pin := range t {
		m, ok := n.Index(pin.Metro)
		switch {
		case !ok || n.At(m).Kind != topology.Metro:
			return invalid.New(fmt.Sprintf("[%d].Metro", i), pin.Metro, "a metro of the network")
		case !p.Uses(pin.Site):
			return invalid.New(fmt.Sprintf("[%d].Site", i), pin.Site, "a site of the placement")
		case slices.Contains(t[:i], pin):
			return invalid.New(fmt.Sprintf("[%d].Site", i), pin.Site, "another site: the metro has this one already")
		}
	}
	return nil
}

// NamedSites returns the sites of the table.
func (t Pinned) NamedSites() []string {
	ids := make([]string, len(t))
	for i := range t {
		ids[i] = t[i].Site
	}
	return ids
}

// Shares sends everybody to the site of the first pin that counts.
func (t Pinned) Shares(v View) []Share {
	for _, pin := range t {
		if pin.Metro != v.Metro {
			continue
		}
		if i := slices.IndexFunc(v.Sites, func(s Candidate) bool { return s.Site == pin.Site && !s.Away }); i >= 0 {
			return all(i)
		}
	}
	return all(v.NearestByRTT())
}
