package topology_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
)

// A guided correction doubles paths and says that half of it is the path and half a hub.
type guided struct{}

func (guided) Locate(topology.Node) topology.Location { return guided{} }

func (guided) RTT(_ topology.LinkKind, _ topology.Location, path time.Duration) time.Duration {
	return 2 * path
}

func (guided) Ways(_ topology.LinkKind, _ topology.Location, path time.Duration) ([]topology.Way, float64) {
	return []topology.Way{{By: topology.WayTowns, Share: 0.5, RTT: path}, {By: topology.WayHubs, Over: []string{"HUB"}, Share: 0.5, RTT: 4 * path}}, 1
}

func TestStretchesOfARouteSayWhatTheyAreMadeOf(t *testing.T) {
	const ms = time.Millisecond
	n := smallWorld(t).WithCorrection(guided{})
	stretches := route(t, n, "la", "region", topology.Public).Stretches(0, 0)
	require.Len(t, stretches, 2)
	require.Equal(t, topology.Access, stretches[0].Kind)
	require.Equal(t, 5*ms, stretches[0].OneWay)
	require.Empty(t, stretches[0].Ways)
	require.Zero(t, stretches[0].Detour)
	internet := stretches[1]
	require.Equal(t, 1.0, internet.Detour)
	require.Equal(t, 30*ms, internet.OneWay)
	require.Equal(t, []topology.Way{
		{By: topology.WayTowns, Over: []string{"x-la", "town", "region"}, Share: 0.5, RTT: 30 * ms}, {By: topology.WayHubs, Over: []string{"HUB"}, Share: 0.5, RTT: 120 * ms},
	}, internet.Ways)
	require.Equal(t, 2*internet.OneWay, topology.MeanRTT(internet.Ways))

	// A link that fails makes the way longer in proportion, and the towns are others.
	detour, err := smallWorld(t, link("x-la", "region", topology.Internet, 45*ms)).WithCorrection(guided{}).With(topology.Change{CutNodes: []string{"town"}})
	require.NoError(t, err)
	stretches = route(t, detour, "la", "region", topology.Public).Stretches(0, 0)
	require.Equal(t, 90*ms, stretches[1].OneWay)
	require.Equal(t, []string{"x-la", "region"}, stretches[1].Ways[0].Over)
	require.Equal(t, 2*stretches[1].OneWay, topology.MeanRTT(stretches[1].Ways))

	// What was measured is not made of ways.
	measured, err := n.With(topology.Change{Measured: []topology.MeasuredRTT{{From: "la", To: "region", RTT: 50 * ms}}})
	require.NoError(t, err)
	stretches = route(t, measured, "la", "region", topology.Public).Stretches(0, 0)
	require.False(t, stretches[0].Measured)
	require.True(t, stretches[1].Measured)
	require.Empty(t, stretches[1].Ways)
}

func TestThePathFinderNamesTheTownsOfItsPath(t *testing.T) {
	towns := []topology.Node{{ID: "a", Kind: topology.Exchange}, {ID: "b", Kind: topology.Exchange, LonDeg: 5}, {ID: "c", Kind: topology.Exchange, LonDeg: 10}, {ID: "d", Kind: topology.Exchange, LatDeg: 8, LonDeg: 5}}
	fabric, err := topology.NewFabric(towns, [][2]string{{"a", "b"}, {"b", "c"}, {"a", "d"}, {"d", "c"}})
	require.NoError(t, err)
	model := topology.DefaultDelayModel().Internet
	finder, err := fabric.NewPathFinder(model)
	require.NoError(t, err)
	at := func(lat, lon float64) topology.PathEnd {
		end, err := finder.Locate(topology.Place{LatDeg: lat, LonDeg: lon})
		require.NoError(t, err)
		return end
	}
	west, east := at(0, -1), at(0, 11)
	ids := finder.Towns(west, east)
	place := map[string]topology.Place{}
	for _, town := range towns {
		place[town.ID] = town.Place()
	}
	sum, last := time.Duration(0), topology.Place{LonDeg: -1}
	for _, id := range append(ids, "") {
		next, ok := place[id]
		if !ok {
			next = topology.Place{LonDeg: 11}
		}
		sum += model.OneWay(topology.DistanceKm(last, next))
		last = next
	}
	require.Equal(t, finder.OneWay(west, east), sum, "%v", ids)
	require.Empty(t, finder.Towns(at(3, 3), at(3, 3.1)), "in one town")
}
