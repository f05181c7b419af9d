package stats_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/stats"
)

func TestWassersteinOfKnownDistributions(t *testing.T) {
	// Values below 256 ns are exact; the distances are worked out by hand, in nanoseconds.
	for name, c := range map[string]struct {
		a, b []int64
		want float64
	}{
		"two points":         {[]int64{10}, []int64{25}, 15},
		"shifted":            {[]int64{10, 20, 30}, []int64{15, 25, 35}, 5},
		"same mean, wider":   {[]int64{100, 100}, []int64{50, 150}, 50},
		"different counts":   {[]int64{0, 0, 0, 100}, []int64{0, 100}, 25},
		"crossing":           {[]int64{10, 40}, []int64{20, 30}, 10},
		"thirds and halves":  {[]int64{0, 30, 60}, []int64{0, 60}, 10}, // the CDFs lie 1/6 apart over 60 ns
		"identical":          {[]int64{1, 2, 3}, []int64{3, 1, 2}, 0},
		"permuted and equal": {[]int64{7, 7}, []int64{7}, 0},
	} {
		got := stats.WassersteinMs(record(c.a), record(c.b)) * 1e6
		require.InDelta(t, c.want, got, 1e-9, name)
		require.InDelta(t, c.want, stats.WassersteinMs(record(c.b), record(c.a))*1e6, 1e-9, "%s, the other way", name)
	}
	require.True(t, math.IsNaN(stats.WassersteinMs(nil, record([]int64{1}))))
	require.True(t, math.IsNaN(stats.WassersteinMs(record([]int64{1}), nil)))
}

func TestWassersteinStaysWithinTheStatedErrorOfTheExactOne(t *testing.T) {
	for _, pair := range [][2]string{{"lognormal", "pareto"}, {"lognormal", "bimodal"}, {"bimodal", "a few values"}, {"pareto", "pareto"}} {
		a, b := draw(pair[0], 20_000, 1), draw(pair[1], 20_000, 2)
		got := stats.WassersteinMs(record(a), record(b))
		slices.Sort(a)
		slices.Sort(b)
		exact, means := 0.0, 0.0
		for i := range a {
			exact += math.Abs(float64(a[i]-b[i])) / 1e6 / float64(len(a))
			means += float64(a[i]+b[i]) / 1e6 / float64(len(a))
		}
		require.InDelta(t, exact, got, stats.RelativeError*means, "%v", pair)
	}
}
