package search

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/topology"
)

// An Answer says which sites to choose.
type Answer struct {
	// Title is that of the study.
	Title string `json:"title"`
	// Sentence says it in words.
	Sentence string `json:"sentence"`
	// IsReached says that an alternative keeps all constraints, in the simulation.
	IsReached bool `json:"is_reached"`
	// Objectives are the figures that are made small or large.
	Objectives []Named `json:"objectives"`
	// Surrogate is the first step.
	Surrogate SurrogateReport `json:"surrogate"`
	// Selection is the third; nil with two objectives.
	Selection *SelectionReport `json:"selection,omitempty"`
	// Baseline is what the figures are compared with.
	Baseline Alternative `json:"baseline"`
	// Alternatives are those that were simulated, the best first; those that do not keep the constraints come last.
	Alternatives []Alternative `json:"alternatives"`
	// Losers are the metros whose users wait longer with the best than with the baseline, and Lacks is what the best lacks.
	Losers []Loser  `json:"losers,omitempty"`
	Lacks  []string `json:"lacks,omitempty"`
	// Robustness says what would be chosen if what is given were other than it is.
	Robustness *Robustness `json:"robustness,omitempty"`
	// Comparison is that of the simulation.
	Comparison *edgewise.Comparison `json:"-"`
}

// A Named figure is one with what it is called, and which way is better: "less" or "more".
type Named struct {
	Workload string `json:"workload"`
	Figure   string `json:"figure"`
	Unit     string `json:"unit"`
	Better   string `json:"better"`
	// Matters is the smallest difference that matters.
	Matters float64 `json:"matters,omitempty"`
}

// A SurrogateReport says what the surrogate has done, and how far off it was.
type SurrogateReport struct {
	// Scored is how many alternatives were looked at, Total how many there are.
	Scored float64 `json:"scored"`
	Total  float64 `json:"total"`
	// IsWhole says that all were looked at; else Bound is what no alternative is better than, as the surrogate sees it, and Gap by
	// which part of that the best is off. Both are absent where no bound is known, and GapUnknown says why.
	IsWhole bool     `json:"is_whole"`
	Bound   *float64 `json:"bound,omitempty"`
	Gap     *float64 `json:"gap,omitempty"`
	// Bounds are the same of each of two objectives, absent where all alternatives were looked at; Covered is which part of the area that any
	// front could dominate, as far as bounds know, the one that was found does: between the bounds and the worst that an alternative of the
	// front or the baseline has in either. Absent where it is not known.
	Bounds  []Bounded `json:"bounds,omitempty"`
	Covered *float64  `json:"front_covered,omitempty"`
	// GapUnknown says why it is not known how much better another alternative may be, as the surrogate sees it; "" where it is.
	GapUnknown string `json:"gap_unknown,omitempty"`
	// Refused are the reasons for which alternatives that were looked at cannot be chosen at all, whatever they do: no price, no server, a country
	// or a provider; the most frequent first. Alternatives that the objective alone rules out have not been asked.
	Refused []Refused `json:"refused,omitempty"`
	// Compiled says why alternatives had to be compiled one by one; "" where tables said all.
	Compiled string `json:"compiled,omitempty"`
	// Games names the games that were run once in short, on other players, each with the simulated time, to see who plays where, who waits and
	// who goes; "" where none was. Sampled is of how many alternatives that was done, the best by where the routing rule sends players; 0 where of
	// all that were looked at.
	Games   string `json:"games_sampled,omitempty"`
	Sampled int    `json:"sampled,omitempty"`
	// LeftOut is what happens at a time in the study of which the surrogate knows nothing, in words; "" where nothing does.
	LeftOut string `json:"left_out,omitempty"`
	// Proxy is the figure that stood for the objective, which the surrogate does not know; "" where it does.
	Proxy string `json:"proxy,omitempty"`
	// Unseen names what of the caches and their objects the surrogate takes for something simpler; the simulation knows all of it.
	Unseen []string `json:"unseen,omitempty"`
	// RankCorrelation is that of Spearman between what was expected and what was simulated, of all that were simulated, the baseline
	// included; absent of fewer than three. MeanError is the mean of the simulated less the expected, absent where none has both.
	RankCorrelation *float64 `json:"rank_correlation,omitempty"`
	MeanError       *float64 `json:"mean_error,omitempty"`
}

// Bounded says how far the best that was found is from what no alternative is better than, in one of two objectives.
type Bounded struct {
	Figure string  `json:"figure"`
	Best   float64 `json:"best"`
	Bound  float64 `json:"bound"`
	Gap    float64 `json:"gap"`
}

// A SelectionReport says how sure it is which alternative is best.
type SelectionReport struct {
	// IsKnown says that the best is known with the wanted probability, or one that is within what matters of it.
	IsKnown    bool    `json:"is_known"`
	Confidence float64 `json:"confidence"`
	// Replications were run of each alternative.
	Replications int `json:"replications"`
}

// An Alternative is a set of sites with what it does.
type Alternative struct {
	Name string `json:"name"`
	// Sites are those chosen.
	Sites []string `json:"sites"`
	// Figures are those of the objectives, then of the constraints, as the simulation has them, with the paired difference from
	// the baseline.
	Figures []edgewise.Figure `json:"figures"`
	// Expected are the same as the surrogate has them. They are of the proxy where the surrogate does not know the objective.
	Expected Values `json:"expected"`
	// Best is the probability that the alternative is the best of those that keep the constraints, and Behind how much worse it is than
	// the first. Both are absent with two objectives; of two objectives OnFront says that no other, and not the baseline,
	// is better in both, and BehindBaseline that the baseline is.
	Best    *float64        `json:"probability_best,omitempty"`
	Behind  *stats.Estimate `json:"behind,omitempty"`
	OnFront bool            `json:"on_front,omitempty"`
	// BehindBaseline is only of alternatives, and only where the baseline keeps the constraints.
	BehindBaseline bool `json:"behind_baseline,omitempty"`
	// Breaks says which constraint is not kept, or that the alternative has no value of an objective or of a bound, for example since nobody
	// plays; "" where it can be chosen.
	Breaks string `json:"breaks,omitempty"`
	// Money is what the alternative costs in a month, where the study has prices, with the difference from the baseline, and PerPoint what a
	// point of users within the deadline of the objective costs more than with the baseline. Gaps are what has no price: the bill is higher.
	Money    *edgewise.Figure `json:"money,omitempty"`
	PerPoint *edgewise.Figure `json:"money_per_point,omitempty"`
	Gaps     []string         `json:"gaps,omitempty"`
	// misses is by how much bounds are not kept, as parts of them.
	misses float64
}

// BaselineApart returns the baseline, or none where it is an alternative itself: the one that adds nothing.
func (a *Answer) BaselineApart() []Alternative {
	if slices.ContainsFunc(a.Alternatives, func(x Alternative) bool { return x.Name == a.Baseline.Name }) {
		return nil
	}
	return []Alternative{a.Baseline}
}

// A Loser is a metro whose users wait longer.
type Loser struct {
	Metro string `json:"metro"`
	Name  string `json:"name"`
	// Mean is that of the latency by which the workload is judged, with the difference from the baseline, in ms.
	Mean edgewise.Figure `json:"mean"`
}

// unvalued says what a figure that a placement does not have stands in for.
const unvalued = "nothing has happened that it counts"

// Conclude says what the simulation of [Exploration.Study] comes to.
func (e *Exploration) Conclude(ctx context.Context, c *edgewise.Comparison) (*Answer, error) {
	a := &Answer{Title: c.Title, Comparison: c}
	for i, f := range e.problem.objectives {
		named := Named{Workload: f.Workload, Figure: f.measure.Name(), Unit: f.measure.Unit, Better: f.better.String()}
		if i == 0 {
			named.Matters = e.matters()
		}
		a.Objectives = append(a.Objectives, named)
	}
	base := e.problem.Study.Placements[0].Name
	a.Baseline = e.alternative(c, base, nil, e.baseline)
	for _, s := range e.finalists {
		name := e.problem.placed(s.set).Name
		if i := slices.IndexFunc(c.Refused, func(r edgewise.Refusal) bool { return r.Placement == name }); i >= 0 {
			a.Alternatives = append(a.Alternatives, Alternative{Name: name, Sites: e.sites(s.set), Expected: s.values, Breaks: c.Refused[i].String(), misses: math.Inf(1)})
			continue
		}
		a.Alternatives = append(a.Alternatives, e.alternative(c, name, s.set, s.values))
	}
	e.rank(a, c)
	e.judgeSurrogate(a)
	a.IsReached = len(a.Alternatives) > 0 && a.Alternatives[0].Breaks == ""
	if err := e.findLosers(a, c); err != nil {
		return nil, err
	}
	var err error
	if a.Lacks, err = e.lacks(ctx, a); err != nil {
		return nil, err
	}
	if a.Robustness, err = e.vary(ctx); err != nil {
		return nil, err
	}
	a.Sentence = e.sentence(a)
	return a, nil
}

func (e *Exploration) sites(set []int) []string {
	sites := []string{}
	for _, i := range set {
		sites = append(sites, e.problem.Candidates[i].Site)
	}
	return sites
}

// alternative looks up the figures of a placement.
func (e *Exploration) alternative(c *edgewise.Comparison, name string, set []int, expected []float64) Alternative {
	a := Alternative{Name: name, Sites: e.sites(set), Expected: expected}
	for i, f := range e.space.figures() {
		of := c.Placement(name)
		figures := of.Workload(f.Workload).Figures
		if f.isMoney && of.Bill != nil {
			figures = of.Bill.Figures
		}
		figure, ok := figures.Find(f.measure.Metric, f.measure.Statistic)
		if !ok {
			figure = edgewise.Figure{Label: f.measure.Label, Estimate: stats.Estimate{Unsupported: unvalued}}
		}
		a.Figures = append(a.Figures, figure)
		switch k := i - len(e.problem.objectives); {
		case !figure.HasValue():
			a.leaveOut(fmt.Sprintf("%s is not known: %s", f.measure.Name(), figure.Unsupported))
		case k >= 0:
			why, misses := e.problem.breaks(k, figure.Value)
			a.Breaks = cmp.Or(a.Breaks, why)
			a.misses += misses
		}
	}
	if c.Stopping != nil {
		for _, u := range c.Stopping.Unvalued {
			if u.Placement == name {
				a.leaveOut(u.Reason)
			}
		}
	}
	e.bill(&a, c.Placement(name).Bill)
	return a
}

// leaveOut says why an alternative cannot be chosen, however good the rest of it is.
func (a *Alternative) leaveOut(why string) {
	a.Breaks, a.misses = cmp.Or(a.Breaks, why), math.Inf(1)
}

// bill takes from a bill what an answer shows.
func (e *Exploration) bill(a *Alternative, bill *edgewise.Bill) {
	if bill == nil {
		return
	}
	if total, ok := bill.Figures.Find(edgewise.BillTotal, "total"); ok {
		a.Money = &total
	}
	for i := range bill.Figures {
		f := bill.Figures[i]
		if f.Metric == edgewise.BillPerPoint && f.Deadline == e.problem.objectives[0].base.Deadline && f.HasValue() && strings.HasPrefix(f.Statistic, e.problem.objectives[0].Workload) {
			a.PerPoint = &f
			if strings.Contains(f.Statistic, "players") == (e.problem.objectives[0].metric == sim.PlayerRTT) {
				break
			}
		}
	}
	a.Gaps = bill.Gaps
}

// rank puts the alternatives in order.
func (e *Exploration) rank(a *Answer, c *edgewise.Comparison) {
	cost := func(x *Alternative, k int) float64 {
		if len(x.Figures) <= k || !x.Figures[k].HasValue() {
			return math.Inf(1)
		}
		return e.space.cost(k, x.Figures[k].Value)
	}
	slices.SortStableFunc(a.Alternatives, func(x, y Alternative) int {
		if (x.Breaks == "") != (y.Breaks == "") {
			return cmp.Compare(len(x.Breaks), len(y.Breaks))
		}
		return cmp.Or(cmp.Compare(x.misses, y.misses), cmp.Compare(cost(&x, 0), cost(&y, 0)))
	})
	if len(e.problem.objectives) == 2 {
		dominates := func(y, x *Alternative) bool {
			return y.Breaks == "" && cost(y, 0) <= cost(x, 0) && cost(y, 1) <= cost(x, 1) && (cost(y, 0) < cost(x, 0) || cost(y, 1) < cost(x, 1))
		}
		isOnFront := func(x *Alternative) bool {
			return x.Breaks == "" && !slices.ContainsFunc(a.Alternatives, func(y Alternative) bool { return dominates(&y, x) })
		}
		a.Baseline.OnFront = isOnFront(&a.Baseline)
		for i := range a.Alternatives {
			x := &a.Alternatives[i]
			x.BehindBaseline = dominates(&a.Baseline, x)
			x.OnFront = !x.BehindBaseline && isOnFront(x)
		}
		return
	}
	e.selectBest(a, c)
}

// selectBest says how sure it is which of the alternatives that keep the constraints is best: of those the procedure of Kim and Nelson is
// repeated with what was observed, for which is best of all is of no use where that one does not keep them.
func (e *Exploration) selectBest(a *Answer, c *edgewise.Comparison) {
	report := &SelectionReport{Confidence: e.problem.confidence(), Replications: c.Replications}
	a.Selection = report
	if c.Stopping == nil || len(c.Stopping.Ranking) == 0 {
		report.IsKnown = len(e.finalists) == 1
		return
	}
	kept := slices.ContainsFunc(a.Alternatives, func(x Alternative) bool { return x.Breaks == "" })
	var observed [][]float64
	var of []*Alternative
	for i := range a.Alternatives {
		x := &a.Alternatives[i]
		k := slices.IndexFunc(c.Stopping.Ranking, func(r edgewise.Ranked) bool { return r.Placement == x.Name })
		if k < 0 || kept && x.Breaks != "" {
			continue
		}
		costs := make([]float64, len(c.Stopping.Ranking[k].Observed))
		for r, value := range c.Stopping.Ranking[k].Observed {
			costs[r] = e.space.cost(0, value)
		}
		observed, of = append(observed, costs), append(of, x)
	}
	report.IsKnown = kept && (len(of) == 1 || e.isKnown(observed))
	probabilities := stats.ProbabilitiesBest(observed, e.problem.study.Seed)
	for i, x := range of {
		if kept { // else there is no best, but a nearest
			x.Best = &probabilities[i]
		}
		if kept && i > 0 {
			d := stats.DifferenceOf(observed[i], observed[0], c.Level)
			x.Behind = &d
		}
	}
}

// isKnown repeats the procedure of Kim and Nelson.
func (e *Exploration) isKnown(observed [][]float64) bool {
	if len(observed) < 2 {
		return false
	}
	s, err := stats.NewSelection(stats.SelectionConfig{
		Placements: len(observed), Confidence: e.problem.confidence(), Indifference: e.matters(), FirstReplications: e.problem.minReplications(),
	})
	if err != nil {
		return false
	}
	for r := range observed[0] {
		if s.Done() {
			break
		}
		var now []float64
		for _, i := range s.Surviving() {
			now = append(now, observed[i][r])
		}
		if s.Add(now) != nil {
			return false
		}
	}
	return s.Done()
}

// gapUnknown says why there is no bound on what was not looked at; "" where there is one, or all was.
func (e *Exploration) gapUnknown() string {
	if e.found.isWhole {
		return ""
	}
	if len(e.found.ranked) == 0 {
		return "no alternative that was looked at keeps the constraints"
	}
	bounds := e.found.bounds
	if bounds == nil {
		bounds = []float64{e.found.bound}
	}
	for k, bound := range bounds {
		f := e.problem.objectives[k]
		switch {
		case !math.IsNaN(bound) && !math.IsInf(bound, 0):
		case e.sampled > 0:
			return "who plays where depends on all sites together"
		case e.space.near == nil:
			return e.space.whyNotLoose(f)
		default:
			return "there is no bound of " + f.measure.Name()
		}
	}
	return ""
}

// judgeSurrogate says how far off the surrogate was.
func (e *Exploration) judgeSurrogate(a *Answer) {
	r := &a.Surrogate
	*r = SurrogateReport{Scored: e.found.scored, Total: e.found.total, IsWhole: e.found.isWhole, Compiled: e.space.why, Refused: e.found.refused.counted()}
	if e.space.near != nil {
		r.Compiled = ""
	}
	if f := e.problem.objectives[0]; !f.isKnown {
		r.Proxy = e.space.proxy(f).measure.Name()
	}
	r.Games, r.Sampled = e.games, e.sampled
	r.Unseen, r.LeftOut = e.problem.unseen(), e.space.leftOut()
	r.GapUnknown = e.gapUnknown()
	switch found := e.found.ranked; {
	case len(found) == 0:
	case e.found.bounds != nil:
		for k, end := range []*scored{&found[0], &found[len(found)-1]} {
			if bound := e.found.bounds[k]; !math.IsNaN(bound) && !math.IsInf(bound, 0) {
				r.Bounds = append(r.Bounds, Bounded{e.problem.objectives[k].measure.Name(), end.values[k], bound, gapOf(end.values[k], bound)})
			}
		}
		r.Covered = e.covered()
	case r.GapUnknown == "" && len(e.problem.objectives) == 1 && !math.IsNaN(e.found.bound):
		bound := e.found.bound
		gap := gapOf(found[0].values[0], bound)
		r.Bound, r.Gap = &bound, &gap
	}
	var expected, simulated []float64
	for _, x := range append(a.BaselineApart(), a.Alternatives...) {
		if len(x.Figures) > 0 && x.Figures[0].HasValue() && !math.IsNaN(x.Expected[0]) {
			expected, simulated = append(expected, x.Expected[0]), append(simulated, x.Figures[0].Value)
		}
	}
	if len(expected) > 0 {
		mean := 0.0
		for i := range expected {
			mean += (simulated[i] - expected[i]) / float64(len(expected))
		}
		r.MeanError = &mean
	}
	if len(expected) >= 3 {
		rho := rankCorrelation(expected, simulated)
		if !math.IsNaN(rho) {
			r.RankCorrelation = &rho
		}
	}
}

func gapOf(value, bound float64) float64 {
	return math.Abs(value-bound) / math.Max(math.Abs(bound), 1e-12)
}

// covered returns which part of what any front could dominate the one that was found does; nil where that is not known.
func (e *Exploration) covered() *float64 {
	for _, bound := range e.found.bounds {
		if math.IsNaN(bound) || math.IsInf(bound, 0) {
			return nil
		}
	}
	var front [][2]float64
	var corner, least [2]float64
	for k := range corner {
		corner[k], least[k] = e.space.cost(k, e.baseline[k]), e.space.cost(k, e.found.bounds[k])
	}
	for i := range e.found.ranked {
		var p [2]float64
		for k := range p {
			p[k] = e.space.cost(k, e.found.ranked[i].values[k])
			corner[k] = math.Max(corner[k], p[k])
		}
		front = append(front, p)
	}
	share := covered(front, corner, least, e.found.lines)
	if math.IsNaN(share) {
		return nil
	}
	return &share
}

// rankCorrelation returns the rank correlation of Spearman; equals share their ranks.
func rankCorrelation(x, y []float64) float64 {
	a, b := stats.Ranks(x), stats.Ranks(y)
	mean := float64(float64(len(x)+1) / 2)
	var ab, aa, bb float64
	for i := range a {
		ab += float64((a[i] - mean) * (b[i] - mean))
		aa += float64((a[i] - mean) * (a[i] - mean))
		bb += float64((b[i] - mean) * (b[i] - mean))
	}
	return ab / math.Sqrt(aa*bb)
}

// findLosers lists the metros whose users wait longer with the best than with the baseline, beyond doubt; the worst first.
func (e *Exploration) findLosers(a *Answer, c *edgewise.Comparison) error {
	if len(a.Alternatives) == 0 {
		return nil
	}
	w := c.Placement(a.Alternatives[0].Name).Workload(e.problem.objectives[0].Workload)
	if w.Err() != nil {
		return nil // it was refused
	}
	for i := range w.Metros {
		m := &w.Metros[i]
		mean, err := m.Metric(w.Headline().Name()).Mean()
		if err != nil {
			continue // nobody is there
		}
		if d := mean.Difference; d != nil && d.HasInterval() && d.Low > 0 {
			a.Losers = append(a.Losers, Loser{Metro: m.ID, Name: m.Name, Mean: mean})
		}
	}
	slices.SortStableFunc(a.Losers, func(x, y Loser) int { return cmp.Compare(y.Mean.Difference.Value, x.Mean.Difference.Value) })
	return nil
}

// setOf returns the numbers of an alternative's candidates.
func (e *Exploration) setOf(a *Alternative) []int {
	i := slices.IndexFunc(e.finalists, func(s scored) bool { return e.problem.placed(s.set).Name == a.Name })
	return e.finalists[i].set
}

func difference(a, b []int) (rest []int) {
	for _, i := range a {
		if !slices.Contains(b, i) {
			rest = append(rest, i)
		}
	}
	return rest
}

// metros returns the names of the metros, in the order of the network.
func (e *Exploration) metros() (names []string) {
	net := e.problem.study.Network
	for _, i := range net.OfKind(topology.Metro) {
		names = append(names, net.At(i).Label())
	}
	return names
}
