package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/durable"
)

// A Status says what a store has.
type Status struct {
	About
	// Done are the replications that are there of each placement, in order, and Missing those that are not there of what
	// is planned: of a study that decides itself, up to the last that is there of any placement.
	Done, Missing map[string][]int
	// Last is when the last cell was written.
	Last time.Time
	// Damaged names the files that are damaged, with the reasons, and those that are of another study or no cell of it.
	Damaged []string
	// IsLocked says that a process is at work there.
	IsLocked bool
}

// Cells counts the cells that are done, and those that are missing.
func (s *Status) Cells() (done, missing int) {
	for _, p := range s.Placements {
		done += len(s.Done[p])
		missing += len(s.Missing[p])
	}
	return done, missing
}

// Read says what a directory has, and reads every cell. It returns an error that is [fs.ErrNotExist] if there is no store.
func Read(path string) (*Status, error) {
	s, err := read(path)
	if err != nil {
		return nil, fmt.Errorf("store of cells: %w", err)
	}
	return s, nil
}

func read(path string) (*Status, error) {
	about, err := readAbout(path)
	if err != nil {
		return nil, err
	}
	if about == nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(path, aboutFile), fs.ErrNotExist)
	}
	names, err := list(path)
	if err != nil {
		return nil, err
	}
	s := &Status{About: *about, Done: make(map[string][]int), Missing: make(map[string][]int), IsLocked: isLocked(path)}
	upTo := about.Replications
	for _, name := range names {
		file := filepath.Join(path, name)
		r, err := readCell(file)
		if err == nil {
			err = s.add(r, name)
		}
		if errors.Is(err, fs.ErrNotExist) {
			continue // the study is complete meanwhile
		}
		if err != nil {
			s.Damaged = append(s.Damaged, fmt.Sprintf("%s: %v", name, err))
			continue
		}
		if about.Decides {
			upTo = max(upTo, r.Replication+1)
		}
		if info, err := os.Stat(file); err == nil && info.ModTime().After(s.Last) {
			s.Last = info.ModTime()
		}
	}
	for _, p := range s.Placements {
		slices.Sort(s.Done[p])
		for r := range upTo {
			if _, ok := slices.BinarySearch(s.Done[p], r); !ok {
				s.Missing[p] = append(s.Missing[p], r)
			}
		}
	}
	return s, nil
}

func (s *Status) add(r *edgewise.CellResult, name string) error {
	if err := r.CellHeader.Matches(&s.Header); err != nil {
		return fmt.Errorf("of %v with %w", r.Cell, err)
	}
	if name != nameOf(r.Cell) {
		return fmt.Errorf("holds %v, whose file is %s", r.Cell, nameOf(r.Cell))
	}
	if !slices.Contains(s.Placements, r.Placement) {
		return fmt.Errorf("of %v; no placement of the study has this name", r.Cell)
	}
	s.Done[r.Placement] = append(s.Done[r.Placement], r.Replication)
	return nil
}

func isLocked(path string) bool {
	lock, err := durable.TryLock(path)
	if err != nil {
		return errors.Is(err, durable.ErrLocked)
	}
	_ = lock.Unlock() // a file that was read
	return false
}
