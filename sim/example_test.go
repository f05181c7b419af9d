package sim_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// One run on a network of three nodes: a metro, a PoP 4 ms away, and the origin 30 ms behind it.
func Example() {
	link := func(from, to string, kind topology.LinkKind, oneWay time.Duration) []topology.Link {
		return topology.Link{From: from, To: to, Kind: kind, OneWay: oneWay}.Both()
	}
	links := append(link("town", "pop", topology.Internet, 4*time.Millisecond),
		link("pop", "region", topology.Backbone, 30*time.Millisecond)...)
	links = append(links, link("town", "region", topology.Internet, 45*time.Millisecond)...)
	net, err := topology.New([]topology.Node{
		{ID: "town", Kind: topology.Metro, Users: 1},
		{ID: "pop", Kind: topology.PoP},
		{ID: "region", Kind: topology.Region},
	}, links)
	if err != nil {
		log.Fatal(err)
	}
	site := workload.Workload{
		Head:    workload.Head{Name: "site"},
		Demand:  workload.Poisson{RequestsPerSecond: 100, Objects: 1000, ZipfExponent: 0.8},
		Service: workload.Cacheable{Sizes: workload.Sizes{LnMean: 9, LnSD: 1}},
	}
	result, err := sim.Run(context.Background(), sim.Job{
		Scenario:  sim.Scenario{Network: net, Workloads: []workload.Workload{site}, Duration: time.Minute, Seed: 1},
		Placement: placement.RegionOnly("region").WithPoPs(4<<20, "pop"),
	})
	if err != nil {
		log.Fatal(err)
	}
	tally := &result.Workloads[0].Metros[0]
	for outcome, n := range tally.Outcomes {
		if n > 0 {
			fmt.Println(sim.Outcome(outcome), n)
		}
	}
	fmt.Println("fastest", time.Duration(tally.Metric(sim.TTFB).MinNs()), "slowest", time.Duration(tally.Metric(sim.TTFB).MaxNs()))
	// Output:
	// HIT 3575
	// DELAYED_HIT 16
	// MISS 2458
	// fastest 8ms slowest 206.357021ms
}
