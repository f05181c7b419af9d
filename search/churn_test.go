package search

import (
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// churning returns the problem of a site whose objects live for some minutes, behind PoPs and a cache in the region.
func churning(t testing.TB, perDay float64) *Problem {
	t.Helper()
	p := web(t)
	site := &p.Study.Workloads[0]
	site.Demand = workload.Mixture{RequestsPerSecond: 500, Churn: perDay, Classes: []workload.Class{
		{Requests: 1, Objects: 20_000, ZipfExponent: 0.9, Sizes: workload.Sizes{LnMean: portable.Log(20_000), LnSD: 1}},
	}}
	service := site.Service.(workload.Cacheable)
	service.Sizes = workload.Sizes{}
	site.Service = service
	p.Fixed = p.Fixed.WithMidTier(600e6, "eu-central-1")
	for t := range p.Fixed.Tiers {
		for c := range p.Fixed.Tiers[t].Caches {
			cache := &p.Fixed.Tiers[t].Caches[c]
			cache.Preload = true
			if t == 0 {
				cache.CapacityBytes = 400e6
			}
		}
	}
	for i := range p.Candidates {
		p.Candidates[i].Cache.CapacityBytes = 400e6
	}
	p.Study.Placements = []placement.Placement{p.Fixed}
	return p
}

// TestTheSurrogateKnowsChurn has what caches hit depend on how much they are asked for, and the fewer sites there are the more that is.
func TestTheSurrogateKnowsChurn(t *testing.T) {
	p := churning(t, 480) // lives of three minutes
	sp := prepareSpace(t, p)
	require.Nil(t, sp.near)
	require.Equal(t, churnInWords, sp.why)
	sets := append(someSets(len(p.Candidates), 1, 3), someSets(len(p.Candidates), 4, 5)...)
	scores, err := sp.scoreAll(context.Background(), sets)
	require.NoError(t, err)
	still, err := prepareSpace(t, churning(t, 0)).scoreAll(context.Background(), sets)
	require.NoError(t, err)
	truth := run(t, p, sets, 3)
	var expected, simulated []float64
	for i := range sets {
		figure, err := truth.Placements[i].Workloads[0].Figure("ttfb", "mean")
		require.NoError(t, err)
		t.Logf("%-60s expected %.3f ms, without churn %.3f, simulated %.3f", sp.nameOf(sets[i]), scores[i].values[0], still[i].values[0], figure.Value)
		expected, simulated = append(expected, scores[i].values[0]), append(simulated, figure.Value)
		require.InDelta(t, figure.Value, scores[i].values[0], 0.75)
		require.Greater(t, math.Abs(figure.Value-still[i].values[0]), 2.0)
	}
	require.Greater(t, rankCorrelation(expected, simulated), 0.95)
}

// TestHitsUnderChurnRiseWithWhatIsAskedFor goes from what hardly anybody asks for to what they would hit if objects were there for ever.
func TestHitsUnderChurnRiseWithWhatIsAskedFor(t *testing.T) {
	p, endless := churning(t, 480), churning(t, 0)
	c, err := newCatalogue(&p.Study.Scenario)
	require.NoError(t, err)
	still, err := newCatalogue(&endless.Study.Scenario)
	require.NoError(t, err)
	chain := []placement.Cache{{CapacityBytes: 50e6}, {CapacityBytes: 100e6}}
	want, err := still.hits(chain, nil)
	require.NoError(t, err)
	var all []float64
	for _, perSecond := range []float64{0, 0.1, 10, 1000, 1e6} {
		hits, err := c.hits(chain, []float64{perSecond, perSecond})
		require.NoError(t, err)
		all = append(all, hits[0][0])
	}
	require.Zero(t, all[0])
	require.True(t, slices.IsSorted(all), "%v", all)
	require.Less(t, all[1], 0.1)
	require.InDelta(t, want[0][0], all[4], 0.005)
	again, err := c.hits(chain, []float64{1000.2, 1000.4})
	require.NoError(t, err)
	require.Equal(t, all[3], again[0][0], "what is alike within three digits is looked up")
	require.Equal(t, 3*time.Minute, time.Duration(c.lives[0]*1e9))
}
