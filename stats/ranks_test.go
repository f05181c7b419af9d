package stats_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/stats"
)

func TestEqualValuesShareTheirRanks(t *testing.T) {
	require.Equal(t, []float64{1.5, 3, 1.5, 4}, stats.Ranks([]float64{1, 2, 1, 3}))
	require.Empty(t, stats.Ranks(nil))
}
