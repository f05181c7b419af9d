package edgewise

import (
	"time"

	"github.com/edgewise-sim/edgewise/sim"
)

// A Series is the course of a workload over the time of the runs, warm-up included, of all replications together. Games have none.
type Series struct {
	// Step is the length of a step. The first begins with the runs, WarmUp before what is recorded; what is left of the runs
	// behind the last is less than a step, and in none.
	Step  time.Duration
	Steps []SeriesStep
}

// A SeriesStep is one step of a [Series], of the requests that reached their site in it.
type SeriesStep struct {
	// Requests counts the answered ones, in all replications.
	Requests uint64
	// SumNs is the sum of their headline latency, Hits how many were hits and delayed hits.
	SumNs, Hits uint64
}

// mostSeriesSteps bounds the steps: timelines have up to 399 batches, which are finer than can be drawn.
const mostSeriesSteps = 100

// seriesOf sums the timelines of a workload under a placement.
func seriesOf(replications []*replication, placement, workload int) (s Series) {
	for _, r := range replications {
		t := &r.timelines[placement].workloads[workload]
		if t.count == 0 {
			continue
		}
		per := (t.count + mostSeriesSteps - 1) / mostSeriesSteps
		if s.Steps == nil {
			s.Step, s.Steps = time.Duration(t.batchNs)*time.Duration(per), make([]SeriesStep, t.count/per)
		}
		i := 0
		for b := range t.batches() {
			if at := i / per; at < len(s.Steps) {
				s.Steps[at].add(b)
			}
			i++
		}
	}
	return s
}

func (s *SeriesStep) add(b sim.TimelineBatch) {
	s.Requests += b.Requests
	s.SumNs += b.SumNs
	s.Hits += b.Hits
}
