package calibrate_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
)

// The test world: two countries on the equator, a grid of cities in each, a town in every city. In the
// west everything takes 1.5 times what the straight line says, in the east as long as it says, between
// the two 1.2 times.
type testCity struct {
	id, country string
	lat, lon    float64
}

func testCities() []testCity {
	var cities []testCity
	for k := range 24 {
		country, lon := "WW", 0.0
		if k%2 == 1 {
			country, lon = "EE", 40.0
		}
		cities = append(cities, testCity{
			id: fmt.Sprintf("c%02d", k), country: country,
			lat: float64(k/2%4)*3 + 41, lon: lon + float64(k/8)*3, // where the hubs of the world are many
		})
	}
	return cities
}

func testFactor(a, b testCity) float64 {
	switch {
	case a.country != b.country:
		return 1.2
	case a.country == "WW":
		return 1.5
	}
	return 1
}

func testTables() fstest.MapFS {
	cities := testCities()
	places, pairs, regions := "city_id,name,country,iso2,region,lat,lon\n", "a,b,rtt_min_ms,rtt_avg_ms,mdev_ms\n", "a,b,p50_ms\n"
	for i, c := range cities {
		places += fmt.Sprintf("%s,,,%s,X,%v,%v\n", c.id, c.country, c.lat, c.lon)
		for _, o := range cities[:i] {
			km := topology.DistanceKm(topology.Place{LatDeg: c.lat, LonDeg: c.lon}, topology.Place{LatDeg: o.lat, LonDeg: o.lon})
			ms := testFactor(c, o) * (5 + 0.017*km)
			pairs += fmt.Sprintf("%s,%s,%v,%v,\n", c.id, o.id, ms, ms)
			regions += fmt.Sprintf("%s,%s,%v\n", c.id, o.id, 0.8*ms)
		}
		regions += fmt.Sprintf("%s,%s,1\n", c.id, c.id)
	}
	return fstest.MapFS{
		calibrate.CitiesFile:    {Data: []byte(places)},
		calibrate.CityRTTFile:   {Data: []byte(pairs)},
		calibrate.RegionRTTFile: {Data: []byte(regions)},
	}
}

func testRegions() []topology.Node {
	var regions []topology.Node
	for _, c := range testCities() {
		regions = append(regions, topology.Node{ID: c.id, Kind: topology.Region, Country: c.country, LatDeg: c.lat, LonDeg: c.lon})
	}
	return regions
}

func testFabric(t testing.TB) *topology.Fabric {
	t.Helper()
	var towns []topology.Node
	var cables [][2]string
	for k, c := range testCities() {
		towns = append(towns, topology.Node{ID: c.id, Kind: topology.Exchange, LatDeg: c.lat, LonDeg: c.lon})
		if k >= 2 {
			cables = append(cables, [2]string{testCities()[k-2].id, c.id})
		}
	}
	f, err := topology.NewFabric(towns, cables)
	require.NoError(t, err)
	return f
}

func readTestTables(t testing.TB) *calibrate.Tables {
	t.Helper()
	tables, err := calibrate.ReadTables(testTables(), testRegions(), nil, nil)
	require.NoError(t, err)
	return tables
}

func TestUnseenCitiesBorrowFromTheirNeighbours(t *testing.T) {
	v, err := calibrate.CrossValidate(context.Background(), testFabric(t), readTestTables(t), calibrate.Deal{Folds: 4, Repeats: 2, Seed: 1})
	require.NoError(t, err)
	cities, regions := calibrate.AccuracyOf(v.Cities), calibrate.AccuracyOf(v.Regions)
	require.Less(t, cities.MedianPercent, 5.0, "the three factors are 20 to 50 %% apart")
	require.Less(t, regions.MedianPercent, 5.0)
	require.Less(t, math.Abs(cities.BiasPercent), 3.0)
	unseen := calibrate.Where(v.Cities, func(s calibrate.Sample) bool { return s.BothUnseen })
	require.NotEmpty(t, unseen)
	require.Less(t, len(unseen), len(v.Cities))
	require.Less(t, calibrate.AccuracyOf(unseen).MedianPercent, 7.0)
	require.Empty(t, v.Access)
}

func TestCrossValidationRepeatsToTheLastBit(t *testing.T) {
	first, err := calibrate.CrossValidate(context.Background(), testFabric(t), readTestTables(t), calibrate.Deal{Folds: 3, Repeats: 1, Seed: 7})
	require.NoError(t, err)
	again, err := calibrate.CrossValidate(context.Background(), testFabric(t), readTestTables(t), calibrate.Deal{Folds: 3, Repeats: 1, Seed: 7})
	require.NoError(t, err)
	require.Equal(t, first, again)
	_, err = calibrate.CrossValidate(context.Background(), testFabric(t), readTestTables(t), calibrate.Deal{Folds: 1, Repeats: 1, Seed: 7})
	require.ErrorContains(t, err, "Folds is 1")
}

func TestCrossValidationTellsHowFarItIsAndStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var steps [][2]int
	deal := calibrate.Deal{Folds: 3, Repeats: 2, Seed: 7, Progress: func(done, total int) {
		steps = append(steps, [2]int{done, total})
		if done == 4 {
			cancel()
		}
	}}
	require.Equal(t, "3 folds, 2 times, seed 7", deal.String())
	_, err := calibrate.CrossValidate(ctx, testFabric(t), readTestTables(t), deal)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, [][2]int{{1, 10}, {2, 10}, {3, 10}, {4, 10}}, steps, "3 folds of cities and one for each of the 2 countries, twice")
}

func TestOutliersAndGapsDoNotSpoilAFit(t *testing.T) {
	tables := readTestTables(t)
	tables.CityRTT[10].Ms *= 8
	tables.CityRTT[50].Ms *= 8
	tables.CityRTT = append(tables.CityRTT[:100], tables.CityRTT[120:]...)
	v, err := calibrate.CrossValidate(context.Background(), testFabric(t), tables, calibrate.Deal{Folds: 4, Repeats: 1, Seed: 1})
	require.NoError(t, err)
	require.Less(t, calibrate.AccuracyOf(v.Cities).MedianPercent, 5.0)
}

func TestTheUserScaleIsFound(t *testing.T) {
	tables := readTestTables(t)
	m, err := calibrate.Fit(testFabric(t), tables)
	require.NoError(t, err)
	require.Equal(t, 1.0, m.UserScale, "no users, no scale")
	cities := testCities()
	anchor := func(c testCity) calibrate.Anchor {
		return calibrate.Anchor{LatDeg: c.lat, LonDeg: c.lon, Country: c.country}
	}
	for i, c := range cities {
		for _, o := range cities[:i] {
			km := topology.DistanceKm(topology.Place{LatDeg: c.lat, LonDeg: c.lon}, topology.Place{LatDeg: o.lat, LonDeg: o.lon})
			tables.Access = append(tables.Access, calibrate.AccessRTT{
				User: c.id, From: anchor(c), To: anchor(o), Technology: topology.DSL,
				Ms: 0.8*testFactor(c, o)*(5+0.017*km) + topology.DSL.FirstHopRTT().Seconds()*1000,
			})
		}
	}
	m, err = calibrate.Fit(testFabric(t), tables)
	require.NoError(t, err)
	require.InDelta(t, math.Sqrt(0.8), m.UserScale, 0.03, "half of the way is the backbone's, which takes 0.8 of the Internet's")
	v, err := calibrate.CrossValidate(context.Background(), testFabric(t), tables, calibrate.Deal{Folds: 3, Repeats: 1, Seed: 1})
	require.NoError(t, err)
	require.Len(t, v.Access, len(tables.Access), "every user is left out once")
	require.Less(t, calibrate.AccuracyOf(v.Access).MedianPercent, 4.0)
}

func TestModelsSurviveWritingAndReading(t *testing.T) {
	m, err := calibrate.Fit(testFabric(t), readTestTables(t))
	require.NoError(t, err)
	var file bytes.Buffer
	require.NoError(t, m.Write(&file))
	again, err := calibrate.ReadModel(&file)
	require.NoError(t, err)
	require.Equal(t, m, again)
}

func TestBadModelsAreRefused(t *testing.T) {
	valid := func() *calibrate.Model {
		m, err := calibrate.Fit(testFabric(t), readTestTables(t))
		require.NoError(t, err)
		return m
	}
	for want, spoil := range map[string]func(*calibrate.Model){
		"Ground.Inflation is 0":                         func(m *calibrate.Model) { m.Ground.Inflation = 0 },
		"LineMs is 0":                                   func(m *calibrate.Model) { m.LineMs = 0 },
		"LineMsPerKm is NaN":                            func(m *calibrate.Model) { m.LineMsPerKm = math.NaN() },
		"UserScale is -1":                               func(m *calibrate.Model) { m.UserScale = -1 },
		"BackboneScale is +Inf":                         func(m *calibrate.Model) { m.BackboneScale = math.Inf(1) },
		"UserBackboneShare is 2":                        func(m *calibrate.Model) { m.UserBackboneShare = 2 },
		"InternetBlend is a blend whose weights sum to": func(m *calibrate.Model) { m.InternetBlend.Line += 0.1 },
		"InternetBlend.Internet is 0.1":                 func(m *calibrate.Model) { m.InternetBlend.Internet, m.InternetBlend.Path = 0.1, 0.15 },
		"Trunks.Hubs[2].InternetKm is -1":               func(m *calibrate.Model) { m.Trunks.Hubs[2].InternetKm = -1 },
		"Trunks.Hubs[1].BackboneKm is -1":               func(m *calibrate.Model) { m.Trunks.Hubs[1].BackboneKm = -1 },
		"UserMeetMs is -1":                              func(m *calibrate.Model) { m.UserMeetMs = -1 },
		"UserShareOfGap is -1":                          func(m *calibrate.Model) { m.UserShareOfGap = -1 },
		"InternetBlend.Transit is 2":                    func(m *calibrate.Model) { m.InternetBlend.Transit = 2 },
		"Users.ReachShare is 2": func(m *calibrate.Model) {
			m.Users.Anchors, m.Users.Weights, m.Users.ReachShare = make([]calibrate.Anchor, 1), []float64{0}, 2
		},
		"Users.PairWeights is of 0 rows; want as many as Anchors, 1": func(m *calibrate.Model) {
			m.Users.Kernel, m.Users.PairKernel, m.Users.SiteKernel = m.Internet.Pair, m.Internet.Pair, m.Internet.Pair
			m.Users.Anchors, m.Users.Weights = make([]calibrate.Anchor, 1), []float64{0}
		},
		"Internet.ResidualWholeKm is -1": func(m *calibrate.Model) {
			m.Internet.ResidualKm, m.Internet.ResidualWholeKm, m.Internet.Residuals = 1, -1, make([][]int, len(m.Internet.Anchors))
		},
		"BackboneBlend.Path is -1":                                        func(m *calibrate.Model) { m.BackboneBlend.Path = -1 },
		"Trunks.Detour is 0":                                              func(m *calibrate.Model) { m.Trunks.Detour = 0 },
		"Trunks.Km is of 29 rows; want as many as Hubs, 32":               func(m *calibrate.Model) { m.Trunks.Km = m.Trunks.Km[:29] },
		"Trunks.Km[2] is of 1 lengths; want 2":                            func(m *calibrate.Model) { m.Trunks.Km[2] = m.Trunks.Km[2][:1] },
		"Trunks.Km[1][0] is NaN":                                          func(m *calibrate.Model) { m.Trunks.Km[1][0] = math.NaN() },
		"Trunks.Hubs[0].LatDeg is 91":                                     func(m *calibrate.Model) { m.Trunks.Hubs[0].LatDeg = 91 },
		"Trunks.Choices is empty":                                         func(m *calibrate.Model) { m.Trunks.Choices = nil },
		"Trunks.Choices[0] is 0":                                          func(m *calibrate.Model) { m.Trunks.Choices[0] = 0 },
		"Internet.OffsetMs is -1":                                         func(m *calibrate.Model) { m.Internet.OffsetMs = -1 },
		"Internet.Pair is {":                                              func(m *calibrate.Model) { m.Internet.Pair.NearKm = 0 },
		"Internet.Measured is of 3 rows; want none, or as many":           func(m *calibrate.Model) { m.Internet.Measured = m.Internet.Measured[:3] },
		`Internet.Measured[2] is 1x; want 2 digits`:                       func(m *calibrate.Model) { m.Internet.Measured[2] = "1x" },
		"Spans.User[0] is from 1 to 0":                                    func(m *calibrate.Model) { m.Spans.User = []calibrate.Span{{Low: 1}} },
		"Backbone.End is {":                                               func(m *calibrate.Model) { m.Backbone.End.Own = math.NaN() },
		"Internet.PairWeights is of 23 rows; want as many as Anchors, 24": func(m *calibrate.Model) { m.Internet.PairWeights = m.Internet.PairWeights[:23] },
		"Internet.Anchors[3].LatDeg is 100":                               func(m *calibrate.Model) { m.Internet.Anchors[3].LatDeg = 100 },
		"Internet.PairWeights[2] is of 0 weights":                         func(m *calibrate.Model) { m.Internet.PairWeights[2] = nil },
		"Internet.Anchors[1] is of weight NaN":                            func(m *calibrate.Model) { m.Internet.PairWeights[1][0] = math.NaN() },
		"Backbone.Anchors[5] is of weight -Inf":                           func(m *calibrate.Model) { m.Backbone.EndWeights[5] = math.Inf(-1) },
	} {
		m := valid()
		spoil(m)
		require.ErrorContains(t, m.Validate(), want)
	}
	for want, file := range map[string]string{"EOF": "", "unknown field": `{"lines": 3}`, "Inflation": `{}`} {
		_, err := calibrate.ReadModel(strings.NewReader(file))
		require.ErrorContains(t, err, want)
	}
}

func TestTheDefaultCorrectionIsSymmetricAndGrowsWithThePath(t *testing.T) {
	m := calibrate.Default()
	places := []topology.Node{
		{Kind: topology.Exchange, LatDeg: 40.7, LonDeg: -74, Country: "US"},
		{Kind: topology.PoP, LatDeg: 34.05, LonDeg: -118.24, Country: "US"},
		{Kind: topology.Region, LatDeg: 50.11, LonDeg: 8.68, Country: "DE"},
		{Kind: topology.PoP, LatDeg: -36.85, LonDeg: 174.76, Country: "NZ"},
		{Kind: topology.LocalZone, LatDeg: 6.52, LonDeg: 3.38},
	}
	for _, kind := range []topology.LinkKind{topology.Internet, topology.Backbone} {
		for i, a := range places {
			for j, b := range places {
				there, back := m.Locate(a), m.Locate(b)
				last := time.Duration(0)
				for ms := range 40 {
					path := time.Duration(ms*10) * time.Millisecond
					rtt := there.RTT(kind, back, path)
					require.Equal(t, rtt, back.RTT(kind, there, path), "%d to %d", i, j)
					require.GreaterOrEqual(t, rtt, last)
					require.Zero(t, rtt%(2*time.Microsecond))
					last = rtt
				}
				km := topology.DistanceKm(topology.Place{LatDeg: a.LatDeg, LonDeg: a.LonDeg}, topology.Place{LatDeg: b.LatDeg, LonDeg: b.LonDeg})
				light := time.Duration(km / topology.SpeedOfLightKmPerMs * float64(time.Millisecond))
				require.Greater(t, there.RTT(kind, back, 0), light, "no path, however short, beats light")
			}
		}
	}
	require.Equal(t, 7*time.Millisecond, m.Locate(places[0]).RTT(topology.Access, m.Locate(places[1]), 7*time.Millisecond), "access links are not corrected")
}

func TestBadTablesNameFileLineAndValue(t *testing.T) {
	for want, spoil := range map[string]func(fstest.MapFS){
		"cities_train.csv: there is no such file; want a table with the columns city_id": func(fs fstest.MapFS) { delete(fs, calibrate.CitiesFile) },
		`cities_train.csv:2: column lat: value "x"`: func(fs fstest.MapFS) {
			fs[calibrate.CitiesFile] = &fstest.MapFile{Data: []byte("city_id,iso2,lat,lon\na,US,x,2\n")}
		},
		`cities_train.csv:3: column city_id: value "a"`: func(fs fstest.MapFS) {
			fs[calibrate.CitiesFile] = &fstest.MapFile{Data: []byte("city_id,iso2,lat,lon\na,US,1,2\na,US,1,2\n")}
		},
		`city_rtt_train.csv:2: column b: value "nowhere"`: func(fs fstest.MapFS) {
			fs[calibrate.CityRTTFile] = &fstest.MapFile{Data: []byte("a,b,rtt_avg_ms\nc01,nowhere,5\n")}
		},
		`city_rtt_train.csv:3: column b: value "c01"`: func(fs fstest.MapFS) {
			fs[calibrate.CityRTTFile] = &fstest.MapFile{Data: []byte("a,b,rtt_avg_ms\nc01,c02,5\nc02,c01,5\n")}
		},
		`aws_region_rtt_train.csv:2: column p50_ms: value "-1"`: func(fs fstest.MapFS) {
			fs[calibrate.RegionRTTFile] = &fstest.MapFile{Data: []byte("a,b,p50_ms\nc01,c02,-1\n")}
		},
		`access_rtt_train.csv:2: column tech: value "pigeon"`: func(fs fstest.MapFS) {
			fs[calibrate.AccessRTTFile] = &fstest.MapFile{Data: []byte(
				"probe_id,country,lat,lon,tech,dst_lat,dst_lon,rtt_p50_ms\n1,US,1,2,pigeon,3,4,5\n")}
		},
	} {
		tables := testTables()
		spoil(tables)
		_, err := calibrate.ReadTables(tables, testRegions(), nil, nil)
		require.ErrorContains(t, err, want)
	}
}

func TestWholeCountriesAreLeftOut(t *testing.T) {
	v, err := calibrate.CrossValidate(context.Background(), testFabric(t), readTestTables(t), calibrate.Deal{Folds: 4, Repeats: 1, Seed: 1})
	require.NoError(t, err)
	both := calibrate.Where(v.Abroad, func(s calibrate.Sample) bool { return s.BothUnseen })
	require.Len(t, both, 2*12*11/2, "in a world of two countries, each left out once")
	for _, s := range both {
		require.Equal(t, s.From.Country, s.To.Country)
		require.Greater(t, s.RemoteKm[0], 2000.0, "the other country is far")
	}
	// Who has seen the east alone takes the west for like it, where everything takes half as long again.
	west := calibrate.Where(both, func(s calibrate.Sample) bool { return s.From.Country == "WW" })
	require.Less(t, calibrate.AccuracyOf(west).BiasPercent, -20.0)
}

// A site on an island whose towns were not measured is no site of the mainland: where its country buys transit is another matter.
func TestASiteLiesInTheCountryOfTheNearestMetro(t *testing.T) {
	dir, site := testTables(), testCities()[0]
	island := topology.Node{ID: "island", Kind: topology.Metro, Country: "SG", LatDeg: site.lat + 0.3, LonDeg: site.lon}
	dir[calibrate.PlayersFile] = &fstest.MapFile{Data: []byte(fmt.Sprintf("metro_id,site,site_lat,site_lon,mean_rtt_ms\nisland,s,%v,%v,40\nisland,t,%v,%v,40\n", island.LatDeg+0.1, site.lon, site.lat, site.lon))}
	dir[calibrate.AccessRTTFile] = &fstest.MapFile{Data: []byte(fmt.Sprintf("probe_id,country,lat,lon,tech,dst_lat,dst_lon,rtt_p50_ms\n1,US,1,2,lte,%v,%v,5\n", island.LatDeg+0.1, site.lon))}
	tables, err := calibrate.ReadTables(dir, testRegions(), []topology.Node{island}, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"SG", site.country, "SG"}, []string{tables.Players[0].To.Country, tables.Players[1].To.Country, tables.Access[0].To.Country})
}

func TestPlayersJudgeAModelThatHasNotSeenThem(t *testing.T) {
	dir := testTables()
	players := "metro_id,country,site,site_lat,site_lon,mean_rtt_ms\n"
	var metros []topology.Node
	for _, c := range testCities() {
		metros = append(metros, topology.Node{ID: "m-" + c.id, Kind: topology.Metro, Country: c.country, LatDeg: c.lat, LonDeg: c.lon, Users: 5})
		for _, site := range testCities()[:2] {
			players += fmt.Sprintf("m-%s,%s,%s,%v,%v,%v\n", c.id, c.country, site.id, site.lat, site.lon, 40)
		}
	}
	dir[calibrate.PlayersFile] = &fstest.MapFile{Data: []byte(players)}
	tables, err := calibrate.ReadTables(dir, testRegions(), metros, nil)
	require.NoError(t, err)
	require.Len(t, tables.Players, 48)
	require.Equal(t, "EE", tables.Players[1].To.Country, "that of the nearest place")
	v, err := calibrate.CrossValidate(context.Background(), testFabric(t), tables, calibrate.Deal{Folds: 3, Repeats: 1, Seed: 1})
	require.NoError(t, err)
	require.Len(t, v.Players, 48)
	for _, s := range v.Players {
		require.Equal(t, 5.0, s.Weight)
		require.Greater(t, s.ModelMs, topology.WiFi.MedianRTT().Seconds()*1000, "the last mile is in it")
	}
	for want, row := range map[string]string{
		`players_cloud_train.csv:2: column metro_id: value "m-x"`:  "m-x,,s,1,2,3\n",
		`players_cloud_train.csv:3: column site: value "s"`:        "m-c01,,s,1,2,3\nm-c01,,s,1,2,3\n",
		`players_cloud_train.csv:2: column mean_rtt_ms: value "0"`: "m-c01,,s,1,2,0\n",
		`players_cloud_train.csv:2: column site_lat: value "91"`:   "m-c01,,s,91,2,3\n",
	} {
		dir[calibrate.PlayersFile] = &fstest.MapFile{Data: []byte("metro_id,country,site,site_lat,site_lon,mean_rtt_ms\n" + row)}
		_, err := calibrate.ReadTables(dir, testRegions(), metros, nil)
		require.ErrorContains(t, err, want)
	}
}

func TestAFitNeedsPlaces(t *testing.T) {
	_, err := calibrate.Fit(testFabric(t), &calibrate.Tables{})
	require.ErrorContains(t, err, "cities: 0 places with a measured round trip; want 3 or more")
}

// FuzzReadModel checks that a model that is accepted gives a round trip, whatever it holds.
func FuzzReadModel(f *testing.F) {
	m, err := calibrate.Fit(testFabric(f), readTestTables(f))
	require.NoError(f, err)
	var file bytes.Buffer
	require.NoError(f, m.Write(&file))
	f.Add(file.String())
	f.Add(`{"ground":{"Inflation":1,"FiberSpeed":1,"PerHop":0},"line_ms":1,"line_ms_per_km":1,` +
		`"trunks":{"hubs":[{"id":"x"}],"km":[[]],"detour":1,"hop_km":1,"ms":1,"ms_per_km":1,"choices":[3]},` +
		`"internet_blend":{"trunks":1},"backbone_blend":{"internet":1},"user_scale":1,"backbone_scale":1}`)
	f.Add("{}")
	f.Fuzz(func(t *testing.T, file string) {
		m, err := calibrate.ReadModel(strings.NewReader(file))
		if err != nil {
			return
		}
		a, b := m.Locate(topology.Node{LatDeg: 1}), m.Locate(topology.Node{LatDeg: 20})
		require.GreaterOrEqual(t, a.RTT(topology.Internet, b, time.Millisecond), time.Duration(0))
	})
}

func TestCompatriotsAreNearerThanNeighboursAcrossABorder(t *testing.T) {
	m := calibrate.Default()
	rtt := func(a, b string, lonDeg float64) time.Duration {
		from := m.Locate(topology.Node{Kind: topology.PoP, LatDeg: 48, LonDeg: 10, Country: a})
		to := m.Locate(topology.Node{Kind: topology.PoP, LatDeg: 48, LonDeg: 10 + lonDeg, Country: b})
		return from.RTT(topology.Internet, to, 8*time.Millisecond)
	}
	// No city was measured in either, so that countries matter to nothing else.
	require.Less(t, rtt("AD", "AD", 3), rtt("AD", "SM", 3)*8/10)
	require.InEpsilon(t, float64(rtt("AD", "", 3)), float64(rtt("", "", 3)), 1e-9, "an unknown country is no country")
}

// A pair that is measured is met, however far it is from what its neighbours say, and speaks for places next to it.
func TestAMeasuredPairIsMet(t *testing.T) {
	tables := readTestTables(t)
	tables.Transit = map[string][]calibrate.Purchase{}
	odd := &tables.CityRTT[40]
	usual := odd.Ms
	odd.Ms /= 2
	m, err := calibrate.Fit(testFabric(t), tables)
	require.NoError(t, err)
	a, b := tables.Cities[odd.A], tables.Cities[odd.B]
	finder, err := testFabric(t).NewPathFinder(m.Ground)
	require.NoError(t, err)
	rtt := func(shiftDeg float64) float64 {
		from, to := a, b
		from.LatDeg += shiftDeg
		x, err := finder.Locate(topology.Place{LatDeg: from.LatDeg, LonDeg: from.LonDeg})
		require.NoError(t, err)
		y, err := finder.Locate(topology.Place{LatDeg: to.LatDeg, LonDeg: to.LonDeg})
		require.NoError(t, err)
		return m.Locate(from).RTT(topology.Internet, m.Locate(to), 2*finder.OneWay(x, y)).Seconds() * 1000
	}
	require.InEpsilon(t, odd.Ms, rtt(0), 0.01)
	require.Less(t, rtt(0.05), 0.7*usual, "5 km away")
	require.Greater(t, rtt(1.4), 0.75*usual, "150 km away")
}

// Players who all take 30 % longer than servers where they live say so of those who live next to them, and of no server.
func TestUsersAreAsFarAsPlayersNearThemSay(t *testing.T) {
	tables := readTestTables(t)
	tables.Transit = map[string][]calibrate.Purchase{}
	plain, err := calibrate.Fit(testFabric(t), tables)
	require.NoError(t, err)
	cities := testCities()
	node := func(c testCity, kind topology.NodeKind) topology.Node {
		return topology.Node{Kind: kind, LatDeg: c.lat, LonDeg: c.lon, Country: c.country}
	}
	path := 60 * time.Millisecond
	for _, c := range cities[:20] {
		for _, site := range cities[20:] {
			if c.country != "WW" {
				continue
			}
			ms := plain.Locate(node(c, topology.Exchange)).RTT(topology.Internet, plain.Locate(node(site, topology.Region)), path).Seconds() * 1000
			tables.Players = append(tables.Players, calibrate.PlayerRTT{
				Metro: c.id, Site: site.id, Users: 1, Ms: 1.3*ms + 9,
				From: calibrate.Anchor{LatDeg: c.lat, LonDeg: c.lon, Country: c.country},
				To:   calibrate.Anchor{LatDeg: site.lat, LonDeg: site.lon, Country: site.country},
			})
		}
	}
	m, err := calibrate.Fit(testFabric(t), tables)
	require.NoError(t, err)
	ratio := func(c testCity, kind topology.NodeKind) float64 {
		site := node(cities[21], topology.Region)
		return float64(m.Locate(node(c, kind)).RTT(topology.Internet, m.Locate(site), path)) /
			float64(plain.Locate(node(c, kind)).RTT(topology.Internet, plain.Locate(site), path))
	}
	besideWest := testCity{country: "WW", lat: cities[0].lat + 0.5, lon: cities[0].lon}
	require.Greater(t, ratio(besideWest, topology.Exchange), 1.1)
	require.InDelta(t, 1, ratio(besideWest, topology.PoP), 0.02, "servers that were measured stay where they are")

	// Where no server was measured, players say of servers, too, but less: 0.4 of the logarithm.
	farther := testCity{country: "WW", lat: cities[0].lat - 9, lon: cities[0].lon - 9}
	for _, a := range tables.Players {
		a.Metro, a.From.LatDeg, a.From.LonDeg = "far-"+a.Metro, a.From.LatDeg/10+farther.lat, a.From.LonDeg/10+farther.lon
		a.Ms += 60
		tables.Players = append(tables.Players, a)
	}
	m, err = calibrate.Fit(testFabric(t), tables)
	require.NoError(t, err)
	server, user := ratio(farther, topology.PoP), ratio(farther, topology.Exchange)
	require.Greater(t, server, 1.05)
	require.Greater(t, user, server+0.05)
}

// What players take longer to one site alone counts for users near them towards that site and those near it, and not towards others.
func TestASiteIsAsFarAsItsPlayersSay(t *testing.T) {
	tables := readTestTables(t)
	tables.Transit = map[string][]calibrate.Purchase{}
	plain, err := calibrate.Fit(testFabric(t), tables)
	require.NoError(t, err)
	cities := testCities()
	node := func(c testCity, kind topology.NodeKind) topology.Node {
		return topology.Node{Kind: kind, LatDeg: c.lat, LonDeg: c.lon, Country: c.country}
	}
	finder, err := testFabric(t).NewPathFinder(plain.Ground)
	require.NoError(t, err)
	rtt := func(m *calibrate.Model, user, site testCity) float64 {
		from, err := finder.Locate(topology.Place{LatDeg: user.lat, LonDeg: user.lon})
		require.NoError(t, err)
		to, err := finder.Locate(topology.Place{LatDeg: site.lat, LonDeg: site.lon})
		require.NoError(t, err)
		path := 2 * finder.OneWay(from, to)
		return m.Locate(node(user, topology.Exchange)).RTT(topology.Internet, m.Locate(node(site, topology.Region)), path).Seconds() * 1000
	}
	odd, usual := cities[23], cities[22] // 40 degrees apart
	for _, c := range cities[:20] {
		for _, site := range []testCity{odd, usual} {
			ms := rtt(plain, c, site)
			if site == odd {
				ms *= 1.4
			}
			tables.Players = append(tables.Players, calibrate.PlayerRTT{
				Metro: c.id, Site: site.id, Users: 1, Ms: ms + topology.PlayersMix().MedianRTT().Seconds()*1000,
				From: calibrate.Anchor{LatDeg: c.lat, LonDeg: c.lon, Country: c.country},
				To:   calibrate.Anchor{LatDeg: site.lat, LonDeg: site.lon, Country: site.country},
			})
		}
	}
	m, err := calibrate.Fit(testFabric(t), tables)
	require.NoError(t, err)
	ratio := func(site testCity) float64 {
		from := testCity{country: "WW", lat: cities[4].lat + 0.5, lon: cities[4].lon}
		return rtt(m, from, site) / rtt(plain, from, site)
	}
	require.InDelta(t, 1.4, ratio(odd), 0.1)
	require.InDelta(t, 1, ratio(usual), 0.1)
	beside := odd
	beside.lat += 1
	require.Greater(t, ratio(beside), 1.2)
}

// A detour to the only sites that players measured is said of these and those near them, not of all sites in the world.
func TestADetourToSomeSitesIsNotSaidOfAll(t *testing.T) {
	tables := readTestTables(t)
	tables.Transit = map[string][]calibrate.Purchase{}
	plain, err := calibrate.Fit(testFabric(t), tables)
	require.NoError(t, err)
	cities := testCities()
	path := 60 * time.Millisecond
	node := func(c testCity, kind topology.NodeKind) topology.Node {
		return topology.Node{Kind: kind, LatDeg: c.lat, LonDeg: c.lon, Country: c.country}
	}
	rtt := func(m *calibrate.Model, user, site testCity) float64 {
		return m.Locate(node(user, topology.Exchange)).RTT(topology.Internet, m.Locate(node(site, topology.Region)), path).Seconds() * 1000
	}
	lastMile := topology.PlayersMix().MedianRTT().Seconds() * 1000
	unmeasured := cities[22] // 40 degrees from the sites that are
	for _, c := range cities[:20] {
		for _, site := range []testCity{cities[21], cities[23]} {
			tables.Players = append(tables.Players, calibrate.PlayerRTT{
				Metro: c.id, Site: site.id, Users: 1, Ms: 1.4*rtt(plain, c, site) + lastMile,
				From: calibrate.Anchor{LatDeg: c.lat, LonDeg: c.lon, Country: c.country},
				To:   calibrate.Anchor{LatDeg: site.lat, LonDeg: site.lon, Country: site.country},
			})
		}
	}
	m, err := calibrate.Fit(testFabric(t), tables)
	require.NoError(t, err)
	besideWest := testCity{country: "WW", lat: cities[4].lat + 0.5, lon: cities[4].lon}
	ratio := func(site testCity) float64 { return rtt(m, besideWest, site) / rtt(plain, besideWest, site) }
	require.Greater(t, ratio(cities[21]), 1.25)
	require.Less(t, ratio(unmeasured), 1.15)
}
