package report

import (
	"fmt"
	"io"
	"math"
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
}

// A PlacementVerdict is the verdict on one figure of one placement.
type PlacementVerdict struct {
	Placement, Workload string
	// Figure names what was judged: "p95", "within 50 ms", "request hit ratio".
	Figure string
	// Metric, Statistic and Unit are those of the figure ([edgewise.Label]).
	Metric, Statistic, Unit string
	// Baseline is the figure of the first placement.
	Baseline stats.Estimate
	// IsShare is true where the figure is a share in [0, 1].
	IsShare bool
	// IsHarm is true where the figure is the share of those who were not served as they wanted, such as failed requests.
	IsHarm bool
	stats.Answer
}

// orDefaults returns the margins with the defaults in the place of 0.
func (m Margins) orDefaults() Margins {
	if m.Relative == 0 {
		m.Relative = 0.01
	}
	if m.Share == 0 {
		m.Share = 0.005
	}
	return m
}

// Verdicts judges every placement against the baseline, in every figure that is to be judged ([edgewise.Label]) and that
// both have: the usual quantiles and the mean of the headline latency, the shares within deadlines, what failed, the
// hit ratio, the load on the origin, and own measures. A harm that has happened nowhere is no question. Nothing against
// nothing, such as no request to the origin under either, is the same without a test. All verdicts
// together are right with the probability of the comparison's level, see [stats.Judge]. What they say of all users may
// not be so for those of a metro: see [WhoLoses].
func Verdicts(c *edgewise.Comparison, m Margins) ([]PlacementVerdict, error) {
	if _, err := selectWorkloads(c, ""); err != nil {
		return nil, fmt.Errorf("verdicts: %w", err)
	}
	j := judging{level: c.Level, margins: m.orDefaults()}
	for i := 1; i < len(c.Placements); i++ {
		p := &c.Placements[i]
		for k := range p.Workloads {
			if base := workloadOf(&c.Placements[0], p.Workloads[k].Name); base != nil {
				j.placement, j.workload = p.Name, p.Workloads[k].Name
				j.compare(p.Workloads[k].Figures, base.Figures, func(*edgewise.Figure) bool { return true })
			}
		}
	}
	verdicts, err := j.judge()
	if err != nil {
		return nil, fmt.Errorf("verdicts: %w", err)
	}
	return verdicts, nil
}

// judging collects the questions of a comparison.
type judging struct {
	level               float64
	margins             Margins
	placement, workload string
	questions           []stats.Question
	verdicts            []PlacementVerdict
	// asked holds the verdict of each question.
	asked []int
}

// compare asks about every figure that is judged, that the baseline has too, and that is of interest.
func (j *judging) compare(figures, base edgewise.Figures, isOfInterest func(*edgewise.Figure) bool) {
	for i := range figures {
		f := &figures[i]
		if f.Judged == "" || f.Difference == nil || !isOfInterest(f) {
			continue
		}
		b, ok := base.Find(f.Metric, f.Statistic)
		if !ok || isHarm(&f.Label) && isNothing(f, &b) {
			continue
		}
		j.ask(f, &b)
	}
}

// isHarm reports whether a figure is the share of those who were not served as they wanted.
func isHarm(l *edgewise.Label) bool { return l.Unit == "share" && l.Better == edgewise.Less }

// isNothing reports whether there is nothing on either side, and nothing was left out by chance.
func isNothing(f, base *edgewise.Figure) bool {
	return f.HasValue() && base.HasValue() && f.Value == 0 && base.Value == 0
}

func (j *judging) ask(f, base *edgewise.Figure) {
	isShare := f.Unit == "share"
	margin := j.margins.Share
	if !isShare {
		margin = j.margins.Relative * math.Abs(base.Value)
	}
	question := stats.Question{
		Name:       fmt.Sprintf("%s, %s, %s", j.placement, j.workload, f.Judged),
		Difference: *f.Difference, Level: j.level, Margin: margin, MoreIsBetter: f.Better == edgewise.More,
	}
	v := PlacementVerdict{
		Placement: j.placement, Workload: j.workload, Figure: f.Judged, Metric: f.Metric, Statistic: f.Statistic, Unit: f.Unit,
		Baseline: base.Estimate, IsShare: isShare, IsHarm: isHarm(&f.Label),
	}
	if !isShare && isNothing(f, base) {
		v.Answer = stats.Answer{Question: question, Verdict: stats.Same}
	} else {
		j.questions, j.asked = append(j.questions, question), append(j.asked, len(j.verdicts))
	}
	j.verdicts = append(j.verdicts, v)
}

// judge answers the questions.
func (j *judging) judge() ([]PlacementVerdict, error) {
	answers, err := stats.Judge(j.questions, j.level)
	if err != nil {
		return nil, err
	}
	for i, at := range j.asked {
		j.verdicts[at].Answer = answers[i]
	}
	return j.verdicts, nil
}

// WriteVerdicts writes the verdicts as a table for a terminal, a row a figure and a column a placement,
// each with its change from the baseline.
func WriteVerdicts(w io.Writer, c *edgewise.Comparison, m Margins) error {
	return writeVerdicts(w, c, m, "%s\n", renderText)
}

// WriteVerdictsMarkdown writes the table of [WriteVerdicts] as Markdown.
func WriteVerdictsMarkdown(w io.Writer, c *edgewise.Comparison, m Margins) error {
	return writeVerdicts(w, c, m, "### %s\n\n", renderMarkdown)
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
		t := verdictTable(c, verdicts)
		fmt.Fprintf(&out, "%s\n%d questions; with %s %% probability no answer is wrong (Holm). ", render(t), len(verdicts), percentOf(c.Level))
		out.WriteString("pp: percentage points. undecided: run more replications.\n")
		if hasDistances(c) {
			out.WriteString("distance: by how much the latency of a request is moved on average (Wasserstein-1). " +
				"pairing: how many times more replications the mean would need if placements did not meet the same users.\n")
		}
	}
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("write verdicts: %w", err)
	}
	return nil
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
