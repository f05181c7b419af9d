package stats_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/stats"
)

func TestOrderStatisticRanks(t *testing.T) {
	for _, c := range []struct {
		n         int
		p         float64
		low, high int
	}{
		{1000, 0.5, 469, 532}, {1000, 0.95, 936, 964}, {1000, 0.99, 983, 997},
		{10_000, 0.99, 9880, 9920}, {10_000, 0.999, 9983, 9997},
		{10, 0.5, 2, 9}, {6, 0.5, 1, 6},
	} {
		low, high, ok := stats.OrderStatisticRanks(c.n, c.p, 0.95)
		require.True(t, ok, "n = %d, p = %v", c.n, c.p)
		require.Equal(t, [2]int{c.low, c.high}, [2]int{low, high}, "n = %d, p = %v", c.n, c.p)
	}
}
