package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/stats"
)

// Answers returns a sentence or two a workload, in the order of the scenario: which placement is best by the mean of the
// headline latency, by how much, what is worse there, and who loses; or that none is shown to be better. A placement under
// which fewer are served as they want is never called the best. There are none where there is one placement.
func Answers(c *edgewise.Comparison, m Margins) ([]string, error) {
	verdicts, err := Verdicts(c, m)
	if err != nil {
		return nil, err
	}
	losers, err := WhoLoses(c, m)
	if err != nil {
		return nil, err
	}
	if len(c.Placements) < 2 {
		return nil, nil
	}
	ranks := rankBy(verdicts)
	var all []string
	for _, name := range workloadNames(c) {
		rows := rowsOf(c, name)
		if len(rows) > 0 {
			a := answering{workload: name, baseline: c.Placements[0].Name, rows: rows, ranks: ranks, losers: losers}
			all = append(all, name+": "+a.sentences())
		}
	}
	return all, nil
}

// An answering finds the answer of a workload.
type answering struct {
	workload, baseline string
	rows               []tableRow
	ranks              *ranking
	losers             []Losers
}

func (a *answering) sentences() string {
	if len(a.rows) == 1 {
		return "all placements do exactly the same."
	}
	var better []int
	for _, i := range a.ranks.best(a.rows) {
		r := &a.rows[i]
		if a.verdict(r) == stats.Better && !a.ranks.harms(r.placement, a.workload) {
			better = append(better, i)
		}
	}
	if len(better) == 0 {
		return a.noneIsBetter()
	}
	best := &a.rows[better[0]]
	mean, _ := best.workload.Headline().Mean()
	s := []string{fmt.Sprintf("%s is best: its mean %s is %s ms, %s.",
		a.called(best), metricTitle(best.workload.Headline().Name()), interval(mean.Estimate), a.against(best, &mean))}
	if worse := a.worseFigures(best); worse != "" {
		s = append(s, "Worse there: "+worse+".")
	}
	if at := slices.IndexFunc(a.losers, func(l Losers) bool { return l.Placement == best.placement && l.Workload == a.workload }); at >= 0 && a.losers[at].WorseMetros > 0 {
		l := &a.losers[at]
		s = append(s, fmt.Sprintf("But %s %% of the %s, in %d of %s, are worse off.", percent(l.WorseShare), requestsOf(l.Kind), l.WorseMetros, countOf(l.Metros, "metro", "metros")))
	}
	if len(better) > 1 {
		next := &a.rows[better[1]]
		mean, _ := next.workload.Headline().Mean()
		s = append(s, fmt.Sprintf("Next is %s with %s ms; the two are not tested against each other.", a.called(next), interval(mean.Estimate)))
	}
	return strings.Join(s, " ")
}

// called names a row.
func (a *answering) called(r *tableRow) string {
	if len(r.alike) == 0 {
		return r.placement
	}
	return r.placement + " (exactly like " + strings.Join(r.alike, ", ") + ")"
}

// against says how the mean stands to the baseline's.
func (a *answering) against(r *tableRow, mean *edgewise.Figure) string {
	d := mean.Difference
	v := a.find(r)
	return fmt.Sprintf("%s ms (%s %%) less than %s", number(-d.Value, decimalsFor(d.Value, d.HalfWidth())), number(100*v.change(), 1), a.baseline)
}

func (a *answering) noneIsBetter() string {
	by := make(map[stats.Verdict][]string)
	reason := ""
	for i := range a.rows {
		r := &a.rows[i]
		if r.placement == a.baseline {
			by[stats.Same] = append(by[stats.Same], r.alike...)
			continue
		}
		verdict := a.verdict(r)
		if a.ranks.harms(r.placement, a.workload) {
			verdict = stats.Worse
		}
		by[verdict] = append(by[verdict], append([]string{r.placement}, r.alike...)...)
		if v := a.find(r); v != nil && v.Unsupported != "" {
			reason = v.Unsupported
		}
	}
	var parts []string
	for _, of := range []struct {
		verdict stats.Verdict
		text    string
	}{{stats.Same, "no difference that matters"}, {stats.Worse, "worse"}, {stats.Undecided, "undecided"}, {NotComparable, "not comparable, for it serves many fewer or more"}} {
		names := by[of.verdict]
		if len(names) == 0 {
			continue
		}
		if len(names) > metrosInWords {
			names = append(names[:metrosInWords:metrosInWords], countOf(len(names)-metrosInWords, "other", "others"))
		}
		parts = append(parts, of.text+": "+strings.Join(names, ", "))
	}
	s := fmt.Sprintf("no placement is shown to be better than %s by its mean %s. ", a.baseline, metricTitle(a.rows[0].workload.Headline().Name()))
	if len(parts) > 0 {
		text := strings.Join(parts, "; ")
		s += strings.ToUpper(text[:1]) + text[1:]
		if reason != "" {
			s += " (" + reason + ")"
		}
		s += "."
	}
	return strings.TrimSpace(s)
}

// find returns the verdict on the mean of the headline latency, nil where there is none.
func (a *answering) find(r *tableRow) *PlacementVerdict {
	all := a.ranks.verdicts[[2]string{r.placement, a.workload}]
	for i := range all {
		if all[i].Metric == r.workload.Headline().Name() && all[i].Statistic == "mean" {
			return &all[i]
		}
	}
	return nil
}

func (a *answering) verdict(r *tableRow) stats.Verdict {
	if v := a.find(r); v != nil {
		return v.Verdict
	}
	return stats.Undecided
}

// worseFigures lists what is worse under a placement: "p50 +3.1 %".
func (a *answering) worseFigures(r *tableRow) string {
	var all []string
	for _, v := range a.ranks.verdicts[[2]string{r.placement, a.workload}] {
		if v.Verdict == stats.Worse {
			all = append(all, v.Figure+" "+strings.TrimSpace(strings.TrimPrefix(v.String(), string(v.Verdict))))
		}
	}
	return strings.Join(all, ", ")
}
