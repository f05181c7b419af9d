package stats

import (
	"fmt"
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
// The interval has no width when no replication saw an exception (all hits, or none): it then says
// nothing about events rarer than one in all the requests seen.
func ShareOf(ratios []Ratio, level float64) Estimate {
	for i, r := range ratios {
		if r.Numerator > r.Denominator {
			return Estimate{Unsupported: fmt.Sprintf("replication %d: a share of %d in %d", i, r.Numerator, r.Denominator)}
		}
	}
	e := RatioOf(ratios, level)
	e.Low, e.High = max(e.Low, 0), min(e.High, 1)
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
	ratio := func(without int) (float64, bool) {
		value, ok := ratioWithout(a, without)
		if b != nil && ok {
			var base float64
			base, ok = ratioWithout(b, without)
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
	// The pseudovalues n x value - (n-1) x leftOut[i] stand for the replications.
	squares := squaredDeviations(leftOut, meanOf(leftOut)) * float64(n-1) * float64(n-1)
	return around(value, squares, n, level)
}

// ratioWithout returns the ratio of the sums with one replication left out, or false when the
// denominator is zero. The sums are made anew each time: subtracting from a total would leave
// rounding errors of the size of the total.
func ratioWithout(pairs []pair, without int) (float64, bool) {
	sum := pair{}
	for i, p := range pairs {
		if i != without {
			sum.numerator += p.numerator
			sum.denominator += p.denominator
		}
	}
	if sum.denominator == 0 {
		return 0, false
	}
	return sum.numerator / sum.denominator, true
}
