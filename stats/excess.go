package stats

import (
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/edgewise-sim/edgewise/internal/portable"
)

// ExcessP returns the probability that at least so many of a number of independent confidence
// intervals miss the truth by chance, each of which covers it with probability level. Of a hundred
// checks at 95 % some five fail although nothing is wrong; a small ExcessP says that more have failed
// than chance explains.
func ExcessP(misses, checks int, level float64) float64 {
	if misses <= 0 {
		return 1
	}
	if misses > checks {
		return 0
	}
	return portable.Round(1 - distuv.Binomial{N: float64(checks), P: 1 - level}.CDF(float64(misses-1)))
}
