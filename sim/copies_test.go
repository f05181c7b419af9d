package sim

import (
	"container/list"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// A plainLRU holds so many objects of one size.
type plainLRU struct {
	room  int
	order list.List
	at    map[int]*list.Element
}

func newPlainLRU(room int) *plainLRU { return &plainLRU{room: room, at: make(map[int]*list.Element)} }

func (c *plainLRU) asks(k int) bool {
	e, ok := c.at[k]
	if ok {
		c.order.MoveToFront(e)
	}
	return ok
}

func (c *plainLRU) put(k int) {
	if len(c.at) == c.room {
		last := c.order.Back()
		delete(c.at, c.order.Remove(last).(int))
	}
	c.at[k] = c.order.PushFront(k)
}

// plainTree returns the shares of requests that leaves and their parent answer, where nothing takes time: a simulation of its own
// that takes one request after another, as Icarus does.
func plainTree(leaves, objects, room int, exponent float64, rule placement.Copies) (leaf, parent float64) {
	draws := rand.New(rand.NewPCG(1, 2))
	upTo := make([]float64, objects)
	sum := 0.
	for k := range upTo {
		sum += math.Pow(float64(k+1), -exponent)
		upTo[k] = sum
	}
	caches := make([]*plainLRU, leaves)
	for i := range caches {
		caches[i] = newPlainLRU(room)
	}
	top := newPlainLRU(room)
	const warm, all = 50_000, 450_000
	var hits, above int
	for n := range all {
		k, _ := slices.BinarySearch(upTo, draws.Float64()*sum)
		at := caches[draws.IntN(leaves)]
		switch {
		case at.asks(k):
			if n >= warm {
				hits++
			}
			continue
		case rule != placement.CopyAtEdge && top.asks(k):
			if n >= warm {
				above++
			}
			at.put(k)
		default:
			if rule != placement.CopyAtEdge {
				top.put(k)
			}
			if rule != placement.CopyDown {
				at.put(k)
			}
		}
	}
	return float64(hits) / (all - warm), float64(above) / (all - warm)
}

// An icarusShare is a share of all requests, with the half width of its interval of 99 %.
type icarusShare struct{ mean, half float64 }

func (s icarusShare) requireAgrees(t *testing.T, found stats.Estimate, what string) {
	t.Helper()
	require.LessOrEqual(t, math.Abs(found.Value-s.mean), math.Hypot(found.HalfWidth(), s.half), "%s: Icarus has %v, found %v in [%v, %v]", what, s.mean, found.Value, found.Low, found.High)
}

// icarus holds the shares of requests that the leaves and their parent answer by the strategies LCE, LCD and EDGE of the simulator
// Icarus (github.com/icarus-sim/icarus: its strategies, network, collector and tree of commit df35939, engine and Zipf's law of d3190ed,
// requests of ce246bd, LRU caches of 0f8e78a; those classes alone, copied by hand, in Python 3.11 with networkx 3.6.1 and a stand-in for FNSS, which
// only makes the tree and says what each node is), run on 2026-11-30. Its tree has the source at the root and users below the leaves, and no
// cache at either: with k = 4 and h = 3 it is four trees of four caches under one, which share nothing. 20 caches of 100 of 2,000 objects,
// Zipf 0.8; 200,000 requests to warm up, 200,000 that count; seeds 1 to 20.
var icarus = []struct {
	rule         placement.Copies
	leaf, parent icarusShare
}{
	{placement.CopiesEverywhere, icarusShare{.28748, .00065}, icarusShare{.06153, .00038}},
	{placement.CopyDown, icarusShare{.38775, .00101}, icarusShare{.04917, .00032}},
	{placement.CopyAtEdge, icarusShare{.28748, .00065}, icarusShare{}},
}

func TestCopiesAreLeftEverywhereDownOrAtTheEdge(t *testing.T) {
	// Four leaves and their parent, each of 5 % of 2,000 objects of one size, Zipf 0.8; everything within a tenth of a ms.
	const objects, room = 2000, 100
	n, pops := star(t, 4, 0.01)
	w := workload.Change(onOpenConnections(400), func(p *workload.Poisson) { p.Objects, p.ZipfExponent = objects, 0.8 })
	w = workload.Change(w, func(c *workload.Cacheable) {
		c.Sizes, c.Origin = workload.Sizes{MinBytes: 1000, MaxBytes: 1000}, workload.ServiceTime{}
	})
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, WarmUp: 50 * time.Second, Duration: 400 * time.Second, Seed: 3}
	p := placement.RegionOnly("region").WithPoPs(room*1000, pops...).WithMidTier(room*1000, "region").WithUpstream(open)
	total := make(map[placement.Copies]float64)
	for _, c := range icarus {
		p.Copies = c.rule
		all := replications(t, s, p)
		share := func(of func(*WorkloadTally, *Tally) uint64) stats.Estimate {
			return all.mean(func(r *Result) float64 {
				sum, err := r.Workloads[0].Total()
				require.NoError(t, err)
				return float64(of(&r.Workloads[0], &sum)) / float64(sum.Count(Requests))
			})
		}
		leaf := share(func(_ *WorkloadTally, sum *Tally) uint64 { return sum.Outcomes[Hit] + sum.Outcomes[DelayedHit] })
		parent := share(func(of *WorkloadTally, _ *Tally) uint64 { return of.Tiers[1].Count(TierHits) })
		wantLeaf, wantParent := plainTree(4, objects, room, 0.8, c.rule)
		require.InDelta(t, wantLeaf, leaf.Value, 0.006, "%v", c.rule)
		require.InDelta(t, wantParent, parent.Value, 0.006, "%v", c.rule)
		c.leaf.requireAgrees(t, leaf, c.rule.String()+", leaves")
		c.parent.requireAgrees(t, parent, c.rule.String()+", parent")
		total[c.rule] = leaf.Value + parent.Value
	}
	require.Greater(t, total[placement.CopyDown], total[placement.CopiesEverywhere]+0.02, "copies that are left down make caches of a tree differ")
	require.Less(t, total[placement.CopyAtEdge], total[placement.CopiesEverywhere])
}

// tieredWorld is four PoPs, three regional edge caches and an origin; answers of what ages and of what does not take the same ways.
func tieredWorld(t *testing.T) (*topology.Network, placement.Placement) {
	t.Helper()
	nodes := []topology.Node{{ID: "origin", Kind: topology.Region}}
	var links []topology.Link
	var recs, pops []string
	for i, name := range []string{"a", "b", "c", "d"} {
		pop, metro := "pop-"+name, "metro-"+name
		nodes = append(nodes, topology.Node{ID: pop, Kind: topology.PoP}, topology.Node{ID: metro, Kind: topology.Metro, Users: 1})
		pops = append(pops, pop)
		links = append(links, both(metro, pop, topology.Internet, 2)...)
		for _, site := range []string{"origin", "pop-a", "pop-b", "pop-c", "pop-d", "rec-1", "rec-2", "rec-3"} {
			if site != pop {
				links = append(links, both(metro, site, topology.Internet, 50)...)
			}
		}
		for k, rec := range []string{"rec-1", "rec-2", "rec-3"} {
			links = append(links, both(pop, rec, topology.Backbone, float64(5+(i+k)%4))...)
		}
	}
	for k, rec := range []string{"rec-1", "rec-2", "rec-3"} {
		nodes = append(nodes, topology.Node{ID: rec, Kind: topology.RegionalEdgeCache})
		recs = append(recs, rec)
		links = append(links, both(rec, "origin", topology.Backbone, float64(10+k))...)
	}
	n, err := topology.New(nodes, links)
	require.NoError(t, err)
	p := placement.Placement{Name: "tiers"}.With(placement.Assignment{Site: "origin", Role: placement.Origin})
	return n, p.WithPoPs(1<<18, pops...).WithMidTier(1<<18, recs...).WithUpstream(open)
}

func TestAnUpperTierIsChosenByNearnessObjectOrOrigin(t *testing.T) {
	n, p := tieredWorld(t)
	w := workload.Change(onOpenConnections(400), func(of *workload.Poisson) { of.Objects, of.ZipfExponent = 2000, 0.8 })
	w = workload.Change(w, func(c *workload.Cacheable) { c.Sizes = workload.Sizes{MinBytes: 1000, MaxBytes: 1000} })
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, WarmUp: 50 * time.Second, Duration: 100 * time.Second, Seed: 3}
	fetched := func(choice placement.Choice) (origin uint64, byCache map[string]uint64) {
		p.Tiers[1].Choice = choice
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		r, err := plans[0].Run(context.Background(), 0)
		require.NoError(t, err)
		again, err := plans[0].RunOn(context.Background(), 0, 3, nil)
		require.NoError(t, err)
		require.Equal(t, r, again, "the same bits on any number of cores")
		byCache = make(map[string]uint64)
		for i, site := range r.Sites {
			if of := r.Workloads[0].Sites[i].Tiers[1].Count(TierRequests); of > 0 {
				byCache[site] = of
			}
		}
		return r.Workloads[0].Counters[OriginRequests], byCache
	}
	nearest, near := fetched(placement.NearestCache)
	hashed, spread := fetched(placement.HashedCache)
	_, one := fetched(placement.CacheByOrigin)
	require.Len(t, near, 3)
	require.Len(t, spread, 3)
	require.Equal(t, []string{"rec-1"}, slices.Collect(func(yield func(string) bool) {
		for site := range one {
			if !yield(site) {
				return
			}
		}
	}))
	// The tier holds an object once in place of up to three times, so that it holds more: far fewer come from the origin.
	require.Less(t, float64(hashed), 0.8*float64(nearest))
	most, least := uint64(0), uint64(math.MaxUint64)
	for _, count := range spread {
		most, least = max(most, count), min(least, count)
	}
	require.Less(t, float64(most)/float64(least), 1.6, "objects are spread about evenly")
}

// All variants of an object are asked for at the cache that has the object: what is hashed is the primary key.
func TestVariantsAreAtTheCacheOfTheirObject(t *testing.T) {
	n, p := tieredWorld(t)
	p.Tiers[1].Choice = placement.HashedCache
	asked := make(map[string]bool)
	for object := range uint32(8) {
		d := timed{}
		for i := range 30 {
			d.at, d.object = append(d.at, time.Duration(i)*100*time.Millisecond), append(d.object, object)
		}
		w := workload.Change(onOpenConnections(1), func(c *workload.Cacheable) {
			c.Sizes = workload.Sizes{MinBytes: 1000, MaxBytes: 1000}
			c.VariantShares = []float64{.5, .3, .2}
			*c = c.Controlled(freshness.Control{NoStore: true})
		})
		w.Demand = d
		s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 4 * time.Second, Seed: 3}
		r := runOf(t, s, p)
		at := 0
		for i, site := range r.Sites {
			if r.Workloads[0].Sites[i].Tiers[1].Count(TierRequests) > 0 {
				at++
				asked[site] = true
			}
		}
		require.Equal(t, 1, at, "object %d", object)
	}
	require.Len(t, asked, 3)
}

func TestObjectsStayWhereTheyAreWhenOneOfSeveralCachesIsDown(t *testing.T) {
	hops := make([]nextHop, 5)
	for i := range hops {
		hops[i].name = uint64(i + 1)
	}
	hops[0].keyed = 5
	moved, counts := 0, make([]int, 5)
	const keys = 50_000
	for key := range uint64(keys) {
		all := choiceOf(hops, key, func(*nextHop) bool { return true })
		counts[all]++
		without := choiceOf(hops, key, func(h *nextHop) bool { return h.name != 3 })
		require.NotEqual(t, 2, without)
		if all != without {
			require.Equal(t, 2, all)
			moved++
		}
	}
	require.Equal(t, counts[2], moved)
	for _, n := range counts {
		require.InDelta(t, keys/5, n, 5*math.Sqrt(keys*.2*.8))
	}
}

func TestAThousandMissesAtOnceFetchOnceThroughThreeTiers(t *testing.T) {
	// About a thousand users of four PoPs ask for one new object within 8 ms, before the first answer can be there.
	n, p := tieredWorld(t)
	p = p.WithCaches(placement.OriginShield, placement.Cache{Site: "origin", CapacityBytes: 1 << 20})
	w := workload.Change(onOpenConnections(125_000), func(of *workload.Poisson) { of.Objects = 1 })
	w = workload.Change(w, func(c *workload.Cacheable) { c.Sizes = workload.Sizes{MinBytes: 1000, MaxBytes: 1000} })
	for _, choice := range []placement.Choice{placement.NearestCache, placement.HashedCache} {
		p.Tiers[1].Choice = choice
		s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 8 * time.Millisecond, Seed: 3}
		of := &runOne(t, s, p).Workloads[0]
		total, err := of.Total()
		require.NoError(t, err)
		require.Greater(t, total.Count(Requests), uint64(900))
		require.Equal(t, total.Count(Requests), total.Outcomes[Miss]+total.Outcomes[DelayedHit])
		require.Equal(t, uint64(4), total.Outcomes[Miss], "one a PoP")
		require.Equal(t, uint64(4), of.Tiers[1].Count(TierRequests))
		require.Equal(t, uint64(1), of.Counters[OriginRequests])
	}
}

func TestAgingTiersLeaveCopiesAsOthersDo(t *testing.T) {
	// Endless lifetimes change nothing, whichever tiers keep copies.
	n, p := tieredWorld(t)
	w := workload.Change(onOpenConnections(300), func(of *workload.Poisson) { of.Objects, of.ZipfExponent = 2000, 0.8 })
	w = workload.Change(w, func(c *workload.Cacheable) { c.Sizes = workload.Sizes{MinBytes: 1000, MaxBytes: 1000} })
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 60 * time.Second, Seed: 3}
	aging := s
	aging.Purges = []Purge{{At: time.Minute}}
	for _, rule := range []placement.Copies{placement.CopiesEverywhere, placement.CopyDown, placement.CopyAtEdge} {
		for _, choice := range []placement.Choice{placement.NearestCache, placement.HashedCache} {
			p.Copies, p.Tiers[1].Choice = rule, choice
			plain, aged := &runOne(t, s, p).Workloads[0], &runOne(t, aging, p).Workloads[0]
			require.Equal(t, plain.Counters[OriginRequests], aged.Counters[OriginRequests], "%v %v", rule, choice)
			require.Equal(t, plain.Tiers[1].Count(TierHits), aged.Tiers[1].Count(TierHits), "%v %v", rule, choice)
		}
	}
}
