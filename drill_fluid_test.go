package edgewise_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/workload"
)

// slowedStudy has one server that 200 requests a second keep busy half of the time, and slow it, 5 minutes after the warm-up, by a factor: then 0.5 x factor seconds of work come each
// second, a second is done, and the rest waits. Once it is as fast as ever the backlog drains by half a second each second: in closed form the wait is over after the time that
// it is slow, times 1 + (0.5 factor - 1) / 0.5.
func slowedStudy(t *testing.T, factor float64, lasts time.Duration) *edgewise.Study {
	s := drillStudy(t)
	p := placement.Placement{Name: "one server", Sites: []placement.Assignment{{Site: "region", Role: placement.Compute, Servers: 1}}}
	s.Placements, s.Failures, s.Replications = []placement.Placement{p}, nil, 5
	s.Workloads = []workload.Workload{{
		Head: workload.Head{Name: "api"}, Demand: workload.Poisson{RequestsPerSecond: 200},
		Service: workload.Computed{ResponseBytes: 10, Work: workload.ServiceTime{Mean: 2500 * time.Microsecond}},
	}}
	s.Duration, s.Timeline = 15*time.Minute, &sim.Steps{Step: 5 * time.Second}
	s.Slowdowns = []sim.Slowdown{{Site: "region", At: s.WarmUp + 5*time.Minute, For: lasts, Factor: factor}}
	return s
}

func TestABacklogDrainsInTheTimeOfTheFluid(t *testing.T) {
	for factor, want := range map[float64]float64{3: 60 * 2, 4: 60 * 3, 6: 60 * 5} {
		c, err := slowedStudy(t, factor, time.Minute).Run(context.Background())
		require.NoError(t, err)
		f, ok := c.Placements[0].Workloads[0].Figures.Find("drill: region slow", "recovered after")
		require.True(t, ok)
		require.True(t, f.HasInterval(), "%v", f)
		// 5 % of a round trip of 80 ms are tolerated, 4 ms of a backlog of 30 s and more.
		require.LessOrEqual(t, f.Low, want+5, "%v", f)
		require.GreaterOrEqual(t, f.High, want-5, "%v", f)
		require.InDelta(t, want+2.5, f.Value, 2.5, "%v", f)
	}
	// Twelve times as slow for a minute takes 11 minutes, and one more than the run is left to end: it does not recover within it. Nor does what is slow for good.
	for _, s := range []*edgewise.Study{slowedStudy(t, 12, time.Minute), slowedStudy(t, 3, 10*time.Minute)} {
		c, err := s.Run(context.Background())
		require.NoError(t, err)
		f, ok := c.Placements[0].Workloads[0].Figures.Find("drill: region slow", "recovered after")
		require.True(t, ok)
		require.False(t, f.HasValue(), "%v", f)
		recovered, ok := c.Placements[0].Workloads[0].Figures.Find("drill: region slow", "recovered")
		require.True(t, ok)
		require.Zero(t, recovered.Value)
	}
	// A little slower, by half of what it has to spare, no queue is left: the service takes 1 ms more, of 83.
	c, err := slowedStudy(t, 1.4, time.Minute).Run(context.Background())
	require.NoError(t, err)
	f, ok := c.Placements[0].Workloads[0].Figures.Find("drill: region slow", "recovered after")
	require.True(t, ok)
	require.LessOrEqual(t, f.Value, 65.0, "%v", f)
}
