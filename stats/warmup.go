package stats

import (
	"fmt"
	"math"
)

// A WarmUp says how much of a series to delete because it still remembers how the run began.
type WarmUp struct {
	// Delete is the number of observations to delete at the beginning.
	Delete int
	// Of is the length of the series.
	Of int
}

// A TooShortError says that a run did not get over its beginning.
type TooShortError struct {
	// Delete is where the run seems to become steady, Of the observations there are and Needed the
	// least number that would put Delete into the first half.
	Delete, Of, Needed int
}

// Error says how long the run should be.
func (e *TooShortError) Error() string {
	return fmt.Sprintf("the run is too short: it is still warming up after %d of %d observations; make it at least %d observations long",
		e.Delete, e.Of, e.Needed)
}

// mserBatch is the batch size that makes MSER into MSER-5.
const mserBatch = 5

// DetectWarmUp applies the MSER-5 rule to a series of observations in the order of simulated time,
// for example the mean latency of every second: the observations are averaged in batches of five, and
// the beginning is deleted that leaves the smallest standard error of what remains (White, Cobb and
// Spratt, A Comparison of Five Steady-State Truncation Heuristics for Simulation, Winter Simulation
// Conference 2000).
//
// Where that point lies past the middle of the series, the rule means nothing and the error is a
// [*TooShortError]. A series of fewer than 50 observations or with a value that is not finite is an
// error too. The rule judges the series it is given: look at the slowest one, and at cache occupancy
// with [CacheFilled]. Questions about a given hour or a failure have no steady state: start them from
// a warmed state and delete nothing.
func DetectWarmUp(series []float64) (WarmUp, error) {
	const fewest = 50
	if len(series) < fewest {
		return WarmUp{}, fmt.Errorf("%d observations, at least %d needed to find the warm-up", len(series), fewest)
	}
	means := make([]float64, len(series)/mserBatch)
	for i := range means {
		means[i] = meanOf(series[i*mserBatch : (i+1)*mserBatch])
		if !isFinite(means[i]) {
			return WarmUp{}, fmt.Errorf("observations %d to %d: their mean is %v", i*mserBatch, (i+1)*mserBatch-1, means[i])
		}
	}
	cut := mser(means)
	w := WarmUp{Delete: cut * mserBatch, Of: len(series)}
	if 2*cut > len(means) {
		return w, &TooShortError{Delete: w.Delete, Of: w.Of, Needed: 2 * w.Delete}
	}
	return w, nil
}

// mser returns how many batches to delete: the d with the smallest sum of squares around the mean of
// the rest by the square of its length. At least five batches remain, because fewer can be alike by
// chance. Means and sums of squares grow from the back (Welford), in one pass.
func mser(means []float64) int {
	const remain = 5
	best, least := 0, math.Inf(1)
	mean, squares := 0.0, 0.0
	for d := len(means) - 1; d >= 0; d-- {
		n := float64(len(means) - d)
		delta := means[d] - mean
		mean += delta / n
		squares += float64(delta * (means[d] - mean))
		// On a tie the earlier cut keeps more data.
		if score := squares / (n * n); n >= remain && score <= least {
			best, least = d, score
		}
	}
	return best
}

// CacheFilled returns from which sample on a cache has done filling: it holds 99 % of its capacity, or
// it no longer grows because it holds all that is asked for (from that sample to the last one its
// content grows by less than 1 %). usedBytes holds the content at even steps of simulated time. It is
// false when the cache was still filling at the end: the last third of the samples must lie after
// the point. A latency can look steady long before a large cache is.
func CacheFilled(usedBytes []float64, capacityBytes float64) (sample int, filled bool) {
	if len(usedBytes) == 0 {
		return 0, false
	}
	final := usedBytes[len(usedBytes)-1]
	for i, used := range usedBytes {
		if used >= 0.99*capacityBytes || used >= 0.99*final {
			return i, 3*i <= 2*len(usedBytes)
		}
	}
	return len(usedBytes), false
}
