package cache

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDensePoliciesAreTheSlottedOnes runs random programs on the state of replays, by request and by batch in
// turns, and on caches of slots: same answers, same evictions in the same order.
func TestDensePoliciesAreTheSlottedOnes(t *testing.T) {
	policies := []string{
		"lru", "fifo", "clock", "clock:bits=3", "clock:bits=7", "clock:bits=8", "sieve",
		"s3fifo", "s3fifo-2025", "s3fifo:threshold=1", "s3fifo:threshold=3:small=0.3", "s3fifo:threshold=4",
		"s3fifo:small=0.2:ghost=10", "s3fifo:small=0.2:ghost=0.01",
	}
	for _, policy := range policies {
		for _, capacity := range []int64{1, 2, 7, 20, 40, 59, 60, 100} {
			for _, listens := range []bool{false, true} {
				rng := rand.New(rand.NewPCG(uint64(capacity), 7))
				compareWithSlots(t, rng, Config{Policy: policy, CapacityObjects: capacity}, listens)
			}
		}
	}
}

func compareWithSlots(t *testing.T, rng *rand.Rand, cfg Config, listens bool) {
	t.Helper()
	const keys = 60
	var evicted, wantEvicted []uint64
	build := func(denseKeys int, evicted *[]uint64) *engine {
		cfg.DenseKeys = denseKeys
		if listens {
			cfg.OnEvict = func(key uint64, sizeBytes int64) {
				require.EqualValues(t, 1, sizeBytes)
				*evicted = append(*evicted, key)
			}
		}
		e, err := build(cfg, withoutSizes)
		require.NoError(t, err)
		return e
	}
	dense, slotted := build(keys, &evicted), build(0, &wantEvicted)
	key := func() uint64 { // some are asked for more often
		return uint64(rng.IntN(1 + rng.IntN(keys)))
	}
	request := func(e *engine, key uint64) bool {
		_, hit := e.Lookup(key)
		if !hit {
			e.Insert(key, 1)
		}
		return hit
	}
	for range 1000 {
		switch k := key(); rng.IntN(8) {
		case 0:
			require.Equal(t, slotted.Remove(k), dense.Remove(k), "%+v", cfg)
		case 1:
			var misses int64
			batch := Requests{Objects: keys, IDs: make([]uint32, rng.IntN(200))}
			for i := range batch.IDs {
				batch.IDs[i] = uint32(key())
				if !request(slotted, uint64(batch.IDs[i])) {
					misses++
				}
			}
			require.Equal(t, missed{misses, misses}, dense.replay(&batch), "%+v", cfg)
		default:
			require.Equal(t, request(slotted, k), request(dense, k), "%+v", cfg)
		}
		k := key()
		require.Equal(t, slotted.Contains(k), dense.Contains(k), "%+v", cfg)
		require.Equal(t, slotted.Len(), dense.Len(), "%+v", cfg)
		require.Equal(t, slotted.UsedBytes(), dense.UsedBytes(), "%+v", cfg)
	}
	require.Equal(t, wantEvicted, evicted, "%+v", cfg)
	if listens && cfg.CapacityObjects == 40 {
		require.NotEmpty(t, evicted, "%+v", cfg)
	}
}

// TestDenseS3FIFOForgetsStaleGhosts takes one key through the ghosts again and again while others, which are
// hit before they could become ghosts, push it out of the main queue.
func TestDenseS3FIFOForgetsStaleGhosts(t *testing.T) {
	const keys, rounds = 400, 100
	ids := make([]uint32, 0, 50*rounds)
	other := uint32(0)
	push := func(n int) {
		for range n {
			other = 1 + other%(keys-1)
			ids = append(ids, other, other, other)
		}
	}
	for range rounds {
		ids = append(ids, 0)
		push(10) // out of the small queue
		ids = append(ids, 0)
		push(40) // out of the main queue
	}
	ids = append(ids, 0)
	push(10)
	ids = append(ids, 0)
	for id := range uint32(keys) { // ghosts that push out all others
		ids = append(ids, keys-1-id)
	}
	cfg := Config{Policy: "s3fifo:small=0.2", CapacityObjects: 20}
	slotted, err := build(cfg, withoutSizes)
	require.NoError(t, err)
	cfg.DenseKeys = keys
	dense, err := build(cfg, withoutSizes)
	require.NoError(t, err)
	mostStaleSeen := uint8(0)
	for _, id := range ids {
		_, want := slotted.Lookup(uint64(id))
		_, hit := dense.Lookup(uint64(id))
		require.Equal(t, want, hit)
		if !hit {
			slotted.Insert(uint64(id), 1)
			dense.Insert(uint64(id), 1)
		}
		mostStaleSeen = max(mostStaleSeen, dense.core.states[0]&^(placeMask|denseHitMask))
	}
	require.EqualValues(t, mostStale, mostStaleSeen, "the program does not do what it is for")
}
