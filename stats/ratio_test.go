package stats_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/stats"
)

func TestRatioIsOfSumsWithJackknifeInterval(t *testing.T) {
	// By hand: 6/10; left out in turn 3/6, 5/8, 4/6; their mean 43/72, squared deviations
	// (7/72)^2 + (2/72)^2 + (5/72)^2 = 78/5184; variance 2/3 of that; t(2) = 4.302653.
	e := stats.RatioOf([]stats.Ratio{{3, 4}, {1, 2}, {2, 4}}, 0.95)
	require.InDelta(t, 0.6, e.Value, 1e-15, "the mean of the ratios would be 0.583")
	require.InDelta(t, 0.430929, e.HalfWidth(), 2e-6)
	require.Equal(t, 3, e.N)
}

func TestRatioWithEqualDenominatorsIsAMean(t *testing.T) {
	mean := stats.MeanOf([]float64{0.1, 0.4, 0.2, 0.35}, 0.95)
	ratio := stats.RatioOf([]stats.Ratio{{10, 100}, {40, 100}, {20, 100}, {35, 100}}, 0.95)
	require.InDelta(t, mean.Value, ratio.Value, 1e-12)
	require.InDelta(t, mean.HalfWidth(), ratio.HalfWidth(), 1e-12)
}

func TestRatioDifferenceIsPaired(t *testing.T) {
	// By hand: a is 6/10, b is 3/10; left out in turn a - b: 3/6-1/6, 5/8-3/8, 4/6-2/6 = 1/3, 1/4,
	// 1/3; mean 11/36; squared deviations 6/1296; variance 2/3 of that.
	a := []stats.Ratio{{3, 4}, {1, 2}, {2, 4}}
	b := []stats.Ratio{{2, 4}, {0, 2}, {1, 4}}
	e := stats.RatioDifferenceOf(a, b, 0.95)
	require.InDelta(t, 0.3, e.Value, 1e-15)
	require.InDelta(t, 0.239037, e.HalfWidth(), 2e-6)
	require.Less(t, e.HalfWidth(), stats.RatioOf(a, 0.95).HalfWidth(), "pairing gained nothing")

	same := stats.RatioDifferenceOf(a, a, 0.95)
	require.Equal(t, stats.Estimate{N: 3}, same)
}

func TestRatioWithOneCountingReplicationHasNoInterval(t *testing.T) {
	e := stats.RatioOf([]stats.Ratio{{0, 0}, {3, 4}, {0, 0}}, 0.95)
	require.Equal(t, 0.75, e.Value)
	require.Contains(t, e.Unsupported, "only replication 1 counted anything")
}

func TestShareStaysWithinZeroAndOne(t *testing.T) {
	ratios := []stats.Ratio{{99, 100}, {100, 100}, {90, 100}}
	require.Greater(t, stats.RatioOf(ratios, 0.95).High, 1.0)
	e := stats.ShareOf(ratios, 0.95)
	require.Equal(t, 1.0, e.High)
	require.Equal(t, stats.RatioOf(ratios, 0.95).Low, e.Low)
	low := stats.ShareOf([]stats.Ratio{{1, 100}, {0, 100}, {10, 100}}, 0.95)
	require.Zero(t, low.Low)
}

func TestMeanLatencyWeighsRequestsNotReplications(t *testing.T) {
	busy, quiet := new(stats.Sketch), new(stats.Sketch)
	busy.RecordN(10e6, 900)
	quiet.RecordN(30e6, 100)
	e := stats.MeanMs([]*stats.Sketch{busy, quiet}, 0.95)
	require.InDelta(t, 12, e.Value, 1e-12)
	d := stats.MeanDifferenceMs([]*stats.Sketch{busy, quiet}, []*stats.Sketch{quiet, quiet}, 0.95)
	require.InDelta(t, -18, d.Value, 1e-12)
}

func TestRatiosLeaveOutOneReplicationWithoutRounding(t *testing.T) {
	// Scaled by 2^58, sums of the very same ratios are no longer whole numbers below 2^53 and are made anew each time.
	var small, large []stats.Ratio
	for i := range uint64(50) {
		r := stats.Ratio{Numerator: 1 + i*i%7, Denominator: 8 + i%3}
		small, large = append(small, r), append(large, stats.Ratio{Numerator: r.Numerator << 58, Denominator: r.Denominator << 58})
	}
	require.Equal(t, stats.RatioOf(large, 0.95), stats.RatioOf(small, 0.95))
	require.Equal(t, stats.RatioDifferenceOf(large, small, 0.95), stats.RatioDifferenceOf(small, small, 0.95))
}
