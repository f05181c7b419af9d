package edgewise

import (
	"context"
	"fmt"
	"sync"

	"github.com/edgewise-sim/edgewise/sim"
)

// RunCells runs cells of the study, in their order, side by side on [Study].Workers cores. What it compiles serves all
// cells of a placement. begin, unless it is nil, is called before each, and leaves the cell out by returning false; end is called
// with what the cell gave or with its error, which may be an [*OverloadError]. Both may be called by several goroutines
// at a time, and an error that they return ends the running; that of a cell does not. RunCells returns the context's
// error when cancelled; cells that it has cut short are not told to end.
func (s *Study) RunCells(ctx context.Context, cells []Cell, begin func(Cell) (bool, error), end func(Cell, *CellResult, error) error) error {
	if err := s.Validate(); err != nil {
		return err
	}
	if len(cells) == 0 {
		return ctx.Err()
	}
	header, err := s.CellHeader()
	if err != nil {
		return err
	}
	plans, err := s.plansOf(ctx, cells)
	if err != nil {
		return err
	}
	if begin == nil {
		begin = func(Cell) (bool, error) { return true, nil }
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	runOne := func(c Cell, workers int) error {
		wanted, err := begin(c)
		if err != nil || !wanted {
			return err
		}
		of := plans[c.Placement]
		result, err := of.run(ctx, c, header, workers)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return end(c, result, err)
	}
	jobs := make(chan Cell)
	var pool sync.WaitGroup
	workers := s.workers()
	for range min(workers, len(cells)) {
		pool.Go(func() {
			for c := range jobs {
				if err := runOne(c, max(1, workers/len(cells))); err != nil {
					stop(err)
				}
			}
		})
	}
feed:
	for _, c := range cells {
		select {
		case jobs <- c:
		case <-ctx.Done():
			break feed
		}
	}
	close(jobs)
	pool.Wait()
	return context.Cause(ctx)
}

// A compiled placement runs cells, or is refused.
type compiled struct {
	plan    *sim.Plan
	refused *Refusal
}

// run runs a cell on some cores, and puts it under the header of the study's results. It returns the context's error when
// cancelled.
func (of *compiled) run(ctx context.Context, c Cell, header CellHeader, cores int) (*CellResult, error) {
	if of.refused != nil {
		return nil, c.refuse(*of.refused)
	}
	result, err := of.plan.RunOn(ctx, c.Replication, cores, nil)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	header.Cell = c
	return &CellResult{header, result}, nil
}

// plansOf compiles the placements of cells.
func (s *Study) plansOf(ctx context.Context, cells []Cell) (map[string]compiled, error) {
	all := make(map[string]compiled)
	of := *s
	of.Placements = nil
	for _, c := range cells {
		p := s.placementNumber(c.Placement)
		if p < 0 {
			return nil, fmt.Errorf("edgewise: %v: no placement of the study has this name", c)
		}
		if c.Replication < 0 || c.Replication >= maxReplications {
			return nil, fmt.Errorf("edgewise: %v: want a replication of 0 to %d", c, maxReplications-1)
		}
		if _, ok := all[c.Placement]; !ok {
			all[c.Placement] = compiled{}
			of.Placements = append(of.Placements, s.Placements[p])
		}
	}
	plans, err := of.compileAll(ctx)
	if err != nil {
		return nil, err
	}
	for i, plan := range plans {
		p := &of.Placements[i]
		made := compiled{plan: plan}
		loads, err := knownLoads(plan)
		if err != nil {
			return nil, err
		}
		if refused, ok := refusalOf(p, loads); ok && !s.SkipWarmUpCheck {
			made = compiled{refused: &refused}
		}
		all[p.Name] = made
	}
	return all, nil
}
