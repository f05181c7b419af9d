package batch

import (
	"context"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/search"
	"github.com/edgewise-sim/edgewise/store"
	"github.com/edgewise-sim/edgewise/sweep"
)

// Work is what has cells in rounds and, when they have run, a report: a [*Study], a [*Search] or a [*Sweep].
type Work interface {
	store.Work
	// Round says which cells a round has, as [edgewise.Study.Round] does.
	Round(ctx context.Context, from edgewise.Store, number int) (*edgewise.Round, error)
	// RunCells runs cells whose list is known, as [edgewise.Study.RunCells] does.
	RunCells(ctx context.Context, cells []edgewise.Cell, begin func(edgewise.Cell) (bool, error), end func(edgewise.Cell, *edgewise.CellResult, error) error) error
	// Runner returns what runs cells as they come.
	Runner() (Runner, error)
	// Decides reports whether it looks itself whether its replications are enough, so that it may have more than one round.
	Decides() bool
	// About says in a store of which work its cells are; file is the scenario file as the command named it.
	About(file string) (store.About, error)
	// Warnings returns what is odd about the scenario, in sentences.
	Warnings() []string
	// WriteReport compares the results that a store has and writes the report into a directory. It returns an
	// [*edgewise.MissingError], and writes nothing, when the store lacks some.
	WriteReport(ctx context.Context, dir string, from edgewise.Store, run report.Run) error
}

// A Runner runs cells as they come: see [edgewise.Runner].
type Runner interface {
	Run(ctx context.Context, c edgewise.Cell, cores int) (*edgewise.CellResult, error)
}

// A Study is the placements of a scenario.
type Study struct{ *edgewise.Study }

// Runner implements [Work].
func (s *Study) Runner() (Runner, error) { return s.NewRunner() }

// Decides implements [Work].
func (s *Study) Decides() bool { return s.Until != nil }

// About implements [Work].
func (s *Study) About(file string) (store.About, error) { return store.Of(s.Study, file) }

// Warnings implements [Work].
func (s *Study) Warnings() []string { return s.Study.Warnings }

// WriteReport implements [Work].
func (s *Study) WriteReport(ctx context.Context, dir string, from edgewise.Store, run report.Run) error {
	comparison, err := s.CompareKept(ctx, from)
	if err != nil {
		return err
	}
	return report.WriteRun(ctx, dir, comparison, run)
}

// A Search is the alternatives that a search simulates.
type Search struct {
	// Study is that of the alternatives.
	Study
	// Found is what the surrogate has found.
	Found *search.Exploration
}

// About implements [Work].
func (s *Search) About(file string) (store.About, error) {
	about, err := s.Study.About(file)
	about.Search = true
	return about, err
}

// WriteReport implements [Work].
func (s *Search) WriteReport(ctx context.Context, dir string, from edgewise.Store, run report.Run) error {
	comparison, err := s.CompareKept(ctx, from)
	if err != nil {
		return err
	}
	answer, err := s.Found.Conclude(ctx, comparison)
	if err != nil {
		return err
	}
	run.Outputs = report.SearchOutputs(answer)
	return report.WriteRun(ctx, dir, comparison, run)
}

// A Sweep is the points of a sweep.
type Sweep struct{ *sweep.Sweep }

// Runner implements [Work].
func (s *Sweep) Runner() (Runner, error) { return s.NewRunner() }

// About implements [Work].
func (s *Sweep) About(file string) (store.About, error) {
	return store.OfWork(s.Sweep, s.Title, file, s.Decides())
}

// Warnings implements [Work]: it returns what is odd at any point, once.
func (s *Sweep) Warnings() (all []string) {
	seen := make(map[string]bool)
	for i := range s.Points {
		for _, w := range s.Points[i].Study.Warnings {
			if !seen[w] {
				seen[w] = true
				all = append(all, w)
			}
		}
	}
	return all
}

// WriteReport implements [Work].
func (s *Sweep) WriteReport(ctx context.Context, dir string, from edgewise.Store, run report.Run) error {
	result, err := s.CompareKept(ctx, from)
	if err != nil {
		return err
	}
	return report.WriteSweep(ctx, dir, result, run)
}
