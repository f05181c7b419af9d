package edgewise_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/workload"
)

// Ten requests a second are ten in every step, the last of which has half the length, and of all replications together at the site that all go to.
func TestStepsOfATimelineAreASecond(t *testing.T) {
	s := drillStudy(t)
	s.Failures, s.Duration = nil, 195*time.Second
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	for p, site := range []string{"a", "b"} {
		over := &c.Placements[p].Workloads[0].Timeline
		require.Equal(t, 20, over.Steps)
		require.Equal(t, 5.0, over.Seconds(19, s.Duration))
		for k, e := range over.Line("requests").Values {
			require.Equal(t, 10.0, e.Value, "step %d", k)
		}
		asked := 0
		for _, at := range over.Sites {
			for _, line := range at.Lines {
				if at.ID == site && line.Name == "requests" {
					asked++
					for k, x := range line.Values {
						require.Equal(t, 10.0, x, "step %d of %s", k, at.ID)
					}
				}
			}
		}
		require.Equal(t, 1, asked)
	}
}

// A request every five seconds on the mean: two runs have very different numbers of them in a step, and so t = 12.7 times their standard error reaches far below 0.
func TestStepsOfATimelineHaveNoIntervalsBelowZero(t *testing.T) {
	s := drillStudy(t)
	s.Workloads[0].Demand = workload.Poisson{RequestsPerSecond: .2, Objects: 10}
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	cut := map[string]int{}
	for _, line := range c.Placements[0].Workloads[0].Timeline.Lines {
		for k, e := range line.Values {
			if e.HasInterval() {
				require.GreaterOrEqual(t, e.Low, 0., "%s, step %d", line.Name, k)
				if e.Low == 0 && e.High > 2*e.Value {
					cut[line.Name]++
				}
			}
		}
	}
	require.Greater(t, cut["requests"], 5)
	require.Greater(t, cut["mean"], 2)
}
