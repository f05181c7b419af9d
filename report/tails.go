package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/words"
)

// tailsFile has the parts of the slowest requests.
const tailsFile = "tails.csv"

// hasTailCauses reports whether the slowest requests of some workload have been taken apart.
func hasTailCauses(c *edgewise.Comparison) bool {
	return anyWorkload(c, func(w *edgewise.WorkloadResult) bool { return len(w.Tails) > 0 })
}

// aboveInWords names the requests of a tail: "all", or "above p95".
func aboveInWords(t *edgewise.Tail) string {
	if t.Above == 0 {
		return "all"
	}
	return "above " + words.Quantile(t.Above)
}

// causesOf returns the causes that some tail of a workload has, in order.
func causesOf(c *edgewise.Comparison, workload string) (all []string) {
	for i := range c.Placements {
		w := workloadOf(&c.Placements[i], workload)
		if w == nil {
			continue
		}
		for _, t := range w.Tails {
			at := 0
			for _, cause := range t.Causes {
				if k := slices.Index(all, cause.Cause); k >= 0 {
					at = k + 1
					continue
				}
				all = slices.Insert(all, at, cause.Cause)
				at++
			}
		}
	}
	return all
}

// tails writes what the slowest requests of a workload waited for, a row a placement and quantile; nothing where they have not been
// taken apart. The rows are those of the tables before.
func (p *paper) tails(c *edgewise.Comparison, workload string, rows []tableRow) {
	causes := causesOf(c, workload)
	if len(causes) == 0 {
		return
	}
	t := &grid{
		title: workload + ": mean time to the first byte by cause, ms", columns: slices.Concat([]string{"placement", "requests", "TTFB"}, causes), first: placementColumn,
		notes: []string{"The slowest requests of the first replication, above its own quantiles; the causes sum to the TTFB."},
	}
	for _, r := range rows {
		for k := range r.workload.Tails {
			of := &r.workload.Tails[k]
			row := []string{r.name(), fmt.Sprintf("%s (%d)", aboveInWords(of), of.Requests), tailMs(of, of.SumNs)}
			for _, name := range causes {
				cell := ""
				for _, cause := range of.Causes {
					if cause.Cause == name {
						cell = tailMs(of, cause.SumNs)
					}
				}
				row = append(row, cell)
			}
			t.rows = append(t.rows, row)
		}
	}
	p.grid(t)
}

func tailMs(t *edgewise.Tail, ns int64) string {
	if t.Requests == 0 {
		return absent
	}
	return strconv.FormatFloat(t.MeanMs(ns), 'f', 2, 64)
}

// WriteTailsCSV writes what the slowest requests of the first replication waited for, one cause a row, in all ("all" in the column
// metro) and by metro: above is the probability of the quantile, 0 for all requests, threshold_ms the quantile, requests how many take
// as long or longer, and sum_ns their time by cause, whose sum is the row of the cause "all". mean_ms is that by request.
func WriteTailsCSV(w io.Writer, c *edgewise.Comparison) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"placement", "workload", "metro", "above", "threshold_ms", "requests", "cause", "sum_ns", "mean_ms"}) // csv.Writer keeps its first error
	for i := range c.Placements {
		for k := range c.Placements[i].Workloads {
			w := &c.Placements[i].Workloads[k]
			place := []string{words.Cell(c.Placements[i].Name), words.Cell(w.Name)}
			writeTails(out, append(place, everywhere), w.Tails)
			for m := range w.Metros {
				writeTails(out, append(place, words.Cell(w.Metros[m].ID)), w.Metros[m].Tails)
			}
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write tails as CSV: %w", err)
	}
	return nil
}

func writeTails(out *csv.Writer, place []string, tails []edgewise.Tail) {
	number := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	for i := range tails {
		t := &tails[i]
		for _, cause := range slices.Concat([]edgewise.TailCause{{Cause: everywhere, SumNs: t.SumNs}}, t.Causes) {
			_ = out.Write(append(slices.Clone(place), number(t.Above), number(float64(t.ThresholdNs)/1e6), strconv.FormatUint(t.Requests, 10),
				cause.Cause, strconv.FormatInt(cause.SumNs, 10), number(t.MeanMs(cause.SumNs))))
		}
	}
}
