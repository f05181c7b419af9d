package stats_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/stats"
)

// The expected bounds are those of Clopper and Pearson for x = n: (alpha/2)^(1/n).
func TestSharesOfFewRequestsAreNotCertain(t *testing.T) {
	for _, c := range []struct {
		each uint64
		low  float64
	}{{1, math.Sqrt(0.025)}, {50, 0.9637833}, {5000, 0.99963118}} {
		all := stats.ShareOf([]stats.Ratio{{Numerator: c.each, Denominator: c.each}, {Numerator: c.each, Denominator: c.each}}, 0.95)
		require.Equal(t, 1.0, all.Value)
		require.Equal(t, 1.0, all.High)
		require.InDelta(t, c.low, all.Low, 1e-7)
		none := stats.ShareOf([]stats.Ratio{{Numerator: 0, Denominator: c.each}, {Numerator: 0, Denominator: c.each}}, 0.95)
		require.Zero(t, none.Value)
		require.Zero(t, none.Low)
		require.InDelta(t, 1-c.low, none.High, 1e-7)
	}
}

func TestTwoRequestsDoNotShowThatPlacementsAreTheSame(t *testing.T) {
	verdict := func(n uint64) stats.Verdict {
		all := []stats.Ratio{{Numerator: n, Denominator: n}, {Numerator: n, Denominator: n}, {Numerator: n, Denominator: n}}
		answers, err := stats.Judge([]stats.Question{{Difference: stats.ShareDifferenceOf(all, all, 0.95), Level: 0.95, Margin: 0.005}}, 0.95)
		require.NoError(t, err)
		return answers[0].Verdict
	}
	require.Equal(t, stats.Undecided, verdict(2))
	require.Equal(t, stats.Same, verdict(100_000))
}

func TestSharesThatDifferKeepTheirIntervals(t *testing.T) {
	a := []stats.Ratio{{Numerator: 1, Denominator: 10}, {Numerator: 2, Denominator: 10}, {Numerator: 3, Denominator: 10}}
	b := []stats.Ratio{{Numerator: 1, Denominator: 10}, {Numerator: 1, Denominator: 10}, {Numerator: 1, Denominator: 10}}
	require.Equal(t, stats.RatioDifferenceOf(a, b, 0.95), stats.ShareDifferenceOf(a, b, 0.95))
}
