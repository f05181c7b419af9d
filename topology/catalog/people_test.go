package catalog_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// New York's boroughs and their quarters stand in GeoNames beside the city, Mexico City's and Warsaw's too. Counted twice,
// New York had 11.4 % of the users of the United States; its metropolitan area has 6 % of the people (2020 Census: 19.8 of
// 331 million), its catchment more.
func TestCitiesAreNotCountedAgainByTheirBoroughs(t *testing.T) {
	users, country := make(map[string]float64), make(map[string]float64)
	for _, m := range catalog.Metros() {
		users[m.ID] = m.Users
		country[m.Country] += m.Users
	}
	for id, most := range map[string]struct {
		country string
		share   float64
	}{
		"new-york-us":    {"US", 0.088},
		"mexico-city-mx": {"MX", 0.245},
		"warsaw-pl":      {"PL", 0.19},
	} {
		require.Positive(t, users[id], id)
		require.LessOrEqual(t, users[id]/country[most.country], most.share, id)
	}
	require.GreaterOrEqual(t, users["new-york-us"]/country["US"], 0.06)
	require.InDelta(t, 4.5905e9, sum(country), 1e5, "countries keep their users")
}

func sum(of map[string]float64) float64 {
	total := 0.0
	for _, n := range of {
		total += n
	}
	return total
}
