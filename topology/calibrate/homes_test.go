package calibrate_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
)

// homesOf returns what homes on a technology next to each city of the west and one of the east would measure to two sites of the west, times a
// factor for each way, with a last mile in ms.
func homesOf(m *calibrate.Model, fabric *topology.Fabric, technology topology.Technology, lastMileMs float64, factor func(home, site testCity) float64) ([]calibrate.AccessRTT, error) {
	finder, err := fabric.NewPathFinder(m.Ground)
	if err != nil {
		return nil, err
	}
	var access []calibrate.AccessRTT
	for k, home := range testCities() {
		if home.country == "EE" && k != 23 {
			continue
		}
		for _, site := range []testCity{testCities()[0], testCities()[22]} {
			from := topology.Node{Kind: topology.Exchange, LatDeg: home.lat + 0.5, LonDeg: home.lon + 0.5, Country: home.country}
			to := topology.Node{Kind: topology.Region, LatDeg: site.lat, LonDeg: site.lon, Country: site.country}
			a, err := finder.Locate(topology.Place{LatDeg: from.LatDeg, LonDeg: from.LonDeg})
			if err != nil {
				return nil, err
			}
			b, err := finder.Locate(topology.Place{LatDeg: to.LatDeg, LonDeg: to.LonDeg})
			if err != nil {
				return nil, err
			}
			ms := m.Locate(from).RTT(topology.Internet, m.Locate(to), 2*finder.OneWay(a, b)).Seconds() * 1000
			access = append(access, calibrate.AccessRTT{
				User: home.id, Site: site.id, Technology: technology,
				From: calibrate.Anchor{LatDeg: from.LatDeg, LonDeg: from.LonDeg, Country: from.Country},
				To:   calibrate.Anchor{LatDeg: to.LatDeg, LonDeg: to.LonDeg, Country: to.Country},
				Ms:   factor(home, site)*ms + lastMileMs,
			})
		}
	}
	return access, nil
}

// What homes of a place measure to one site is said of users next to them on ways to that site, and of no other ways.
func TestHomesSpeakForWaysToASite(t *testing.T) {
	tables, fabric := readTestTables(t), testFabric(t)
	tables.Transit = map[string][]calibrate.Purchase{}
	without, err := calibrate.Fit(fabric, tables)
	require.NoError(t, err)
	first := testCities()[0]
	tables.Access, err = homesOf(without, fabric, topology.WiFi, topology.WiFi.MedianRTT().Seconds()*1000, func(_, site testCity) float64 {
		if site.id == first.id {
			return 1.4
		}
		return 1
	})
	require.NoError(t, err)
	m, err := calibrate.Fit(fabric, tables)
	require.NoError(t, err)
	require.Len(t, m.Homes.Anchors, 13)
	require.Len(t, m.Homes.Sites, 2)
	require.Equal(t, m.Trunks.MeetMs, m.UserMeetMs)

	ratio := func(lat, lon float64, country string, site testCity) float64 {
		from := topology.Node{Kind: topology.Exchange, LatDeg: lat, LonDeg: lon, Country: country}
		to := topology.Node{Kind: topology.Region, LatDeg: site.lat, LonDeg: site.lon, Country: site.country}
		by := func(m *calibrate.Model) float64 {
			return m.Locate(from).RTT(topology.Internet, m.Locate(to), 40*time.Millisecond).Seconds()
		}
		return by(m) / by(without) / m.UserScale
	}
	other := testCities()[22]
	among := ratio(45, 4, "WW", first) / ratio(45, 4, "WW", other)
	require.Greater(t, among, 1.1, "among the homes")
	require.Less(t, among, math.Sqrt(1.4), "they are few, so some of it is held to be noise, and half of the logarithm counts")
	require.Empty(t, m.LastMilesMs, "of Wi-Fi the first hop counts")
	require.InDelta(t, 1, ratio(50, 100, "XX", first)/ratio(50, 100, "XX", other), 0.02, "where no home is")
	far := testCities()[23]
	require.InDelta(t, 1, ratio(45, 4, "WW", far), 0.03, "to a site that no home has measured")

	var file bytes.Buffer
	require.NoError(t, m.Write(&file))
	again, err := calibrate.ReadModel(&file)
	require.NoError(t, err)
	require.Equal(t, m.Homes, again.Homes)
	again.Homes.OffsetMs = -1
	require.ErrorContains(t, again.Validate(), "Homes.OffsetMs is -1")
}

// What the lines of a technology take over whole ways is theirs, and not said of any way.
func TestLinesOfHomesAreAsSlowAsTheirWaysSay(t *testing.T) {
	tables, fabric := readTestTables(t), testFabric(t)
	tables.Transit = map[string][]calibrate.Purchase{}
	without, err := calibrate.Fit(fabric, tables)
	require.NoError(t, err)
	for _, homes := range []struct {
		technology topology.Technology
		byMs       float64 // how much slower than their first hop
	}{{topology.Fiber, 6}, {topology.DSL, -8}, {topology.Starlink, -6}} {
		firstHop := homes.technology.FirstHopRTT().Seconds() * 1000
		asModelled := func(testCity, testCity) float64 { return 1 }
		tables.Access, err = homesOf(without, fabric, homes.technology, firstHop+homes.byMs, asModelled)
		require.NoError(t, err)
		usual, err := homesOf(without, fabric, topology.WiFi, topology.WiFi.MedianRTT().Seconds()*1000, asModelled)
		require.NoError(t, err)
		for k := range 3 { // so that ways are not held to be long because lines are slow
			for _, a := range usual {
				a.User += fmt.Sprint(" on Wi-Fi ", k)
				tables.Access = append(tables.Access, a)
			}
		}
		m, err := calibrate.Fit(fabric, tables)
		require.NoError(t, err)
		// 13 homes count for 13 of 18, the first hop for the rest; ways that were made longer or shorter in between take a part.
		require.Len(t, m.LastMilesMs, 1)
		require.InDelta(t, firstHop+homes.byMs*13/18, m.LastMilesMs[homes.technology.String()], 1, "%v", homes.technology)

		var file bytes.Buffer
		require.NoError(t, m.Write(&file))
		again, err := calibrate.ReadModel(&file)
		require.NoError(t, err)
		require.Equal(t, m.LastMilesMs, again.LastMilesMs)
	}
	m, err := calibrate.Fit(fabric, tables)
	require.NoError(t, err)
	for name, wrong := range map[string]struct {
		ms   float64
		want string
	}{
		"dsl":   {-1, `LastMilesMs["dsl"] is -1`},
		"modem": {10, `LastMilesMs["modem"]`},
		"fibre": {10, `LastMilesMs["fibre"] is fibre; want the name fiber`},
	} {
		m.LastMilesMs = map[string]float64{name: wrong.ms}
		require.ErrorContains(t, m.Validate(), wrong.want)
	}
}

// A home that is left out says nothing of itself.
func TestAHomeDoesNotJudgeItself(t *testing.T) {
	tables, fabric := readTestTables(t), testFabric(t)
	tables.Transit = map[string][]calibrate.Purchase{}
	without, err := calibrate.Fit(fabric, tables)
	require.NoError(t, err)
	lonely := testCities()[23].id
	said := func(factor float64) (ofLonely string) {
		var err error
		tables.Access, err = homesOf(without, fabric, topology.WiFi, topology.WiFi.MedianRTT().Seconds()*1000, func(home, _ testCity) float64 {
			if home.id == lonely {
				return factor
			}
			return 1
		})
		require.NoError(t, err)
		v, err := calibrate.CrossValidate(context.Background(), fabric, tables, calibrate.Deal{Folds: 3, Repeats: 1, Seed: 1})
		require.NoError(t, err)
		require.Len(t, v.Access, 26, "13 homes to 2 sites")
		for _, s := range v.Access {
			if s.User == lonely {
				ofLonely += fmt.Sprintf("%.6f ", s.ModelMs)
			}
		}
		return ofLonely
	}
	usual := said(1)
	odd := said(1.3)
	require.Equal(t, usual, odd)
}

// The lines of users in scenarios are what the model that comes with the program makes of whole ways, to a hundredth of a millisecond, and those of which it
// says nothing are as they were measured to the first hop.
func TestLastMilesAreThoseOfTheModel(t *testing.T) {
	require.NotEmpty(t, calibrate.Default().LastMilesMs)
	for technology := range topology.Technology(topology.NumTechnologies) {
		want, ok := calibrate.Default().LastMilesMs[technology.String()]
		if !ok {
			want = technology.FirstHopRTT().Seconds() * 1000
		}
		require.InDelta(t, want, technology.MedianRTT().Seconds()*1000, 0.0055, "%v", technology)
	}
}
