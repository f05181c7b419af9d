package cache_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/random"
)

func TestExpectedAndFilledCachesAnswerAsOthersDo(t *testing.T) {
	// Every policy, byte and object capacities: one cache is told what comes and filled with what misses, the
	// other is not told and decides by itself.
	for _, policy := range cache.Policies() {
		for _, cfg := range []cache.Config{{CapacityBytes: 4000}, {CapacityObjects: 100}, {CapacityObjects: 100, DenseKeys: 500}} {
			cfg.Policy = policy
			told, err := cache.New(cfg)
			if err != nil {
				continue // a policy that needs to know the future
			}
			plain, err := cache.New(cfg)
			require.NoError(t, err)
			s := random.New(1, 0, 0, 0)
			var keys [16]uint64
			hits := 0
			for range 300 {
				for i := range keys {
					keys[i] = s.Uint64N(1 + s.Uint64N(1000))
				}
				cache.Expect(told, keys[:], keys[:8])
				for _, key := range keys {
					size := int64(key%100) + 1
					_, want := plain.Lookup(key)
					if _, got := told.Lookup(key); got != want {
						require.Equal(t, want, got, policy)
					}
					if want {
						hits++
						continue
					}
					want = plain.Insert(key, size)
					if got := cache.Fill(told, key, size); got != want || plain.UsedBytes() != told.UsedBytes() {
						require.Equal(t, []any{want, plain.UsedBytes()}, []any{got, told.UsedBytes()}, policy)
					}
				}
			}
			require.NotZero(t, hits, policy)
		}
	}
}
