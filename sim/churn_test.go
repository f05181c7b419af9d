package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// Under churn a cache that begins in its steady state hits from the first second on what theory has it hit for ever (0.7522:
// TestChurnHitsAsTheoryHasIt in workload), less than where the same objects are there for ever (0.8338); and one behind it what it hits later.
func TestPreloadedCachesKnowChurn(t *testing.T) {
	n, pops := star(t, 1, 20)
	w := workload.Workload{
		Head: workload.Head{Name: "site"},
		Demand: workload.Mixture{
			RequestsPerSecond: 20, Churn: 192,
			Classes: []workload.Class{{Requests: 1, Objects: 2000, ZipfExponent: 0.8, Sizes: workload.Sizes{MinBytes: 1, MaxBytes: 1}}},
		},
		Service: workload.Cacheable{},
	}
	hitRatio := func(r *Result) float64 {
		total, err := r.Workloads[0].Total()
		require.NoError(t, err)
		return float64(total.Outcomes[Hit]) / float64(total.Count(Requests))
	}
	p := placement.RegionOnly("region").WithPoPs(1200, pops...)
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 20 * time.Second, Seed: 2}
	requireInside(t, replicate(t, s, p.Preloaded(), hitRatio), 0.7522, 0.05)

	small := placement.RegionOnly("region").WithPoPs(300, pops...).WithMidTier(1200, "region")
	atOrigin := func(r *Result) float64 {
		total, err := r.Workloads[0].Total()
		require.NoError(t, err)
		return float64(r.Workloads[0].Count(OriginRequests)) / float64(total.Outcomes[Miss])
	}
	begin := replicate(t, s, small.Preloaded(), atOrigin)
	s.WarmUp, s.Duration = 20*time.Minute, 10*time.Minute
	steady := replicate(t, s, small, atOrigin)
	t.Logf("at the origin: %.3f at the beginning, %.3f later", begin.Value, steady.Value)
	require.InDelta(t, steady.Value, begin.Value, 0.03+begin.HalfWidth())
}
