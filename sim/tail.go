package sim

import (
	"context"
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise/stats"
)

// TailMarks are the probabilities of the quantiles above which requests are taken apart.
var TailMarks = []float64{0.5, 0.9, 0.95, 0.99}

// A Tail takes apart the times to the first byte of the slowest requests of one replication. All sums are exact.
type Tail struct {
	// Above is the probability of the quantile; the requests take as long as that or longer. 0 stands for all that were answered.
	Above float64
	// ThresholdNs is that quantile, the nearest rank of the replication itself; 0 for all.
	ThresholdNs int64
	// Requests is how many there are; where many take just as long as the quantile, that is more than 1 - Above of all.
	Requests uint64
	// SumNs sums their times, which Causes take apart: they sum to it.
	SumNs  int64
	Causes [NumCauses]int64
}

func (t *Tail) add(s *Sighting) {
	t.Requests++
	t.SumNs += s.TTFB
	for c, ns := range s.Causes {
		t.Causes[c] += ns
	}
}

func (t *Tail) merge(o *Tail) {
	t.Requests += o.Requests
	t.SumNs += o.SumNs
	add(t.Causes[:], o.Causes[:])
}

// WorkloadTails are those of one workload: of all metros, and of each in the order of [WorkloadTally.Metros]. There are none of games, and
// of metros without answered requests.
type WorkloadTails struct {
	All    []Tail
	Metros [][]Tail
}

// Tails takes the slowest requests of a replication apart, by [TailMarks], all of them first. It runs the replication twice: first for
// about where the quantiles are, then to take apart what is slower. Only requests close to a quantile are held, by time.
func (p *Plan) Tails(ctx context.Context, replication int) ([]WorkloadTails, error) {
	first, err := p.Run(ctx, replication)
	if err != nil {
		return nil, err
	}
	all, metros := make([]*tailGroup, len(p.workloads)), make([][]*tailGroup, len(p.workloads))
	for i := range first.Workloads {
		w := &first.Workloads[i]
		if w.Kind == Matched {
			continue
		}
		total, err := w.Total()
		if err != nil {
			return nil, err
		}
		all[i] = newTailGroup(&total)
		for m := range w.Metros {
			metros[i] = append(metros[i], newTailGroup(&w.Metros[m]))
		}
	}
	_, err = p.Watch(ctx, replication, func(s *Sighting) {
		if !s.Outcome.IsFailure() {
			all[s.Workload].add(s)
			metros[s.Workload][s.Metro].add(s)
		}
	})
	if err != nil {
		return nil, err
	}
	tails := make([]WorkloadTails, len(p.workloads))
	for i := range all {
		tails[i].All = all[i].tails()
		for _, g := range metros[i] {
			tails[i].Metros = append(tails[i].Metros, g.tails())
		}
	}
	return tails, nil
}

// A tailGroup takes the requests apart of which the quantiles are asked.
type tailGroup struct {
	all   Tail
	marks []tailMark
	count uint64
}

// A tailMark is a quantile that lies between two times: what is slower than both is taken apart at once, what is between them
// held by time.
type tailMark struct {
	low, high int64
	slower    Tail
	between   map[int64]*Tail
}

func newTailGroup(t *Tally) *tailGroup {
	g := &tailGroup{count: t.Answered()}
	if g.count == 0 {
		return g
	}
	for _, p := range TailMarks {
		about := t.Metrics[0].Latency.QuantileNs(p)
		// A sketch is off by its relative error at most; ranks are rounded by one more.
		const off = 2 * stats.RelativeError
		g.marks = append(g.marks, tailMark{
			low: int64(math.Floor(about * (1 - off))), high: int64(math.Ceil(about * (1 + off))), between: make(map[int64]*Tail),
		})
	}
	return g
}

func (g *tailGroup) add(s *Sighting) {
	g.all.add(s)
	for i := range g.marks {
		switch m := &g.marks[i]; {
		case s.TTFB > m.high:
			m.slower.add(s)
		case s.TTFB >= m.low:
			t := m.between[s.TTFB]
			if t == nil {
				t = new(Tail)
				m.between[s.TTFB] = t
			}
			t.add(s)
		}
	}
}

// tails returns what was taken apart; nothing where no request was answered.
func (g *tailGroup) tails() []Tail {
	if g == nil || g.count == 0 {
		return nil
	}
	all := []Tail{g.all}
	for i, p := range TailMarks {
		m := &g.marks[i]
		// The quantile is the least time that at least p of all are not slower than.
		slower := g.count - uint64(math.Ceil(float64(p*float64(g.count))))
		tail := m.slower
		times := make([]int64, 0, len(m.between))
		for ns := range m.between {
			times = append(times, ns)
		}
		slices.Sort(times)
		for _, ns := range slices.Backward(times) {
			tail.ThresholdNs = ns
			if tail.merge(m.between[ns]); tail.Requests > slower {
				break
			}
		}
		tail.Above = p
		all = append(all, tail)
	}
	return all
}
