package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/edgewise-sim/edgewise"
)

// Merged are several stores of one study as one, to be read. It implements [edgewise.Store], and keeps nothing.
type Merged []Bucket

// A DamagedError says that a cell is damaged, and that no store has it whole.
type DamagedError struct {
	Cell edgewise.Cell
	// Blob is where it should be, and Why what is wrong.
	Blob string
	Why  error
}

// Error implements error.
func (e *DamagedError) Error() string {
	return fmt.Sprintf("%s is damaged, and no other store has %v: %v", e.Blob, e.Cell, e.Why)
}

// Unwrap returns what is wrong.
func (e *DamagedError) Unwrap() error { return e.Why }

// Get implements [edgewise.Store]. It returns a [*DamagedError] where the only stores that have a cell have it damaged, and an
// error where two have it differently: cells are pure, so that one of them is wrong.
func (m Merged) Get(ctx context.Context, c edgewise.Cell) (*edgewise.CellResult, error) {
	var found *edgewise.CellResult
	var kept []byte
	var at Bucket
	var damaged error
	for _, b := range m {
		r, data, err := get(ctx, b, nameOf(c))
		switch {
		case errors.As(err, new(*damage)):
			damaged = &DamagedError{c, fmt.Sprintf("%v/%s", b, nameOf(c)), err}
		case err != nil:
			return nil, err
		case r == nil:
		case found == nil:
			found, kept, at = r, data, b
		case !bytes.Equal(data, kept):
			if err := r.CellHeader.Matches(&found.CellHeader); err != nil {
				return nil, fmt.Errorf("%v and %v have %s of different studies: %v against %v has %w", at, b, nameOf(c), b, at, err)
			}
			if !sameResult(r, found) {
				return nil, fmt.Errorf("%v and %v have different results in %s; one of them is wrong", at, b, nameOf(c))
			}
		}
	}
	if found == nil {
		return nil, damaged
	}
	return found, nil
}

// sameResult compares what two cells gave, whatever machines they are of.
func sameResult(a, b *edgewise.CellResult) bool {
	first, errA := a.Result.MarshalBinary()
	second, errB := b.Result.MarshalBinary()
	return errors.Join(errA, errB) == nil && bytes.Equal(first, second)
}

// Put implements [edgewise.Store]; it is an error.
func (m Merged) Put(context.Context, *edgewise.CellResult) error {
	return errors.New("stores that are merged are only read")
}
