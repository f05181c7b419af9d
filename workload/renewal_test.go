package workload_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/workload"
)

// drawn returns so many requests of a demand, of one metro.
func drawn(t *testing.T, m workload.Mixture, requests int) (at []int64, objects []uint32) {
	t.Helper()
	open, err := m.Open([]workload.Audience{{Metro: "here", Users: 1, Zone: time.UTC}}, workload.Env{Workload: "site", Day: workload.Flat(), Seed: 3})
	require.NoError(t, err)
	source := open(0)
	batch := workload.Batch{At: make([]int64, 256), Object: make([]uint32, 256)}
	for len(at) < requests {
		n := source.Draw(math.MaxInt64, &batch)
		at, objects = append(at, batch.At[:n]...), append(objects, batch.Object[:n]...)
	}
	return at, objects
}

// Under churn an LRU cache hits what theory says: of Poisson requests for places whose objects live equally long, those that come within the
// characteristic time of another for the same object. The cache holds dead objects, too: with T the sum over places of those asked for in
// the last T is its size, and over a boundary between two lives two may have been (T is less than a life).
func TestChurnHitsAsTheoryHasIt(t *testing.T) {
	for _, perDay := range []float64{0, 48, 192} {
		m := workload.Mixture{RequestsPerSecond: 20, Classes: []workload.Class{{Requests: 1, Objects: 2000, ZipfExponent: 0.8, Sizes: workload.Sizes{}}}, Churn: perDay}
		require.NoError(t, m.Validate())
		const requests, capacity = 600_000, 1200
		_, objects := drawn(t, m, requests)
		lru, err := cache.New(cache.Config{CapacityObjects: capacity})
		require.NoError(t, err)
		hits, counted := 0, 0
		for i, o := range objects {
			_, hit := lru.Lookup(uint64(o))
			if !hit {
				lru.Insert(uint64(o), 1)
			}
			if i > requests/5 {
				counted++
				if hit {
					hits++
				}
			}
		}
		shares, err := m.Popularity()
		require.NoError(t, err)
		r := m.RenewalOf("site", 3, 0)
		life := float64(r.Lifetime) * 1e-9
		held := func(keeps float64) (sum float64) {
			for _, share := range shares {
				rate := 20 * share
				one := 1 - math.Exp(-rate*keeps)
				if life == 0 {
					sum += one
					continue
				}
				// Over the place of the boundary the mean of (1 - e^-rx) + (1 - e^-r(T-x)).
				two := 2 * (1 - one/(rate*keeps))
				sum += keeps/life*two + (1-keeps/life)*one
			}
			return sum
		}
		low, high := 0.0, 449.0
		for range 100 {
			if middle := (low + high) / 2; held(middle) < capacity {
				low = middle
			} else {
				high = middle
			}
		}
		want := 0.0
		for _, share := range shares {
			gaps := (&workload.Workload{Demand: m}).GapsOf(20*share, 20)
			want += share - r.Missed(&gaps, low)/20
		}
		is := float64(hits) / float64(counted)
		t.Logf("churn %v a day: hits %.4f, in theory %.4f (T %.1f s)", perDay, is, want, low)
		require.InDelta(t, want, is, 0.006)
	}
}

// So many of the objects are replaced in a time as the churn says, evenly over it, and each keeps its popularity and its size.
func TestNewObjectsTakeThePlacesOfOthers(t *testing.T) {
	m := workload.Mixture{RequestsPerSecond: 1000, Classes: []workload.Class{
		{Requests: 1, Objects: 500, Sizes: workload.Sizes{LnMean: 5, LnSD: 1}}, {Requests: 1, Objects: 500, Sizes: workload.Sizes{LnMean: 9, LnSD: 1}},
	}, Churn: 12}
	r := m.RenewalOf("site", 1, 0)
	require.Equal(t, int64(2*time.Hour), r.Lifetime)
	const hour = int64(time.Hour)
	changed := 0
	sizes := m.SizesOf("site", 1, 0)
	for place := range uint32(1000) {
		first, later := r.Object(place, 0), r.Object(place, hour)
		if first != later {
			changed++
			require.GreaterOrEqual(t, later, uint32(1000))
		}
		require.Equal(t, place, first)
		require.Equal(t, sizes.SizeBytes(place), sizes.SizeBytes(later))
		require.NotEqual(t, first, r.Object(place, 2*hour))
		require.NotEqual(t, first, r.Before(place, 1))
		require.Less(t, int(later), m.Catalogue())
	}
	require.InDelta(t, 500, changed, 50)
	other := m.RenewalOf("site", 2, 0)
	require.NotEqual(t, r.AgeAtStart(3), other.AgeAtStart(3), "other seeds, other births")
	for churn, want := range map[float64]string{-1: "Churn", 1e5: "Churn"} {
		m.Churn = churn
		require.ErrorContains(t, m.Validate(), want)
	}
	m.Churn, m.Classes[0].Objects = 1, 1<<27
	require.ErrorContains(t, m.Validate(), "at most beside Churn")
}
