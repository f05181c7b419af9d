// Localzone-vs-edge asks what should serve a game, a static site and its API: the region, PoPs, Local
// Zones or both. It says in Go what scenario.yaml says beside it.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/workload"
)

func main() {
	short := flag.Bool("short", false, "two replications of ten seconds")
	flag.Parse()
	s, err := study()
	if err != nil {
		log.Fatal(err)
	}
	if *short {
		s.Replications, s.WarmUp, s.Duration = 2, 10*time.Second, 10*time.Second
		s.SkipWarmUpCheck = true
	}
	comparison, err := s.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	if err := report.WriteTable(os.Stdout, comparison); err != nil {
		log.Fatal(err)
	}
}

func study() (*edgewise.Study, error) {
	zones := []string{
		"us-west-2-lax-1", "us-west-2-las-1", "us-west-2-phx-2", "us-west-2-den-1", "us-west-2-sea-1", "us-west-2-pdx-1",
	}
	net, err := catalog.AWS(catalog.Selection{
		Metros: []string{
			"los-angeles-us", "seattle-us", "phoenix-us", "san-francisco-us", "denver-us", "portland-us",
			"sacramento-us", "san-bernardino-us", "san-jose-us", "irvine-us", "albuquerque-us", "san-diego-us",
			"las-vegas-us", "ogden-us", "fresno-us", "stockton-us",
		},
		Regions: []string{"us-west-2"}, LocalZones: zones, PoPs: []string{"country:US"},
	})
	if err != nil {
		return nil, err
	}
	var pops []string
	for _, node := range net.OfKind(topology.PoP) {
		pops = append(pops, net.At(node).ID)
	}

	shooter := workload.CompetitiveFPS().Named("shooter").WithPlayers(2000)
	shooter = workload.Change(shooter, func(m *workload.Matched) { m.SampledUpdates = 0.025 })
	site := workload.WebStatic().Named("site").WithRequestsPerSecond(500)
	api := workload.APIDynamic().Named("api").WithRequestsPerSecond(200)

	region := placement.RegionOnly("us-west-2")
	withZones := region.WithLocalZones(zones...)
	return &edgewise.Study{
		Title: "A game, a site and an API for the western United States",
		Scenario: sim.Scenario{
			Network: net, Workloads: []workload.Workload{shooter, site, api},
			Start:  time.Date(2026, time.March, 3, 4, 0, 0, 0, time.UTC), // 20:00 in Los Angeles
			WarmUp: time.Minute, Duration: 5 * time.Minute, Seed: 1,
		},
		Placements: []placement.Placement{
			region,
			region.WithPoPs(1<<30, pops...).Preloaded().ViaPoP().Named("+ PoPs"),
			withZones.Named("+ Local Zones"),
			withZones.WithPoPs(1<<30, pops...).Preloaded().Named("+ both"),
		},
		Replications: 10,
	}, nil
}
