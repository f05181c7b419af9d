// Localzone-gaming compares one region with more and more Local Zones for a competitive shooter. It says
// in Go what scenario.yaml says beside it.
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
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/workload"
)

func main() {
	short := flag.Bool("short", false, "two replications of ten minutes")
	flag.Parse()
	s, err := study()
	if err != nil {
		log.Fatal(err)
	}
	if *short {
		s.Replications, s.Duration = 2, 10*time.Minute
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
		"us-west-2-lax-1", "us-west-2-phx-2", "us-west-2-las-1", "us-west-2-sea-1",
		"us-west-2-den-1", "us-east-1-dfw-2", "us-east-1-chi-2", "us-east-1-nyc-2",
	}
	net, err := catalog.AWS(catalog.Selection{
		Countries: []string{"US"}, TopMetros: 60, Regions: []string{"us-west-2"}, LocalZones: zones,
	})
	if err != nil {
		return nil, err
	}

	shooter := workload.Change(workload.CompetitiveFPS(), func(m *workload.Matched) { m.SampledMatches, m.SampledUpdates = 0.03, 0.05 })
	shooter = shooter.Named("shooter").WithPlayers(4000)
	with := func(p placement.Placement, cores int, zones ...string) placement.Placement {
		for _, zone := range zones {
			p = p.With(placement.Assignment{Site: zone, Role: placement.Compute, Cores: cores})
		}
		return p
	}

	region := placement.Placement{Name: "us-west-2"}.With(placement.Assignment{Site: "us-west-2", Role: placement.Compute})
	losAngeles := with(region, 24, zones[0]).Named("+ Los Angeles")
	west := with(losAngeles, 12, zones[1:4]...).Named("+ 4 western zones")
	return &edgewise.Study{
		Title: "A competitive shooter: one region against Local Zones",
		Scenario: sim.Scenario{
			Network: net, Workloads: []workload.Workload{shooter},
			Start:    time.Date(2026, time.March, 3, 1, 0, 0, 0, time.UTC), // 17:00 in Los Angeles
			Duration: 90 * time.Minute, Seed: 1,
		},
		Placements:   []placement.Placement{region, losAngeles, west, with(west, 40, zones[4:]...).Named("+ 8 zones, coast to coast")},
		Replications: 4,
	}, nil
}
