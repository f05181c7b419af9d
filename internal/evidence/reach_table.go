package evidence

import (
	"time"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// A ReachTable says how many users have one of some sites near.
type ReachTable struct {
	// Sites says of what kind, for example "AWS region".
	Sites string
	// Limits are round trips, Rows the shares of users within each of them.
	Limits []time.Duration
	Rows   []topology.Reach
}

// CatalogReach returns for all Internet users how near the nearest AWS region is, and the nearest region
// or Local Zone: within 10, 20, 50 and 100 ms.
func CatalogReach() ([]ReachTable, error) {
	limits := []time.Duration{10 * time.Millisecond, 20 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond}
	all := []string{"all"}
	var tables []ReachTable
	for _, set := range []struct {
		sites string
		pick  catalog.Selection
	}{
		{"AWS region", catalog.Selection{Regions: all}},
		{"AWS region or Local Zone", catalog.Selection{Regions: all, LocalZones: all}},
	} {
		n, err := catalog.AWS(set.pick)
		if err != nil {
			return nil, err
		}
		rows, err := n.Reach(n.OfKind(topology.Metro), n.Sites(), limits)
		if err != nil {
			return nil, err
		}
		tables = append(tables, ReachTable{Sites: set.sites, Limits: limits, Rows: rows})
	}
	return tables, nil
}
