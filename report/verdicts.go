package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/stats"
)

// Margins say which differences from the baseline are too small to matter.
type Margins struct {
	// Relative is the margin of latencies and of the load on the origin, by the baseline's figure.
	// 0.01 when 0. Assumed: nobody moves a service for 1 % of latency.
	Relative float64
	// Share is the margin of shares within deadlines and of hit ratios, as a difference of shares.
	// 0.005 when 0, half a percentage point. Assumed.
	Share float64
	// Served is by how much the shares of all that were served may differ, failed and not played taken away, for
	// latencies to be compared: they are of those served, and further apart they are of other users.
	// [edgewise.ServedMargin] when 0.
	Served float64
}

// A PlacementVerdict is the verdict on one figure of one placement.
type PlacementVerdict struct {
	Placement, Workload string
	// Figure names what was judged: "p95", "within 50 ms", "request hit ratio".
	Figure string
	// Baseline is the figure of the first placement.
	Baseline stats.Estimate
	// IsShare is true where the figure is a share in [0, 1].
	IsShare bool
	// ofOthers says that the two figures are of other users, servesFewer that this one is of a placement which leaves many
	// more without an answer.
	ofOthers, servesFewer bool
	stats.Answer
}

// Verdicts judges every placement against the baseline, in every figure that is to be judged ([edgewise.Label]) and that
// both have: the usual quantiles and the mean of the headline latency, the shares within deadlines, what failed, the
// hit ratio, the load on the origin, and own measures. A harm that has happened nowhere is no question. Latencies are
// [NotComparable] where one of the two serves many fewer. All verdicts
// together are right with the probability of the comparison's level, see [stats.Judge].
func Verdicts(c *edgewise.Comparison, m Margins) ([]PlacementVerdict, error) {
	if _, err := selectWorkloads(c, ""); err != nil {
		return nil, fmt.Errorf("verdicts: %w", err)
	}
	if m.Relative == 0 {
		m.Relative = 0.01
	}
	if m.Share == 0 {
		m.Share = 0.005
	}
	m.Served = cmp.Or(m.Served, edgewise.ServedMargin)
	j := judging{level: c.Level, margins: m}
	j.makeRoom(c)
	for i := 1; i < len(c.Placements); i++ {
		p := &c.Placements[i]
		for k := range p.Workloads {
			if base := workloadOf(&c.Placements[0], p.Workloads[k].Name); base != nil {
				j.placement, j.workload = p.Name, p.Workloads[k].Name
				j.compare(&p.Workloads[k], base)
			}
		}
	}
	answers, err := stats.Judge(j.questions, c.Level)
	if err != nil {
		return nil, fmt.Errorf("verdicts: %w", err)
	}
	for i := range answers {
		j.verdicts[i].Answer = answers[i]
		j.verdicts[i].withhold()
	}
	return j.verdicts, nil
}

// judging collects the questions of a comparison.
type judging struct {
	level               float64
	margins             Margins
	placement, workload string
	served              float64 // by how much the share of all that is served is more than the baseline's
	questions           []stats.Question
	verdicts            []PlacementVerdict
}

// makeRoom makes room for the questions about all placements.
func (j *judging) makeRoom(c *edgewise.Comparison) {
	n := 0
	anyWorkload(c, func(w *edgewise.WorkloadResult) bool {
		for i := range w.Figures {
			if f := &w.Figures[i]; f.Judged != "" && f.Difference != nil {
				n++
			}
		}
		return false
	})
	j.questions, j.verdicts = make([]stats.Question, 0, n), make([]PlacementVerdict, 0, n)
}

// compare asks about every figure that is judged and that the baseline has too.
func (j *judging) compare(w, base *edgewise.WorkloadResult) {
	j.served = servedShare(w) - servedShare(base)
	for i := range w.Figures {
		f := &w.Figures[i]
		if f.Judged == "" || f.Difference == nil {
			continue
		}
		b, ok := base.Figures.Find(f.Metric, f.Statistic)
		if !ok || isHarmless(f, &b) {
			continue
		}
		j.ask(f, &b)
	}
}

// isHarmless reports whether a harm has happened nowhere, so that there is no question.
func isHarmless(f, base *edgewise.Figure) bool {
	return f.Better == edgewise.Less && f.HasValue() && base.HasValue() && f.Value == 0 && base.Value == 0
}

func (j *judging) ask(f, base *edgewise.Figure) {
	isShare := f.Unit == "share"
	margin := j.margins.Share
	if !isShare {
		margin = j.margins.Relative * math.Abs(base.Value)
	}
	j.questions = append(j.questions, stats.Question{
		Name:       fmt.Sprintf("%s, %s, %s", j.placement, j.workload, f.Judged),
		Difference: *f.Difference, Level: j.level, Margin: margin, MoreIsBetter: f.Better == edgewise.More,
	})
	j.verdicts = append(j.verdicts, PlacementVerdict{
		Placement: j.placement, Workload: j.workload, Figure: f.Judged, Baseline: base.Estimate, IsShare: isShare,
		ofOthers:    math.Abs(j.served) > j.margins.Served && isOfServed(f),
		servesFewer: j.served < -j.margins.Served && isOfTime(f),
	})
}

// WriteVerdicts writes the verdicts as a table for a terminal, a row a figure and a column a placement,
// each with its change from the baseline.
func WriteVerdicts(w io.Writer, c *edgewise.Comparison, m Margins) error {
	return writeVerdicts(w, c, m, "%s\n", renderText)
}

// WriteVerdictsMarkdown writes the table of [WriteVerdicts] as Markdown.
func WriteVerdictsMarkdown(w io.Writer, c *edgewise.Comparison, m Margins) error {
	return writeVerdicts(markdownWriter{w}, c, m, "### %s\n\n", renderMarkdown)
}

func writeVerdicts(w io.Writer, c *edgewise.Comparison, m Margins, heading string, render func(table.Writer) string) error {
	verdicts, err := Verdicts(c, m)
	if err != nil {
		return err
	}
	var out strings.Builder
	fmt.Fprintf(&out, heading, "Verdicts against "+c.Placements[0].Name)
	if len(verdicts) == 0 {
		out.WriteString("There is nothing to compare.\n")
	} else {
		shown, leftOut := few(c, mostListed)
		t := verdictTable(shown, verdictsOn(shown, verdicts))
		fmt.Fprintf(&out, "%s\n%d questions; with %s %% probability no answer is wrong (Holm). ", render(t), len(verdicts), percentOf(c.Level))
		out.WriteString("pp: percentage points. undecided: run more replications.\n")
		if slices.ContainsFunc(verdicts, func(v PlacementVerdict) bool { return v.Verdict == NotComparable }) {
			fmt.Fprintf(&out, "not comparable: the shares that failed or did not play differ by more than %s pp; latencies are of those who are served, and who serves many fewer is better in no time.\n", percentOf(cmp.Or(m.Served, edgewise.ServedMargin)))
		}
		if hasDistances(c) {
			out.WriteString("distance: by how much the latency of a request is moved on average (Wasserstein-1). " +
				"pairing: how many times more replications the mean would need if placements did not meet the same users.\n")
		}
		out.WriteString(leftOutNote(leftOut))
	}
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("write verdicts: %w", err)
	}
	return nil
}

// verdictsOn returns the verdicts on the placements that are shown.
func verdictsOn(shown *edgewise.Comparison, verdicts []PlacementVerdict) []PlacementVerdict {
	names := make(map[string]bool)
	for i := range shown.Placements {
		names[shown.Placements[i].Name] = true
	}
	var on []PlacementVerdict
	for i := range verdicts {
		if names[verdicts[i].Placement] {
			on = append(on, verdicts[i])
		}
	}
	return on
}

// verdictColumn is the width in characters at which placement names are wrapped.
const verdictColumn = 22

func verdictTable(c *edgewise.Comparison, verdicts []PlacementVerdict) table.Writer {
	t := table.NewWriter()
	header := table.Row{"workload", "figure"}
	var columns []table.ColumnConfig
	for i, p := range c.Placements[1:] {
		header = append(header, text.WrapSoft(p.Name, verdictColumn))
		columns = append(columns, table.ColumnConfig{Number: i + 3, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	t.AppendHeader(header)
	t.SetColumnConfigs(columns)

	type rowKey struct{ workload, figure string }
	var order []rowKey
	cells := map[rowKey]map[string]string{}
	for _, v := range verdicts {
		k := rowKey{v.Workload, v.Figure}
		if cells[k] == nil {
			cells[k] = map[string]string{}
			order = append(order, k)
		}
		cells[k][v.Placement] = v.String()
	}
	for i, k := range order {
		row := table.Row{k.workload, k.figure}
		if i > 0 && k.workload == order[i-1].workload {
			row[0] = ""
		}
		for _, p := range c.Placements[1:] {
			row = append(row, cells[k][p.Name])
		}
		t.AppendRow(row)
		if i == len(order)-1 || k.workload != order[i+1].workload {
			for _, row := range distributionRows(c, k.workload) {
				t.AppendRow(row)
			}
		}
	}
	return t
}

// distributionRows say how far the headline latency of a workload has moved as a whole and what pairing
// has saved; none where that is not known.
func distributionRows(c *edgewise.Comparison, workload string) []table.Row {
	moved, saved := table.Row{"", "distance"}, table.Row{"", "pairing"}
	anyMoved, anySaved := false, false
	for i := range c.Placements[1:] {
		distance, gain := "", ""
		if w := workloadOf(&c.Placements[i+1], workload); w != nil {
			if d, ok := distanceOf(w); ok {
				distance, anyMoved = number(d.Value, decimalsFor(d.Value, 0))+" ms", true
			}
			if mean, _ := w.Headline().Mean(); mean.VarianceReduction > 0 {
				gain, anySaved = "× "+number(mean.VarianceReduction, decimalsFor(mean.VarianceReduction, 0)), true
			}
		}
		moved, saved = append(moved, distance), append(saved, gain)
	}
	var rows []table.Row
	if anyMoved {
		rows = append(rows, moved)
	}
	if anySaved {
		rows = append(rows, saved)
	}
	return rows
}

// String returns the verdict with the change: "better −41.2 %", "same +0.1 pp", "undecided".
func (v PlacementVerdict) String() string {
	word := string(v.Verdict)
	if v.Verdict == stats.Same {
		word = "same"
	}
	d := v.Question.Difference
	if !d.HasValue() {
		return absent
	}
	change, unit := 100*d.Value, "pp"
	if !v.IsShare {
		if v.Baseline.Value == 0 {
			return word
		}
		change, unit = change/math.Abs(v.Baseline.Value), "%"
	}
	sign := ""
	if change > 0 {
		sign = "+"
	}
	return fmt.Sprintf("%s %s%s %s", word, sign, number(change, 1), unit)
}

// distanceOf returns how far the headline latency has moved as a whole.
func distanceOf(w *edgewise.WorkloadResult) (edgewise.Figure, bool) {
	return w.Figures.Find(w.Headline().Name(), "Wasserstein distance from the baseline")
}

func hasDistances(c *edgewise.Comparison) bool {
	return anyWorkload(c, func(w *edgewise.WorkloadResult) bool {
		_, ok := distanceOf(w)
		return ok
	})
}
