package random

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAliasHoldsTheWeightsExactly(t *testing.T) {
	// What the cells give to each number must sum to its share of the weights.
	s := New(8, 0, 0, 0)
	for _, weights := range [][]float64{
		{1}, {1, 1}, {0, 1, 0}, {1e-300, 1}, {1, 2, 3, 4}, {5e-324, 5e-324}, {0, 0, 3}, drawn(&s, 1000), {1e300, 1e-300, 3e299},
	} {
		a, err := NewAlias(weights)
		require.NoError(t, err)
		require.Equal(t, len(weights), a.Len())
		share := make([]float64, len(weights))
		sum := 0.0
		for i, c := range a.cells {
			below := float64(c.below) * 0x1p-64
			share[i] += below
			share[c.other] += 1 - below
			sum += weights[i]
		}
		for i, w := range weights {
			require.InDelta(t, w/sum, share[i]/float64(len(weights)), 1e-14, "weight %d of %v", i, w)
		}
	}
}

func TestAliasDrawsByWeight(t *testing.T) {
	s := New(9, 0, 0, 0)
	weights := []float64{5, 0, 1, 3, 0.5, 20, 0}
	a, err := NewAlias(weights)
	require.NoError(t, err)
	counts := make([]float64, len(weights))
	for range 1_000_000 {
		counts[a.Draw(&s)]++
	}
	for i, w := range weights {
		if w == 0 {
			require.Zero(t, counts[i], "a weight of 0 is never drawn")
		}
	}
	requireLaw(t, []float64{counts[0], counts[2], counts[3], counts[4], counts[5]}, []float64{5, 1, 3, 0.5, 20}, "alias")
}

func TestNewAliasRefusesWeightsThatAreNone(t *testing.T) {
	for name, test := range map[string]struct {
		weights []float64
		says    string
	}{
		"none":         {nil, "weights is empty"},
		"all zero":     {[]float64{0, 0}, "weights is 0, all 2"},
		"negative":     {[]float64{1, -2}, "weights[1] is -2"},
		"not a number": {[]float64{math.NaN()}, "weights[0] is NaN"},
		"infinite":     {[]float64{1, math.Inf(1)}, "weights[1] is +Inf"},
		"sum infinite": {[]float64{math.MaxFloat64, math.MaxFloat64}, "weights is of a sum"},
	} {
		a, err := NewAlias(test.weights)
		require.ErrorContains(t, err, test.says, name)
		require.Nil(t, a, name)
	}
}

func drawn(s *Stream, n int) []float64 {
	weights := make([]float64, n)
	for i := range weights {
		weights[i] = s.Exp()
	}
	return weights
}
