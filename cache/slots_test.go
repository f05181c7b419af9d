package cache_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache"
)

func TestLookUpsByPlaceAreThoseWithoutUnderEveryPolicy(t *testing.T) {
	for _, policy := range cache.Policies() {
		for _, admission := range []string{"", "second-hit"} {
			plain, err := cache.New(cache.Config{Policy: policy, Admission: admission, CapacityBytes: 300, Seed: 7})
			require.NoError(t, err)
			placed, err := cache.New(cache.Config{Policy: policy, Admission: admission, CapacityBytes: 300, Seed: 7})
			require.NoError(t, err)
			draws := rand.New(rand.NewPCG(1, 2))
			for n := range 4_000 {
				key := uint64(draws.ExpFloat64() * 60)
				size, hit := plain.Lookup(key)
				slot, sizeOf, found := cache.LookupSlot(placed, key)
				require.Equal(t, [2]any{size, hit}, [2]any{sizeOf, found}, "%s, request %d", policy, n)
				if !hit {
					require.Equal(t, plain.Insert(key, int64(1+key%5)), placed.Insert(key, int64(1+key%5)))
					continue
				}
				again, ok := cache.SlotOf(placed, key)
				require.True(t, ok)
				require.Equal(t, slot, again, "%s: where it was found it is", policy)
			}
		}
	}
}
