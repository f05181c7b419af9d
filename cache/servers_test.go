package cache_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache"
)

func TestServersHaveTheirOwnObjectsAndMemories(t *testing.T) {
	s, err := cache.NewServers[int](cache.Config{CapacityBytes: 40}, 2, 4)
	require.NoError(t, err)
	require.Equal(t, int64(40), s.CapacityBytes())
	a, b := cache.AtServer(7, 0), cache.AtServer(7, 1)
	require.Equal(t, uint64(7), cache.WithoutServer(b))
	require.True(t, s.Insert(a, 2))
	_, hit := s.Lookup(b)
	require.False(t, hit, "another server")
	require.True(t, s.Insert(b, 2))
	require.Equal(t, 2, s.Len())
	require.Equal(t, int64(4), s.UsedBytes())
	_, hit = s.Lookup(a)
	require.True(t, hit)
	require.False(t, s.WasOnDisk(), "in memory")
	require.True(t, s.Insert(cache.AtServer(8, 0), 2)) // a memory has room for one
	size, hit := s.Lookup(a)
	require.True(t, hit)
	require.Equal(t, int64(2), size)
	require.True(t, s.WasOnDisk())
	s.Lookup(a)
	require.False(t, s.WasOnDisk(), "it has gone back into the memory")
	require.True(t, s.Remove(a))
	require.False(t, s.Contains(a))
	cache.Release(s)
	_, hit = s.Lookup(b)
	require.False(t, hit)

	for want, of := range map[string]func() error{
		"Servers is 0":      func() error { _, err := cache.NewServers[int](cache.Config{CapacityBytes: 40}, 0, 0); return err },
		"MemoryBytes is 40": func() error { _, err := cache.NewServers[int](cache.Config{CapacityBytes: 40}, 2, 40); return err },
		"CapacityBytes":     func() error { _, err := cache.NewServers[int](cache.Config{CapacityBytes: 1}, 2, 0); return err },
	} {
		require.ErrorContains(t, of(), want)
	}
}

func TestWhatLeavesADiskLeavesTheMemoryOverIt(t *testing.T) {
	var left []uint64
	s, err := cache.NewServers[int](cache.Config{CapacityBytes: 200, OnEvict: func(key uint64, _ int64) { left = append(left, cache.WithoutServer(key)) }}, 2, 80)
	require.NoError(t, err)
	small, other := cache.AtServer(1, 1), cache.AtServer(1, 0)
	s.Insert(small, 5)
	s.Insert(other, 5)
	// A memory of 40 bytes takes in neither, a disk of 100 has room for one.
	s.Insert(cache.AtServer(2, 1), 60)
	s.Insert(cache.AtServer(3, 1), 60)
	require.Equal(t, []uint64{1, 2}, left)
	_, hit := s.Lookup(small)
	require.False(t, hit, "the disk has evicted it")
	_, hit = s.Lookup(other)
	require.True(t, hit)
	require.False(t, s.WasOnDisk(), "the other server's disk has not")
}

func TestANoteIsOneForDiskAndMemory(t *testing.T) {
	s, err := cache.NewServers[string](cache.Config{CapacityBytes: 1000}, 2, 4)
	require.NoError(t, err)
	a, b := cache.AtServer(7, 0), cache.AtServer(7, 1)
	require.True(t, s.InsertNoted(a, 2, "first"))
	require.Nil(t, s.Note(b))
	require.True(t, s.InsertNoted(b, 2, "of another server"))
	require.True(t, s.InsertNoted(cache.AtServer(8, 0), 2, "")) // which takes all of the memory
	note, size, hit := s.LookupNoted(a)
	require.True(t, hit)
	require.Equal(t, int64(2), size)
	require.True(t, s.WasOnDisk())
	*note = "second"
	note, _, _ = s.LookupNoted(a)
	require.False(t, s.WasOnDisk(), "now it is in memory")
	require.Equal(t, "second", *note)
	require.True(t, s.InsertNoted(a, 2, "third"), "it is there")
	require.Equal(t, "third", *s.Note(a))
	require.Equal(t, "of another server", *s.Note(b))
	require.True(t, s.Remove(a))
	require.Nil(t, s.Note(a))
	_, _, hit = s.LookupNoted(a)
	require.False(t, hit, "gone from both")
}
