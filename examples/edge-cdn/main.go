// Edge-cdn compares a site without a CDN with PoPs of three cache sizes and three policies. It says in Go what
// scenario.yaml says beside it.
package main

import (
	"context"
	"flag"
	"log"
	"math"
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
	net, err := catalog.AWS(catalog.Selection{
		Continents: []string{"Europe"}, TopMetros: 60,
		Regions: []string{"eu-central-1"}, PoPs: []string{"continent:Europe"},
	})
	if err != nil {
		return nil, err
	}
	var pops []string
	for _, node := range net.OfKind(topology.PoP) {
		pops = append(pops, net.At(node).ID)
	}

	site := workload.WebStatic().Named("site")
	site.Demand = workload.Poisson{RequestsPerSecond: 1500, Objects: 10_000, ZipfExponent: 0.85}
	site = workload.Change(site, func(c *workload.Cacheable) {
		c.Sizes = workload.Sizes{LnMean: math.Log(16_000), LnSD: 1.8, MaxBytes: 100_000_000}
	})

	origin := placement.Placement{Name: "no CDN"}.With(placement.Assignment{Site: "eu-central-1", Role: placement.Origin})
	return &edgewise.Study{
		Title: "A European site: no CDN against PoPs, by cache size and policy",
		Scenario: sim.Scenario{
			Network: net, Workloads: []workload.Workload{site},
			Start:  time.Date(2026, time.March, 2, 18, 0, 0, 0, time.UTC), // 19:00 in Frankfurt
			WarmUp: 8 * time.Minute, Duration: 5 * time.Minute, Seed: 1,
		},
		Placements: []placement.Placement{
			origin,
			origin.WithPoPs(16<<20, pops...).Preloaded().Named("PoPs, 16 MiB each"),
			origin.WithPoPs(128<<20, pops...).Preloaded().Named("PoPs, 128 MiB each"),
			origin.WithPoPs(512<<20, pops...).Preloaded().Named("PoPs, 512 MiB each"),
			evictingBy("sieve", origin.WithPoPs(128<<20, pops...).Preloaded().Named("PoPs, 128 MiB each, SIEVE")),
			evictingBy("gdsf", origin.WithPoPs(128<<20, pops...).Preloaded().Named("PoPs, 128 MiB each, GDSF")),
		},
		Replications: 10,
	}, nil
}

// evictingBy returns the placement with another eviction policy in its PoPs.
func evictingBy(policy string, p placement.Placement) placement.Placement {
	return p.WithEachCache(func(_ string, c *placement.Cache) { c.Policy = policy })
}
