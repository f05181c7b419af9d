package stats_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/stats"
)

// What a ratio leaves of 1 is a share where no replication counts more than there is, with the very interval of that share.
func TestWhatARatioLeavesIsAShareWhereItCan(t *testing.T) {
	a := []stats.Ratio{{Numerator: 10, Denominator: 100}, {Numerator: 14, Denominator: 120}, {Numerator: 9, Denominator: 90}}
	left := []stats.Ratio{{Numerator: 90, Denominator: 100}, {Numerator: 106, Denominator: 120}, {Numerator: 81, Denominator: 90}}
	b := []stats.Ratio{{Numerator: 20, Denominator: 100}, {Numerator: 20, Denominator: 120}, {Numerator: 20, Denominator: 90}}
	leftOfB := []stats.Ratio{{Numerator: 80, Denominator: 100}, {Numerator: 100, Denominator: 120}, {Numerator: 70, Denominator: 90}}
	require.Equal(t, stats.ShareOf(left, .95), stats.RestOf(a, .95))
	require.Equal(t, stats.ShareDifferenceOf(left, leftOfB, .95), stats.RestDifferenceOf(a, b, .95))
	require.Equal(t, stats.Pseudovalues(left), stats.RestPseudovalues(a))
}

// 300 of 200 leave -0.5. By the jackknife the interval is that of the ratio 1.5 itself, turned over.
func TestWhatARatioLeavesMayBeBelow0(t *testing.T) {
	a := []stats.Ratio{{Numerator: 160, Denominator: 100}, {Numerator: 140, Denominator: 100}}
	of, rest := stats.RatioOf(a, .95), stats.RestOf(a, .95)
	require.InDelta(t, -.5, rest.Value, 1e-12)
	require.InDelta(t, 1-of.High, rest.Low, 1e-12)
	require.InDelta(t, min(1-of.Low, 1), rest.High, 1e-12)
	base := []stats.Ratio{{Numerator: 50, Denominator: 100}, {Numerator: 50, Denominator: 100}}
	require.InDelta(t, -1, stats.RestDifferenceOf(a, base, .95).Value, 1e-12)
	require.InDeltaSlice(t, []float64{-.6, -.4}, stats.RestPseudovalues(a), 1e-12)
	require.Equal(t, 0, stats.RestDifferenceOf(a, base[:1], .95).N)
}
