package sim

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/cache/theory"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// ofOne is a PoP with room for 1,000 of 10,000 objects of 1,000 bytes, Zipf 0.8, on servers, at a millisecond from its origin and back.
func ofOne(t *testing.T, servers placement.Servers) (Scenario, placement.Placement) {
	t.Helper()
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "pop", Kind: topology.PoP}, {ID: "region", Kind: topology.Region},
	}, append(append(both("metro", "pop", topology.Internet, .001), both("metro", "region", topology.Internet, .01)...), both("pop", "region", topology.Backbone, .001)...))
	require.NoError(t, err)
	w := workload.Workload{
		Head:    workload.Head{Name: "site"},
		Demand:  workload.Poisson{RequestsPerSecond: 1000, Objects: 10_000, ZipfExponent: 0.8},
		Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1000, MaxBytes: 1000}},
	}
	p := placement.RegionOnly("region").WithPoPs(1_000_000, "pop").WithUpstream(open)
	p.Tiers[0].Caches[0].Servers = servers
	return Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: time.Second, Seed: 2}, p
}

// hitsOfShards returns how many of the requests hit where each of n servers is an LRU cache of the objects that the hash gives it, by Che.
func hitsOfShards(t *testing.T, n int, objects []theory.Object, capacity float64) (sum float64) {
	t.Helper()
	of := make([][]theory.Object, n)
	servers := newServingCaches(placement.Servers{Count: n, Spread: placement.Sharded}, 0)
	for k, o := range objects {
		at := servers.serverOf(uint64(k), 0)
		of[at] = append(of[at], o)
	}
	for _, at := range of {
		share := 0.0
		for _, o := range at {
			share += o.Rate
		}
		is, err := theory.LRU(at, capacity/float64(n))
		require.NoError(t, err)
		sum += share * is.RequestHitRatio
	}
	return sum
}

// In runs of a second, in which a cache that begins empty hits far less, the first request already meets what an endless warm-up leaves.
func TestServersBeginInTheirSteadyState(t *testing.T) {
	zipf := theory.Zipf(10_000, 0.8)
	hits := func(r *Result) float64 { return shareOf(r, Hit) }
	const read = 4 * time.Millisecond
	fromDisk := func(r *Result) float64 {
		tally := &r.Workloads[0].Metros[0]
		return float64(tally.Causes[Service]) / float64(read) / float64(tally.Count(Requests))
	}
	of := func(capacity float64) float64 {
		c, err := theory.LRU(zipf, capacity)
		require.NoError(t, err)
		return c.RequestHitRatio
	}

	s, p := ofOne(t, placement.Servers{Count: 20, Spread: placement.Sharded})
	require.Less(t, replicate(t, s, p, hits).High, .33)
	requireInside(t, replicate(t, s, p.Preloaded(), hits), hitsOfShards(t, 20, zipf, 1000), .03)

	s, p = ofOne(t, placement.Servers{Count: 5, Spread: placement.Independent})
	s.Duration = 2 * time.Second
	requireInside(t, replicate(t, s, p.Preloaded(), hits), of(200), .05)

	s, p = ofOne(t, placement.Servers{MemoryBytes: 100_000, DiskRead: read})
	s.Duration = 2 * time.Second
	begin := replications(t, s, p.Preloaded())
	requireInside(t, begin.mean(hits), of(1000), .03)
	requireInside(t, begin.mean(fromDisk), of(1000)-of(100), .05)

	s, p = ofOne(t, placement.Servers{Count: 5, Spread: placement.Independent, MemoryBytes: 100_000, DiskRead: read})
	s.Duration = 3 * time.Second
	requireInside(t, replicate(t, s, p.Preloaded(), fromDisk), of(200)-of(20), .05)

	// A shard begins as full as it is, and one server as the cache that it is.
	s, p = ofOne(t, placement.Servers{Count: 20, Spread: placement.Sharded})
	require.InDelta(t, 1_000_000, runOf(t, s, p.Preloaded()).Tiers[0].Fill.UsedBytes[0], 0, "each has room for 50")
	s, p = ofOne(t, placement.Servers{})
	one := runOf(t, s, p.Preloaded())
	s, p = ofOne(t, placement.Servers{MemoryBytes: 999_999})
	require.Equal(t, unserved(one), unserved(runOf(t, s, p.Preloaded())))
}

// Each of n independent servers is asked for an n-th, of which a lifetime lets x/(1+x) hit; shards hit as one cache. The ages are there from the
// first request on, and so are those that are handed down from a tier behind.
func TestServersBeginWithTheAgesOfTheirSteadyState(t *testing.T) {
	const perSecond, objects, n = 400.0, 400, 4
	ttl := 10 * time.Second
	d := workload.Poisson{RequestsPerSecond: perSecond, Objects: objects, ZipfExponent: .8}
	shares, err := d.Popularity()
	require.NoError(t, err)
	for _, spread := range []placement.Spread{placement.Sharded, placement.Independent} {
		s, p := ofOne(t, placement.Servers{Count: n, Spread: spread, MemoryBytes: 1 << 20, DiskRead: time.Microsecond})
		s.Workloads[0].Demand = d
		s.Workloads[0].Service = s.Workloads[0].Service.(workload.Cacheable).Controlled(freshness.Control{MaxAge: freshness.For(ttl)})
		p.Tiers[0].Caches[0].CapacityBytes = 1 << 30
		hit, age := 0.0, 0.0
		for _, share := range shares {
			x := share * perSecond * ttl.Seconds()
			if spread == placement.Independent {
				x /= n
			}
			hit += share * x / (1 + x)
			age += share * (x / (1 + x)) * ttl.Seconds() / 2 // of a hit uniform over the lifetime, of a fetch 0
		}
		for _, from := range []time.Duration{0, 12 * time.Second} {
			t.Run(fmt.Sprint(spread, " after ", from), func(t *testing.T) {
				s := s
				s.WarmUp, s.Duration = from, 5*time.Second
				runs := replications(t, s, p.Preloaded())
				requireInside(t, runs.mean(func(r *Result) float64 { return shareOf(r, Hit) }), hit, .02)
				requireInside(t, runs.mean(func(r *Result) float64 {
					total, _ := r.Workloads[0].Total()
					return float64(total.Count(AgeMs)) / float64(total.Count(AgedAnswers)) / 1e3
				}), age, .06)
			})
		}
	}
}

// Ten PoPs of three independent servers each are thirty caches before a shield, which has shards: see asksOfACycle.
func TestAgesBeginOnServersOfAllTiersTogether(t *testing.T) {
	const pops, servers, objects, perPoP, life = 10, 3, 1000, 30.0, 60.0
	n, ids := star(t, pops, 1)
	w, shares := siteThatAges(t, pops*perPoP, objects, life)
	p := placement.RegionOnly("region").WithPoPs(servers*objects, ids...).WithUpstream(open).WithMidTier(1<<20, "region")
	p = p.WithEachCache(func(_ string, c *placement.Cache) {
		if c.Servers = (placement.Servers{Count: servers, Spread: placement.Independent}); c.Site == "region" {
			c.Servers.Spread = placement.Sharded
		}
	})
	misses := 0.0
	for _, share := range shares {
		misses += servers * asksOfACycle(pops*servers, share*perPoP/servers, life, life) / perPoP
	}
	for _, from := range []time.Duration{0, 20 * time.Second, 50 * time.Second} {
		t.Run(fmt.Sprint("after ", from), func(t *testing.T) {
			s := Scenario{Network: n, Workloads: []workload.Workload{w}, WarmUp: from, Duration: 10 * time.Second, Seed: 5}
			requireInside(t, replicate(t, s, p.Preloaded(), func(r *Result) float64 { return shareOf(r, Miss) }), misses, .05)
		})
	}
}

// Objects that take the place of others, and those that are asked for once, begin at the servers where requests would have left them: from the first second
// on hits are those of a run that has gone on for long.
func TestServersBeginWithWhatNobodyAsksForAgain(t *testing.T) {
	sizes := workload.Sizes{MinBytes: 1000, MaxBytes: 1000}
	for name, d := range map[string]workload.Mixture{
		"churn": {Churn: 2000}, // lives of 43 s
		"once":  {Once: workload.Once{Requests: .3, Sizes: sizes}},
	} {
		d.RequestsPerSecond = 1000
		d.Classes = []workload.Class{{Requests: 1, Objects: 3000, ZipfExponent: .8, Sizes: sizes}}
		for _, spread := range []placement.Spread{placement.Sharded, placement.Independent} {
			t.Run(fmt.Sprint(name, " ", spread), func(t *testing.T) {
				s, p := ofOne(t, placement.Servers{Count: 4, Spread: spread})
				s.Workloads[0].Demand, s.Workloads[0].Service = d, workload.Cacheable{}
				hits := func(r *Result) float64 { return shareOf(r, Hit) }
				s.Duration = 10 * time.Second
				begin := replicate(t, s, p.Preloaded(), hits)
				s.WarmUp = 60 * time.Second
				later := replicate(t, s, p, hits)
				require.Less(t, begin.HalfWidth()+later.HalfWidth(), .05*later.Value)
				require.InDelta(t, later.Value, begin.Value, begin.HalfWidth()+later.HalfWidth())
			})
		}
	}
}
