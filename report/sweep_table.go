package report

import (
	"fmt"
	"io"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/sweep"
)

// sweepColumns returns the columns: the point, its keys, and what a figure is.
func sweepColumns(r *sweep.Result) []dataColumn {
	columns := []dataColumn{{name: "point", isNumber: true, isWhole: true}}
	for _, k := range r.Keys {
		columns = append(columns, dataColumn{name: keyColumn(k), isNumber: k.IsNumber})
	}
	for _, name := range []string{"placement", "workload", "metro", "metric", "statistic", "unit"} {
		columns = append(columns, dataColumn{name: name})
	}
	for _, name := range []string{"value", "low", "high"} {
		columns = append(columns, dataColumn{name: name, isNumber: true})
	}
	columns = append(columns, dataColumn{name: "n", isNumber: true, isWhole: true})
	for _, name := range []string{"difference", "difference_low", "difference_high"} {
		columns = append(columns, dataColumn{name: name, isNumber: true})
	}
	return append(columns, dataColumn{name: "unsupported"}, dataColumn{name: "q", isNumber: true}, dataColumn{name: "deadline_ms", isNumber: true})
}

// keyColumn is what the column of a key is called: its path, with the unit of its numbers.
func keyColumn(k sweep.Key) string {
	if k.Unit == "" {
		return k.Path
	}
	return k.Path + " (" + k.Unit + ")"
}

// sweepRows calls a function with every row, in the order of the points.
func sweepRows(r *sweep.Result, row func([]cell)) {
	byMetro := make(map[string]bool) // workloads
	for _, w := range r.Watched {
		byMetro[w.Workload] = byMetro[w.Workload] || w.ByMetro
	}
	for i := range r.Points {
		p := &r.Points[i]
		at := []cell{numberCell(float64(i+1), true)}
		for k, v := range p.Values {
			if r.Keys[k].IsNumber {
				at = append(at, numberCell(v.Number, true))
			} else {
				at = append(at, textCell(v.Text))
			}
		}
		write := func(placement, workload, metro string, f *edgewise.Figure) {
			d := stats.Estimate{}
			if f.Difference != nil {
				d = *f.Difference
			}
			cells := append(at[:len(at):len(at)], textCell(placement), textCell(workload), textCell(metro),
				textCell(f.Metric), textCell(f.Statistic), textCell(f.Unit))
			cells = append(cells, estimateCells(f.Estimate)...)
			cells = append(cells, numberCell(float64(f.N), true))
			cells = append(cells, estimateCells(d)...)
			row(append(cells, textCell(f.Unsupported), numberCell(f.Q, f.Q != 0), numberCell(float64(f.Deadline)/1e6, f.Deadline != 0)))
		}
		refused := func(placement, why string) {
			write(placement, "", "", &edgewise.Figure{Label: edgewise.Label{Metric: "refused", Statistic: "reason"}, Estimate: stats.Estimate{Unsupported: why}})
		}
		if p.Comparison == nil {
			refused("", p.Why())
			continue
		}
		for k := range p.Comparison.Placements {
			of := &p.Comparison.Placements[k]
			for n := range of.Workloads {
				w := &of.Workloads[n]
				for f := range w.Figures {
					write(of.Name, w.Name, everywhere, &w.Figures[f])
				}
				if !byMetro[w.Name] {
					continue
				}
				for m := range w.Metros {
					for f := range w.Metros[m].Figures {
						write(of.Name, w.Name, w.Metros[m].ID, &w.Metros[m].Figures[f])
					}
				}
			}
		}
		for _, of := range p.Comparison.Refused {
			refused(of.Placement, of.Reason)
		}
	}
}

// WriteSweepCSV writes every figure of every point, one a row: the number of the point, from 1; the value of each key, a column a key,
// numbers in its unit (bytes, s, share); and the columns of [WriteCSV] that say what the figure is. Figures by metro are of the workloads of
// which a figure is looked at by metro. A point, or a placement of it, that is refused has a row of the metric refused, with the
// reason in the column unsupported.
func WriteSweepCSV(w io.Writer, r *sweep.Result) error {
	if err := sweepTable(r).writeCSV(w); err != nil {
		return fmt.Errorf("write sweep as CSV: %w", err)
	}
	return nil
}

// sweepTable returns the long table.
func sweepTable(r *sweep.Result) *dataTable {
	return &dataTable{name: "sweep", columns: sweepColumns(r), rows: func(row func([]cell)) { sweepRows(r, row) }}
}
