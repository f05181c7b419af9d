package sim

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/workload"
)

// asksOfACycle returns how often, in a second, each of n caches asks for an object that lives for a time, with users of its own who ask at a
// rate, and passes on of what age it is. A cycle is T + 1/(n r), for the first of all requests behind its end has it fetched anew. A
// cache asks once a cycle for what it has too: at the start, if its user was that first one (1 in n), or when the first of its own comes.
// For what is too old for it while the others still have it, it asks each time.
func asksOfACycle(n, rate, own, life float64) float64 {
	return (1 - (1-1/n)*math.Exp(-rate*own) + rate*(life-own)) / (life + 1/(n*rate))
}

// siteThatAges returns a site of objects of one byte that live for so many seconds each, and which share of the requests is for each.
func siteThatAges(t *testing.T, perSecond float64, objects int, life float64) (workload.Workload, []float64) {
	t.Helper()
	w := workload.Workload{
		Head:   workload.Head{Name: "site"},
		Demand: workload.Poisson{RequestsPerSecond: perSecond, Objects: objects, ZipfExponent: 0.8},
		Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1, MaxBytes: 1}}.Controlled(freshness.Control{
			MaxAge: freshness.For(time.Duration(life * float64(time.Second))),
		}),
	}
	shares, err := w.Demand.(workload.Popular).Popularity()
	require.NoError(t, err)
	return w, shares
}

// Ten PoPs before a shield, all as large as the catalogue, and a minute of life. Ages that are not those which an endless warm-up leaves show as
// a drift over that minute.
func TestAgesThatTiersPassOnBeginInTheirSteadyState(t *testing.T) {
	const pops, objects, perPoP, life = 10, 2000, 20.0, 60.0
	n, ids := star(t, pops, 1)
	w, shares := siteThatAges(t, pops*perPoP, objects, life)
	two := placement.RegionOnly("region").WithPoPs(objects, ids...).WithUpstream(open).WithMidTier(objects, "region")
	three := two
	three.Tiers = []placement.Tier{two.Tiers[0], {Name: "parents", Choice: placement.HashedCache, Caches: []placement.Cache{
		{Site: ids[0], CapacityBytes: objects}, {Site: ids[1], CapacityBytes: objects}, {Site: ids[2], CapacityBytes: objects},
	}}, two.Tiers[1]}
	shorter := two
	shorter.Tiers = append([]placement.Tier(nil), two.Tiers...)
	shorter.Tiers[0].Freshness = &freshness.Rules{MaxTTL: freshness.For(life / 2 * time.Second)}
	for _, c := range []struct {
		name string
		p    placement.Placement
		own  float64
	}{{"two tiers", two, life}, {"three tiers", three, life}, {"PoPs that hold them for half as long", shorter, life / 2}} {
		var misses, fetches float64
		for _, share := range shares {
			misses += asksOfACycle(pops, share*perPoP, c.own, life) / perPoP
			fetches += 1 / (life + 1/(pops*share*perPoP))
		}
		for _, from := range []time.Duration{0, 20 * time.Second, 50 * time.Second} {
			t.Run(fmt.Sprint(c.name, " after ", from), func(t *testing.T) {
				s := Scenario{Network: n, Workloads: []workload.Workload{w}, WarmUp: from, Duration: 10 * time.Second, Seed: 5}
				var atOrigin []float64
				requireInside(t, replicate(t, s, c.p.Preloaded(), func(r *Result) float64 {
					atOrigin = append(atOrigin, float64(r.Workloads[0].Count(OriginRequests))/10)
					return shareOf(r, Miss)
				}), misses, .05)
				requireInside(t, stats.MeanOf(atOrigin, .99), fetches, .08)
			})
		}
	}
}

// Parents of which one has the users of a PoP of ten, and the other all others. They ask the shield when the first of their users begins a cycle, or
// comes behind another who has.
func TestParentsBeginWithWhatTheirPoPsHaveAskedFor(t *testing.T) {
	const pops, objects, perPoP, life = 10, 2000, 20.0, 60.0
	n, ids := star(t, pops, 1)
	w, shares := siteThatAges(t, pops*perPoP, objects, life)
	p := placement.RegionOnly("region").WithPoPs(objects, ids...).WithUpstream(open).WithMidTier(objects, "region")
	p.Tiers = []placement.Tier{p.Tiers[0], {Name: "parents", Caches: []placement.Cache{
		{Site: ids[0], CapacityBytes: objects}, {Site: ids[1], CapacityBytes: objects},
	}}, p.Tiers[1]}
	asks := 0.0
	for _, share := range shares {
		for _, of := range []float64{1, 9} {
			asks += asksOfACycle(pops/of, of*share*perPoP, life, life)
		}
	}
	for _, from := range []time.Duration{0, 50 * time.Second} {
		s := Scenario{Network: n, Workloads: []workload.Workload{w}, WarmUp: from, Duration: 10 * time.Second, Seed: 5}
		requireInside(t, replicate(t, s, p.Preloaded(), func(r *Result) float64 { return float64(r.Workloads[0].Tiers[1].Count(TierFetches)) / 10 }), asks, .05)
	}
}

// askedBehind returns how often the caches of a tier ask for objects of the first workload in a second, as steady preloads take it.
func askedBehind(t *testing.T, s Scenario, p placement.Placement, number int) (sum float64) {
	t.Helper()
	plans, err := Compile(context.Background(), s, p.Preloaded())
	require.NoError(t, err)
	r := &run{plan: plans[0], ctx: context.Background(), result: plans[0].newResult(0)}
	require.NoError(t, r.build())
	require.NoError(t, r.open(r.sites, &scratch{}))
	of, err := r.newPreloader()
	require.NoError(t, err)
	of.onward = make(map[*tier][]func(int) *tier)
	c := of.newCycles(r.sites)
	asked := make(map[*tier]rates)
	for k := range number + 1 {
		for _, at := range r.sites {
			tier := at.tiers[k]
			if tier == nil {
				continue
			}
			rates := asked[tier]
			if k == 0 {
				rates = of.ratesOfUsers(at)
			}
			never := make([]float64, tier.servers.apart())
			for i := range never {
				never[i] = math.Inf(1)
			}
			if k == number {
				for i, rate := range rates[0].objects {
					share := tier.servers.share()
					for range int(1/share + .5) {
						sum += of.missedOf(tier, 0, i, share*rate, math.Inf(1), c)
					}
				}
				continue
			}
			of.passOn(tier, rates, never, c, asked)
		}
	}
	return sum
}

// Parents that hold objects for a third as long as their PoPs: once they are too old there, those of their PoPs ask that have no copy of the cycle yet, each
// once, and no others.
func TestParentsOfShorterLifetimesAreAskedByThoseWhoLackACopy(t *testing.T) {
	const pops, objects, perPoP, life = 10, 400, 8.0, 60.0
	n, ids := star(t, pops, 1)
	w, _ := siteThatAges(t, pops*perPoP, objects, life)
	for _, own := range []time.Duration{5 * time.Second, 20 * time.Second} {
		p := placement.RegionOnly("region").WithPoPs(objects, ids...).WithUpstream(open).WithMidTier(objects, "region")
		p.Tiers = []placement.Tier{p.Tiers[0], {Name: "parents", Caches: []placement.Cache{
			{Site: ids[0], CapacityBytes: objects}, {Site: ids[1], CapacityBytes: objects},
		}, Freshness: &freshness.Rules{MaxTTL: freshness.For(own)}}, p.Tiers[1]}
		s := Scenario{Network: n, Workloads: []workload.Workload{w}, WarmUp: 130 * time.Second, Duration: 120 * time.Second, Seed: 5}
		later := replicate(t, s, p, func(r *Result) float64 { return float64(r.Workloads[0].Tiers[1].Count(TierFetches)) / 120 })
		require.Less(t, later.HalfWidth(), .02*later.Value)
		require.InEpsilon(t, later.Value, askedBehind(t, s, p, 1), .03)
	}
}

// Servers of PoPs that any request may meet are as many caches in the cycles of three tiers.
func TestIndependentServersOfTheFirstOfThreeTiersBeginInTheirSteadyState(t *testing.T) {
	const pops, servers, objects, perPoP, life = 10, 3, 1000, 30.0, 60.0
	n, ids := star(t, pops, 1)
	w, shares := siteThatAges(t, pops*perPoP, objects, life)
	p := placement.RegionOnly("region").WithPoPs(servers*objects, ids...).WithUpstream(open).WithMidTier(1<<20, "region")
	for i := range p.Tiers[0].Caches {
		p.Tiers[0].Caches[i].Servers = placement.Servers{Count: servers, Spread: placement.Independent}
	}
	p.Tiers = []placement.Tier{p.Tiers[0], {Name: "parents", Caches: []placement.Cache{{Site: ids[0], CapacityBytes: 1 << 20}, {Site: ids[1], CapacityBytes: 1 << 20}}}, p.Tiers[1]}
	misses, asks := 0.0, 0.0
	for _, share := range shares {
		misses += servers * asksOfACycle(pops*servers, share*perPoP/servers, life, life) / perPoP
		for _, of := range []float64{1, 9} {
			asks += asksOfACycle(pops/of, of*share*perPoP, life, life)
		}
	}
	for _, from := range []time.Duration{0, 50 * time.Second} {
		t.Run(fmt.Sprint("after ", from), func(t *testing.T) {
			s := Scenario{Network: n, Workloads: []workload.Workload{w}, WarmUp: from, Duration: 10 * time.Second, Seed: 5}
			var atParents []float64
			requireInside(t, replicate(t, s, p.Preloaded(), func(r *Result) float64 {
				atParents = append(atParents, float64(r.Workloads[0].Tiers[1].Count(TierFetches))/10)
				return shareOf(r, Miss)
			}), misses, .05)
			requireInside(t, stats.MeanOf(atParents, .99), asks, .1)
		})
	}
}
