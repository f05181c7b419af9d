package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/stats"
)

var csvHeader = []string{
	"placement", "workload", "metro", "metric", "statistic", "unit",
	"value", "low", "high", "n", "difference", "difference_low", "difference_high", "unsupported",
	"variance_reduction", "placement_number", "kind", "site", "q", "deadline_ms", "judged", "verdict",
}

// WriteCSV writes every figure of the comparison, one a row: where it belongs (placement, workload,
// metro or site), what it is (metric, statistic, unit), the estimate with its interval
// and the number of replications, and its paired difference from the first placement. The metro of figures of all metros is
// "all", as is the site of those of all sites. A number that the data cannot carry is an empty field; the column unsupported says why.
// variance_reduction is that of the pairing where it is known, placement_number the place in the study's order, 0 for
// the baseline, kind that of the workload, q the probability of a quantile and deadline_ms the deadline of a share
// within one; both are empty for other statistics. judged is what verdicts call the figure, empty where it is not judged:
// that of downloads is the time to the last byte. verdict is what [Verdicts] and [MetroVerdicts] say with the default
// margins, empty for what they do not ask about. A placement that is refused has rows of the metric load alone; rows of the
// metric demand are of all placements, and have none. Shares are
// between 0 and 1, latencies in milliseconds. A name that begins with = + - or @, which a spreadsheet would take for a
// formula, has an apostrophe before it.
func WriteCSV(w io.Writer, c *edgewise.Comparison) error {
	judged, err := judgedFigures(c)
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	_ = out.Write(csvHeader) // csv.Writer keeps its first error
	for i := range c.Placements {
		for _, w := range c.Placements[i].Workloads {
			at := csvPlace{placement: c.Placements[i].Name, number: i, workload: w.Name, kind: w.Kind, metro: everywhere, site: everywhere}
			at.write(out, w.Figures, judged)
			for _, m := range w.Metros {
				at.metro = m.ID
				at.write(out, m.Figures, judged)
			}
			at.metro = everywhere
			for _, s := range w.Sites {
				at.site = s.ID
				at.write(out, s.Figures, nil)
			}
		}
	}
	writeDemand(out, c)
	for _, r := range c.Refused {
		writeRefusal(out, r)
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write comparison as CSV: %w", err)
	}
	return nil
}

// everywhere stands for all metros, and for all sites.
const everywhere = "all"

// A judgedFigure names a figure that has a verdict, of a metro or everywhere.
type judgedFigure struct{ placement, workload, metro, metric, statistic string }

// judgedFigures returns all verdicts.
func judgedFigures(c *edgewise.Comparison) (map[judgedFigure]stats.Verdict, error) {
	verdicts, err := Verdicts(c, Margins{})
	if err != nil {
		return nil, err
	}
	byMetro, err := MetroVerdicts(c, Margins{})
	if err != nil {
		return nil, err
	}
	judged := make(map[judgedFigure]stats.Verdict)
	for _, v := range verdicts {
		judged[judgedFigure{v.Placement, v.Workload, everywhere, v.Metric, v.Statistic}] = v.Verdict
	}
	for _, v := range byMetro {
		judged[judgedFigure{v.Placement, v.Workload, v.MetroID, v.Metric, v.Statistic}] = v.Verdict
	}
	return judged, nil
}

// writeRefusal writes a placement that is not compared: a row for each of what is asked for more than it can do, with the
// load as a share of the capacity and the reason in the column unsupported. It has no number.
func writeRefusal(out *csv.Writer, r edgewise.Refusal) {
	for _, l := range r.Loads {
		row := make([]string, len(csvHeader))
		for column, field := range map[string]string{
			"placement": r.Placement, "workload": l.Workload, "site": l.Site, "metric": "load", "statistic": "refused", "unit": "share",
			"value": exact(l.Ratio()), "n": "0", "unsupported": l.String(),
		} {
			row[slices.Index(csvHeader, column)] = words.Cell(field)
		}
		_ = out.Write(row)
	}
}

// A csvPlace says where figures belong.
type csvPlace struct {
	placement, workload, kind, metro, site string
	number                                 int
}

func (at *csvPlace) write(out *csv.Writer, figures edgewise.Figures, judged map[judgedFigure]stats.Verdict) {
	for i := range figures {
		f := &figures[i]
		row := []string{words.Cell(at.placement), words.Cell(at.workload), words.Cell(at.metro),
			words.Cell(f.Metric), words.Cell(f.Statistic), words.Cell(f.Unit)}
		row = append(row, numbers(f.Estimate)...)
		row = append(row, strconv.Itoa(f.N))
		difference := stats.Estimate{}
		if f.Difference != nil {
			difference = *f.Difference
		}
		row = append(row, numbers(difference)...)
		row = append(row, words.Cell(f.Unsupported), known(f.VarianceReduction), strconv.Itoa(at.number), at.kind, words.Cell(at.site),
			known(f.Q), known(float64(f.Deadline)/1e6), words.Cell(f.Judged),
			string(judged[judgedFigure{at.placement, at.workload, at.metro, f.Metric, f.Statistic}]))
		_ = out.Write(row)
	}
}

// known writes a number that is 0 where there is none.
func known(x float64) string {
	if x == 0 {
		return ""
	}
	return exact(x)
}

// numbers returns value, low and high, empty where there are none.
func numbers(e stats.Estimate) []string {
	fields := []string{"", "", ""}
	if e.HasValue() {
		fields[0] = exact(e.Value)
	}
	if e.HasInterval() {
		fields[1], fields[2] = exact(e.Low), exact(e.High)
	}
	return fields
}

// exact writes a number so that reading it gives the same bits.
func exact(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
