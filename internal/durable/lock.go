package durable

import (
	"context"
	"errors"
	"os"
	"time"
)

// ErrLocked says that another process holds a lock.
var ErrLocked = errors.New("another process is at work there")

// A Lock keeps other processes from a directory. It ends with the process, however that ends.
type Lock struct{ dir *os.File }

// TryLock locks a directory, or returns [ErrLocked]. Where the system or the file system has no locks, it does nothing.
func TryLock(dir string) (*Lock, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := flock(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &Lock{f}, nil
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
