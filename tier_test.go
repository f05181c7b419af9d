package edgewise_test

import (
	"context"
	"strings"
	"testing"
	"time"

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
	apart := placement.Servers{Count: 4, Spread: placement.Sharded, MemoryBytes: 2 << 20, DiskRead: 4 * time.Millisecond}
	sharded := s.Placements[0].Named("sharded")
	sharded.Tiers = []placement.Tier{
		{Name: "metro", Caches: []placement.Cache{{Site: "pop-lax", CapacityBytes: 4 << 20, Servers: apart}}},
		{Name: "zone", Caches: []placement.Cache{{Site: "pop-den", CapacityBytes: 16 << 20, Servers: placement.Servers{Count: 3, Spread: placement.Independent}}}},
		{Name: "last", Caches: []placement.Cache{{Site: "us-west-2", CapacityBytes: 64 << 20}}},
	}
	s.Placements = []placement.Placement{s.Placements[0], sharded}
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	require.Contains(t, strings.Join(c.Assumed, "\n"),
		"caches: each is 4 servers, sharded: an object has one of them, by consistent hashing, 2.0 MiB of memory over disks, whose first byte takes 4ms (metro of sharded); "+
			"each is 3 independent servers: any serves any request, and keeps what it has served (zone of sharded); where nothing is said of servers")
	require.Contains(t, strings.Join(c.Assumed, "\n"), "how old an object is, where objects age, is read from the disk with it")
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
