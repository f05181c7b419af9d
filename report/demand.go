package report

import (
	"encoding/csv"
	"slices"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/words"
)

// demand says how much is asked of a workload in the recorded time; nothing where that follows no day.
func (p *paper) demand(c *edgewise.Comparison, workload string) {
	for _, d := range c.Demand {
		if d.Workload == workload {
			p.prose(workload + ": " + d.String())
			if p.markdown {
				p.gap()
			}
		}
	}
}

// writeDemand writes what is asked of the workloads: rows of the metric demand without a placement, for it is that of all.
func writeDemand(out *csv.Writer, c *edgewise.Comparison) {
	for _, d := range c.Demand {
		for _, of := range []struct {
			statistic string
			value     float64
		}{{"recorded", d.Recorded}, {"day mean", d.Mean}, {"day peak", d.Peak}} {
			row := make([]string, len(csvHeader))
			for column, field := range map[string]string{
				"workload": words.Cell(d.Workload), "metric": "demand", "statistic": of.statistic, "unit": d.Unit, "value": exact(of.value), "n": "0",
			} {
				row[slices.Index(csvHeader, column)] = field
			}
			_ = out.Write(row)
		}
	}
}
