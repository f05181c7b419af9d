package report

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestShareAxisIsLabelledInPercent(t *testing.T) {
	var labels []string
	for _, tick := range (shareTicks{}).Ticks(-4.2, 0) {
		labels = append(labels, tick.Label)
	}
	require.Equal(t, []string{"0.01 %", "0.1 %", "1 %", "10 %", "100 %"}, labels)
}

func TestLatencyRangeHoldsItsEnds(t *testing.T) {
	for _, c := range []struct{ lowNs, highNs float64 }{{1e6, 1e9}, {5e6, 5e6}, {0, 1e6}, {0, 0}} {
		low, high := latencyRange(c.lowNs, c.highNs)
		require.Less(t, low, high)
		require.False(t, math.IsInf(low, 0) || math.IsNaN(low))
		require.Less(t, low, logMs(max(c.lowNs, 1e3)))
		require.Greater(t, high, logMs(max(c.highNs, 1e3)))
	}
}
