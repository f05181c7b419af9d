package edgewise

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/edgewise-sim/edgewise/sim"
)

// A Tail says what the slowest requests of a workload waited for: those whose time to the first byte is a quantile or more, taken apart by
// cause, in the first replication. The causes sum to the whole, to the nanosecond.
type Tail struct {
	// Above is the probability of the quantile, for example 0.95; 0 for all requests that were answered.
	Above float64 `json:"above"`
	// ThresholdNs is the quantile in the first replication; 0 for all.
	ThresholdNs int64 `json:"threshold_ns"`
	// Requests is how many there are: more than 1 - Above of all where many take just as long as the quantile.
	Requests uint64 `json:"requests"`
	// SumNs sums their times to the first byte.
	SumNs int64 `json:"sum_ns"`
	// Causes are the parts that are not 0, in the order of the mean's breakdown.
	Causes []TailCause `json:"causes"`
}

// A TailCause is a part of a [Tail].
type TailCause struct {
	// Cause is its name, for example "propagation".
	Cause string `json:"cause"`
	SumNs int64  `json:"sum_ns"`
}

// MeanMs returns the mean time of the requests, or of a part of it, in ms.
func (t *Tail) MeanMs(sumNs int64) float64 {
	if t.Requests == 0 {
		return 0
	}
	return float64(sumNs) / float64(t.Requests) * msPerNs
}

// addTails takes the slowest requests apart, of the first replication of every placement, which is run twice more for it.
func (s *Study) addTails(ctx context.Context, c *Comparison) error {
	plans, err := s.compileAll(ctx)
	if err != nil {
		return err
	}
	metros := make(map[string]int, len(c.Metros)) // numbers by id
	for i := range c.Metros {
		metros[c.Metros[i].ID] = i
	}
	var crew errgroup.Group
	crew.SetLimit(s.workers())
	for p := range plans {
		crew.Go(func() error {
			tails, err := plans[p].Tails(ctx, 0)
			if err != nil {
				return fmt.Errorf("edgewise: tails of placement %q: %w", s.Placements[p].Name, err)
			}
			for w := range c.Placements[p].Workloads {
				of := &c.Placements[p].Workloads[w]
				of.Tails = tailsOf(tails[w].All)
				for m := range of.Metros {
					if number, ok := metros[of.Metros[m].ID]; ok && number < len(tails[w].Metros) {
						of.Metros[m].Tails = tailsOf(tails[w].Metros[number])
					}
				}
			}
			return nil
		})
	}
	return crew.Wait()
}

func tailsOf(found []sim.Tail) (all []Tail) {
	for _, t := range found {
		of := Tail{Above: t.Above, ThresholdNs: t.ThresholdNs, Requests: t.Requests, SumNs: t.SumNs, Causes: []TailCause{}}
		for c, ns := range t.Causes {
			if ns != 0 {
				of.Causes = append(of.Causes, TailCause{sim.Cause(c).String(), ns})
			}
		}
		all = append(all, of)
	}
	return all
}
