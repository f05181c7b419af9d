package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/cache/theory"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// Objects that are asked for once have one variant that anybody asks for, and those that are asked for again have all: a cache that holds everything
// fetches twenty objects three times in place of once, and the others as often as before.
func TestVariantsStandBesideObjectsThatAreAskedForOnce(t *testing.T) {
	sizes := workload.Sizes{MinBytes: 1000, MaxBytes: 1000}
	d := workload.Mixture{
		RequestsPerSecond: 100, Classes: []workload.Class{{Requests: 1, Objects: 20, Sizes: sizes}}, Once: workload.Once{Requests: .2, Sizes: workload.Sizes{LnMean: 8, LnSD: 1}},
	}
	of := func(servers placement.Servers, shares ...float64) *WorkloadTally {
		s, p := ageing(t, d, freshness.Control{MaxAge: freshness.For(time.Hour)}, "rfc")
		s.Workloads[0].Service = workload.Cacheable{VariantShares: shares}.Controlled(freshness.Control{MaxAge: freshness.For(time.Hour)})
		p.Tiers[0].Caches[0].Servers = servers
		return &runOf(t, s, p).Workloads[0]
	}
	one, three := of(placement.Servers{}), of(placement.Servers{}, .5, .25, .25)
	require.Greater(t, one.Count(OriginRequests), uint64(3000))
	require.Equal(t, one.Count(OriginRequests)+40, three.Count(OriginRequests))
	require.Equal(t, one.Count(OriginBytes)+40_000, three.Count(OriginBytes), "objects have the sizes that they had")
	sharded := of(placement.Servers{Count: 4, Spread: placement.Sharded}, .5, .25, .25)
	require.Equal(t, three.Count(OriginRequests), sharded.Count(OriginRequests))
}

// A cache that begins steady with variants of objects and with what was asked for once hits from the first second on as Che's approximation has it.
func TestCachesBeginSteadyWithVariantsBesideObjectsThatAreAskedForOnce(t *testing.T) {
	const objects, capacity, once = 2000, 1000, .3
	sizes := workload.Sizes{MinBytes: 1000, MaxBytes: 1000}
	d := workload.Mixture{
		RequestsPerSecond: 1000, Classes: []workload.Class{{Requests: 1, Objects: objects, ZipfExponent: .8, Sizes: sizes}},
		Once: workload.Once{Requests: once, Sizes: sizes},
	}
	var all []theory.Object
	for _, share := range []float64{.7, .3} {
		for _, o := range theory.Zipf(objects, .8) {
			all = append(all, theory.Object{Rate: o.Rate * share * (1 - once), Size: 1})
		}
	}
	is, err := theory.LRUWithOnce(all, theory.Object{Rate: once, Size: 1}, capacity)
	require.NoError(t, err)
	for _, servers := range []placement.Servers{{}, {Count: 2, Spread: placement.Sharded}} {
		s, p := ofOne(t, servers)
		s.Workloads[0].Demand, s.Workloads[0].Service = d, workload.Cacheable{VariantShares: []float64{.7, .3}}
		s.Duration = 4 * time.Second
		requireInside(t, replicate(t, s, p.Preloaded(), func(r *Result) float64 { return shareOf(r, Hit) }), is.RequestHitRatio, .04)
	}
}
