package stats_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/stats"
)

// TestIntervalsCoverTheTruthOfSystemsWithKnownAnswers repeats studies of ten replications, the
// default, of two systems whose requests depend on each other and whose truth is known in closed form.
// 95 % intervals must cover it in 93-97 % of the studies; 600 studies tell the coverage to 1.8 % (two
// standard errors), so the bound here is wider by that.
func TestIntervalsCoverTheTruthOfSystemsWithKnownAnswers(t *testing.T) {
	const studies, replications, level = 600, 10, 0.95
	r := rand.New(rand.NewPCG(2025, 0))
	covered := map[string]int{}
	count := func(name string, e stats.Estimate, truth float64) {
		require.Empty(t, e.Unsupported, name)
		if e.Low <= truth && truth <= e.High {
			covered[name]++
		}
	}

	const load, serviceMs = 0.6, 1.0
	// M/M/1: P(W > t) = load exp(-(1 - load) t / service).
	waitQuantile := func(p float64) float64 { return serviceMs / (1 - load) * math.Log(load/(1-p)) }
	weights := []float64{0.4, 0.3, 0.15, 0.1, 0.05}
	for range studies {
		waits := make([]*stats.Sketch, replications)
		hits := make([]stats.Ratio, replications)
		for i := range waits {
			waits[i] = simulateWaits(r, load, serviceMs, 3000)
			hits[i] = simulateLRU(t, r, weights, 500)
		}
		count("M/M/1 mean wait", stats.MeanMs(waits, level), serviceMs*load/(1-load))
		count("M/M/1 p90 wait", stats.QuantileMs(waits, 0.9, level), waitQuantile(0.9))
		count("M/M/1 p99 wait", stats.QuantileMs(waits, 0.99, level), waitQuantile(0.99))
		count("LRU hit ratio", stats.ShareOf(hits, level), hitRatioOfTwo(weights))
	}
	for name, n := range covered {
		t.Logf("%s: covered %.1f %%", name, 100*float64(n)/studies)
		require.InDelta(t, 0.95, float64(n)/studies, 0.02+0.018, name)
	}
	require.Len(t, covered, 4)
}

// simulateWaits returns the waiting times of the customers of an M/M/1 queue by Lindley's recursion,
// after a warm-up of 500 customers.
func simulateWaits(r *rand.Rand, load, serviceMs float64, customers int) *stats.Sketch {
	s := new(stats.Sketch)
	wait := 0.0
	const warmUp = 500
	for i := range warmUp + customers {
		if i >= warmUp {
			s.Record(int64(wait * 1e6))
		}
		wait = max(0, wait+serviceMs*r.ExpFloat64()-serviceMs/load*r.ExpFloat64())
	}
	return s
}

// simulateLRU returns the hits of independent requests to a cache of two objects.
func simulateLRU(t *testing.T, r *rand.Rand, weights []float64, requests int) stats.Ratio {
	c, err := cache.New(cache.Config{Policy: "lru", CapacityBytes: 2})
	require.NoError(t, err)
	var hits stats.Ratio
	const warmUp = 50
	for i := range warmUp + requests {
		u, key := r.Float64(), 0
		for ; key < len(weights)-1 && u >= weights[key]; key++ {
			u -= weights[key]
		}
		_, hit := c.Lookup(uint64(key))
		if !hit {
			c.Insert(uint64(key), 1)
		}
		if i >= warmUp {
			hits.Denominator++
			if hit {
				hits.Numerator++
			}
		}
	}
	return hits
}

// hitRatioOfTwo returns the exact hit ratio of LRU with room for two objects of equal size under
// independent requests: the last two different objects asked for are i, then j with probability
// w_i w_j / (1 - w_i) (King 1971).
func hitRatioOfTwo(weights []float64) float64 {
	ratio := 0.0
	for i, a := range weights {
		for j, b := range weights {
			if i != j {
				ratio += a * b / (1 - a) * (a + b)
			}
		}
	}
	return ratio
}
