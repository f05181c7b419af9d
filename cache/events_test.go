package cache_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache"
)

// randomEvents draws reads, writes and deletes of objects whose sizes change, some of them unknown.
func randomEvents(seed uint64, n, objects int) cache.Requests {
	rng := rand.New(rand.NewPCG(seed, 1))
	r := cache.Requests{Objects: objects}
	for range n {
		u := rng.Float64()
		id := uint32(float64(objects) * u * u)
		op, size := cache.Get, 1+int64(id)%17+rng.Int64N(3)
		switch rng.IntN(10) {
		case 0:
			op = cache.Put
		case 1:
			op, size = cache.Delete, 0
		case 2:
			size = 0
		}
		r.IDs, r.RequestSizes, r.Ops = append(r.IDs, id), append(r.RequestSizes, size), append(r.Ops, op)
	}
	return r
}

// A plainCache is the slowest LRU or FIFO there can be: a list, the first to leave first.
type plainCache struct {
	isLRU, inObjects bool
	capacity         int64
	ids              []uint32
	sizes            []int64
}

func (c *plainCache) at(id uint32) int { return slices.Index(c.ids, id) }

func (c *plainCache) drop(i int) {
	c.ids, c.sizes = slices.Delete(c.ids, i, i+1), slices.Delete(c.sizes, i, i+1)
}

func (c *plainCache) used() (sum int64) {
	for _, size := range c.sizes {
		sum += size
	}
	return sum
}

func (c *plainCache) put(id uint32, size int64) {
	if c.inObjects {
		size = min(size, 1)
	}
	if size == 0 || size > c.capacity {
		return
	}
	for c.used()+size > c.capacity {
		c.drop(0)
	}
	c.ids, c.sizes = append(c.ids, id), append(c.sizes, size)
}

// replay counts what requests from one on do.
func (c *plainCache) replay(r cache.Requests, from int) (result cache.Result) {
	for i, id := range r.IDs {
		at, size := c.at(id), r.RequestSizes[i]
		if r.Ops[i] != cache.Get {
			if at >= 0 {
				c.drop(at)
			}
			if r.Ops[i] == cache.Put {
				c.put(id, size)
			}
			continue
		}
		if i >= from {
			result.Requests++
			result.RequestBytes += size
		}
		switch {
		case at < 0:
			if i >= from {
				result.Misses++
				result.MissBytes += size
			}
			c.put(id, size)
		case c.isLRU:
			stored := c.sizes[at]
			c.drop(at)
			c.ids, c.sizes = append(c.ids, id), append(c.sizes, stored)
		}
	}
	return result
}

func TestWritesAndDeletesActAsInAPlainCache(t *testing.T) {
	for seed := range uint64(20) {
		r := randomEvents(seed, 400, 40)
		for _, from := range []int{0, 150} {
			replayer, err := cache.NewWarmReplayer(r, int64(from))
			require.NoError(t, err)
			for _, policy := range []string{"lru", "fifo"} {
				for _, cfg := range []cache.Config{{CapacityObjects: 7}, {CapacityBytes: 60}} {
					cfg.Policy = policy
					got, skipped, err := replayer.ReplayWarm(context.Background(), cfg)
					require.NoError(t, err)
					plain := &plainCache{isLRU: policy == "lru", inObjects: cfg.CapacityObjects > 0, capacity: cfg.CapacityObjects + cfg.CapacityBytes}
					require.Equal(t, plain.replay(r, from), got, "%s, seed %d", policy, seed)
					all := &plainCache{isLRU: plain.isLRU, inObjects: plain.inObjects, capacity: plain.capacity}
					whole := all.replay(r, 0)
					require.Equal(t, whole.Misses, got.Misses+skipped.Misses)
					require.Equal(t, whole.RequestBytes, got.RequestBytes+skipped.RequestBytes)
				}
			}
			infinite := &plainCache{inObjects: true, capacity: 1 << 40}
			require.Equal(t, infinite.replay(r, from), replayer.Bound())
		}
	}
}

// TestWritesAndDeletesAreRemovalsAndInsertions holds the replay of every policy against the calls that it stands for.
func TestWritesAndDeletesAreRemovalsAndInsertions(t *testing.T) {
	r := randomEvents(3, 30_000, 2000)
	replayer, err := cache.NewReplayer(r)
	require.NoError(t, err)
	for _, policy := range cache.Policies() {
		for _, cfg := range []cache.Config{{CapacityBytes: 3000}, {CapacityObjects: 250}, {CapacityObjects: 250, Admission: "second-hit-exact"}} {
			cfg.Policy, cfg.Seed = policy, 5
			got, err := replayer.Replay(context.Background(), cfg)
			require.NoError(t, err)
			c, err := cache.New(cfg)
			require.NoError(t, err)
			var want cache.Result
			for i, id := range r.IDs {
				key, size := uint64(id), r.RequestSizes[i]
				weight := size
				if cfg.CapacityObjects > 0 {
					weight = min(size, 1)
				}
				switch r.Ops[i] {
				case cache.Get:
					want.Requests++
					want.RequestBytes += size
					if _, hit := c.Lookup(key); !hit {
						want.Misses++
						want.MissBytes += size
						c.Insert(key, weight) // nothing, if it is 0
					}
				case cache.Put:
					c.Remove(key)
					c.Insert(key, weight)
				case cache.Delete:
					c.Remove(key)
				}
			}
			require.Equal(t, want, got, "%s %+v", policy, cfg)
		}
	}
}

// fewestMisses tries every victim.
func fewestMisses(r cache.Requests, capacity int) int64 {
	type state struct {
		i      int
		cached uint32
	}
	known := make(map[state]int64)
	var from func(i int, cached uint32) int64
	from = func(i int, cached uint32) int64 {
		if i == len(r.IDs) {
			return 0
		}
		if n, ok := known[state{i, cached}]; ok {
			return n
		}
		bit, misses := uint32(1)<<r.IDs[i], int64(0)
		var fewest int64
		switch {
		case r.Ops[i] == cache.Delete:
			fewest = from(i+1, cached&^bit)
		case r.Ops[i] == cache.Get && cached&bit != 0:
			fewest = from(i+1, cached)
		default:
			if r.Ops[i] == cache.Get {
				misses = 1
			}
			cached &^= bit
			fewest = 1 << 40
			var in []uint32
			for id := range uint32(r.Objects) {
				if cached&(1<<id) != 0 {
					in = append(in, id)
				}
			}
			if len(in) < capacity {
				fewest = from(i+1, cached|bit)
			} else {
				for _, victim := range in {
					fewest = min(fewest, from(i+1, cached&^(1<<victim)|bit))
				}
			}
		}
		known[state{i, cached}] = misses + fewest
		return misses + fewest
	}
	return from(0, 0)
}

func TestBeladyKnowsWhatIsWrittenAndDeleted(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 2))
		r := cache.Requests{Objects: 6}
		for range 40 {
			op := cache.Get
			if n := rng.IntN(6); n < 2 {
				op = cache.Op(1 + n)
			}
			r.IDs, r.Ops = append(r.IDs, uint32(rng.IntN(6))), append(r.Ops, op)
		}
		replayer, err := cache.NewReplayer(r)
		require.NoError(t, err)
		got, err := replayer.Replay(context.Background(), cache.Config{Policy: "belady", CapacityObjects: 3})
		require.NoError(t, err)
		require.Equal(t, fewestMisses(r, 3), got.Misses, "seed %d", seed)
	}
}

// inPieces feeds requests as a stream does: in pieces that are not kept.
func inPieces(r cache.Requests, size int) cache.Feed {
	return func(ctx context.Context, take func(*cache.Requests) error) error {
		for from := 0; from < len(r.IDs); from += size {
			to := min(from+size, len(r.IDs))
			piece := cache.Requests{Objects: r.Objects, IDs: slices.Clone(r.IDs[from:to]), RequestSizes: slices.Clone(r.RequestSizes[from:to]), Ops: slices.Clone(r.Ops[from:to])}
			if err := take(&piece); err != nil {
				return err
			}
			clear(piece.IDs)
		}
		return nil
	}
}

func TestAStreamCountsAsWhatIsHeld(t *testing.T) {
	ctx := context.Background()
	r := randomEvents(9, 20_000, 3000)
	held, err := cache.NewWarmReplayer(r, 7000)
	require.NoError(t, err)
	stream, err := cache.NewStreamReplayer(ctx, r.Objects, 7000, inPieces(r, 777))
	require.NoError(t, err)
	require.Equal(t, held.Bound(), stream.Bound())
	require.Equal(t, held.FootprintBytes(), stream.FootprintBytes())
	var cfgs []cache.Config
	for _, policy := range append(cache.Policies(), "infinite") {
		cfgs = append(cfgs, cache.Config{Policy: policy, CapacityBytes: 5000}, cache.Config{Policy: policy, CapacityObjects: 400})
	}
	want, err := held.ReplayAll(ctx, cfgs, 2)
	require.NoError(t, err)
	got, err := stream.ReplayAll(ctx, cfgs, 2)
	require.NoError(t, err)
	for i := range want {
		want[i].Took, got[i].Took = 0, 0
	}
	require.Equal(t, want, got)
	for _, hit := range []float64{.3, .5, .6} {
		a, errA := held.CapacityFor(ctx, cache.Config{Policy: "lru"}, cache.Objects, hit, false, 2)
		b, errB := stream.CapacityFor(ctx, cache.Config{Policy: "lru"}, cache.Objects, hit, false, 2)
		require.Equal(t, errA, errB)
		require.Equal(t, a, b, hit)
	}
	_, err = stream.Replay(ctx, cache.Config{Policy: "belady", CapacityObjects: 3})
	require.ErrorContains(t, err, "one that does not know the future")
	_, err = stream.LRUCurve(ctx, cache.Objects, []int64{3})
	require.ErrorContains(t, err, "writes and")
}

func TestBytesAreThoseOfTheTraceWhateverTheCapacityCounts(t *testing.T) {
	// The big object misses once, the small one once in three: nearly all bytes.
	replayer, err := cache.NewReplayer(cache.Requests{IDs: []uint32{0, 1, 1, 1}, Objects: 2, ObjectSizes: []int64{1_000_000, 1}})
	require.NoError(t, err)
	for _, policy := range append(cache.Policies(), cache.OfflinePolicies()...) {
		got, err := replayer.Replay(context.Background(), cache.Config{Policy: policy, CapacityObjects: 100})
		require.NoError(t, err)
		require.Equal(t, cache.Result{Requests: 4, Misses: 2, RequestBytes: 1_000_003, MissBytes: 1_000_001}, got, policy)
	}
}

func ExampleReplayer_Replay_writes() {
	replayer, err := cache.NewReplayer(cache.Requests{
		IDs: []uint32{0, 0, 0, 1, 1, 1}, Objects: 2, RequestSizes: []int64{82, 82, 82, 104, 0, 104},
		Ops: []cache.Op{cache.Put, cache.Get, cache.Get, cache.Get, cache.Delete, cache.Get},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := replayer.Replay(context.Background(), cache.Config{CapacityObjects: 10})
	fmt.Println(result.Requests, "requests,", result.Misses, "misses", err)
	// Output: 4 requests, 2 misses <nil>
}
