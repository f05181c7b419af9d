package sim

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/cache/theory"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/workload"
)

// slicesOfOne is a PoP with room for a fourth of 400 objects of 1 MB, Zipf 0.7, in slices of 100,000 bytes, of which six in ten requests ask for 300,000
// bytes anywhere; and how often a request asks for each slice of its object.
func slicesOfOne(t *testing.T) (Scenario, placement.Placement, []float64) {
	t.Helper()
	const objectBytes, partBytes, sliceBytes, share = 1_000_000, 300_000, 100_000, .6
	s, p := ofOne(t, placement.Servers{})
	s.Workloads[0].Demand = workload.Poisson{RequestsPerSecond: 100, Objects: 400, ZipfExponent: .7}
	s.Workloads[0].Service = workload.Cacheable{
		Sizes:  workload.Sizes{MinBytes: objectBytes, MaxBytes: objectBytes},
		Ranges: workload.Ranges{Share: share, Lengths: workload.Sizes{MinBytes: partBytes, MaxBytes: partBytes}},
	}
	p.SliceBytes, p.Tiers[0].Caches[0].CapacityBytes = sliceBytes, 100_000_000
	var reached []float64
	for k := range objectBytes / sliceBytes { // counted one by one
		n := 0
		for from := 0; from <= objectBytes-partBytes; from += 100 { // every hundredth, which is as good
			if from < (k+1)*sliceBytes && from+partBytes > k*sliceBytes {
				n++
			}
		}
		reached = append(reached, 1-share+share*float64(n)/float64((objectBytes-partBytes)/100+1))
	}
	return s, p, reached
}

// fetchesPerSecond returns how many slices a cache of users fetches in a second.
func fetchesPerSecond(s *Scenario) func(r *Result) float64 {
	return func(r *Result) float64 {
		return float64(r.Workloads[0].Tiers[0].Count(TierFetches)) / s.Duration.Seconds()
	}
}

// Each slice is a thing of its own to LRU, with the rate of its object times the probability that a request asks for it: so Che's approximation says how
// many are fetched. From the first second on that is so, and as many requests find all of their slices as after an endless warm-up: that is any in which the cache has become
// full, since what it holds is what was asked for last.
func TestSlicesBeginInTheirSteadyState(t *testing.T) {
	for _, servers := range []placement.Servers{{}, {Count: 4, Spread: placement.Sharded}} {
		s, p, reached := slicesOfOne(t)
		p.Tiers[0].Caches[0].Servers = servers
		var things []theory.Object
		rate := 0.0
		for _, o := range theory.Zipf(400, .7) {
			for _, part := range reached {
				things = append(things, theory.Object{Rate: 100 * o.Rate * part, Size: 1})
				rate += 100 * o.Rate * part
			}
		}
		is, err := theory.LRU(things, 1000)
		require.NoError(t, err)
		hits := func(r *Result) float64 { return shareOf(r, Hit) }
		s.Duration = 5 * time.Second
		require.Greater(t, replicate(t, s, p, fetchesPerSecond(&s)).Low, 1.05*rate*(1-is.RequestHitRatio), "without preload")
		runs := replications(t, s, p.Preloaded())
		requireInside(t, runs.mean(fetchesPerSecond(&s)), rate*(1-is.RequestHitRatio), .06)
		begin := runs.mean(hits)
		s.WarmUp, s.Duration = 20*time.Second, 60*time.Second
		later := replicate(t, s, p, hits)
		require.Less(t, begin.HalfWidth()+later.HalfWidth(), .08*later.Value)
		require.InDelta(t, later.Value, begin.Value, begin.HalfWidth()+later.HalfWidth())
		require.InDelta(t, 100_000_000, runOf(t, s, p.Preloaded()).Tiers[0].Fill.UsedBytes[0], 0)
	}
}

// Behind PoPs a cache is asked for the slices that they lack.
func TestSlicesOfUpperTiersBeginNearTheirSteadyState(t *testing.T) {
	one, _, _ := slicesOfOne(t)
	n, pops := star(t, 4, 20)
	s := Scenario{Network: n, Workloads: one.Workloads, WarmUp: 60 * time.Second, Duration: 60 * time.Second, Seed: 2}
	s.Workloads[0].Demand = workload.Poisson{RequestsPerSecond: 100, Objects: 400, ZipfExponent: .7}
	p := placement.RegionOnly("region").WithPoPs(40_000_000, pops...).WithMidTier(150_000_000, "region")
	p.SliceBytes = 100_000
	hits := func(r *Result) float64 {
		mid := r.Workloads[0].Tiers[1]
		return float64(mid.Count(TierHits)) / float64(mid.Count(TierRequests))
	}
	later := replicate(t, s, p, hits)
	s.WarmUp, s.Duration = 0, 10*time.Second
	require.Less(t, replicate(t, s, p, hits).High, .9*later.Value)
	require.InDelta(t, later.Value, replicate(t, s, p.Preloaded(), hits).Value, .03)
}

// Slices that age begin with ages: as many are fetched as x/(1+x) says of each, and as many requests find all of theirs fresh as after a long warm-up.
func TestSlicesBeginWithTheirAges(t *testing.T) {
	s, p, reached := slicesOfOne(t)
	life := 20 * time.Second
	p.Tiers[0].Caches[0].CapacityBytes = 1 << 30
	s.Workloads[0].Service = s.Workloads[0].Service.(workload.Cacheable).Controlled(freshness.Control{MaxAge: freshness.For(life)})
	fetched := 0.0
	for _, o := range theory.Zipf(400, .7) {
		for _, part := range reached {
			rate := 100 * o.Rate * part
			fetched += rate / (1 + rate*life.Seconds())
		}
	}
	hits := func(r *Result) float64 { return shareOf(r, Hit) }
	s.Duration = life
	runs := replications(t, s, p.Preloaded())
	requireInside(t, runs.mean(fetchesPerSecond(&s)), fetched, .05)
	begin := runs.mean(hits)
	s.WarmUp, s.Duration = 300*time.Second, 60*time.Second
	later := replicate(t, s, p, hits)
	require.Less(t, begin.HalfWidth()+later.HalfWidth(), .08*later.Value)
	require.InDelta(t, later.Value, begin.Value, begin.HalfWidth()+later.HalfWidth())
}

// What nobody asks for again is held in the slices that it was asked for.
func TestSlicesOfWhatIsAskedForOnceAreHeld(t *testing.T) {
	s, p, _ := slicesOfOne(t)
	sizes := workload.Sizes{MinBytes: 1_000_000, MaxBytes: 1_000_000}
	s.Workloads[0].Demand = workload.Mixture{RequestsPerSecond: 100, Classes: []workload.Class{{Requests: 1, Objects: 300, ZipfExponent: .7, Sizes: sizes}}, Once: workload.Once{Requests: .2, Sizes: sizes}}
	s.Workloads[0].Service = workload.Cacheable{Ranges: s.Workloads[0].Service.(workload.Cacheable).Ranges}
	s.Duration = 5 * time.Second
	begin := replicate(t, s, p.Preloaded(), fetchesPerSecond(&s))
	s.WarmUp, s.Duration = 20*time.Second, 60*time.Second
	later := replicate(t, s, p, fetchesPerSecond(&s))
	require.Less(t, begin.HalfWidth()+later.HalfWidth(), .08*later.Value)
	require.InDelta(t, later.Value, begin.Value, begin.HalfWidth()+later.HalfWidth())
}

func TestSlicesThatCannotBePreloadedAreRefused(t *testing.T) {
	s, p, _ := slicesOfOne(t)
	sizes := workload.Sizes{MinBytes: 1_000_000, MaxBytes: 1_000_000}
	s.Workloads[0].Demand, s.Workloads[0].Service = workload.Mixture{RequestsPerSecond: 100, Classes: []workload.Class{{Requests: 1, Objects: 2_100_000, Sizes: sizes}}}, workload.Cacheable{}
	tiers := p.WithMidTier(1<<30, "region").Preloaded()
	require.ErrorContains(t, s.ValidatePlacement(tiers), `larger slices`)
	require.ErrorContains(t, s.ValidatePlacement(p.Preloaded()), `larger slices: the objects of the workload "site" have more than 20000000`)
	require.NoError(t, s.ValidatePlacement(p))
}

// goneAtStart returns how many slices caches begin with of the 400 objects that others have taken the place of, the last two of each, by replication.
func goneAtStart(t *testing.T, s Scenario, p placement.Placement) (counts []float64) {
	t.Helper()
	plans, err := Compile(t.Context(), s, p)
	require.NoError(t, err)
	var d scratch
	for rep := range 100 {
		r := &run{plan: plans[0], ctx: t.Context(), rep: uint64(rep), result: plans[0].newResult(rep)}
		require.NoError(t, r.build())
		require.NoError(t, r.open(r.sites, &d))
		n := 0.0
		for _, at := range r.sites {
			if at.edge == nil {
				continue
			}
			for place := range uint32(400) {
				renewal := s.Workloads[0].Demand.(workload.Churning).RenewalOf("site", s.Seed, r.rep)
				for before := 1; before <= 2; before++ {
					for slice := range uint64(10) {
						for server := range at.edge.servers.apart() {
							if at.edge.cache.Contains(cache.AtServer(uint64(renewal.Before(place, before))|slice<<sliceShift, server)) {
								n++
							}
						}
					}
				}
			}
		}
		counts = append(counts, n)
	}
	return counts
}

// goneByChe returns how many such slices an LRU cache has room for beside those of objects that are there, of 400 in all that live for a time: each slice that was asked for since an instant,
// before which as many were as the cache has room for. The object of a place is as old as uniform over its life.
func goneByChe(reached []float64, room, life float64) float64 {
	held := func(since float64) (there, gone float64) {
		const ages = 200
		for _, o := range theory.Zipf(400, .7) {
			for _, part := range reached {
				rate := 100 * o.Rate * part
				for k := range ages {
					age := (float64(k) + .5) / ages * life
					there += -math.Expm1(-rate*min(since, age)) / ages
					for ago := age; ago < since; ago += life {
						gone += -math.Expm1(-rate*min(since-ago, life)) / ages
					}
				}
			}
		}
		return there, gone
	}
	low, high := 0.0, 1000.0
	for range 40 {
		if there, gone := held((low + high) / 2); there+gone < room {
			low = (low + high) / 2
		} else {
			high = (low + high) / 2
		}
	}
	_, gone := held(low)
	return gone
}

// New objects take the place of others, twelve seconds after these: the cache begins with slices of those, too, that are no more, as many as Che has it.
func TestSlicesOfObjectsThatOthersTakeThePlaceOfBeginInTheirSteadyState(t *testing.T) {
	for name, change := range map[string]func(s *Scenario, p *placement.Placement){
		"evicted": func(*Scenario, *placement.Placement) {},
		"sharded": func(_ *Scenario, p *placement.Placement) {
			p.Tiers[0].Caches[0].Servers = placement.Servers{Count: 4, Spread: placement.Sharded}
		},
		"too old": func(s *Scenario, p *placement.Placement) {
			p.Tiers[0].Caches[0].CapacityBytes = 1 << 40
			s.Workloads[0].Service = s.Workloads[0].Service.(workload.Cacheable).Controlled(freshness.Control{MaxAge: freshness.For(5 * time.Second)})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, p, reached := slicesOfOne(t)
			sizes := workload.Sizes{MinBytes: 1_000_000, MaxBytes: 1_000_000}
			s.Workloads[0].Demand = workload.Mixture{RequestsPerSecond: 100, Classes: []workload.Class{{Requests: 1, Objects: 400, ZipfExponent: .7, Sizes: sizes}}, Churn: 7200}
			s.Workloads[0].Service = workload.Cacheable{Ranges: s.Workloads[0].Service.(workload.Cacheable).Ranges}
			change(&s, &p)
			hits := func(r *Result) float64 { return shareOf(r, Hit) }
			if name != "too old" {
				requireInside(t, stats.MeanOf(goneAtStart(t, s, p.Preloaded()), .99), goneByChe(reached, 1000, 12), .08)
			}
			s.Duration = 6 * time.Second
			runs := replications(t, s, p.Preloaded())
			begin, asks := runs.mean(hits), runs.mean(fetchesPerSecond(&s))
			s.WarmUp, s.Duration = 40*time.Second, 60*time.Second
			runs = replications(t, s, p)
			later, laterAsks := runs.mean(hits), runs.mean(fetchesPerSecond(&s))
			require.Less(t, begin.HalfWidth()+later.HalfWidth(), .08*later.Value)
			require.InDelta(t, later.Value, begin.Value, begin.HalfWidth()+later.HalfWidth())
			require.InDelta(t, laterAsks.Value, asks.Value, asks.HalfWidth()+laterAsks.HalfWidth())
		})
	}
}
