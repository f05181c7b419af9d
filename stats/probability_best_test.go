package stats_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/stats"
)

func TestTheProbabilityOfBeingBestIsThatOfTheNormalLaw(t *testing.T) {
	// The difference of two means is normal with the standard error s: the second is better with the probability Phi(d/s).
	r := rand.New(rand.NewPCG(5, 0))
	const n, ahead = 200, 0.06
	a, b := make([]float64, n), make([]float64, n)
	sum, squares := 0.0, 0.0
	for i := range n {
		shared := 10 * r.NormFloat64() // which cancels
		a[i], b[i] = shared+r.NormFloat64()/2, shared+r.NormFloat64()/2-ahead
		d := a[i] - b[i]
		sum += d
		squares += d * d
	}
	mean := sum / n
	se := math.Sqrt((squares/n - mean*mean) / n)
	want := 0.5 * math.Erfc(-mean/se/math.Sqrt2)
	got := stats.ProbabilitiesBest([][]float64{a, b}, 1)
	require.InDelta(t, want, got[1], 0.03)
	require.InDelta(t, 1, got[0]+got[1], 1e-12)
}

func TestEqualsShareTheProbabilityOfBeingBest(t *testing.T) {
	require.Equal(t, []float64{0.5, 0.5, 0}, stats.ProbabilitiesBest([][]float64{{1, 2}, {1, 2}, {5, 6}}, 1))
	require.Equal(t, []float64{1}, stats.ProbabilitiesBest([][]float64{{3}}, 1))
	require.Empty(t, stats.ProbabilitiesBest(nil, 1))
}
