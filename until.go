package edgewise

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
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
	// BestKnown, if above 0, is the wanted probability of knowing the placement with the least latency,
	// by the procedure of Kim and Nelson ([stats.Selection]); the precision in StoppingRule is then not
	// used. All placements are run to the end, so that all differences stay paired.
	BestKnown float64
	// Indifference is the smallest difference that matters to BestKnown; 0 means 1 ms (assumed: no user
	// notices it).
	Indifference time.Duration
}

const defaultIndifference = time.Millisecond

// Stopping says why a study with an [Until] stopped.
type Stopping struct {
	// Reason is "precise", "best known", "budget used up", or "not comparable" where the placement with the least latency
	// leaves many more without an answer than another ([ServedMargin]): latencies are of those who are served.
	Reason string `json:"reason"`
	// Widest names the figure furthest from the wanted precision.
	Widest string `json:"widest,omitempty"`
	// Best is the placement with the least latency so far, and the selected one if Reason is "best known". It is empty where
	// placements are not comparable.
	Best string `json:"best,omitempty"`
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
	_, err := u.selection(len(s.Placements))
	return err
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
	s, err := stats.NewSelection(stats.SelectionConfig{
		Placements: placements, Confidence: u.BestKnown, FirstReplications: u.least(),
		Indifference: float64(indifference) / float64(time.Millisecond),
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
}

// newStopper returns the stopper of a valid study.
func (s *Study) newStopper() (*stopper, error) {
	st := &stopper{study: s, until: s.Until}
	if s.Until != nil && s.Until.BestKnown > 0 {
		var err error
		if st.selection, err = s.Until.selection(len(s.Placements)); err != nil {
			return nil, err
		}
	}
	return st, nil
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
	for p := range st.study.Placements {
		for w, d := range st.study.workloads() {
			if st.until.Workload != "" && st.until.Workload != d.name {
				continue
			}
			runs := &pairing{level: level, isBaseline: true}
			for _, r := range replications {
				runs.these = append(runs.these, &r.runs[p][w])
			}
			for _, m := range st.until.watched(d.headline) {
				f, _ := m.Of.figure(0, runs)
				figures = append(figures, f.Estimate)
				names = append(names, st.study.Placements[p].Name+", "+d.name+", "+m.Statistic)
			}
		}
	}
	step, err := st.until.Look(len(replications), figures)
	if err != nil {
		return 0, false, err
	}
	if step.Done {
		st.result = &Stopping{Reason: "precise", Widest: names[step.Widest]}
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
	workloads := st.study.workloads()
	w := slices.IndexFunc(workloads, func(d described) bool { return d.name == st.until.Workload })
	headline := workloads[w].headline
	for r := st.selection.Replications(); r < len(replications) && !st.selection.Done(); r++ {
		var observed []float64
		for _, p := range st.selection.Surviving() {
			s := replications[r].runs[p][w].latency[headline]
			ns := s.MeanNs()
			if len(st.until.Quantiles) > 0 {
				ns = s.QuantileNs(st.until.Quantiles[0])
			}
			observed = append(observed, ns/1e6)
		}
		if err := st.selection.Add(observed); err != nil {
			return 0, false, fmt.Errorf("edgewise: stopping rule: replication %d: %w", r, err)
		}
	}
	n, most := len(replications), st.until.most()
	if st.selection.Done() || n >= most {
		st.result = &Stopping{Reason: "budget used up", Best: st.study.Placements[st.selection.Best()].Name}
		if st.selection.Done() {
			st.result.Reason = "best known"
		}
		if st.leavesOut(replications, w, headline, st.selection.Best()) {
			st.result = &Stopping{Reason: "not comparable"}
		}
		return n, true, nil
	}
	// A tenth more at a time, so that all cores have work.
	return min(most, n+int(math.Ceil(float64(n)/10))), false, nil
}
