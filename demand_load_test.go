package edgewise_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/workload"
)

func TestComparisonsSayTheLoadOfTheRecordedTime(t *testing.T) {
	n, err := catalog.AWS(catalog.Selection{Metros: []string{"istanbul-tr"}, Regions: []string{"eu-central-1"}})
	require.NoError(t, err)
	site := workload.WebStatic().WithRequestsPerSecond(100)
	s := &edgewise.Study{
		Scenario: sim.Scenario{
			Network: n, Workloads: []workload.Workload{site}, Seed: 1,
			Start: time.Date(2026, 3, 3, 17, 29, 30, 0, time.UTC), WarmUp: 30 * time.Second, Duration: 60 * time.Minute, // 20:30 to 21:30 in Istanbul
		},
		Placements: []placement.Placement{placement.RegionOnly("eu-central-1")}, Replications: 3, SkipWarmUpCheck: true,
	}
	c, err := s.Run(t.Context())
	require.NoError(t, err)
	require.Len(t, c.Demand, 1)
	d := c.Demand[0]
	peak := 100 * (1 + 1.5/3.5) // of a cosine, peak to trough 2.5, at 21 h
	require.InEpsilon(t, peak, d.Peak, 1e-9)
	require.InEpsilon(t, peak, d.Recorded, 0.01)
	require.Equal(t, "142 requests per second expected in the recorded time, 142 % of the daily mean (100; peak 143)", d.String())
	asked, err := c.Placements[0].Workloads[0].Figure("requests", "count")
	require.NoError(t, err)
	require.InEpsilon(t, d.Recorded, asked.Estimate.Value/s.Duration.Seconds(), 0.01, "as many come as are expected")
}
