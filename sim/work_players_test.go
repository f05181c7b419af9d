package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// The memory of players is that of the players who are there in the run: by the hour of the day, and with a crowd.
func TestMemoryIsOfThePlayersWhoAreThere(t *testing.T) {
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "region", Kind: topology.Region},
	}, both("metro", "region", topology.Internet, 10))
	require.NoError(t, err)
	const concurrent = 2000.
	game := workload.Change(workload.CompetitiveFPS(), func(d *workload.Sessions) { d.ConcurrentPlayers = concurrent })
	s := Scenario{Network: n, Workloads: []workload.Workload{game}, Duration: 5 * time.Minute, Seed: 1}
	p := placement.RegionOnly("region")
	memory := func(hour int) float64 {
		s.Start = time.Date(2026, 3, 3, hour, 0, 0, 0, time.UTC)
		return float64(s.MemoryBytes(&p))
	}
	for _, hour := range []int{10, 22} { // few and many are there
		predicted := memory(hour) / playerBytes
		plans, err := Compile(t.Context(), s, p)
		require.NoError(t, err)
		r, err := plans[0].Run(t.Context(), 0)
		require.NoError(t, err)
		played := float64(r.Workloads[0].Metros[0].Outcomes[Played]) * game.Service.(workload.Matched).UpdatePeriod().Seconds() / s.Duration.Seconds()
		require.InEpsilon(t, played, predicted, 0.1, "at %d h, of %v on the mean", hour, concurrent)
	}
	require.Greater(t, memory(22), 2*memory(10))
	s.Workloads[0].Day = workload.Flat()
	require.InEpsilon(t, concurrent*playerBytes, memory(10), 0.01)
	s.Workloads[0].Flashes = []workload.Flash{{At: time.Minute, For: 4 * time.Minute, Factor: 20}}
	require.Greater(t, memory(10), 1.2*concurrent*playerBytes)
}
