package cache_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache"
)

func TestLRUCurveEqualsReplayInObjects(t *testing.T) {
	traces, err := referenceTraces()
	require.NoError(t, err)
	ctx := context.Background()
	capacities := []int64{614, 1, 2, 20, 61, 204, 614, 2048, 6145, 20484, 30000}
	got, err := traces["web07"].LRUCurve(ctx, cache.Objects, capacities)
	require.NoError(t, err)
	want, err := traces["web07"].Curve(ctx, cache.Config{}, cache.Objects, capacities, 2)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestLRUCurveIsNearReplayInBytes(t *testing.T) {
	if raceDetector {
		t.Skip("nothing here is concurrent")
	}
	traces, err := referenceTraces()
	require.NoError(t, err)
	ctx := context.Background()
	sized := traces["zipf0.8-sized-100k-1M"]
	capacities := []int64{sized.FootprintBytes() / 100, sized.FootprintBytes() / 10, sized.FootprintBytes() / 3}
	model, err := sized.LRUCurve(ctx, cache.Bytes, capacities)
	require.NoError(t, err)
	real, err := sized.Curve(ctx, cache.Config{}, cache.Bytes, capacities, 2)
	require.NoError(t, err)
	for i := range model {
		require.LessOrEqual(t, model[i].Misses, real[i].Misses)
		require.InDelta(t, real[i].RequestMissRatio(), model[i].RequestMissRatio(), .002)
		require.InDelta(t, real[i].ByteMissRatio(), model[i].ByteMissRatio(), .002)
	}
}

func TestShardsErrorFallsWithTheRate(t *testing.T) {
	if raceDetector {
		t.Skip("nothing here is concurrent")
	}
	traces, err := referenceTraces()
	require.NoError(t, err)
	ctx := context.Background()
	sized := traces["zipf0.8-sized-100k-1M"]
	capacities := sized.Spread(cache.Objects, 20)
	exact, err := sized.LRUCurve(ctx, cache.Objects, capacities)
	require.NoError(t, err)
	for _, tt := range []struct{ rate, most float64 }{{1, 0}, {.1, .02}, {.01, .05}} {
		var sum float64
		const seeds = 2
		for seed := range uint64(seeds) {
			points, err := sized.ShardsCurve(ctx, cache.Objects, capacities, tt.rate, seed)
			require.NoError(t, err)
			for i := range points {
				sum += math.Abs(points[i].RequestMissRatio() - exact[i].RequestMissRatio())
			}
		}
		mean := sum / float64(seeds*len(capacities))
		t.Logf("rate %g: mean absolute error %.5f", tt.rate, mean)
		require.LessOrEqual(t, mean, tt.most)
	}
}

func TestCapacityForAnswersHowBig(t *testing.T) {
	ctx := context.Background()
	// A loop over four objects, then three more rounds: LRU hits nothing until all four fit.
	replayer, err := cache.NewReplayer(cache.Requests{IDs: []uint32{0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3}, Objects: 4})
	require.NoError(t, err)
	capacity, err := replayer.CapacityFor(ctx, cache.Config{}, cache.Objects, .5, false, 1)
	require.NoError(t, err)
	require.Equal(t, int64(4), capacity)
	_, err = replayer.CapacityFor(ctx, cache.Config{}, cache.Objects, .8, false, 1)
	var unreachable *cache.UnreachableError
	require.ErrorAs(t, err, &unreachable)
	require.ErrorContains(t, err, "the bound is 0.75")
	_, err = replayer.CapacityFor(ctx, cache.Config{}, cache.Objects, 1.5, false, 1)
	require.ErrorContains(t, err, "hitRatio is 1.5; want more than 0, 1 at most")
	// Segmented LRU needs four times as much: each object passes one segment after the other.
	_, err = replayer.CapacityFor(ctx, cache.Config{Policy: "slru"}, cache.Objects, .75, false, 1)
	require.NoError(t, err)
}

func TestCurvesAreCancelled(t *testing.T) {
	traces, err := referenceTraces()
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = traces["web07"].LRUCurve(ctx, cache.Objects, []int64{1})
	require.ErrorIs(t, err, context.Canceled)
	_, err = traces["web07"].Replay(ctx, cache.Config{CapacityObjects: 1})
	require.ErrorIs(t, err, context.Canceled)
	_, err = traces["web07"].Curve(ctx, cache.Config{}, cache.Objects, []int64{1, 2}, 2)
	require.ErrorIs(t, err, context.Canceled)
}
