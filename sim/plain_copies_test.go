package sim

import (
	"math"
	"math/rand/v2"
	"slices"
)

// plainCopies simulates one object of some slices at PoPs, at the servers of the parent that it has, and at those of a shield, request by request, with nothing
// of this package: each copy is fresh for so many seconds from when the origin made it on, and who has none that is asks any server behind.
type plainCopies struct {
	pops, parents, shields, slices int
	own, life                      float64
	part                           func(draws *rand.Rand) (first, next int)
}

// A plainCount is what they come to: how often PoPs, parents and shields asked in a second, over all objects, and which share of the requests found all at once.
type plainCount struct {
	asks  [3]float64
	found float64
}

// count returns that of objects that are asked for at rates, from a lifetime on to another.
func (c *plainCopies) count(rates []float64, from, to float64) (is plainCount) {
	draws, requests, found := rand.New(rand.NewPCG(7, 9)), 0, 0
	fresh := func(n int) [][]float64 {
		all := make([][]float64, n)
		for i := range all {
			all[i] = slices.Repeat([]float64{math.Inf(-1)}, c.slices) // the instant at which the origin made it
		}
		return all
	}
	for _, rate := range rates {
		at, counted := [][][]float64{fresh(c.pops), fresh(c.parents), fresh(c.shields)}, 0.
		for now := draws.ExpFloat64() / rate; now < to*c.life; now += draws.ExpFloat64() / rate {
			if now >= from*c.life {
				counted = 1
			}
			pop := draws.IntN(c.pops)
			isHit := true
			first, next := c.part(draws)
			for k := first; k < next; k++ {
				var get func(tier, server int) float64
				get = func(tier, server int) float64 {
					life := c.life
					if tier == 0 {
						life = c.own
					}
					if made := at[tier][server][k]; now < made+life {
						return made
					}
					isHit = isHit && tier > 0
					is.asks[tier] += counted
					made, behind := now, tier+1
					if behind < 3 && len(at[behind]) == 0 {
						behind++
					}
					if behind < 3 {
						made = get(behind, draws.IntN(len(at[behind])))
					}
					at[tier][server][k] = made
					return made
				}
				get(0, pop)
			}
			if counted > 0 {
				requests++
				if isHit {
					found++
				}
			}
		}
	}
	for n := range is.asks {
		is.asks[n] /= (to - from) * c.life
	}
	is.found = float64(found) / float64(requests)
	return is
}
