package stats_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/stats"
)

func TestMeanIntervalUsesStudentsT(t *testing.T) {
	// Two-sided quantiles from the t table (NIST/SEMATECH e-Handbook 1.3.6.7.2), three decimals.
	for _, c := range []struct {
		n     int
		level float64
		t     float64
	}{
		{2, 0.95, 12.706}, {3, 0.95, 4.303}, {5, 0.95, 2.776}, {10, 0.95, 2.262}, {30, 0.95, 2.045},
		{101, 0.95, 1.984}, {10, 0.90, 1.833}, {10, 0.99, 3.250}, {2, 0.99, 63.657},
	} {
		// n values with mean 10 and standard deviation s.
		samples := make([]float64, c.n)
		for i := range samples {
			samples[i] = 10
		}
		samples[0], samples[1] = 9, 11
		s := math.Sqrt(2 / float64(c.n-1))
		e := stats.MeanOf(samples, c.level)
		require.Empty(t, e.Unsupported)
		require.Equal(t, c.n, e.N)
		require.InDelta(t, 10, e.Value, 1e-12)
		require.InDelta(t, c.t, e.HalfWidth()/s*math.Sqrt(float64(c.n)), 0.0006, "n = %d, level %v", c.n, c.level)
		require.InDelta(t, e.Value-e.Low, e.High-e.Value, 1e-12)
	}
}

func TestPairedDifferenceCancelsWhatIsCommon(t *testing.T) {
	a := []float64{101, 252, 33, 504, 75}
	b := []float64{100, 250, 30, 500, 70} // differences 1 to 5
	e := stats.DifferenceOf(a, b, 0.95)
	require.InDelta(t, 3, e.Value, 1e-12)
	require.InDelta(t, 2.776445*math.Sqrt(2.5/5), e.HalfWidth(), 1e-5)
}

func TestOneReplicationGivesAValueWithoutInterval(t *testing.T) {
	one := []*stats.Sketch{record(draw("lognormal", 10_000, 1))}
	for name, e := range map[string]stats.Estimate{
		"mean":                stats.MeanOf([]float64{5}, 0.95),
		"ratio":               stats.RatioOf([]stats.Ratio{{1, 2}}, 0.95),
		"difference":          stats.DifferenceOf([]float64{5}, []float64{4}, 0.95),
		"ratio difference":    stats.RatioDifferenceOf([]stats.Ratio{{1, 2}}, []stats.Ratio{{1, 3}}, 0.95),
		"quantile":            stats.QuantileMs(one, 0.5, 0.95),
		"latency mean":        stats.MeanMs(one, 0.95),
		"quantile difference": stats.QuantileDifferenceMs(one, []*stats.Sketch{record(draw("pareto", 10_000, 1))}, 0.5, 0.95),
	} {
		require.True(t, e.HasValue(), name)
		require.False(t, e.HasInterval(), name)
		require.NotZero(t, e.Value, name)
		require.Equal(t, e.Value, e.Low, name)
		require.Equal(t, e.Value, e.High, name)
		require.Zero(t, e.HalfWidth(), name)
		require.Equal(t, "one replication: no interval", e.Unsupported, name)
	}
}

func TestWhatTheDataCannotCarryIsSuppressedWithAReason(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	sketch := []*stats.Sketch{record(draw("lognormal", 5000, 1)), record(draw("lognormal", 5000, 2))}
	for name, c := range map[string]struct {
		e    stats.Estimate
		want string
	}{
		"nothing":             {stats.MeanOf(nil, 0.95), "no replications"},
		"level in percent":    {stats.MeanOf([]float64{1, 2}, 95), "confidence level 95 is not between 0 and 1"},
		"level NaN":           {stats.MeanOf([]float64{1, 2}, nan), "confidence level"},
		"ratio level":         {stats.RatioOf([]stats.Ratio{{1, 2}}, 0), "confidence level"},
		"NaN":                 {stats.MeanOf([]float64{1, nan}, 0.95), "replication 1: the value is NaN"},
		"infinite":            {stats.MeanOf([]float64{inf, 1}, 0.95), "replication 0: the value is +Inf"},
		"overflow":            {stats.MeanOf([]float64{1e308, 1e308, 1e308}, 0.95), "too large"},
		"squares overflow":    {stats.MeanOf([]float64{-1e200, 1e200}, 0.95), "too large"},
		"unpaired":            {stats.DifferenceOf([]float64{1, 2}, []float64{1}, 0.95), "2 replications against 1 cannot be paired"},
		"unpaired ratios":     {stats.RatioDifferenceOf([]stats.Ratio{{1, 2}}, nil, 0.95), "cannot be paired"},
		"unpaired quantiles":  {stats.QuantileDifferenceMs(sketch, sketch[:1], 0.5, 0.95), "cannot be paired"},
		"unpaired means":      {stats.MeanDifferenceMs(sketch, sketch[:1], 0.95), "cannot be paired"},
		"no ratios":           {stats.RatioOf(nil, 0.95), "no replications"},
		"nothing counted":     {stats.RatioOf([]stats.Ratio{{0, 0}, {0, 0}}, 0.95), "the denominator is 0"},
		"base counted none":   {stats.RatioDifferenceOf([]stats.Ratio{{1, 2}, {1, 2}}, []stats.Ratio{{0, 0}, {0, 0}}, 0.95), "the denominator is 0"},
		"more than all":       {stats.ShareOf([]stats.Ratio{{1, 2}, {3, 2}}, 0.95), "replication 1: a share of 3 in 2"},
		"no sketches":         {stats.QuantileMs(nil, 0.5, 0.95), "no replications"},
		"empty sketches":      {stats.QuantileMs([]*stats.Sketch{nil, nil}, 0.5, 0.95), "0 values"},
		"mean of nothing":     {stats.MeanMs([]*stats.Sketch{nil, nil}, 0.95), "the denominator is 0"},
		"p of 0":              {stats.QuantileMs(sketch, 0, 0.95), "quantile 0 is not between 0 and 1"},
		"p in percent":        {stats.QuantileMs(sketch, 99, 0.95), "quantile 99 is not between 0 and 1"},
		"p99.9 too thin":      {stats.QuantileMs(sketch, 0.999, 0.95), "10000 values: 10 beyond the quantile, 100 needed"},
		"p0.1 too thin":       {stats.QuantileMs(sketch, 0.001, 0.95), "10 beyond the quantile"},
		"difference too thin": {stats.QuantileDifferenceMs(sketch, []*stats.Sketch{nil, nil}, 0.5, 0.95), "0 values"},
		"quantile level":      {stats.QuantileMs(sketch, 0.5, 1), "confidence level"},
	} {
		require.Contains(t, c.e.Unsupported, c.want, name)
		require.Equal(t, stats.Estimate{Unsupported: c.e.Unsupported}, c.e, name)
		require.False(t, c.e.HasValue(), name)
		_, err := json.Marshal(c.e)
		require.NoError(t, err, name)
	}
}

func TestIntervalTooWideKeepsTheValue(t *testing.T) {
	e := stats.MeanOf([]float64{-1e153, 1e153, 3e153}, 1-1e-16)
	require.True(t, e.HasValue())
	require.False(t, e.HasInterval())
	require.Contains(t, e.Unsupported, "too wide")
}

func TestEstimateInJSONHasNoNumberForWhatIsNotKnown(t *testing.T) {
	for want, e := range map[string]stats.Estimate{
		`{"value":1,"low":1,"high":1,"n":2}`:                                                           stats.MeanOf([]float64{1, 1}, 0.95),
		`{"value":0,"low":null,"high":null,"n":1,"unsupported":"one replication: no interval"}`:        stats.MeanOf([]float64{0}, 0.95),
		`{"value":null,"low":null,"high":null,"n":0,"unsupported":"no replications"}`:                  stats.MeanOf(nil, 0.95),
		`{"value":0.30000000000000004,"low":null,"high":null,"n":1,"unsupported":"a pooled distance"}`: {Value: 0.30000000000000004, Low: 0.30000000000000004, High: 0.30000000000000004, N: 1, Unsupported: "a pooled distance"},
	} {
		data, err := json.Marshal(e)
		require.NoError(t, err)
		require.JSONEq(t, want, string(data))
		var back stats.Estimate
		require.NoError(t, json.Unmarshal(data, &back))
		require.Equal(t, e, back, "to the bit")
	}
	for text, want := range map[string]string{
		`{"value":0,"low":0,"high":0,"n":0}`:                   "a value exactly where n is more than 0",
		`{"value":null,"low":null,"high":null,"n":3}`:          "a value exactly where n is more than 0",
		`{"value":1,"low":null,"high":2,"n":3}`:                "low and high exactly where nothing is unsupported",
		`{"value":1,"low":0,"high":2,"n":1,"unsupported":"x"}`: "low and high exactly where nothing is unsupported",
		`{"value":1,"low":0,"high":2,"n":-1}`:                  "n is -1; want 0 or more",
		`{"value":"1"}`:                                        "decode estimate",
	} {
		kept := stats.Estimate{Value: 1, N: 1}
		require.ErrorContains(t, json.Unmarshal([]byte(text), &kept), want)
		require.Equal(t, stats.Estimate{Value: 1, N: 1}, kept)
	}
}

func TestScaledChangesTheUnit(t *testing.T) {
	e := stats.MeanOf([]float64{1e6, 3e6}, 0.95)
	ms := e.Scaled(1e-6)
	require.InDelta(t, 2, ms.Value, 1e-12)
	require.InDelta(t, e.Low/1e6, ms.Low, 1e-12)
	require.InDelta(t, e.HalfWidth()/1e6, ms.HalfWidth(), 1e-12)
	require.Equal(t, e.N, ms.N)
}

func TestIntervalsAreCutAtWhatAQuantityCannotBeBelow(t *testing.T) {
	e := stats.MeanOf([]float64{0, 0, 3}, 0.95)
	require.Less(t, e.Low, 0.)
	cut := e.CutAt(0)
	require.Equal(t, stats.Estimate{Value: 1, Low: 0, High: e.High, N: 3}, cut)
	require.Equal(t, e, e.CutAt(-10), "it is nowhere near")
	one := stats.MeanOf([]float64{3}, 0.95)
	require.Equal(t, one, one.CutAt(0))
	require.Equal(t, stats.Estimate{Unsupported: "no replications"}, stats.MeanOf(nil, 0.95).CutAt(1), "what has no value gets none")
}
