package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// worldOf returns the network of all regions and Local Zones of AWS and the largest metro of each of the 80 countries with the largest ones.
func worldOf(t *testing.T) *topology.Network {
	t.Helper()
	seen := make(map[string]bool)
	var metros, sites []topology.Node
	for _, m := range catalog.Metros() {
		if !seen[m.Country] && len(metros) < 80 {
			seen[m.Country] = true
			metros = append(metros, m)
		}
	}
	for _, s := range catalog.AllSites(catalog.ProviderAWS) {
		if s.Kind == topology.Region || s.Kind == topology.LocalZone {
			sites = append(sites, s)
		}
	}
	n, err := catalog.Fabric().Network(calibrate.Default().DelayModel(), metros, sites)
	require.NoError(t, err)
	return n
}

// polylineKm returns how long a printed path is over the nodes and hubs that it names.
func polylineKm(t *testing.T, n *topology.Network, path []string) float64 {
	t.Helper()
	var at []topology.Place
	for _, name := range path {
		if name == unknownPath {
			continue
		}
		if hub, isHub := strings.CutPrefix(name, "["); isHub {
			hubs := calibrate.Default().Trunks.Hubs
			k := slices.IndexFunc(hubs, func(h calibrate.Hub) bool { return h.ID+"]" == hub })
			require.GreaterOrEqual(t, k, 0, name)
			at = append(at, topology.Place{LatDeg: hubs[k].LatDeg, LonDeg: hubs[k].LonDeg})
			continue
		}
		i, ok := n.Index(name)
		require.True(t, ok, name)
		at = append(at, n.At(i).Place())
	}
	km := 0.0
	for k := 1; k < len(at); k++ {
		km += topology.DistanceKm(at[k-1], at[k])
	}
	return km
}

// Of all sites among themselves, and from metros to all sites.
func TestNoPathIsPrintedThatLightCannotGo(t *testing.T) {
	n := worldOf(t)
	sites := n.Sites()
	byLinks, byHubs, unknown := 0, 0, 0
	for _, of := range []struct {
		from []int
		over topology.LinkKinds
	}{{sites, topology.Private | 1<<topology.Internet}, {n.OfKind(topology.Metro), topology.Public}} {
		routes, err := n.Routes(of.from, sites, of.over)
		require.NoError(t, err)
		for i := range of.from {
			for j := range sites {
				if of.from[i] == sites[j] {
					continue
				}
				path, links := knownPath(n, routes.Stretches(i, j)), idsOf(n, routes.Path(i, j))
				require.Equal(t, links[0], path[0])
				require.Equal(t, links[len(links)-1], path[len(path)-1])
				km, name := polylineKm(t, n, path), strings.Join(path, " > ")
				require.LessOrEqual(t, 2*km/topology.SpeedOfLightKmPerMs, 1e-6+milliseconds(2*routes.OneWay(i, j)), name)
				if links[0] == "riyadh-sa" && path[len(path)-1] == "me-south-1" {
					require.Equal(t, "riyadh-sa > x-riyadh-sa > [BAH] > me-south-1", name, "the links lead by Haifa and Athens")
				}
				switch {
				case slices.Equal(path, links):
					byLinks++
				case slices.Contains(path, unknownPath):
					unknown++
				default:
					byHubs++
				}
			}
		}
	}
	t.Logf("%d over links, %d over hubs, %d unknown", byLinks, byHubs, unknown)
	require.Greater(t, byLinks, 9*(byHubs+unknown), "most ways lead over their links")
	require.Positive(t, byHubs)
}

// What was measured between the ends may be less than light needs over the links, and says nothing of the way.
func TestAPathOfWhichNothingIsKnownNamesNothing(t *testing.T) {
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1, LonDeg: 1}, {ID: "town", Kind: topology.Exchange, LonDeg: 11}, {ID: "region", Kind: topology.Region, LonDeg: 2},
	}, slices.Concat(
		topology.Link{From: "metro", To: "town", Kind: topology.Internet, OneWay: 10e6}.Both(),
		topology.Link{From: "town", To: "region", Kind: topology.Internet, OneWay: 1e6}.Both()))
	require.NoError(t, err)
	routes, err := routesFrom(n, 0)
	require.NoError(t, err)
	require.Equal(t, []string{"metro", "town", "region"}, routes[0].Path, "links whose delays are given lead where they lead")
	for rtt, want := range map[time.Duration][]string{20e6: {"metro", unknownPath, "region"}, 22e6: {"metro", "town", "region"}} {
		// 10 and 9 degrees are 2,113 km, there and back 20.7 ms in fibre.
		measured, err := n.With(topology.Change{Measured: []topology.MeasuredRTT{{From: "metro", To: "region", RTT: rtt}}})
		require.NoError(t, err)
		routes, err := routesFrom(measured, 0)
		require.NoError(t, err)
		require.Equal(t, want, routes[0].Path)
		require.Equal(t, []string{"metro", "town", "region"}, routes[0].Links)
	}
}

// A node without coordinates is not taken to lie in the Gulf of Guinea, 5,000 km from both ends.
func TestAPathOverANodeWithoutAPlaceIsNamed(t *testing.T) {
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1, LatDeg: 50}, {ID: "somewhere", Kind: topology.Exchange}, {ID: "region", Kind: topology.Region, LatDeg: 51},
	}, slices.Concat(
		topology.Link{From: "metro", To: "somewhere", Kind: topology.Internet, OneWay: 1e6}.Both(),
		topology.Link{From: "somewhere", To: "region", Kind: topology.Internet, OneWay: 1e6}.Both()))
	require.NoError(t, err)
	measured, err := n.With(topology.Change{Measured: []topology.MeasuredRTT{{From: "metro", To: "region", RTT: 3e6}}})
	require.NoError(t, err)
	routes, err := routesFrom(measured, 0)
	require.NoError(t, err)
	require.Equal(t, []string{"metro", "somewhere", "region"}, routes[0].Path)
}
