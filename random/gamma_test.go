package random

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"
)

func TestGammaFollowsItsLaw(t *testing.T) {
	const n = 20_000
	for _, shape := range []float64{0.05, 0.5, 1, 2, 7.5} {
		s := New(3, 0, 0, 0)
		drawn := make([]float64, n)
		for i := range drawn {
			drawn[i] = s.Gamma(shape)
		}
		slices.Sort(drawn)
		law := distuv.Gamma{Alpha: shape, Beta: 1}
		farthest := 0.0
		for i, x := range drawn {
			p := law.CDF(x)
			farthest = max(farthest, math.Abs(p-float64(i)/n), math.Abs(p-float64(i+1)/n))
		}
		// Kolmogorov: beyond 1.63 one time in a hundred.
		require.Less(t, farthest*math.Sqrt(n), 1.63, "shape %v", shape)
	}
}

func TestPoissonFollowsItsLaw(t *testing.T) {
	const n = 20_000
	for _, mean := range []float64{0, 0.3, 4, 10, 35.5, 2000} {
		s := New(4, 0, 0, 0)
		counts := map[uint64]float64{}
		for range n {
			counts[s.Poisson(mean)]++
		}
		if mean == 0 {
			require.Equal(t, map[uint64]float64{0: n}, counts)
			continue
		}
		law := distuv.Poisson{Lambda: mean}
		below, farthest := 0.0, 0.0
		for k := range uint64(mean + 20*math.Sqrt(mean) + 20) {
			below += counts[k] / n
			farthest = max(farthest, math.Abs(below-law.CDF(float64(k))))
		}
		require.InDelta(t, 1, below, 1e-12)
		require.Less(t, farthest*math.Sqrt(n), 1.63, "mean %v", mean) // for a discrete law, on the safe side
	}
	s := New(5, 0, 0, 0)
	require.InDelta(t, 2e7, float64(s.Poisson(2e7)), 5*math.Sqrt(2e7))
}
