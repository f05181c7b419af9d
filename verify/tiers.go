package verify

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// A treeCase is four leaves and their parent under requests that are alike at all leaves, Zipf 0.8, where nothing takes time
// worth speaking of.
type treeCase struct {
	objects, leaf, parent int
	copies                placement.Copies
}

// tiers checks trees of caches, loops over more objects than a cache holds, and how often a connection between sites is cold.
func tiers() []check {
	const group = "Tiers"
	var all []check
	row := func(c treeCase, what, source string, expected, tolerance float64, of func(*sim.Result) float64) {
		all = append(all, check{
			group: group, source: source, expected: expected, tolerance: tolerance,
			name: fmt.Sprintf("tree of 4 x %d under %d, of %d objects, copies %v: %s", c.leaf, c.parent, c.objects, c.copies, what),
			simulate: func(ctx context.Context, t trial) (float64, error) {
				r, err := t.tree(ctx, c)
				if err != nil {
					return 0, err
				}
				return of(r), nil
			},
		})
	}
	hitsOf := func(tier int) func(*sim.Result) float64 {
		return func(r *sim.Result) float64 {
			c := &r.Workloads[0].Tiers[tier]
			return float64(c.Count(sim.TierHits)) / float64(c.Count(sim.TierRequests))
		}
	}
	// What the parent is asked for is no Poisson process: Che's approximation has .3736 for it.
	large := treeCase{objects: 10_000, leaf: 500, parent: 2000}
	row(large, "hit ratio of the leaves", "Che's approximation", .3312, approximate, hitsOf(0))
	row(large, "hit ratio of the parent", "a simulation of one request after another", .3412, 2*approximate, hitsOf(1))
	for _, c := range []struct {
		copies placement.Copies
		hits   float64
	}{{placement.CopiesEverywhere, copiesEverywhere}, {placement.CopyDown, copyDown}, {placement.CopyAtEdge, copyAtEdge}} {
		row(treeCase{objects: 2000, leaf: 100, parent: 100, copies: c.copies}, "hit ratio of all", "a simulation of one request after another", c.hits, approximate,
			func(r *sim.Result) float64 {
				edge, parent := &r.Workloads[0].Tiers[0], &r.Workloads[0].Tiers[1]
				return float64(edge.Count(sim.TierHits)+parent.Count(sim.TierHits)) / float64(edge.Count(sim.TierRequests))
			})
	}
	all = append(all, loops(group)...)
	return append(all, warmth(group)...)
}

// What five caches of 5 % of the objects each answer, four leaves and a parent, by which of them keep what passes: in the sense of
// leave copy everywhere, leave copy down and edge of Laoutaris et al. 2006 and of the simulator Icarus. A simulation that takes one
// request after another, without any time, found them over 12 million requests (sim/copies_test.go has it).
const (
	copiesEverywhere = .34908
	copyDown         = .43685
	copyAtEdge       = .28738
)

// tree simulates a tree of caches.
func (t trial) tree(ctx context.Context, c treeCase) (*sim.Result, error) {
	nodes := []topology.Node{{ID: "region", Kind: topology.Region}}
	const near, far = time.Microsecond, 50 * time.Millisecond
	var links []topology.Link
	var pops []string
	for i := range 4 {
		pop, metro := fmt.Sprintf("pop-%d", i), fmt.Sprintf("metro-%d", i)
		pops = append(pops, pop)
		nodes = append(nodes, topology.Node{ID: pop, Kind: topology.PoP}, topology.Node{ID: metro, Kind: topology.Metro, Users: 1})
		links = append(links, topology.Link{From: metro, To: pop, Kind: topology.Internet, OneWay: near}.Both()...)
		links = append(links, topology.Link{From: pop, To: "region", Kind: topology.Backbone, OneWay: near}.Both()...)
		links = append(links, topology.Link{From: metro, To: "region", Kind: topology.Internet, OneWay: far}.Both()...)
	}
	for i := range 4 {
		for k := range 4 {
			if i != k {
				links = append(links, topology.Link{From: fmt.Sprintf("metro-%d", i), To: pops[k], Kind: topology.Internet, OneWay: far}.Both()...)
			}
		}
	}
	n, err := topology.New(nodes, links)
	if err != nil {
		return nil, err
	}
	p := placement.RegionOnly("region").WithPoPs(int64(c.leaf), pops...).WithMidTier(int64(c.parent), "region").WithUpstream(transport.Upstream{AlwaysOpen: true})
	p.Copies = c.copies
	p = p.WithEachCache(func(_ string, of *placement.Cache) { of.Policy = t.broken.policy("lru") })
	const perSecond = 4000
	return sim.Run(ctx, sim.Job{
		Scenario: sim.Scenario{
			Network: n, WarmUp: 32_000 / perSecond * time.Second, Duration: t.seconds(200_000 / perSecond), Seed: t.seed ^ t.entity,
			Workloads: []workload.Workload{{
				Head:    workload.Head{Name: "site"},
				Demand:  workload.Poisson{RequestsPerSecond: perSecond, Objects: c.objects, ZipfExponent: 0.8},
				Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1, MaxBytes: 1}},
			}},
		},
		Placement: p, Replication: int(t.replication),
	})
}

// loops checks caches of 100 objects that are asked for 101 in turn, again and again: what has just left is asked for next.
func loops(group string) []check {
	const objects, held, rounds = 101, 100, 1000
	var all []check
	for _, c := range []struct {
		name, source string
		config       cache.Config
		hits         float64 // in each round after the first two
	}{
		{"lru", "each object leaves before it is asked for", cache.Config{Policy: "lru"}, 0},
		{"fifo", "each object leaves before it is asked for", cache.Config{Policy: "fifo"}, 0},
		{"clock", "all or none have been used", cache.Config{Policy: "clock"}, 0},
		{"lru, of objects up to 1 byte, of which all but one are", "what is taken in fits", cache.Config{Policy: "lru", Admission: "size:max=1"}, held},
	} {
		all = append(all, check{
			group: group, source: c.source, unit: "hits a round", exact: true, expected: c.hits,
			name: fmt.Sprintf("loop over %d objects, cache of %d, %s", objects, held, c.name),
			simulate: func(_ context.Context, t trial) (float64, error) {
				cfg := c.config
				cfg.CapacityObjects = held
				of, err := cache.New(cfg)
				if err != nil {
					return 0, err
				}
				hits := 0
				for i := range objects * rounds {
					key, bytes := uint64(i%objects), int64(1)
					if key == 0 {
						bytes = 2
					}
					switch _, hit := of.Lookup(key); {
					case !hit:
						of.Insert(key, bytes)
					case i >= 2*objects:
						hits++
					}
				}
				return float64(hits) / (rounds - 2), nil
			},
		})
	}
	return all
}

// warmth checks how long fetches wait for a connection to the origin. It is not open where no other fetch came in the keep-alive time
// before; and those that come while it is set up, lambda h of them, wait for half of that in the mean.
func warmth(group string) []check {
	var all []check
	for _, c := range []struct {
		perSecond float64
		keepAlive time.Duration
	}{{0.05, 5 * time.Second}, {0.5, 5 * time.Second}, {0.05, time.Minute}} {
		const way, handshake = 40 * time.Millisecond, 80 * time.Millisecond // TCP and TLS 1.3
		cold, meanwhile := math.Exp(-c.perSecond*c.keepAlive.Seconds()), float64(c.perSecond*handshake.Seconds())
		expected := float64(cold * (1 + float64(meanwhile/2)))
		all = append(all, check{
			group: group, source: "exp(-lambda K) (1 + lambda h/2)", unit: "handshakes",
			expected: expected,
			name:     fmt.Sprintf("%g fetches a second, connections kept for %v: mean wait for one", c.perSecond, c.keepAlive),
			simulate: func(ctx context.Context, t trial) (float64, error) {
				n, pops, err := star(1, way/2)
				if err != nil {
					return 0, err
				}
				tally, err := t.run(ctx, sim.Scenario{
					Network: n, Duration: time.Duration(float64(t.seconds(20_000)) / c.perSecond),
					Workloads: []workload.Workload{{
						Head:    workload.Head{Name: "site"},
						Demand:  workload.Poisson{RequestsPerSecond: c.perSecond, Objects: math.MaxUint32},
						Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1000, MaxBytes: 1000}},
					}},
				}, placement.RegionOnly("region").WithPoPs(1, pops...).WithUpstream(transport.Upstream{KeepAlive: c.keepAlive}))
				return (meanCause(tally, sim.Upstream, time.Millisecond) - float64(way/time.Millisecond)) / float64(handshake/time.Millisecond), err
			},
		})
	}
	return all
}

// splitTCP checks a connection that ends at a PoP near the user, beside one that goes to the origin.
func splitTCP(group string) []check {
	var all []check
	for _, c := range []struct {
		bytes        int64
		direct, edge float64 // ms
	}{{2_000, 285, 140}, {100_000, 475, 180}} {
		for _, through := range []bool{false, true} {
			name, expected := "to the origin, 95 ms away", c.direct
			if through {
				name, expected = "to a PoP, 20 ms away, that has one open to the origin, 80 ms from it", c.edge
			}
			all = append(all, check{
				group: group, source: "(h+n) R, (h+n) R_up + R_po", unit: "ms", exact: true, expected: expected,
				name: fmt.Sprintf("last of %d bytes over a new connection %s", c.bytes, name),
				simulate: func(ctx context.Context, t trial) (float64, error) {
					ms := time.Millisecond
					n, err := topology.New([]topology.Node{
						{ID: "region", Kind: topology.Region}, {ID: "pop", Kind: topology.PoP}, {ID: "metro", Kind: topology.Metro, Users: 1},
					}, append(append(topology.Link{From: "metro", To: "region", Kind: topology.Internet, OneWay: 95 * ms / 2}.Both(),
						topology.Link{From: "metro", To: "pop", Kind: topology.Internet, OneWay: 10 * ms}.Both()...),
						topology.Link{From: "pop", To: "region", Kind: topology.Backbone, OneWay: 40 * ms}.Both()...))
					if err != nil {
						return 0, err
					}
					p := placement.RegionOnly("region")
					if through {
						p = p.WithPoPs(1, "pop").WithUpstream(transport.Upstream{AlwaysOpen: true})
					}
					tally, err := t.run(ctx, sim.Scenario{
						Network: n, Duration: 10 * time.Second,
						Workloads: []workload.Workload{{
							Head:    workload.Head{Name: "site", Client: transport.Connection{Handshake: transport.TCPTLS13, NewShare: 1}},
							Demand:  workload.Poisson{RequestsPerSecond: 5, Objects: math.MaxUint32},
							Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: c.bytes, MaxBytes: c.bytes}},
						}},
					}, p)
					if err == nil && tally.Metric(sim.TTLB).MinNs() != tally.Metric(sim.TTLB).MaxNs() {
						err = fmt.Errorf("latencies of %d to %d ns, all must be equal", tally.Metric(sim.TTLB).MinNs(), tally.Metric(sim.TTLB).MaxNs())
					}
					return float64(tally.Metric(sim.TTLB).MinNs()) / 1e6, err
				},
			})
		}
	}
	return all
}
