package edgewise

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// Until says when a study has run enough replications, instead of a fixed number. Either the latency of every
// placement is known precisely enough, or it is known which placement is best.
type Until struct {
	// StoppingRule holds the least and the most replications and the wanted precision of the watched
	// figures; see its fields for the defaults.
	stats.StoppingRule
	// Workload names the workload whose headline latency is watched, that of answered requests; empty
	// means every workload for precision, and is not allowed with BestKnown.
	Workload string
	// Quantiles are the quantiles watched, for example 0.95; empty means the mean. With BestKnown there
	// is at most one: what placements are ranked by.
	Quantiles []float64
	// BestKnown, if above 0, is the wanted probability of knowing the placement with the least latency, or the best in By,
	// by the procedure of Kim and Nelson ([stats.Selection]); the precision in StoppingRule is then not
	// used. All placements are run to the end, so that all differences stay paired.
	BestKnown float64
	// Indifference is the smallest difference that matters to BestKnown; 0 means 1 ms (assumed: no user
	// notices it).
	Indifference time.Duration
	// By, if set, is the figure of the workload that BestKnown is about in place of its headline latency, by its name
	// ([Label.Name]), for example "player_rtt within 50ms" or that of an own measure. Better says which way is better, unless
	// the measure does; Matters is the smallest difference that matters, in the unit of the figure, more than 0: 0.01 is a point of a
	// share. Quantiles and Indifference must be zero then.
	By      string
	Better  Direction
	Matters float64
	// Among are the placements, by their names, of which BestKnown is to find the best by By; none stand for all.
	Among []string
}

const defaultIndifference = time.Millisecond

// Stopping says why a study with an [Until] stopped.
type Stopping struct {
	// Reason is "precise", "best known", "budget used up", "not comparable" where the placement with the least latency
	// leaves many more without an answer than another ([ServedMargin]): latencies are of those who are served; or "no value"
	// where no placement has what is watched.
	Reason string `json:"reason"`
	// Widest names the figure furthest from the wanted precision.
	Widest string `json:"widest,omitempty"`
	// Best is the placement with the least latency so far, and the selected one if Reason is "best known". It is empty where
	// placements are not comparable.
	Best string `json:"best,omitempty"`
	// Ranking has the placements in order, the best first, by the figure that BestKnown is about: [Until.By]. There is none
	// without By.
	Ranking []Ranked `json:"ranking,omitempty"`
	// Unvalued are the placements that do not have what is watched, such as a latency where nobody is served. The rule went on with
	// the others.
	Unvalued []Unvalued `json:"unvalued,omitempty"`
}

// An Unvalued placement does not have the figure that a stopping rule watches.
type Unvalued struct {
	Placement string `json:"placement"`
	// Reason says since which replication, and why.
	Reason string `json:"reason"`
}

// String returns it in words.
func (u Unvalued) String() string { return u.Placement + ": " + u.Reason }

// noValue is the reason of a [Stopping] without a figure to watch.
const noValue = "no value"

// A Ranked placement is one of a ranking.
type Ranked struct {
	Placement string `json:"placement"`
	// Mean is that over the replications of the figure, in its unit: of a share the mean of shares.
	Mean float64 `json:"mean"`
	// Best is the probability that the placement is the best, as far as the replications say: the share of 10,000 samples of
	// them, drawn with replacement and the same for all placements, in which it has the best mean.
	Best float64 `json:"probability_best"`
	// Behind is by how much the placement is worse than the first, on the mean, with its interval; 0 for the first.
	Behind stats.Estimate `json:"behind"`
	// Dropped says after how many replications the procedure of Kim and Nelson was sure that it is not the best; 0 where it
	// never was.
	Dropped int `json:"dropped_after,omitempty"`
	// Observed holds the figure of each replication.
	Observed []float64 `json:"-"`
}

func (u *Until) validate(s *Study) error {
	if err := u.Validate(); err != nil {
		return fmt.Errorf("edgewise: %w", invalid.In("Until", err))
	}
	if u.most() > maxReplications {
		return fmt.Errorf("edgewise: stopping rule: maximum of %d replications; want %d at most", u.most(), maxReplications)
	}
	for _, p := range u.Quantiles {
		if !(p > 0 && p < 1) {
			return fmt.Errorf("edgewise: stopping rule: quantile %v is not between 0 and 1", p)
		}
	}
	if u.Workload != "" && !slices.ContainsFunc(s.workloads(), func(d described) bool { return d.name == u.Workload }) {
		return fmt.Errorf("edgewise: stopping rule: no workload is called %q", u.Workload)
	}
	if u.Indifference < 0 {
		return fmt.Errorf("edgewise: stopping rule: indifference %v is negative", u.Indifference)
	}
	if u.BestKnown == 0 {
		return nil
	}
	if u.Workload == "" {
		return errors.New("edgewise: stopping rule: the best placement of which workload? Name it")
	}
	if len(u.Quantiles) > 1 {
		return fmt.Errorf("edgewise: stopping rule: %d quantiles to rank placements by; want one, or none for the mean", len(u.Quantiles))
	}
	if u.By != "" {
		if err := u.validateBy(s); err != nil {
			return err
		}
	}
	among := u.among(s.Placements)
	if len(u.Among) > 0 && (u.By == "" || len(among) < len(u.Among)) {
		return fmt.Errorf("edgewise: stopping rule: %w", invalid.New("Until.Among", strings.Join(u.Among, ", "), "names of placements, beside By"))
	}
	_, err := u.selection(len(among))
	return err
}

// among returns the numbers of the placements of which the best is wanted.
func (u *Until) among(placements []placement.Placement) (numbers []int) {
	for p := range placements {
		if len(u.Among) == 0 || slices.Contains(u.Among, placements[p].Name) {
			numbers = append(numbers, p)
		}
	}
	return numbers
}

// validateBy names what is wrong with an own figure that placements are ranked by.
func (u *Until) validateBy(s *Study) error {
	_, m, err := u.measure(s)
	switch {
	case err != nil:
		return err
	case len(u.Quantiles) > 0 || u.Indifference != 0:
		return fmt.Errorf("edgewise: stopping rule: quantiles or an indifference in ms beside the figure %q; want none, and Matters", u.By)
	case u.Better == Neither && m.Better == Neither || u.Better >= numDirections:
		return fmt.Errorf("edgewise: stopping rule: %w", invalid.New("Until.Better", u.Better, "less or more: %q does not say which way is better", u.By))
	case !(u.Matters > 0) || math.IsInf(u.Matters, 1):
		return fmt.Errorf("edgewise: stopping rule: %w", invalid.New("Until.Matters", u.Matters, "a finite number above 0, the smallest difference of %q that matters", u.By))
	}
	if advice := s.TooFewFor(u.Workload, m.Label, 1); advice != "" {
		return fmt.Errorf("edgewise: stopping rule: %w", invalid.New("Until.By", fmt.Sprintf("%q", u.By), "%s", advice))
	}
	return nil
}

// LabelIn returns the name and the unit of By in a study, which may have prices; By must be set. The error says which figures there are.
func (u *Until) LabelIn(s *Study) (Label, error) {
	_, m, err := u.measure(s)
	return m.Label, err
}

// measure returns the figure that placements are ranked by and its row among those of the workload.
func (u *Until) measure(s *Study) (row int, m Measure, err error) {
	if u.isOfBill() && s.Billing != nil {
		return -1, Measure{Label: Label{Metric: BillTotal, Statistic: "total", Unit: s.Billing.Book.Currency, Better: Less}}, nil
	}
	all, err := s.MeasuresOf(u.Workload)
	if err != nil {
		return 0, m, err
	}
	var names []string
	for i := range all {
		if all[i].IsCalled(u.By) {
			return i, all[i], nil
		}
		if all[i].Better != Neither && all[i].Metric != "breakdown" {
			names = append(names, all[i].Name())
		}
	}
	return 0, m, fmt.Errorf("edgewise: stopping rule: %w", invalid.New("Until.By", fmt.Sprintf("%q", u.By), "one of %s, or another figure with a direction", strings.Join(names, ", ")))
}

// isOfBill reports whether placements are ranked by the whole bill, which is no measure of a workload.
func (u *Until) isOfBill() bool {
	return Label{Metric: BillTotal, Statistic: "total"}.IsCalled(u.By) || u.By == BillTotal
}

// better returns which way the figure is better that placements are ranked by.
func (u *Until) better(m *Measure) Direction {
	if u.Better != Neither {
		return u.Better
	}
	return m.Better
}

func (u *Until) least() int {
	if u.MinReplications == 0 {
		return 10
	}
	return max(u.MinReplications, 2)
}

func (u *Until) most() int {
	if u.MaxReplications == 0 {
		return 100
	}
	return u.MaxReplications
}

func (u *Until) selection(placements int) (*stats.Selection, error) {
	indifference := u.Indifference
	if indifference == 0 {
		indifference = defaultIndifference
	}
	matters := float64(indifference) / float64(time.Millisecond)
	if u.By != "" {
		matters = u.Matters
	}
	s, err := stats.NewSelection(stats.SelectionConfig{
		Placements: placements, Confidence: u.BestKnown, FirstReplications: u.least(),
		Indifference: matters,
	})
	if err != nil {
		return nil, fmt.Errorf("edgewise: stopping rule: %w", err)
	}
	return s, nil
}

// A stopper decides how many replications a study runs.
type stopper struct {
	study     *Study
	until     *Until
	selection *stats.Selection // with BestKnown
	result    *Stopping
	// of observes the figure of a run that placements are ranked by, the less the better, or says why there is none; in holds its workload,
	// sign what gives it its own sign back.
	of   func(r *replication, placement int) (x float64, why string)
	in   int
	sign float64
	// among are the placements of which the best is wanted; observed holds by their order what each replication gave, dropped after how many the selection let it go.
	among    []int
	observed [][]float64
	dropped  []int
	unvalued []string // by their order, why one cannot be ranked
}

// newStopper returns the stopper of a valid study.
func (s *Study) newStopper() (*stopper, error) {
	st := &stopper{study: s, until: s.Until}
	if s.Until != nil && s.Until.BestKnown > 0 {
		var err error
		st.among = s.Until.among(s.Placements)
		if len(s.Until.Among) > 0 && len(st.among) < 2 {
			return st, nil // the others are overloaded
		}
		if st.selection, err = s.Until.selection(len(st.among)); err != nil {
			return nil, err
		}
		st.observed, st.dropped, st.unvalued = make([][]float64, len(st.among)), make([]int, len(st.among)), make([]string, len(st.among))
		return st, st.observe()
	}
	return st, nil
}

// observe finds out how the figure of a run is made that placements are ranked by.
func (st *stopper) observe() error {
	u, workloads := st.until, st.study.workloads()
	st.in, st.sign = slices.IndexFunc(workloads, func(d described) bool { return d.name == u.Workload }), 1
	headline := workloads[st.in].headline
	if u.By == "" {
		st.of = func(r *replication, placement int) (float64, string) {
			latency := r.runs[placement][st.in].latency[headline]
			switch {
			case latency.Count() == 0:
				return 0, fmt.Sprintf("it has no %v: nothing was answered", headline)
			case len(u.Quantiles) > 0:
				return latency.QuantileNs(u.Quantiles[0]) / 1e6, ""
			}
			return latency.MeanNs() / 1e6, ""
		}
		return nil
	}
	if u.isOfBill() {
		if u.Better == More {
			st.sign = -1
		}
		st.of = func(r *replication, placement int) (float64, string) {
			return float64(st.sign * r.bills[placement].Total()), ""
		}
		return nil
	}
	row, m, err := u.measure(st.study)
	if err != nil {
		return err
	}
	if u.better(&m) == More {
		st.sign = -1
	}
	level := cmp.Or(st.study.Level, defaultLevel)
	st.of = func(r *replication, placement int) (float64, string) {
		s := &r.runs[placement][st.in]
		f, ok := m.Of.figure(row, &pairing{these: []*summary{s}, level: level, isBaseline: true})
		if !ok || !f.HasValue() {
			return 0, fmt.Sprintf("it has no %q: %s", u.By, cmp.Or(f.Unsupported, "nothing has happened that it counts"))
		}
		return st.sign * f.Value, ""
	}
	return nil
}

// next returns up to which replication to run after those that are done; done when these are enough.
func (st *stopper) next(replications []*replication) (upTo int, done bool, err error) {
	n := len(replications)
	switch {
	case st.until == nil:
		fixed := st.study.Replications
		if fixed == 0 {
			fixed = defaultReplications
		}
		return fixed, n >= fixed, nil
	case n < st.until.least():
		return st.until.least(), false, nil
	case st.selection != nil:
		return st.selectBest(replications)
	case st.until.BestKnown > 0:
		return n, true, nil
	}
	return st.measurePrecision(replications)
}

// measurePrecision looks at the intervals of the watched figures.
func (st *stopper) measurePrecision(replications []*replication) (upTo int, done bool, err error) {
	level := st.study.Level
	if level == 0 {
		level = defaultLevel
	}
	var figures []stats.Estimate
	var names []string
	var unvalued []Unvalued
	for p := range st.study.Placements {
		for w, d := range st.study.workloads() {
			if st.until.Workload != "" && st.until.Workload != d.name {
				continue
			}
			runs := &pairing{level: level, isBaseline: true}
			for _, r := range replications {
				runs.these = append(runs.these, &r.runs[p][w])
			}
			if !slices.ContainsFunc(runs.these, func(s *summary) bool { return s.latency[d.headline].Count() > 0 }) {
				// No number of replications makes an interval of nothing.
				why := fmt.Sprintf("%s has no %v: nothing was answered in %d replications", d.name, d.headline, len(replications))
				unvalued = append(unvalued, Unvalued{st.study.Placements[p].Name, why})
				continue
			}
			for _, m := range st.until.watched(d.headline) {
				f, _ := m.Of.figure(0, runs)
				figures = append(figures, f.Estimate)
				names = append(names, st.study.Placements[p].Name+", "+d.name+", "+m.Statistic)
			}
		}
	}
	if len(figures) == 0 {
		st.result = &Stopping{Reason: noValue, Unvalued: unvalued}
		return len(replications), true, nil
	}
	step, err := st.until.Look(len(replications), figures)
	if err != nil {
		return 0, false, err
	}
	if step.Done {
		st.result = &Stopping{Reason: "precise", Widest: names[step.Widest], Unvalued: unvalued}
		if !step.Precise {
			st.result.Reason = "budget used up"
		}
	}
	return step.Replications, step.Done, nil
}

// watched returns the figures of a headline metric that must be precise.
func (u *Until) watched(headline sim.Metric) (all []Measure) {
	if len(u.Quantiles) == 0 {
		return []Measure{meanOf(headline)}
	}
	for _, p := range u.Quantiles {
		all = append(all, quantileOf(headline, p))
	}
	return all
}

// ServedMargin is by how much the shares of all that two placements serve may differ for their latencies to be compared:
// further apart they are of other users, and whoever serves few serves them fast. Assumed.
const ServedMargin = 0.05

// leavesOut reports whether a placement leaves many more without an answer than another.
func (st *stopper) leavesOut(replications []*replication, workload int, headline sim.Metric, placement int) bool {
	served := func(p int) float64 {
		var answered, asked uint64
		for _, r := range replications {
			s := &r.runs[p][workload]
			answered, asked = answered+s.latency[headline].Count(), asked+s.asked[headline]
		}
		return float64(answered) / float64(max(asked, 1))
	}
	most := 0.0
	for p := range st.study.Placements {
		most = max(most, served(p))
	}
	return most-served(placement) > ServedMargin
}

// selectBest feeds the selection what is new, replication by replication.
func (st *stopper) selectBest(replications []*replication) (upTo int, done bool, err error) {
	isOther, anyValued := false, false
	for p := range st.observed {
		for r := len(st.observed[p]); r < len(replications) && st.unvalued[p] == ""; r++ {
			x, why := st.of(replications[r], st.among[p])
			if why != "" {
				st.unvalued[p], isOther = fmt.Sprintf("in replication %d %s", r, why), true
				break
			}
			st.observed[p] = append(st.observed[p], x)
		}
		anyValued = anyValued || st.unvalued[p] == ""
	}
	switch {
	case !anyValued:
		st.result = &Stopping{Reason: noValue, Unvalued: st.withoutValue()}
		return len(replications), true, nil
	case isOther:
		if err := st.selectAnew(); err != nil {
			return 0, false, err
		}
	}
	for r := st.selection.Replications(); r < len(replications) && !st.selection.Done(); r++ {
		var observed []float64
		before := st.selection.Surviving()
		for _, p := range before {
			observed = append(observed, st.observed[p][r])
		}
		if err := st.selection.Add(observed); err != nil {
			return 0, false, fmt.Errorf("edgewise: stopping rule: replication %d: %w", r, err)
		}
		after := st.selection.Surviving()
		for _, p := range before {
			if !slices.Contains(after, p) {
				st.dropped[p] = r + 1
			}
		}
	}
	headline := st.study.workloads()[st.in].headline
	n, most := len(replications), st.until.most()
	if st.selection.Done() || n >= most {
		best := st.selection.Best()
		if best < 0 {
			best = st.selection.Surviving()[0] // the only one of a value
		}
		st.result = &Stopping{Reason: "budget used up", Best: st.nameOf(best), Unvalued: st.withoutValue()}
		if st.selection.Done() {
			st.result.Reason = "best known"
		}
		if st.until.By != "" {
			st.result.Ranking = st.rank()
		} else if st.leavesOut(replications, st.in, headline, st.among[best]) {
			st.result = &Stopping{Reason: "not comparable", Unvalued: st.withoutValue()}
		}
		return n, true, nil
	}
	// A tenth more at a time, so that all cores have work.
	return min(most, n+int(math.Ceil(float64(n)/10))), false, nil
}

// selectAnew begins the selection again without the placements that have no value.
func (st *stopper) selectAnew() (err error) {
	if st.selection, err = st.until.selection(len(st.among)); err != nil {
		return err
	}
	clear(st.dropped)
	for p, why := range st.unvalued {
		if why != "" {
			if err := st.selection.Withdraw(p); err != nil {
				return fmt.Errorf("edgewise: stopping rule: %w", err)
			}
		}
	}
	return nil
}

// withoutValue returns the placements that cannot be ranked.
func (st *stopper) withoutValue() (all []Unvalued) {
	for p, why := range st.unvalued {
		if why != "" {
			all = append(all, Unvalued{st.nameOf(p), why})
		}
	}
	return all
}

// nameOf returns the name of one of the placements of which the best is wanted.
func (st *stopper) nameOf(number int) string { return st.study.Placements[st.among[number]].Name }

// rank puts the placements in order by what was observed of them.
func (st *stopper) rank() []Ranked {
	level := cmp.Or(st.study.Level, defaultLevel)
	means := make([]float64, len(st.observed))
	best := make([]float64, len(st.observed))
	var order []int
	var valued [][]float64
	for p, all := range st.observed {
		if st.unvalued[p] != "" {
			continue
		}
		order, valued = append(order, p), append(valued, all)
		for _, x := range all {
			means[p] += x / float64(len(all))
		}
	}
	for i, probability := range stats.ProbabilitiesBest(valued, st.study.Seed) {
		best[order[i]] = probability
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(means[a], means[b]) })
	all := make([]Ranked, len(order))
	for i, p := range order {
		all[i] = Ranked{
			Placement: st.nameOf(p), Mean: st.sign * means[p], Best: best[p], Dropped: st.dropped[p], Observed: slices.Clone(st.observed[p]),
		}
		for r := range all[i].Observed {
			all[i].Observed[r] *= st.sign
		}
		if i > 0 {
			all[i].Behind = stats.DifferenceOf(st.observed[p], st.observed[order[0]], level)
		}
	}
	return all
}
