package edgewise

import (
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/sim"
)

// A Series is the course of a workload over the time of the runs, warm-up included, of all replications together. Games have none. Nor has
// a workload of which requests fail under some placement: they are not in a Series, in which an outage would look like less to do. A
// [Timeline] follows all.
type Series struct {
	// Step is the length of a step. The first begins with the runs, WarmUp before what is recorded; what is left of the runs
	// behind the last is less than a step, and in none.
	Step  time.Duration
	Steps []SeriesStep
}

// A SeriesStep is one step of a [Series], of the requests that reached their site in it.
type SeriesStep struct {
	// Requests counts them, in all replications.
	Requests uint64
	// SumNs is the sum of the latency that their causes sum to (time to first byte, response time), Hits how many were hits and delayed hits.
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

// isAllAnswered reports whether no request of a workload fails under any placement. Of the warm-up there are no figures: nothing may be
// down in it that answers.
func (s *Study) isAllAnswered(results []WorkloadResult) bool {
	return !slices.ContainsFunc(s.Failures, func(f sim.Failure) bool { return f.At < s.WarmUp }) &&
		!slices.ContainsFunc(s.LinkFailures, func(f sim.LinkFailure) bool { return f.At < s.WarmUp }) &&
		!slices.ContainsFunc(s.OriginErrors, func(e sim.OriginErrors) bool { return e.At < s.WarmUp }) &&
		!slices.ContainsFunc(results, func(w WorkloadResult) bool {
			f, ok := w.Figures.Find("failed", "count")
			return ok && f.Value > 0
		})
}

// PerSecond returns how many requests of a step there were a second, on the mean of so many replications, one or more.
func (s *Series) PerSecond(step *SeriesStep, replications int) float64 {
	return float64(step.Requests) / (s.Step.Seconds() * float64(max(replications, 1)))
}

// MeanMs returns the mean of that latency in ms, NaN where there was no request.
func (s *SeriesStep) MeanMs() float64 { return s.each(s.SumNs) / 1e6 }

// HitShare returns the share of the requests that were hits, NaN where there was none.
func (s *SeriesStep) HitShare() float64 { return s.each(s.Hits) }

func (s *SeriesStep) each(sum uint64) float64 {
	if s.Requests == 0 {
		return math.NaN()
	}
	return float64(sum) / float64(s.Requests)
}

func (s *SeriesStep) add(b sim.TimelineBatch) {
	s.Requests += b.Requests
	s.SumNs += b.SumNs
	s.Hits += b.Hits
}
