package placement_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache"
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
		fmt.Printf("%s: %d cache, %d compute\n", p.Name, len(p.Caches(placement.EdgeCache)), len(p.Of(placement.Compute)))
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
	pop := []placement.Cache{{Site: "pop-lax", CapacityBytes: 1}}
	require.NoError(t, region.WithPoPs(1, "pop-lax").WithLocalZones("us-west-2-lax-1").WithMidTier(1, "rec-us-west-2").WithShield(1, "pop-lax").Validate(net))
	require.NoError(t, tiered(region, placement.Tier{Name: "town", Caches: pop}, placement.Tier{Name: "land", Caches: pop, SkipInOriginRegion: true, Origins: []string{"us-west-2"}}).Validate(net))
	for want, p := range map[string]placement.Placement{
		"Name is":                                            region.Named(""),
		"Sites[2].Site is pop-lex; want a node":              region.With(placement.Assignment{Site: "pop-lex", Role: placement.Compute}).Named("x"),
		"Sites[2].Role is compute":                           region.WithLocalZones("pop-lax"),
		"Sites[2].Role is origin; want another":              region.With(placement.Assignment{Site: "us-west-2", Role: placement.Origin}),
		"Sites[2].Servers is -1":                             region.With(placement.Assignment{Site: "us-west-2-lax-1", Role: placement.Compute, Servers: -1}),
		`Sites[2].Role is "edge-cache"; want "origin" or`:    region.With(placement.Assignment{Site: "pop-lax", Role: placement.EdgeCache}),
		`Sites[0].Backup is true; want false: no other site`: placement.Placement{Name: "x"}.With(placement.Assignment{Site: "us-west-2", Role: placement.Compute, Backup: true}),
		"Tiers[0].Caches[0].Site is pop-sea; want a node":    region.WithPoPs(1, "pop-sea"),
		"Tiers[0].Caches[0].CapacityBytes is 0":              region.WithPoPs(0, "pop-lax"),
		"Tiers[0].Caches[0].Role is edge-cache; want a role": region.WithPoPs(1, "us-west-2"),
		"Tiers[0].Caches[1].Role is edge-cache; want anoth":  region.WithPoPs(1, "pop-lax", "pop-lax"),
		"Tiers[0].Caches[0].Backup is true; want false: no":  region.WithCaches(placement.EdgeCache, placement.Cache{Site: "pop-lax", CapacityBytes: 1, Backup: true}),
		"Tiers[0].Caches[0].Policy is mru; want one of":      region.WithCaches(placement.EdgeCache, placement.Cache{Site: "pop-lax", CapacityBytes: 1, Policy: "mru"}),
		"Tiers[0].Caches[0].Admission is all; want one of":   region.WithCaches(placement.EdgeCache, placement.Cache{Site: "pop-lax", CapacityBytes: 1, Admission: "all"}),
		"Tiers[0].Caches[0].Policy is lru; want another na":  region.WithCaches(placement.EdgeCache, placement.Cache{Site: "pop-lax", CapacityBytes: 1, Policy: "lru", NewPolicy: func(cache.Slots) cache.Policy { return nil }}),
		"Tiers[0].Caches[0].NewAdmission is a function that": region.WithCaches(placement.EdgeCache, placement.Cache{Site: "pop-lax", CapacityBytes: 1, NewAdmission: func(cache.Limits) cache.Admission { return nil }}),
		"Tiers[0].Caches is empty":                           tiered(region, placement.Tier{Name: "a"}),
		`Tiers[0].Name is ""; want a name`:                   tiered(region, placement.Tier{Caches: pop}),
		`Tiers[0].Name is "origin"; want a name, and not th`: tiered(region, placement.Tier{Name: "origin", Caches: pop}),
		`Tiers[1].Name is "a"; want another name`:            tiered(region, placement.Tier{Name: "a", Caches: pop}, placement.Tier{Name: "a", Caches: pop}),
		`Tiers[0].Name is "mid-tier-cache"; want a tier bef`: region.WithMidTier(1, "rec-us-west-2"),
		`Tiers[0].Name is "origin-shield"; want a tier befo`: region.WithShield(1, "rec-us-west-2"),
		"Tiers[0].SkipInOriginRegion is true; want false":    tiered(region, placement.Tier{Name: "a", Caches: pop, SkipInOriginRegion: true}),
		"Tiers[0].Origins is [us-west-2]; want none":         tiered(region, placement.Tier{Name: "a", Caches: pop, Origins: []string{"us-west-2"}}),
		"Tiers[1].Origins[0] is pop-lax; want an origin":     tiered(region, placement.Tier{Name: "a", Caches: pop}, placement.Tier{Name: "b", Caches: pop, Origins: []string{"pop-lax"}}),
		"Tiers[1].Origins[1] is us-west-2; want another":     tiered(region, placement.Tier{Name: "a", Caches: pop}, placement.Tier{Name: "b", Caches: pop, Origins: []string{"us-west-2", "us-west-2"}}),
		"Routing.Misdirected is 1.1; want 0 to 1":            routed(region, placement.Anycast{Misdirected: placement.FractionOf(1.1)}),
		"Routing.Misdirected is NaN; want 0 to 1":            routed(region, placement.Anycast{Misdirected: placement.FractionOf(math.NaN())}),
		"Routing is empty; want a weight":                    routed(region, placement.Weighted{}),
		"Routing[0].Site is pop-lax":                         routed(region, placement.Weighted{{Site: "pop-lax", Weight: 1}}),
		"Routing[1].Site is us-west-2; want a site that":     routed(region, placement.Weighted{{Site: "us-west-2", Weight: 1}, {Site: "us-west-2", Weight: 2}}),
		"Routing[0].Weight is 0; want more than 0":           routed(region, placement.Weighted{{Site: "us-west-2"}}),
		"Routing is empty; want a site":                      routed(region, placement.Pinned{}),
		"Routing[0].Metro is us-west-2; want a metro":        routed(region, placement.Pinned{{Metro: "us-west-2", Site: "us-west-2"}}),
		"Routing[0].Site is pop-lax; want a site of":         routed(region, placement.Pinned{{Metro: "denver-us", Site: "pop-lax"}}),
		"Routing[1].Site is us-west-2; want another site":    routed(region, placement.Pinned{{Metro: "denver-us", Site: "us-west-2"}, {Metro: "denver-us", Site: "us-west-2"}}),
	} {
		require.ErrorContains(t, p.Validate(net), want)
	}
}

func tiered(p placement.Placement, tiers ...placement.Tier) placement.Placement {
	p.Tiers = tiers
	return p
}

func TestTiersBehindOneOfSomeOriginsTakeNoOthersWithThem(t *testing.T) {
	net, err := catalog.AWS(catalog.Selection{Metros: []string{"denver-us"}, Regions: []string{"us-west-2", "us-east-1"}, PoPs: []string{"pop-lax"}})
	require.NoError(t, err)
	for _, c := range []struct {
		first, second []string
		want          string
	}{
		{[]string{"us-west-2"}, nil, `tier "c": Tiers[2].Origins is []; want some or none of [us-west-2]: tier "b" before it stands before those alone`},
		{[]string{"us-west-2"}, []string{"us-east-1", "us-west-2"}, "Tiers[2].Origins is [us-east-1 us-west-2]"},
		{[]string{"us-west-2"}, []string{"us-west-2"}, ""},
		{[]string{"us-west-2"}, []string{"us-east-1"}, ""},
		{[]string{"us-west-2", "us-east-1"}, nil, ""},
		{nil, []string{"us-west-2"}, ""},
	} {
		at := []placement.Cache{{Site: "pop-lax", CapacityBytes: 1}}
		err := tiered(placement.RegionOnly("us-west-2").With(placement.Assignment{Site: "us-east-1", Role: placement.Origin}), placement.Tier{Name: "a", Caches: at},
			placement.Tier{Name: "b", Caches: at, Origins: c.first}, placement.Tier{Name: "c", Caches: at, Origins: c.second}).Validate(net)
		if c.want == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, c.want)
		}
	}
}

func TestTiersStandFromTheUserToTheOrigin(t *testing.T) {
	p := placement.RegionOnly("r").WithShield(4, "s").WithMidTier(3, "m").WithCaches("last", placement.Cache{Site: "l"}).WithPoPs(1, "a")
	more := p.WithPoPs(2, "b").Preloaded()
	names := func(p placement.Placement) (all []string) {
		for _, t := range p.Tiers {
			all = append(all, t.Name)
		}
		return all
	}
	require.Equal(t, []string{placement.EdgeCache, placement.MidTierCache, placement.OriginShield, "last"}, names(p))
	require.Equal(t, names(p), names(more))
	require.Equal(t, []placement.Cache{{Site: "a", CapacityBytes: 1}}, p.Caches(placement.EdgeCache), "a placement is a value")
	require.Equal(t, []placement.Cache{{Site: "a", CapacityBytes: 1, Preload: true}, {Site: "b", CapacityBytes: 2, Preload: true}}, more.Caches(placement.EdgeCache))
	require.Equal(t, []string{"r", "a", "b", "m", "s", "l"}, more.AllSites())
	require.True(t, more.Uses("s"))
	require.False(t, more.Uses("x"))
	require.Empty(t, p.Caches("none"))
}

func routed(p placement.Placement, rule placement.Routing) placement.Placement {
	p.Routing = rule
	return p
}
