package cache

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// held against the policies' own code, with sizes that no 32 bits hold, removals and what is expected, in rings that are doubled
// and closed up.
func TestCachesUsedInTurnsHoldWhatOthersHold(t *testing.T) {
	for _, policy := range []string{"lru", "fifo"} {
		for _, capacity := range []int64{1, 7, 100, 3000, 20_000} {
			var left [2][]uint64
			var caches [2]Cache
			for i := range caches {
				cfg := Config{Policy: policy, CapacityBytes: capacity, InTurns: i == 1, OnEvict: func(key uint64, bytes int64) {
					left[i] = append(left[i], key, uint64(bytes))
				}}
				var err error
				caches[i], err = New(cfg)
				require.NoError(t, err)
			}
			require.IsType(t, (*log[struct{}])(nil), caches[1])
			draws := rand.New(rand.NewPCG(uint64(capacity), 1))
			popular := func(u float64) uint64 { return uint64(40_000 * u * u * u * u) }
			var keys [32]uint64
			for n := range 150_000 {
				if n%len(keys) == 0 {
					for i := range keys {
						keys[i] = popular(draws.Float64())
					}
					Expect(caches[1], keys[:], keys[:n/32%32])
				}
				key, size := keys[n%len(keys)], int64(1)
				if capacity > 100 {
					size += int64(keys[n%len(keys)] % 20)
				}
				switch draws.IntN(2000) {
				case 0:
					key = popular(draws.Float64())
					require.Equal(t, caches[0].Remove(key), caches[1].Remove(key))
				case 1:
					size = capacity + 1
				}
				_, want := caches[0].Lookup(key)
				bytes, hit := caches[1].Lookup(key)
				if hit != want || hit && bytes < 1 {
					require.Equal(t, want, hit, "%s, request %d", policy, n)
				}
				if !hit {
					require.Equal(t, caches[0].Insert(key, size), Fill(caches[1], key, size))
				}
				if caches[0].Len() != caches[1].Len() || caches[0].UsedBytes() != caches[1].UsedBytes() {
					t.Fatalf("%s, request %d: other objects", policy, n)
				}
			}
			require.Equal(t, left[0], left[1], "who left, in which order")
			require.LessOrEqual(t, len(caches[1].(*log[struct{}]).ring), max(256, 2*ringStretch*(caches[1].Len()+1)))
		}
	}
}

func TestSizesBeyond32BitsAreHeldInTurns(t *testing.T) {
	c, err := New(Config{CapacityBytes: 1 << 40, InTurns: true})
	require.NoError(t, err)
	for i, bytes := range []int64{bigSize - 1, bigSize, bigSize + 1, 1 << 39} {
		require.True(t, c.Insert(uint64(i), bytes))
		got, hit := c.Lookup(uint64(i))
		require.True(t, hit)
		require.Equal(t, bytes, got)
	}
	require.Equal(t, 4, c.Len())
	require.True(t, c.Insert(9, 1<<39), "who came first leave")
	require.Equal(t, 2, c.Len())
	require.Equal(t, int64(1<<40), c.UsedBytes())
	require.False(t, c.Insert(1<<32, 1), "no key that it holds")
	require.False(t, c.Contains(1<<32))
	require.False(t, c.Remove(1<<32))
	Release(c)
	require.False(t, c.Insert(1, 1))
	require.Zero(t, c.Len())
}

func TestOnlyPlainCachesAreKeptAnotherWayInTurns(t *testing.T) {
	for name, cfg := range map[string]Config{
		"of objects": {CapacityObjects: 10}, "admission": {CapacityBytes: 10, Admission: "second-hit"}, "another policy": {CapacityBytes: 10, Policy: "sieve"},
		"dense": {CapacityBytes: 10, DenseKeys: 10},
	} {
		cfg.InTurns = true
		c, err := New(cfg)
		require.NoError(t, err)
		require.IsType(t, (*engine)(nil), c, name)
	}
	_, err := New(Config{CapacityBytes: -1, InTurns: true})
	require.ErrorContains(t, err, "CapacityBytes")
}
