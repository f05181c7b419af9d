package placement_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// Four alternatives for one business.
func Example() {
	region := placement.RegionOnly("us-west-2")
	zones := region.WithLocalZones("us-west-2-lax-1")
	for _, p := range []placement.Placement{
		region,
		region.WithPoPs(256<<20, "pop-lax", "pop-sea").ViaPoP(),
		zones,
		zones.WithPoPs(256<<20, "pop-lax", "pop-sea").Named("everything"),
	} {
		fmt.Printf("%s: %d cache, %d compute\n", p.Name, len(p.Of(placement.EdgeCache)), len(p.Of(placement.Compute)))
	}
	// Output:
	// region only: 0 cache, 1 compute
	// region only + PoPs: 2 cache, 1 compute
	// region only + Local Zones: 0 cache, 2 compute
	// everything: 2 cache, 2 compute
}

func TestPlacementsAreValues(t *testing.T) {
	region := placement.RegionOnly("us-west-2")
	a := region.WithLocalZones("us-west-2-lax-1")
	b := region.WithLocalZones("us-west-2-sea-1")
	require.Len(t, region.Sites, 2)
	require.Equal(t, "us-west-2-lax-1", a.Sites[2].Site)
	require.Equal(t, "us-west-2-sea-1", b.Sites[2].Site)
}

func TestBadPlacementsNameTheirSite(t *testing.T) {
	net, err := catalog.AWS(catalog.Selection{
		Metros: []string{"denver-us"}, Regions: []string{"us-west-2"}, LocalZones: []string{"us-west-2-lax-1"},
		PoPs: []string{"pop-lax"}, RegionalEdgeCaches: []string{"rec-us-west-2"},
	})
	require.NoError(t, err)
	region := placement.RegionOnly("us-west-2")
	require.NoError(t, region.WithPoPs(1, "pop-lax").WithLocalZones("us-west-2-lax-1").WithMidTier(1, "rec-us-west-2").Validate(net))
	for want, p := range map[string]placement.Placement{
		"Name is":                                                             region.Named(""),
		"Sites[2].Site is pop-sea; want a node":                               region.WithPoPs(1, "pop-sea"),
		"Sites[2].CacheBytes is 0":                                            region.WithPoPs(0, "pop-lax"),
		"Sites[2].Role is compute":                                            region.WithLocalZones("pop-lax"),
		"Sites[2].Role is origin; want another":                               region.With(placement.Assignment{Site: "us-west-2", Role: placement.Origin}),
		"Sites[2].Backup is true; want false: no o":                           region.With(placement.Assignment{Site: "pop-lax", Role: placement.EdgeCache, CacheBytes: 1, Backup: true}),
		"Sites[2].Servers is -1":                                              region.With(placement.Assignment{Site: "us-west-2-lax-1", Role: placement.Compute, Servers: -1}),
		"Sites[2].Servers is 3; want 0: a cache has":                          region.With(placement.Assignment{Site: "pop-lax", Role: placement.EdgeCache, CacheBytes: 1, Servers: 3}),
		"Sites[2].CacheBytes is 5; want 0: the role \"compute\" has no cache": region.With(placement.Assignment{Site: "us-west-2-lax-1", Role: placement.Compute, CacheBytes: 5}),
		"Sites[2].Role is role(9)":                                            region.With(placement.Assignment{Site: "us-west-2", Role: 9}),
		"Sites[2].Policy is mru; want one of":                                 region.With(placement.Assignment{Site: "pop-lax", Role: placement.EdgeCache, CacheBytes: 1, Policy: "mru"}),
		"Sites[2].Admission is all; want one of":                              region.With(placement.Assignment{Site: "pop-lax", Role: placement.EdgeCache, CacheBytes: 1, Admission: "all"}),
		"Sites[2].Policy is lru; want no cache pol":                           region.With(placement.Assignment{Site: "us-west-2-lax-1", Role: placement.Compute, Policy: "lru"}),
		"Routing.Misdirected is 1.1; want 0 to 1":                             routed(region, placement.Anycast{Misdirected: placement.FractionOf(1.1)}),
		"Routing.Misdirected is NaN; want 0 to 1":                             routed(region, placement.Anycast{Misdirected: placement.FractionOf(math.NaN())}),
		"Routing is empty; want a weight":                                     routed(region, placement.Weighted{}),
		"Routing[0].Site is pop-lax":                                          routed(region, placement.Weighted{{Site: "pop-lax", Weight: 1}}),
		"Routing[1].Site is us-west-2; want a site that":                      routed(region, placement.Weighted{{Site: "us-west-2", Weight: 1}, {Site: "us-west-2", Weight: 2}}),
		"Routing[0].Weight is 0; want more than 0":                            routed(region, placement.Weighted{{Site: "us-west-2"}}),
		"Routing is empty; want a site":                                       routed(region, placement.Pinned{}),
		"Routing[0].Metro is us-west-2; want a metro":                         routed(region, placement.Pinned{{Metro: "us-west-2", Site: "us-west-2"}}),
		"Routing[0].Site is pop-lax; want a site of":                          routed(region, placement.Pinned{{Metro: "denver-us", Site: "pop-lax"}}),
		"Routing[1].Site is us-west-2; want another site":                     routed(region, placement.Pinned{{Metro: "denver-us", Site: "us-west-2"}, {Metro: "denver-us", Site: "us-west-2"}}),
	} {
		require.ErrorContains(t, p.Validate(net), want)
	}
}

func routed(p placement.Placement, rule placement.Routing) placement.Placement {
	p.Routing = rule
	return p
}

func TestNamesParseBack(t *testing.T) {
	for _, name := range placement.RoleNames() {
		r, err := placement.ParseRole(name)
		require.NoError(t, err)
		require.Equal(t, name, r.String())
	}
	_, err := placement.ParseRole("edge")
	require.ErrorContains(t, err, "edge-cache")
}
