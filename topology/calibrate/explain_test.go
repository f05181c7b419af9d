package calibrate

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
)

func TestHubsAreThoseThatAWayLeadsOver(t *testing.T) {
	riyadh, dubai := topology.Node{Kind: topology.PoP, LatDeg: 24.7, LonDeg: 46.7, Country: "SA"}, topology.Node{Kind: topology.PoP, LatDeg: 25.2, LonDeg: 55.3, Country: "AE"}
	hyderabad, frankfurt := topology.Node{Kind: topology.PoP, LatDeg: 17.39, LonDeg: 78.49, Country: "IN"}, topology.Node{Kind: topology.PoP, LatDeg: 50.1, LonDeg: 8.7, Country: "DE"}
	explain := func(m *Model, kind topology.LinkKind, a, b topology.Node) Explanation {
		e, ok := m.Explain(kind, m.Locate(a), m.Locate(b), 20*time.Millisecond, 0)
		require.True(t, ok)
		return e
	}
	e := explain(Default(), topology.Internet, riyadh, dubai)
	require.Equal(t, []string{"FJR"}, over(e.Ways, topology.WayTransit), "where both buy")
	require.True(t, e.Nearby, "places a few kilometres away were measured")
	require.False(t, e.Measured)
	e = explain(Default(), topology.Internet, riyadh, frankfurt)
	require.False(t, e.Nearby && e.Measured)
	require.Equal(t, []string{"FJR BOM", "BOM"}, over(explain(Default(), topology.Backbone, dubai, hyderabad).Ways, topology.WayHubs), "a provider's backbone goes to the nearest hubs, and to those of a region where it is said to; of the Internet's share the nearest for all")
	require.Equal(t, []string{"BOM MRS MIL FRA"}, over(explain(Default(), topology.Internet, hyderabad, frankfurt).Ways, topology.WayHubs))
	cut, err := Default().Cut(RedSea)
	require.NoError(t, err)
	for _, w := range over(explain(cut, topology.Internet, hyderabad, frankfurt).Ways, topology.WayHubs) {
		require.NotContains(t, w, "BOM MRS")
	}
}

// over returns what the ways of a kind lead over, those of the largest share first.
func over(ways []topology.Way, by topology.WayKind) (all []string) {
	for _, w := range ways {
		if w.By == by {
			all = append(all, strings.Join(w.Over, " "))
		}
	}
	return all
}

// A neighbour is named once, though several servers of its town were measured.
func TestNeighboursAreDifferentPlaces(t *testing.T) {
	newYork, paris := topology.Node{Kind: topology.PoP, LatDeg: 40.7, LonDeg: -74, Country: "US"}, topology.Node{Kind: topology.PoP, LatDeg: 48.86, LonDeg: 2.35, Country: "FR"}
	m := Default()
	e, ok := m.Explain(topology.Internet, m.Locate(newYork), m.Locate(paris), 70*time.Millisecond, 0)
	require.True(t, ok)
	for _, near := range e.Neighbours {
		require.Len(t, near, mostNeighbours)
		for i := range near {
			for _, o := range near[:i] {
				require.Greater(t, topology.DistanceKm(near[i].place(), o.place()), 60.0)
			}
		}
	}
}
