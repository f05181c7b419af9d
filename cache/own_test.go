package cache_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/cache/cachetest"
	"github.com/edgewise-sim/edgewise/random"
)

// A noted admission lets in what it has seen before, and notes what it is told.
type noted struct {
	seen                 map[uint64]bool
	hits, misses, evicts int
}

func (n *noted) Asked(key uint64, sizeBytes int64, hit bool) {
	if hit {
		n.hits++
	} else {
		n.misses++
	}
}

func (n *noted) Admit(key uint64, _ int64, _ bool) bool {
	before := n.seen[key]
	n.seen[key] = true
	return before
}

func (n *noted) Evicted(uint64) { n.evicts++ }

// own is a Config of own parts alone.
func own(cfg cache.Config) cache.Config {
	cfg.NewPolicy = newClimb
	cfg.NewAdmission = func(cache.Limits) cache.Admission { return &noted{seen: make(map[uint64]bool)} }
	return cfg
}

func TestOwnPartsConform(t *testing.T) {
	cachetest.Run(t, cachetest.Promises{Allocates: true}, func(cfg cache.Config) (cache.Cache, error) { return cache.New(own(cfg)) })
}

// TestOwnPartsWorkWhereNamedOnesDo fills, expects, releases and replays caches of own parts, with and without a
// directory, and holds them against a named admission that decides alike.
func TestOwnPartsWorkWhereNamedOnesDo(t *testing.T) {
	d, err := cache.NewDirectory(300)
	require.NoError(t, err)
	for _, cfg := range []cache.Config{{CapacityBytes: 4000}, {CapacityObjects: 60}, {CapacityObjects: 60, Directory: d}, {CapacityObjects: 60, DenseKeys: 200}} {
		mine, err := cache.New(own(cfg))
		require.NoError(t, err)
		like := cfg
		like.Directory, like.NewPolicy, like.Admission = nil, newClimb, "second-hit-exact:keys=100000"
		named, err := cache.New(like)
		require.NoError(t, err)
		s := random.New(1, 0, 0, 0)
		var keys [16]uint64
		hits := 0
		for range 400 {
			for i := range keys {
				keys[i] = s.Uint64N(1 + s.Uint64N(400))
			}
			cache.Expect(mine, keys[:], keys[:4])
			for _, key := range keys {
				_, hit := mine.Lookup(key)
				_, want := named.Lookup(key)
				require.Equal(t, want, hit)
				if hit {
					hits++
					continue
				}
				size := 1 + int64(key%90)
				require.Equal(t, named.Insert(key, size), cache.Fill(mine, key, size))
				require.Equal(t, named.UsedBytes(), mine.UsedBytes())
			}
		}
		require.NotZero(t, hits)
		cache.Release(mine)
		require.Zero(t, mine.Len())
		_, hit := mine.Lookup(1)
		require.False(t, hit)
	}
	replayer, err := cache.NewReplayer(cache.Requests{IDs: []uint32{0, 1, 0, 0, 1, 1}, Objects: 2})
	require.NoError(t, err)
	result, err := replayer.Replay(context.Background(), own(cache.Config{CapacityObjects: 2}))
	require.NoError(t, err)
	require.Equal(t, int64(4), result.Misses, "each is let in at its second miss")

	fresher, err := cache.NewFresher(own(cache.Config{CapacityObjects: 2}))
	require.NoError(t, err)
	require.False(t, fresher.Insert(0, 7, 1, time.Second))
	require.True(t, fresher.Insert(0, 7, 1, time.Second))
}

func TestOwnPartsAreToldTheLimits(t *testing.T) {
	var told []cache.Limits
	_, err := cache.New(cache.Config{
		CapacityBytes: 9, Seed: 5,
		NewPolicy:    func(s cache.Slots) cache.Policy { told = append(told, s.Limits()); return newClimb(s) },
		NewAdmission: func(l cache.Limits) cache.Admission { told = append(told, l); return &noted{} },
	})
	require.NoError(t, err)
	require.Equal(t, []cache.Limits{{CapacityBytes: 9, Seed: 5}, {CapacityBytes: 9, Seed: 5}}, told)
}

func TestOwnPartsAreChecked(t *testing.T) {
	d, err := cache.NewDirectory(10)
	require.NoError(t, err)
	for want, cfg := range map[string]cache.Config{
		"NewPolicy is a function that returned nil":    {NewPolicy: func(cache.Slots) cache.Policy { return nil }},
		"NewAdmission is a function that returned nil": {NewAdmission: func(cache.Limits) cache.Admission { return nil }},
		"Policy is lru:x=1; want another name":         {Policy: "lru:x=1", NewPolicy: newClimb},
		"Admission is prob; want another name":         {Admission: "prob", NewAdmission: own(cache.Config{}).NewAdmission},
	} {
		cfg.CapacityObjects, cfg.Directory = 5, d
		_, err := cache.New(cfg)
		require.ErrorContains(t, err, want)
	}
	_, err = cache.New(cache.Config{CapacityObjects: 5, Directory: d, Policy: "climb", NewPolicy: newClimb, Admission: "noted", NewAdmission: own(cache.Config{}).NewAdmission})
	require.NoError(t, err, "names of one's own, and the directory is free")
}
