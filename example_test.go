package edgewise_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/workload"
)

// A shooter for Los Angeles and Phoenix: does a Local Zone in each city help?
func Example() {
	net, err := catalog.AWS(catalog.Selection{
		Metros:     []string{"los-angeles-us", "phoenix-us"},
		LocalZones: []string{"us-west-2-lax-1", "us-west-2-phx-2"},
	})
	if err != nil {
		log.Fatal(err)
	}
	game := workload.CompetitiveFPS().WithPlayers(200)
	region := placement.RegionOnly("us-west-2")
	study := edgewise.Study{
		Title: "A shooter in the US West",
		Scenario: sim.Scenario{
			Network: net, Workloads: []workload.Workload{game}, Seed: 1,
			Start: time.Date(2026, time.March, 3, 4, 0, 0, 0, time.UTC), Duration: 10 * time.Second,
		},
		Placements:   []placement.Placement{region, region.WithLocalZones("us-west-2-lax-1", "us-west-2-phx-2")},
		Replications: 5,
	}
	comparison, err := study.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range comparison.Placements {
		median, err := p.Workload(game.Name).Metric("response").P(0.5)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: half of the updates answered within %.0f ms (%.0f to %.0f)\n", p.Name, median.Value, median.Low, median.High)
	}
	// Output:
	// region only: half of the updates answered within 51 ms (50 to 51)
	// region only + Local Zones: half of the updates answered within 21 ms (20 to 22)
}
