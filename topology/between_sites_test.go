package topology_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// A Local Zone reaches its parent over the backbone or, where that is longer, the Internet: never later than over
// either alone, nor than a user beside the zone whose packets went to the zone first and on over the Internet.
func TestLocalZonesTakeTheShorterOfTheTwoWays(t *testing.T) {
	zones := []string{"us-west-2-lax-1", "us-west-2-den-1", "us-west-2-sea-1"}
	n, err := catalog.AWS(catalog.Selection{
		Metros: []string{"los-angeles-us", "denver-us", "seattle-us"}, LocalZones: zones, Regions: []string{"us-west-2"},
	})
	require.NoError(t, err)
	parent, ok := n.Index("us-west-2")
	require.True(t, ok)
	for i, zone := range zones {
		from, ok := n.Index(zone)
		require.True(t, ok)
		between, err := n.BetweenSites([]int{from}, parent)
		require.NoError(t, err)
		for _, over := range []topology.LinkKinds{topology.Private, 1 << topology.Internet} {
			alone, err := n.Routes([]int{from}, []int{parent}, over)
			require.NoError(t, err)
			require.LessOrEqual(t, between[0].RTT(), alone.RTT(0, 0), "%s over %v", zone, over)
		}
		metro := n.OfKind(topology.Metro)[i]
		public, err := n.Routes([]int{metro}, []int{from, parent}, topology.Public)
		require.NoError(t, err)
		_, toZone, _ := public.Parts(0, 0)
		_, toParent, _ := public.Parts(0, 1)
		require.LessOrEqual(t, between[0].RTT(), 2*(toZone+toParent), zone)
	}
}

// A site that lacks one of the two kinds of ways does not take it from the others.
func TestWaysOfManySitesAreThoseOfEach(t *testing.T) {
	n, err := catalog.AWS(catalog.Selection{
		Metros: []string{"los-angeles-us"}, LocalZones: []string{"us-west-2-lax-1", "us-west-2-den-1"},
		Regions: []string{"us-west-2", "eu-west-1"}, PoPs: []string{"pop-lax", "pop-fra"},
	})
	require.NoError(t, err)
	links := n.Links()
	links = slices.DeleteFunc(links, func(l topology.Link) bool {
		return l.Kind == topology.Backbone && (l.From == "pop-fra" || l.To == "pop-fra")
	})
	cut, err := topology.New(n.AllNodes(), links)
	require.NoError(t, err)
	cut = cut.WithCorrection(n.Correction())
	for _, n := range []*topology.Network{n, cut} {
		var sites []int
		for _, kind := range []topology.NodeKind{topology.LocalZone, topology.PoP, topology.Region} {
			sites = append(sites, n.OfKind(kind)...)
		}
		for _, to := range sites {
			all, err := n.BetweenSites(sites, to)
			require.NoError(t, err)
			for i, from := range sites {
				one, err := n.BetweenSites([]int{from}, to)
				require.NoError(t, err)
				require.Equal(t, one[0], all[i])
			}
		}
	}
}
