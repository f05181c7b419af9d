package stats_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/stats"
)

// autoregressive returns a stationary series with mean 10, standard deviation 1 and the given lag-1
// correlation.
func autoregressive(r *rand.Rand, n int, correlation float64) []float64 {
	series := make([]float64, n)
	x := r.NormFloat64()
	for i := range series {
		series[i] = 10 + x
		x = correlation*x + math.Sqrt(1-correlation*correlation)*r.NormFloat64()
	}
	return series
}

func TestWarmUpIsFoundWhereTheTransientEnds(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 0))
	for range 50 {
		series := autoregressive(r, 1000, 0.3)
		for i := range 200 {
			series[i] += 8 // a level shift that ends at 200 sharp
		}
		w, err := stats.DetectWarmUp(series)
		require.NoError(t, err)
		require.GreaterOrEqual(t, w.Delete, 200)
		require.LessOrEqual(t, w.Delete, 500)
		require.Equal(t, 1000, w.Of)
	}
}

func TestDecayingTransientIsDeletedUntilItIsSmallAgainstTheNoise(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 0))
	deleted := 0
	for range 50 {
		series := autoregressive(r, 2000, 0.3)
		for i := range series {
			series[i] += 20 * math.Exp(-float64(i)/100) // below the noise after 300
		}
		w, err := stats.DetectWarmUp(series)
		require.NoError(t, err)
		deleted += w.Delete / 50
	}
	require.InDelta(t, 400, deleted, 150)
}

func TestSteadySeriesLoseLittleAndAreSeldomRefused(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 0))
	refused, deleted := 0, 0
	for range 400 {
		w, err := stats.DetectWarmUp(autoregressive(r, 1000, 0.5))
		if err != nil {
			refused++
			continue
		}
		deleted += w.Delete
	}
	t.Logf("refused %d of 400, deleted %d on average", refused, deleted/(400-refused))
	require.Less(t, refused, 40)
	require.Less(t, deleted/(400-refused), 150)
}

func TestRunThatNeverSettlesIsRefusedWithTheLengthItNeeds(t *testing.T) {
	series := autoregressive(rand.New(rand.NewPCG(8, 0)), 1000, 0)
	for i := range series {
		series[i] += float64(i) / 10
	}
	_, err := stats.DetectWarmUp(series)
	var short *stats.TooShortError
	require.True(t, errors.As(err, &short))
	require.Greater(t, short.Delete, 500)
	require.Equal(t, 2*short.Delete, short.Needed)
	require.Greater(t, short.Needed, 1000)
	require.ErrorContains(t, err, "the run is too short")
	require.ErrorContains(t, err, "of 1000 observations")
}

func TestWarmUpRefusesWhatItCannotJudge(t *testing.T) {
	_, err := stats.DetectWarmUp(make([]float64, 49))
	require.ErrorContains(t, err, "49 observations, at least 50 needed")
	series := make([]float64, 100)
	series[42] = math.NaN()
	_, err = stats.DetectWarmUp(series)
	require.ErrorContains(t, err, "observations 40 to 44")
	w, err := stats.DetectWarmUp(make([]float64, 100))
	require.NoError(t, err)
	require.Zero(t, w.Delete, "a constant series has no transient")
}

func TestCacheFilled(t *testing.T) {
	fill := func(n int, at func(i int) float64) []float64 {
		used := make([]float64, n)
		for i := range used {
			used[i] = at(i)
		}
		return used
	}
	for name, c := range map[string]struct {
		used   []float64
		sample int
		filled bool
	}{
		"full after a tenth":       {fill(100, func(i int) float64 { return min(1000, 100*float64(i)) }), 10, true},
		"full from the start":      {fill(100, func(int) float64 { return 1000 }), 0, true},
		"all objects fit":          {fill(100, func(i int) float64 { return 400 * (1 - math.Exp(-float64(i)/5)) }), 24, true},
		"still filling at the end": {fill(100, func(i int) float64 { return 5 * float64(i) }), 99, false},
		"full too late":            {fill(100, func(i int) float64 { return min(1000, 12*float64(i)) }), 83, false},
		"no samples":               {nil, 0, false},
	} {
		sample, filled := stats.CacheFilled(c.used, 1000)
		require.Equal(t, c.sample, sample, name)
		require.Equal(t, c.filled, filled, name)
	}
}
