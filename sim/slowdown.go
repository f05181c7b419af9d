package sim

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/placement"
)

// A Slowdown is a site whose servers work more slowly for a while: an origin with a slow database, a region where processors are short. Work on
// requests and on calls for data that reaches the site in that time takes Factor times as long, all of it. Caches hit as fast as ever, and the way
// is as long.
type Slowdown struct {
	// Site is the id of a site that is an origin, computes or is the home of a workload's data. Nobody may play there.
	Site string
	// At is the instant at which it begins, since the start of the run, warm-up included; For how long it lasts.
	At, For time.Duration
	// Factor is how many times as long work takes: more than 1, 1,000 at most.
	Factor float64
}

// validateSlowdowns names the first slowdown that is out of range or overlaps another of the same site.
func (s *Scenario) validateSlowdowns() error {
	var errs []error
	for i, d := range s.Slowdowns {
		err := s.validateWhile(d.Site, d.At, d.For)
		switch {
		case err != nil:
		case !(d.Factor > 1 && d.Factor <= 1000):
			err = invalid.New("Factor", d.Factor, "more than 1, 1000 at most")
		case slices.ContainsFunc(s.Slowdowns[:i], func(o Slowdown) bool { return o.Site == d.Site && o.At < d.At+d.For && d.At < o.At+o.For }):
			err = invalid.New("At", d.At, "an instant at which %q is as fast as ever", d.Site)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("sim: %w", invalid.In(fmt.Sprintf("Slowdowns[%d]", i), err)))
		}
	}
	return invalid.First(errs...)
}

// checkSlowdowns refuses a placement in which somebody plays where servers work more slowly: ticks are as fast as ever.
func (s *Scenario) checkSlowdowns(p placement.Placement) error {
	for i := range s.Slowdowns {
		site := s.Slowdowns[i].Site
		for k := range s.Workloads {
			plays := func(a placement.Assignment) bool {
				return a.Site == site && a.Role == placement.Compute && a.Serves(s.Workloads[k].Name)
			}
			if s.kind(k) == Matched && slices.ContainsFunc(p.Sites, plays) {
				return fmt.Errorf("sim: %w", invalid.New(fmt.Sprintf("Slowdowns[%d].Site", i), site, "a site where nobody plays: players of %q do", s.Workloads[k].Name))
			}
		}
	}
	return nil
}

// A slowSpan is a time in ns, [from, to), in which work takes factor times as long.
type slowSpan struct {
	from, to int64
	factor   float64
}

// slowAt returns when a site works more slowly, in order of time; nil where it never does.
func (s *Scenario) slowAt(site string) (all []slowSpan) {
	for _, d := range s.Slowdowns {
		if d.Site == site {
			all = append(all, slowSpan{int64(d.At), int64(d.At + d.For), d.Factor})
		}
	}
	slices.SortFunc(all, func(a, b slowSpan) int { return cmp.Compare(a.from, b.from) })
	return all
}

// slowed returns how long work takes that comes at an instant.
func slowed(all []slowSpan, at, work int64) int64 {
	for i := range all {
		if of := &all[i]; of.from <= at && at < of.to {
			return int64(math.Round(float64(work) * of.factor))
		}
	}
	return work
}
