package cache

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/random"
)

func TestCachesInTurnShareADirectory(t *testing.T) {
	const keys = 3000
	d, err := NewDirectory(keys)
	require.NoError(t, err)
	for i, policy := range Policies() {
		cfg := Config{Policy: policy, CapacityBytes: int64(600 - 20*i), Seed: 5}
		own, err := New(cfg)
		require.NoError(t, err)
		cfg.Directory = d
		shared, err := New(cfg)
		require.NoError(t, err)

		_, err = New(cfg)
		require.ErrorContains(t, err, "Directory serves another cache")

		draws := random.New(3, 0, 0, 0)
		for i := range 20_000 {
			if i%100 == 0 {
				Expect(shared, []uint64{draws.Uint64N(keys), draws.Uint64N(20)}, []uint64{1, 2, 3, 4, 5})
			}
			key := min(draws.Uint64N(keys), draws.Uint64N(keys), draws.Uint64N(2*keys)) // some have no place in it
			_, want := own.Lookup(key)
			_, got := shared.Lookup(key)
			require.Equal(t, want, got, policy)
			if !got {
				require.Equal(t, own.Insert(key, 1), shared.Insert(key, 1), policy)
			}
		}
		require.NotZero(t, shared.Len(), policy)
		Release(shared)
		for key, slot := range d.slots {
			require.Zero(t, slot, "%s leaves key %d", policy, key)
		}
	}
}

func TestDirectoriesHaveBounds(t *testing.T) {
	for _, keys := range []int{-1, 0, maxObjects + 1} {
		_, err := NewDirectory(keys)
		require.ErrorContains(t, err, "it must have from 1 to")
	}
	d, err := NewDirectory(10)
	require.NoError(t, err)
	_, err = New(Config{CapacityObjects: 3, DenseKeys: 4, Directory: d})
	require.ErrorContains(t, err, "DenseKeys is 4 and Directory is set")
	require.Zero(t, d.Touch(9))
	require.Zero(t, d.Touch(10), "outside")

	for _, cfg := range []Config{{Policy: "none"}, {Policy: "lru:x=1"}, {Admission: "none"}} {
		cfg.CapacityObjects, cfg.Directory = 3, d
		_, err := New(cfg)
		require.Error(t, err)
	}
	_, err = New(Config{CapacityObjects: 3, Directory: d})
	require.NoError(t, err, "who could not be made has not kept it")
}
