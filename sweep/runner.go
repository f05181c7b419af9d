package sweep

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/edgewise-sim/edgewise"
)

// mostOpen is how many points a [Runner] keeps: each has what it has compiled.
const mostOpen = 8

// A Runner runs cells of a sweep as they come, as [edgewise.Runner] does those of a study; [Sweep.RunCells] is for workers that know
// which come next. It keeps what the 8 points have compiled that it ran last. Its method may be called by several goroutines at a time.
type Runner struct {
	sweep  *Sweep
	layout *layout

	mu     sync.Mutex
	recent []*openPoint // the last that ran comes last
}

// An openPoint is a point whose runner is made once, by who needs it first.
type openPoint struct {
	point int
	open  func() (*edgewise.Runner, error)
}

// NewRunner returns a runner of the sweep's cells, or what [Sweep.Validate] says.
func (s *Sweep) NewRunner() (*Runner, error) {
	l, err := s.lay()
	if err != nil {
		return nil, err
	}
	return &Runner{sweep: s, layout: l}, nil
}

// Run runs one cell, as [edgewise.Runner.Run] does.
func (r *Runner) Run(ctx context.Context, c edgewise.Cell, cores int) (*edgewise.CellResult, error) {
	point, own, err := r.layout.at(c)
	if err != nil {
		return nil, err
	}
	runner, err := r.point(point).open()
	if err != nil {
		return nil, fmt.Errorf("sweep: %s: %w", r.sweep.Name(point), err)
	}
	result, err := runner.Run(ctx, own, cores)
	if err != nil {
		return nil, err
	}
	result.CellHeader = r.layout.header
	result.Cell = c
	return result, nil
}

// point returns what is kept of a point, or its place.
func (r *Runner) point(number int) *openPoint {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := slices.IndexFunc(r.recent, func(p *openPoint) bool { return p.point == number })
	var p *openPoint
	switch {
	case n >= 0:
		p = r.recent[n]
		r.recent = slices.Delete(r.recent, n, n+1)
	default:
		p = &openPoint{number, sync.OnceValues(r.sweep.study(number).NewRunner)}
		if len(r.recent) == mostOpen {
			r.recent = slices.Delete(r.recent, 0, 1)
		}
	}
	r.recent = append(r.recent, p)
	return p
}
