package report

import (
	"math"

	"github.com/edgewise-sim/edgewise"
)

// A pageSeries is the course of a workload over the time of the runs, warm-up included: lists by placement and step.
type pageSeries struct {
	StepSeconds rough `json:"step_s"`
	// Requests are those that were answered, a second; Ms is their mean latency and Hits the % that were hits. Where a placement
	// does what one before it does, its lists are null.
	Requests [][]rough `json:"requests"`
	Ms       [][]rough `json:"ms"`
	Hits     [][]rough `json:"hits,omitempty"`
}

// newPageSeries returns the course of a workload, nil where none was recorded. alike are the first placements that do the same.
func newPageSeries(c *edgewise.Comparison, results []*edgewise.WorkloadResult, alike []int) *pageSeries {
	n := len(results)
	s := &pageSeries{Requests: make([][]rough, n), Ms: make([][]rough, n), Hits: make([][]rough, n)}
	anyHits, anySteps := false, false
	for i, w := range results {
		if w == nil || alike[i] != i || len(w.Series.Steps) == 0 {
			continue
		}
		s.StepSeconds, anySteps = rough(w.Series.Step.Seconds()), true
		cached := has(w, "cache")
		anyHits = anyHits || cached
		for k := range w.Series.Steps {
			at := &w.Series.Steps[k]
			hits := math.NaN()
			if cached {
				hits = 100 * at.HitShare()
			}
			s.Requests[i] = append(s.Requests[i], rough(w.Series.PerSecond(at, c.Replications)))
			s.Ms[i], s.Hits[i] = append(s.Ms[i], rough(at.MeanMs())), append(s.Hits[i], rough(hits))
		}
	}
	if !anySteps {
		return nil
	}
	if !anyHits {
		s.Hits = nil
	}
	return s
}
