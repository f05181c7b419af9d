package sweep

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/edgewise-sim/edgewise"
)

// Run runs the cells that a store lacks, round by round, keeps them there, and compares all points. With no store, nil, results
// are held in memory. When ctx is cancelled it returns the context's error, with what is complete at every point; nil if
// that is nothing. What is kept serves the next run.
func (s *Sweep) Run(ctx context.Context, store edgewise.Store) (*Result, error) {
	if store == nil {
		store = &memory{of: make(map[edgewise.Cell]*edgewise.CellResult)}
	}
	progress := edgewise.Progress{}
	for number := 0; ; number++ {
		round, err := s.Round(ctx, store, number)
		if err != nil {
			return nil, err
		}
		if len(round.Cells) == 0 {
			break
		}
		if err := s.runRound(ctx, store, round, &progress); err != nil {
			if ctx.Err() == nil {
				return nil, err
			}
			partial, _ := s.CompareKept(context.WithoutCancel(ctx), store)
			return partial, err
		}
		if !s.Decides() {
			break
		}
	}
	return s.CompareKept(ctx, store)
}

// runRound runs what a store lacks of a round.
func (s *Sweep) runRound(ctx context.Context, store edgewise.Store, round *edgewise.Round, p *edgewise.Progress) error {
	var missing []edgewise.Cell
	for _, c := range round.Cells {
		kept, err := store.Get(ctx, c)
		if err != nil {
			return fmt.Errorf("sweep: look for the result of %v: %w", c, err)
		}
		p.Total++
		if kept != nil {
			p.Done++
			p.Kept++
			continue
		}
		missing = append(missing, c)
	}
	var counting sync.Mutex
	tell := func(done int) {
		counting.Lock()
		defer counting.Unlock()
		p.Done += done
		if s.Progress != nil {
			p.Share = float64(p.Done) / float64(max(p.Total, 1))
			s.Progress(*p)
		}
	}
	tell(0)
	if len(missing) == 0 {
		return ctx.Err()
	}
	return s.RunCells(ctx, missing, nil, func(c edgewise.Cell, r *edgewise.CellResult, err error) error {
		if err != nil {
			return fmt.Errorf("sweep: %v: %w", c, err)
		}
		if err := store.Put(ctx, r); err != nil {
			return fmt.Errorf("sweep: keep the result of %v: %w", c, err)
		}
		tell(1)
		return nil
	})
}

// A memory is a store in memory.
type memory struct {
	mu sync.Mutex
	of map[edgewise.Cell]*edgewise.CellResult
}

// Get implements [edgewise.Store].
func (m *memory) Get(_ context.Context, c edgewise.Cell) (*edgewise.CellResult, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.of[c], nil
}

// Put implements [edgewise.Store].
func (m *memory) Put(_ context.Context, r *edgewise.CellResult) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.of[r.Cell] = r
	return nil
}

// isRefusal reports whether an error says that a point cannot be compared, which keeps no other from being.
func isRefusal(err error) bool {
	return errors.As(err, new(*edgewise.OverloadError)) || errors.As(err, new(*edgewise.WarmUpError))
}
