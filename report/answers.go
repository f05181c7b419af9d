package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/stats"
)

// Answers returns a sentence or two a workload, in the order of the scenario: which placement is best by the mean of the
// headline latency, by how much, what is worse there, and who loses; or that none is shown to be better; and which are faster,
// with what speaks against them. To be called the best a placement must be shown to serve no fewer, and nothing of it may be
// overloaded. There are none where there is one placement.
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
	return answersOf(c, rankBy(c, verdicts), losers), nil
}

// answersOf words what is known of the workloads.
func answersOf(c *edgewise.Comparison, ranks *ranking, losers []Losers) (all []string) {
	for _, name := range workloadNames(c) {
		rows := ranks.rows(c, name)
		if len(rows) > 0 {
			a := answering{workload: name, baseline: c.Placements[0].Name, level: c.Level, rows: rows, ranks: ranks, losers: losers}
			all = append(all, name+": "+a.sentences())
		}
	}
	return all
}

// An answering finds the answer of a workload.
type answering struct {
	workload, baseline string
	level              float64
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
		if a.verdict(r) == stats.Better && a.standing(r) == harmless {
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
	if later := a.laterLastByte(best); later != "" {
		s = append(s, "But its last byte comes later: "+later+".")
	}
	if losing := a.losing(best); losing != "" {
		s = append(s, losing)
	}
	s = append(s, a.fasterThan(best)...)
	if len(better) > 1 {
		next := &a.rows[better[1]]
		mean, _ := next.workload.Headline().Mean()
		s = append(s, fmt.Sprintf("Next is %s with %s ms; the two are not tested against each other.", a.called(next), interval(mean.Estimate)))
	}
	return strings.Join(s, " ")
}

// metrosInAnswers is how many metros an answer names.
const metrosInAnswers = 2

// losing says which of the users lose under a placement.
func (a *answering) losing(r *tableRow) string {
	at := slices.IndexFunc(a.losers, func(l Losers) bool { return l.Placement == r.placement && l.Workload == a.workload })
	if at < 0 {
		return ""
	}
	switch l := &a.losers[at]; {
	case l.WorseMetros > 0:
		return fmt.Sprintf("But %s%s %% of the %s, in %d of %s, are worse off: %s%s.", l.atLeast(), percent(l.WorseShare), requestsOf(l.Kind), l.WorseMetros,
			countOf(l.Metros, "metro", "metros"), l.metros(metrosInAnswers, 1), l.undecidedToo())
	case l.UndecidedMetros > 0:
		return fmt.Sprintf("Nobody is shown to be worse off, but in %d of %s, with %s %% of the %s, that is undecided.",
			l.UndecidedMetros, countOf(l.Metros, "metro", "metros"), percent(l.UndecidedShare), requestsOf(l.Kind))
	case l.Metros > 1:
		return "No metro is worse off."
	}
	return ""
}

// laterLastByte says by how much the mean time to the last byte is worse, of a placement that is better to the first, beyond
// chance and the margin; nothing where it is not, and where the last byte comes with the first. The question is one of its own.
func (a *answering) laterLastByte(r *tableRow) string {
	const lastByte = "ttlb"
	if r.workload.Headline().Name() == lastByte || !bytesMatter(a.rows) {
		return ""
	}
	of, ok := r.workload.Figures.Find(lastByte, "mean")
	base, okBase := a.rows[0].workload.Figures.Find(lastByte, "mean")
	if !ok || !okBase || of.Difference == nil {
		return ""
	}
	margin := Margins{}.orDefaults().Relative * base.Value
	answers, err := stats.Judge([]stats.Question{{Name: lastByte, Difference: *of.Difference, Level: a.level, Margin: margin}}, a.level)
	if err != nil || answers[0].Verdict != stats.Worse {
		return ""
	}
	d := of.Difference
	return fmt.Sprintf("+%s ms (+%s %%)", number(d.Value, decimalsFor(d.Value, d.HalfWidth())), number(100*d.Value/base.Value, 1))
}

// objections are what keeps a faster placement from being the best, in words.
var objections = map[standing]string{
	maybeHarmful: "Faster, but undecided whether it serves fewer", harmful: "Faster, but serving fewer",
	overloaded: "Faster by its figures, but overloaded",
}

// fasterThan names the placements that are faster than the best, and says what speaks against them.
func (a *answering) fasterThan(best *tableRow) (sentences []string) {
	mean, _ := best.workload.Headline().Mean()
	for s := maybeHarmful; s <= overloaded; s++ {
		var names []string
		for _, i := range a.ranks.best(a.rows) {
			r := &a.rows[i]
			faster, err := r.workload.Headline().Mean()
			if a.standing(r) != s || a.verdict(r) != stats.Better || err != nil || faster.Value >= mean.Value {
				continue
			}
			names = append(names, a.calledWith(r, "mean "+interval(faster.Estimate)+" ms, "+a.harms(r)+a.withinBeside(r, best)))
		}
		if len(names) > 0 {
			sentences = append(sentences, objections[s]+": "+named(names)+".")
		}
	}
	return sentences
}

// withinBeside compares the share of all requests within a deadline with that under another placement: of the deadline where
// they are furthest apart. These shares count those who are not served.
func (a *answering) withinBeside(r, other *tableRow) (text string) {
	most := 0.0
	for _, f := range r.workload.Figures {
		if f.Deadline == 0 || f.Judged == "" || f.Metric != r.workload.Headline().Name() || !f.HasValue() {
			continue
		}
		o, ok := other.workload.Figures.Find(f.Metric, f.Statistic)
		if apart := math.Abs(f.Value - o.Value); ok && o.HasValue() && apart > most {
			most = apart
			text = fmt.Sprintf("; of all %s %s %%, under %s %s %%", f.Judged, percentOrNone(f.Value), other.placement, percentOrNone(o.Value))
		}
	}
	return text
}

// percentOrNone is percent for shares that may be 0.
func percentOrNone(share float64) string {
	if share == 0 {
		return "0"
	}
	return percent(share)
}

func (a *answering) standing(r *tableRow) standing { return a.ranks.standing(r.placement, a.workload) }

// called names a row.
func (a *answering) called(r *tableRow) string { return a.calledWith(r, "") }

// calledWith names a row and adds a remark, which may be empty.
func (a *answering) calledWith(r *tableRow, remark string) string {
	var remarks []string
	if len(r.alike) > 0 {
		alike := named(r.alike)
		if len(r.alike) > placementsInWords {
			alike = countOf(len(r.alike), "other", "others")
		}
		remarks = append(remarks, "exactly like "+alike)
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

// noneIsBetter says so, and what becomes of each placement: those that are faster, but something speaks against them, first.
func (a *answering) noneIsBetter() string {
	by := make(map[string][]string)
	add := func(text, name string) { by[text] = append(by[text], name) }
	baseline := &a.rows[0]
	servesFewer := false
	for i := range a.rows {
		r := &a.rows[i]
		if r.placement == a.baseline {
			by[noDifference] = append(by[noDifference], r.alike...)
			continue
		}
		verdict, v := a.verdict(r), a.find(r)
		switch s := a.standing(r); {
		case s != harmless && verdict == stats.Better:
			servesFewer = servesFewer || s != overloaded
			add(objections[s], a.calledWith(r, v.amountInPercent()+", "+a.harms(r)+a.withinBeside(r, baseline)))
		case s == overloaded:
			add("Overloaded", a.calledWith(r, a.harms(r)))
		case s == harmful:
			add("Worse", a.calledWith(r, a.harms(r)))
		case v != nil && v.Unsupported != "":
			add(outcomes[verdict], a.calledWith(r, v.Unsupported))
		case verdict == stats.Worse:
			add("Worse", a.calledWith(r, v.amountInPercent()))
		default:
			add(outcomes[verdict], a.called(r))
		}
	}
	s := fmt.Sprintf("no placement is shown to be better than %s by its mean %s", a.baseline, metricTitle(baseline.workload.Headline().Name()))
	if servesFewer {
		s += " without serving fewer"
	}
	s += "."
	for _, text := range []string{
		objections[harmful], objections[maybeHarmful], objections[overloaded], "Worse", "Overloaded", outcomes[NotComparable], noDifference, outcomes[stats.Undecided],
	} {
		if names := by[text]; len(names) > 0 {
			s += fmt.Sprintf(" %s: %s.", text, named(names))
		}
	}
	return s
}

const noDifference = "No difference that matters"

// outcomes are the verdicts on placements against which nothing speaks.
var outcomes = map[stats.Verdict]string{
	stats.Worse: "Worse", NotComparable: "Not comparable, for it serves many fewer or more", stats.Same: noDifference, stats.Undecided: "Undecided",
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

// harms lists what speaks against a placement: of whom more are not served as they want ("not playing +0.8 pp"), or may be,
// and what is overloaded.
func (a *answering) harms(r *tableRow) string {
	at := [2]string{r.placement, a.workload}
	var all []string
	if load := a.ranks.overload[at]; load != "" {
		all = append(all, load)
	}
	for _, v := range a.ranks.verdicts[at] {
		if !v.IsHarm {
			continue
		}
		switch v.standing() {
		case harmful:
			all = append(all, v.amount())
		case maybeHarmful:
			all = append(all, v.amount()+" undecided")
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
