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

// The load that reports tell is that of the work which is announced before a run: with flash crowds, and when workloads begin.
func TestTheLoadThatIsToldHasFlashCrowds(t *testing.T) {
	n, err := catalog.AWS(catalog.Selection{Metros: []string{"istanbul-tr"}, Regions: []string{"eu-central-1"}})
	require.NoError(t, err)
	site := workload.WebStatic().WithRequestsPerSecond(100)
	site.Flashes = []workload.Flash{{At: 2 * time.Minute, For: 4 * time.Minute, Factor: 5}}
	site.Day = workload.Flat()
	game := workload.Change(workload.CompetitiveFPS(), func(d *workload.Sessions) { d.ConcurrentPlayers = 60 })
	game.Flashes = []workload.Flash{{At: 2 * time.Minute, For: 4 * time.Minute, Factor: 5}}
	game.Day = workload.Flat()
	s := &edgewise.Study{
		Scenario: sim.Scenario{
			Network: n, Workloads: []workload.Workload{site, game}, Seed: 1, WarmUp: 4 * time.Minute, Duration: 6 * time.Minute,
		},
		Placements: []placement.Placement{placement.RegionOnly("eu-central-1")}, Replications: 3, SkipWarmUpCheck: true,
	}
	c, err := s.Run(t.Context())
	require.NoError(t, err)
	require.Len(t, c.Demand, 2)
	d := c.Demand[0]
	// Two of the crowd's four minutes are recorded, of six: 100 (1 + 4 * 2 / 6).
	require.InEpsilon(t, 233.333, d.Recorded, 1e-4)
	require.Equal(t, "233 requests per second expected in the recorded time, flash crowd included, 233 % of the daily mean (100; peak 100)", d.String())
	require.InEpsilon(t, s.RecordedWorkOf(0).Requests, d.Recorded*s.Duration.Seconds(), 1e-12)
	asked, err := c.Placements[0].Workloads[0].Figure("requests", "count")
	require.NoError(t, err)
	require.InEpsilon(t, d.Recorded, asked.Estimate.Value/s.Duration.Seconds(), 0.01)
	players := c.Demand[1]
	require.Equal(t, "players", players.Unit)
	require.InEpsilon(t, s.RecordedWorkOf(1).Updates*game.Service.(workload.Matched).UpdatePeriod().Seconds()/s.Duration.Seconds(), players.Recorded, 1e-12)
	require.Greater(t, players.Recorded, 1.1*players.Mean)
}
