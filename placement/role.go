package placement

import (
	"fmt"
	"slices"

	"github.com/edgewise-sim/edgewise/topology"
)

// A Role is what a site is allowed to do. Besides the two here, the name of every [Tier] is the role of its
// caches. Its value is the name in errors and results.
type Role string

// The roles of sites that are no caches.
const (
	// Origin holds the objects of the workloads that can be cached.
	Origin Role = "origin"
	// Compute runs the workloads that are computed, and games.
	Compute Role = "compute"
)

// Kinds lists the kinds of site that may take a role, in the order in which a name is looked for among them.
// An origin is a region; who computes, a region or a Local Zone. Of the tiers, an [EdgeCache] is where users
// are, at a PoP or a Local Zone; a [MidTierCache] is a regional edge cache or a region; an [OriginShield] is
// beside the origin, a regional edge cache, a PoP or a region, as content delivery networks offer it; a tier of
// any other name may be at all of these.
func Kinds(role Role) []topology.NodeKind {
	switch role {
	case Origin:
		return []topology.NodeKind{topology.Region}
	case Compute:
		return []topology.NodeKind{topology.Region, topology.LocalZone}
	case EdgeCache:
		return []topology.NodeKind{topology.PoP, topology.LocalZone}
	case MidTierCache:
		return []topology.NodeKind{topology.RegionalEdgeCache, topology.Region}
	case OriginShield:
		return []topology.NodeKind{topology.RegionalEdgeCache, topology.PoP, topology.Region}
	}
	return []topology.NodeKind{topology.PoP, topology.RegionalEdgeCache, topology.LocalZone, topology.Region}
}

// checkSite returns what is wrong with a site as one that has a role.
func checkSite(n *topology.Network, site string, role Role) (field string, value any, want string) {
	i, ok := n.Index(site)
	if !ok {
		return "Site", site, "a node of the network"
	}
	if kind := n.At(i).Kind; !slices.Contains(Kinds(role), kind) {
		return "Role", role, fmt.Sprintf("a role that a %s can take", kind)
	}
	return "", nil, ""
}
