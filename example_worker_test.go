package edgewise_test

import (
	"context"
	"fmt"
	"log"
	"sync"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/workload"
)

// A worker of one's own takes cells from wherever it likes, and hands on bytes; whoever has them all compares.
func Example_worker() {
	net, err := catalog.AWS(catalog.Selection{Metros: []string{"los-angeles-us"}, LocalZones: []string{"us-west-2-lax-1"}})
	if err != nil {
		log.Fatal(err)
	}
	region := placement.RegionOnly("us-west-2")
	study := edgewise.Study{
		Title: "An API in Los Angeles",
		Scenario: sim.Scenario{
			Network: net, Workloads: []workload.Workload{workload.APIDynamic().WithRequestsPerSecond(50)}, Seed: 1, Duration: 5 * time.Second,
		},
		Placements:   []placement.Placement{region, region.WithLocalZones("us-west-2-lax-1")},
		Replications: 2, SkipWarmUpCheck: true,
	}
	cells, err := study.Cells()
	if err != nil {
		log.Fatal(err)
	}
	queue := make(chan edgewise.Cell, len(cells)) // a queue of messages, with a network in between
	results := make(chan []byte, len(cells))
	for _, c := range cells {
		queue <- c
	}
	close(queue)
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			for cell := range queue {
				result, err := study.RunCell(context.Background(), cell)
				if err != nil {
					log.Fatal(err)
				}
				data, err := result.MarshalBinary()
				if err != nil {
					log.Fatal(err)
				}
				results <- data
			}
		})
	}
	workers.Wait()
	close(results)
	var all []*edgewise.CellResult
	for data := range results {
		result := new(edgewise.CellResult)
		if err := result.UnmarshalBinary(data); err != nil {
			log.Fatal(err)
		}
		all = append(all, result)
	}
	comparison, err := study.Compare(context.Background(), all)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(all), "cells,", comparison.Replications, "replications of", len(comparison.Placements), "placements")
	// Output: 4 cells, 2 replications of 2 placements
}
