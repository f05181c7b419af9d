package edgewise

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/workload"
)

// A Window is an hour, or a minute, of the time of a study that is to be a study of its own: see [Study.Within].
type Window struct {
	// From is when it begins, since the start of the run, warm-up included, as all that happens at a time is told; For is how long it lasts.
	From, For time.Duration
	// Begun is the state in which players, and what has happened before, are found when it begins.
	Begun workload.State
}

// Within returns the study of a window: its runs record the window alone, after a warm-up as long as that of the study, or as the window comes after its
// start. Caches begin in their steady state under the load of the instant at which the warm-up begins, and players as [Window.Begun] says.
//
// What happens at a time keeps its time of day. A run begins before what has begun and not ended, and is the longer. One of the day begins before all that has
// happened at a time of the study, for nobody knows how long that shows; for one that is steady what is over has never been. So do caches that begin empty in a study whose
// warm-up is not looked at: to begin empty is what it may be about.
//
// It fails for a window that is not in the recorded time, or in which a workload does not ask; of a recorded trace, and of caches that cannot begin in their steady
// state.
func (s *Study) Within(w Window) (*Study, error) {
	wrong := func(err error) (*Study, error) { return nil, fmt.Errorf("edgewise: window: %w", err) }
	if err := s.validateWindow(&w); err != nil {
		return wrong(err)
	}
	begins := s.beginOf(&w)
	end := w.From + w.For
	of := *s
	of.isWindow = true
	of.Start, of.Elapsed = s.Start.Add(begins), s.Elapsed+begins
	of.WarmUp, of.Duration = w.From-begins, w.For
	of.Begun = w.Begun
	of.Failures = inWindow(s.Failures, begins, end, func(f *sim.Failure) *time.Duration { return &f.At }, s.failureEnds)
	of.Drains = inWindow(s.Drains, begins, end, func(d *sim.Drain) *time.Duration { return &d.At }, func(d *sim.Drain) time.Duration { return d.At + d.For })
	of.Slowdowns = inWindow(s.Slowdowns, begins, end, func(d *sim.Slowdown) *time.Duration { return &d.At }, func(d *sim.Slowdown) time.Duration { return d.At + d.For })
	of.LinkFailures = inWindow(s.LinkFailures, begins, end, func(f *sim.LinkFailure) *time.Duration { return &f.At }, (*sim.LinkFailure).Back)
	of.LinkImpairments = inWindow(s.LinkImpairments, begins, end, func(d *sim.LinkImpairment) *time.Duration { return &d.At }, func(d *sim.LinkImpairment) time.Duration { return d.At + d.For })
	of.OriginErrors = inWindow(s.OriginErrors, begins, end, func(e *sim.OriginErrors) *time.Duration { return &e.At }, func(e *sim.OriginErrors) time.Duration { return e.At + e.For })
	of.Purges = inWindow(s.Purges, begins, end, func(p *sim.Purge) *time.Duration { return &p.At }, func(p *sim.Purge) time.Duration { return p.At })
	of.Placements = slices.Clone(s.Placements)
	for i := range of.Placements {
		of.Placements[i].Openings = openingsInWindow(s.Placements[i].Openings, begins, end)
	}
	of.Workloads = slices.Clone(s.Workloads)
	for i := range of.Workloads {
		l := &of.Workloads[i]
		l.Flashes = inWindow(l.Flashes, begins, end, func(f *workload.Flash) *time.Duration { return &f.At }, (*workload.Flash).End)
		if l.Begins > 0 && l.Begins >= begins {
			l.Begins = max(time.Nanosecond, l.Begins-begins) // 0 would be from ever on
		} else {
			l.Begins = 0
		}
		if l.Ends = max(0, l.Ends-begins); l.Ends >= of.WarmUp+of.Duration {
			l.Ends = 0
		}
	}
	if begins > 0 || !s.SkipWarmUpCheck {
		for i := range of.Placements {
			of.Placements[i] = of.Placements[i].Preloaded()
		}
	}
	assumed := fmt.Sprintf("of %s the time from %s to %s after the start is simulated, begun %s before that", words.Duration(s.WarmUp+s.Duration),
		words.Duration(w.From), words.Duration(end), words.Duration(of.WarmUp))
	switch {
	case w.Begun == workload.Steady:
		assumed += " as if the load of then had been for ever"
	case slices.ContainsFunc(s.Workloads, func(l workload.Workload) bool { return sim.KindOf(l.Service) == sim.Matched }):
		assumed += " with players as their day has brought them, none of whom has given up"
	}
	of.Assumed = append(slices.Clone(s.Assumed), assumed)
	if err := of.Validate(); err != nil {
		return wrong(err)
	}
	return &of, nil
}

// validateWindow names what is out of range of a window.
func (s *Study) validateWindow(w *Window) error {
	end := s.WarmUp + s.Duration
	switch {
	case w.From < s.WarmUp || w.From >= end:
		return invalid.New("From", w.From, "%v, when recording begins, to less than %v, when the run ends", s.WarmUp, end)
	case w.For <= 0 || w.From+w.For > end:
		return invalid.New("For", w.For, "more than 0s, and %v at most, when the run ends", end-w.From)
	case w.Begun > workload.Steady:
		return invalid.New("Begun", w.Begun, "day or steady")
	}
	for i := range s.Workloads {
		l := &s.Workloads[i]
		if _, ok := l.Demand.(workload.Trace); ok {
			return invalid.New("From", w.From, "a study without a recorded trace: %q is one, of which a part is another file", l.Name)
		}
		if l.Begins >= w.From+w.For || l.Ends > 0 && l.Ends <= w.From {
			return invalid.New("From", w.From, "a time in which users of %q ask", l.Name)
		}
	}
	return nil
}

// beginOf returns when the run of a window begins, since the start of the study's.
func (s *Study) beginOf(w *Window) time.Duration {
	if s.SkipWarmUpCheck && w.Begun == workload.OfTheDay && slices.ContainsFunc(s.Placements, beginsEmpty) {
		return 0
	}
	begins := w.From - s.WarmUp
	spans := s.happenings()
	if w.Begun == workload.OfTheDay && len(spans) > 0 && spans[0].from < begins {
		return spans[0].from
	}
	for i := len(spans) - 1; i >= 0; i-- { // those that begin last come first
		if spans[i].from < begins && spans[i].to > begins {
			begins, i = spans[i].from, len(spans)
		}
	}
	return begins
}

// A happening is something of a study that lasts from an instant to another.
type happening struct{ from, to time.Duration }

// happenings returns all that happens at a time, in order.
func (s *Study) happenings() (all []happening) {
	for i := range s.Failures {
		all = append(all, happening{s.Failures[i].At, s.failureEnds(&s.Failures[i])})
	}
	for _, d := range s.Drains {
		all = append(all, happening{d.At, d.At + d.For})
	}
	for i := range s.LinkFailures {
		all = append(all, happening{s.LinkFailures[i].At, s.LinkFailures[i].Back()})
	}
	for _, c := range s.changes() {
		all = append(all, happening{c.At, c.At + c.For})
	}
	slices.SortFunc(all, func(a, b happening) int { return cmp.Compare(a.from, b.from) })
	return all
}

// failureEnds returns when users are back from a failure.
func (s *Study) failureEnds(f *sim.Failure) (ends time.Duration) {
	for _, d := range s.Downtimes(f) {
		ends = max(ends, d.At+d.For, d.Back)
	}
	return ends
}

// openingsInWindow returns the openings of a placement, told since a run begins that ends at another instant. A site that opens after that, or has closed before, opens
// when it has ended.
func openingsInWindow(all []placement.Opening, begins, end time.Duration) (kept []placement.Opening) {
	for _, o := range all {
		of := placement.Opening{Site: o.Site}
		if o.At > 0 && o.At >= begins {
			of.At = max(time.Nanosecond, o.At-begins) // 0 would be from ever on
		}
		switch {
		case o.At >= end || o.Closes > 0 && o.Closes <= begins:
			of.At = end - begins
		case o.Closes > 0 && o.Closes < end:
			of.Closes = o.Closes - begins
		}
		if of.At > 0 || of.Closes > 0 {
			kept = append(kept, of)
		}
	}
	return kept
}

// beginsEmpty reports whether a placement has caches that do not begin in their steady state.
func beginsEmpty(p placement.Placement) bool {
	return slices.ContainsFunc(p.Tiers, func(t placement.Tier) bool {
		return slices.ContainsFunc(t.Caches, func(c placement.Cache) bool { return !c.Preload })
	})
}

// inWindow returns what is not over when a run begins that does so later, and begins before another instant, told since its start.
func inWindow[T any](all []T, begins, end time.Duration, at func(*T) *time.Duration, ends func(*T) time.Duration) (kept []T) {
	for _, of := range all {
		if from := *at(&of); from < end && (from >= begins || ends(&of) > begins) {
			*at(&of) = from - begins
			kept = append(kept, of)
		}
	}
	return kept
}
