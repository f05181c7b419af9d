package sim

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/workload"
)

// Twenty PoPs ask four independent servers at a region for objects that live for a minute. In a run of 10,000 s behind 400 s that begins empty 0.5117 of the
// requests miss, and 38.19 go to the origin in a second; so it is from the first second on. Were the servers asked by Poisson processes, more would
// miss (0.5274): copies that PoPs have from one server die together.
func TestIndependentServersBehindTheFirstTierBeginInTheirSteadyState(t *testing.T) {
	const pops, servers, objects, perPoP, life = 20, 4, 1000, 10.0, 60.0
	n, ids := star(t, pops, 1)
	w, _ := siteThatAges(t, pops*perPoP, objects, life)
	p := placement.RegionOnly("region").WithPoPs(objects, ids...).WithUpstream(open).WithMidTier(1<<20, "region")
	p.Tiers[1].Caches[0].Servers = placement.Servers{Count: servers, Spread: placement.Independent}
	for _, from := range []time.Duration{0, 20 * time.Second, 50 * time.Second} {
		t.Run(fmt.Sprint("after ", from), func(t *testing.T) {
			s := Scenario{Network: n, Workloads: []workload.Workload{w}, WarmUp: from, Duration: 20 * time.Second, Seed: 5}
			var atOrigin []float64
			requireInside(t, replicate(t, s, p.Preloaded(), func(r *Result) float64 {
				atOrigin = append(atOrigin, float64(r.Workloads[0].Count(OriginRequests))/20)
				return shareOf(r, Miss)
			}), .5117, .03)
			requireInside(t, stats.MeanOf(atOrigin, .99), 38.19, .05)
		})
	}
}

// asksOfTiers returns how often each tier asks in a second, and which share of the requests finds all at once.
func asksOfTiers(r *Result, seconds float64) (of []float64) {
	for n := range r.Workloads[0].Tiers {
		of = append(of, float64(r.Workloads[0].Tiers[n].Count(TierFetches))/seconds)
	}
	return append(of, shareOf(r, Hit))
}

// A longRun is what a long run comes to that begins empty: how often each tier asks in a second, and how many of the requests find all; each with the half of its
// interval of 99 %.
type longRun [][2]float64

// longRunOf returns the tiers that there are of what plain copies come to, to half a percent.
func longRunOf(is plainCount) (later longRun) {
	for _, asks := range is.asks {
		if asks > 0 {
			later = append(later, [2]float64{asks, .005 * asks})
		}
	}
	return append(later, [2]float64{is.found, .005 * is.found})
}

// requireSteady holds the first seconds of preloaded caches, and those in the middle of a lifetime, against a long run, within both intervals.
func requireSteady(t *testing.T, s Scenario, p placement.Placement, later longRun, life, narrow float64) {
	t.Helper()
	for _, from := range []float64{0, life / 2} {
		s.WarmUp, s.Duration = time.Duration(from*1e9), time.Duration(life/3*1e9)
		samples := make([][]float64, len(later))
		plans, err := Compile(t.Context(), s, p.Preloaded())
		require.NoError(t, err)
		for rep := range 16 {
			r, err := plans[0].Run(t.Context(), rep)
			require.NoError(t, err)
			for n, figure := range asksOfTiers(r, life/3) {
				samples[n] = append(samples[n], figure)
			}
		}
		for n, figures := range samples {
			is := stats.MeanOf(figures, .99)
			require.Less(t, is.HalfWidth(), narrow*later[n][0], "figure %d", n)
			require.InDelta(t, later[n][0], is.Value, is.HalfWidth()+later[n][1], "figure %d after %v s", n, from)
		}
	}
}

// threeTiers are PoPs before two parents and a shield.
func threeTiers(p placement.Placement, parents placement.Cache, ids []string) placement.Placement {
	one, two := parents, parents
	one.Site, two.Site = ids[0], ids[1]
	p.Tiers = []placement.Tier{p.Tiers[0], {Name: "parents", Choice: placement.HashedCache, Caches: []placement.Cache{one, two}}, p.Tiers[1]}
	return p
}

// A cache behind others that answers with what is too old, while it fetches that anew, is asked again by who has got it. Taken for one that waits, it let users hit
// 53 % in place of 50 of what two such tiers are asked for. Held against runs that begin empty, with 20 lifetimes before what is counted.
func TestTiersThatAnswerWithWhatIsTooOldBeginInTheirSteadyState(t *testing.T) {
	const pops, objects, perPoP, life = 4, 1000, 25.0, 10.0
	n, ids := star(t, pops, 1)
	w, _ := siteThatAges(t, pops*perPoP, objects, life)
	w.Service = w.Service.(workload.Cacheable).Controlled(freshness.Control{MaxAge: freshness.For(life * time.Second), StaleWhileRevalidate: freshness.For(2 * life * time.Second)})
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, Seed: 5}
	two := placement.RegionOnly("region").WithPoPs(objects, ids...).WithUpstream(open).WithMidTier(objects, "region")
	for name, p := range map[string]placement.Placement{"two tiers": two, "three tiers": threeTiers(two, placement.Cache{CapacityBytes: objects}, ids)} {
		t.Run(name, func(t *testing.T) { requireSteady(t, s, p, longRunFromEmpty(t, s, p, life), life, .08) })
	}
}

// longRunFromEmpty runs a placement whose caches begin empty, with 20 lifetimes before the 40 that are counted.
func longRunFromEmpty(t *testing.T, s Scenario, p placement.Placement, life float64) (later longRun) {
	t.Helper()
	s.WarmUp, s.Duration = time.Duration(20*life*1e9), time.Duration(40*life*1e9)
	plans, err := Compile(t.Context(), s, p)
	require.NoError(t, err)
	samples := make([][]float64, len(p.Tiers)+1)
	for rep := range 8 {
		r, err := plans[0].Run(t.Context(), rep)
		require.NoError(t, err)
		for n, figure := range asksOfTiers(r, 40*life) {
			samples[n] = append(samples[n], figure)
		}
	}
	for _, figures := range samples {
		is := stats.MeanOf(figures, .99)
		later = append(later, [2]float64{is.Value, is.HalfWidth()})
	}
	return later
}

// Caches with room for a fifth and three fifths of the objects evict about as many as become too old. With ages as if none were evicted, two tiers began with 18 % too many
// requests to the origin, 10 where the second answers with what is too old, and three tiers with 9. The runs that they are held to begin empty, eight of each.
func TestTiersThatEvictWithinALifetimeBeginInTheirSteadyState(t *testing.T) {
	const pops, objects, perPoP, life = 4, 1000, 50.0, 60.0
	n, ids := star(t, pops, 1)
	w, _ := siteThatAges(t, pops*perPoP, objects, life)
	w.Demand = workload.Poisson{RequestsPerSecond: pops * perPoP, Objects: objects, ZipfExponent: .9}
	stale, silent := w, w
	stale.Service = w.Service.(workload.Cacheable).Controlled(freshness.Control{MaxAge: freshness.For(life * time.Second), StaleWhileRevalidate: freshness.For(life * time.Second)})
	silent.Service = workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1, MaxBytes: 1}}
	one := placement.RegionOnly("region").WithPoPs(objects/5, ids...).WithUpstream(open)
	two := one.WithMidTier(3*objects/5, "region")
	byDefault := two
	byDefault.Tiers = append([]placement.Tier(nil), two.Tiers...)
	for i := range byDefault.Tiers {
		byDefault.Tiers[i].Freshness = &freshness.Rules{DefaultTTL: freshness.For(life * time.Second)}
	}
	for name, c := range map[string]struct {
		w     workload.Workload
		p     placement.Placement
		later longRun // as longRunFromEmpty has it
	}{
		"one tier":                           {w, one, longRun{{78.580, .252}, {.60695, .0011}}},
		"two tiers":                          {w, two, longRun{{79.624, .251}, {28.400, .136}, {.60172, .0011}}},
		"three tiers":                        {w, threeTiers(two, placement.Cache{CapacityBytes: objects / 5}, ids), longRun{{79.055, .253}, {46.361, .141}, {27.909, .127}, {.60452, .0011}}},
		"that answer with what is too old":   {stale, two, longRun{{80.158, .257}, {28.383, .136}, {.59905, .0011}}},
		"with a lifetime of their own alone": {silent, byDefault, longRun{{79.624, .251}, {28.400, .136}, {.60172, .0011}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := Scenario{Network: n, Workloads: []workload.Workload{c.w}, Seed: 5}
			requireSteady(t, s, c.p, c.later, life, .08)
		})
	}
}

// Parents of three servers that any request may meet, between PoPs and a shield of two such servers.
func TestIndependentServersOfThreeTiersBeginInTheirSteadyState(t *testing.T) {
	const pops, objects, perPoP, life = 10, 1000, 30.0, 30.0
	n, ids := star(t, pops, 1)
	w, shares := siteThatAges(t, pops*perPoP, objects, life)
	p := placement.RegionOnly("region").WithPoPs(objects, ids...).WithUpstream(open).WithMidTier(1<<20, "region")
	p = threeTiers(p, placement.Cache{CapacityBytes: 1 << 20, Servers: placement.Servers{Count: 3, Spread: placement.Independent}}, ids)
	p.Tiers[2].Caches[0].Servers = placement.Servers{Count: 2, Spread: placement.Independent}
	plain := plainCopies{pops: pops, parents: 3, shields: 2, slices: 1, own: life, life: life, part: func(*rand.Rand) (int, int) { return 0, 1 }}
	for k := range shares {
		shares[k] *= pops * perPoP
	}
	requireSteady(t, Scenario{Network: n, Workloads: []workload.Workload{w}, Seed: 5}, p, longRunOf(plain.count(shares, 20, 100)), life, .08)
}

// The same where parents and the shield have room for a part of the objects alone.
func TestIndependentServersThatEvictBeginNearTheirSteadyState(t *testing.T) {
	const pops, objects, perPoP, life = 10, 4000, 30.0, 30.0
	n, ids := star(t, pops, 1)
	w, _ := siteThatAges(t, pops*perPoP, objects, life)
	p := placement.RegionOnly("region").WithPoPs(800, ids...).WithUpstream(open).WithMidTier(2*1500, "region")
	p = threeTiers(p, placement.Cache{CapacityBytes: 3 * 1000, Servers: placement.Servers{Count: 3, Spread: placement.Independent}}, ids)
	p.Tiers[2].Caches[0].Servers = placement.Servers{Count: 2, Spread: placement.Independent}
	requireSteady(t, Scenario{Network: n, Workloads: []workload.Workload{w}, Seed: 5}, p, longRun{{186.96, 1.5}, {119.88, 1.3}, {88.70, .68}, {.3775, .0034}}, life, .08)
}

// Each slice is in a cycle of its own: see asksOfACycle. Whether a request finds all of its slices depends on which were fetched together, and that on more than 160
// lifetimes.
func TestSlicesOfSeveralTiersBeginWithTheirAges(t *testing.T) {
	one, _, reached := slicesOfOne(t)
	const pops, perPoP, life = 6, 20.0, 30.0
	n, ids := star(t, pops, 1)
	s := Scenario{Network: n, Workloads: one.Workloads, Seed: 2}
	d := workload.Poisson{RequestsPerSecond: pops * perPoP, Objects: 300, ZipfExponent: .7}
	shares, err := d.Popularity()
	require.NoError(t, err)
	s.Workloads[0].Demand = d
	s.Workloads[0].Service = s.Workloads[0].Service.(workload.Cacheable).Controlled(freshness.Control{MaxAge: freshness.For(time.Duration(life) * time.Second)})
	two := placement.RegionOnly("region").WithPoPs(1<<40, ids...).WithUpstream(open).WithMidTier(1<<40, "region")
	two.SliceBytes = 100_000
	three := threeTiers(two, placement.Cache{CapacityBytes: 1 << 40}, ids)
	shorter := two
	shorter.Tiers = append([]placement.Tier(nil), two.Tiers...)
	shorter.Tiers[0].Freshness = &freshness.Rules{MaxTTL: freshness.For(life / 2 * time.Second)}
	anys := three.WithEachCache(func(tier string, c *placement.Cache) {
		if tier == "parents" {
			c.Servers = placement.Servers{Count: 3, Spread: placement.Independent}
		}
	})
	plain := plainCopies{pops: pops, shields: 1, slices: len(reached), own: life, life: life, part: func(draws *rand.Rand) (int, int) {
		if draws.Float64() >= .6 {
			return 0, 10
		}
		from := draws.Float64() * 7
		return int(from), int(from+3) + 1
	}}
	plainThree, plainShorter, plainAnys := plain, plain, plain
	plainThree.parents, plainShorter.own, plainAnys.parents = 1, life/2, 3
	for _, c := range []struct {
		name   string
		p      placement.Placement
		own    float64
		plain  plainCopies
		narrow float64
	}{
		{"two tiers", two, life, plain, .08},
		{"three tiers", three, life, plainThree, .08},
		{"PoPs that hold them for half as long", shorter, life / 2, plainShorter, .2},
		{"independent servers", anys, 0, plainAnys, .08},
	} {
		t.Run(c.name, func(t *testing.T) {
			var rates []float64
			for _, share := range shares {
				rates = append(rates, share*pops*perPoP)
			}
			plain := c.plain.count(rates, 320, 480)
			if c.own > 0 {
				var asks, atOrigin float64
				for _, rate := range rates {
					for _, part := range reached {
						asks += pops * asksOfACycle(pops, rate*part/pops, c.own, life)
						atOrigin += 1 / (life + 1/(rate*part))
					}
				}
				require.InEpsilon(t, asks, plain.asks[0], .01)
				require.InEpsilon(t, atOrigin, plain.asks[2], .01)
			}
			requireSteady(t, s, c.p, longRunOf(plain), life, c.narrow)
		})
	}
}

func TestIndependentServersBehindTwoTiersArePreloaded(t *testing.T) {
	s, p := agesThroughTiers(t, workload.Poisson{RequestsPerSecond: 20, Objects: 100}, freshness.Control{MaxAge: freshness.For(time.Minute)})
	p = p.WithCaches("third", placement.Cache{Site: "region", CapacityBytes: 1 << 30}).WithEachCache(func(_ string, c *placement.Cache) {
		c.Servers = placement.Servers{Count: 2, Spread: placement.Independent}
	}).Preloaded()
	s.Duration = time.Minute
	plans, err := Compile(t.Context(), s, p)
	require.NoError(t, err)
	requireSameHoweverAdvanced(t, plans[0])
}
