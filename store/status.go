package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/durable"
)

// A Status says what a store has.
type Status struct {
	About
	// Done are the replications that are there of each placement, in order, and Missing those that are not there of what
	// is planned: of a study that decides itself, up to the last that is there of any placement.
	Done, Missing map[string][]int
	// Begun are the notes on cells that have begun and are not there: they are run, or who ran them was killed. Failed are
	// those on cells that have failed and are not there. Both in the order of placements and replications.
	Begun, Failed []Note
	// Last is when the last cell was written.
	Last time.Time
	// Damaged names the blobs that are damaged, with the reasons, and those that are of another study or no cell of it.
	Damaged []string
	// IsLocked says that a process is at work there which has the store for itself.
	IsLocked bool

	ended map[string][]time.Duration // by placement, how long cells took
}

// IsShared says that shards have filled the store, which keeps the scenario then.
func (s *Status) IsShared() bool { return s.scenario != nil }

// Cells counts the cells that are done, and those that are missing.
func (s *Status) Cells() (done, missing int) {
	for _, p := range s.Placements {
		done += len(s.Done[p])
		missing += len(s.Missing[p])
	}
	return done, missing
}

// Left estimates how long one worker would take for the cells that are missing, from notes on those that are done: a cell of
// a placement is taken to be like the others of it, and where there are none, like all. It is 0 if there are no notes.
func (s *Status) Left() time.Duration {
	mean := func(all []time.Duration) (sum time.Duration) {
		for _, d := range all {
			sum += d / time.Duration(len(all))
		}
		return sum
	}
	var all []time.Duration
	for _, p := range s.Placements {
		all = append(all, s.ended[p]...)
	}
	var left time.Duration
	for _, p := range s.Placements {
		of := s.ended[p]
		if of == nil {
			of = all
		}
		left += time.Duration(len(s.Missing[p])) * mean(of)
	}
	return left
}

// Read says what a bucket has, and reads every cell. It returns an error that is [fs.ErrNotExist] if there is no store.
func Read(ctx context.Context, b Bucket) (*Status, error) {
	s, err := read(ctx, b)
	if err != nil {
		return nil, fmt.Errorf("store of cells: %w", err)
	}
	return s, nil
}

// readersAtOnce is how many blobs are read at a time: an object store is far, and a cell of some size.
const readersAtOnce = 8

func read(ctx context.Context, b Bucket) (*Status, error) {
	about, err := readAbout(ctx, b)
	if err != nil {
		return nil, err
	}
	if about == nil {
		return nil, fmt.Errorf("%v has no %s: %w", b, aboutFile, fs.ErrNotExist)
	}
	blobs, err := b.List(ctx)
	if err != nil {
		return nil, err
	}
	cells, err := cellsOf(b, blobs)
	if err != nil {
		return nil, err
	}
	s := &Status{About: *about, Done: make(map[string][]int), Missing: make(map[string][]int), ended: make(map[string][]time.Duration)}
	if dir, ok := b.(Directory); ok {
		s.IsLocked = isLocked(string(dir))
	}
	var adding sync.Mutex
	readers, within := errgroup.WithContext(ctx)
	readers.SetLimit(readersAtOnce)
	for _, blob := range cells {
		readers.Go(func() error {
			r, _, err := get(within, b, blob.Name)
			if within.Err() != nil {
				return within.Err()
			}
			adding.Lock()
			defer adding.Unlock()
			if r == nil && err == nil {
				return nil // the study is complete meanwhile
			}
			if err == nil {
				err = s.add(r, blob)
			}
			if err != nil {
				s.Damaged = append(s.Damaged, fmt.Sprintf("%s: %v", blob.Name, err))
			}
			return nil
		})
	}
	if err := readers.Wait(); err != nil {
		return nil, err
	}
	slices.Sort(s.Damaged)
	s.listMissing()
	return s, s.readNotes(ctx, b, blobs)
}

// listMissing lists what is not there of what is planned.
func (s *Status) listMissing() {
	upTo := s.Replications
	for _, p := range s.Placements {
		slices.Sort(s.Done[p])
		if n := len(s.Done[p]); n > 0 && s.Decides {
			upTo = max(upTo, s.Done[p][n-1]+1)
		}
	}
	for _, p := range s.Placements {
		for r := range upTo {
			if _, ok := slices.BinarySearch(s.Done[p], r); !ok {
				s.Missing[p] = append(s.Missing[p], r)
			}
		}
	}
}

func (s *Status) add(r *edgewise.CellResult, blob Blob) error {
	if err := r.CellHeader.Matches(&s.Header); err != nil {
		return fmt.Errorf("of %v with %w", r.Cell, err)
	}
	if blob.Name != nameOf(r.Cell) {
		return fmt.Errorf("holds %v, whose file is %s", r.Cell, nameOf(r.Cell))
	}
	if !slices.Contains(s.Placements, r.Placement) {
		return fmt.Errorf("of %v; no placement of the study has this name", r.Cell)
	}
	s.Done[r.Placement] = append(s.Done[r.Placement], r.Replication)
	if blob.Modified.After(s.Last) {
		s.Last = blob.Modified
	}
	return nil
}

// readNotes reads who has run and runs which cells. A note that cannot be read says nothing.
func (s *Status) readNotes(ctx context.Context, b Bucket, blobs []Blob) error {
	notes := make([]*Note, len(blobs))
	readers, within := errgroup.WithContext(ctx)
	readers.SetLimit(readersAtOnce)
	for i, blob := range blobs {
		if !strings.HasSuffix(blob.Name, noteSuffix) {
			continue
		}
		readers.Go(func() error {
			if n, err := readNote(within, b, blob.Name); err == nil {
				notes[i] = n
			}
			return within.Err()
		})
	}
	if err := readers.Wait(); err != nil {
		return err
	}
	for _, n := range notes {
		if n == nil || !slices.Contains(s.Placements, n.Placement) {
			continue
		}
		_, isDone := slices.BinarySearch(s.Done[n.Placement], n.Replication)
		switch {
		case isDone && !n.Ended.IsZero() && n.Error == "":
			s.ended[n.Placement] = append(s.ended[n.Placement], n.Ended.Sub(n.Begun))
		case isDone:
		case n.Error != "":
			s.Failed = append(s.Failed, *n)
		default:
			s.Begun = append(s.Begun, *n)
		}
	}
	for _, all := range [][]Note{s.Begun, s.Failed} {
		slices.SortFunc(all, func(a, b Note) int {
			if a.Placement != b.Placement {
				return slices.Index(s.Placements, a.Placement) - slices.Index(s.Placements, b.Placement)
			}
			return a.Replication - b.Replication
		})
	}
	return nil
}

func isLocked(path string) bool {
	lock, err := durable.TryShare(path)
	if err != nil {
		return errors.Is(err, durable.ErrLocked)
	}
	_ = lock.Unlock() // a file that was read
	return false
}
