package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

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
	// Metric, Statistic and Unit are those of the figure ([edgewise.Label]).
	Metric, Statistic, Unit string
	// Baseline is the figure of the first placement.
	Baseline stats.Estimate
	// IsShare is true where the figure is a share in [0, 1].
	IsShare bool
	// IsHarm is true where the figure is the share of those who were not served as they wanted, such as failed requests.
	IsHarm bool
	// ofOthers says that the two figures are of other users, servesFewer that this one is of a placement which leaves many
	// more without an answer.
	ofOthers, servesFewer bool
	stats.Answer
}

// orDefaults returns the margins with the defaults in the place of 0.
func (m Margins) orDefaults() Margins {
	m.Served = cmp.Or(m.Served, edgewise.ServedMargin)
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
// nothing, such as no request to the origin under either, is the same without a test. Latencies are
// [NotComparable] where one of the two serves many fewer. All verdicts
// together are right with the probability of the comparison's level, see [stats.Judge]. What they say of all users may
// not be so for those of a metro: see [WhoLoses].
func Verdicts(c *edgewise.Comparison, m Margins) ([]PlacementVerdict, error) {
	if _, err := selectWorkloads(c, ""); err != nil {
		return nil, fmt.Errorf("verdicts: %w", err)
	}
	j := judging{level: c.Level, margins: m.orDefaults()}
	j.makeRoom(c)
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
	served              float64 // by how much the share of all that is served is more than the baseline's
	questions           []stats.Question
	verdicts            []PlacementVerdict
	// asked holds the verdict of each question.
	asked []int
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

// compare asks about every figure that is judged, that the baseline has too, and that is of interest.
func (j *judging) compare(figures, base edgewise.Figures, isOfInterest func(*edgewise.Figure) bool) {
	j.served = servedShare(figures) - servedShare(base)
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
		ofOthers:    math.Abs(j.served) > j.margins.Served && isOfServed(f),
		servesFewer: j.served < -j.margins.Served && isOfTime(f),
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
	for i := range j.verdicts {
		j.verdicts[i].withhold()
	}
	return j.verdicts, nil
}

// WriteVerdicts writes the verdicts as text of any width: a table a workload, with a row a placement and a column a figure,
// each with its change from the baseline, and below it who loses.
func WriteVerdicts(w io.Writer, c *edgewise.Comparison, m Margins) error {
	return writeVerdicts(w, c, m, onScreen(Layout{All: true}))
}

// WriteVerdictsMarkdown writes the tables of [WriteVerdicts] as Markdown.
func WriteVerdictsMarkdown(w io.Writer, c *edgewise.Comparison, m Margins) error {
	return writeVerdicts(markdownWriter{w}, c, m, asMarkdown())
}

func writeVerdicts(w io.Writer, c *edgewise.Comparison, m Margins, p *paper) error {
	verdicts, err := Verdicts(c, m)
	if err != nil {
		return err
	}
	losers, err := WhoLoses(c, m)
	if err != nil {
		return err
	}
	p.verdicts(c, m, verdicts, losers, rankBy(c, verdicts))
	if _, err := io.WriteString(w, p.String()); err != nil {
		return fmt.Errorf("write verdicts: %w", err)
	}
	return nil
}

// verdicts writes the tables of verdicts, who loses, and explains them.
func (p *paper) verdicts(c *edgewise.Comparison, m Margins, verdicts []PlacementVerdict, losers []Losers, ranks *ranking) {
	if len(verdicts) == 0 {
		p.heading("Verdicts against " + c.Placements[0].Name)
		p.prose("There is nothing to compare.")
		return
	}
	for _, name := range workloadNames(c) {
		rows, left := p.rowsShown(c, name, ranks)
		t := verdictTable(c, rows, ranks)
		if t == nil {
			continue
		}
		if left != "" {
			t.notes = append(t.notes, left)
		}
		for _, r := range rows {
			at := slices.IndexFunc(losers, func(l Losers) bool { return l.Placement == r.placement && l.Workload == name })
			if at >= 0 && losers[at].WorseMetros > 0 {
				t.notes = append(t.notes, losers[at].String())
			}
		}
		p.grid(t)
	}
	if t := losersTable(c, losers, ranks); p.All && t != nil {
		p.grid(t)
	}
	p.prose(verdictLegend(c, m, verdicts, losers))
}

// verdictLegend explains the verdicts.
func verdictLegend(c *edgewise.Comparison, m Margins, verdicts []PlacementVerdict, losers []Losers) string {
	s := fmt.Sprintf("%d questions; with %s %% probability no answer is wrong (Holm). same: within %s %% of the baseline's figure, shares within %s pp. pp: percentage points. undecided: run more replications.",
		len(verdicts), percentOf(c.Level), percentOf(m.orDefaults().Relative), percentOf(m.orDefaults().Share))
	if slices.ContainsFunc(verdicts, func(v PlacementVerdict) bool { return v.Verdict == NotComparable }) {
		s += fmt.Sprintf(" not comparable: the shares that failed or did not play differ by more than %s pp; latencies are of those who are served, and who serves many fewer is better in no time.", percentOf(m.orDefaults().Served))
	}
	if len(losers) > 0 {
		s += " Who loses: the questions of each placement and workload are a family of their own, of the mean"
		if hasFailures(c) {
			s += " and of what failed,"
		}
		s += " by metro; comparison.json has all under who_loses."
	}
	return s
}

// verdictTable returns the table of a workload, nil where nothing is judged. The baseline has no row.
func verdictTable(c *edgewise.Comparison, rows []tableRow, ranks *ranking) *grid {
	if len(rows) == 0 {
		return nil
	}
	name := rows[0].workload.Name
	baseline := c.Placements[0].Name
	t := &grid{title: fmt.Sprintf("%s: verdicts against %s", name, baseline), columns: []string{"placement"}, first: placementColumn}
	var figures []string
	for _, r := range rows {
		for _, v := range ranks.verdicts[[2]string{r.placement, name}] {
			if !slices.Contains(figures, v.Figure) {
				figures = append(figures, v.Figure)
			}
		}
	}
	t.columns = append(t.columns, figures...)
	for _, r := range rows {
		if r.placement == baseline {
			switch len(r.alike) {
			case 0:
			case 1:
				t.notes = append(t.notes, fmt.Sprintf("%s does exactly what %s does.", r.alike[0], baseline))
			default:
				t.notes = append(t.notes, fmt.Sprintf("Exactly what %s does: %s.", baseline, r.alikeNames()))
			}
			continue
		}
		cells := make([]string, len(t.columns))
		cells[0] = r.name()
		for _, v := range ranks.verdicts[[2]string{r.placement, name}] {
			cells[1+slices.Index(figures, v.Figure)] = strings.Replace(v.String(), " ", "\n", 1)
		}
		t.rows = append(t.rows, cells)
		t.notes = append(t.notes, r.alikeNote()...)
	}
	if len(t.rows) == 0 && len(t.notes) == 0 {
		return nil
	}
	return t
}

// String returns the verdict with the change: "better −41.2 %", "same +0.1 pp", "undecided"; of waits for a match in seconds, and from eleven
// times the baseline on as "worse ×13".
func (v PlacementVerdict) String() string {
	word := string(v.Verdict)
	if v.Verdict == stats.Same {
		word = "same"
	}
	d := v.Question.Difference
	if !d.HasValue() {
		return absent
	}
	change, unit, decimals := 100*d.Value, "pp", 1
	switch {
	case v.IsShare:
	case isWait(v.Metric): // in percent of a wait that hardly is one it says nothing
		change, unit = d.Value/1e3, "s"
		decimals = decimalsFor(change, d.HalfWidth()/1e3)
	default:
		if v.Baseline.Value == 0 {
			return word
		}
		change, unit = change/math.Abs(v.Baseline.Value), "%"
		if change >= mostPercent {
			return fmt.Sprintf("%s ×%s", word, number(1+change/100, 0))
		}
	}
	sign := ""
	if change > 0 {
		sign = "+"
	}
	return fmt.Sprintf("%s %s%s %s", word, sign, number(change, decimals), unit)
}

// mostPercent is from which change on it is told as a factor: 12 700 % is for nobody.
const mostPercent = 1000

// distanceStatistic is the statistic of how far a latency has moved as a whole, which is a difference itself.
const distanceStatistic = "Wasserstein distance"
