package verify

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/cache/theory"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// star is a region with PoPs around it, each 5 ms from a metro of its own, which is 20 ms from the region.
func star(pops int, backbone time.Duration) (*topology.Network, []string, error) {
	const half = 10 * time.Millisecond
	nodes := []topology.Node{{ID: "region", Kind: topology.Region}, {ID: "exchange", Kind: topology.Exchange}}
	links := topology.Link{From: "region", To: "exchange", Kind: topology.Internet, OneWay: half}.Both()
	var ids []string
	for i := range pops {
		pop, metro := fmt.Sprintf("pop-%d", i), fmt.Sprintf("metro-%d", i)
		ids = append(ids, pop)
		nodes = append(nodes, topology.Node{ID: pop, Kind: topology.PoP}, topology.Node{ID: metro, Kind: topology.Metro, Users: 1})
		links = append(links, topology.Link{From: metro, To: pop, Kind: topology.Internet, OneWay: 5 * time.Millisecond}.Both()...)
		links = append(links, topology.Link{From: metro, To: "exchange", Kind: topology.Internet, OneWay: half}.Both()...)
		links = append(links, topology.Link{From: pop, To: "exchange", Kind: topology.Internet, OneWay: half}.Both()...)
		links = append(links, topology.Link{From: pop, To: "region", Kind: topology.Backbone, OneWay: backbone}.Both()...)
	}
	n, err := topology.New(nodes, links)
	return n, ids, err
}

// run simulates a placement and returns the sum over all metros of its first workload.
func (t trial) run(ctx context.Context, s sim.Scenario, p placement.Placement) (sim.Tally, error) {
	s.Seed = t.seed ^ t.entity // the trial's own
	r, err := sim.Run(ctx, sim.Job{Scenario: s, Placement: p, Replication: int(t.replication)})
	if err != nil {
		return sim.Tally{}, err
	}
	return r.Workloads[0].Total()
}

// seconds returns a simulated time by effort.
func (t trial) seconds(n int) time.Duration { return time.Duration(t.scaled(n)) * time.Second }

// slowed returns a service time, too long where it is to be.
func (t trial) slowed(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (1 + t.broken.slower))
}

func share(t sim.Tally, o sim.Outcome) float64 {
	return float64(t.Outcomes[o]) / float64(t.Count(sim.Requests))
}

// meanCause returns a cause of latency in units of a time.
func meanCause(t sim.Tally, c sim.Cause, unit time.Duration) float64 {
	return float64(t.Causes[c]) / float64(t.Answered()) / float64(unit)
}

// placements checks whole runs: users, network, sites.
func placements() []check {
	const group = "Placements"
	var all []check
	for _, servers := range []int{1, 4} {
		all = append(all, check{
			group: group, source: "Erlang C", unit: "service times",
			name:     fmt.Sprintf("API on %d servers of a region at load 0.8: mean wait", servers),
			expected: erlangC(servers, 0.8*float64(servers)) / (0.2 * float64(servers)),
			simulate: func(ctx context.Context, t trial) (float64, error) {
				const service = 10 * time.Millisecond
				n, _, err := star(1, 0)
				if err != nil {
					return 0, err
				}
				tally, err := t.run(ctx, sim.Scenario{
					Network: n, WarmUp: 20 * time.Second, Duration: t.seconds(1000),
					Workloads: []workload.Workload{{
						Head:    workload.Head{Name: "api"},
						Demand:  workload.Poisson{RequestsPerSecond: 80 * float64(servers)},
						Service: workload.Computed{Work: workload.ServiceTime{Mean: t.slowed(service), Law: workload.ExponentialTime}},
					}},
				}, placement.Placement{Name: "p"}.With(placement.Assignment{Site: "region", Role: placement.Compute, Servers: servers}))
				return meanCause(tally, sim.Queue, service), err
			},
		})
	}
	all = append(all, check{
		group: group, source: "1/(mu-lambda) - 1/mu", unit: "service times", expected: 4,
		name: "origin behind ten PoPs that cache nothing, load 0.8: mean wait",
		simulate: func(ctx context.Context, t trial) (float64, error) {
			const service = 2 * time.Millisecond
			n, pops, err := star(10, 20*time.Millisecond)
			if err != nil {
				return 0, err
			}
			p := placement.Placement{Name: "p"}.With(placement.Assignment{Site: "region", Role: placement.Origin, Servers: 1}).WithPoPs(1, pops...)
			tally, err := t.run(ctx, sim.Scenario{
				Network: n, WarmUp: 10 * time.Second, Duration: t.seconds(200),
				Workloads: []workload.Workload{{
					Head:    workload.Head{Name: "site"},
					Demand:  workload.Poisson{RequestsPerSecond: 400, Objects: math.MaxUint32},
					Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1, MaxBytes: 1}, Origin: workload.ServiceTime{Mean: t.slowed(service), Law: workload.ExponentialTime}},
				}},
			}, p)
			return meanCause(tally, sim.Queue, service), err
		},
	})
	all = append(all, check{
		group: group, source: "Che's approximation", expected: .436660, tolerance: approximate,
		name: "PoP with LRU, 1000 of 10000 objects, Zipf 0.8, preloaded: hit ratio",
		simulate: func(ctx context.Context, t trial) (float64, error) {
			n, pops, err := star(1, 0)
			if err != nil {
				return 0, err
			}
			p := placement.RegionOnly("region").WithPoPs(1000, pops...).Preloaded()
			p = p.WithEachCache(func(_ string, c *placement.Cache) { c.Policy = t.broken.policy("lru") })
			tally, err := t.run(ctx, sim.Scenario{
				Network: n, WarmUp: 5 * time.Second, Duration: t.seconds(200),
				Workloads: []workload.Workload{{
					Head:    workload.Head{Name: "site"},
					Demand:  workload.Poisson{RequestsPerSecond: 1000, Objects: 10_000, ZipfExponent: 0.8},
					Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1, MaxBytes: 1}},
				}},
			}, p)
			return share(tally, sim.Hit), err
		},
	})
	return append(all, collapsing(group)...)
}

// collapsing checks what becomes of requests that meet a fetch of the same object: 25 a second for an
// object that is never cached, because it is larger than the cache, and takes 40 ms to fetch.
func collapsing(group string) []check {
	expected, err := theory.TTLWithFetch(25, 0, 40*time.Millisecond)
	if err != nil {
		expected.Delayed, expected.MeanWait = math.NaN(), -1 // show as rows outside
	}
	row := func(name, unit string, want float64, of func(sim.Tally) float64) check {
		return check{
			group: group, source: "renewal cycle of a fetch", name: name, unit: unit, expected: want,
			simulate: func(ctx context.Context, t trial) (float64, error) {
				n, pops, err := star(1, 20*time.Millisecond)
				if err != nil {
					return 0, err
				}
				tally, err := t.run(ctx, sim.Scenario{
					Network: n, WarmUp: time.Second, Duration: t.seconds(2000),
					Workloads: []workload.Workload{{
						Head:    workload.Head{Name: "site"},
						Demand:  workload.Poisson{RequestsPerSecond: 25, Objects: 1},
						Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 100, MaxBytes: 100}},
					}},
				}, placement.RegionOnly("region").WithPoPs(1, pops...).WithUpstream(transport.Upstream{AlwaysOpen: true}))
				return of(tally), err
			},
		}
	}
	return []check{
		row("object never cached, 25 requests a second, 40 ms to fetch: share of delayed hits", "", expected.Delayed,
			func(t sim.Tally) float64 { return share(t, sim.DelayedHit) }),
		row("object never cached: mean wait for the fetch", "ms", float64(expected.MeanWait)/1e6,
			func(t sim.Tally) float64 {
				return meanCause(t, sim.Upstream, time.Millisecond) + meanCause(t, sim.CollapseWait, time.Millisecond)
			}),
	}
}
