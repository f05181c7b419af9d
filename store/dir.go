package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/durable"
)

// A Dir keeps cells in a directory. It implements [edgewise.Store]. A file that is damaged counts as missing.
type Dir struct {
	// Damaged, if set, is called with the name of a file that is damaged, and why. The cell is run again.
	Damaged func(file string, why error)

	path  string
	cells int // when it was opened
	lock  *durable.Lock
	mu    sync.Mutex
	fresh []string // written, but perhaps not yet on the disk
	since time.Time
}

// An OtherStudyError says that a directory holds cells of another study or of another program.
type OtherStudyError struct {
	Dir string
	// Cells is how many there are, About what they are of.
	Cells int
	About *About
	// Why names the first difference.
	Why error
}

// Error implements error.
func (e *OtherStudyError) Error() string {
	return fmt.Sprintf("%s holds %d cells of %q with %v", e.Dir, e.Cells, e.About.Title, e.Why)
}

// Open opens a directory for the cells of a study, and makes it if need be. It refuses, with an [*OtherStudyError], a
// directory that has cells of another study or another program; one that has other files, and is no store; and one at
// which another process is at work. [Dir.Close] must be called.
func Open(path string, about About) (*Dir, error) {
	d, err := open(path, about)
	if err != nil {
		return nil, fmt.Errorf("store of cells: %w", err)
	}
	return d, nil
}

func open(path string, about About) (d *Dir, err error) {
	if err := os.Mkdir(path, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	lock, err := durable.TryLock(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, lock.Unlock())
		}
	}()
	cells, err := list(path)
	if err != nil {
		return nil, err
	}
	there, err := readAbout(path)
	if err != nil {
		return nil, err
	}
	if len(cells) > 0 {
		if there == nil {
			return nil, fmt.Errorf("%s has cells, but no %s that says of what", path, aboutFile)
		}
		if why := there.Header.Matches(&about.Header); why != nil {
			return nil, &OtherStudyError{path, len(cells), there, why}
		}
	}
	if err := about.write(path); err != nil {
		return nil, err
	}
	if err := durable.Sync(filepath.Dir(path)); err != nil {
		return nil, err
	}
	return &Dir{path: path, cells: len(cells), lock: lock, since: time.Now()}, nil
}

// Len returns how many cells there were when the directory was opened.
func (d *Dir) Len() int { return d.cells }

// cellSuffix is how the names of the files of cells end.
const cellSuffix = ".cell"

// nameOf returns the name of a cell's file: the replication, the placement as far as names of files go, and the hash of
// its name.
func nameOf(c edgewise.Cell) string {
	const most = 40
	var plain strings.Builder
	for _, r := range strings.ToLower(c.Placement) {
		if plain.Len() == most {
			break
		}
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			plain.WriteRune(r)
		} else if plain.Len() > 0 && !strings.HasSuffix(plain.String(), "-") {
			plain.WriteByte('-')
		}
	}
	hash := sha256.Sum256([]byte(c.Placement))
	return fmt.Sprintf("%05d-%s-%x%s", c.Replication, strings.Trim(plain.String(), "-"), hash[:6], cellSuffix)
}

// list returns the names of the files of cells in a store, and refuses a directory with other files.
func list(path string) (cells []string, err error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		switch name := e.Name(); {
		case strings.HasSuffix(name, cellSuffix):
			cells = append(cells, name)
		case name == aboutFile || durable.IsTemporary(name):
		default:
			return nil, fmt.Errorf("%s has %s, which is no cell; want a directory of its own", path, name)
		}
	}
	return cells, nil
}

// mostCellBytes bounds the file of a cell.
const mostCellBytes = 1 << 30

// Get implements [edgewise.Store].
func (d *Dir) Get(_ context.Context, c edgewise.Cell) (*edgewise.CellResult, error) {
	path := filepath.Join(d.path, nameOf(c))
	r, err := readCell(path)
	switch {
	case err == nil:
		return r, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.As(err, new(*damage)):
		if d.Damaged != nil {
			d.Damaged(path, err)
		}
		return nil, nil
	}
	return nil, err
}

// damage says why the file of a cell is none.
type damage struct{ error }

func (d *damage) Unwrap() error { return d.error }

func readCell(path string) (*edgewise.CellResult, error) {
	data, err := readRegular(path, mostCellBytes)
	if err != nil {
		return nil, err
	}
	r := new(edgewise.CellResult)
	if err := r.UnmarshalBinary(data); err != nil {
		return nil, &damage{err}
	}
	return r, nil
}

// syncEvery is how long a cell may wait for the disk: after a loss of power no more than the last cells are missing.
const syncEvery = time.Second

// Put implements [edgewise.Store]. The file is whole at once, and outlasts a loss of power after a second with further
// cells, or after [Dir.Close].
func (d *Dir) Put(_ context.Context, r *edgewise.CellResult) error {
	data, err := r.MarshalBinary()
	if err != nil {
		return err
	}
	path := filepath.Join(d.path, nameOf(r.Cell))
	if err := durable.WriteFileSoon(path, data); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fresh = append(d.fresh, path)
	if time.Since(d.since) < syncEvery {
		return nil
	}
	return d.sync()
}

// sync waits until all cells are on the disk.
func (d *Dir) sync() error {
	for _, path := range d.fresh {
		if err := durable.Sync(path); err != nil {
			return err
		}
	}
	d.fresh, d.since = nil, time.Now()
	return durable.Sync(d.path)
}

// Close waits until all cells are on the disk, and lets others in. A directory without cells is removed.
func (d *Dir) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	cells, err := list(d.path)
	if err == nil && len(cells) == 0 {
		err = d.remove(nil)
	} else {
		err = errors.Join(err, d.sync())
	}
	return errors.Join(err, d.lock.Unlock())
}

// Remove removes the cells and the directory, when they are not needed any more, and closes it.
func (d *Dir) Remove() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	cells, err := list(d.path)
	if err == nil {
		err = d.remove(cells)
	}
	return errors.Join(err, d.lock.Unlock())
}

// Discard removes a store of whatever study, if there is one. It refuses a directory with other files.
func Discard(path string) error {
	cells, err := list(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("store of cells: %w", err)
	}
	lock, err := durable.TryLock(path)
	if err != nil {
		return fmt.Errorf("store of cells: %s: %w", path, err)
	}
	d := &Dir{path: path}
	return errors.Join(d.remove(cells), lock.Unlock())
}

// remove removes cells, then what says of what they are, then the directory, so that what a killed program leaves is a
// store.
func (d *Dir) remove(cells []string) error {
	for _, name := range cells {
		if err := os.Remove(filepath.Join(d.path, name)); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(d.path)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := os.Remove(filepath.Join(d.path, e.Name())); err != nil {
			return err
		}
	}
	return os.Remove(d.path)
}
