package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/stats"
)

// bestShown is how many placements tables show beside the baseline where there are more, mostShown how many where all are
// asked for: a page of thousands of rows is for nobody.
const bestShown, mostShown = 10, 49

// A ranking says how placements are judged, by placement and workload.
type ranking struct {
	verdicts map[[2]string][]PlacementVerdict
	overload map[[2]string]string  // what is overloaded, in words
	rowsOf   map[string][]tableRow // by workload, once they were asked for
}

// rows returns the rows of a workload: see [rowsOf].
func (r *ranking) rows(c *edgewise.Comparison, workload string) []tableRow {
	if _, ok := r.rowsOf[workload]; !ok {
		r.rowsOf[workload] = rowsOf(c, workload)
	}
	return r.rowsOf[workload]
}

// rank judges with the default margins.
func rank(c *edgewise.Comparison) (*ranking, error) {
	verdicts, err := Verdicts(c, Margins{})
	if err != nil {
		return nil, err
	}
	return rankBy(c, verdicts), nil
}

// rankBy takes verdicts in the order of [Verdicts], where those on a placement and workload stand together.
func rankBy(c *edgewise.Comparison, verdicts []PlacementVerdict) *ranking {
	r := &ranking{
		verdicts: make(map[[2]string][]PlacementVerdict), overload: make(map[[2]string]string), rowsOf: make(map[string][]tableRow),
	}
	for i := range c.Placements {
		p := &c.Placements[i]
		for k := range p.Workloads {
			name := p.Workloads[k].Name
			for _, l := range p.Overloaded() {
				if l.Workload == name || l.Workload == "" { // links are of all
					r.overload[[2]string{p.Name, name}] = l.String()
				}
			}
		}
	}
	for from := 0; from < len(verdicts); {
		at := [2]string{verdicts[from].Placement, verdicts[from].Workload}
		to := from + 1
		for to < len(verdicts) && at == [2]string{verdicts[to].Placement, verdicts[to].Workload} {
			to++
		}
		r.verdicts[at] = verdicts[from:to:to]
		from = to
	}
	return r
}

// A standing says what speaks against a placement, the worse the higher.
type standing int

const (
	// harmless: no fewer are served as they want, within the margin, than under the baseline.
	harmless standing = iota
	// maybeHarmful: whether fewer are served is undecided, or cannot be said.
	maybeHarmful
	harmful
	// overloaded: something is asked for more than it can do, so that the figures are of no service that lasts.
	overloaded
)

// standing returns what speaks against a placement. Harmless has to be shown: what is undecided is not.
func (r *ranking) standing(placement, workload string) standing {
	at := [2]string{placement, workload}
	if r.overload[at] != "" {
		return overloaded
	}
	worst := harmless
	for i := range r.verdicts[at] {
		if v := &r.verdicts[at][i]; v.IsHarm {
			worst = max(worst, v.standing())
		}
	}
	return worst
}

// standing returns what a verdict on a harm says of a placement.
func (v *PlacementVerdict) standing() standing {
	switch v.Verdict {
	case stats.Better, stats.Same:
		return harmless
	case stats.Worse:
		return harmful
	}
	return maybeHarmful
}

// best returns the order of rows from the best: by what speaks against them, then by the mean of the headline latency.
func (r *ranking) best(rows []tableRow) []int {
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	against := func(i int) standing { return r.standing(rows[i].placement, rows[i].workload.Name) }
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(against(a), against(b)), cmp.Compare(costOf(rows[a].workload), costOf(rows[b].workload)))
	})
	return order
}

// costOf returns what placements are ranked by, the less the better: the mean of the headline latency of a workload over
// the share that is served. It is infinite where there is none.
func costOf(w *edgewise.WorkloadResult) float64 {
	mean, err := w.Headline().Mean()
	served := servedShare(w.Figures)
	if err != nil || served <= 0 {
		return math.Inf(1)
	}
	return mean.Value / served
}

// rowsShown returns the rows of a workload that the paper shows, the baseline first, and says what it leaves out.
func (p *paper) rowsShown(c *edgewise.Comparison, workload string, r *ranking) (rows []tableRow, left string) {
	rows = r.rows(c, workload)
	most, rest := bestShown, "-v shows all, comparison.csv has them."
	switch {
	case p.All:
		most, rest = mostShown, "comparison.csv and comparison.json have all."
	case len(rows) > mostShown+1:
		rest = "-v shows more, comparison.csv and comparison.json have all."
	}
	if len(rows) <= most+1 {
		return rows, ""
	}
	shown := rows[:1:1]
	for _, i := range r.best(rows) {
		if i > 0 && len(shown) <= most {
			shown = append(shown, rows[i])
		}
	}
	return shown, fmt.Sprintf("The baseline and the best %d of %d other placements by mean %s; %s",
		most, len(rows)-1, metricTitle(rows[0].workload.Headline().Name()), rest)
}

// placementsShown returns the names of the placements that stand in some table of the paper, of those that are alike the
// first ones.
func (p *paper) placementsShown(c *edgewise.Comparison, ranks *ranking) map[string]bool {
	names := make(map[string]bool)
	for _, workload := range workloadNames(c) {
		rows, _ := p.rowsShown(c, workload, ranks)
		for _, r := range rows {
			names[r.placement] = true
			for _, name := range r.alike[:min(alikeNamed, len(r.alike))] {
				names[name] = true
			}
		}
	}
	return names
}
