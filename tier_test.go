package edgewise_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
)

func TestTiersOfAnyNameAndNumberShowInResults(t *testing.T) {
	s := smallStudy(t)
	s.Workloads = s.Workloads[:1]
	tiers := s.Placements[0].Named("three tiers")
	tiers.Tiers = []placement.Tier{
		{Name: "metro", Caches: []placement.Cache{{Site: "pop-lax", CapacityBytes: 4 << 20}, {Site: "pop-den", CapacityBytes: 4 << 20}}},
		{Name: "zone", Caches: []placement.Cache{{Site: "pop-den", CapacityBytes: 16 << 20}}},
		{Name: "last", Caches: []placement.Cache{{Site: "us-west-2", CapacityBytes: 64 << 20}}},
	}
	s.Placements = []placement.Placement{s.Placements[0], tiers}
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	w := c.Placement("three tiers").Workload("web-static")
	for _, tier := range []string{"zone", "last"} {
		ratio, err := w.Figure(tier, "request hit ratio")
		require.NoError(t, err)
		require.Positive(t, ratio.Value, tier)
	}
}

func TestBusiestServersShowWhereCachesHaveServersApart(t *testing.T) {
	s := smallStudy(t)
	s.Workloads = s.Workloads[:1]
	apart := placement.Servers{Count: 4, Spread: placement.Sharded}
	sharded := s.Placements[0].Named("sharded")
	sharded.Tiers = []placement.Tier{
		{Name: "metro", Caches: []placement.Cache{{Site: "pop-lax", CapacityBytes: 4 << 20, Servers: apart}}},
		{Name: "zone", Caches: []placement.Cache{{Site: "pop-den", CapacityBytes: 16 << 20, Servers: apart}}},
		{Name: "last", Caches: []placement.Cache{{Site: "us-west-2", CapacityBytes: 64 << 20}}},
	}
	s.Placements = []placement.Placement{s.Placements[0], sharded}
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	w := c.Placement("sharded").Workload("web-static")
	for _, tier := range []string{"cache", "zone"} {
		for _, by := range []string{"imbalance by requests", "imbalance by bytes"} {
			times, err := w.Figure(tier, by)
			require.NoError(t, err)
			require.Greater(t, times.Value, 1.0, tier)
			require.Less(t, times.Value, 4.0, "one of four has no more than all")
		}
	}
	_, err = w.Figure("last", "imbalance by requests")
	require.Error(t, err, "one server")
	_, err = c.Placements[0].Workload("web-static").Figure("cache", "imbalance by requests")
	require.Error(t, err, "no cache")
}
