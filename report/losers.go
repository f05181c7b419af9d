package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/stats"
)

// A MetroVerdict is the verdict on one figure of the users of one metro.
type MetroVerdict struct {
	PlacementVerdict
	// MetroID is the metro's node id, Metro its name.
	MetroID, Metro string
	// Share is the metro's share of the workload's requests under the baseline, in [0, 1].
	Share float64
}

// MetroVerdicts judges every placement against the baseline, metro by metro: the mean of the headline latency, and every
// other figure that is judged and made by metro but the quantiles, such as the share of requests that failed. Those of one
// placement and workload are a family of their own beside [Verdicts], all of it right with the probability of the
// comparison's level: more placements hide no losers.
func MetroVerdicts(c *edgewise.Comparison, m Margins) ([]MetroVerdict, error) {
	if _, err := selectWorkloads(c, ""); err != nil {
		return nil, fmt.Errorf("verdicts by metro: %w", err)
	}
	var all []MetroVerdict
	err := eachMetroVerdicts(c, m, func(_ *edgewise.WorkloadResult, of []MetroVerdict) { all = append(all, of...) })
	return all, err
}

// eachMetroVerdicts calls a function with the verdicts on each placement and workload, of which there may be many.
func eachMetroVerdicts(c *edgewise.Comparison, m Margins, each func(*edgewise.WorkloadResult, []MetroVerdict)) error {
	for i := 1; i < len(c.Placements); i++ {
		p := &c.Placements[i]
		for k := range p.Workloads {
			w := &p.Workloads[k]
			base := workloadOf(&c.Placements[0], w.Name)
			if base == nil {
				continue
			}
			of, err := metroVerdicts(p.Name, w, base, c.Level, m)
			if err != nil {
				return fmt.Errorf("verdicts by metro: %w", err)
			}
			each(w, of)
		}
	}
	return nil
}

// metroVerdicts judges the metros of one placement and workload.
func metroVerdicts(placement string, w, base *edgewise.WorkloadResult, level float64, m Margins) ([]MetroVerdict, error) {
	j := judging{level: level, margins: m.orDefaults(), placement: placement, workload: w.Name}
	total := requestsIn(base.Metros)
	var all []MetroVerdict
	for n := range w.Metros {
		metro := &w.Metros[n]
		at := slices.IndexFunc(base.Metros, func(b edgewise.MetroResult) bool { return b.ID == metro.ID })
		if at < 0 {
			continue
		}
		share := 0.0
		if total > 0 {
			share = requestsIn(base.Metros[at:at+1]) / total
		}
		before := len(j.verdicts)
		j.compare(metro.Figures, base.Metros[at].Figures, func(f *edgewise.Figure) bool { return f.Q == 0 })
		for range j.verdicts[before:] {
			all = append(all, MetroVerdict{MetroID: metro.ID, Metro: metro.Name, Share: share})
		}
	}
	verdicts, err := j.judge()
	if err != nil {
		return nil, err
	}
	for i := range verdicts {
		all[i].PlacementVerdict = verdicts[i]
	}
	return all, nil
}

// requestsIn returns the requests of metros.
func requestsIn(metros []edgewise.MetroResult) (sum float64) {
	for i := range metros {
		f, _ := metros[i].Figures.Find("requests", "count")
		sum += f.Value
	}
	return sum
}

// Losers says in which metros a placement makes a workload better and worse. A metro where one figure is better and
// another worse is among both.
type Losers struct {
	Placement, Workload string
	// Kind is that of the workload's service.
	Kind string
	// Metros is the number of metros that were judged.
	Metros int
	// Worse holds what is worse, a row a metro and figure, the largest harm first; a metro's rows stand together.
	Worse []MetroVerdict
	// WorseMetros and BetterMetros count metros, WorseShare and BetterShare are their shares of the workload's requests, in
	// [0, 1].
	WorseMetros, BetterMetros int
	WorseShare, BetterShare   float64
	// UndecidedMetros are those beyond WorseMetros of which some figure moves to the worse and is undecided: some of them may
	// lose, too. UndecidedShare is their share of the requests.
	UndecidedMetros int
	UndecidedShare  float64
}

// WhoLoses sums up [MetroVerdicts] by placement and workload, in their order; it has a row also where nobody loses.
func WhoLoses(c *edgewise.Comparison, m Margins) ([]Losers, error) {
	if _, err := selectWorkloads(c, ""); err != nil {
		return nil, fmt.Errorf("who loses: %w", err)
	}
	var all []Losers
	err := eachMetroVerdicts(c, m, func(w *edgewise.WorkloadResult, of []MetroVerdict) {
		if len(of) > 0 {
			l := losersAmong(of)
			l.Kind = w.Kind
			all = append(all, l)
		}
	})
	return all, err
}

func losersAmong(verdicts []MetroVerdict) Losers {
	l := Losers{Placement: verdicts[0].Placement, Workload: verdicts[0].Workload}
	harms := make(map[string]float64) // the largest by metro, relative to the baseline
	judged, better, undecided := make(map[string]bool), make(map[string]bool), make(map[string]float64)
	for _, v := range verdicts {
		if !judged[v.MetroID] {
			judged[v.MetroID] = true
			l.Metros++
		}
		switch v.Verdict {
		case stats.Better:
			if !better[v.MetroID] {
				better[v.MetroID] = true
				l.BetterMetros++
				l.BetterShare += v.Share
			}
		case stats.Worse:
			if _, ok := harms[v.MetroID]; !ok {
				l.WorseMetros++
				l.WorseShare += v.Share
			}
			harms[v.MetroID] = max(harms[v.MetroID], v.change())
			l.Worse = append(l.Worse, v)
		case stats.Undecided:
			if v.movesToWorse() {
				undecided[v.MetroID] = v.Share
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(undecided)) {
		if _, isWorse := harms[id]; !isWorse {
			l.UndecidedMetros++
			l.UndecidedShare += undecided[id]
		}
	}
	l.WorseShare, l.BetterShare, l.UndecidedShare = wholeOf(l.WorseShare), wholeOf(l.BetterShare), wholeOf(l.UndecidedShare)
	slices.SortStableFunc(l.Worse, func(a, b MetroVerdict) int {
		return cmp.Or(cmp.Compare(harms[b.MetroID], harms[a.MetroID]), cmp.Compare(a.MetroID, b.MetroID))
	})
	return l
}

// wholeOf returns a sum of shares, of which the last bits are rounding: all is 1.
func wholeOf(share float64) float64 {
	if share > 1-1e-9 {
		return 1
	}
	return share
}

// movesToWorse reports whether the difference, whatever its interval, is to the worse.
func (v *PlacementVerdict) movesToWorse() bool {
	d := v.Question.Difference
	if v.Question.MoreIsBetter {
		return d.HasValue() && d.Value < 0
	}
	return d.HasValue() && d.Value > 0
}

// change returns the size of the change: of a share as it is, of others relative to the baseline.
func (v *PlacementVerdict) change() float64 {
	size := max(v.Question.Difference.Value, -v.Question.Difference.Value)
	if !v.IsShare && v.Baseline.Value != 0 {
		size /= max(v.Baseline.Value, -v.Baseline.Value)
	}
	return size
}

// metrosInWords is how many metros a sentence names.
const metrosInWords = 6

// undecidedToo says in how many more metros users may lose, "" where in none.
func (l *Losers) undecidedToo() string {
	if l.UndecidedMetros == 0 {
		return ""
	}
	return fmt.Sprintf("; undecided in %s with %s %%", countOf(l.UndecidedMetros, "more that moves to the worse,", "more that move to the worse,"), percent(l.UndecidedShare))
}

// atLeast stands before what is counted where more may be.
func (l *Losers) atLeast() string {
	if l.UndecidedMetros == 0 {
		return ""
	}
	return "at least "
}

// String says who is shown to lose in a sentence, and of how many others it is undecided; where nobody is shown to lose it
// is empty.
func (l *Losers) String() string {
	if l.WorseMetros == 0 {
		return ""
	}
	return fmt.Sprintf("%s, %s: worse in %s%d of %s with %s %% of the %s: %s%s.", l.Placement, l.Workload, l.atLeast(), l.WorseMetros,
		countOf(l.Metros, "metro", "metros"), percent(l.WorseShare), requestsOf(l.Kind), l.metros(metrosInWords, len(l.Worse)), l.undecidedToo())
}

// metros names the metros that lose, and by how much: so many of them with so many figures each, and counts the others.
func (l *Losers) metros(most, figures int) string {
	var names []string
	last, of := "", 0
	for i := range l.Worse {
		v := &l.Worse[i]
		if v.MetroID != last {
			last, of = v.MetroID, 0
			names = append(names, v.Metro+" ("+v.amount())
		} else if of < figures {
			names[len(names)-1] += ", " + v.amount()
		}
		of++
	}
	more := ""
	if len(names) > most {
		more = " and " + countOf(len(names)-most, "other", "others")
		names = names[:most]
	}
	return strings.Join(names, "), ") + ")" + more
}

// amount says by how much a figure differs: "+2.2 ms", "failed requests +3.1 pp".
func (v *PlacementVerdict) amount() string {
	d := v.Question.Difference
	sign := ""
	if d.Value > 0 {
		sign = "+"
	}
	if v.IsShare {
		return fmt.Sprintf("%s %s%s pp", v.Figure, sign, number(100*d.Value, 1))
	}
	if isWait(v.Metric) {
		return fmt.Sprintf("%s %s%s s", v.Figure, sign, number(d.Value/1e3, decimalsFor(d.Value/1e3, d.HalfWidth()/1e3)))
	}
	name := ""
	if v.Statistic != "mean" {
		name = v.Figure + " "
	}
	return strings.TrimSpace(fmt.Sprintf("%s%s%s %s", name, sign, number(d.Value, decimalsFor(d.Value, d.HalfWidth())), v.Unit))
}

// countOf writes a number with its noun.
func countOf(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// losersInTable is how many rows the table of losers has.
const losersInTable = 60

// losersTable returns a table of what is worse in which metro, nil where nothing is. Placements that are alike are named
// once.
func losersTable(c *edgewise.Comparison, losers []Losers, ranks *ranking) *grid {
	t := &grid{
		title: "Who loses", columns: []string{"placement", "workload", "metro", "figure", "% of requests", "baseline", "difference"},
		first: placementColumn, texts: 4,
	}
	first := make(map[[2]string]*tableRow) // by placement and workload, of placements that are alike the first
	for _, name := range workloadNames(c) {
		rows := ranks.rows(c, name)
		for i := range rows {
			first[[2]string{rows[i].placement, name}] = &rows[i]
		}
	}
	left := 0
	for _, l := range losers {
		row := first[[2]string{l.Placement, l.Workload}]
		if row == nil {
			continue
		}
		for _, v := range l.Worse {
			if len(t.rows) == losersInTable {
				left++
				continue
			}
			factor, unit := 1.0, " "+v.Unit
			switch {
			case v.IsShare:
				factor, unit = 100, " pp"
			case isWait(v.Metric):
				factor, unit = 1e-3, " s"
			}
			t.rows = append(t.rows, []string{
				row.name(), l.Workload, v.Metro, v.Figure, number(100*v.Share, 1), interval(v.Baseline.Scaled(factor)),
				signed(v.Question.Difference.Scaled(factor)) + unit,
			})
		}
	}
	if left > 0 {
		t.notes = append(t.notes, fmt.Sprintf("And %s in comparison.json.", countOf(left, "other", "others")))
	}
	if len(t.rows) == 0 {
		return nil
	}
	return t
}
