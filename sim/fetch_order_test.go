package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

func TestCachesThatWaitForAFetchAreAnsweredInTheOrderInWhichTheyAsked(t *testing.T) {
	// The servers of a PoP fetch each for itself, over one connection of 20 Mbit/s, from a cache that they often ask for the same while it waits for the origin. What that
	// answers them at one instant follows one another there.
	links := append(both("metro", "pop", topology.Internet, 5), both("metro", "region", topology.Internet, 50)...)
	links = append(append(append(links, both("metro", "mid", topology.Internet, 50)...), both("pop", "mid", topology.Backbone, 2)...), both("mid", "region", topology.Backbone, 20)...)
	for i := range links {
		if links[i].From == "mid" && links[i].To == "pop" {
			links[i].CapacityBitsPerSecond = 20e6
		}
	}
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "pop", Kind: topology.PoP}, {ID: "mid", Kind: topology.RegionalEdgeCache}, {ID: "region", Kind: topology.Region},
	}, links)
	require.NoError(t, err)
	w := onOpenConnections(60)
	w = workload.Change(w, func(p *workload.Poisson) { p.Objects, p.ZipfExponent = 100, 0.8 })
	w = workload.Change(w, func(c *workload.Cacheable) {
		c.Sizes, c.Origin = workload.Sizes{MinBytes: 20_000, MaxBytes: 20_000}, workload.ServiceTime{Mean: 30 * time.Millisecond}
	})
	p := placement.RegionOnly("region").WithPoPs(400_000, "pop").WithCaches(placement.MidTierCache, placement.Cache{Site: "mid", CapacityBytes: 400_000})
	p.Tiers[0].Caches[0].Servers = placement.Servers{Count: 4, Spread: placement.Independent}
	r := byArithmeticAndByMessage(t, Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 60 * time.Second, Seed: 5}, p)
	require.Greater(t, r.Workloads[0].Metros[0].Outcomes[Miss], uint64(100))
}
