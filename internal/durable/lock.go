package durable

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// ErrLocked says that another process holds a lock.
var ErrLocked = errors.New("another process is at work there")

// A Lock keeps other processes from a directory. It ends with the process, however that ends.
type Lock struct{ dir *os.File }

// TryLock locks a directory, or returns [ErrLocked]. Where the system or the file system has no locks, it does nothing.
func TryLock(dir string) (*Lock, error) { return tryLock(dir, false) }

// TryShare locks a directory together with others who share it, or returns [ErrLocked] if somebody has it alone.
func TryShare(dir string) (*Lock, error) { return tryLock(dir, true) }

func tryLock(dir string, isShared bool) (*Lock, error) {
	for {
		f, err := os.Open(dir)
		if err != nil {
			return nil, err
		}
		if err := flock(f, isShared); err != nil {
			return nil, errors.Join(err, f.Close())
		}
		isThere, err := leadsTo(dir, f)
		if err == nil && isThere {
			return &Lock{f}, nil
		}
		// Who had the lock has removed the directory, and perhaps another has made one in its place.
		if err := errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
	}
}

// leadsTo reports whether a name is that of a directory that was opened.
func leadsTo(dir string, f *os.File) (bool, error) {
	opened, err := f.Stat()
	if err != nil {
		return false, err
	}
	now, err := os.Stat(dir)
	return err == nil && os.SameFile(opened, now), err
}

// MakeAndLock locks a directory, alone or shared, and makes it if it is missing, also where another process removes it
// meanwhile. It waits a moment for one that only looks.
func MakeAndLock(dir string, isShared bool) (*Lock, error) {
	const moment, pause = 500 * time.Millisecond, 10 * time.Millisecond
	for until := time.Now().Add(moment); ; time.Sleep(pause) {
		err := os.Mkdir(dir, 0o777)
		if err == nil {
			err = Sync(filepath.Dir(dir))
		}
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		lock, err := tryLock(dir, isShared)
		isInTheWay := errors.Is(err, ErrLocked) || errors.Is(err, fs.ErrNotExist)
		if !isInTheWay || time.Now().After(until) {
			return lock, err
		}
	}
}

// WaitLock is [TryLock] that waits for its turn, until ctx ends.
func WaitLock(ctx context.Context, dir string) (*Lock, error) {
	const pause = 20 * time.Millisecond
	for {
		lock, err := TryLock(dir)
		if !errors.Is(err, ErrLocked) {
			return lock, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// Unlock ends the lock.
func (l *Lock) Unlock() error { return l.dir.Close() }
