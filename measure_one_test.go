package edgewise_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/workload"
)

func TestAFigureOfOneRunIsThatOfAStudyOfOneRun(t *testing.T) {
	network, err := catalog.AWS(catalog.Selection{Countries: []string{"US"}, TopMetros: 6, Regions: []string{"us-west-2"}})
	require.NoError(t, err)
	shooter := workload.Change(workload.CompetitiveFPS().Named("shooter"), func(m *workload.Matched) { m.SampledUpdates = 0.002 })
	shooter.Demand = workload.Sessions{ConcurrentPlayers: 200, Length: workload.Weibull{Shape: 1.5, Scale: time.Hour}}
	study := edgewise.Study{
		Title: "one run", Scenario: sim.Scenario{Network: network, Workloads: []workload.Workload{shooter}, Duration: 10 * time.Minute, Seed: 7},
		Placements: []placement.Placement{placement.RegionOnly("us-west-2")}, Replications: 1, SkipWarmUpCheck: true,
	}
	c, err := study.Run(context.Background())
	require.NoError(t, err)
	plans, err := sim.Compile(context.Background(), study.Scenario, study.Placements...)
	require.NoError(t, err)
	run, err := plans[0].Run(context.Background(), 0)
	require.NoError(t, err)
	w := &run.Workloads[0]
	total, err := w.Total()
	require.NoError(t, err)
	measures, err := study.MeasuresOf("shooter")
	require.NoError(t, err)
	figures, same := c.Placements[0].Workloads[0].Figures, 0
	for i := range measures {
		m := &measures[i]
		value, ok := m.In(&edgewise.Tallies{Tally: &total, Workload: w, Duration: study.Duration})
		f, isThere := figures.Find(m.Metric, m.Statistic)
		if !ok || !isThere || !f.HasValue() {
			continue
		}
		require.InDelta(t, f.Value, value, 1e-9*max(1, f.Value), m.Name())
		same++
	}
	require.Greater(t, same, 40)
}
