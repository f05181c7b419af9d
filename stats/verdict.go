package stats

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/edgewise-sim/edgewise/internal/portable"
)

// A Verdict is what paired replications support about a difference.
type Verdict string

const (
	// Better and Worse: there is a difference, in this direction.
	Better Verdict = "better"
	Worse  Verdict = "worse"
	// Same: whatever difference there is, it is smaller than the margin that matters.
	Same Verdict = "no difference that matters"
	// Undecided: the data support none of these. Run more replications.
	Undecided Verdict = "undecided"
)

// A Question asks whether one placement is better than another in one figure.
type Question struct {
	// Name says what is compared, for reports.
	Name string
	// Difference is the paired difference, placement minus baseline, as made by [DifferenceOf],
	// [QuantileDifferenceMs] and their like.
	Difference Estimate
	// Level is the confidence level of the interval in Difference, for example 0.95.
	Level float64
	// Margin is the smallest difference that matters, in the unit of Difference. 0 means that any
	// does; then the verdict is never Same.
	Margin float64
	// MoreIsBetter is true for hit ratios and shares within a deadline, false for latencies and costs.
	MoreIsBetter bool
}

// An Answer is the verdict on one question.
type Answer struct {
	Question Question
	Verdict  Verdict
	// P is the p-value behind the verdict, corrected for the number of questions: the smallest
	// error rate at which the verdict would stand. For Undecided it is that of the verdict nearest to
	// standing.
	P float64
	// Unsupported says why the question could not be tested, for example that there was one
	// replication; the verdict is then Undecided and P is 1.
	Unsupported string
}

// Judge answers a family of questions so that, with probability of at least level, not one verdict of
// Better, Worse or Same in the whole family is wrong. Two tests stand behind a question: the paired
// t-test of no difference, and two one-sided t-tests of a difference of at least the margin
// (Schuirmann 1987). They are corrected with Holm's step-down method in the form of Shaffer (Modified
// Sequentially Rejective Multiple Test Procedures, 1986): because no difference and a difference that
// matters cannot both be true, each open question counts once. Without margins this is Holm's method. The tests
// may depend on each other in any way.
//
// A difference that is both established and smaller than the margin is Same.
//
// An error names a question whose level or margin makes no sense.
func Judge(questions []Question, level float64) ([]Answer, error) {
	if !isLevel(level) {
		return nil, wrong("judge", "level", level, wantLevel)
	}
	answers := make([]Answer, len(questions))
	tests := make([]hypothesis, 0, 2*len(questions))
	open := make([]int, len(questions)) // hypotheses not yet rejected, by question
	for i, q := range questions {
		answers[i] = Answer{Question: q, Verdict: Undecided, P: 1, Unsupported: q.Difference.Unsupported}
		if !isLevel(q.Level) {
			return nil, wrong("judge: question "+q.Name, fmt.Sprintf("questions[%d].Level", i), q.Level, wantLevel)
		}
		if !(q.Margin >= 0) || math.IsInf(q.Margin, 0) {
			return nil, wrong("judge: question "+q.Name, fmt.Sprintf("questions[%d].Margin", i), q.Margin, "a finite number, 0 or more")
		}
		if !q.Difference.HasInterval() {
			continue
		}
		tests = append(tests, hypothesis{question: i, p: q.noDifference()})
		open[i]++
		if q.Margin > 0 {
			tests = append(tests, hypothesis{question: i, p: q.differenceMatters(), equivalence: true})
			open[i]++
		}
	}
	slices.SortStableFunc(tests, func(a, b hypothesis) int {
		switch {
		case a.p < b.p:
			return -1
		case a.p > b.p:
			return 1
		}
		return 0
	})

	openQuestions := 0
	for _, n := range open {
		if n > 0 {
			openQuestions++
		}
	}
	corrected := 0.0
	for _, h := range tests {
		// Corrected p-values never fall along the way down: a test cannot stand where one before
		// it did not.
		corrected = max(corrected, min(1, float64(openQuestions)*h.p))
		answers[h.question].weigh(h, corrected, corrected <= 1-level)
		if open[h.question]--; open[h.question] == 0 {
			openQuestions--
		}
	}
	return answers, nil
}

// A hypothesis is one null hypothesis about a question.
type hypothesis struct {
	question    int
	p           float64
	equivalence bool // that the difference matters, not that there is none
}

// weigh takes note of a corrected test.
func (a *Answer) weigh(h hypothesis, corrected float64, rejected bool) {
	if !rejected {
		if a.Verdict == Undecided {
			a.P = min(a.P, corrected)
		}
		return
	}
	switch {
	case h.equivalence:
		a.Verdict, a.P = Same, corrected
	case a.Verdict == Same: // smaller than the margin, though real
	case (a.Question.Difference.Value > 0) == a.Question.MoreIsBetter:
		a.Verdict, a.P = Better, corrected
	default:
		a.Verdict, a.P = Worse, corrected
	}
}

// noDifference returns the two-sided p-value of the t-test that the difference is zero.
func (q Question) noDifference() float64 {
	return min(1, 2*q.tail(math.Abs(q.Difference.Value)))
}

// differenceMatters returns the p-value of the two one-sided t-tests that the difference is as large
// as the margin in one direction or the other.
func (q Question) differenceMatters() float64 {
	return q.tail(q.Margin - math.Abs(q.Difference.Value))
}

// tail returns the probability that the estimate of a difference lies further than distance above the
// truth.
func (q Question) tail(distance float64) float64 {
	degrees := float64(q.Difference.N - 1)
	error := q.Difference.HalfWidth() / tQuantile(q.Level, q.Difference.N-1)
	if error == 0 { // all replications agree to the last bit
		switch {
		case distance > 0:
			return 0
		case distance == 0:
			return 0.5
		}
		return 1
	}
	return portable.Round(distuv.StudentsT{Mu: 0, Sigma: 1, Nu: degrees}.Survival(distance / error))
}

// VarianceReduction returns how many times more replications a comparison of independent runs would
// need than the paired one, from the intervals of both figures and of their paired difference, all of
// one level and number of replications. It is false where an interval is missing; it is +Inf where all
// paired differences are equal.
func VarianceReduction(a, b, difference Estimate) (factor float64, ok bool) {
	if !a.HasInterval() || !b.HasInterval() || !difference.HasInterval() || a.N != b.N || a.N != difference.N {
		return 0, false
	}
	independent := float64(a.HalfWidth()*a.HalfWidth()) + float64(b.HalfWidth()*b.HalfWidth())
	if independent == 0 {
		return 0, false
	}
	return independent / (difference.HalfWidth() * difference.HalfWidth()), true
}
