package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/store"
)

// cellsOf returns where the cells of a report are kept if nothing else is said.
func cellsOf(out string) string { return filepath.Clean(out) + ".cells" }

// cells are what an interrupted run has finished. They are kept as long as that is possible: a disk that is full does
// not end the run.
type cells struct {
	*store.Dir
	path     string
	keepDone bool
	warn     func(format string, args ...any)

	mu       sync.Mutex
	progress edgewise.Progress
	isLost   bool // whether some could not be kept
}

// place returns where the cells of the run are kept.
func (c *runCmd) place() string { return cmp.Or(c.Store, cellsOf(c.Out)) }

// openCells opens the store of a study.
func (c *runCmd) openCells(s *streams, study *edgewise.Study) (*cells, error) {
	if c.Fresh { // before the study is asked for its cells, which may take a while
		if err := store.Discard(c.place()); err != nil {
			return nil, err
		}
	}
	about, err := store.Of(study, c.Scenario)
	if err != nil {
		return nil, err
	}
	all, err := openCells(s, c.place(), about, c.Quiet)
	if err != nil {
		return nil, err
	}
	all.keepDone = c.KeepCells
	study.Progress = all.count
	return all, nil
}

// openCells opens the store of cells at a place.
func openCells(s *streams, path string, about store.About, quiet bool) (*cells, error) {
	dir, err := store.Open(path, about)
	var other *store.OtherStudyError
	if errors.As(err, &other) {
		return nil, fmt.Errorf("%w; --fresh discards them, --store names another place", err)
	}
	if err != nil {
		return nil, err
	}
	all := &cells{Dir: dir, path: path}
	all.warn = func(format string, args ...any) { fmt.Fprintf(s.err, "edgewise: "+format+"\n", args...) }
	dir.Damaged = func(file string, why error) { all.warn("%s is damaged and is run again: %v", file, why) }
	if n := dir.Len(); n > 0 && !quiet {
		all.warn("going on with %d runs that are kept in %s", n, path)
	}
	return all, nil
}

func (c *cells) count(p edgewise.Progress) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.progress = p
}

// Put implements [edgewise.Store].
func (c *cells) Put(ctx context.Context, r *edgewise.CellResult) error {
	c.mu.Lock()
	isLost := c.isLost
	c.mu.Unlock()
	if isLost {
		return nil
	}
	if err := c.Dir.Put(ctx, r); err != nil {
		c.mu.Lock()
		c.isLost = true
		c.mu.Unlock()
		c.warn("runs are not kept any more: %v", err)
	}
	return nil
}

// String says what is finished, and what is kept.
func (c *cells) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.progress.Done == 0 {
		text := "stopped before a run was finished"
		if n := c.Len(); n > 0 {
			text += fmt.Sprintf("; %d of before are kept in %s, where the same command goes on", n, c.path)
		}
		return text
	}
	return fmt.Sprintf("stopped after %d runs of %d; %s", c.progress.Done, c.progress.Total, c.where())
}

func (c *cells) where() string {
	if c.isLost {
		return "not all are kept in " + c.path
	}
	return fmt.Sprintf("they are kept in %s, where the same command goes on", c.path)
}

// closeAfter closes the store when the command has come to its end, with an error or without. Where all of the report is on
// the disk it is not needed any more, whatever else is to be said. closeAfter adds to the error what is kept.
func (c *cells) closeAfter(isComplete bool, err error) error {
	switch {
	case isComplete && c.keepDone:
		return errors.Join(err, c.Close())
	case isComplete, errors.As(err, new(*edgewise.WarmUpError)): // any other scenario has other runs
		return errors.Join(err, c.Remove())
	}
	closed := c.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	var interrupted *interruptedError
	switch {
	case c.progress.Done == 0 && errors.Is(err, context.Canceled):
		err = stopped(err)
	case errors.As(err, &interrupted):
		err = &interruptedError{fmt.Errorf("%w; %d runs of %d are finished; %s", err, c.progress.Done, c.progress.Total, c.where())}
	case errors.Is(err, context.Canceled):
		err = &interruptedError{fmt.Errorf("stopped after %d runs of %d, too few for a comparison; %s: %w", c.progress.Done, c.progress.Total, c.where(), err)}
	}
	return errors.Join(err, closed)
}
