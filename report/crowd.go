package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise"
)

// mostDrawn is how many placements a picture tells apart, mostListed how many a table for people has: the baseline and
// the best.
const mostDrawn, mostListed = 12, 50

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

// leftOutNote says below a table what it does not show, with the end of the line; "" where that is nothing.
func leftOutNote(leftOut string) string {
	if leftOut == "" {
		return ""
	}
	return "Shown: " + leftOut + "; comparison.csv and comparison.json have all.\n"
}

// score is what a placement is ranked by, the less the better: the mean latencies of its workloads over those of the
// baseline, each over the share that is served. It is infinite where a workload has no latency.
func score(c *edgewise.Comparison, placement int) float64 {
	sum := 0.0
	for i := range c.Placements[placement].Workloads {
		w := &c.Placements[placement].Workloads[i]
		mean, err := w.Headline().Mean()
		served := servedShare(w)
		if err != nil || served <= 0 {
			return math.Inf(1)
		}
		against := 1.0
		if base := workloadOf(&c.Placements[0], w.Name); base != nil {
			if m, err := base.Headline().Mean(); err == nil && m.Value > 0 {
				against = m.Value
			}
		}
		sum += mean.Value / against / served
	}
	return sum
}
