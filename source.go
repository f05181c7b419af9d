package edgewise

import (
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// A Source says how a figure is made of the tallies of all runs: see [CountOf], [ShareOf], [RatioOf],
// [MeanMsOf] and [QuantileMsOf].
type Source interface {
	// ratio returns what one run contributes to a figure that is counted.
	ratio(*Tallies) stats.Ratio
	// sampled returns the metric whose distribution the figure is made of; false where it is counted.
	sampled() (sim.Metric, bool)
	// figure makes the figure in a row of the measures; false where there is none.
	figure(row int, p *pairing) (Figure, bool)
	// replicates returns what each run says of the figure, so that the spread of the values is that of the figure's interval;
	// nil where it has none.
	replicates(row int, p *pairing) []float64
}

const msPerNs, nsPerUs = 1e-6, 1e3

// CountOf makes the mean over runs of what a run counts.
func CountOf(of func(*Tallies) uint64) Source {
	return count{func(t *Tallies) stats.Ratio { return stats.Ratio{Numerator: of(t)} }}
}

// counted is what all figures have in common that are made of counters.
type counted func(*Tallies) stats.Ratio

func (of counted) ratio(t *Tallies) stats.Ratio { return of(t) }
func (counted) sampled() (sim.Metric, bool)     { return 0, false }

type count struct{ counted }

func (count) figure(row int, p *pairing) (Figure, bool) {
	return p.pair(stats.MeanOf(counts(p.these, row), p.level), func() stats.Estimate {
		return stats.DifferenceOf(counts(p.these, row), counts(p.base, row), p.level)
	}), true
}

func (count) replicates(row int, p *pairing) []float64 { return counts(p.these, row) }

// counts returns what each run has counted.
func counts(runs []*summary, row int) []float64 {
	all := make([]float64, len(runs))
	for i, s := range runs {
		all[i] = float64(s.ratios[row].Numerator)
	}
	return all
}

// ShareOf makes a ratio in [0, 1]: all numerators of the runs by all their denominators.
func ShareOf(of func(*Tallies) stats.Ratio) Source { return share{of} }

type share struct{ counted }

func (share) figure(row int, p *pairing) (Figure, bool) {
	these, base := ratios(p.these, row), ratios(p.base, row)
	return p.pair(stats.ShareOf(these, p.level), func() stats.Estimate {
		return stats.ShareDifferenceOf(these, base, p.level)
	}), true
}

func (share) replicates(row int, p *pairing) []float64 {
	return stats.Pseudovalues(ratios(p.these, row))
}

// restOf makes what a ratio leaves of 1, below 0 where that is more: 1 less all numerators of the runs by all their denominators.
func restOf(of func(*Tallies) stats.Ratio) Source { return rest{of} }

type rest struct{ counted }

func (rest) figure(row int, p *pairing) (Figure, bool) {
	these, base := ratios(p.these, row), ratios(p.base, row)
	return p.pair(stats.RestOf(these, p.level), func() stats.Estimate {
		return stats.RestDifferenceOf(these, base, p.level)
	}), true
}

func (rest) replicates(row int, p *pairing) []float64 {
	return stats.RestPseudovalues(ratios(p.these, row))
}

// RatioOf makes a ratio of any size, times a factor that is more than 0: all numerators of the runs by all their
// denominators. With nanoseconds above and a factor of 1e-6 it is a mean in ms.
func RatioOf(of func(*Tallies) stats.Ratio, factor float64) Source { return scaled{of, factor} }

type scaled struct {
	counted
	factor float64
}

func (s scaled) figure(row int, p *pairing) (Figure, bool) {
	these, base := ratios(p.these, row), ratios(p.base, row)
	return p.pair(stats.RatioOf(these, p.level).Scaled(s.factor), func() stats.Estimate {
		return stats.RatioDifferenceOf(these, base, p.level).Scaled(s.factor)
	}), true
}

func (s scaled) replicates(row int, p *pairing) []float64 {
	return times(stats.Pseudovalues(ratios(p.these, row)), s.factor)
}

// times multiplies values by a factor.
func times(values []float64, factor float64) []float64 {
	for i := range values {
		values[i] *= factor
	}
	return values
}

func ratios(runs []*summary, row int) []stats.Ratio {
	all := make([]stats.Ratio, len(runs))
	for i, s := range runs {
		all[i] = s.ratios[row]
	}
	return all
}

// MeanMsOf makes the mean of a metric in ms.
func MeanMsOf(metric sim.Metric) Source { return mean{sample(metric)} }

// sample is what all figures have in common that are made of the distribution of a metric.
type sample sim.Metric

func (sample) ratio(*Tallies) stats.Ratio    { return stats.Ratio{} }
func (s sample) sampled() (sim.Metric, bool) { return s.metric(), true }
func (s sample) metric() sim.Metric          { return sim.Metric(s) }

func (s sample) sketches(runs []*summary) []*stats.Sketch {
	all := make([]*stats.Sketch, len(runs))
	for i, r := range runs {
		all[i] = r.latency[s]
	}
	return all
}

type mean struct{ sample }

func (m mean) figure(_ int, p *pairing) (Figure, bool) {
	these := m.sketches(p.these)
	return p.pair(stats.MeanMs(these, p.level), func() stats.Estimate {
		return stats.MeanDifferenceMs(these, m.sketches(p.base), p.level)
	}), true
}

func (m mean) replicates(_ int, p *pairing) []float64 {
	return times(stats.MeanPseudovalues(m.sketches(p.these)), msPerNs)
}

// QuantileMsOf makes a quantile of a metric in ms, of probability p in (0, 1).
func QuantileMsOf(metric sim.Metric, p float64) Source { return quantile{sample(metric), p} }

type quantile struct {
	sample
	p float64
}

func (q quantile) figure(_ int, p *pairing) (Figure, bool) {
	these := q.sketches(p.these)
	return p.pair(stats.QuantileMs(these, q.p, p.level), func() stats.Estimate {
		return stats.QuantileDifferenceMs(these, q.sketches(p.base), q.p, p.level)
	}), true
}

func (q quantile) replicates(_ int, p *pairing) (all []float64) {
	for _, s := range q.sketches(p.these) {
		all = append(all, s.QuantileNs(q.p)*msPerNs)
	}
	return all
}

// distance is how far a metric's pooled distribution lies from the baseline's; there is none on the baseline, and
// where one of the two is empty.
type distance struct{ sample }

func (d distance) figure(_ int, p *pairing) (Figure, bool) {
	if p.isBaseline {
		return Figure{}, false
	}
	ms := stats.WassersteinMs(stats.Pool(d.sketches(p.these)), stats.Pool(d.sketches(p.base)))
	return Figure{Estimate: stats.Estimate{
		Value: ms, Low: ms, High: ms, N: len(p.these), Unsupported: "a distance of pooled distributions: no interval",
	}}, !math.IsNaN(ms)
}

func (distance) replicates(int, *pairing) []float64 { return nil }

// within stands in the table for the shares within all deadlines of a workload.
type within struct {
	metric sim.Metric
	judged bool
}

func (within) ratio(*Tallies) stats.Ratio          { return stats.Ratio{} }
func (within) sampled() (sim.Metric, bool)         { return 0, false }
func (within) figure(int, *pairing) (Figure, bool) { return Figure{}, false }
func (within) replicates(int, *pairing) []float64  { return nil }

// deadlines returns the row of each deadline.
func (w within) deadlines(row *Measure, deadlines []time.Duration) (all []Measure) {
	for i, deadline := range deadlines {
		m := *row
		m.Statistic, m.Deadline = row.Statistic+" "+words.Duration(deadline), deadline
		if who := whose[w.metric]; who != "" {
			m.Column, m.Judged = who+" in "+words.Duration(deadline), who+" "+m.Statistic
		} else if m.judge(w.judged); m.Column != "" {
			m.Column = "in " + words.Duration(deadline)
			if w.metric == sim.TTLB {
				m.Judged = "TTLB " + m.Judged // others are of the first byte
			}
		}
		m.Of = ShareOf(func(t *Tallies) stats.Ratio { return ratio(t.Within(w.metric)[i], asked(w.metric, t.Tally)) })
		all = append(all, m)
	}
	return all
}

// behind stands in the table for a figure of all tiers of caches behind the first.
type behind struct {
	// source says how the figure is made of what reached a tier.
	source func(at func(*Tallies) sim.TierTally) Source
	// of is what a tier must have counted to have the figure: the zero value is its requests.
	of sim.TierCounter
}

// shareAt makes the share of what reached a tier, countAt its number.
func shareAt(hits, all sim.TierCounter) func(func(*Tallies) sim.TierTally) Source {
	return func(at func(*Tallies) sim.TierTally) Source {
		return ShareOf(func(t *Tallies) stats.Ratio {
			tier := at(t)
			return ratio(tier.Count(hits), tier.Count(all))
		})
	}
}

// timesAt makes how many times one number of a tier is another.
func timesAt(one, other sim.TierCounter) func(func(*Tallies) sim.TierTally) Source {
	return func(at func(*Tallies) sim.TierTally) Source {
		return RatioOf(func(t *Tallies) stats.Ratio {
			tier := at(t)
			return ratio(tier.Count(one), tier.Count(other))
		}, 1)
	}
}

func countAt(c sim.TierCounter) func(func(*Tallies) sim.TierTally) Source {
	return func(at func(*Tallies) sim.TierTally) Source {
		return CountOf(func(t *Tallies) uint64 {
			tier := at(t)
			return tier.Count(c)
		})
	}
}

func (behind) ratio(*Tallies) stats.Ratio          { return stats.Ratio{} }
func (behind) sampled() (sim.Metric, bool)         { return 0, false }
func (behind) figure(int, *pairing) (Figure, bool) { return Figure{}, false }
func (behind) replicates(int, *pairing) []float64  { return nil }

// tier returns the row of one tier.
func (b behind) tier(row Measure, name string) Measure {
	row.Metric = words.Tier(name)
	for _, title := range []*string{&row.Column, &row.SiteColumn, &row.Bar} {
		if *title != "" {
			*title = words.ShortTier(row.Metric) + " " + *title
		}
	}
	row.Of = b.source(func(t *Tallies) sim.TierTally { return t.Tier(name) })
	row.Where = func(t *Tallies) bool { tier := t.Tier(name); return tier.Count(b.of) > 0 }
	return row
}

// asked returns how many samples a metric would have if no request had failed and every player had played.
func asked(metric sim.Metric, t *sim.Tally) uint64 {
	if isSeen(metric) {
		return askedOfPlay(metric, t)
	}
	n := t.Metric(metric).Count()
	switch metric {
	case sim.PlayerRTT:
		return t.Count(sim.Sessions)
	case sim.WorstRTT, sim.LobbyWait, sim.FirstWait, sim.GaveUpWait:
		return n // one a match, or one a player and match, whatever became of it
	}
	return n + t.Unanswered()
}

// A pairing is what the figures of one placement are made of: one summary a replication, and those of the
// baseline's runs, which met the same users.
type pairing struct {
	these, base []*summary
	level       float64
	isBaseline  bool
}

// pair adds the paired difference to an estimate, on every placement but the baseline.
func (p *pairing) pair(value stats.Estimate, difference func() stats.Estimate) Figure {
	f := Figure{Estimate: value}
	if !p.isBaseline {
		d := difference()
		f.Difference = &d
	}
	return f
}
