package theory_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/cache/theory"
	"github.com/edgewise-sim/edgewise/random"
)

func TestObjectsThatLiveForEverAreThoseOfLRU(t *testing.T) {
	objects := theory.Zipf(1000, 0.8)
	want, err := theory.LRU(objects, 200)
	require.NoError(t, err)
	once := theory.Object{Rate: 0.3, Size: 2}
	wantOnce, err := theory.LRUWithOnce(objects, once, 200)
	require.NoError(t, err)
	for name, life := range map[string]float64{"for ever": 0, "long": 1e12} {
		lives := make([]float64, len(objects))
		for i := range lives {
			lives[i] = life
		}
		is, err := theory.LRUWithChurn(objects, lives, theory.Object{}, 200)
		require.NoError(t, err)
		require.InDelta(t, want.RequestHitRatio, is.RequestHitRatio, 1e-6, name)
		require.InDelta(t, want.CharacteristicTime, is.CharacteristicTime, 1e-3, name)
		is, err = theory.LRUWithChurn(objects, lives, once, 200)
		require.NoError(t, err)
		require.InDelta(t, wantOnce.RequestHitRatio, is.RequestHitRatio, 1e-6, name)
		require.InDelta(t, wantOnce.ByteHitRatio, is.ByteHitRatio, 1e-6, name)
	}
}

// TestEveryObjectMissesOnce has a cache that keeps all objects for their lives: of a Poisson number of requests n all but the first hit, which
// are E[n] - P(n > 0).
func TestEveryObjectMissesOnce(t *testing.T) {
	objects, lives := theory.Zipf(100, 1), make([]float64, 100)
	for i := range lives {
		lives[i] = 300
	}
	c, err := theory.LRUWithChurn(objects, lives, theory.Object{}, 1000)
	require.NoError(t, err)
	require.Greater(t, c.CharacteristicTime, 300.0)
	want := 0.0
	for i, o := range objects {
		n := o.Rate * 300
		require.InDelta(t, (n-1+math.Exp(-n))/n, c.Hits[i], 1e-9)
		want += o.Rate * c.Hits[i]
	}
	require.InDelta(t, want, c.RequestHitRatio, 1e-12)
}

// TestChurnHitsAsACacheDoes replays requests for objects of different sizes of which new ones take the place, and some that are asked for
// once, through an LRU.
func TestChurnHitsAsACacheDoes(t *testing.T) {
	const places, rate, capacity, requests = 1000, 20.0, 1500, 200_000
	for _, life := range []float64{60, 450} {
		for _, once := range []float64{0, 0.2} {
			objects, lives := theory.Zipf(places, 0.8), make([]float64, places)
			born := make([]float64, places)
			draws := random.New(7, 0, 1, 1)
			shares := make([]float64, places)
			for i := range objects {
				shares[i] = objects[i].Rate
				objects[i] = theory.Object{Rate: rate * shares[i] * (1 - once), Size: float64(1 + i%4)}
				lives[i], born[i] = life, life*draws.Float64()
			}
			alias, err := random.NewAlias(shares)
			require.NoError(t, err)
			lru, err := cache.New(cache.Config{CapacityBytes: capacity})
			require.NoError(t, err)
			at, hits, counted, next := 0.0, 0, 0, uint64(1<<40)
			for i := range requests {
				at -= math.Log(1-draws.Float64()) / rate
				object, size := next, int64(2)
				if draws.Float64() < once {
					next++
				} else {
					place := int(alias.Draw(&draws))
					object, size = uint64(math.Floor((at+born[place])/life))*places+uint64(place), int64(1+place%4)
				}
				_, hit := lru.Lookup(object)
				if !hit {
					lru.Insert(object, size)
				}
				if i > requests/4 {
					counted++
					if hit {
						hits++
					}
				}
			}
			c, err := theory.LRUWithChurn(objects, lives, theory.Object{Rate: rate * once, Size: 2}, capacity)
			require.NoError(t, err)
			forEver, err := theory.LRUWithOnce(objects, theory.Object{Rate: rate*once + 1e-12, Size: 2}, capacity)
			require.NoError(t, err)
			is := float64(hits) / float64(counted)
			t.Logf("life %v s, %v once: hits %.4f, in theory %.4f; for ever %.4f", life, once, is, c.RequestHitRatio, forEver.RequestHitRatio)
			require.InDelta(t, c.RequestHitRatio, is, 0.006)
			require.Less(t, c.RequestHitRatio, forEver.RequestHitRatio-0.02)
		}
	}
}

func TestLifetimesAreChecked(t *testing.T) {
	objects := theory.Zipf(2, 1)
	for _, c := range []struct {
		lives []float64
		once  theory.Object
		want  string
	}{
		{[]float64{1}, theory.Object{}, "lifetimes is 1; want one an object, of which there are 2"},
		{[]float64{1, -1}, theory.Object{}, "lifetimes[1] is -1; want a finite number, 0 (for ever) or more"},
		{[]float64{1, math.NaN()}, theory.Object{}, "lifetimes[1] is NaN"},
		{[]float64{1, 1}, theory.Object{Rate: -1}, "once is of rate -1"},
		{[]float64{1, 1}, theory.Object{Rate: 1}, "once is of rate 1 and size 0"},
	} {
		_, err := theory.LRUWithChurn(objects, c.lives, c.once, 1)
		require.ErrorContains(t, err, c.want)
	}
}
