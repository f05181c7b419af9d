package cache

import (
	"slices"
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
		require.ErrorContains(t, err, "Directory is in use by another cache")

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

func TestReleasedCachesHoldNothing(t *testing.T) {
	own := func(Slots) Policy { return &first{} }
	configs := []Config{{NewPolicy: own, CapacityObjects: 50}}
	for _, policy := range Policies() {
		configs = append(configs, Config{Policy: policy, CapacityBytes: 50}, Config{Policy: policy, CapacityObjects: 50})
	}
	for _, admission := range Admissions() {
		configs = append(configs, Config{Admission: admission, CapacityObjects: 50})
	}
	d, err := NewDirectory(200)
	require.NoError(t, err)
	for _, cfg := range configs {
		for _, directory := range []*Directory{nil, d} {
			cfg.Directory = directory
			evictions := 0
			cfg.OnEvict = func(uint64, int64) { evictions++ }
			c, err := New(cfg)
			require.NoError(t, err)
			use := func() (taken bool) {
				for key := range uint64(300) { // some beyond the directory
					Expect(c, []uint64{key, key + 1}, []uint64{key})
					_, hit := c.Lookup(key % 70)
					taken = taken || hit
					if !hit {
						taken = c.Insert(key%70, 1) || taken
					}
					if !c.Contains(key) {
						taken = Fill(c, key, 1) || taken
					}
					taken = c.Remove(key) || taken
				}
				return taken || c.Len() > 0 || c.UsedBytes() > 0
			}
			require.True(t, use(), "%+v", cfg)
			capacity := c.CapacityBytes()
			Release(c)
			evictions = 0
			require.False(t, use(), "%+v", cfg)
			require.Zero(t, evictions, "%+v", cfg)
			require.Equal(t, capacity, c.CapacityBytes())
			Release(c) // twice does no harm
			Expect(c, []uint64{1, 2}, []uint64{3, 4, 5})
			require.False(t, d.taken)
			for _, slot := range d.slots {
				require.Zero(t, slot)
			}
		}
	}
}

// first evicts in the order of entry.
type first struct{ line []uint32 }

func (f *first) Inserted(slot uint32) { f.line = append(f.line, slot) }
func (f *first) Hit(uint32)           {}
func (f *first) Victim() uint32       { return f.line[0] }
func (f *first) Removed(slot uint32) {
	f.line = slices.DeleteFunc(f.line, func(s uint32) bool { return s == slot })
}

func TestReleasingACacheLeavesItsSuccessorAlone(t *testing.T) {
	d, err := NewDirectory(10)
	require.NoError(t, err)
	before, err := New(Config{CapacityObjects: 3, Directory: d})
	require.NoError(t, err)
	require.True(t, before.Insert(1, 1))
	Release(before)
	after, err := New(Config{CapacityObjects: 3, Directory: d})
	require.NoError(t, err)
	require.True(t, after.Insert(2, 1))
	require.False(t, before.Contains(2))
	require.False(t, before.Insert(3, 1))
	Release(before)
	require.True(t, after.Contains(2))
	require.Equal(t, 1, after.Len())
}

func TestDirectoriesHaveBounds(t *testing.T) {
	for _, keys := range []int{-1, 0, maxObjects + 1} {
		_, err := NewDirectory(keys)
		require.ErrorContains(t, err, "want 1 to")
	}
	d, err := NewDirectory(10)
	require.NoError(t, err)
	_, err = New(Config{CapacityObjects: 3, DenseKeys: 4, Directory: d})
	require.ErrorContains(t, err, "DenseKeys is 4; want 0: Directory is set")
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
