package catalog_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

func TestCountriesAreKnownByCodesAndNames(t *testing.T) {
	for name, want := range map[string]string{
		"GB": "GB", "uk": "GB", "United Kingdom": "GB", "Türkiye": "TR", "turkiye": "TR", "Turkey": "TR", "Korea, Republic of": "KR",
		"South Korea": "KR", "Korea (Democratic People's Republic of)": "KP", "Côte d'Ivoire": "CI", "cote d’ivoire": "CI", "Russian Federation": "RU",
		"Viet Nam": "VN", "Taiwan, Province of China": "TW", "Iran (Islamic Republic of)": "IR", "Czech Republic": "CZ", "North Macedonia": "MK",
		"Bosnia and Herzegovina": "BA", "USA": "US", "U.S.A.": "US", "United States of America": "US", "Réunion": "RE", "Åland Islands": "AX",
		"Trinidad & Tobago": "TT", "no": "NO", "Kosovo": "XK", "Curaçao": "CW", "São Tomé and Príncipe": "ST", "Myanmar [Burma]": "MM",
	} {
		code, ok := catalog.CountryCode(name)
		require.True(t, ok, name)
		require.Equal(t, want, code, name)
	}
	for _, name := range []string{"", "XX", "Freedonia", "EU", "ABC", "??"} {
		_, ok := catalog.CountryCode(name)
		require.False(t, ok, name)
	}
	require.Equal(t, "GB", catalog.CountryAt(topology.Place{LatDeg: 51.5, LonDeg: -0.1}))
}

func TestNodesAreFoundByNames(t *testing.T) {
	metros, pops := catalog.Metros(), catalog.PoPs(catalog.ProviderAWS)
	for word, want := range map[string]string{
		"london-gb": "london-gb", "London": "london-gb", "london": "london-gb", "LONDON-GB": "london-gb", "London, GB": "london-gb",
		"São Paulo": "sao-paulo-br", "sao paulo": "sao-paulo-br", "San Jose, US": "san-jose-us", "metro:London": "london-gb",
	} {
		i, err := catalog.Find("Metros[0]", "metro", word, metros)
		require.NoError(t, err, word)
		require.Equal(t, want, metros[i].ID)
	}
	i, err := catalog.Find("", "pop", "pop:Warsaw", pops)
	require.NoError(t, err)
	require.Equal(t, "pop-waw", pops[i].ID)

	_, err = catalog.Find("Metros[0]", "metro", "Birmingham", metros)
	require.EqualError(t, err, "Metros[0] is Birmingham; want one of birmingham-gb, birmingham-us, which all have this name")
}

// What is not known is looked for where it would be: Cloudflare is in Warsaw under another airport, and AWS's nearest
// region to Oslo is Stockholm's.
func TestSuggestionsGoByPlace(t *testing.T) {
	cloudflare := catalog.PoPs(catalog.ProviderCloudflare)
	require.Equal(t, "pop-wmi", catalog.Nearest("pop-waw", cloudflare)[0])
	i, err := catalog.Find("", "pop", "pop:Warsaw", cloudflare)
	require.NoError(t, err)
	require.Equal(t, "pop-wmi", cloudflare[i].ID)
	require.Equal(t, "eu-north-1", catalog.Nearest("Oslo", catalog.Regions(catalog.ProviderAWS))[0])
	require.Equal(t, "us-west-1", catalog.Nearest("us-west-9", catalog.Regions(catalog.ProviderAWS))[0], "by spelling where it is no place")
	require.Equal(t, []string{"a"}, catalog.Nearest("Oslo", []topology.Node{{ID: "a"}}))
	require.Empty(t, catalog.Nearest("Oslo", nil))
}

func TestAreasAreTakenInSeveralWays(t *testing.T) {
	ids := func(s catalog.Selection) int {
		sites, err := s.SelectSites(catalog.ProviderAWS)
		require.NoError(t, err)
		return len(sites)
	}
	want := ids(catalog.Selection{PoPs: []string{"country:GB"}})
	for _, word := range []string{"country:gb", "country:UK", "country:United Kingdom"} {
		require.Equal(t, want, ids(catalog.Selection{PoPs: []string{word}}), word)
	}
	require.Equal(t, ids(catalog.Selection{PoPs: []string{"continent:Europe"}}), ids(catalog.Selection{PoPs: []string{"continent:europe"}}))
	_, err := catalog.Selection{PoPs: []string{"country:XX"}}.SelectSites(catalog.ProviderAWS)
	require.EqualError(t, err, "PoPs[0] is country:XX; want the code or the English name of a country, such as country:GB")
	german, err := catalog.Selection{Countries: []string{"de"}}.SelectMetros()
	require.NoError(t, err)
	named, err := catalog.Selection{Countries: []string{"Germany"}, Continents: []string{"europe"}}.SelectMetros()
	require.NoError(t, err)
	require.Greater(t, len(named), len(german))
	require.Equal(t, "DE", german[0].Country)
}
