package main

import (
	"context"
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// manyServers is what an origin has that is asked by message but hardly makes anyone wait.
const manyServers = 1000

// simulator runs the toy as a user of the library would: package sim, with everything that it records, on a
// network in which each PoP stands beside a metro of its own and 25 ms from the origin. With servers at the
// origin every miss is two messages between sites, which then advance in windows.
func (t toy) simulator(servers, workers int) func(size, requests int) (outcome, error) {
	return func(_, requests int) (outcome, error) {
		plan, err := t.plan(requests, servers)
		if err != nil {
			return outcome{}, err
		}
		return runPlan(plan, workers)
	}
}

// plan compiles the toy.
func (t toy) plan(requests, servers int) (*sim.Plan, error) {
	nodes := []topology.Node{{ID: "region", Kind: topology.Region}, {ID: "exchange", Kind: topology.Exchange}}
	links := way("region", "exchange", topology.Internet, t.fill/2)
	pops := make([]string, t.pops)
	for i := range pops {
		pop, metro := fmt.Sprintf("pop-%d", i), fmt.Sprintf("metro-%d", i)
		pops[i] = pop
		nodes = append(nodes, topology.Node{ID: pop, Kind: topology.PoP}, topology.Node{ID: metro, Kind: topology.Metro, Users: 1})
		links = append(links, way(metro, pop, topology.Internet, t.hit/2)...)
		links = append(links, way(metro, "exchange", topology.Internet, t.fill/2)...)
		links = append(links, way(pop, "exchange", topology.Internet, t.fill/2)...)
		links = append(links, way(pop, "region", topology.Backbone, t.fill/2)...)
	}
	network, err := topology.New(nodes, links)
	if err != nil {
		return nil, err
	}
	perSecond := t.perSecond * float64(t.pops)
	// The toy's fills take the same time, whatever the connection.
	p := placement.RegionOnly("region").WithPoPs(int64(t.capacity), pops...).WithUpstream(transport.Upstream{AlwaysOpen: true})
	p.Sites[0].Servers = servers
	plans, err := sim.Compile(context.Background(), sim.Scenario{
		Network: network,
		Workloads: []workload.Workload{{
			Head:    workload.Head{Name: "w3", Deadlines: []time.Duration{20 * time.Millisecond, 50 * time.Millisecond}},
			Demand:  workload.Poisson{RequestsPerSecond: perSecond, Objects: t.objects, ZipfExponent: t.exponent},
			Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1, MaxBytes: 1}},
		}},
		Duration: time.Duration(float64(requests) / perSecond * float64(time.Second)), Seed: 1,
	}, p)
	if err != nil {
		return nil, err
	}
	return plans[0], nil
}

func way(from, to string, kind topology.LinkKind, oneWay time.Duration) []topology.Link {
	return topology.Link{From: from, To: to, Kind: kind, OneWay: oneWay}.Both()
}

// runPlan runs a plan of one workload. It checks the hit ratio of a cacheable workload, the mean latency in ms
// of any other.
func runPlan(plan *sim.Plan, workers int) (outcome, error) {
	var result *sim.Result
	cpu, err := timed(func() (err error) {
		result, err = plan.RunOn(context.Background(), 0, workers, nil)
		return err
	})
	if err != nil {
		return outcome{}, err
	}
	w := &result.Workloads[0]
	total, err := w.Total()
	if err != nil {
		return outcome{}, err
	}
	check := total.Metric(w.Kind.Metrics()[0]).MeanNs() / 1e6
	if w.Kind.MeetsCaches() {
		check = float64(total.Outcomes[sim.Hit]) / float64(total.Count(sim.Requests))
	}
	return outcome{int(total.Count(sim.Requests)), cpu, check}, nil
}

// game runs a competitive shooter of so many players in the largest metros of the catalogue, on servers in
// one region, for as long as the updates last. An hour of 1,000 players is 461 million updates.
func game(players, metros int) func(size, updates int) (outcome, error) {
	return func(_, updates int) (outcome, error) {
		network, err := catalog.AWS(catalog.Selection{TopMetros: metros, Regions: []string{"us-east-1"}})
		if err != nil {
			return outcome{}, err
		}
		g := workload.CompetitiveFPS().WithPlayers(float64(players))
		g.Day = workload.Flat()
		plans, err := sim.Compile(context.Background(), sim.Scenario{
			Network: network, Workloads: []workload.Workload{g},
			Duration: time.Duration(updates / players * int(g.Service.(workload.Matched).UpdatePeriod())), Seed: 1,
		}, placement.RegionOnly("us-east-1"))
		if err != nil {
			return outcome{}, err
		}
		return runPlan(plans[0], 1)
	}
}

// webSite runs a web site for the largest metros of the catalogue, from a region and all PoPs of its country.
func webSite(n int) func(size, requests int) (outcome, error) {
	return func(_, requests int) (outcome, error) {
		network, err := catalog.AWS(catalog.Selection{TopMetros: n, Regions: []string{"us-east-1"}, PoPs: []string{"country:US"}})
		if err != nil {
			return outcome{}, err
		}
		const perSecond = 50_000
		site := workload.WebStatic().WithRequestsPerSecond(perSecond)
		site.Day = workload.Flat()
		var pops []string
		for _, i := range network.OfKind(topology.PoP) {
			pops = append(pops, network.At(i).ID)
		}
		plans, err := sim.Compile(context.Background(), sim.Scenario{
			Network: network, Workloads: []workload.Workload{site},
			Duration: time.Duration(float64(requests) / perSecond * float64(time.Second)), Seed: 1,
		}, placement.RegionOnly("us-east-1").WithPoPs(1<<30, pops...))
		if err != nil {
			return outcome{}, err
		}
		return runPlan(plans[0], 1)
	}
}
