// Package cachetest checks that a cache keeps what the interface promises, whatever its policy. Run it on
// a policy of your own:
//
//	func TestMyPolicyConforms(t *testing.T) {
//		cachetest.Run(t, cachetest.Promises{}, func(cfg cache.Config) (cache.Cache, error) {
//			cfg.NewPolicy = newMyPolicy
//			return cache.New(cfg)
//		})
//	}
package cachetest

import (
	"math/rand/v2"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache"
)

// Promises says which promises beyond those of the interface a policy makes.
type Promises struct {
	// Inclusion: with a capacity in objects, a larger cache always holds what a smaller one holds.
	Inclusion bool
	// Allocates: the policy may allocate in steady state.
	Allocates bool
}

// Run checks a policy; a policy that panics, or returns a victim that is none, fails. The function makes an empty cache of a Config that Run fills in, except for the
// policy and the admission.
func Run(t *testing.T, promises Promises, build func(cache.Config) (cache.Cache, error)) {
	t.Helper()
	s := suite{build: build}
	check := func(name string, promise func(*testing.T)) {
		t.Run(name, func(t *testing.T) {
			defer failOnPanic(t)
			promise(t)
		})
	}
	check("the account is right in bytes", func(t *testing.T) { s.account(t, cache.Config{CapacityBytes: 5000}) })
	check("the account is right in objects", func(t *testing.T) { s.account(t, cache.Config{CapacityObjects: 100}) })
	check("the account is right with dense keys", func(t *testing.T) {
		s.account(t, cache.Config{CapacityBytes: 5000, DenseKeys: 300})
	})
	check("the smallest caches work", s.smallest)
	check("what does not fit is left out", s.tooLarge)
	check("the same requests give the same cache", s.repeatable)
	if promises.Inclusion {
		check("larger caches include smaller ones", s.inclusion)
	}
	if !promises.Allocates {
		check("steady state allocates nothing", s.allocations)
	}
}

// failOnPanic makes a panic, of the policy or of the cache that it gave a wrong victim, a failure of the
// test, so that the other tests are run.
func failOnPanic(t *testing.T) {
	if reason := recover(); reason != nil {
		t.Fatalf("panic: %v\n\n%s", reason, debug.Stack())
	}
}

type suite struct {
	build func(cache.Config) (cache.Cache, error)
}

// A model is what must be in a cache according to what it said it took in and gave up.
type model struct {
	t     *testing.T
	cache cache.Cache
	limit int64 // in objects, or 0
	sizes map[uint64]int64
	bytes int64
}

func (s suite) model(t *testing.T, cfg cache.Config) *model {
	t.Helper()
	m := &model{t: t, limit: cfg.CapacityObjects, sizes: make(map[uint64]int64)}
	cfg.OnEvict = func(key uint64, sizeBytes int64) {
		size, held := m.sizes[key]
		require.True(t, held, "key %d is evicted but was not there", key)
		require.Equal(t, size, sizeBytes, "key %d is evicted with another size than it had", key)
		m.drop(key)
	}
	c, err := s.build(cfg)
	require.NoError(t, err)
	require.Equal(t, cfg.CapacityBytes, c.CapacityBytes())
	m.cache = c
	return m
}

func (m *model) drop(key uint64) {
	m.bytes -= m.sizes[key]
	delete(m.sizes, key)
}

func (m *model) lookup(key uint64) (hit bool) {
	m.t.Helper()
	want, held := m.sizes[key]
	if contained := m.cache.Contains(key); contained != held {
		m.t.Fatalf("Contains(%d) is %t; it must be %t", key, contained, held)
	}
	size, hit := m.cache.Lookup(key)
	if hit != held || size != want {
		m.t.Fatalf("Lookup(%d) is %d, %t; it must be %d, %t", key, size, hit, want, held)
	}
	return hit
}

func (m *model) insert(key uint64, sizeBytes int64) {
	_, held := m.sizes[key]
	if !held {
		// It may be evicted again before Insert returns.
		m.sizes[key] = sizeBytes
		m.bytes += sizeBytes
	}
	admitted := m.cache.Insert(key, sizeBytes)
	if held {
		require.True(m.t, admitted, "key %d is there and was inserted again", key)
	} else if _, kept := m.sizes[key]; kept && !admitted {
		m.drop(key)
	} else {
		require.Equal(m.t, kept, admitted, "Insert(%d, %d)", key, sizeBytes)
	}
	m.check()
}

func (m *model) remove(key uint64) {
	_, held := m.sizes[key]
	require.Equal(m.t, held, m.cache.Remove(key), "Remove(%d)", key)
	m.drop(key)
	m.check()
}

// check compares the account; plain comparisons, as it is called often.
func (m *model) check() {
	m.t.Helper()
	objects, bytes := m.cache.Len(), m.cache.UsedBytes()
	if objects != len(m.sizes) || bytes != m.bytes {
		m.t.Fatalf("the cache says %d objects and %d bytes; %d and %d went in and did not leave",
			objects, bytes, len(m.sizes), m.bytes)
	}
	if m.limit > 0 && int64(objects) > m.limit {
		m.t.Fatalf("%d objects are more than the capacity, %d", objects, m.limit)
	}
	if m.limit == 0 && bytes > m.cache.CapacityBytes() {
		m.t.Fatalf("%d bytes are more than the capacity, %d", bytes, m.cache.CapacityBytes())
	}
}

// account checks every answer over a long random program.
func (s suite) account(t *testing.T, cfg cache.Config) {
	m := s.model(t, cfg)
	rng := rand.New(rand.NewPCG(1, 1))
	for range 6_000 {
		key := skewed(rng, 500)
		switch action := rng.IntN(100); {
		case action < 1:
			m.remove(key)
		case action < 3:
			m.insert(key, 1+rng.Int64N(200)) // without asking first, with another size
		default:
			if !m.lookup(key) && action < 95 { // some fetches never arrive
				m.insert(key, sizeOf(key)+rng.Int64N(2))
			}
		}
	}
	for key := range uint64(500) {
		_, held := m.sizes[key]
		require.Equal(t, held, m.cache.Contains(key))
	}
}

func (s suite) smallest(t *testing.T) {
	for capacity := int64(1); capacity <= 30; capacity++ {
		for _, cfg := range []cache.Config{{CapacityObjects: capacity}, {CapacityBytes: capacity}} {
			m := s.model(t, cfg)
			rng := rand.New(rand.NewPCG(uint64(capacity), 2))
			for range 300 {
				if key := skewed(rng, 50); !m.lookup(key) {
					m.insert(key, 1+rng.Int64N(5))
				} else if rng.IntN(20) == 0 {
					m.remove(key)
				}
			}
		}
	}
}

func (s suite) tooLarge(t *testing.T) {
	m := s.model(t, cache.Config{CapacityBytes: 1000})
	for key := range uint64(20) {
		m.lookup(key)
		m.insert(key, 5)
	}
	before := len(m.sizes)
	for i, size := range []int64{1001, 1 << 40, 1<<63 - 1, 0, -1, -1 << 63} {
		key := uint64(100 + i)
		require.False(t, m.cache.Insert(key, size), "size %d", size)
		require.False(t, m.cache.Contains(key))
	}
	require.Equal(t, before, m.cache.Len(), "something was evicted in vain")
}

func (s suite) repeatable(t *testing.T) {
	first, second := s.model(t, cache.Config{CapacityBytes: 3000, Seed: 5}), s.model(t, cache.Config{CapacityBytes: 3000, Seed: 5})
	rng := rand.New(rand.NewPCG(3, 3))
	for range 6_000 {
		key := skewed(rng, 300)
		hit := first.lookup(key)
		require.Equal(t, hit, second.lookup(key))
		if !hit {
			first.insert(key, sizeOf(key))
			second.insert(key, sizeOf(key))
		}
	}
	require.Equal(t, first.sizes, second.sizes)
}

func (s suite) inclusion(t *testing.T) {
	capacities := []int64{1, 2, 7, 20, 50}
	caches := make([]*model, len(capacities))
	for i, capacity := range capacities {
		caches[i] = s.model(t, cache.Config{CapacityObjects: capacity})
	}
	rng := rand.New(rand.NewPCG(4, 4))
	for range 6_000 {
		key := skewed(rng, 200)
		smallerHit := false
		for i, m := range caches {
			hit := m.lookup(key)
			require.True(t, hit || !smallerHit, "%d objects miss what %d hold", capacities[i], capacities[max(i-1, 0)])
			smallerHit = hit
			if !hit {
				m.insert(key, 1)
			}
		}
	}
}

func (s suite) allocations(t *testing.T) {
	for _, cfg := range []cache.Config{{CapacityBytes: 100_000}, {CapacityObjects: 1000}} {
		c, err := s.build(cfg)
		require.NoError(t, err)
		rng := rand.New(rand.NewPCG(5, 5))
		round := func() {
			for range 2000 {
				key := skewed(rng, 8000)
				if _, hit := c.Lookup(key); !hit {
					c.Insert(key, sizeOf(key))
				}
			}
		}
		for range 60 { // until ghosts and sketches have their largest size
			round()
		}
		require.Zero(t, testing.AllocsPerRun(10, round))
	}
}

// skewed draws a key below n, small ones more often.
func skewed(rng *rand.Rand, n int) uint64 {
	u := rng.Float64()
	return uint64(float64(n) * u * u * u)
}

// sizeOf gives each key a size from 20 to 119 bytes.
func sizeOf(key uint64) int64 { return 20 + int64(key*7919%100) }
