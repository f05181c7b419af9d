package report

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/edgewise-sim/edgewise"
)

// fromSlowest is the quantile from which on the page takes the slowest requests apart.
const fromSlowest = 0.9

// pageTails returns what the slowest requests waited for, cause by cause, as figures of a breakdown of their own for each part of
// the tail; none where it is not taken apart. There is no interval: it is of one replication.
func pageTails(results []*edgewise.WorkloadResult) (figures []pageFigure) {
	for i, w := range results {
		if w == nil {
			continue
		}
		for n := range w.Tails {
			t := &w.Tails[n]
			if t.Above < fromSlowest || t.Requests == 0 {
				continue // what is of most requests is much like the mean, which is taken apart over all replications
			}
			metric := fmt.Sprintf("breakdown of the slowest %s %%", strconv.FormatFloat(100*(1-t.Above), 'g', 3, 64))
			for _, c := range t.Causes {
				at := slices.IndexFunc(figures, func(f pageFigure) bool { return f.Metric == metric && f.Statistic == c.Cause })
				if at < 0 {
					at = len(figures)
					figures = append(figures, pageFigure{
						pageLabel: pageLabel{Metric: metric, Statistic: c.Cause, Unit: "ms", Title: c.Cause, Better: "less"},
						Values:    make([]roughEstimate, len(results)), Differences: make([]roughEstimate, len(results)),
					})
				}
				figures[at].Values[i] = roughEstimate{rough(t.MeanMs(c.SumNs))}
			}
		}
	}
	return figures
}
