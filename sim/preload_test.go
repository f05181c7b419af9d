package sim

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

func TestPreloadedCachesBeginInTheirSteadyState(t *testing.T) {
	// LRU of 1,000 objects of one byte under Zipf 0.8 over 10,000: 0.436660 by Che. Without any
	// warm-up, and in runs so short that an empty cache hits far less.
	n, _ := star(t, 1, 0)
	w := workload.Workload{
		Head:    workload.Head{Name: "site"},
		Demand:  workload.Poisson{RequestsPerSecond: 1000, Objects: 10_000, ZipfExponent: 0.8},
		Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1, MaxBytes: 1}},
	}
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: time.Second, Seed: 2}
	hitRatio := func(r *Result) float64 {
		tally := &r.Workloads[0].Metros[0]
		return float64(tally.Outcomes[Hit]) / float64(tally.Count(Requests))
	}
	empty := placement.RegionOnly("region").WithPoPs(1000, "pop-0")
	require.Less(t, replicate(t, s, empty, hitRatio).High, 0.33)
	requireInside(t, replicate(t, s, empty.Preloaded(), hitRatio), 0.436660, 0.05)

	r, err := Run(context.Background(), Job{Scenario: s, Placement: empty.Preloaded()})
	require.NoError(t, err)
	require.Equal(t, int64(1000), r.Tiers[0].Fill.UsedBytes[0])
}

func TestPreloadedMidTierBeginsNearItsSteadyState(t *testing.T) {
	// Four edges of 500 objects below one of 2,000, common popularity: the misses of the edges hit the
	// parent in 34 % of cases (simulated; Che's shortcut says 37 %).
	n, pops := star(t, 4, 20)
	w := workload.Workload{
		Head:    workload.Head{Name: "site"},
		Demand:  workload.Poisson{RequestsPerSecond: 4000, Objects: 10_000, ZipfExponent: 0.8},
		Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1, MaxBytes: 1}},
	}
	p := placement.RegionOnly("region").WithPoPs(500, pops...)
	p = p.WithMidTier(2000, "region")
	parentHits := func(r *Result) float64 {
		total, err := r.Workloads[0].Total()
		require.NoError(t, err)
		return 1 - float64(r.Workloads[0].Count(OriginRequests))/float64(total.Outcomes[Miss])
	}
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, WarmUp: 20 * time.Second, Duration: 20 * time.Second, Seed: 2}
	steady := replicate(t, s, p, parentHits)
	s.WarmUp, s.Duration = 0, time.Second
	require.Less(t, replicate(t, s, p, parentHits).High, 0.8*steady.Value)
	begin := replicate(t, s, p.Preloaded(), parentHits)
	require.InDelta(t, steady.Value, begin.Value, 0.04)
}

func TestPreloadedCachesOfTwoSizesAreNested(t *testing.T) {
	n, pops := star(t, 1, 20)
	w := workload.Workload{
		Head:    workload.Head{Name: "site"},
		Demand:  workload.Poisson{RequestsPerSecond: 10, Objects: 2000, ZipfExponent: 0.9},
		Service: workload.Cacheable{Sizes: workload.Sizes{LnMean: 9, LnSD: 1.5}},
	}
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: time.Second, Seed: 2}
	contents := func(bytes int64) map[uint64]bool {
		plans, err := Compile(context.Background(), s, placement.RegionOnly("region").WithPoPs(bytes, pops...).Preloaded())
		require.NoError(t, err)
		r := &run{plan: plans[0], ctx: context.Background(), result: plans[0].newResult(0)}
		require.NoError(t, r.build())
		require.NoError(t, r.open(r.sites, &scratch{}))
		held := make(map[uint64]bool)
		for _, at := range r.sites {
			if at.edge == nil {
				continue
			}
			require.LessOrEqual(t, at.edge.cache.UsedBytes(), bytes)
			for k := range uint64(2000) {
				if at.edge.cache.Contains(k) {
					held[k] = true
				}
			}
		}
		return held
	}
	small, large, all := contents(1<<20), contents(4<<20), contents(1<<40)
	require.NotEmpty(t, small)
	require.Greater(t, len(large), len(small))
	for k := range small {
		require.True(t, large[k])
	}
	require.Len(t, all, 2000, "everything has been asked for at some time")
}

func TestPreloadedCachesOfHeavyTailedSizesBeginFull(t *testing.T) {
	// A median of 11 KB and a mean of 600 KB: some 5 % of the objects are larger than the whole cache,
	// which never admits them. Must begin as full as LRU is that began empty a minute ago: 84 %.
	n, pops := star(t, 12, 20)
	w := workload.Workload{
		Head:    workload.Head{Name: "site"},
		Demand:  workload.Poisson{RequestsPerSecond: 1200, Objects: 10_000, ZipfExponent: 0.8},
		Service: workload.Cacheable{Sizes: workload.Sizes{LnMean: math.Log(11_000), LnSD: 2.83}},
	}
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: time.Second, Seed: 2}
	p := placement.RegionOnly("region").WithPoPs(1<<20, pops...)
	begin := func(r *Result) float64 {
		return float64(r.Tiers[0].Fill.UsedBytes[0]) / float64(r.Tiers[0].Fill.CapacityBytes)
	}
	end := func(r *Result) float64 {
		return float64(r.Tiers[0].Fill.UsedBytes[len(r.Tiers[0].Fill.UsedBytes)-1]) / float64(r.Tiers[0].Fill.CapacityBytes)
	}
	preloaded := replicate(t, s, p.Preloaded(), begin)
	s.Duration = 60 * time.Second
	steady := replicate(t, s, p, end)
	require.Greater(t, preloaded.Low, 0.7, "0.54 if they counted")
	require.InDelta(t, steady.Value, preloaded.Value, 0.06)
}

func TestPreloadedMidTierIgnoresIdlePoPs(t *testing.T) {
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1},
		{ID: "pop", Kind: topology.PoP},
		{ID: "idle", Kind: topology.PoP},
		{ID: "region", Kind: topology.Region},
	}, append(append(append(append(
		both("metro", "pop", topology.Internet, 3),
		both("metro", "idle", topology.Internet, 30)...),
		both("metro", "region", topology.Internet, 40)...),
		both("pop", "region", topology.Backbone, 25)...),
		both("idle", "region", topology.Backbone, 25)...))
	require.NoError(t, err)
	w := workload.Workload{
		Head:    workload.Head{Name: "site"},
		Demand:  workload.Poisson{RequestsPerSecond: 10, Objects: 1000, ZipfExponent: 0.8},
		Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1, MaxBytes: 1}},
	}
	p := placement.RegionOnly("region").WithPoPs(100, "pop", "idle")
	p = p.WithMidTier(400, "region")
	r, err := Run(context.Background(), Job{
		Scenario:  Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: time.Second, Seed: 2},
		Placement: p.Preloaded(),
	})
	require.NoError(t, err)
	require.Equal(t, int64(400), r.Tiers[1].Fill.UsedBytes[0])
}

func TestPreloadRefusesCataloguesThatAreTooLarge(t *testing.T) {
	n, pops := star(t, 1, 20)
	w := workload.Workload{
		Head:    workload.Head{Name: "site"},
		Demand:  workload.Poisson{RequestsPerSecond: 10, Objects: maxPreloadObjects + 1},
		Service: workload.Cacheable{},
	}
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: time.Second}
	_, err := Run(context.Background(), Job{Scenario: s, Placement: placement.RegionOnly("region").WithPoPs(1000, pops...).Preloaded()})
	require.ErrorContains(t, err, `workload "site" has 20000001 objects; caches can be preloaded from 20000000 at most`)
}
