package verify

import (
	"context"
	"fmt"
	"math"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/sim/cache"
	"github.com/edgewise-sim/edgewise/sim/cache/theory"
)

// published holds what Che's approximation gives, computed for this project and, in the first row,
// bounded by the tests of the simulator Icarus: exponent, objects, capacity, characteristic time in
// requests, hit ratios of LRU and FIFO.
var published = []struct {
	exponent          float64
	objects, capacity int
	time, lru, fifo   float64
}{
	{0.8, 100, 40, 72.2109, .645412, .594100},
	{0.6, 1e4, 1e3, 1173.6528, .243206, .220035},
	{0.8, 1e4, 1e2, 110.7908, .156625, .133625},
	{0.8, 1e4, 1e3, 1472.4795, .436660, .394179},
	{1.0, 1e4, 1e3, 2352.1784, .675602, .630906},
	{1.2, 1e4, 1e3, 5026.8851, .861435, .831847},
	{0.8, 1e5, 1e4, 15605.9198, .468685, .428371},
}

// approximate is how far Che's approximation may be from the truth at these sizes. Assumed, from
// simulations that agree within 0.001.
const approximate = 0.0015

// caches checks hit ratios under independent requests.
func caches() []check {
	const group = "Caches"
	var all []check
	for _, weights := range [][]float64{{0.4, 0.3, 0.2, 0.1}, zipfWeights(8, 0.8)} {
		held := (len(weights) + 1) / 2
		if len(weights) == 8 {
			held = 3
		}
		for _, policy := range []string{"lru", "fifo"} {
			exact := theory.ExactLRU
			if policy == "fifo" {
				exact = theory.ExactFIFO
			}
			expected, err := exact(weights, held)
			if err != nil {
				expected = math.NaN() // shows as a row outside
			}
			all = append(all, check{
				group: group, source: "exact (King 1971)", expected: expected,
				name:     fmt.Sprintf("%s, %d of %d objects: hit ratio", policy, held, len(weights)),
				simulate: func(_ context.Context, t trial) (float64, error) { return t.hitRatio(policy, weights, held, 400_000) },
			})
		}
	}
	for _, row := range published {
		what := fmt.Sprintf("Zipf %g, %d of %d objects", row.exponent, row.capacity, row.objects)
		all = append(all, check{
			group: group, source: "published", unit: "requests", exact: true, expected: row.time, name: what + ": characteristic time, computed",
			simulate: func(context.Context, trial) (float64, error) {
				c, err := theory.LRU(theory.Zipf(row.objects, row.exponent), float64(row.capacity))
				return math.Round(c.CharacteristicTime*1e4) / 1e4, err
			},
		})
		for _, policy := range []string{"lru", "fifo"} {
			expected := row.lru
			if policy == "fifo" {
				expected = row.fifo
			}
			all = append(all, check{
				group: group, source: "Che's approximation", expected: expected, tolerance: approximate, name: what + ": hit ratio of " + policy,
				simulate: func(_ context.Context, t trial) (float64, error) {
					return t.hitRatio(policy, zipfWeights(row.objects, row.exponent), row.capacity, 400_000)
				},
			})
		}
	}
	return all
}

func zipfWeights(objects int, exponent float64) []float64 {
	weights := make([]float64, objects)
	for i, o := range theory.Zipf(objects, exponent) {
		weights[i] = o.Rate
	}
	return weights
}

// hitRatio simulates independent requests to a cache of so many objects, after a warm-up.
func (t trial) hitRatio(policy string, weights []float64, held, requests int) (float64, error) {
	popularity, err := random.NewAlias(weights)
	if err != nil {
		return 0, err
	}
	c, err := cache.New(cache.Config{Policy: t.broken.policy(policy), CapacityObjects: int64(held), DenseKeys: len(weights)})
	if err != nil {
		return 0, err
	}
	s := t.stream(1)
	requests = t.scaled(requests)
	hits := 0
	for i := -max(20*held, 2000); i < requests; i++ {
		key := uint64(popularity.Draw(&s))
		_, hit := c.Lookup(key)
		if !hit {
			c.Insert(key, 1)
		}
		if hit && i >= 0 {
			hits++
		}
	}
	return float64(hits) / float64(requests), nil
}
