package calibrate

import (
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
	require.Equal(t, []string{"FJR"}, e.Hubs, "where both buy")
	require.True(t, e.Nearby, "places a few kilometres away were measured")
	require.False(t, e.Measured)
	e = explain(Default(), topology.Internet, riyadh, frankfurt)
	require.False(t, e.Nearby && e.Measured)
	require.Equal(t, []string{"BOM"}, explain(Default(), topology.Backbone, dubai, hyderabad).Hubs, "a provider's backbone goes to the nearest hubs, and those of a region are for who buys there")
	require.Contains(t, explain(Default(), topology.Internet, hyderabad, frankfurt).Hubs, "MRS")
	cut, err := Default().Cut(RedSea)
	require.NoError(t, err)
	hubs := explain(cut, topology.Internet, hyderabad, frankfurt).Hubs
	require.NotContains(t, hubs, "MRS")
	require.Contains(t, hubs, "SIN")
}
