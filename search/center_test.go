package search

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// optimum returns the least cost of the user who is worst off, over all sets.
func (c *center) optimum() float64 {
	best := math.Inf(1)
	near := &nearest{options: c.options}
	near.each(1, c.most, 0, c.options, func(set []int, _ []uint16) bool {
		worst := math.Inf(-1)
		for u := range c.users {
			at := c.fixed[u]
			for _, o := range set {
				at = min(at, c.costs[o*c.users+u])
			}
			worst = max(worst, at)
		}
		best = min(best, worst)
		return true
	})
	return best
}

// Six users on a line, two of whose places open: nobody is farther than 1, and one place alone leaves somebody 10 away.
func TestTheBoundOfTheWorstIsExactOnALine(t *testing.T) {
	line := []float64{0, 1, 2, 10, 11, 12}
	for most, want := range map[int]float64{1: 10, 2: 1, 6: 0} {
		c := &center{users: len(line), options: len(line), most: most, fixed: slices.Repeat([]float64{math.Inf(1)}, len(line))}
		for _, o := range line {
			for _, u := range line {
				c.costs = append(c.costs, math.Abs(o-u))
			}
		}
		require.LessOrEqual(t, c.bound(), c.optimum(), most)
		if most > 1 {
			require.Equal(t, want, c.bound(), most)
			require.Equal(t, want, c.optimum(), most)
		}
	}
}

func TestTheBoundOfTheWorstIsNeverAboveTheBest(t *testing.T) {
	draws := rand.New(rand.NewPCG(1, 2))
	exact := 0
	for range 300 {
		c := &center{users: 2 + draws.IntN(8), options: 2 + draws.IntN(7)}
		c.most = 1 + draws.IntN(c.options)
		for range c.users * c.options {
			c.costs = append(c.costs, math.Round(100*draws.Float64()))
		}
		for range c.users {
			c.fixed = append(c.fixed, []float64{math.Inf(1), math.Round(200 * draws.Float64())}[draws.IntN(2)])
		}
		bound, best := c.bound(), c.optimum()
		require.LessOrEqual(t, bound, best)
		if bound == best {
			exact++
		}
	}
	require.Greater(t, exact, 150, "it is often exact")
}
