package catalog_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

func ids(nodes []topology.Node) []string {
	var all []string
	for _, n := range nodes {
		all = append(all, n.ID)
	}
	return all
}

func TestMetrosAreSelected(t *testing.T) {
	cases := map[string]struct {
		selection catalog.Selection
		want      []string
	}{
		"top":             {catalog.Selection{TopMetros: 2}, []string{"shanghai-cn", "guangzhou-cn"}},
		"top of country":  {catalog.Selection{Countries: []string{"US"}, TopMetros: 2}, []string{"new-york-us", "los-angeles-us"}},
		"by name":         {catalog.Selection{Metros: []string{"oslo-no", "tokyo-jp"}}, []string{"tokyo-jp", "oslo-no"}},
		"country and one": {catalog.Selection{Countries: []string{"SG"}, Metros: []string{"oslo-no"}}, []string{"singapore-sg", "oslo-no"}},
		"top and one":     {catalog.Selection{TopMetros: 1, Metros: []string{"oslo-no"}}, []string{"shanghai-cn", "oslo-no"}},
	}
	for name, c := range cases {
		got, err := c.selection.SelectMetros()
		require.NoError(t, err, name)
		require.Equal(t, c.want, ids(got), name)
	}
	all, err := catalog.Selection{}.SelectMetros()
	require.NoError(t, err)
	require.Len(t, all, 1307)
	mobile := topology.AccessMix{topology.LTE: 1}
	one, err := catalog.Selection{TopMetros: 1, Access: mobile}.SelectMetros()
	require.NoError(t, err)
	require.Equal(t, mobile, one[0].Access)
	oceania, err := catalog.Selection{Continents: []string{"Oceania"}}.SelectMetros()
	require.NoError(t, err)
	for _, m := range oceania {
		require.Equal(t, "Oceania", m.Continent)
	}
}

func TestSitesAreSelected(t *testing.T) {
	cases := map[string]struct {
		selection catalog.Selection
		want      []string
	}{
		"by name": {catalog.Selection{Regions: []string{"us-west-2"}, PoPs: []string{"pop-sea", "pop-lax"}}, []string{"us-west-2", "pop-lax", "pop-sea"}},
		"a zone brings its region": {catalog.Selection{LocalZones: []string{"us-west-2-lax-1"}},
			[]string{"us-west-2", "us-west-2-lax-1"}},
		"named twice":     {catalog.Selection{Regions: []string{"us-west-2", "us-west-2"}}, []string{"us-west-2"}},
		"by country":      {catalog.Selection{Regions: []string{"country:JP"}}, []string{"ap-northeast-1", "ap-northeast-3"}},
		"by continent":    {catalog.Selection{Regions: []string{"continent:Africa"}}, []string{"af-south-1"}},
		"country and one": {catalog.Selection{Regions: []string{"country:JP", "sa-east-1"}}, []string{"ap-northeast-1", "ap-northeast-3", "sa-east-1"}},
	}
	for name, c := range cases {
		got, err := c.selection.SelectSites(catalog.ProviderAWS)
		require.NoError(t, err, name)
		require.Equal(t, c.want, ids(got), name)
	}
	verified, err := catalog.Selection{LocalZones: []string{"verified"}}.SelectSites(catalog.ProviderAWS)
	require.NoError(t, err)
	zones := 0
	for _, z := range verified {
		require.False(t, z.Unverified)
		if z.Kind == topology.LocalZone {
			zones++
		}
	}
	require.Equal(t, 33, zones)
}

func TestBadSelectionsNameTheOffender(t *testing.T) {
	region := []string{"us-west-2"}
	cases := map[string]struct {
		provider  catalog.Provider
		selection catalog.Selection
		want      string
	}{
		"unknown metro":    {"aws", catalog.Selection{Regions: region, Metros: []string{"los-angles-us"}}, "Metros[0] is los-angles-us; want a known metro; nearest are los-angeles-us"},
		"metros of a name": {"aws", catalog.Selection{Regions: region, Metros: []string{"San Jose"}}, "Metros[0] is San Jose; want one of san-jose-cr, san-jose-us, which all have this name"},
		"unknown country":  {"aws", catalog.Selection{Regions: region, Countries: []string{"XX"}}, "Countries[0] is XX"},
		"unknown area":     {"aws", catalog.Selection{Regions: region, Continents: []string{"America"}}, "North America"},
		"bad access":       {"aws", catalog.Selection{Regions: region, Access: topology.AccessMix{topology.LTE: 0.5}}, "shares sum to 0.5"},
		"negative top":     {"aws", catalog.Selection{Regions: region, TopMetros: -1}, "TopMetros is -1"},
		"no site":          {"aws", catalog.Selection{TopMetros: 1}, "a selection without a site of aws"},
		"unknown region":   {"aws", catalog.Selection{TopMetros: 1, Regions: []string{"us-west-3"}}, "Regions[0] is us-west-3; want a known region; nearest are us-west-1, us-west-2"},
		"unknown zone":     {"aws", catalog.Selection{TopMetros: 1, LocalZones: []string{"us-west-2-lax"}}, "us-west-2-lax-1"},
		"unknown pop":      {"aws", catalog.Selection{TopMetros: 1, PoPs: []string{"lax"}}, "nearest are pop-lax"},
		"nothing there":    {"aws", catalog.Selection{TopMetros: 1, Regions: []string{"country:NO"}}, "Regions[0] is country:NO; want a country with a region"},
		"no such kind":     {"fastly", catalog.Selection{TopMetros: 1, Regions: region}, "fastly has no region in the catalog"},
		"no provider":      {"acme", catalog.Selection{TopMetros: 1, Regions: region}, `provider is "acme"; want one of aws, azure`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			n, err := catalog.Network(c.provider, c.selection)
			require.ErrorContains(t, err, c.want)
			require.Nil(t, n)
		})
	}
}

func TestSitesOfTwoProvidersAreJoinedByThePublicInternetAlone(t *testing.T) {
	metros, err := catalog.Selection{Metros: []string{"los-angeles-us"}}.SelectMetros()
	require.NoError(t, err)
	aws, err := catalog.Selection{Regions: []string{"us-west-2", "us-east-1"}, PoPs: []string{"pop-lax"}}.SelectSites(catalog.ProviderAWS)
	require.NoError(t, err)
	edge, err := catalog.Selection{PoPs: []string{"pop-lax", "pop-sjc"}}.SelectSites(catalog.ProviderCloudflare)
	require.NoError(t, err)
	_, err = catalog.Build(metros, append(aws, edge...))
	require.ErrorContains(t, err, "pop-lax", "two sites of one ID")
	n, err := catalog.Build(metros, append(aws, catalog.Qualified(edge)...))
	require.NoError(t, err)
	index := func(id string) int {
		i, ok := n.Index(id)
		require.True(t, ok, id)
		return i
	}
	const between = topology.Private | 1<<topology.Internet
	parts := func(from, to string) (internet, backbone bool) {
		r, err := n.Routes([]int{index(from)}, []int{index(to)}, between)
		require.NoError(t, err)
		for _, i := range r.Path(0, 0)[1 : len(r.Path(0, 0))-1] {
			require.False(t, n.At(i).Kind.IsSite(), "no site carries the transit of others")
		}
		_, overInternet, overBackbone := r.Parts(0, 0)
		if overBackbone == 0 {
			public, err := n.Routes([]int{index(from)}, []int{index(to)}, topology.Public)
			require.NoError(t, err)
			require.Equal(t, public.OneWay(0, 0), r.OneWay(0, 0))
		}
		return overInternet > 0, overBackbone > 0
	}
	for _, pair := range [][2]string{{"cloudflare/pop-lax", "us-west-2"}, {"us-east-1", "cloudflare/pop-sjc"}, {"pop-lax", "cloudflare/pop-sjc"}} {
		internet, backbone := parts(pair[0], pair[1])
		require.True(t, internet, pair)
		require.False(t, backbone, pair)
	}
	for _, pair := range [][2]string{{"pop-lax", "us-east-1"}, {"cloudflare/pop-lax", "cloudflare/pop-sjc"}} {
		internet, backbone := parts(pair[0], pair[1])
		require.NotEqual(t, internet, backbone, pair)
		_, err := n.Routes([]int{index(pair[0])}, []int{index(pair[1])}, topology.Private)
		require.NoError(t, err, "a provider has a backbone of its own")
	}
	_, err = n.Routes([]int{index("cloudflare/pop-lax")}, []int{index("us-west-2")}, topology.Private)
	require.ErrorContains(t, err, "no route")
}

func TestQualifiedSitesKeepTheirParents(t *testing.T) {
	zone, err := catalog.Selection{LocalZones: []string{"us-west-2-lax-1"}}.SelectSites(catalog.ProviderAWS)
	require.NoError(t, err)
	got := catalog.Qualified(zone)
	require.Equal(t, []string{"aws/us-west-2", "aws/us-west-2-lax-1"}, ids(got))
	require.Equal(t, "aws/us-west-2", got[1].Parent)
	require.Equal(t, "us-west-2", zone[1].Parent, "the given ones stay")
}
