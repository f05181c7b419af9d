package topology_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
)

// towns stand on the equator, a degree (111.2 km) apart.
func towns(lonDeg ...float64) []topology.Node {
	var all []topology.Node
	for i, lon := range lonDeg {
		all = append(all, topology.Node{ID: string(rune('a' + i)), Kind: topology.Exchange, LonDeg: lon})
	}
	return all
}

func testModel() topology.DelayModel {
	return topology.DelayModel{
		Internet: topology.PathModel{Inflation: 2, FiberSpeed: 0.5, PerHop: time.Millisecond},
		Backbone: topology.PathModel{Inflation: 1, FiberSpeed: 0.5, PerHop: 0},
	}
}

func TestPartsOfTheMapAreJoined(t *testing.T) {
	// a-b is a cable, c and d are close to one another, e is alone. Nine more towns, close to the
	// metro, keep it from reaching the others but through cables.
	all := towns(0, 1, 10, 10.5, 30, 0.1, 0.2, 0.3, 0.4, 0.5)
	f, err := topology.NewFabric(all, [][2]string{{"a", "b"}})
	require.NoError(t, err)
	metros := []topology.Node{{ID: "m", Kind: topology.Metro}}
	sites := []topology.Node{{ID: "s", Kind: topology.Region, LonDeg: 30}}
	n, err := f.Network(testModel(), metros, sites)
	require.NoError(t, err)
	r := route(t, n, "m", "s", topology.Public)
	path := pathIDs(n, r)
	require.Equal(t, []string{"m", "x-m"}, path[:2])
	require.Equal(t, "s", path[len(path)-1])
	_, internet, _ := r.Parts(0, 0)
	light := testModel().Internet.OneWay(topology.DistanceKm(topology.Place{}, topology.Place{LonDeg: 30})) - time.Millisecond
	hops := time.Duration(len(path)-2) * time.Millisecond
	require.InDelta(t, light+hops, internet, float64(10*time.Microsecond), "along the equator every hop costs its hop and nothing else")
}

func TestAChoiceOfSitesDoesNotChangeOtherDelays(t *testing.T) {
	f, err := topology.NewFabric(towns(0, 5, 10, 15, 20, 25, 30, 35, 40, 45), [][2]string{
		{"a", "b"}, {"b", "c"}, {"c", "d"}, {"d", "e"}, {"e", "f"}, {"f", "g"}, {"g", "h"}, {"h", "i"}, {"i", "j"}})
	require.NoError(t, err)
	metros := []topology.Node{{ID: "m", Kind: topology.Metro, LonDeg: 1}, {ID: "between", Kind: topology.Metro, LonDeg: 22}}
	sites := []topology.Node{
		{ID: "far", Kind: topology.Region, LonDeg: 44, Provider: "one"}, {ID: "near", Kind: topology.PoP, LonDeg: 2, Provider: "one"},
		{ID: "midway", Kind: topology.PoP, LonDeg: 21, Provider: "one"}, {ID: "other", Kind: topology.Region, LonDeg: 20, Provider: "two"},
	}
	alone, err := f.Network(testModel(), metros[:1], sites[:2])
	require.NoError(t, err)
	crowded, err := f.Network(testModel(), metros, sites)
	require.NoError(t, err)
	require.Equal(t, route(t, alone, "m", "far", topology.Public).OneWay(0, 0), route(t, crowded, "m", "far", topology.Public).OneWay(0, 0))
	require.Equal(t, route(t, alone, "near", "far", topology.Private).OneWay(0, 0), route(t, crowded, "near", "far", topology.Private).OneWay(0, 0))
}

func TestProvidersDoNotShareABackbone(t *testing.T) {
	f, err := topology.NewFabric(towns(0, 1), nil)
	require.NoError(t, err)
	n, err := f.Network(testModel(), nil, []topology.Node{
		{ID: "one-a", Kind: topology.Region, Provider: "one"}, {ID: "one-b", Kind: topology.PoP, LonDeg: 1, Provider: "one"},
		{ID: "two-a", Kind: topology.Region, Provider: "two"}, {ID: "two-b", Kind: topology.PoP, LonDeg: 1, Provider: "two"},
	})
	require.NoError(t, err)
	a, _ := n.Index("one-a")
	b, _ := n.Index("two-b")
	_, err = n.Routes([]int{a}, []int{b}, topology.Private)
	require.ErrorContains(t, err, `no route from "one-a" to "two-b"`)
	_, err = n.Routes([]int{a}, []int{b}, topology.Public)
	require.NoError(t, err)
}

func TestAccessLinksTakeHalfTheMedianLastMile(t *testing.T) {
	f, err := topology.NewFabric(towns(0), nil)
	require.NoError(t, err)
	n, err := f.Network(testModel(), []topology.Node{
		{ID: "m", Kind: topology.Metro}, {ID: "mobile", Kind: topology.Metro, Access: topology.AccessMix{topology.LTE: 1}},
	}, []topology.Node{{ID: "s", Kind: topology.PoP, Provider: "p"}})
	require.NoError(t, err)
	access, internet, backbone := route(t, n, "m", "s", topology.Public).Parts(0, 0)
	require.Equal(t, topology.DefaultAccessMix().MedianRTT()/2, access)
	require.Equal(t, time.Millisecond, internet, "same town: one hop")
	require.Zero(t, backbone)
	access, _, _ = route(t, n, "mobile", "s", topology.Public).Parts(0, 0)
	require.Equal(t, topology.AccessMix{topology.LTE: 1}.MedianRTT()/2, access)
}

func TestFabricErrorsNameTheOffender(t *testing.T) {
	for want, make := range map[string]func() error{
		`town "m": Kind is metro`: func() error {
			_, err := topology.NewFabric([]topology.Node{{ID: "m", Kind: topology.Metro}}, nil)
			return err
		},
		`town 1: ID is a; want another than that of town 0`: func() error {
			_, err := topology.NewFabric(append(towns(0), towns(1)...), nil)
			return err
		},
		`town "a": LonDeg is 200`: func() error { _, err := topology.NewFabric(towns(200), nil); return err },
		`cables[0][1] is z`:       func() error { _, err := topology.NewFabric(towns(0), [][2]string{{"a", "z"}}); return err },
		`metro "x": Kind is exchange; want a metro`: func() error {
			f, _ := topology.NewFabric(towns(0), nil)
			_, err := f.Network(testModel(), []topology.Node{{ID: "x", Kind: topology.Exchange}}, nil)
			return err
		},
		`site "m": Kind is metro; want a kind of site`: func() error {
			f, _ := topology.NewFabric(towns(0), nil)
			_, err := f.Network(testModel(), nil, []topology.Node{{ID: "m"}})
			return err
		},
		`site "s": LatDeg is 99`: func() error {
			f, _ := topology.NewFabric(towns(0), nil)
			_, err := f.Network(testModel(), nil, []topology.Node{{ID: "s", Kind: topology.PoP, LatDeg: 99}})
			return err
		},
		`Internet.Inflation is 0`: func() error {
			f, _ := topology.NewFabric(towns(0), nil)
			_, err := f.Network(topology.DelayModel{}, nil, nil)
			return err
		},
	} {
		require.ErrorContains(t, make(), want)
	}
}

func TestPathsAreThoseOfANetwork(t *testing.T) {
	f, err := topology.NewFabric(towns(0, 3, 6, 9, 12, 15, 18, 21, 24, 24.3), [][2]string{
		{"a", "c"}, {"b", "d"}, {"c", "e"}, {"d", "g"}, {"e", "h"}, {"g", "i"}})
	require.NoError(t, err)
	finder, err := f.NewPathFinder(testModel().Internet)
	require.NoError(t, err)
	metros := []topology.Node{{ID: "m", Kind: topology.Metro, LonDeg: 0.2, LatDeg: 0.3}, {ID: "n", Kind: topology.Metro, LonDeg: 13}}
	sites := []topology.Node{
		{ID: "near", Kind: topology.PoP, LonDeg: 0.2, Provider: "p"}, {ID: "far", Kind: topology.Region, LonDeg: 22, LatDeg: 1, Provider: "p"},
	}
	n, err := f.Network(testModel(), metros, sites)
	require.NoError(t, err)
	for _, m := range metros {
		for _, s := range sites {
			a, err := finder.Locate(topology.Place{LatDeg: m.LatDeg, LonDeg: m.LonDeg})
			require.NoError(t, err)
			b, err := finder.Locate(topology.Place{LatDeg: s.LatDeg, LonDeg: s.LonDeg})
			require.NoError(t, err)
			_, internet, _ := route(t, n, m.ID, s.ID, topology.Public).Parts(0, 0)
			require.Equal(t, internet, finder.OneWay(a, b), "%s to %s", m.ID, s.ID)
			require.Equal(t, internet, finder.OneWay(b, a), "%s to %s", s.ID, m.ID)
		}
	}
	_, err = finder.Locate(topology.Place{LatDeg: 100})
	require.ErrorContains(t, err, "LatDeg is 100")
	_, err = f.NewPathFinder(topology.PathModel{})
	require.ErrorContains(t, err, "Inflation is 0")
}
