package edgewise

import (
	"context"
	"slices"
	"sync"
)

// mostKept is how many compiled placements a [Runner] keeps: cells may come in any order, and a study may have more
// placements than memory.
const mostKept = 64

// A Runner runs cells of a study as they come, for workers that do not know which come next; [Study.RunCells] is for
// those that do. What it compiles serves all cells of a placement: it keeps that of the 64 placements that it ran last. Its
// method may be called by several goroutines at a time.
type Runner struct {
	study  *Study
	header CellHeader

	mu     sync.Mutex
	recent []*keptPlan // the last that ran comes last
}

// A keptPlan is a placement that is compiled once, by who needs it first.
type keptPlan struct {
	placement string

	mu   sync.Mutex
	made *compiled
}

// NewRunner returns a runner of the study's cells, or what [Study.Validate] says.
func (s *Study) NewRunner() (*Runner, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	header, err := s.CellHeader()
	if err != nil {
		return nil, err
	}
	return &Runner{study: s, header: header}, nil
}

// Run runs one cell on as many cores as it says, 1 or more; results do not depend on it. It returns the context's error
// when cancelled, and an [*OverloadError] if the placement is overloaded.
func (r *Runner) Run(ctx context.Context, c Cell, cores int) (*CellResult, error) {
	of, err := r.plan(c.Placement).of(ctx, r.study, c)
	if err != nil {
		return nil, err
	}
	return of.run(ctx, c, r.header, max(1, cores))
}

// plan returns what is kept of a placement, or its place.
func (r *Runner) plan(placement string) *keptPlan {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := slices.IndexFunc(r.recent, func(k *keptPlan) bool { return k.placement == placement })
	k := &keptPlan{placement: placement}
	if n >= 0 {
		k = r.recent[n]
		r.recent = slices.Delete(r.recent, n, n+1)
	} else if len(r.recent) == mostKept {
		r.recent = slices.Delete(r.recent, 0, 1)
	}
	r.recent = append(r.recent, k)
	return k
}

// of compiles the placement of a cell, unless that has been done. What fails, or is cancelled, the next cell tries again.
func (k *keptPlan) of(ctx context.Context, s *Study, c Cell) (*compiled, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.made != nil && c.Replication >= 0 && c.Replication < maxReplications {
		return k.made, nil
	}
	plans, err := s.plansOf(ctx, []Cell{c})
	if err != nil {
		return nil, err
	}
	made := plans[c.Placement]
	k.made = &made
	return k.made, nil
}
