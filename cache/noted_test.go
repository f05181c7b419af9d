package cache_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache"
)

// held against a plain cache and a map, with removals, notes that change and objects that leave, in rings that are doubled and closed up.
func TestNotesGoWithTheirObjectsUnderEveryPolicy(t *testing.T) {
	for _, policy := range cache.Policies() {
		for _, cfg := range []cache.Config{
			{CapacityBytes: 300}, {CapacityBytes: 300, InTurns: true}, {CapacityBytes: 20_000, InTurns: true}, {CapacityBytes: 300, Admission: "second-hit"},
		} {
			cfg.Policy, cfg.Seed = policy, 7
			plain, err := cache.New(cfg)
			require.NoError(t, err)
			noted, err := cache.NewNoted[[3]uint64](cfg)
			require.NoError(t, err)
			notes := make(map[uint64][3]uint64)
			draws := rand.New(rand.NewPCG(1, 2))
			requests := 4_000
			if cfg.CapacityBytes > 300 {
				requests = 60_000
			}
			for n := range requests {
				key := uint64(draws.ExpFloat64() * float64(cfg.CapacityBytes) / 5)
				if n%50 == 0 {
					cache.Expect(noted, []uint64{key, key + 1}, []uint64{key})
				}
				if n%100 == 99 {
					require.Equal(t, plain.Remove(key), noted.Remove(key))
				}
				size, hit := plain.Lookup(key)
				note, sizeOf, found := noted.LookupNoted(key)
				if size != sizeOf || hit != found {
					require.Equal(t, [2]any{size, hit}, [2]any{sizeOf, found}, "%s, request %d", policy, n)
				}
				if !hit {
					if noted.Note(key) != nil {
						require.Nil(t, noted.Note(key))
					}
					notes[key] = [3]uint64{key, uint64(n), 0}
					put := noted.InsertNoted
					if n%2 == 0 {
						put = noted.FillNoted
					}
					if isKept := plain.Insert(key, int64(1+key%5)); put(key, int64(1+key%5), notes[key]) != isKept {
						require.FailNow(t, "one is kept and the other not", "%s, request %d: %v", policy, n, isKept)
					}
					continue
				}
				if notes[key] != *note {
					require.Equal(t, notes[key], *note, "%s, request %d", policy, n)
				}
				switch n % 3 {
				case 0:
					note[2]++
				case 1:
					noted.Note(key)[2]++
				default:
					of := notes[key]
					of[2]++
					if !noted.InsertNoted(key, 1, of) {
						require.FailNow(t, "it is there", "%s, request %d", policy, n)
					}
				}
				of := notes[key]
				of[2]++
				notes[key] = of
			}
			require.Equal(t, plain.Len(), noted.Len())
			require.Equal(t, plain.UsedBytes(), noted.UsedBytes())
			cache.Release(noted)
			require.Nil(t, noted.Note(1))
			require.Zero(t, noted.Len())
		}
	}
	_, err := cache.NewNoted[int](cache.Config{})
	require.ErrorContains(t, err, "CapacityBytes")
}
