package verify

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// A counter is an API whose users ask one site.
type counter struct {
	service workload.ServiceTime
	pool    placement.Pool
	load    float64 // of its servers
	// others is how many other workloads ask the same servers for as much.
	others int
}

// serviceMean is the mean work of the servers of runs.
const serviceMean = 10 * time.Millisecond

// run simulates the API for about so many requests at normal effort.
func (c *counter) run(ctx context.Context, t trial, requests int) (sim.Tally, error) {
	n, _, err := star(1, 0)
	if err != nil {
		return sim.Tally{}, err
	}
	work := c.service
	if work.Law == workload.EmpiricalTime {
		var times []time.Duration
		for _, x := range work.Times {
			times = append(times, t.slowed(x))
		}
		work = workload.Empirical(times...)
	}
	work.Mean = t.slowed(c.service.Mean)
	perSecond := c.load * float64(c.pool.Servers) / serviceMean.Seconds() / float64(1+c.others)
	s := sim.Scenario{
		Network: n, WarmUp: 20 * time.Second, Duration: time.Duration(float64(t.scaled(requests)) / perSecond * float64(time.Second)),
	}
	for i := range 1 + c.others {
		s.Workloads = append(s.Workloads, workload.Workload{
			Head: workload.Head{Name: fmt.Sprint("api-", i)}, Demand: workload.Poisson{RequestsPerSecond: perSecond}, Service: workload.Computed{Work: work},
		})
	}
	return t.run(ctx, s, placement.Placement{Name: "p"}.With(placement.Assignment{Site: "region", Role: placement.Compute, Pools: []placement.Pool{c.pool}}))
}

// servers checks what servers of sites do with work: laws, disciplines, bounds and sharing.
func servers() []check {
	const group, requests = "Servers", 100_000
	mean := func(law workload.ServiceLaw, variation float64) workload.ServiceTime {
		return workload.ServiceTime{Mean: serviceMean, Law: law, Variation: variation}
	}
	row := func(name, source, unit string, expected float64, c counter, of func(sim.Tally) float64) check {
		return check{
			group: group, name: name, source: source, unit: unit, expected: expected,
			simulate: func(ctx context.Context, t trial) (float64, error) {
				tally, err := c.run(ctx, t, requests)
				return of(tally), err
			},
		}
	}
	wait := func(t sim.Tally) float64 { return meanCause(t, sim.Queue, serviceMean) }
	rejected := func(t sim.Tally) float64 { return share(t, sim.Rejected) }
	var all []check
	for _, c := range []struct {
		name string
		work workload.ServiceTime
	}{
		{"M/D/1", mean(workload.ConstantTime, 0)},
		{"gamma work, variance 4", mean(workload.GammaTime, 2)},
		{"lognormal work, variance 1/4", mean(workload.LognormalTime, .5)},
		{"measured work, half of 4 ms, half of 16 ms", workload.Empirical(4*time.Millisecond, 16*time.Millisecond)},
	} {
		load := .7
		all = append(all, row(fmt.Sprintf("API on one server at load %v, %s: mean wait", load, c.name), "Pollaczek-Khinchine", "service times",
			load*(1+c.work.SquaredVariation())/2/(1-load), counter{service: c.work, pool: placement.Pool{Servers: 1}, load: load}, wait))
	}
	for _, c := range []struct {
		name string
		work workload.ServiceTime
	}{{"exponential work", mean(workload.ExponentialTime, 0)}, {"constant work", mean(workload.ConstantTime, 0)}, {"gamma work, variance 4", mean(workload.GammaTime, 2)}} {
		all = append(all, row("API on one server that all share, load 0.7, "+c.name+": mean time at the site", "1/(1-rho), whatever the law", "service times", 1/(1-.7),
			counter{service: c.work, pool: placement.Pool{Servers: 1, Discipline: placement.SharedProcessor}, load: .7},
			func(t sim.Tally) float64 { return wait(t) + meanCause(t, sim.Service, serviceMean) }))
	}
	all = append(all,
		row("two APIs that share four servers at load 0.8: mean wait", "Erlang C", "service times", erlangC(4, 3.2)/.8,
			counter{service: mean(workload.ExponentialTime, 0), pool: placement.Pool{Servers: 4}, load: .8, others: 1}, wait),
		row("M/M/1/10 at load 0.8: share rejected", "(1-rho)rho^10/(1-rho^11)", "", .0234929,
			counter{service: mean(workload.ExponentialTime, 0), pool: placement.Pool{Servers: 1, Queue: placement.AtMost(9)}, load: .8}, rejected),
		row("the same where all share the server: share rejected", "(1-rho)rho^10/(1-rho^11), whatever the law", "", .0234929,
			counter{service: mean(workload.GammaTime, 2), pool: placement.Pool{Servers: 1, Queue: placement.AtMost(9), Discipline: placement.SharedProcessor}, load: .8}, rejected),
		row("ten servers without a queue for work of 8, lognormal: share rejected", "Erlang B, whatever the law", "", stats.ErlangB(10, 8),
			counter{service: mean(workload.LognormalTime, 2), pool: placement.Pool{Servers: 10, Queue: placement.AtMost(0)}, load: .8}, rejected),
		row("M/M/1 at load 0.8 that sheds waits of more than 3 service times: share rejected", "virtual wait of M/M/1 with balking", "", shed(.8, 3),
			counter{service: mean(workload.ExponentialTime, 0), pool: placement.Pool{Servers: 1, Shed: 3 * serviceMean}, load: .8}, rejected),
	)
	all = append(all, tandem(group), overflow(group))
	all = append(all, inversion(group)...)
	return append(all, heavyTraffic(group)...)
}

// overflow checks servers whose requests go on to others where there is no room: Erlang's ordered hunting, in which the second group
// loses as much of all as both would as one.
func overflow(group string) check {
	const near, far, load = 5, 3, 6.0
	return check{
		group: group, source: "Erlang B of all servers", expected: stats.ErlangB(near+far, load),
		name: "Local Zone with five servers for work of 6 that spills to a region with three, 10 ms away: share rejected",
		simulate: func(ctx context.Context, t trial) (float64, error) {
			n, err := zoneAndRegion(10 * time.Millisecond)
			if err != nil {
				return 0, err
			}
			const perSecond = 600
			pool := func(servers int, s placement.Spill) []placement.Pool {
				return []placement.Pool{{Servers: servers, Queue: placement.AtMost(0), Spill: s}}
			}
			tally, err := t.run(ctx, sim.Scenario{
				Network: n, WarmUp: 5 * time.Second, Duration: t.seconds(300),
				Workloads: []workload.Workload{{
					Head: workload.Head{Name: "api"}, Demand: workload.Poisson{RequestsPerSecond: perSecond},
					Service: workload.Computed{Work: workload.ServiceTime{Mean: t.slowed(time.Duration(load / perSecond * float64(time.Second))), Law: workload.ExponentialTime}},
				}},
			}, placement.Placement{Name: "p"}.With(
				placement.Assignment{Site: "zone", Role: placement.Compute, Pools: pool(near, placement.Spill{Rule: placement.SpillToNearest})},
				placement.Assignment{Site: "region", Role: placement.Compute, Pools: pool(far, placement.Spill{})}))
			return share(tally, sim.Rejected), err
		},
	}
}

// zoneAndRegion returns a metro next to a Local Zone, of which the region is so far away.
func zoneAndRegion(apart time.Duration) (*topology.Network, error) {
	return topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "zone", Kind: topology.LocalZone, Parent: "region"}, {ID: "region", Kind: topology.Region},
	}, append(append(topology.Link{From: "metro", To: "zone", Kind: topology.Internet, OneWay: time.Millisecond}.Both(),
		topology.Link{From: "metro", To: "region", Kind: topology.Internet, OneWay: 2 * apart}.Both()...),
		topology.Link{From: "zone", To: "region", Kind: topology.Backbone, OneWay: apart}.Both()...))
}

// shed returns the share that an M/M/1 queue rejects which lets nobody wait longer than a limit, in service times: the virtual wait has
// the density rho*p0*exp(-(1-rho)x) up to the limit, and falls off as exp(-x) beyond it (by level crossings, Brill and Posner 1977).
func shed(rho, limit float64) float64 {
	beyond := math.Exp(-(1 - rho) * limit)
	idle := 1 / (1 + rho*(1-beyond)/(1-rho) + float64(rho*beyond))
	return rho * beyond * idle
}

// tandem checks two queues one after the other: a Local Zone whose requests each make a call to the region. What leaves M/M/1 is a
// Poisson process again (Burke 1956).
func tandem(group string) check {
	const near, far, perSecond = .6, .8, 200.0
	return check{
		group: group, source: "two M/M/1 in a row (Burke)", unit: "ms", expected: 1e3 / perSecond * (near*near/(1-near) + far*far/(1-far)),
		name: "Local Zone at load 0.6, each request with a call to a region at load 0.8: mean wait at both",
		simulate: func(ctx context.Context, t trial) (float64, error) {
			n, err := zoneAndRegion(5 * time.Millisecond)
			if err != nil {
				return 0, err
			}
			work := func(load float64) workload.ServiceTime {
				return workload.ServiceTime{Mean: t.slowed(time.Duration(load / perSecond * float64(time.Second))), Law: workload.ExponentialTime}
			}
			pool := func(site string) placement.Assignment {
				return placement.Assignment{Site: site, Role: placement.Compute, Pools: []placement.Pool{{Servers: 1}}}
			}
			tally, err := t.run(ctx, sim.Scenario{
				Network: n, WarmUp: 20 * time.Second, Duration: t.seconds(500),
				Workloads: []workload.Workload{{
					Head:    workload.Head{Name: "api"},
					Demand:  workload.Poisson{RequestsPerSecond: perSecond},
					Service: workload.Computed{Work: work(near), Data: workload.DataCalls{Home: "region", Probability: 1, Calls: 1, Service: work(far)}},
				}},
			}, placement.Placement{Name: "p"}.With(pool("zone"), pool("region")))
			return meanCause(tally, sim.Queue, time.Millisecond), err
		},
	}
}
