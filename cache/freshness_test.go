package cache_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/cache/theory"
)

func TestObjectsGoStaleAndAreRevalidated(t *testing.T) {
	f, err := cache.NewFresher(cache.Config{CapacityBytes: 100})
	require.NoError(t, err)
	state := func(at time.Duration, key uint64) cache.State {
		_, s := f.Lookup(at, key)
		return s
	}
	require.Equal(t, cache.Absent, state(0, 1))
	require.True(t, f.Insert(0, 1, 10, time.Second))
	require.True(t, f.Insert(0, 2, 20, 3*time.Second))
	require.Equal(t, cache.Fresh, state(time.Second-1, 1))
	require.Equal(t, cache.Stale, state(time.Second, 1))
	require.True(t, f.Refresh(time.Second, 1, time.Second)) // not modified
	require.Equal(t, cache.Fresh, state(2*time.Second-1, 1))
	require.True(t, f.Insert(2*time.Second, 1, 15, time.Second)) // replaced by a larger one
	require.Equal(t, int64(35), f.Cache().UsedBytes())
	require.Equal(t, cache.Fresh, state(3*time.Second-1, 1))
	require.Equal(t, 0, f.Expire(3*time.Second))
	require.Equal(t, 2, f.Expire(3*time.Second+1))
	require.Equal(t, cache.Absent, state(4*time.Second, 1))
	require.False(t, f.Refresh(4*time.Second, 1, time.Second))
	require.False(t, f.Remove(1))
	require.Equal(t, cache.Expiries{OnRead: 1, InBackground: 2}, f.Expiries())
	require.Equal(t, 0, f.Cache().Len())
}

func TestEvictedObjectsDoNotExpire(t *testing.T) {
	for _, policy := range cache.Policies() {
		f, err := cache.NewFresher(cache.Config{Policy: policy, CapacityBytes: 2000})
		require.NoError(t, err)
		rng := rand.New(rand.NewPCG(1, 9))
		for now := range time.Duration(20_000) {
			key := rng.Uint64N(300)
			switch _, state := f.Lookup(now, key); {
			case state == cache.Absent:
				f.Insert(now, key, 10+int64(key%30), time.Duration(rng.Int64N(500)))
			case state == cache.Stale && rng.IntN(2) == 0:
				require.True(t, f.Refresh(now, key, 100), policy)
			}
			if now%1000 == 0 {
				f.Expire(now - 200)
			}
		}
		held := f.Cache().Len()
		require.Equal(t, held, f.Expire(1<<40), policy)
		require.Zero(t, f.Cache().Len(), policy)
	}
}

func TestFreshnessMatchesTheory(t *testing.T) {
	const rate, requests = 10.0, 100_000
	ttl := 300 * time.Millisecond
	want, err := theory.TTL(rate, ttl, theory.FromInsertion)
	require.NoError(t, err)
	f, err := cache.NewFresher(cache.Config{CapacityObjects: 1})
	require.NoError(t, err)
	rng := rand.New(rand.NewPCG(2, 9))
	var now time.Duration
	hits := 0
	for range requests {
		now += time.Duration(rng.ExpFloat64() / rate * 1e9)
		if _, state := f.Lookup(now, 1); state == cache.Fresh {
			hits++
		} else {
			f.Insert(now, 1, 1, ttl)
		}
	}
	require.InDelta(t, want, float64(hits)/requests, .006) // four standard deviations
}

func TestObjectsThatLeftOtherwiseDoNotExpire(t *testing.T) {
	for _, release := range []bool{false, true} {
		f, err := cache.NewFresher(cache.Config{CapacityObjects: 10})
		require.NoError(t, err)
		require.True(t, f.Insert(0, 1, 1, time.Second))
		require.True(t, f.Insert(0, 2, 1, time.Second))
		want := 1
		if release {
			cache.Release(f.Cache())
			want = 0
		} else {
			require.True(t, f.Cache().Remove(1))
		}
		require.Equal(t, want, f.Expire(2*time.Second))
		require.Zero(t, f.Expire(2*time.Second))
		require.Equal(t, int64(want), f.Expiries().InBackground)
		require.Equal(t, !release, f.Insert(3*time.Second, 1, 1, time.Second), "it goes on")
		_, state := f.Lookup(3*time.Second, 2)
		require.Equal(t, cache.Absent, state)
		require.False(t, f.Remove(2))
		require.False(t, f.Refresh(3*time.Second, 2, time.Second))
	}
}

// Without a limit of room all that goes to the origin does so for its age: by hand, requests at 0, 1, 3, 4 and 9 s of an object that is
// fresh for 2 s are fetched at 0, 3 and 9, and one larger than the capacity is fetched once.
func TestWhatIsInfiniteAges(t *testing.T) {
	r := &cache.Requests{IDs: []uint32{0, 0, 1, 1, 0, 0, 0}, Objects: 2, ObjectSizes: []int64{10, 50}}
	at := []time.Duration{0, time.Second, time.Second, 3*time.Second - 1, 3 * time.Second, 4 * time.Second, 9 * time.Second}
	got, err := cache.ReplayTTL(t.Context(), cache.Config{Policy: "infinite", CapacityBytes: 20}, r, at, 2*time.Second, 0)
	require.NoError(t, err)
	require.Equal(t, cache.Aged{Result: cache.Result{Requests: 7, RequestBytes: 150, Misses: 4, MissBytes: 80}, Expired: 2}, got)
	_, err = cache.ReplayTTL(t.Context(), cache.Config{Policy: "belady", CapacityBytes: 20}, r, at, 2*time.Second, 0)
	require.ErrorContains(t, err, "belady")
}
