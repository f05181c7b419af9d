package stats_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/stats"
)

// The example of Welch's test in R, t.test(extra ~ group, data = sleep): t = -1.8608, df = 17.776, interval -3.3654832 to 0.2054832, with
// the degrees of freedom as they are; rounded down the interval is a little wider.
func TestIndependentDifferencesAreWelchs(t *testing.T) {
	a := []float64{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0}
	b := []float64{1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4}
	e := stats.IndependentDifferenceOf(a, b, 0.95)
	require.InDelta(t, -1.58, e.Value, 1e-12)
	require.Equal(t, 18, e.N)
	require.InDelta(t, -3.3654832, e.Low, 0.01)
	require.InDelta(t, 0.2054832, e.High, 0.01)
	require.Less(t, e.Low, -3.3654832)
}

func TestIndependentIntervalsHoldTheTruthAsOftenAsTheySay(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const tries = 4000
	held := 0
	for range tries {
		a, b := make([]float64, 5), make([]float64, 12)
		for i := range a {
			a[i] = 3 + 4*r.NormFloat64()
		}
		for i := range b {
			b[i] = 1 + r.NormFloat64()
		}
		if e := stats.IndependentDifferenceOf(a, b, 0.9); e.Low <= 2 && 2 <= e.High {
			held++
		}
	}
	require.InDelta(t, 0.9, float64(held)/tries, 0.02)
}

func TestIndependentDifferencesSayWhatTheyLack(t *testing.T) {
	require.False(t, stats.IndependentDifferenceOf([]float64{1}, []float64{1, 2}, 0.95).HasInterval())
	require.False(t, stats.IndependentDifferenceOf(nil, []float64{1, 2}, 0.95).HasValue())
	same := stats.IndependentDifferenceOf([]float64{1, 1}, []float64{1, 1}, 0.95)
	require.Zero(t, same.Value)
	require.True(t, same.HasInterval())
}
