package stats_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/stats"
)

// race selects among placements with the given means; noise is common to all in the given share.
func race(t *testing.T, r *rand.Rand, means []float64, common float64, config stats.SelectionConfig) (best, replications int) {
	config.Placements = len(means)
	s, err := stats.NewSelection(config)
	require.NoError(t, err)
	for !s.Done() {
		shared := math.Sqrt(common) * r.NormFloat64()
		var observations []float64
		for _, i := range s.Surviving() {
			observations = append(observations, means[i]+shared+math.Sqrt(1-common)*r.NormFloat64())
		}
		replications += len(observations)
		require.NoError(t, s.Add(observations))
	}
	return s.Best(), replications
}

func TestSelectionKeepsItsPromiseInTheHardestCase(t *testing.T) {
	// All others exactly one indifference worse than the best.
	means := []float64{1.5, 1.5, 1, 1.5, 1.5}
	r := rand.New(rand.NewPCG(12, 0))
	const races = 1000
	right, independent, paired := 0, 0, 0
	for range races {
		best, n := race(t, r, means, 0, stats.SelectionConfig{Confidence: 0.95, Indifference: 0.5})
		independent += n
		if best == 2 {
			right++
		}
		best, n = race(t, r, means, 0.8, stats.SelectionConfig{Confidence: 0.95, Indifference: 0.5})
		paired += n
		if best == 2 {
			right++
		}
	}
	t.Logf("right in %.1f %%; %.0f replications independent, %.0f with common random numbers",
		100*float64(right)/(2*races), float64(independent)/races, float64(paired)/races)
	require.Greater(t, float64(right)/(2*races), 0.94)
	require.Less(t, float64(paired), 0.5*float64(independent), "common random numbers gained nothing")
}

func TestSelectionDropsHopelessPlacementsFirst(t *testing.T) {
	s, err := stats.NewSelection(stats.SelectionConfig{Placements: 3, Confidence: 0.95, Indifference: 0.5})
	require.NoError(t, err)
	require.Equal(t, -1, s.Best())
	r := rand.New(rand.NewPCG(13, 0))
	for range 10 {
		require.Equal(t, []int{0, 1, 2}, s.Surviving(), "nothing may be dropped before the tenth replication")
		require.NoError(t, s.Add([]float64{1 + r.NormFloat64(), 100 + r.NormFloat64(), 1.1 + r.NormFloat64()}))
	}
	require.Equal(t, []int{0, 2}, s.Surviving())
	require.Equal(t, 10, s.Replications())
	require.ErrorContains(t, s.Add([]float64{1, 2, 3}), "3 observations for 2 surviving placements")
	require.ErrorContains(t, s.Add([]float64{1, math.NaN()}), "placement 2: the observation is NaN")
	require.Equal(t, 10, s.Replications(), "a refused replication was counted")
}

// Placements that serve the same users alike never differ: the first of them is as good as any, and known at once.
func TestSelectionEndsWhenPlacementsNeverDiffer(t *testing.T) {
	s, err := stats.NewSelection(stats.SelectionConfig{Placements: 4, Confidence: 0.95, Indifference: 0.1, FirstReplications: 3})
	require.NoError(t, err)
	for _, x := range []float64{5, 7, 6} {
		require.NoError(t, s.Add([]float64{x + 2, x, x + 2, x}))
	}
	require.True(t, s.Done())
	require.Equal(t, 1, s.Best())
}

func TestSelectionThatIsDoneTakesNoMore(t *testing.T) {
	s, err := stats.NewSelection(stats.SelectionConfig{Placements: 2, Confidence: 0.9, Indifference: 1, FirstReplications: 2})
	require.NoError(t, err)
	for !s.Done() {
		require.NoError(t, s.Add([]float64{5, 3}))
	}
	require.Equal(t, 1, s.Best())
	require.ErrorContains(t, s.Add([]float64{3}), "placement 1 is selected")
}

func TestSelectionConfigIsChecked(t *testing.T) {
	good := stats.SelectionConfig{Placements: 4, Confidence: 0.95, Indifference: 1}
	for want, change := range map[string]func(*stats.SelectionConfig){
		"Placements is 1;":       func(c *stats.SelectionConfig) { c.Placements = 1 },
		"Confidence is 0.25":     func(c *stats.SelectionConfig) { c.Confidence = 0.25 },
		"Confidence is 95":       func(c *stats.SelectionConfig) { c.Confidence = 95 },
		"Indifference is 0":      func(c *stats.SelectionConfig) { c.Indifference = 0 },
		"Indifference is NaN":    func(c *stats.SelectionConfig) { c.Indifference = math.NaN() },
		"FirstReplications is 1": func(c *stats.SelectionConfig) { c.FirstReplications = 1 },
	} {
		c := good
		change(&c)
		_, err := stats.NewSelection(c)
		require.ErrorContains(t, err, want)
	}
}

func TestAllocationFavoursTheCloseAndTheNoisy(t *testing.T) {
	// By hand: best is 0; weights (2/1)^2 = 4 and (2/2)^2 = 1 against the best's
	// 2 x sqrt((4/2)^2 + (1/2)^2) = 4.1231; of 1000 that is 438.5, 109.6 and 452.0.
	parts, err := stats.Allocate([]float64{1, 2, 3}, []float64{2, 2, 2}, 1000)
	require.NoError(t, err)
	require.Equal(t, []int{452, 438, 110}, parts)
	for name, c := range map[string]struct{ means, deviations []float64 }{
		"two alike":     {[]float64{1, 1, 5}, []float64{1, 1, 1}},
		"no noise":      {[]float64{1, 2}, []float64{0, 0}},
		"all equal":     {[]float64{1, 1}, []float64{0, 0}},
		"noise in one":  {[]float64{1, 2, 3}, []float64{0, 5, 0}},
		"extreme scale": {[]float64{1e-300, 1e300}, []float64{1e-300, 1e-300}},
	} {
		parts, err := stats.Allocate(c.means, c.deviations, 101)
		require.NoError(t, err, name)
		sum := 0
		for _, n := range parts {
			require.GreaterOrEqual(t, n, 0, name)
			sum += n
		}
		require.Equal(t, 101, sum, name)
	}
	for want, c := range map[string]struct {
		means, deviations []float64
		budget            int
	}{
		"means is of length 1":      {[]float64{1}, []float64{1}, 1},
		"deviations is of length 2": {[]float64{1, 2, 3}, []float64{1, 2}, 1},
		"budget is -1":              {[]float64{1, 2}, []float64{1, 2}, -1},
		"means[1] is +Inf":          {[]float64{1, math.Inf(1)}, []float64{1, 2}, 1},
		"deviations[1] is -2":       {[]float64{1, 2}, []float64{1, -2}, 1},
		"means is of length 0":      {nil, nil, 1},
	} {
		_, err := stats.Allocate(c.means, c.deviations, c.budget)
		require.ErrorContains(t, err, want)
	}
}

func TestAWithdrawnPlacementIsNeitherKeptNorSelected(t *testing.T) {
	s, err := stats.NewSelection(stats.SelectionConfig{Placements: 4, Confidence: 0.95, Indifference: 0.5, FirstReplications: 3})
	require.NoError(t, err)
	require.NoError(t, s.Withdraw(0))
	require.ErrorContains(t, s.Withdraw(0), "placement 0 is not in the race; want one of [1 2 3]")
	require.NoError(t, s.Add([]float64{5, 1, 9}))
	require.NoError(t, s.Withdraw(1), "in the middle of it")
	require.ErrorContains(t, s.Add([]float64{5, 1, 9}), "3 observations for 2 surviving placements")
	for range 2 {
		require.NoError(t, s.Add([]float64{1, 9}))
	}
	require.True(t, s.Done())
	require.Equal(t, 2, s.Best())
	require.ErrorContains(t, s.Withdraw(2), "placement 2 is the last one in the race")
}
