package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// OrderStatisticRanks returns the ranks, from 1 to n, of the two order statistics that enclose the
// quantile p of n independent samples with at least the given confidence, without any assumption on
// their law: the number of samples below the quantile is binomial. It is false when n is too small for
// an upper or a lower bound.
//
// Independence is the point: it holds for the replications of a study, never for the requests of one
// run.
func OrderStatisticRanks(n int, p, level float64) (low, high int, ok bool) {
	if n < 1 || !(p > 0 && p < 1) || checkLevel(level) != "" {
		return 0, 0, false
	}
	below := distuv.Binomial{N: float64(n), P: p}
	outside := (1 - level) / 2
	// The sample of rank r lies above the quantile when fewer than r samples are below it. Both ranks
	// are searched for from ten standard deviations away, where the tail is nothing.
	reach := int(10*math.Sqrt(float64(n)*p*(1-p))) + 10
	center := int(float64(n) * p)
	low = max(0, center-reach)
	for low < n && below.CDF(float64(low)) <= outside {
		low++
	}
	high = min(n, center+reach) + 1
	for high > 1 && 1-below.CDF(float64(high-2)) <= outside {
		high--
	}
	return low, high, low >= 1 && high <= n
}
