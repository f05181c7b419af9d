package cache_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/cache/cachetest"
)

func TestPoliciesConform(t *testing.T) {
	promises := map[string]cachetest.Promises{"lru": {Inclusion: true}, "lfu-perfect": {Allocates: true}}
	for _, policy := range append(cache.Policies(), "clock:bits=8", "arc:step=size", "lru-k:k=3") {
		t.Run(policy, func(t *testing.T) {
			cachetest.Run(t, promises[policy], func(cfg cache.Config) (cache.Cache, error) {
				cfg.Policy = policy
				return cache.New(cfg)
			})
		})
	}
}

func TestCachesUsedInTurnsConform(t *testing.T) {
	for policy, promises := range map[string]cachetest.Promises{"lru": {Inclusion: true}, "fifo": {}} {
		t.Run(policy, func(t *testing.T) {
			cachetest.Run(t, promises, func(cfg cache.Config) (cache.Cache, error) {
				cfg.Policy, cfg.InTurns = policy, true
				return cache.New(cfg)
			})
		})
	}
}

func TestAdmissionsConform(t *testing.T) {
	for _, admission := range append(cache.Admissions(), "size:max=60", "prob:p=0.1", "adaptsize:c=50", "second-hit:keys=10", "tinylfu:keys=100") {
		t.Run(admission, func(t *testing.T) {
			// The sample of adaptsize is a map whose memory Go moves now and then.
			promises := cachetest.Promises{Allocates: admission == "adaptsize"}
			cachetest.Run(t, promises, func(cfg cache.Config) (cache.Cache, error) {
				cfg.Policy, cfg.Admission = "sieve", admission
				return cache.New(cfg)
			})
		})
	}
}

// TestReplayEqualsLookupAndInsert holds the batch loops against the calls that the simulator makes, with
// sparse keys, sizes that change and objects that fit nowhere.
func TestReplayEqualsLookupAndInsert(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	const objects, requests = 3000, 20_000
	changing := cache.Requests{Objects: objects, IDs: make([]uint32, requests), RequestSizes: make([]int64, requests)}
	for i := range changing.IDs {
		u := rng.Float64()
		changing.IDs[i] = uint32(objects * u * u)
		changing.RequestSizes[i] = 1 + int64(changing.IDs[i])%97 + rng.Int64N(3)
		if rng.IntN(50) == 0 {
			changing.RequestSizes[i] *= 40
		}
	}
	replayer, err := cache.NewReplayer(changing)
	require.NoError(t, err)
	for _, policy := range cache.Policies() {
		spread := uint64(0x9E3779B97F4A7C15)
		if policy == "w-tinylfu" {
			spread = 1 // its sketch depends on what keys hash to
		}
		if policy == "lirs" {
			policy = "lirs:phantoms=no" // what a replay counts otherwise is no cache
		}
		key := func(id uint32) uint64 { return uint64(id) * spread }
		for _, cfg := range []cache.Config{
			{CapacityBytes: 10_000}, {CapacityObjects: 250}, {CapacityObjects: 250, Admission: "second-hit-exact"},
		} {
			cfg.Policy, cfg.Seed = policy, 3
			want, err := replayer.Replay(context.Background(), cfg)
			require.NoError(t, err)
			c, err := cache.New(cfg)
			require.NoError(t, err)
			got := cache.Result{Requests: requests}
			for i, id := range changing.IDs {
				size := changing.RequestSizes[i]
				got.RequestBytes += size
				if _, hit := c.Lookup(key(id)); !hit {
					got.Misses++
					got.MissBytes += size
					if cfg.CapacityObjects > 0 {
						size = 1
					}
					c.Insert(key(id), size)
				}
			}
			require.Equal(t, want, got, "%s %+v", policy, cfg)
		}
	}
}

// climb moves an object one place forward with every hit and evicts the last: a complete policy.
type climb struct {
	order []uint32       // slots, the safest first
	place map[uint32]int // of a slot in order
}

func newClimb(cache.Slots) cache.Policy { return &climb{place: make(map[uint32]int)} }

func (c *climb) Inserted(slot uint32) {
	c.place[slot] = len(c.order)
	c.order = append(c.order, slot)
}

func (c *climb) Hit(slot uint32) {
	if i := c.place[slot]; i > 0 {
		ahead := c.order[i-1]
		c.order[i-1], c.order[i] = slot, ahead
		c.place[slot], c.place[ahead] = i-1, i
	}
}

func (c *climb) Victim() uint32 { return c.order[len(c.order)-1] }

func (c *climb) Removed(slot uint32) {
	i := c.place[slot]
	c.order = append(c.order[:i], c.order[i+1:]...)
	for ; i < len(c.order); i++ {
		c.place[c.order[i]] = i
	}
	delete(c.place, slot)
}

func TestAPolicyOfOnesOwnConforms(t *testing.T) {
	cachetest.Run(t, cachetest.Promises{}, func(cfg cache.Config) (cache.Cache, error) {
		cfg.NewPolicy = newClimb
		return cache.New(cfg)
	})
}
