package main

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/report"
)

func TestEveryPartHasItsEffect(t *testing.T) {
	study, err := reader.Load("robots.yaml")
	require.NoError(t, err)
	require.Len(t, study.OwnParts(), 7)
	c, err := study.Run(context.Background())
	require.NoError(t, err)
	figure := func(placement, metric, statistic string) float64 {
		f, err := c.Placement(placement).Workload("robots").Figure(metric, statistic)
		require.NoError(t, err)
		return f.Value
	}
	require.InDelta(t, 2*study.Duration/(200*time.Millisecond), figure("LRU", "requests", "count"), 2, "demand: a robot a metro")
	require.Zero(t, figure("LRU", "cache", "request hit ratio"))
	require.InDelta(t, 0.5, figure("LIFO", "cache", "request hit ratio"), 0.01, "policy: half of the pages stay")
	require.InDelta(t, 0.5, figure("every second page", "cache", "request hit ratio"), 0.01, "admission")
	require.Greater(t, figure("half of them elsewhere", "breakdown", "propagation"), 1.2*figure("LIFO", "breakdown", "propagation"), "routing rule")
	require.InDelta(t, 20, figure("LRU", "page", "mean size"), 0.001, "measure")
	dir := t.TempDir()
	require.NoError(t, report.WriteAll(dir, c))
	text, err := os.ReadFile(dir + "/own/summary.txt")
	require.NoError(t, err)
	require.Equal(t, study.Title+": 4 placements, 2 runs of each\n", string(text), "output")

	// The same parts in Go, but without the tunnel.
	mean := figure("LIFO", "ttfb", "mean")
	study.Network = study.Network.WithCorrection(study.Network.Correction().(Tunnel).Correction)
	study.Workloads[0].Demand = Crawler{Pause: 200 * time.Millisecond, Pages: 1000}
	study.Placements[3] = study.Placements[0].Named("LIFO in Go").WithEachCache(func(_ string, c *placement.Cache) { c.NewPolicy = NewLIFO })
	c, err = study.Run(context.Background())
	require.NoError(t, err)
	require.Equal(t, figure("LIFO", "ttfb", "mean"), figure("LIFO in Go", "ttfb", "mean"))
	require.Greater(t, mean, figure("LIFO", "ttfb", "mean")+20, "correction: 20 ms and more")
}
