package report

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/sweep"
)

func TestAnAnswerSaysAtWhichValuesItIsSure(t *testing.T) {
	r := &sweep.Result{Keys: []sweep.Key{{Path: "workloads.shooter.tick_hz", IsNumber: true}}}
	c := &sweep.Crossing{First: "zone", Second: "region", Order: sweep.FirstMore, ShownAt: []float64{64, 128}, Points: 4}
	require.Contains(t, crossingInWords(r, c), "zone has more than region on the mean at every tick_hz, surely at 64, 128")
	c.ShownAt = []float64{20, 30, 64, 128}
	require.Regexp(t, "zone has more than region at every tick_hz$", crossingInWords(r, c))
	c.Order, c.ShownAt = sweep.FirstLess, nil
	require.Contains(t, crossingInWords(r, c), "zone has less than region at every tick_hz (one replication: no interval)")
}
