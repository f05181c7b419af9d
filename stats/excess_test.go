package stats_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/stats"
)

func TestExcessPIsTheBinomialTail(t *testing.T) {
	// 1 - 0.95^20 = 0.641514; P(at least 3 of 20) = 0.075484.
	require.InDelta(t, 0.641514, stats.ExcessP(1, 20, 0.95), 1e-6)
	require.InDelta(t, 0.075484, stats.ExcessP(3, 20, 0.95), 1e-6)
	require.InDelta(t, math.Pow(0.05, 20), stats.ExcessP(20, 20, 0.95), 1e-15)
	require.Equal(t, 1.0, stats.ExcessP(0, 20, 0.95))
	require.Zero(t, stats.ExcessP(21, 20, 0.95))
}
