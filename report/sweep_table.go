package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/sweep"
)

// A sweepColumn is a column of the long table of a sweep.
type sweepColumn struct {
	name string
	// isNumber says that its cells are numbers, isWhole whole ones.
	isNumber, isWhole bool
}

// A sweepCell is one cell: a text, or a number, which may be absent.
type sweepCell struct {
	text    string
	number  float64
	isThere bool
}

func textCell(s string) sweepCell { return sweepCell{text: s, isThere: s != ""} }

func numberCell(x float64, isThere bool) sweepCell { return sweepCell{number: x, isThere: isThere} }

// sweepColumns returns the columns: the point, its keys, and what a figure is.
func sweepColumns(r *sweep.Result) []sweepColumn {
	columns := []sweepColumn{{name: "point", isNumber: true, isWhole: true}}
	for _, k := range r.Keys {
		columns = append(columns, sweepColumn{name: keyColumn(k), isNumber: k.IsNumber})
	}
	for _, name := range []string{"placement", "workload", "metro", "metric", "statistic", "unit"} {
		columns = append(columns, sweepColumn{name: name})
	}
	for _, name := range []string{"value", "low", "high"} {
		columns = append(columns, sweepColumn{name: name, isNumber: true})
	}
	columns = append(columns, sweepColumn{name: "n", isNumber: true, isWhole: true})
	for _, name := range []string{"difference", "difference_low", "difference_high"} {
		columns = append(columns, sweepColumn{name: name, isNumber: true})
	}
	return append(columns, sweepColumn{name: "unsupported"}, sweepColumn{name: "q", isNumber: true}, sweepColumn{name: "deadline_ms", isNumber: true})
}

// keyColumn is what the column of a key is called: its path, with the unit of its numbers.
func keyColumn(k sweep.Key) string {
	if k.Unit == "" {
		return k.Path
	}
	return k.Path + " (" + k.Unit + ")"
}

// sweepRows calls a function with every row, in the order of the points.
func sweepRows(r *sweep.Result, row func([]sweepCell)) {
	byMetro := make(map[string]bool) // workloads
	for _, w := range r.Watched {
		byMetro[w.Workload] = byMetro[w.Workload] || w.ByMetro
	}
	for i := range r.Points {
		p := &r.Points[i]
		at := []sweepCell{numberCell(float64(i+1), true)}
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

// estimateCells returns value, low and high.
func estimateCells(e stats.Estimate) []sweepCell {
	return []sweepCell{numberCell(e.Value, e.HasValue()), numberCell(e.Low, e.HasInterval()), numberCell(e.High, e.HasInterval())}
}

// WriteSweepCSV writes every figure of every point, one a row: the number of the point, from 1; the value of each key, a column a key,
// numbers in its unit (bytes, s, share); and the columns of [WriteCSV] that say what the figure is. Figures by metro are of the workloads of
// which a figure is looked at by metro. A point, or a placement of it, that is refused has a row of the metric refused, with the
// reason in the column unsupported.
func WriteSweepCSV(w io.Writer, r *sweep.Result) error {
	out := csv.NewWriter(w)
	columns := sweepColumns(r)
	var names []string
	for _, c := range columns {
		names = append(names, words.Cell(c.name))
	}
	_ = out.Write(names) // csv.Writer keeps its first error
	line := make([]string, len(columns))
	sweepRows(r, func(cells []sweepCell) {
		for i, c := range cells {
			switch {
			case !c.isThere:
				line[i] = ""
			case columns[i].isWhole:
				line[i] = strconv.Itoa(int(c.number))
			case columns[i].isNumber:
				line[i] = exact(c.number)
			default:
				line[i] = words.Cell(c.text)
			}
		}
		_ = out.Write(line)
	})
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write sweep as CSV: %w", err)
	}
	return nil
}
