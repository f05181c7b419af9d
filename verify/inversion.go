package verify

import (
	"context"
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// inversion checks how much nearer edges must be than one region with as many servers as all of them, for users to wait no longer in all: each
// edge has a queue of its own, in which some wait while other edges are idle (Ali-Eldin et al., The Hidden Cost of the Edge, SC'21).
func inversion(group string) (all []check) {
	row := func(sites int, load float64) check {
		offered := load * float64(sites)
		return check{
			group: group, source: "M/M/1 less M/M/k (Erlang C)", unit: "service times",
			expected: (load - erlangC(sites, offered)/float64(sites)) / (1 - load),
			name:     fmt.Sprintf("%d edges with a server each against a region with %d, load %v: round trip that edges must save", sites, sites, load),
			simulate: func(ctx context.Context, t trial) (float64, error) {
				const requests = 100_000
				n, edges, err := edgesAndRegion(sites)
				if err != nil {
					return 0, err
				}
				perSecond := offered / serviceMean.Seconds()
				s := sim.Scenario{
					Network: n, WarmUp: 20 * time.Second, Duration: time.Duration(float64(t.scaled(requests)) / perSecond * float64(time.Second)),
					Workloads: []workload.Workload{{
						Head: workload.Head{Name: "api"}, Demand: workload.Poisson{RequestsPerSecond: perSecond},
						Service: workload.Computed{Work: workload.ServiceTime{Mean: t.slowed(serviceMean), Law: workload.ExponentialTime}},
					}},
				}
				var near placement.Placement
				for _, edge := range edges {
					near = near.With(placement.Assignment{Site: edge, Role: placement.Compute, Servers: 1})
				}
				near.Name = "edges"
				far := placement.Placement{Name: "region"}.With(placement.Assignment{Site: "region", Role: placement.Compute, Servers: sites})
				atEdges, err := t.run(ctx, s, near)
				if err != nil {
					return 0, err
				}
				atRegion, err := t.run(ctx, s, far)
				if err != nil {
					return 0, err
				}
				// All sites are equally far away, so that the difference is what edges must save.
				return (atEdges.Metric(sim.TTFB).MeanNs() - atRegion.Metric(sim.TTFB).MeanNs()) / float64(serviceMean), nil
			},
		}
	}
	for _, load := range []float64{.3, .4, .5, .6, .7, .8, .9} {
		all = append(all, row(10, load))
	}
	return append(all, row(5, .7), row(50, .7))
}

// edgesAndRegion returns metros with a Local Zone each that is as far from its users as the region is, and farther from all others; and the zones.
func edgesAndRegion(edges int) (*topology.Network, []string, error) {
	nodes := []topology.Node{{ID: "region", Kind: topology.Region}, {ID: "exchange", Kind: topology.Exchange}}
	var links []topology.Link
	var ids []string
	for i := range edges {
		zone, metro := fmt.Sprintf("zone-%d", i), fmt.Sprintf("metro-%d", i)
		ids = append(ids, zone)
		nodes = append(nodes, topology.Node{ID: zone, Kind: topology.LocalZone, Parent: "region"}, topology.Node{ID: metro, Kind: topology.Metro, Users: 1})
		for _, site := range []string{zone, "region"} {
			links = append(links, topology.Link{From: metro, To: site, Kind: topology.Internet, OneWay: 5 * time.Millisecond}.Both()...)
		}
		for _, end := range []string{zone, metro} { // to other zones
			links = append(links, topology.Link{From: end, To: "exchange", Kind: topology.Internet, OneWay: 20 * time.Millisecond}.Both()...)
		}
		links = append(links, topology.Link{From: zone, To: "region", Kind: topology.Backbone, OneWay: 20 * time.Millisecond}.Both()...)
	}
	n, err := topology.New(nodes, links)
	return n, ids, err
}
