package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise"
)

// mostDrawn is how many placements a picture tells apart: the baseline and the best.
const mostDrawn = 12

// few returns the comparison of as many placements as can be shown, in the order of the study, and what is to be said of
// the others; "" where none is left out.
func few(c *edgewise.Comparison, most int) (shown *edgewise.Comparison, leftOut string) {
	if len(c.Placements) <= most {
		return c, ""
	}
	ranks := make([]int, len(c.Placements)-1)
	scores := make([]float64, len(c.Placements))
	for i := range ranks {
		ranks[i] = i + 1
		scores[i+1] = score(c, i+1)
	}
	slices.SortStableFunc(ranks, func(a, b int) int { return cmp.Compare(scores[a], scores[b]) })
	kept := append(ranks[:most-1:most-1], 0)
	slices.Sort(kept)
	of := *c
	of.Placements = nil
	for _, i := range kept {
		of.Placements = append(of.Placements, c.Placements[i])
	}
	return &of, fmt.Sprintf("the baseline and the best %d of %d by mean latency", most-1, len(c.Placements))
}

// score ranks a placement over all workloads: the sum of what it costs each, as a multiple of the baseline's.
func score(c *edgewise.Comparison, placement int) float64 {
	sum := 0.0
	for i := range c.Placements[placement].Workloads {
		w := &c.Placements[placement].Workloads[i]
		against := 1.0
		if base := workloadOf(&c.Placements[0], w.Name); base != nil {
			if cost := costOf(base); cost > 0 && !math.IsInf(cost, 1) {
				against = cost
			}
		}
		sum += costOf(w) / against
	}
	return sum
}
