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
	return answersOf(c, rankBy(verdicts), losers), nil
}

// answersOf words what is known of the workloads.
func answersOf(c *edgewise.Comparison, ranks *ranking, losers []Losers) (all []string) {
	for _, name := range workloadNames(c) {
		rows := ranks.rows(c, name)
		if len(rows) > 0 {
			a := answering{workload: name, baseline: c.Placements[0].Name, rows: rows, ranks: ranks, losers: losers}
			all = append(all, name+": "+a.sentences())
		}
	}
	return all
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
func (a *answering) called(r *tableRow) string { return a.calledWith(r, "") }

// calledWith names a row and adds a remark, which may be empty.
func (a *answering) calledWith(r *tableRow, remark string) string {
	var remarks []string
	if len(r.alike) > 0 {
		remarks = append(remarks, "exactly like "+named(r.alike))
	}
	if remark != "" {
		remarks = append(remarks, remark)
	}
	if len(remarks) == 0 {
		return r.placement
	}
	return r.placement + " (" + strings.Join(remarks, "; ") + ")"
}

// against says how the mean stands to the baseline's.
func (a *answering) against(r *tableRow, mean *edgewise.Figure) string {
	d := mean.Difference
	v := a.find(r)
	return fmt.Sprintf("%s ms (%s %%) less than %s", number(-d.Value, decimalsFor(d.Value, d.HalfWidth())), number(100*v.change(), 1), a.baseline)
}

// noneIsBetter says so, and what becomes of each placement: those that are faster but serve fewer first.
func (a *answering) noneIsBetter() string {
	by := make(map[stats.Verdict][]string)
	for i := range a.rows {
		r := &a.rows[i]
		if r.placement == a.baseline {
			by[stats.Same] = append(by[stats.Same], r.alike...)
			continue
		}
		verdict := a.verdict(r)
		if harms := a.harms(r); harms != "" {
			if verdict == stats.Better {
				harms = a.find(r).amountInPercent() + ", " + harms
			} else {
				verdict = stats.Worse
			}
			by[verdict] = append(by[verdict], a.calledWith(r, harms))
			continue
		}
		remark := ""
		switch v := a.find(r); {
		case v == nil:
		case v.Unsupported != "":
			remark = v.Unsupported
		case verdict == stats.Worse:
			remark = v.amountInPercent()
		}
		by[verdict] = append(by[verdict], a.calledWith(r, remark))
	}
	s := fmt.Sprintf("no placement is shown to be better than %s by its mean %s", a.baseline, metricTitle(a.rows[0].workload.Headline().Name()))
	if len(by[stats.Better]) > 0 {
		s += " without serving fewer"
	}
	s += "."
	for _, of := range []struct {
		verdict stats.Verdict
		text    string
	}{
		{stats.Better, "Faster, but serving fewer"}, {stats.Worse, "Worse"}, {NotComparable, "Not comparable, for it serves many fewer or more"},
		{stats.Same, "No difference that matters"}, {stats.Undecided, "Undecided"},
	} {
		if names := by[of.verdict]; len(names) > 0 {
			s += fmt.Sprintf(" %s: %s.", of.text, named(names))
		}
	}
	return s
}

// placementsInWords is how many placements a sentence names.
const placementsInWords = 3

// named lists names, and counts those that are too many.
func named(names []string) string {
	more := ""
	if left := len(names) - placementsInWords; left > 1 {
		names, more = names[:placementsInWords], " and "+countOf(left, "other", "others")
	}
	return strings.Join(names, "; ") + more
}

// harms lists of whom more are not served as they want under a placement: "not playing +0.8 pp".
func (a *answering) harms(r *tableRow) string {
	var all []string
	for _, v := range a.ranks.verdicts[[2]string{r.placement, a.workload}] {
		if v.IsHarm && v.Verdict == stats.Worse {
			all = append(all, v.amount())
		}
	}
	return strings.Join(all, ", ")
}

// amountInPercent says by how much a figure differs: "mean −42.1 %".
func (v *PlacementVerdict) amountInPercent() string {
	return v.Figure + " " + strings.TrimSpace(strings.TrimPrefix(v.String(), string(v.Verdict)))
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
			all = append(all, v.amountInPercent())
		}
	}
	return strings.Join(all, ", ")
}
