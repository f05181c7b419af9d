package calibrate_test

import (
	"context"
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
)

// Two metros, one of three times the users of the other, and three sites. Measured, a is best for the large metro and c for the
// small one; the model takes b for as good as it is not.
func field() []calibrate.Sample {
	sample := func(user, site string, weight, measured, model float64) calibrate.Sample {
		return calibrate.Sample{User: user, Site: site, Weight: weight, MeasuredMs: measured, ModelMs: model}
	}
	return []calibrate.Sample{
		sample("large", "a", 3, 20, 30), sample("large", "b", 3, 55, 25), sample("large", "c", 3, 90, 90),
		sample("small", "a", 1, 80, 80), sample("small", "b", 1, 120, 45), sample("small", "c", 1, 60, 70),
		sample("alone", "c", 9, 1, 1), // has not all sites
	}
}

func TestRegretIsWhatAChoiceByTheModelLoses(t *testing.T) {
	f := calibrate.FieldOf(field())
	require.Equal(t, []float64{3, 1}, f.Weights)
	require.ElementsMatch(t, []string{"a", "b", "c"}, f.Sites)
	r := f.Regrets(5)
	require.Len(t, r, 3, "there are no more sites")

	// One site: measured means a (3*20+80)/4 = 35, b 71.25, c 82.5; modelled a 42.5, b 30, c 85.
	require.Equal(t, []string{"b"}, r[0].Chosen)
	require.Equal(t, []string{"a"}, r[0].Best)
	require.InDelta(t, 35, r[0].BestMs, 1e-9)
	require.InDelta(t, 36.25, r[0].LostMs(), 1e-9)
	require.InDelta(t, 75, r[0].Lost50, 1e-9, "by the model b has both metros within 50 ms, measured none, and a has the large one")
	require.Zero(t, r[0].Lost100, "by the model all have everybody within 100 ms; the first of them is c, which has")
	require.InDelta(t, 0.5, r[0].Rank, 1e-9, "ranks 1 2 3 against 2 1 3")

	// Two sites: by the model a and b; measured a and c, (3*20+60)/4 = 30.
	require.ElementsMatch(t, []string{"a", "c"}, r[1].Best)
	require.InDelta(t, 30, r[1].BestMs, 1e-9)
	require.Equal(t, 3, r[1].Sets)

	// All sites: nothing to choose, nothing to lose.
	require.Zero(t, r[2].LostMs())
	require.Zero(t, r[2].Lost50)
	require.Equal(t, 1, r[2].Sets)
	require.Equal(t, []calibrate.SetRTT{{MeasuredMs: 30, ModelMs: 30}}, f.Sets(3))
}

func TestSamplesOfOnePairCountByTheirMean(t *testing.T) {
	again := field()
	for i := range again {
		again[i].ModelMs += 10
	}
	f := calibrate.FieldOf(append(field(), again...))
	require.InDelta(t, 30+5, f.Sets(3)[0].ModelMs, 1e-9)
	require.Nil(t, calibrate.FieldOf(field()[6:]), "one user with one site")
}

func TestCountriesLoseByTheSitesThatTheirUsersAreSentTo(t *testing.T) {
	samples := field()
	for i := range samples {
		samples[i].From.Country = map[string]string{"large": "LL", "small": "LL", "alone": "AA"}[samples[i].User]
	}
	samples = append(samples, calibrate.Sample{MeasuredMs: 1, ModelMs: 2}) // between servers
	all := calibrate.RegretsByCountry(samples, 0)
	require.Len(t, all, 1, "who has one site has nothing to choose")
	r := all[0]
	require.Equal(t, "LL", r.Country)
	require.Equal(t, 2, r.Users)
	// The large metro is sent to b at 55 ms, where a has 20; the small one to b at 120, where c has 60.
	require.InDelta(t, (3*35.0+60)/4, r.LostMs, 1e-9)
	require.InDelta(t, 75, r.Lost50, 1e-9)
	require.InDelta(t, 25, r.Lost100, 1e-9)
	require.Equal(t, []any{"small", "b", "c", 60.0}, []any{r.WorstUser, r.WorstSite, r.BestSite, r.WorstMs})
	// Of the sets of two: large loses 35 of a and b alone; small 40 of a and b, 60 of b and c, nothing of a and c.
	two := calibrate.RegretsByCountry(samples, 2)[0]
	require.InDelta(t, (3*35.0/3+(40.0+60+0)/3)/4, two.LostMs, 1e-9)
	require.Empty(t, calibrate.RegretsByCountry(samples, 4), "nobody has four sites")
	require.Empty(t, calibrate.RegretsByCountry(samples[6:], 0))
}

func TestNothingOfACountryIsSeen(t *testing.T) {
	dir := testTables()
	players := "metro_id,country,site,site_lat,site_lon,mean_rtt_ms\n"
	var metros []topology.Node
	for _, c := range testCities() {
		metros = append(metros, topology.Node{ID: "m-" + c.id, Kind: topology.Metro, Country: c.country, LatDeg: c.lat, LonDeg: c.lon, Users: 5})
		players += fmt.Sprintf("m-%s,%s,%s,%v,%v,40\n", c.id, c.country, "c00", -4, 0)
	}
	dir[calibrate.PlayersFile] = &fstest.MapFile{Data: []byte(players)}
	tables, err := calibrate.ReadTables(dir, testRegions(), metros, nil)
	require.NoError(t, err)
	tables.Access = append(tables.Access, calibrate.AccessRTT{User: "home", From: tables.Players[0].From, To: tables.Players[1].To, Technology: topology.Fiber, Site: "c00", Ms: 30})
	v, err := calibrate.CrossValidate(context.Background(), testFabric(t), tables, calibrate.Deal{Folds: 4, Repeats: 2, Seed: 1})
	require.NoError(t, err)
	require.Len(t, v.PlayersAbroad, 24, "each once")
	for _, s := range v.PlayersAbroad {
		require.Greater(t, s.RemoteKm[0], 2000.0, "what is known is the other country")
	}
	require.Len(t, v.AccessAbroad, 1)
	require.Equal(t, topology.Fiber, v.AccessAbroad[0].Technology)
}
