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
