package edgewise

import (
	"context"
	"fmt"
	"sync"

	"github.com/edgewise-sim/edgewise/sim"
)

// A Store keeps what cells gave, so that a study that was ended goes on where it was: see [Study.Store]. Package store
// has one in a directory. Its methods may be called by several goroutines at a time.
type Store interface {
	// Get returns what a cell gave, nil if the store does not have it.
	Get(context.Context, Cell) (*CellResult, error)
	// Put keeps a result. A program that ends while it does so leaves the whole result or none.
	Put(context.Context, *CellResult) error
}

// A keeper gives what cells gave, from the store or from a run.
type keeper struct {
	study *Study
	// header is that of the study's results, which takes a while to find.
	header func() (CellHeader, error)
}

// newKeeper returns the keeper of a valid study.
func (s *Study) newKeeper() *keeper { return &keeper{study: s, header: sync.OnceValues(s.CellHeader)} }

// result returns what the store has of a cell or, if it has nothing, what a run gives, which it keeps.
func (k *keeper) result(ctx context.Context, c Cell, run func() (*sim.Result, error)) (r *sim.Result, isKept bool, err error) {
	store := k.study.Store
	if store == nil {
		r, err = run()
		return r, false, err
	}
	if kept, err := k.kept(ctx, c); err != nil || kept != nil {
		return kept, err == nil, err
	}
	header, err := k.header() // before the run, for there may be none
	if err != nil {
		return nil, false, err
	}
	if r, err = run(); err != nil {
		return nil, false, err
	}
	header.Cell = c
	if err := store.Put(ctx, &CellResult{header, r}); err != nil {
		return nil, false, fmt.Errorf("edgewise: keep the result of %v: %w", c, err)
	}
	return r, false, nil
}

// kept returns what the store has of a cell, nil if it has nothing.
func (k *keeper) kept(ctx context.Context, c Cell) (*sim.Result, error) {
	kept, err := k.study.Store.Get(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("edgewise: look for the result of %v: %w", c, err)
	}
	if kept == nil {
		return nil, nil
	}
	if kept.Cell != c || kept.Result == nil {
		return nil, fmt.Errorf("edgewise: look for the result of %v: the store has that of %v", c, kept.Cell)
	}
	want, err := k.header()
	if err != nil {
		return nil, err
	}
	if _, err := k.study.accept(kept, &want); err != nil {
		return nil, err
	}
	return kept.Result, nil
}
