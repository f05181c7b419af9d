package stats_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/stats"
)

func TestStoppingRuleLooks(t *testing.T) {
	figure := func(value, half float64) stats.Estimate {
		return stats.Estimate{Value: value, Low: value - half, High: value + half, N: 10}
	}
	unsupported := stats.Estimate{Unsupported: "too few"}
	for name, c := range map[string]struct {
		rule         stats.StoppingRule
		replications int
		figures      []stats.Estimate
		want         stats.Step
	}{
		"before the first look":      {stats.StoppingRule{}, 0, nil, stats.Step{Replications: 10}},
		"precise by default":         {stats.StoppingRule{}, 10, []stats.Estimate{figure(102, 2)}, stats.Step{Done: true, Precise: true, Replications: 10}},
		"just not":                   {stats.StoppingRule{}, 10, []stats.Estimate{figure(102, 2.01)}, stats.Step{Replications: 13}},
		"twice too wide":             {stats.StoppingRule{}, 10, []stats.Estimate{figure(102, 1), figure(-102, 4)}, stats.Step{Replications: 33, Widest: 1}},
		"beyond the budget":          {stats.StoppingRule{MaxReplications: 30}, 10, []stats.Estimate{figure(102, 4)}, stats.Step{Replications: 30}},
		"budget used up":             {stats.StoppingRule{}, 100, []stats.Estimate{figure(102, 4)}, stats.Step{Done: true, Replications: 100}},
		"absolute":                   {stats.StoppingRule{AbsoluteError: 0.5}, 10, []stats.Estimate{figure(0, 0.5)}, stats.Step{Done: true, Precise: true, Replications: 10}},
		"either bound":               {stats.StoppingRule{AbsoluteError: 0.5, RelativeError: 0.01}, 10, []stats.Estimate{figure(101, 1)}, stats.Step{Done: true, Precise: true, Replications: 10}},
		"difference of nothing":      {stats.StoppingRule{}, 10, []stats.Estimate{figure(0, 0)}, stats.Step{Done: true, Precise: true, Replications: 10}},
		"around zero":                {stats.StoppingRule{}, 10, []stats.Estimate{figure(0, 1)}, stats.Step{Replications: 100}},
		"quantile without support":   {stats.StoppingRule{}, 10, []stats.Estimate{figure(102, 1), unsupported}, stats.Step{Replications: 100, Widest: 1}},
		"nothing to watch":           {stats.StoppingRule{}, 10, nil, stats.Step{Done: true, Precise: true, Replications: 10}},
		"one replication is no look": {stats.StoppingRule{MinReplications: 1}, 1, []stats.Estimate{figure(1, 0)}, stats.Step{Replications: 2}},
	} {
		step, err := c.rule.Look(c.replications, c.figures)
		require.NoError(t, err, name)
		require.Equal(t, c.want, step, name)
	}
}

func TestStoppingRuleNamesTheFieldThatMakesNoSense(t *testing.T) {
	for want, rule := range map[string]stats.StoppingRule{
		"RelativeError is 1.5":                           {RelativeError: 1.5},
		"RelativeError is NaN":                           {RelativeError: math.NaN()},
		"AbsoluteError is -1":                            {AbsoluteError: -1},
		"MinReplications is -1":                          {MinReplications: -1},
		"MaxReplications is -1":                          {MaxReplications: -1},
		"Growth is 1;":                                   {Growth: 1},
		"MaxReplications is 5; want MinReplications, 10": {MaxReplications: 5},
	} {
		_, err := rule.Look(10, nil)
		require.ErrorContains(t, err, want)
	}
}

// TestStoppingEarlyCostsLittleCoverage runs studies to a relative error of 5 % and counts how often
// the interval at the stop covers the truth and how far off the value is.
func TestStoppingEarlyCostsLittleCoverage(t *testing.T) {
	const studies, truth = 2000, 20.0
	rule := stats.StoppingRule{RelativeError: 0.05, MaxReplications: 1000}
	r := rand.New(rand.NewPCG(11, 0))
	covered, close, total := 0, 0, 0
	for range studies {
		var samples []float64
		for {
			step, err := rule.Look(len(samples), []stats.Estimate{stats.MeanOf(samples, 0.95)})
			require.NoError(t, err)
			if step.Done {
				require.True(t, step.Precise)
				break
			}
			for len(samples) < step.Replications {
				samples = append(samples, truth+4*r.NormFloat64())
			}
		}
		e := stats.MeanOf(samples, 0.95)
		total += len(samples)
		if e.Low <= truth && truth <= e.High {
			covered++
		}
		if math.Abs(e.Value-truth) <= 0.05*truth {
			close++
		}
	}
	t.Logf("covered %.1f %%, within the wanted error %.1f %%, %.0f replications on average (68 suffice if the spread is known)",
		100*float64(covered)/studies, 100*float64(close)/studies, float64(total)/studies)
	require.Greater(t, float64(covered)/studies, 0.93)
	require.Greater(t, float64(close)/studies, 0.93)
	require.Less(t, float64(total)/studies, 100.0)
}
