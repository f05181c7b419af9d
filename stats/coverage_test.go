package stats_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/stats"
)

// TestIntervalsCoverTheTruth repeats experiments of ten replications whose true value is known: 95 %
// intervals must cover it in 93-97 % of them. With 1000 experiments the share itself is known to
// about 1.4 % (two standard errors).
func TestIntervalsCoverTheTruth(t *testing.T) {
	const experiments, replications, level = 1000, 10, 0.95
	const z95, z50 = 1.6448536269514722, 0.0
	lognormalMs := func(z float64) float64 { return 20 * math.Exp(0.5*z) }
	sketches := func(r *rand.Rand, factor float64) []*stats.Sketch {
		out := make([]*stats.Sketch, replications)
		for i := range out {
			out[i] = new(stats.Sketch)
			for range 400 + r.IntN(200) {
				out[i].Record(int64(factor * laws["lognormal"](r)))
			}
		}
		return out
	}
	for name, c := range map[string]struct {
		truth    float64
		estimate func(r *rand.Rand) stats.Estimate
	}{
		"mean of normal": {3, func(r *rand.Rand) stats.Estimate {
			samples := make([]float64, replications)
			for i := range samples {
				samples[i] = 3 + r.NormFloat64()
			}
			return stats.MeanOf(samples, level)
		}},
		"share with unequal loads": {0.3, func(r *rand.Rand) stats.Estimate {
			ratios := make([]stats.Ratio, replications)
			for i := range ratios {
				ratios[i].Denominator = uint64(500 + r.IntN(1000))
				for range ratios[i].Denominator {
					if r.Float64() < 0.3 {
						ratios[i].Numerator++
					}
				}
			}
			return stats.ShareOf(ratios, level)
		}},
		"mean latency": {20 * math.Exp(0.125), func(r *rand.Rand) stats.Estimate {
			return stats.MeanMs(sketches(r, 1), level)
		}},
		"median": {lognormalMs(z50), func(r *rand.Rand) stats.Estimate {
			return stats.QuantileMs(sketches(r, 1), 0.5, level)
		}},
		"p95": {lognormalMs(z95), func(r *rand.Rand) stats.Estimate {
			return stats.QuantileMs(sketches(r, 1), 0.95, level)
		}},
		"difference of p95": {0.5 * lognormalMs(z95), func(r *rand.Rand) stats.Estimate {
			return stats.QuantileDifferenceMs(sketches(r, 1.5), sketches(r, 1), 0.95, level)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(2024, 0))
			covered := 0
			for range experiments {
				e := c.estimate(r)
				require.Empty(t, e.Unsupported)
				if e.Low <= c.truth && c.truth <= e.High {
					covered++
				}
			}
			t.Logf("covered %.1f %%", 100*float64(covered)/experiments)
			require.InDelta(t, 0.95, float64(covered)/experiments, 0.02)
		})
	}
}
