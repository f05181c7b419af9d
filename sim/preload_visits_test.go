package sim

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// Visits of ten requests each for some of 20 objects ask for an object again before long: caches begin with as much of that as a long run leaves, of which Che's
// approximation for requests each on its own knows nothing.
func TestCachesOfVisitsBeginInTheirSteadyState(t *testing.T) {
	s, p := ofOne(t, placement.Servers{})
	s.Workloads[0].Demand = workload.Poisson{RequestsPerSecond: .5, Objects: 20, ZipfExponent: .6}
	s.Workloads[0].Visits = workload.Visits{Requests: 10, Gap: time.Second}
	hits := func(r *Result) float64 { return shareOf(r, Hit) }
	shares, err := s.Workloads[0].Demand.(workload.Popular).Popularity()
	require.NoError(t, err)
	const life = 60.
	aged := s
	aged.Workloads = []workload.Workload{s.Workloads[0]}
	aged.Workloads[0].Service = s.Workloads[0].Service.(workload.Cacheable).Controlled(freshness.Control{MaxAge: freshness.For(life * time.Second)})
	want, poisson := 1., 1.
	for _, share := range shares {
		l := s.Workloads[0].GapsOf(.5*share, .5)
		want -= l.Fetches(life) / .5
		poisson -= share / (1 + .5*share*life)
	}
	require.Greater(t, want, poisson+.03)
	for name, c := range map[string]struct {
		s Scenario
		p placement.Placement
	}{"ages": {aged, p}, "evicts": {s, p.WithEachCache(func(_ string, c *placement.Cache) { c.CapacityBytes = 8000 })}} {
		t.Run(name, func(t *testing.T) {
			s := c.s
			s.WarmUp, s.Duration = time.Hour, 20*time.Hour
			later := replicate(t, s, c.p, hits)
			if name == "ages" {
				require.InEpsilon(t, want, later.Value, .01)
			}
			requireAlike(t, later, hitsAtOnce(t, c.s, c.p, 10_000))
		})
	}
}

// requireAlike holds two shares against each other by their intervals of 99 %.
func requireAlike(t *testing.T, later, soon stats.Estimate) {
	t.Helper()
	t.Logf("soon %.4f +- %.4f, later %.4f +- %.4f", soon.Value, soon.HalfWidth(), later.Value, later.HalfWidth())
	require.InDelta(t, later.Value, soon.Value, math.Hypot(later.HalfWidth(), soon.HalfWidth()))
}

// hitsAtOnce returns which share of the requests hits in the first 40 s of so many preloaded caches like the one of a placement, each of which has users of its own: a hundred of them
// at a time.
func hitsAtOnce(t *testing.T, s Scenario, p placement.Placement, caches int) stats.Estimate {
	t.Helper()
	plan := besideEachOther(t, s, p)
	var hits []stats.Ratio
	for rep := range caches / atATime {
		r, err := plan.Run(t.Context(), rep)
		require.NoError(t, err)
		require.Len(t, r.Workloads[0].Metros, atATime)
		total, err := r.Workloads[0].Total()
		require.NoError(t, err)
		hits = append(hits, stats.Ratio{Numerator: total.Outcomes[Hit], Denominator: total.Count(Requests)})
	}
	return stats.ShareOf(hits, .99)
}

// atATime is how many caches there are beside each other.
const atATime = 100

// besideEachOther returns 40 s of preloaded caches like the one of a placement, each of which has users of its own.
func besideEachOther(t *testing.T, s Scenario, p placement.Placement) *Plan {
	t.Helper()
	nodes := []topology.Node{{ID: "region", Kind: topology.Region}, {ID: "exchange", Kind: topology.Exchange}}
	links := both("exchange", "region", topology.Internet, .01)
	var pops []string
	for i := range atATime {
		metro, pop := fmt.Sprint("metro-", i), fmt.Sprint("pop-", i)
		nodes = append(nodes, topology.Node{ID: metro, Kind: topology.Metro, Users: 1}, topology.Node{ID: pop, Kind: topology.PoP})
		links = slices.Concat(links, both(metro, pop, topology.Internet, .001), both(metro, "exchange", topology.Internet, .01), both(pop, "exchange", topology.Internet, .01), both(pop, "region", topology.Backbone, .001))
		pops = append(pops, pop)
	}
	all := placement.RegionOnly("region").WithPoPs(p.Tiers[0].Caches[0].CapacityBytes, pops...).WithUpstream(open)
	all.SliceBytes = p.SliceBytes
	var err error
	s.Network, err = topology.New(nodes, links)
	require.NoError(t, err)
	w := s.Workloads[0]
	d := w.Demand.(workload.Poisson)
	d.RequestsPerSecond *= atATime
	w.Demand = d
	s.Workloads, s.WarmUp, s.Duration = []workload.Workload{w}, 0, 40*time.Second
	plans, err := Compile(t.Context(), s, all.Preloaded())
	require.NoError(t, err)
	return plans[0]
}

// Sites are opened by as many workers as there are, each with what it knows of its own users.
func TestCachesOfVisitsBeginTheSameOnAnyNumberOfCores(t *testing.T) {
	s, p := ofOne(t, placement.Servers{})
	s.Workloads[0].Demand = workload.Poisson{RequestsPerSecond: .5, Objects: 20, ZipfExponent: .6}
	s.Workloads[0].Visits = workload.Visits{Requests: 10, Gap: time.Second}
	plan := besideEachOther(t, s, p.WithEachCache(func(_ string, c *placement.Cache) { c.CapacityBytes = 8000 }))
	for rep := range 10 {
		one, err := plan.Run(t.Context(), rep)
		require.NoError(t, err)
		several, err := plan.RunOn(t.Context(), rep, 8, nil)
		require.NoError(t, err)
		require.Equal(t, one.Workloads, several.Workloads)
	}
}

// The same of slices that age: a visit that asks for some of an object again wants slices that it has asked for, and others. (What an LRU cache without ages hits does not depend
// on visits: they choose objects as requests each on its own do, in the same order.)
func TestSlicesOfVisitsBeginInTheirSteadyState(t *testing.T) {
	s, p, _ := slicesOfOne(t)
	s.Workloads[0].Demand = workload.Poisson{RequestsPerSecond: .5, Objects: 20, ZipfExponent: .7}
	s.Workloads[0].Visits = workload.Visits{Requests: 10, Gap: time.Second}
	s.Workloads[0].Service = s.Workloads[0].Service.(workload.Cacheable).Controlled(freshness.Control{MaxAge: freshness.For(2 * time.Minute)})
	p.Tiers[0].Caches[0].CapacityBytes = 1 << 40
	hits := func(r *Result) float64 { return shareOf(r, Hit) }
	long := s
	long.WarmUp, long.Duration = time.Hour, 5*time.Hour
	later := replicate(t, long, p, hits)
	long.Workloads = []workload.Workload{s.Workloads[0]}
	long.Workloads[0].Visits = workload.Visits{}
	poisson := replicate(t, long, p, hits)
	require.Greater(t, later.Low, poisson.High+.05)
	t.Logf("later %v, of requests each on its own %v", later, poisson)
	requireAlike(t, later, hitsAtOnce(t, s, p, 4000))
}

// Each slice was asked for last as long ago as the law of its gaps says, and the object itself, by the last of the requests that are looked at.
func TestSlicesWereAskedForLastByVisits(t *testing.T) {
	s, p, reached := slicesOfOne(t)
	s.Workloads[0].Demand = workload.Poisson{RequestsPerSecond: .5, Objects: 20, ZipfExponent: .7}
	s.Workloads[0].Visits = workload.Visits{Requests: 10, Gap: time.Second}
	plans, err := Compile(t.Context(), s, p.Preloaded())
	require.NoError(t, err)
	r := &run{plan: plans[0], ctx: t.Context(), result: plans[0].newResult(0)}
	require.NoError(t, r.build())
	require.NoError(t, r.open(r.sites, &scratch{}))
	of, err := r.newPreloader()
	require.NoError(t, err)
	of = of.apart()
	var cache *tier
	for _, at := range r.sites {
		if len(at.tiers) > 0 && at.tiers[firstTier] != nil {
			cache = at.tiers[firstTier]
			of.users[cache] = at
		}
	}
	shares, err := s.Workloads[0].Demand.(workload.Popular).Popularity()
	require.NoError(t, err)
	const object, walks = 2, 20_000
	rates := make([]float64, len(reached))
	for k, part := range reached {
		rates[k] = .5 * shares[object] * part
	}
	sums, last, d, stream := make([]float64, len(reached)), 0.0, &scratch{}, random.New(1, 2, 3, 4)
	all := s.Workloads[0].GapsOf(.5, .5)
	for range walks {
		require.InEpsilon(t, .5*shares[object], of.walk(cache, 0, object, rates, of.newClock(&all, 0, .5, &stream), &stream, d), 1e-3)
		last += d.past[0].ago
		for k, ago := range d.agos {
			sums[k] += ago
		}
	}
	gaps := s.Workloads[0].GapsOf(.5*shares[object], .5)
	require.Greater(t, gaps.Wait(math.Inf(1)), 1.4/(.5*shares[object]), "as requests each on its own have it")
	require.InEpsilon(t, gaps.Wait(math.Inf(1)), last/walks, .03)
	for k, rate := range rates {
		gaps := s.Workloads[0].GapsOf(rate, .5)
		require.InEpsilon(t, gaps.Wait(math.Inf(1)), sums[k]/walks, .03, "slice %d", k)
	}
}

// What users in visits ask for several times in a row is as old at all tiers, and PoPs that evict are asked again. A second tier was asked for 16 % too much.
func TestTiersOfVisitsBeginInTheirSteadyState(t *testing.T) {
	const life = 60
	n, ids := star(t, 4, 1)
	w, _ := siteThatAges(t, 2, 100, life)
	w.Demand = workload.Poisson{RequestsPerSecond: 2, Objects: 100, ZipfExponent: .6}
	w.Visits = workload.Visits{Requests: 10, Gap: time.Second}
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, Seed: 5}
	p := placement.RegionOnly("region").WithPoPs(10, ids...).WithUpstream(open).WithMidTier(40, "region")
	s.Duration = 20 * time.Second
	plans, err := Compile(t.Context(), s, p.Preloaded())
	require.NoError(t, err)
	var samples [2][]float64
	for rep := range 450 {
		r, err := plans[0].Run(t.Context(), rep)
		require.NoError(t, err)
		for n := range samples {
			samples[n] = append(samples[n], float64(r.Workloads[0].Tiers[n].Count(TierFetches))/s.Duration.Seconds())
		}
	}
	for n, later := range (longRun{{1.6972, .0582}, {.9944, .0320}}) { // of 6 runs that begin empty, of 40,000 s behind 2,000 s
		begin := stats.MeanOf(samples[n], .99)
		t.Logf("tier %d begins with %v, later %v", n, begin, later)
		require.Less(t, begin.HalfWidth(), .07*later[0])
		require.InDelta(t, later[0], begin.Value, begin.HalfWidth()+later[1])
	}
}
