package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/durable"
)

// A Shared store is filled by several processes, on any number of machines. It implements [edgewise.Store]. A blob that is
// damaged counts as missing.
type Shared struct {
	// Damaged, if set, is called with the name of a blob that is damaged, and why. The cell is run again.
	Damaged func(blob string, why error)

	bucket Bucket
	about  About
	worker string
	lock   *durable.Lock // nil of what is not a directory
}

// Join opens a bucket for the cells of a study, together with others who fill it; a [Directory] is made if need be. It
// refuses, with an [*OtherStudyError], a bucket that has cells of another study or another program; one that has other
// blobs; and a directory that a process has for itself, as edgewise run does. The scenario is kept beside the cells. worker names
// this process in notes. [Shared.Close] must be called.
func Join(ctx context.Context, b Bucket, about About, scenario Scenario, worker string) (*Shared, error) {
	s, err := join(ctx, b, about, scenario, worker)
	if err != nil {
		return nil, fmt.Errorf("store of cells: %w", err)
	}
	return s, nil
}

func join(ctx context.Context, b Bucket, about About, scenario Scenario, worker string) (s *Shared, err error) {
	var lock *durable.Lock
	if dir, ok := b.(Directory); ok {
		if lock, err = share(string(dir)); err != nil {
			return nil, err
		}
		defer func() {
			if err != nil {
				err = errors.Join(err, lock.Unlock())
			}
		}()
	}
	s = &Shared{bucket: b, about: about, worker: worker, lock: lock}
	cells, err := listCells(ctx, b)
	if err != nil {
		return nil, err
	}
	there, err := readAbout(ctx, b)
	if err != nil {
		return nil, err
	}
	if there == nil && len(cells) > 0 {
		return nil, fmt.Errorf("%v has cells, but no %s that says of what", b, aboutFile)
	}
	if there != nil {
		if why := there.Header.Matches(&about.Header); why != nil {
			return nil, &OtherStudyError{b.String(), len(cells), there, why}
		}
		if there.scenario != nil {
			return s, nil
		}
	}
	if s.about.scenario, err = scenario.keep(ctx, b); err != nil {
		return nil, err
	}
	if err := s.about.write(ctx, b); err != nil {
		return nil, err
	}
	// Of two that begin a store at once, for different studies, the second has overwritten the first.
	if there, err = readAbout(ctx, b); err != nil {
		return nil, err
	}
	if there == nil {
		return nil, fmt.Errorf("%v: %s: %w", b, aboutFile, fs.ErrNotExist)
	}
	if why := there.Header.Matches(&about.Header); why != nil {
		return nil, &OtherStudyError{b.String(), len(cells), there, why}
	}
	return s, nil
}

// share locks a directory together with others, and makes it if need be.
func share(path string) (*durable.Lock, error) {
	if err := os.Mkdir(path, 0o777); err == nil {
		if err := durable.Sync(filepath.Dir(path)); err != nil {
			return nil, err
		}
	} else if !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	lock, err := durable.TryShare(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return lock, nil
}

// Close lets those in who want the store for themselves.
func (s *Shared) Close() error {
	if s.lock == nil {
		return nil
	}
	return s.lock.Unlock()
}

// Get implements [edgewise.Store].
func (s *Shared) Get(ctx context.Context, c edgewise.Cell) (*edgewise.CellResult, error) {
	r, _, err := get(ctx, s.bucket, nameOf(c))
	if errors.As(err, new(*damage)) {
		if s.Damaged != nil {
			s.Damaged(nameOf(c), err)
		}
		return nil, nil
	}
	return r, err
}

// Put implements [edgewise.Store].
func (s *Shared) Put(ctx context.Context, r *edgewise.CellResult) error {
	data, err := r.MarshalBinary()
	if err != nil {
		return err
	}
	return s.bucket.Write(ctx, nameOf(r.Cell), data)
}

// Begin notes that this process begins a cell, and returns the note.
func (s *Shared) Begin(ctx context.Context, c edgewise.Cell) (*Note, error) {
	n := &Note{Cell: c, Worker: s.worker, Begun: time.Now().UTC().Truncate(time.Millisecond)}
	return n, n.write(ctx, s.bucket)
}

// End notes that a cell has ended, with an error or without.
func (s *Shared) End(ctx context.Context, n *Note, why error) error {
	n.Ended = time.Now().UTC().Truncate(time.Millisecond)
	if why != nil {
		n.Error = why.Error()
	}
	return n.write(ctx, s.bucket)
}
