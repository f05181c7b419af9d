package stats

import (
	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
)

// bootstraps is how many samples [ProbabilitiesBest] draws.
const bootstraps = 10_000

// ProbabilitiesBest returns for each of several placements the probability that it has the smallest mean, as far as its
// replications say: the share of 10,000 samples of the replications, drawn with replacement, in which it does. A sample takes the same
// replications of all placements, so that what they have in common cancels (a paired bootstrap: Efron, The Jackknife, the
// Bootstrap and Other Resampling Plans, 1982). Those that are equally good in a sample share it. observations holds the
// placements' replications, equally many of each; of a figure of which more is better, give the negatives. Of fewer than two replications
// nothing is known: all placements that have the smallest mean share 1.
func ProbabilitiesBest(observations [][]float64, seed uint64) []float64 {
	shares := make([]float64, len(observations))
	if len(observations) == 0 || len(observations[0]) == 0 {
		return shares
	}
	n := len(observations[0])
	draws := random.New(seed, 0, random.Entity("placements"), purpose.Named("bootstrap"))
	sums := make([]float64, len(observations))
	weights := make([]int, n)
	for range bootstraps {
		clear(weights)
		for range n {
			weights[int(draws.Float64()*float64(n))]++
		}
		least, ties := 0.0, 0
		for p, all := range observations {
			sum := 0.0
			for r, w := range weights {
				sum += float64(float64(w) * all[r])
			}
			sums[p] = sum
			if ties == 0 || sum < least {
				least, ties = sum, 1
			} else if sum == least {
				ties++
			}
		}
		for p := range sums {
			if sums[p] == least {
				shares[p] += 1 / float64(ties)
			}
		}
	}
	for p := range shares {
		shares[p] /= bootstraps
	}
	return shares
}
