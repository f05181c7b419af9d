package report

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/search"
	"github.com/edgewise-sim/edgewise/stats"
)

// searchFile is the file of an answer.
const searchFile = "search.json"

// SearchOutputs returns the files that a report has besides, where sites were searched for: for [Run.Outputs].
func SearchOutputs(a *search.Answer) []edgewise.Output {
	all := []edgewise.Output{
		{Name: searchFile, About: "which sites to choose, for programs", Write: func(w io.Writer, _ *edgewise.Comparison) error { return WriteSearchJSON(w, a) }},
		{Name: "search.csv", About: "an alternative a row, the best first", Write: func(w io.Writer, _ *edgewise.Comparison) error { return WriteSearchCSV(w, a) }},
		{Name: "search.md", About: "which sites to choose, for people", Write: func(w io.Writer, _ *edgewise.Comparison) error { return WriteSearchMarkdown(w, a) }},
		searchPage(a),
	}
	if len(a.Objectives) == 2 {
		all = append(all, edgewise.Output{Name: "front.svg", About: "the alternatives by both objectives", Write: drawn(func(*edgewise.Comparison) (*Picture, error) { return SearchFront(a) }, (*Picture).WriteSVG)})
	}
	if a.Robustness != nil {
		all = append(all, edgewise.Output{Name: "robustness.svg", About: "how often each site is chosen, and what the choice depends on", Write: drawn(func(*edgewise.Comparison) (*Picture, error) { return SearchRobustness(a) }, (*Picture).WriteSVG)})
	}
	return all
}

// searchPage is the page that stands in the place of that of the comparison alone.
func searchPage(a *search.Answer) edgewise.Output {
	return edgewise.Output{Name: pageFile, About: "the same as a page, with what the simulation says", Write: func(w io.Writer, _ *edgewise.Comparison) error { return WriteSearchPage(w, a) }}
}

// WriteSearchJSON writes an answer as JSON: the fields of [search.Answer].
func WriteSearchJSON(w io.Writer, a *search.Answer) error {
	data, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return fmt.Errorf("write search: %w", err)
	}
	_, err = w.Write(append(data, '\n'))
	return err
}

// WriteSearchCSV writes the alternatives of an answer, the best first, and behind them the baseline: a row an alternative and figure.
func WriteSearchCSV(w io.Writer, a *search.Answer) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"rank", "alternative", "sites", "figure", "unit", "value", "low", "high", "n", "difference", "difference_low", "difference_high", "expected", "probability_best", "on_front", "money", "currency", "money_per_point", "gaps", "breaks", "surrogate_gap"})
	number := func(x float64) string {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return ""
		}
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	gapOf := func(figure int) string {
		r := &a.Surrogate
		switch {
		case r.IsWhole:
			return "0"
		case r.Gap != nil:
			return number(*r.Gap)
		case figure >= len(a.Objectives):
			return ""
		}
		for _, b := range r.Bounds {
			if b.Figure == a.Objectives[figure].Figure {
				return number(b.Gap)
			}
		}
		return plainCell("not known: " + r.GapUnknown)
	}
	for i, x := range append(append([]search.Alternative(nil), a.Alternatives...), a.Baseline) {
		rank := strconv.Itoa(i + 1)
		if i == len(a.Alternatives) {
			rank = "baseline"
		}
		for k := range max(len(x.Figures), 1) {
			row := []string{rank, plainCell(x.Name), plainCell(strings.Join(x.Sites, " "))}
			if len(x.Figures) == 0 {
				row = append(row, make([]string, 10)...)
			} else {
				f := &x.Figures[k]
				row = append(row, f.Name(), f.Unit)
				row = append(row, cellsOf(f.Estimate, number)...)
				row = append(row, strconv.Itoa(f.N))
				if f.Difference != nil {
					row = append(row, cellsOf(*f.Difference, number)...)
				} else {
					row = append(row, "", "", "")
				}
				row = append(row, number(x.Expected[k]))
			}
			best := ""
			if x.Best != nil {
				best = number(*x.Best)
			}
			money, currency, perPoint := "", "", ""
			if x.Money != nil {
				money, currency = number(x.Money.Value), x.Money.Unit
			}
			if x.PerPoint != nil {
				perPoint = number(x.PerPoint.Value)
			}
			_ = out.Write(append(row, best, strconv.FormatBool(x.OnFront), money, currency, perPoint, plainCell(strings.Join(x.Gaps, "; ")), plainCell(x.Breaks), gapOf(k)))
		}
	}
	out.Flush()
	return out.Error()
}

// plainCell keeps a spreadsheet from taking a name for a formula.
func plainCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@", rune(s[0])) {
		return "'" + s
	}
	return s
}

// cellsOf returns value, low and high of an estimate, as far as there are such.
func cellsOf(e stats.Estimate, number func(float64) string) []string {
	cells := make([]string, 3)
	if e.HasValue() {
		cells[0] = number(e.Value)
	}
	if e.HasInterval() {
		cells[1], cells[2] = number(e.Low), number(e.High)
	}
	return cells
}

// WriteSearch writes an answer for a terminal: the sentence, the table, who loses, what the best lacks, how the answer was found and
// what it depends on.
func WriteSearch(w io.Writer, a *search.Answer, l Layout) error {
	p := onScreen(l)
	p.search(a)
	_, err := io.WriteString(w, p.String())
	return err
}

// WriteSearchMarkdown writes the same as Markdown.
func WriteSearchMarkdown(w io.Writer, a *search.Answer) error {
	p := asMarkdown()
	if _, err := fmt.Fprintf(markdownWriter{w}, "## %s\n\n", a.Title); err != nil {
		return err
	}
	p.search(a)
	_, err := io.WriteString(markdownWriter{w}, p.String())
	return err
}

func (p *paper) search(a *search.Answer) {
	p.prose(a.Sentence)
	p.gap()
	p.alternatives(a)
	p.gap()
	if len(a.Losers) > 0 {
		p.heading("Who waits longer than with " + a.Baseline.Name)
		var lines []string
		for i, l := range a.Losers {
			if i == 10 && !p.All {
				lines = append(lines, fmt.Sprintf("and %d other metros", len(a.Losers)-i))
				break
			}
			lines = append(lines, fmt.Sprintf("%s: %s ms, %s ms", l.Name, interval(l.Mean.Estimate), signed(*l.Mean.Difference)))
		}
		p.items(lines)
		p.gap()
	} else {
		p.prose("In no metro do users wait longer with " + first(a) + " than with " + a.Baseline.Name + ", beyond doubt.")
		p.gap()
	}
	if len(a.Lacks) > 0 {
		p.heading("What " + first(a) + " lacks, as the surrogate sees it")
		p.items(a.Lacks)
		p.gap()
	}
	p.robustness(a.Robustness, a.Objectives[0])
	p.heading("How the answer was found")
	p.items(a.Steps())
}

// first calls the first alternative what it is: the best, if there is one.
func first(a *search.Answer) string {
	if a.IsReached && len(a.Objectives) == 1 || len(a.Alternatives) == 0 {
		return "the best"
	}
	return a.Alternatives[0].Name
}

// alternatives writes the table.
func (p *paper) alternatives(a *search.Answer) {
	t := &grid{title: "Alternatives", columns: []string{"sites"}, first: 42}
	shown := a.Alternatives
	if most := 20; len(shown) > most && !p.All {
		t.notes = append(t.notes, fmt.Sprintf("%d further alternatives are in search.csv.", len(shown)-most))
		shown = shown[:most]
	}
	var columns []column
	for i := range a.Baseline.Figures {
		label := a.Baseline.Figures[i].Label
		title := label.Name()
		if label.Metric == edgewise.BillTotal {
			title = label.Unit + " a month"
		}
		if label.Column != "" && label.Metric != edgewise.WorstMetro {
			title = label.Column
		}
		columns = append(columns, column{Label: label, title: title})
		t.columns = append(t.columns, columns[i].heading(), "difference", "expected")
	}
	isOne := len(a.Objectives) == 1
	if isOne {
		t.columns = append(t.columns, "% P(best)", "behind the first")
	} else {
		t.columns = append(t.columns, "on the front")
	}
	hasMoney := a.Baseline.Money != nil
	if hasMoney {
		for i := range columns {
			hasMoney = hasMoney && columns[i].Metric != edgewise.BillTotal // it is there already
		}
	}
	if hasMoney {
		t.columns = append(t.columns, a.Baseline.Money.Unit+" a month", "difference")
		if a.Objectives[0].Unit == "share" {
			t.columns = append(t.columns, a.Baseline.Money.Unit+" a point")
		}
	}
	t.columns = append(t.columns, "does not keep")
	for _, x := range append(a.BaselineApart(), shown...) {
		row := []string{x.Name}
		for k := range columns {
			if k >= len(x.Figures) {
				row = append(row, "", "", "")
				continue
			}
			c := &columns[k]
			row = append(row, interval(x.Figures[k].Scaled(c.factor())))
			if d := x.Figures[k].Difference; d != nil {
				row = append(row, signed(d.Scaled(c.factor())))
			} else {
				row = append(row, "")
			}
			expected := absent
			if !math.IsNaN(x.Expected[k]) {
				expected = number(x.Expected[k]*c.factor(), 1)
			}
			row = append(row, expected)
		}
		switch {
		case !isOne && x.OnFront:
			row = append(row, "yes")
		case !isOne:
			row = append(row, "")
		default:
			best, behind := "", ""
			if x.Best != nil {
				best = number(100**x.Best, 0)
			}
			if x.Behind != nil {
				behind = interval(x.Behind.Scaled(columns[0].factor()))
			}
			row = append(row, best, behind)
		}
		if hasMoney {
			row = append(row, moneyCells(&x)...)
			if a.Objectives[0].Unit == "share" {
				perPoint := ""
				if x.PerPoint != nil {
					perPoint = interval(x.PerPoint.Estimate)
				}
				row = append(row, perPoint)
			}
		}
		t.rows = append(t.rows, append(row, x.Breaks))
	}
	if gaps := gapsOf(a); len(gaps) > 0 {
		t.notes = append(t.notes, "Bills are higher than they say, for this has no price: "+strings.Join(gaps, "; ")+".")
	}
	if slices.ContainsFunc(a.Alternatives, func(x search.Alternative) bool { return x.BehindBaseline }) {
		t.notes = append(t.notes, "Not on the front though no other alternative is better in both: "+a.Baseline.Name+" is, as it is.")
	}
	t.notes = append(t.notes, "Differences are paired, from "+a.Baseline.Name+". Expected: what the surrogate says, without simulation.")
	p.grid(t)
}

// moneyCells returns what an alternative costs, and the difference from the baseline.
func moneyCells(x *search.Alternative) []string {
	cells := []string{"", ""}
	if x.Money != nil {
		cells[0] = interval(x.Money.Estimate)
		if x.Money.Difference != nil {
			cells[1] = signed(*x.Money.Difference)
		}
	}
	return cells
}

// gapsOf returns what has no price in the bill of some alternative, the first of them.
func gapsOf(a *search.Answer) (gaps []string) {
	const most = 6
	for _, x := range append([]search.Alternative{a.Baseline}, a.Alternatives...) {
		for _, g := range x.Gaps {
			if !slices.Contains(gaps, g) {
				gaps = append(gaps, g)
			}
		}
	}
	if n := len(gaps); n > most {
		gaps = append(gaps[:most], fmt.Sprintf("and %d more, in comparison.json", n-most))
	}
	return gaps
}

// robustness says what the choice depends on.
func (p *paper) robustness(r *search.Robustness, objective search.Named) {
	if r == nil {
		return
	}
	p.heading(fmt.Sprintf("If %s were up to %.0f %% other than they are, as the surrogate sees it", movedInputs(r), 100*r.Part))
	same := fmt.Sprintf("The same sites are the best in %.0f %% of %d variations.", 100*r.Same, r.Variations)
	if r.OfFront {
		same = fmt.Sprintf("The front is made of the same alternatives in %.0f %% of %d variations. A site counts where an alternative of the front has it; below, the first objective at the end of the front that is best by it.", 100*r.Same, r.Variations)
	}
	if r.AsRouted {
		same += " Where delays were moved, users went to the sites that the routing rule sends them to now."
	}
	if r.AsRuled {
		same += " Players went where the routing rule sends them: games were not run again."
	}
	p.prose(same)
	p.gap()
	t := &grid{title: "How often each site is chosen", columns: []string{"site", "% of variations", "chosen now"}, first: 42}
	for i, s := range r.Sites {
		if i == 15 && !p.All {
			break
		}
		now := ""
		if s.IsBest {
			now = "yes"
		}
		t.rows = append(t.rows, []string{s.Site, number(100*s.Share, 0), now})
	}
	p.grid(t)
	p.gap()
	factor, unit := factorOf(objective)
	t = &grid{title: "What moves " + objective.Figure + unit, columns: []string{"input", "20 % less", "20 % more", "other choice"}, first: 42}
	for i, m := range r.Tornado {
		if i == 12 && !p.All {
			break
		}
		var other []string
		if m.IfLow != nil {
			other = append(other, "less: "+strings.Join(m.IfLow, ", "))
		}
		if m.IfHigh != nil {
			other = append(other, "more: "+strings.Join(m.IfHigh, ", "))
		}
		t.rows = append(t.rows, []string{m.Input, number(m.Low*factor, 1), number(m.High*factor, 1), strings.Join(other, "; ")})
	}
	p.grid(t)
	p.gap()
}

// movedInputs names what variations move.
func movedInputs(r *search.Robustness) string {
	if r.WithPrices {
		return "demand, delays and prices"
	}
	return "demand and delays"
}

// factorOf returns what turns a figure into the unit in which people read it, and that unit.
func factorOf(n search.Named) (factor float64, unit string) {
	if n.Unit == "share" {
		return 100, ", %"
	}
	return 1, ", " + n.Unit
}
