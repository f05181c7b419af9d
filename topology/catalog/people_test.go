package catalog_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// New York's boroughs stand in GeoNames beside the city, and the quarters of the boroughs beside both: 8.18, 8.13 and 4.2
// million people. With all of them New York had 11.2 % of the users of the United States, without the boroughs and Jamaica alone it
// would have 8.3 %: 25 million. Its metropolitan area has 6.0 % of the people and its combined statistical area 7.1 % (2020
// Census: 19.8 and 23.6 of 331.4 million), and what is nearer to it than to Philadelphia, Hartford or Albany lies between the two.
func TestCitiesAreNotCountedAgainByTheirBoroughs(t *testing.T) {
	users, country := make(map[string]float64), make(map[string]float64)
	all := 0.0
	for _, m := range catalog.Metros() {
		users[m.ID] = m.Users
		country[m.Country] += m.Users
		all += m.Users
	}
	for id, c := range map[string]struct {
		country string
		share   float64
	}{
		"new-york-us":    {"US", 0.067},
		"mexico-city-mx": {"MX", 0.237},
		"warsaw-pl":      {"PL", 0.164},
		"toronto-ca":     {"CA", 0.193},
		"istanbul-tr":    {"TR", 0.286},
	} {
		require.InDelta(t, c.share, users[id]/country[c.country], 0.002, id)
	}
	require.Greater(t, users["new-york-us"], 0.060*country["US"], "more than its metropolitan area alone")
	require.Less(t, users["new-york-us"], 0.071*country["US"], "less than its combined statistical area")
	require.InDelta(t, 4.5905e9, all, 1e5, "countries keep their users")
}

func TestNoMetroStandsInAnother(t *testing.T) {
	metros := catalog.Metros()
	for i, m := range metros {
		for _, larger := range metros[:i] {
			if m.Country == larger.Country {
				require.Greater(t, topology.DistanceKm(place(m), place(larger)), 25.0, "%s and %s", larger.ID, m.ID)
			}
		}
	}
}

// What a review computed from the same list of cities: users of the United States are 63 km from their metro on the mean, a
// tenth of them 164 km and more, 26 % beyond 60 km. Those who were 500 km and more away, Alaska's above all, and New York's
// second count are in these figures and not in ours.
func TestUsersLiveAroundTheirMetro(t *testing.T) {
	type part struct{ km, users float64 }
	var parts []part
	total, sum, beyond60 := 0.0, 0.0, 0.0
	for _, m := range catalog.Metros() {
		require.LessOrEqual(t, float64(m.Spread[topology.SpreadParts-1]), 500.0, m.ID)
		if m.Country != "US" {
			continue
		}
		for _, km := range m.Spread {
			parts = append(parts, part{float64(km), m.Users / topology.SpreadParts})
		}
	}
	slices.SortFunc(parts, func(a, b part) int { return int(math.Copysign(1, a.km-b.km)) })
	for _, p := range parts {
		total += p.users
		sum += p.km * p.users
		if p.km > 60 {
			beyond60 += p.users
		}
	}
	p90, below := 0.0, 0.0
	for _, p := range parts {
		if below += p.users; below >= 0.9*total {
			p90 = p.km
			break
		}
	}
	require.InDelta(t, 63, sum/total, 5)
	require.InDelta(t, 164, p90, 5)
	require.InDelta(t, 0.26, beyond60/total, 0.025)
}

func TestAlaskaIsNotSeattle(t *testing.T) {
	i := slices.IndexFunc(catalog.Metros(), func(m topology.Node) bool { return m.ID == "anchorage-us" })
	require.GreaterOrEqual(t, i, 0)
	anchorage := catalog.Metros()[i]
	require.Equal(t, "America/Anchorage", anchorage.TimeZone)
	require.Equal(t, "North America", anchorage.Continent)
	require.InDelta(t, 7e5, anchorage.Users, 1e5) // Alaska has 733,000 people, by the 2020 Census
}
