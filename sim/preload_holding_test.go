package sim

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/random"
)

// Ages of what a server that evicts has are those of one that serves Poisson requests for long.
func TestCopiesThatMayBeEvictedHaveTheirAges(t *testing.T) {
	const draws = 100_000
	for _, h := range []holding{
		{rate: 1, life: 1, leaves: .1}, {rate: 1, life: 5, leaves: 1}, {rate: 1, life: 20, leaves: 3}, {rate: 1, life: 200, leaves: 5},
		{rate: 1, life: 100, leaves: 6}, {rate: 1, life: 2, leaves: 8}, {rate: .01, life: 60, leaves: 40},
	} {
		t.Run(fmt.Sprint(h), func(t *testing.T) {
			var plain, drawn [11]float64 // of a fetch, and by tenths of a lifetime
			count := func(of *[11]float64, age, weight float64) {
				if age == 0 {
					of[0] += weight
				} else {
					of[1+int(10*age/h.life)] += weight
				}
			}
			r, at, fetched := rand.New(rand.NewPCG(1, 2)), 0., 0.
			for range 20 * draws {
				gap := r.ExpFloat64() / h.rate
				if at += gap; gap > h.leaves || at-fetched >= h.life {
					fetched = at
				}
				count(&plain, at-fetched, 1./(20*draws))
			}
			stream := random.New(1, 2, 3, 4)
			for range draws {
				count(&drawn, h.age(&stream), 1./draws)
			}
			for n := range plain {
				require.InDelta(t, plain[n], drawn[n], .006, "%v for %v", drawn, plain)
			}
		})
	}
}
