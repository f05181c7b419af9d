package report

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLatencyAxisIsLabelledForItsSpan(t *testing.T) {
	for _, c := range []struct {
		name      string
		low, high float64 // ms
		labels    []string
	}{
		{"two decades", 0.9, 120, []string{"1", "2", "5", "10", "20", "50", "100"}},
		{"below a millisecond", 0.04, 0.6, []string{"0.05", "0.1", "0.2", "0.5"}},
		{"five decades", 0.5, 90000, []string{"1", "10", "100", "1000", "10000"}},
		{"narrow", 9, 17, []string{"10", "12", "14", "16"}},
		{"very narrow", 12.49, 12.52, []string{"12.49", "12.495", "12.5", "12.505", "12.51", "12.515", "12.52"}},
	} {
		var labels []string
		last := math.Inf(-1)
		for _, tick := range (latencyTicks{}).Ticks(math.Log10(c.low), math.Log10(c.high)) {
			require.Greater(t, tick.Value, last, c.name)
			last = tick.Value
			if tick.Label != "" {
				labels = append(labels, tick.Label)
			}
		}
		require.Equal(t, c.labels, labels, c.name)
	}
}

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
