package edgewise_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/scenario"
)

const slowest = `title: Slowest
duration: 20s
check_warm_up: false
replications: 2
tails: true
network: {provider: aws, metros: {names: [london, paris]}}
workloads:
  - {name: site, kind: static, requests_per_second: 50, objects: 100, zipf_exponent: 1, sizes: {median: 20kB}, origin_service: 20ms, freshness: {max_age: 5s, validator: true}}
  - {name: api, preset: api-dynamic, requests_per_second: 20}
  - {name: fps, preset: competitive-fps, concurrent_players: 40}
placements:
  - {name: region, origin: eu-central-1, compute: eu-central-1}
  - {name: edge, extends: region, edge_caches: {sites: [pop-lhr, pop-cdg], size: 1MB}}
`

// The slowest requests are taken apart for every placement, workload and metro, exactly, and what is asked for is said before.
func TestTheSlowestRequestsAreTakenApart(t *testing.T) {
	study, err := scenario.Parse("slowest.yaml", []byte(slowest))
	require.NoError(t, err)
	require.Equal(t, 4, study.Predict().Tails)
	c, err := study.Run(context.Background())
	require.NoError(t, err)
	for _, p := range c.Placements {
		for _, w := range p.Workloads {
			if w.Kind == "matched" {
				require.Nil(t, w.Tails)
				continue
			}
			require.Len(t, w.Tails, 5)
			for i, tail := range w.Tails {
				sum := int64(0)
				for _, cause := range tail.Causes {
					sum += cause.SumNs
				}
				require.Equal(t, tail.SumNs, sum)
				require.Positive(t, tail.Requests)
				if i > 0 {
					require.Less(t, tail.Requests, w.Tails[i-1].Requests)
					require.Greater(t, tail.ThresholdNs, w.Tails[i-1].ThresholdNs)
				}
			}
			requests := uint64(0)
			for _, m := range w.Metros {
				require.Len(t, m.Tails, 5)
				requests += m.Tails[0].Requests
			}
			require.Equal(t, w.Tails[0].Requests, requests)
		}
	}
	study.Tails = false
	plain, err := study.Run(context.Background())
	require.NoError(t, err)
	require.Nil(t, plain.Placements[0].Workloads[0].Tails)
	require.Equal(t, plain.Placements[1].Workloads[0].Figures, c.Placements[1].Workloads[0].Figures)
}
