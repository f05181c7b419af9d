package edgewise

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
)

// A Study compares placements of one scenario: every placement meets the same users, arrivals, objects
// and jitter, replication by replication.
type Study struct {
	// Title heads the results.
	Title string
	// Scenario is what all placements have in common. A failure must lie at least in part in the time that is
	// recorded, and concern a site that a placement uses, the parent of one or the home of a workload's data.
	sim.Scenario
	// Placements are the alternatives; the first is the baseline. Their names must differ.
	Placements []placement.Placement
	// Replications is the number of independent runs of each placement; 0 means 10. One gives
	// figures without intervals.
	Replications int
	// Until, if set, decides how many replications are run; Replications must then be 0.
	Until *Until
	// Level is the confidence level of the intervals, 0.5 to 0.9999; 0 means 0.95.
	Level float64
	// Workers is the number of cores to use; 0 means GOMAXPROCS. They go to runs side by side first,
	// and into single runs where there are fewer runs than cores. Results do not depend on it.
	Workers int
	// SkipWarmUpCheck accepts runs that still depend on how they began, for questions about exactly that:
	// the first minutes after a start, a given hour. The findings stand in the comparison all the same.
	SkipWarmUpCheck bool
	// Tails takes the slowest requests apart by cause: see [WorkloadResult].Tails. That takes two more runs of the first
	// replication of every placement, once all others are done.
	Tails bool
	// Measures are own figures, which come after those of [Measures] and are shown and judged as they are.
	Measures []Measure
	// RecoveredWithin says when a figure has recovered from an event, where [sim.Scenario].Timeline asks for steps of time: it is no worse than before by more than
	// this share of itself, or, of hits, than so many points; or, where steps scatter more, than chance alone does in one study of a hundred: the
	// prediction interval of Student's law for all steps after the event, from the scatter of those before, and of what fails rarely the negative binomial law. It must be so for three steps in
	// a row. Up to 1; 0 means 0.05. See [WorkloadResult].Figures.
	RecoveredWithin float64
	// Replicated says of which figures [Figure].Replicates is filled; nil means those of all users.
	Replicated func(Label) bool
	// Outputs are own files of a report, which come after those that every report has.
	Outputs []Output
	// Expect is what figures are expected to be: see [Comparison].Expected.
	Expect []Expectation
	// Billing, if set, has every placement billed: see [Bill]. No other figure depends on it.
	Billing *Billing
	// Assumed lists assumptions to be shown with the results, next to those of the workloads.
	Assumed []string
	// Warnings say what is odd about the study's inputs, but not wrong, to be shown with the results: columns that
	// nobody has read, round trips far from what the model says. Package scenario and those who read files fill it.
	Warnings []string
	// Sources are the data that the study rests on, with their dates, to be shown with the results, for
	// example [github.com/edgewise-sim/edgewise/topology/catalog.Sources].
	Sources []string
	// Provenance names the files that the study was read from; package scenario sets it.
	Provenance Provenance
	// Locate, if set, returns the error of a field, or of a way between users and sites, with where in the files that the study was
	// read from that stands; package scenario sets it.
	Locate func(error) error
	// Progress, if set, is called after every run and a few times a second in between, never by two goroutines at a
	// time.
	Progress func(Progress)
	// Store, if set, keeps what every run gave as it finishes. Runs that it has already are not run again, so that
	// [Study.Run] after one that was ended, by whatever, finds the same, to the bit, as one that was not. What it has of
	// another study or program is refused by name.
	Store Store

	// isWindow says that it is of a [Window]: what has happened before it is part of it.
	isWindow bool
}

// Progress says how far a study is.
type Progress struct {
	// Done and Total count runs. With [Study.Until], Total is what is planned so far.
	Done, Total int
	// Share is the share of the work that is done, 0 to 1, parts of runs included. It is an estimate: see
	// [Study.Predict].
	Share float64
	// Kept counts those of Done that [Study.Store] had already.
	Kept int
}

const (
	defaultReplications = 10
	maxReplications     = 100_000
	maxPlacements       = 100_000
	defaultLevel        = 0.95
	// Below the least level an interval says nothing, and beyond the most its ends are not numbers any more.
	leastLevel = 0.5
	mostLevel  = 0.9999
)

// MostReplications returns how many replications of a placement a run makes at most.
func (s *Study) MostReplications() int {
	if s.Until != nil {
		return s.Until.most()
	}
	return cmp.Or(s.Replications, defaultReplications)
}

// Validate names the first field that is out of range, and the first thing that keeps a placement from serving
// the workloads: what it finds right, [Study.Run] does not refuse before it has run.
func (s *Study) Validate() error {
	if err := invalid.Name("Title", s.Title); err != nil {
		return fmt.Errorf("edgewise: %w", err)
	}
	if len(s.Placements) > maxPlacements {
		return fmt.Errorf("edgewise: %d placements; want %d at most", len(s.Placements), maxPlacements)
	}
	if len(s.Placements) == 0 {
		return errors.New("edgewise: no placement; want at least one")
	}
	if s.Replications < 0 || s.Replications > maxReplications {
		return fmt.Errorf("edgewise: %d replications; want 0 (%d) to %d", s.Replications, defaultReplications, maxReplications)
	}
	if s.Until != nil {
		if s.Replications != 0 {
			return fmt.Errorf("edgewise: %d replications and a rule that decides how many; want one of the two", s.Replications)
		}
		if err := s.Until.validate(s); err != nil {
			return err
		}
	}
	if s.Level != 0 && !(s.Level >= leastLevel && s.Level <= mostLevel) {
		return fmt.Errorf("edgewise: confidence level is %v; want %v to %v", s.Level, leastLevel, mostLevel)
	}
	if !(s.RecoveredWithin >= 0 && s.RecoveredWithin <= 1) {
		return fmt.Errorf("edgewise: recovered within %v; want 0 (%v) to 1", s.RecoveredWithin, defaultRecovered)
	}
	if s.Workers < 0 {
		return fmt.Errorf("edgewise: %d workers; want 0 (all cores) or more", s.Workers)
	}
	seen := make(map[string]bool)
	for _, p := range s.Placements {
		if seen[p.Name] {
			return fmt.Errorf("edgewise: two placements are called %q", p.Name)
		}
		seen[p.Name] = true
	}
	if err := s.validateBilling(); err != nil {
		return err
	}
	if err := s.validateMeasures(); err != nil {
		return err
	}
	if err := s.validateOutputs(); err != nil {
		return err
	}
	if err := s.validateExpectations(); err != nil {
		return err
	}
	if err := s.Scenario.Validate(); err != nil {
		return err
	}
	for i := range s.Placements {
		if err := s.ValidatePlacement(s.Placements[i]); err != nil {
			return err
		}
	}
	if err := s.validateEvents(); err != nil {
		return err
	}
	return s.validateLoadInTime()
}

// validateLoadInTime names the first flash crowd, begin or end of a workload that no result would show.
func (s *Study) validateLoadInTime() error {
	end := s.WarmUp + s.Duration
	var errs []error
	refuse := func(i int, field string, value any, want string, args ...any) {
		errs = append(errs, fmt.Errorf("edgewise: %w", invalid.New(fmt.Sprintf("Workloads[%d].%s", i, field), value, want, args...)))
	}
	for i := range s.Workloads {
		w := &s.Workloads[i]
		for k := range w.Flashes {
			f, at := &w.Flashes[k], fmt.Sprintf("Flashes[%d].", k)
			if f.At >= end {
				refuse(i, at+"At", f.At, "less than %v, when the run ends", end)
			} else if f.End() <= s.WarmUp && !s.isWindow {
				refuse(i, at+"At", f.At, "so late that it is not over at %v, when recording begins", s.WarmUp)
			}
		}
		if w.Begins >= end {
			refuse(i, "Begins", w.Begins, "less than %v, when the run ends", end)
		}
		if w.Ends > 0 && (w.Ends <= s.WarmUp || w.Ends >= end) {
			refuse(i, "Ends", w.Ends, "more than %v, when recording begins, and less than %v, when the run ends", s.WarmUp, end)
		}
	}
	return invalid.First(errs...)
}

// validateEvents names the first failure, drain, slowdown, error of an origin or purge that no result would show.
func (s *Study) validateEvents() error {
	end := s.WarmUp + s.Duration
	var errs []error
	refuse := func(path string, value any, want string, args ...any) {
		errs = append(errs, fmt.Errorf("edgewise: %w", invalid.New(path, value, want, args...)))
	}
	// refuseLate refuses what goes down time and again until after the end. A window has a part of it.
	refuseLate := func(path string, at, every time.Duration, times int) {
		if times > 1 && at < end && at+time.Duration(times-1)*every >= end && !s.isWindow {
			refuse(path+"Times", times, "%d at most: the run ends at %v", (end-at+every-1)/every, end)
		}
	}
	for i := range s.Failures {
		f := &s.Failures[i]
		at := fmt.Sprintf("Failures[%d].", i)
		if f.At >= end {
			refuse(at+"At", f.At, "less than %v, when the run ends", end)
		}
		last := f.At + time.Duration(max(f.Times, 1)-1)*f.Every
		if last+f.For <= s.WarmUp && !s.isWindow {
			refuse(at+"For", f.For, "more than %v, for recording begins after a warm-up of %v", s.WarmUp-last, s.WarmUp)
		}
		refuseLate(at, f.At, f.Every, f.Times)
		if !slices.ContainsFunc(s.Placements, func(p placement.Placement) bool { return s.concerns(f, &p) }) {
			refuse(at+"Site", f.Site, "a site that a placement uses, the parent of one or the home of a workload's data")
		}
	}
	checkWhile := func(path string, at, lasts time.Duration) {
		if at >= end {
			refuse(path+"At", at, "less than %v, when the run ends", end)
		}
		if at+lasts <= s.WarmUp && !s.isWindow {
			refuse(path+"For", lasts, "more than %v, for recording begins after a warm-up of %v", s.WarmUp-at, s.WarmUp)
		}
	}
	for i, d := range s.Drains {
		at := fmt.Sprintf("Drains[%d].", i)
		checkWhile(at, d.At, d.For)
		if !slices.ContainsFunc(s.Placements, func(p placement.Placement) bool { return s.depends(&p, d.Site) }) {
			refuse(at+"Site", d.Site, "a site that a placement uses, the parent of one or the home of a workload's data")
		}
	}
	for i, d := range s.Slowdowns {
		at := fmt.Sprintf("Slowdowns[%d].", i)
		checkWhile(at, d.At, d.For)
		if !slices.ContainsFunc(s.Placements, func(p placement.Placement) bool { return s.worksAt(&p, d.Site) }) {
			refuse(at+"Site", d.Site, "a site that works for a placement: an origin, a site that computes or the home of a workload's data")
		}
	}
	for i, f := range s.LinkFailures {
		at := fmt.Sprintf("LinkFailures[%d].", i)
		down := f.Downtimes()
		last := down[len(down)-1].At
		if f.At >= end {
			refuse(at+"At", f.At, "less than %v, when the run ends", end)
		} else if last+f.For <= s.WarmUp && !s.isWindow {
			refuse(at+"For", f.For, "more than %v, for recording begins after a warm-up of %v", s.WarmUp-last, s.WarmUp)
		}
		refuseLate(at, f.At, f.Every, f.Times)
	}
	for i, d := range s.LinkImpairments {
		checkWhile(fmt.Sprintf("LinkImpairments[%d].", i), d.At, d.For)
	}
	for i, e := range s.OriginErrors {
		at := fmt.Sprintf("OriginErrors[%d].", i)
		checkWhile(at, e.At, e.For)
		if !slices.ContainsFunc(s.Placements, func(p placement.Placement) bool { return isOrigin(&p, e.Site) }) {
			refuse(at+"Site", e.Site, "a site that is an origin of a placement: %s", strings.Join(placement.Origins(s.Placements), ", "))
		}
	}
	for i, p := range s.Purges {
		if at := fmt.Sprintf("Purges[%d].At", i); p.At >= end {
			refuse(at, p.At, "less than %v, when the run ends", end)
		} else if !slices.ContainsFunc(s.Placements, func(p placement.Placement) bool { return len(p.Tiers) > 0 }) {
			refuse(at, p.At, "no purge: no placement has caches")
		}
	}
	for i := range s.Placements {
		for k, o := range s.Placements[i].Openings {
			at := fmt.Sprintf("Placements[%d].Openings[%d].", i, k)
			if o.At >= end && !s.isWindow {
				refuse(at+"At", o.At, "less than %v, when the run ends", end)
			}
			if o.Closes >= end {
				refuse(at+"Closes", o.Closes, "less than %v, when the run ends", end)
			}
		}
	}
	if s.Timeline != nil && s.Timeline.Paired && len(s.events()) == 0 {
		refuse("Timeline.Paired", true, "false: nothing happens at a time, so that there is nothing to compare with")
	}
	for i := range s.Placements {
		if p := &s.Placements[i]; p.DNS != nil && len(s.Failures)+len(s.Drains)+len(s.LinkFailures)+len(p.Openings) == 0 && !s.isWindow {
			refuse(fmt.Sprintf("Placements[%d].DNS", i), "set", "none: no site fails, is drained, opens or closes, and no link fails, so that nobody is to follow")
		}
	}
	return invalid.First(errs...)
}

// Run simulates every placement as often as asked for and compares them. When ctx is cancelled it
// returns the comparison of the first replications, as many as every placement has finished, together
// with the context's error; the comparison is nil if there is none, or if all has been run and the comparing was
// cancelled.
//
// A placement whose servers or links are asked for more than they can do is refused, and the others are compared: see
// [Comparison].Refused. Where none is left the error is an [*OverloadError]. A study whose runs have not warmed up
// is refused with a [*WarmUpError].
func (s *Study) Run(ctx context.Context) (*Comparison, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	plans, err := s.compileAll(ctx)
	if err != nil {
		return nil, err
	}
	a, err := s.admit(ctx, plans)
	if err != nil {
		return nil, err
	}
	stopper, err := a.study.newStopper()
	if err != nil {
		return nil, err
	}
	keep := s.newKeeper()
	if s.Store != nil {
		if _, err := keep.header(); err != nil {
			return nil, err // before anything is run
		}
	}
	g := newGatherer(a, s.Progress)
	planned, enough := 0, false
	for !enough {
		if planned, enough, err = stopper.next(g.done); err == nil && !enough {
			err = a.study.run(ctx, g, a.plans, planned, keep)
		}
		if err != nil {
			break
		}
	}
	if err != nil && ctx.Err() == nil {
		return nil, err // a run failed; a cancellation, whatever its cause, keeps what is complete
	}
	finished := g.finished()
	if len(finished) == 0 {
		return nil, err
	}
	if err != nil {
		ctx = context.WithoutCancel(ctx) // what is finished is compared all the same, without more runs
		of := *a.study
		of.Tails = false
		a.study = &of
	}
	comparison, refusal := a.conclude(ctx, finished, planned, stopper.result)
	return comparison, errors.Join(err, refusal)
}

// conclude compares the placements that are not overloaded, and refuses what has not warmed up. The replications and the
// plans are not needed any more then, and let go.
func (a *admission) conclude(ctx context.Context, finished []*replication, planned int, stopping *Stopping) (*Comparison, error) {
	loads, left, refused := a.judge(finished)
	if len(left) == 0 {
		return nil, &OverloadError{refused}
	}
	s := a.study.only(left)
	a.plans = nil
	for i := range finished {
		finished[i] = finished[i].only(left)
	}
	comparison, err := s.compare(ctx, finished, planned)
	if err != nil {
		return nil, err
	}
	if s.Tails {
		if err := s.addTails(ctx, comparison); err != nil {
			return nil, err
		}
	}
	comparison.Stopping, comparison.Refused = stopping, refused
	comparison.Expected = a.whole.expected(comparison)
	for p := range comparison.Placements {
		comparison.Placements[p].Loads = loads[p]
	}
	a.tellUntouched(comparison)
	if !s.SkipWarmUpCheck {
		if err := s.refusal(comparison.WarmUps, loads); err != nil {
			return nil, err
		}
	}
	return comparison, nil
}

// workers returns the number of cores to use.
func (s *Study) workers() int {
	if s.Workers == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return s.Workers
}

// run simulates the replications that are still missing up to a number, on all cores.
func (s *Study) run(ctx context.Context, g *gatherer, plans []*sim.Plan, upTo int, keep *keeper) error {
	from := len(g.done)
	g.total = len(plans) * upTo
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)

	// Replication by replication, so that a cancelled study has compared what it has run.
	runs, workers := len(plans)*(upTo-from), s.workers()
	type job struct{ replication, placement int }
	jobs := make(chan job)
	var pool sync.WaitGroup
	var gathering sync.Mutex
	defer g.tick(ctx, &gathering)()
	for range min(workers, runs) {
		pool.Go(func() {
			for j := range jobs {
				result, isKept, err := keep.result(ctx, Cell{s.Placements[j.placement].Name, j.replication}, func() (*sim.Result, error) {
					return plans[j.placement].RunOn(ctx, j.replication, max(1, workers/runs), &g.meter)
				})
				if err == nil {
					gathering.Lock()
					if isKept {
						g.kept++
					}
					err = g.take(j.placement, result)
					gathering.Unlock()
				}
				if err != nil {
					stop(err)
				}
			}
		})
	}
feed:
	for r := from; r < upTo; r++ {
		for p := range plans {
			select {
			case jobs <- job{r, p}:
			case <-ctx.Done():
				break feed
			}
		}
	}
	close(jobs)
	pool.Wait()
	return context.Cause(ctx)
}
