package stats_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/stats"
)

// question asks about a difference with a given t statistic from ten replications.
func question(value, standardError, margin float64) stats.Question {
	const t = 2.2621571628 // 97.5 % with 9 degrees of freedom
	half := t * standardError
	return stats.Question{
		Difference: stats.Estimate{Value: value, Low: value - half, High: value + half, N: 10},
		Level:      0.95, Margin: margin,
	}
}

func TestVerdictOnOneQuestion(t *testing.T) {
	more := func(q stats.Question) stats.Question { q.MoreIsBetter = true; return q }
	for _, c := range []struct {
		name     string
		question stats.Question
		verdict  stats.Verdict
		p        float64
	}{
		// Two-sided p of t = 3 with 9 degrees of freedom is 0.01496, one-sided of 2 is 0.03828.
		{"faster", question(-3, 1, 0), stats.Better, 0.01496},
		{"slower", question(3, 1, 0), stats.Worse, 0.01496},
		{"more hits", more(question(3, 1, 0)), stats.Better, 0.01496},
		{"fewer hits", more(question(-3, 1, 0)), stats.Worse, 0.01496},
		{"too noisy", question(-2, 1, 0), stats.Undecided, 0.07656},
		{"within the margin", question(1, 1, 3), stats.Same, 0.03828},
		{"within the margin, negative", question(-1, 1, 3), stats.Same, 0.03828},
		{"real but small", question(-3, 1, 100), stats.Same, 0},
		{"real, not surely small", question(-3, 1, 4), stats.Better, 0.01496},
		{"neither", question(1, 1, 2), stats.Undecided, 0.17172},
		{"identical runs", question(0, 0, 1), stats.Same, 0},
		{"identical runs, no margin", question(0, 0, 0), stats.Undecided, 1},
		{"always the same gain", question(-2, 0, 1), stats.Better, 0},
	} {
		answers, err := stats.Judge([]stats.Question{c.question}, 0.95)
		require.NoError(t, err)
		require.Equal(t, c.verdict, answers[0].Verdict, c.name)
		require.InDelta(t, c.p, answers[0].P, 1e-5, c.name)
	}
}

func TestVerdictsAreCorrectedForTheirNumber(t *testing.T) {
	// Without margins this is Holm's method: p-values 0.00148 (t = 4.5), 0.01496 (3), 0.02395 (2.71)
	// and 0.6 become 4, 3 and 2 times as large.
	questions := []stats.Question{question(-3, 1, 0), question(-0.543, 1, 0), question(-4.5, 1, 0), question(2.71, 1, 0)}
	answers, err := stats.Judge(questions, 0.95)
	require.NoError(t, err)
	verdicts := []stats.Verdict{}
	corrected := []float64{}
	for i, a := range answers {
		require.Equal(t, questions[i], a.Question)
		verdicts, corrected = append(verdicts, a.Verdict), append(corrected, a.P)
	}
	require.Equal(t, []stats.Verdict{stats.Better, stats.Undecided, stats.Better, stats.Worse}, verdicts)
	require.InDeltaSlice(t, []float64{3 * 0.014956, 0.6003, 4 * 0.001489, 2 * 0.023973}, corrected, 1e-4)

	// The same p in a larger family no longer stands.
	answers, err = stats.Judge(append(questions, question(0.1, 1, 0), question(0.1, 1, 0)), 0.95)
	require.NoError(t, err)
	require.Equal(t, stats.Undecided, answers[0].Verdict)
	require.Equal(t, stats.Better, answers[2].Verdict)
}

func TestQuestionsThatCannotBeTestedSayWhy(t *testing.T) {
	one := stats.Question{Difference: stats.DifferenceOf([]float64{1}, []float64{2}, 0.95), Level: 0.95}
	answers, err := stats.Judge([]stats.Question{one, question(-3, 1, 0)}, 0.95)
	require.NoError(t, err)
	require.Equal(t, stats.Undecided, answers[0].Verdict)
	require.Equal(t, "one replication: no interval", answers[0].Unsupported)
	require.InDelta(t, 0.01496, answers[1].P, 1e-5, "an untestable question weighs nothing")

	bad := question(1, 1, -1)
	bad.Name = "p95 of the game"
	_, err = stats.Judge([]stats.Question{bad}, 0.95)
	require.ErrorContains(t, err, "question p95 of the game: questions[0].Margin is -1")
	bad.Margin, bad.Level = 0, 95
	_, err = stats.Judge([]stats.Question{bad}, 0.95)
	require.ErrorContains(t, err, "questions[0].Level is 95")
	_, err = stats.Judge(nil, 1)
	require.ErrorContains(t, err, "level is 1;")
}

// TestWrongVerdictsAreAsRareAsPromised judges families of six questions, most of whose truths lie just
// where a verdict would be wrong: at zero, or at the margin.
func TestWrongVerdictsAreAsRareAsPromised(t *testing.T) {
	const families, margin = 3000, 0.5
	truths := []float64{0, 0, margin, -margin, margin, 2}
	r := rand.New(rand.NewPCG(9, 0))
	wrong, decided := 0, 0
	for range families {
		var questions []stats.Question
		common := r.NormFloat64()
		for _, truth := range truths {
			a, b := make([]float64, 10), make([]float64, 10)
			for i := range a {
				a[i], b[i] = truth+0.3*r.NormFloat64()+common, common
			}
			questions = append(questions, stats.Question{Difference: stats.DifferenceOf(a, b, 0.9), Level: 0.9, Margin: margin})
		}
		answers, err := stats.Judge(questions, 0.95)
		require.NoError(t, err)
		bad := false
		for i, a := range answers {
			switch a.Verdict {
			case stats.Better:
				bad = bad || truths[i] >= 0
			case stats.Worse:
				bad = bad || truths[i] <= 0
			case stats.Same:
				bad = bad || math.Abs(truths[i]) >= margin
			}
			if a.Verdict != stats.Undecided {
				decided++
			}
		}
		if bad {
			wrong++
		}
	}
	t.Logf("%.2f %% of families with a wrong verdict, %.1f of 6 questions decided", 100*float64(wrong)/families, float64(decided)/families)
	require.Less(t, float64(wrong)/families, 0.058)    // 5 % and two standard errors
	require.Greater(t, float64(wrong)/families, 0.005) // not won by deciding nothing
	require.Greater(t, float64(decided)/families, 3.0)
}

func TestVarianceReductionComparesPairedWithIndependentRuns(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 0))
	a, b := make([]float64, 2000), make([]float64, 2000)
	for i := range a {
		common := 3 * r.NormFloat64()
		a[i], b[i] = common+r.NormFloat64(), common+r.NormFloat64()
	}
	factor, ok := stats.VarianceReduction(stats.MeanOf(a, 0.95), stats.MeanOf(b, 0.95), stats.DifferenceOf(a, b, 0.95))
	require.True(t, ok)
	require.InEpsilon(t, 10, factor, 0.1) // (10 + 10) / 2
	_, ok = stats.VarianceReduction(stats.MeanOf(a[:1], 0.95), stats.MeanOf(b[:1], 0.95), stats.DifferenceOf(a[:1], b[:1], 0.95))
	require.False(t, ok)
}
