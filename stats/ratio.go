package stats

import (
	"fmt"
	"math"

	"github.com/edgewise-sim/edgewise/internal/portable"
)

// A Ratio is what one replication contributes to a ratio: hits by requests, bytes by bytes, requests
// within a deadline by requests. Both are exact counters of the run. Nanoseconds by requests make a
// mean latency.
type Ratio struct {
	Numerator, Denominator uint64
}

// RatioOf estimates a ratio by the sum of all numerators over the sum of all denominators, one Ratio
// a replication. The interval is a Student-t interval on the jackknife variance: the ratio is
// recomputed with each replication left out in turn (Efron, The Jackknife, the Bootstrap and Other
// Resampling Plans, 1982, ch. 3). A replication without requests weighs nothing, as it should.
func RatioOf(ratios []Ratio, level float64) Estimate {
	return jackknife(pairsOf(ratios), nil, level)
}

// ShareOf is RatioOf for a ratio that cannot leave [0, 1], such as a hit ratio: the interval is cut
// there, which costs it no coverage. A numerator above its denominator is refused.
//
// Where no replication saw an exception (all hits, or none), replications do not differ, but the share may all the same:
// the interval then is that of Clopper and Pearson (Biometrika 26, 1934) for as many independent trials as there were
// requests, from 0 to 1 - (alpha/2)^(1/n) or as far from 1. That is 84 points for 2 requests, 0.4 for 1,000.
func ShareOf(ratios []Ratio, level float64) Estimate {
	for i, r := range ratios {
		if r.Numerator > r.Denominator {
			return Estimate{Unsupported: fmt.Sprintf("replication %d: a share of %d in %d", i, r.Numerator, r.Denominator)}
		}
	}
	e := RatioOf(ratios, level)
	if e.HasInterval() && e.HalfWidth() == 0 {
		unseen := unseenShare(total(ratios), level)
		switch e.Value {
		case 0:
			e.High = unseen
		case 1:
			e.Low = 1 - unseen
		}
	}
	e.Low, e.High = max(e.Low, 0), min(e.High, 1)
	return e
}

// unseenShare returns the largest share of exceptions, at a level, of which there was none in n requests.
func unseenShare(n uint64, level float64) float64 {
	if n == 0 {
		return 1
	}
	return 1 - portable.Pow((1-level)/2, 1/float64(n))
}

// total returns the requests of all replications.
func total(ratios []Ratio) (n uint64) {
	for _, r := range ratios {
		n += r.Denominator
	}
	return n
}

// ShareDifferenceOf is [RatioDifferenceOf] for shares. Where no replication saw an exception on either side, the interval
// is as wide on both sides as that of [ShareOf] for the side with fewer requests.
func ShareDifferenceOf(a, b []Ratio, level float64) Estimate {
	e := RatioDifferenceOf(a, b, level)
	isCertain := func(ratios []Ratio) bool {
		none, all := true, true
		for _, r := range ratios {
			none, all = none && r.Numerator == 0, all && r.Numerator == r.Denominator
		}
		return none || all
	}
	if e.HasInterval() && e.HalfWidth() == 0 && isCertain(a) && isCertain(b) {
		unseen := unseenShare(min(total(a), total(b)), level)
		e.Low, e.High = max(e.Value-unseen, -1), min(e.Value+unseen, 1)
	}
	return e
}

// RatioDifferenceOf estimates the ratio of a minus the ratio of b, paired by replication: leaving
// out replication i leaves it out of both.
func RatioDifferenceOf(a, b []Ratio, level float64) Estimate {
	if len(a) != len(b) {
		return unpaired(len(a), len(b))
	}
	return jackknife(pairsOf(a), pairsOf(b), level)
}

// MeanMs estimates the mean latency in milliseconds over all requests of all replications, one
// sketch a replication: sum of latencies by number of requests, with the interval of [RatioOf].
func MeanMs(replications []*Sketch, level float64) Estimate {
	return jackknife(sumsOf(replications), nil, level).Scaled(1e-6)
}

// MeanDifferenceMs estimates the mean latency of a minus that of b in milliseconds, paired by
// replication.
func MeanDifferenceMs(a, b []*Sketch, level float64) Estimate {
	if len(a) != len(b) {
		return unpaired(len(a), len(b))
	}
	return jackknife(sumsOf(a), sumsOf(b), level).Scaled(1e-6)
}

// A pair is a Ratio in floats, so that 128-bit sums fit.
type pair struct{ numerator, denominator float64 }

func pairsOf(ratios []Ratio) []pair {
	pairs := make([]pair, len(ratios))
	for i, r := range ratios {
		pairs[i] = pair{float64(r.Numerator), float64(r.Denominator)}
	}
	return pairs
}

func sumsOf(replications []*Sketch) []pair {
	pairs := make([]pair, len(replications))
	for i, s := range replications {
		pairs[i] = pair{s.sumNs(), float64(s.Count())}
	}
	return pairs
}

// jackknife estimates the ratio of a, minus the ratio of b unless b is nil. Both have one pair a
// replication.
func jackknife(a, b []pair, level float64) Estimate {
	if reason := checkLevel(level); reason != "" {
		return Estimate{Unsupported: reason}
	}
	n := len(a)
	if n == 0 {
		return Estimate{Unsupported: "no replications"}
	}
	ofA, ofB := sumOf(a), sumOf(b)
	ratio := func(without int) (float64, bool) {
		value, ok := ofA.ratioWithout(without)
		if b != nil && ok {
			var base float64
			base, ok = ofB.ratioWithout(without)
			value -= base
		}
		return value, ok
	}
	const nobody = -1
	value, ok := ratio(nobody)
	if !ok {
		return Estimate{Unsupported: "nothing was counted: the denominator is 0"}
	}
	if n == 1 {
		return around(value, 0, n, level)
	}
	leftOut := make([]float64, n)
	for i := range leftOut {
		if leftOut[i], ok = ratio(i); !ok {
			return withoutInterval(value, n, fmt.Sprintf("only replication %d counted anything: no interval", i))
		}
	}
	return Jackknifed(value, leftOut, level)
}

// Jackknifed estimates a figure of all replications together, of which leftOut says what it is without one of them each: with the interval of the jackknife. Without
// any, of one replication, it has none.
func Jackknifed(value float64, leftOut []float64, level float64) Estimate {
	n := len(leftOut)
	if n == 0 {
		return around(value, 0, 1, level)
	}
	// The pseudovalues n x value - (n-1) x leftOut[i] stand for the replications.
	squares := squaredDeviations(leftOut, meanOf(leftOut)) * float64(n-1) * float64(n-1)
	return around(value, squares, n, level)
}

// Pseudovalues returns the jackknife's pseudovalues of the ratio that [RatioOf] estimates, one a replication: n times the
// ratio less n-1 times that without the replication. They stand for the replications: [MeanOf] them has the interval of
// RatioOf, and differences or sums of several such lists that of the differences or sums of the ratios. It returns nil where a
// ratio has no denominator.
func Pseudovalues(ratios []Ratio) []float64 { return pseudovalues(pairsOf(ratios)) }

// MeanPseudovalues is [Pseudovalues] of the mean latency that [MeanMs] estimates, in nanoseconds.
func MeanPseudovalues(replications []*Sketch) []float64 { return pseudovalues(sumsOf(replications)) }

func pseudovalues(pairs []pair) []float64 {
	const nobody = -1
	n := float64(len(pairs))
	all := sumOf(pairs)
	whole, ok := all.ratioWithout(nobody)
	if !ok {
		return nil
	}
	if len(pairs) == 1 {
		return []float64{whole}
	}
	values := make([]float64, len(pairs))
	for i := range values {
		without, ok := all.ratioWithout(i)
		if !ok {
			return nil
		}
		values[i] = float64(n*whole) - float64((n-1)*without)
	}
	return values
}

// A sum is the pairs that it is of, and their sum.
type sum struct {
	of []pair
	pair
	isExact bool // the sum of whole numbers, without any rounding
}

func sumOf(pairs []pair) sum {
	s := sum{of: pairs, isExact: true}
	for _, p := range pairs {
		s.numerator += p.numerator
		s.denominator += p.denominator
		s.isExact = s.isExact && p.numerator == math.Trunc(p.numerator) && p.denominator == math.Trunc(p.denominator)
	}
	s.isExact = s.isExact && math.Abs(s.numerator) < exactFloats && s.denominator < exactFloats
	return s
}

// ratioWithout returns the ratio of the sums with one replication left out, or false when the
// denominator is zero. Where sums round they are made anew each time: subtracting from a total would leave
// rounding errors of the size of the total.
func (s *sum) ratioWithout(without int) (float64, bool) {
	var rest pair
	switch {
	case without < 0:
		rest = s.pair
	case s.isExact:
		rest = pair{s.numerator - s.of[without].numerator, s.denominator - s.of[without].denominator}
	default:
		for i, p := range s.of {
			if i != without {
				rest.numerator += p.numerator
				rest.denominator += p.denominator
			}
		}
	}
	if rest.denominator == 0 {
		return 0, false
	}
	return rest.numerator / rest.denominator, true
}
