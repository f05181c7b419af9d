package random

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"
)

func TestQuantilesFollowTheLaw(t *testing.T) {
	s := New(10, 0, 0, 0)
	for name, law := range map[string]interface {
		Quantile(float64) float64
		CDF(float64) float64
	}{
		"normal":      distuv.UnitNormal,
		"exponential": distuv.Exponential{Rate: 1},
		"lognormal":   distuv.LogNormal{Mu: 3, Sigma: 2},
		"pareto":      distuv.Pareto{Xm: 1, Alpha: 1.1},
		"uniform":     distuv.Uniform{Min: -1, Max: 1},
	} {
		q, err := NewQuantiles(law.Quantile)
		require.NoError(t, err, name)
		const n = 300_000
		counts := make([]float64, 500)
		tail := make([]float64, 16) // draws beyond p = 1 - 2^-i
		for range n {
			p := law.CDF(q.Draw(&s))
			counts[min(int(p*500), 499)]++
			for i := 0; i < len(tail) && 1-p < math.Ldexp(1, -i); i++ {
				tail[i]++
			}
		}
		requireUniform(t, counts, name)
		for i, count := range tail {
			expected := n * math.Ldexp(1, -i)
			require.InDelta(t, expected, count, 4*math.Sqrt(expected)+1, "%s beyond 1-2^-%d", name, i)
		}
	}
}

func TestQuantilesStayCloseToTheLawInBothTails(t *testing.T) {
	normal, err := NewQuantiles(distuv.UnitNormal.Quantile)
	require.NoError(t, err)
	for _, fraction := range []float64{0.9, 0.3, 1e-2, 1e-4, 1.1e-6, 1e-7, 1e-15} {
		p := fraction / 2
		random := uint64(fraction*0x1p64) &^ 1
		require.InDelta(t, distuv.UnitNormal.Quantile(p), normal.At(random), 1e-4, "lower tail %v", p)
		if p > 1e-12 { // nearer to 1 a float64 has no room for the probability
			require.InDelta(t, distuv.UnitNormal.Quantile(1-p), normal.At(random|1), 1e-4, "upper tail %v", p)
		}
	}
}

func TestQuantilesCoverTheEndsWithoutLeavingTheLaw(t *testing.T) {
	exponential, err := NewQuantiles(func(p float64) float64 { return -math.Log1p(-p) })
	require.NoError(t, err)
	require.InDelta(t, 0, exponential.At(0), 1e-18, "the smallest draw")
	require.InDelta(t, 53*math.Ln2, exponential.At(1), 1e-9, "the greatest draw")
	require.InDelta(t, math.Ln2, exponential.At(1<<64-2), 1e-9, "the middle from below")
	require.InDelta(t, math.Ln2, exponential.At(1<<64-1), 1e-9, "the middle from above")
}

func TestNewQuantilesRefusesWhatIsNoQuantileFunction(t *testing.T) {
	for name, test := range map[string]struct {
		q    func(float64) float64
		says string
	}{
		"missing":      {nil, "q is nil"},
		"not a number": {func(p float64) float64 { return math.NaN() }, "is NaN"},
		"infinite":     {func(p float64) float64 { return 1 / max(0, 0.75-p) }, "+Inf"},
		"decreasing":   {func(p float64) float64 { return -p }, "does not decrease"},
		"infinite end": {func(p float64) float64 { return math.Exp(math.Exp(1 / (1 - p))) }, "is +Inf"},
		"no lower end": {func(p float64) float64 { return math.Log(max(0, p-1e-10)) }, "is -Inf"},
		"no upper end": {func(p float64) float64 { return -math.Log(max(0, 1-1e-10-p)) }, "is +Inf"},
		"infinite gap": {func(p float64) float64 { return math.MaxFloat64 * (4*p - 2) / 2 * 2 }, "Inf"},
	} {
		q, err := NewQuantiles(test.q)
		require.ErrorContains(t, err, test.says, name)
		require.Nil(t, q, name)
	}
}
