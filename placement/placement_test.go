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
		"Routing is routing(7); want one of":                                  {Name: "x", Routing: 7},
		"Misdirected is 0.1; want 0: it is for":                               {Name: "x", Misdirected: 0.1},
		"Misdirected is 1.1; want 0 to 1":                                     {Name: "x", Routing: placement.Anycast, Misdirected: 1.1},
		"Misdirected is NaN; want 0 to 1":                                     {Name: "x", Routing: placement.Anycast, Misdirected: math.NaN()},
		"Weights is empty":                                                    {Name: "x", Routing: placement.Weighted},
		"Weights is [{us-west-2 1}]; want none":                               routed(region, placement.Anycast, []placement.SiteWeight{{Site: "us-west-2", Weight: 1}}, nil),
		"Weights[0].Site is pop-lax":                                          routed(region, placement.Weighted, []placement.SiteWeight{{Site: "pop-lax", Weight: 1}}, nil),
		"Weights[1].Site is us-west-2":                                        routed(region, placement.Weighted, []placement.SiteWeight{{Site: "us-west-2", Weight: 1}, {Site: "us-west-2", Weight: 2}}, nil),
		"Weights[0].Weight is 0; want more than 0":                            routed(region, placement.Weighted, []placement.SiteWeight{{Site: "us-west-2"}}, nil),
		"Pins is empty":                                                       {Name: "x", Routing: placement.Pinned},
		"Pins is [{denver-us us-west-2}]; want none":                          routed(region, placement.NearestRTT, nil, []placement.Pin{{Metro: "denver-us", Site: "us-west-2"}}),
		"Pins[0].Metro is us-west-2; want a metro":                            routed(region, placement.Pinned, nil, []placement.Pin{{Metro: "us-west-2", Site: "us-west-2"}}),
		"Pins[0].Site is pop-lax; want a site of":                             routed(region, placement.Pinned, nil, []placement.Pin{{Metro: "denver-us", Site: "pop-lax"}}),
		"Pins[1].Site is us-west-2; want another":                             routed(region, placement.Pinned, nil, []placement.Pin{{Metro: "denver-us", Site: "us-west-2"}, {Metro: "denver-us", Site: "us-west-2"}}),
	} {
		require.ErrorContains(t, p.Validate(net), want)
	}
}

func routed(p placement.Placement, rule placement.Routing, weights []placement.SiteWeight, pins []placement.Pin) placement.Placement {
	p.Routing, p.Weights, p.Pins = rule, weights, pins
	return p
}

func TestAnycastMisdirectsAFifthUnlessToldOtherwise(t *testing.T) {
	for share, want := range map[float64]float64{0: 0.2, 0.35: 0.35, 1: 1, -1: 0} {
		require.Equal(t, want, placement.Placement{Routing: placement.Anycast, Misdirected: share}.MisdirectedShare())
	}
	require.Zero(t, placement.Placement{}.MisdirectedShare())
}

func TestNamesParseBack(t *testing.T) {
	for _, name := range placement.RoleNames() {
		r, err := placement.ParseRole(name)
		require.NoError(t, err)
		require.Equal(t, name, r.String())
	}
	for _, name := range placement.RoutingNames() {
		r, err := placement.ParseRouting(name)
		require.NoError(t, err)
		require.Equal(t, name, r.String())
	}
	_, err := placement.ParseRole("edge")
	require.ErrorContains(t, err, "edge-cache")
	_, err = placement.ParseRouting("near")
	require.ErrorContains(t, err, "nearest-rtt")
}
