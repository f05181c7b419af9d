package durable

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestALockIsOfTheDirectoryThatHasTheName(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	require.NoError(t, os.Mkdir(dir, 0o777))
	f, err := os.Open(dir)
	require.NoError(t, err)
	defer f.Close()
	is, err := leadsTo(dir, f)
	require.NoError(t, err)
	require.True(t, is)
	require.NoError(t, os.Remove(dir))
	_, err = leadsTo(dir, f)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.Mkdir(dir, 0o777))
	is, err = leadsTo(dir, f)
	require.NoError(t, err)
	require.False(t, is)

	// Some who lock, remove and unlock: each has the directory of the name as long as the lock.
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 50 {
				lock, err := MakeAndLock(dir, false)
				if err != nil {
					continue // the others had it all the time
				}
				if is, err := leadsTo(dir, lock.dir); err != nil || !is {
					t.Errorf("locked what is not there: %v, %v", is, err)
				}
				if err := os.Remove(dir); err != nil {
					t.Error(err)
				}
				if err := lock.Unlock(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

func TestWhoLooksKeepsNobodyOut(t *testing.T) {
	dir := t.TempDir()
	look, err := TryShare(dir)
	require.NoError(t, err)
	go func() {
		time.Sleep(30 * time.Millisecond)
		_ = look.Unlock()
	}()
	lock, err := MakeAndLock(dir, false)
	require.NoError(t, err)
	_, err = MakeAndLock(dir, true)
	require.ErrorIs(t, err, ErrLocked)
	require.NoError(t, lock.Unlock())
}
