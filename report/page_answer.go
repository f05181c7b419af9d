package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/search"
	"github.com/edgewise-sim/edgewise/stats"
)

// A pageView is what the page says in words, and in tables of verdicts: what is there without scripts, too.
type pageView struct {
	pageShell
	Title, Basis, LeftOut  string
	Search                 *pageSearchView
	Answers                []pageAnswer
	Refusals               []string
	Matrix                 pageMatrix
	Losers, FurtherLosers  []pageLoserView
	NobodyLoses            bool
	Judged                 []pageTable
	Legend                 string
	Warnings               []string
	About, Load, Run       []string
	Events                 []string
	BillNotes, BillGaps    []string
	BillSources, BillBasis []string
	Ways                   []string
	Assumed, Sources, Own  []string
}

// A pageAnswer is the answer for one workload, or for all if it has none.
type pageAnswer struct{ Workload, Text string }

// A pageMatrix has a row a placement and a column a workload.
type pageMatrix struct {
	Workloads []string
	Rows      []pageMatrixRow
}

type pageMatrixRow struct {
	Placement string
	Number    int
	Cells     []pageVerdict
}

// A pageVerdict is what a placement does to a workload: the verdict on the mean of the headline metric, in a word and in a
// number, what else is worse, and who loses.
type pageVerdict struct {
	Class, Mark, Word, Amount string
	// Served says that fewer are served, or more.
	Served string
	// Loses says which part of the users, in how many metros, are worse off.
	Loses string
}

// A pageLoserView says who loses under a placement.
type pageLoserView struct{ Placement, Workload, Share, Text string }

// A pageTable is a table of text.
type pageTable struct {
	Title   string
	Columns []string
	Rows    [][]string
	Notes   []string
}

// A pageSearchView is what an answer of a search says.
type pageSearchView struct {
	Sentence      string
	Losers, Lacks []string
	Steps         []string
	Baseline      string
}

func newPageView(c *edgewise.Comparison, leftOut string, a *search.Answer) (*pageView, error) {
	verdicts, err := Verdicts(c, Margins{})
	if err != nil {
		return nil, err
	}
	losers, err := WhoLoses(c, Margins{})
	if err != nil {
		return nil, err
	}
	ranks := rankBy(c, verdicts)
	v := &pageView{
		Title: c.Title, Basis: basisInWords(c), Warnings: c.Warnings, Own: c.OwnParts,
		Assumed: assumptions(c), Sources: c.Sources, Search: newPageSearchView(a),
	}
	if leftOut != "" {
		v.LeftOut = "Shown are " + leftOut + "; comparison.csv has all."
	}
	for line := range strings.Lines(refusals(c, "")) {
		if line = strings.TrimSpace(line); line != "" {
			v.Refusals = append(v.Refusals, line)
		}
	}
	if len(c.Placements) > 1 {
		for _, text := range answersOf(c, ranks, losers) {
			workload, rest, ok := strings.Cut(text, ": ")
			if !ok {
				workload, rest = "", text
			}
			if strings.HasPrefix(rest, "no placement is") || strings.HasPrefix(rest, "all placements do") { // no name
				rest = upperFirst(rest)
			}
			v.Answers = append(v.Answers, pageAnswer{workload, rest})
		}
		v.Matrix = newPageMatrix(c, ranks, losers)
		v.Losers = loserViews(losers, ranks, c)
		if len(v.Losers) > losersAtOnce+1 {
			v.Losers, v.FurtherLosers = v.Losers[:losersAtOnce], v.Losers[losersAtOnce:]
		}
		v.NobodyLoses = len(v.Losers) == 0 && len(losers) > 0
		if len(v.Answers) > answersAtOnce {
			v.Answers = slices.Insert(v.Answers, 0, pageAnswer{"who loses most", mostHarm(losers, c)})
		}
		v.Judged = judgedTables(c, ranks)
		v.Legend = verdictLegend(c, Margins{}, verdicts, losers)
	}
	v.tell(c)
	return v, nil
}

// tell lists what the comparison was made of.
func (v *pageView) tell(c *edgewise.Comparison) {
	for i := range c.Placements {
		if text := placementInWords(c, &c.Placements[i]); text != "" {
			v.About = append(v.About, c.Placements[i].Name+": "+text)
		}
	}
	for _, d := range c.Demand {
		v.Load = append(v.Load, d.Workload+": "+d.String())
	}
	for _, of := range c.Sampled {
		v.Load = append(v.Load, of.Workload+": "+of.String())
	}
	for _, of := range eventSections(c) {
		v.Events = append(v.Events, of.items...)
	}
	v.Run = []string{
		fmt.Sprintf("recorded %s from %s, after %s of warm-up (UTC)", words.Duration(c.Duration), c.Start.Add(c.WarmUp).UTC().Format(time.RFC3339), words.Duration(c.WarmUp)),
		fmt.Sprintf("%s, seed %d", basis(c), c.Seed),
		"by " + edgewise.ThisCode().Module + " " + edgewise.ThisCode().Version + "; manifest.json beside this page has the scenario and the hash of every file, and edgewise reproduce runs it again",
	}
	if c.RelativeError > 0 {
		v.Run = append(v.Run, fmt.Sprintf("quantiles are kept within %.2g %%; drawings are rounded to %d digits, sentences are not made of them", 100*c.RelativeError, roughDigits))
	}
	if note := gamesNote(c); note != "" {
		v.Run = append(v.Run, note)
	}
	if hasFailures(c) {
		v.Run = append(v.Run, "Latencies are of answered requests; a failed one is within no deadline.")
	}
	if !hasBill(c) {
		return
	}
	var of []*edgewise.PlacementResult
	for i := range c.Placements {
		if c.Placements[i].Bill != nil {
			of = append(of, &c.Placements[i])
		}
	}
	v.BillNotes, v.BillGaps, v.BillSources, v.Ways = []string{billNotes(of)}, billGaps(of), billSources(of), waysToPay(of)
	v.BillBasis = of[0].Bill.Assumed
}

// basisInWords says below the title what the figures rest on.
func basisInWords(c *edgewise.Comparison) string {
	s := basis(c)
	if len(c.Placements) > 1 {
		s += fmt.Sprintf(". Every placement meets the same users; differences are from %s, paired", c.Placements[0].Name)
	}
	if c.Replications > 1 {
		s += fmt.Sprintf(", with %s %% confidence intervals", percentOf(c.Level))
	}
	if hasUntold(c) {
		s += "; " + untoldMeans
	}
	return s + "."
}

func upperFirst(s string) string {
	for i, r := range s {
		return strings.ToUpper(string(r)) + s[i+len(string(r)):]
	}
	return s
}

// verdictMarks are the class and the sign of each verdict, for those who do not see colours.
var verdictMarks = map[stats.Verdict][2]string{
	stats.Better: {"better", "▲"}, stats.Worse: {"worse", "▼"}, stats.Same: {"same", "="}, stats.Undecided: {"undecided", "?"},
	NotComparable: {"undecided", "≠"},
}

func newPageMatrix(c *edgewise.Comparison, ranks *ranking, losers []Losers) pageMatrix {
	m := pageMatrix{Workloads: workloadNames(c)}
	for i := range c.Placements {
		row := pageMatrixRow{Placement: c.Placements[i].Name, Number: i}
		for _, name := range m.Workloads {
			row.Cells = append(row.Cells, pageVerdictOf(c, i, name, ranks, losers))
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

func pageVerdictOf(c *edgewise.Comparison, placement int, workload string, ranks *ranking, losers []Losers) pageVerdict {
	w := workloadOf(&c.Placements[placement], workload)
	if w == nil {
		return pageVerdict{Class: "none"}
	}
	mean, err := w.Headline().Mean()
	value := "nothing recorded"
	if err == nil {
		value = interval(mean.Estimate) + " ms"
	}
	if placement == 0 {
		return pageVerdict{Class: "baseline", Word: "mean " + value, Amount: metricTitle(w.Headline().Name())}
	}
	a := answering{workload: workload, baseline: c.Placements[0].Name, level: c.Level, ranks: ranks, losers: losers}
	row := tableRow{placement: c.Placements[placement].Name, workload: w}
	for _, r := range ranks.rows(c, workload) {
		if places := placesOf(c, &r); slices.Contains(places, placement) && places[0] == 0 {
			return pageVerdict{Class: "same", Mark: "=", Word: "exactly as " + c.Placements[0].Name}
		}
	}
	v := pageVerdict{Class: "undecided", Mark: "?", Word: "undecided", Amount: value}
	if of := a.find(&row); of != nil {
		marks := verdictMarks[of.Verdict]
		v.Class, v.Mark, v.Word = marks[0], marks[1], verdictInWords(of.Verdict)
		if d := of.Question.Difference; d.HasValue() {
			v.Amount = fmt.Sprintf("%s ms (%s)", signed(d), strings.TrimSpace(strings.TrimPrefix(of.String(), verdictInWords(of.Verdict))))
		}
	}
	if harms := a.harms(&row); harms != "" {
		v.Served = harms
		switch s := a.standing(&row); {
		case s == overloaded:
			v.Class, v.Mark, v.Word = "worse", "▼", "overloaded"
		case s == harmful && v.Class == "better":
			v.Class, v.Mark, v.Word = "worse", "▼", "faster, but serves fewer"
		case s == harmful:
			v.Class, v.Mark = "worse", "▼"
		case v.Class == "better":
			v.Class, v.Mark, v.Word = "undecided", "?", "faster, but perhaps serves fewer"
		}
	}
	if at := slices.IndexFunc(losers, func(l Losers) bool { return l.Placement == row.placement && l.Workload == workload }); at >= 0 {
		switch l := &losers[at]; {
		case l.WorseMetros > 0:
			v.Loses = fmt.Sprintf("%s%s %% lose, in %d of %s", l.atLeast(), percent(l.WorseShare), l.WorseMetros, countOf(l.Metros, "metro", "metros"))
		case l.UndecidedMetros > 0:
			v.Loses = fmt.Sprintf("who loses is undecided in %d of %s", l.UndecidedMetros, countOf(l.Metros, "metro", "metros"))
		default:
			v.Loses = "nobody loses"
		}
	}
	return v
}

// losersAtOnce is how many placements and workloads the page names before it is asked for more.
const losersAtOnce = 8

// loserViews returns who loses, the most users first. Placements that are alike stand once.
func loserViews(losers []Losers, ranks *ranking, c *edgewise.Comparison) (views []pageLoserView) {
	sorted := slices.Clone(losers)
	slices.SortStableFunc(sorted, func(a, b Losers) int { return cmp.Compare(b.WorseShare, a.WorseShare) })
	for i := range sorted {
		l := &sorted[i]
		if l.WorseMetros == 0 {
			continue
		}
		name := ""
		for _, r := range ranks.rows(c, l.Workload) {
			if r.placement == l.Placement {
				name = strings.ReplaceAll(r.name(), "\n", " ")
			}
		}
		if name == "" {
			continue // it stands with the one that it is like
		}
		_, text, _ := strings.Cut(l.String(), ": ")
		views = append(views, pageLoserView{name, l.Workload, percent(l.WorseShare) + " %", upperFirst(text)})
	}
	return views
}

// answersAtOnce is of how many workloads the answers are seen at once; of more, who loses most is said first.
const answersAtOnce = 3

// mostHarm says where the most users lose, of any workload and placement.
func mostHarm(losers []Losers, c *edgewise.Comparison) string {
	if len(losers) == 0 {
		return "It is not known, for no metro is judged."
	}
	l := slices.MaxFunc(losers, func(a, b Losers) int { return cmp.Compare(a.WorseShare, b.WorseShare) })
	if l.WorseMetros == 0 {
		return fmt.Sprintf("Nobody is shown to be worse off than under %s.", c.Placements[0].Name)
	}
	return fmt.Sprintf("Under %s %s%s %% of the %s of %s, in %d of %s, are worse off than under %s: %s.", l.Placement, l.atLeast(), percent(l.WorseShare), requestsOf(l.Kind), l.Workload,
		l.WorseMetros, countOf(l.Metros, "metro", "metros"), c.Placements[0].Name, l.metros(metrosInAnswers, 1))
}

// judgedTables returns all verdicts, a table a workload.
func judgedTables(c *edgewise.Comparison, ranks *ranking) (tables []pageTable) {
	for _, name := range workloadNames(c) {
		t := verdictTable(c, ranks.rows(c, name), ranks)
		if t == nil {
			continue
		}
		t.title = name
		tables = append(tables, pageTableOf(t))
	}
	return tables
}

func newPageSearchView(a *search.Answer) *pageSearchView {
	if a == nil {
		return nil
	}
	v := &pageSearchView{Sentence: a.Sentence, Lacks: a.Lacks, Steps: a.Steps(), Baseline: a.Baseline.Name}
	for _, l := range a.Losers {
		v.Losers = append(v.Losers, fmt.Sprintf("%s: %s ms, %s ms", l.Name, interval(l.Mean.Estimate), signed(*l.Mean.Difference)))
	}
	return v
}
