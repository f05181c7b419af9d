package edgewise

import (
	"context"
	"fmt"

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
	study  *Study
	header CellHeader
}

// newKeeper returns the keeper of a valid study.
func (s *Study) newKeeper() (*keeper, error) {
	k := &keeper{study: s}
	if s.Store == nil {
		return k, nil
	}
	var err error
	k.header, err = s.CellHeader()
	return k, err
}

// result returns what the store has of a cell or, if it has nothing, what a run gives, which it keeps.
func (k *keeper) result(ctx context.Context, c Cell, run func() (*sim.Result, error)) (r *sim.Result, isKept bool, err error) {
	store := k.study.Store
	if store == nil {
		r, err = run()
		return r, false, err
	}
	kept, err := store.Get(ctx, c)
	if err != nil {
		return nil, false, fmt.Errorf("edgewise: look for the result of %v: %w", c, err)
	}
	if kept != nil {
		if kept.Cell != c || kept.Result == nil {
			return nil, false, fmt.Errorf("edgewise: look for the result of %v: the store has that of %v", c, kept.Cell)
		}
		_, err := k.study.accept(kept, &k.header)
		return kept.Result, true, err
	}
	if r, err = run(); err != nil {
		return nil, false, err
	}
	header := k.header
	header.Cell = c
	if err := store.Put(ctx, &CellResult{header, r}); err != nil {
		return nil, false, fmt.Errorf("edgewise: keep the result of %v: %w", c, err)
	}
	return r, false, nil
}
