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

// held against how many lines the capacity asks for, where what comes first is no guide to what comes next, too.
func TestTheIndexGrowsToWhatAFullCacheNeeds(t *testing.T) {
	for name, size := range map[string]func(n int) int64{
		"equal": func(int) int64 { return 3 }, "ever smaller": func(n int) int64 { return max(1, int64(20-n/500)) }, "ever larger": func(n int) int64 { return int64(1 + n/2000) },
	} {
		c, ok := newLog[struct{}](Config{CapacityBytes: 60_000}, ringStretch)
		require.True(t, ok)
		grown, lines := 0, len(c.lines)
		for n := range 100_000 {
			require.True(t, c.Insert(uint64(n), size(n)))
			require.LessOrEqual(t, c.objects, perLine*len(c.lines), name)
			if len(c.lines) != lines {
				grown, lines = grown+1, len(c.lines)
			}
		}
		if name == "equal" {
			require.InDelta(t, 20_000/perLine*growMargin, lines, 1)
			require.Equal(t, 8, grown, "twice as many seven times, then what it needs")
		}
		require.LessOrEqual(t, grown, 17, "%s: never by less than half", name)
	}
}

func TestRingsAreNoLongerThanWhatIsWrittenNeeds(t *testing.T) {
	lengths := func(objects uint64) (all []int) {
		c, err := New(Config{CapacityBytes: 10_000, InTurns: true})
		require.NoError(t, err)
		for key := range uint64(100_000) {
			if _, hit := c.Lookup(key % objects); !hit {
				c.Insert(key%objects, 1)
			}
			if n := len(c.(*log[struct{}]).ring); len(all) == 0 || all[len(all)-1] != n {
				all = append(all, n)
			}
		}
		return all
	}
	require.Equal(t, []int{256, 512, 1024, 2048, 4096, 8192, 16384}, lengths(20_000), "10,000 objects without a gap, as nothing hits")
	require.Equal(t, []int{256, 512}, lengths(300))
}
