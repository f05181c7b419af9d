package cache_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache"
)

func TestServersHaveTheirOwnObjectsAndMemories(t *testing.T) {
	s, err := cache.NewServers(cache.Config{CapacityBytes: 40}, 2, 4)
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
		"Servers is 0":      func() error { _, err := cache.NewServers(cache.Config{CapacityBytes: 40}, 0, 0); return err },
		"MemoryBytes is 40": func() error { _, err := cache.NewServers(cache.Config{CapacityBytes: 40}, 2, 40); return err },
		"CapacityBytes":     func() error { _, err := cache.NewServers(cache.Config{CapacityBytes: 1}, 2, 0); return err },
	} {
		require.ErrorContains(t, of(), want)
	}
}
