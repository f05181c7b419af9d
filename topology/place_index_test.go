package topology_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
)

func TestNearestPlacesAreThoseOfAFullSearch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	places := make([]topology.Place, 300)
	for i := range places {
		places[i] = topology.Place{LatDeg: float64(r.IntN(1800))/10 - 90, LonDeg: float64(r.IntN(3600))/10 - 180}
	}
	places[7] = places[3] // equals: the first given comes first
	index := topology.NewPlaceIndex(places)
	for range 200 {
		p := topology.Place{LatDeg: r.Float64()*180 - 90, LonDeg: r.Float64()*360 - 180}
		order := make([]int, len(places))
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int {
			return cmp.Compare(topology.DistanceKm(p, places[a]), topology.DistanceKm(p, places[b]))
		})
		for _, count := range []int{1, 6} {
			got := index.Nearest(p, count)
			require.Len(t, got, count)
			for k := range got {
				require.InDelta(t, topology.DistanceKm(p, places[order[k]]), topology.DistanceKm(p, places[got[k]]), 1e-6)
			}
		}
	}
	require.Equal(t, []int{3, 7}, index.Nearest(places[3], 2))
	require.Len(t, index.Nearest(places[0], 1000), len(places))
	require.Empty(t, topology.NewPlaceIndex(nil).Nearest(topology.Place{}, 3))
	require.Empty(t, index.Nearest(topology.Place{}, 0))
}
