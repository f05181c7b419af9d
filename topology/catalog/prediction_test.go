package catalog_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// What is predicted for two places is what the routes of a network say of them.
func TestPredictionsAreTheRoutesOfANetwork(t *testing.T) {
	n, err := catalog.AWS(catalog.Selection{
		Metros:  []string{"los-angeles-us", "lagos-ng", "tokyo-jp"},
		Regions: []string{"us-west-2", "af-south-1"}, LocalZones: []string{"us-west-2-lax-1"}, PoPs: []string{"pop-nrt"},
	})
	require.NoError(t, err)
	metros, sites := n.OfKind(topology.Metro), n.Sites()
	public, err := n.Routes(metros, sites, topology.Public)
	require.NoError(t, err)
	private, err := n.Routes(sites, sites, topology.Private)
	require.NoError(t, err)
	for j, s := range sites {
		b := n.At(s)
		for i, m := range metros {
			a := n.At(m)
			got, err := catalog.PredictRTT(calibrate.Default(), []catalog.Pair{{
				A: place(a), B: place(b), ACountry: a.Country, BCountry: b.Country, Class: topology.Internet,
				Access: true, Technology: topology.WiFi,
			}})
			require.NoError(t, err)
			_, internet, _ := public.Parts(i, j)
			require.Equal(t, 2*internet+topology.WiFi.MedianRTT(), got[0], "%s to %s", a.ID, b.ID)
		}
		for i, s := range sites {
			if i == j {
				continue
			}
			a := n.At(s)
			got, err := catalog.PredictRTT(calibrate.Default(), []catalog.Pair{{A: place(a), B: place(b), ACountry: a.Country, Class: topology.Backbone}})
			require.NoError(t, err)
			require.Equal(t, private.RTT(i, j), got[0], "%s to %s", a.ID, b.ID)
		}
	}
}

func TestPredictionErrorsNameThePair(t *testing.T) {
	for want, pair := range map[string]catalog.Pair{
		`pair "x": Class is access`:            {ID: "x"},
		`pair "x": A.LatDeg is 91`:             {ID: "x", A: topology.Place{LatDeg: 91}, Class: topology.Internet},
		`pair "x": B.LonDeg is 181`:            {ID: "x", B: topology.Place{LonDeg: 181}, Class: topology.Internet},
		`pair "x": Technology is Technology(9`: {ID: "x", Class: topology.Internet, Access: true, Technology: 99},
	} {
		_, err := catalog.PredictRTT(calibrate.Default(), []catalog.Pair{pair})
		require.ErrorContains(t, err, want)
	}
}

func TestPairListsAreReadAndAnswered(t *testing.T) {
	const list = "id,a_lat,a_lon,b_lat,b_lon,a_country,b_country,class,tech\n" +
		"1,52.52,13.405,50.1109,8.6821,DE,DE,internet,fiber\n" +
		"2,52.52,13.405,50.1109,8.6821,,,backbone,\n" +
		"3,52.52,13.405,50.1109,8.6821,,,,\n"
	pairs, err := catalog.ReadPairs("in.csv", strings.NewReader(list), nil)
	require.NoError(t, err)
	require.Equal(t, catalog.Pair{
		ID: "1", A: topology.Place{LatDeg: 52.52, LonDeg: 13.405}, B: topology.Place{LatDeg: 50.1109, LonDeg: 8.6821},
		ACountry: "DE", BCountry: "DE", Class: topology.Internet, Access: true, Technology: topology.Fiber,
	}, pairs[0])
	require.Equal(t, topology.Backbone, pairs[1].Class)
	require.Equal(t, topology.Internet, pairs[2].Class)
	require.False(t, pairs[2].Access)
	rtts, err := catalog.PredictRTT(calibrate.Default(), pairs)
	require.NoError(t, err)
	for i, rtt := range rtts { // Berlin to Frankfurt: 424 km, measured at 8 to 15 ms on many networks
		require.Greater(t, rtt, 5*time.Millisecond, "%d", i)
		require.Less(t, rtt, 20*time.Millisecond, "%d", i)
	}
	var out strings.Builder
	require.NoError(t, catalog.WriteRTTs(&out, pairs, rtts))
	require.Equal(t, "id,pred_ms\n1,"+strconv.FormatFloat(rtts[0].Seconds()*1000, 'f', 3, 64), strings.Join(strings.Split(out.String(), "\n")[:2], "\n"))
	out.Reset()
	require.NoError(t, catalog.WriteRTTs(&out, []catalog.Pair{{ID: "=1+1"}, {ID: "-1"}}, make([]time.Duration, 2)))
	require.Equal(t, "id,pred_ms\n'=1+1,0.000\n-1,0.000\n", out.String())
	require.Error(t, catalog.WriteRTTs(&out, pairs, nil))
}

func TestBadPairListsNameLineColumnAndValue(t *testing.T) {
	const head = "id,a_lat,a_lon,b_lat,b_lon,a_country,class,tech\n"
	for row, want := range map[string]string{
		"1,91,0,0,0,,,":            `in.csv:2: column a_lat: value "91"`,
		"1,0,0,0,x,,,":             `in.csv:2: column b_lon: value "x"`,
		",0,0,0,0,,,":              `in.csv:2: column id`,
		"1,0,0,0,0,Freedonia,,":    `in.csv:2: column a_country: value "Freedonia"`,
		"1,0,0,0,0,QQ,,":           `in.csv:2: column a_country: value "QQ"`,
		"1,0,0,0,0,,access,":       `in.csv:2: column class: value "access": want internet or backbone`,
		"1,0,0,0,0,,,carrier dove": `in.csv:2: column tech: value "carrier dove"`,
	} {
		_, err := catalog.ReadPairs("in.csv", strings.NewReader(head+row+"\n"), nil)
		require.ErrorContains(t, err, want)
	}
	_, err := catalog.ReadPairs("in.csv", strings.NewReader(head+"1,91,0,0,0,,,\n2,0,0,0,0,,,\n3,0,0,0,0,ZZ,,\n4,0\n"), nil)
	require.EqualError(t, err, `in.csv:2: column a_lat: value "91": want a number from -90 to 90
in.csv:4: column a_country: value "ZZ": want a country's code such as US, its English name, or nothing
in.csv:5: 2 fields: want 8, as many as the header has`)
	_, err = catalog.ReadPairs("in.csv", strings.NewReader(head+strings.Repeat("1,91,0,0,0,,,\n", 12)), nil)
	require.ErrorContains(t, err, "in.csv:11: column a_lat")
	require.NotContains(t, err.Error(), "in.csv:12")
	require.ErrorContains(t, err, "the first 10 bad rows; there may be more")
	_, err = catalog.ReadPairs("in.csv", strings.NewReader("id,a_lat\n"), nil)
	require.ErrorContains(t, err, `column "a_lon" is missing`)
}

func TestPairListsMayWriteThingsInSeveralWays(t *testing.T) {
	read := func(country, class, tech string) catalog.Pair {
		pairs, err := catalog.ReadPairs("in.csv", strings.NewReader("id,a_lat,a_lon,b_lat,b_lon,a_country,class,tech\n"+
			strings.Join([]string{"1,0,0,0,0", country, class, tech}, ",")+"\n"), nil)
		require.NoError(t, err)
		return pairs[0]
	}
	for given, code := range map[string]string{
		"": "", "DE": "DE", "de": "DE", "Germany": "DE", "uk": "GB", "United Kingdom": "GB", "usa": "US",
		"United States": "US", "united states of america": "US", "NA": "NA", "XK": "XK",
	} {
		require.Equal(t, code, read(given, "", "").ACountry, given)
	}
	require.Equal(t, topology.Backbone, read("", "Backbone", "").Class)
	require.Equal(t, topology.Internet, read("", "INTERNET", "").Class)
	require.False(t, read("", "", "none").Access)
	for given, technology := range map[string]topology.Technology{
		"LTE": topology.LTE, "4g": topology.LTE, "5G": topology.FiveG, "satellite": topology.Starlink, "Wi-Fi": topology.WiFi,
		"DSL": topology.DSL, "fibre": topology.Fiber, "cable": topology.Cable,
	} {
		p := read("", "", given)
		require.True(t, p.Access)
		require.Equal(t, technology, p.Technology, given)
	}
}

func TestPredictionsHoldEverywhere(t *testing.T) {
	places := []topology.Place{
		{}, {LatDeg: 90}, {LatDeg: -90, LonDeg: 77}, {LonDeg: 180}, {LonDeg: -180}, {LatDeg: 40.4, LonDeg: -3.7},
		{LatDeg: -40.4, LonDeg: 176.3}, {LatDeg: 51.5, LonDeg: -0.1}, {LatDeg: 51.5, LonDeg: -0.1},
	}
	var pairs []catalog.Pair
	for _, class := range []topology.LinkKind{topology.Internet, topology.Backbone} {
		for _, a := range places {
			for _, b := range places {
				pairs = append(pairs, catalog.Pair{A: a, B: b, Class: class}, catalog.Pair{A: b, B: a, Class: class},
					catalog.Pair{A: a, B: b, Class: class, Access: true, Technology: topology.DSL})
			}
		}
	}
	rtts, err := catalog.PredictRTT(calibrate.Default(), pairs)
	require.NoError(t, err)
	for i := 0; i < len(pairs); i += 3 {
		a, b, class := pairs[i].A, pairs[i].B, pairs[i].Class
		there, back, fromHome := rtts[i], rtts[i+1], rtts[i+2]
		light := time.Duration(2 * topology.DistanceKm(a, b) / topology.SpeedOfLightKmPerMs * float64(time.Millisecond))
		require.Greater(t, there, light, "%v, %v to %v", class, a, b)
		require.Less(t, there, 600*time.Millisecond, "%v, %v to %v", class, a, b)
		require.Equal(t, there, back, "%v, %v to %v", class, a, b)
		require.Greater(t, fromHome, topology.DSL.MedianRTT(), "%v, %v to %v", class, a, b)
		if a == b {
			require.Less(t, there, 10*time.Millisecond, "%v, %v", class, a)
		}
	}
}

func FuzzReadPairs(f *testing.F) {
	f.Add("id,a_lat,a_lon,b_lat,b_lon\n1,2,3,4,5\n")
	f.Add("id,a_lat,a_lon,b_lat,b_lon,a_country,b_country,class,tech\n1,90,180,-90,-180,US,,backbone,5g\n")
	f.Add("id,a_lat,a_lon,b_lat,b_lon\n1,NaN,Inf,4,5\n")
	f.Fuzz(func(t *testing.T, list string) {
		pairs, err := catalog.ReadPairs("fuzz.csv", strings.NewReader(list), nil)
		if err != nil {
			require.ErrorContains(t, err, "fuzz.csv")
			return
		}
		rtts, err := catalog.PredictRTT(calibrate.Default(), pairs[:min(3, len(pairs))])
		require.NoError(t, err)
		for i, rtt := range rtts {
			require.Positive(t, rtt, "%+v", pairs[i])
			require.Less(t, rtt, 3*time.Second, "%+v", pairs[i])
		}
	})
}

// Every place is another one: the worst case of a list of 15,000 pairs.
func BenchmarkPredictRTT(b *testing.B) {
	var pairs []catalog.Pair
	for i := range 15000 {
		at := func(k int) topology.Place {
			return topology.Place{LatDeg: float64(k*7919%12000)/100 - 60, LonDeg: float64(k*104729%36000)/100 - 180}
		}
		pairs = append(pairs, catalog.Pair{A: at(2 * i), B: at(2*i + 1), Class: topology.Internet})
	}
	for b.Loop() {
		if _, err := catalog.PredictRTT(calibrate.Default(), pairs); err != nil {
			b.Fatal(err)
		}
	}
}

// Round trips that many have measured, in ms (to 30 %, for what the model cannot know).
func TestWellKnownRoundTripsAreNearWhatTheyAre(t *testing.T) {
	newYork, london := topology.Place{LatDeg: 40.71, LonDeg: -74.01}, topology.Place{LatDeg: 51.51, LonDeg: -0.13}
	tokyo, losAngeles := topology.Place{LatDeg: 35.68, LonDeg: 139.69}, topology.Place{LatDeg: 34.05, LonDeg: -118.24}
	singapore, sydney := topology.Place{LatDeg: 1.35, LonDeg: 103.82}, topology.Place{LatDeg: -33.87, LonDeg: 151.21}
	frankfurt := topology.Place{LatDeg: 50.11, LonDeg: 8.68}
	for _, c := range []struct {
		name  string
		a, b  topology.Place
		class topology.LinkKind
		ms    float64
	}{
		{"New York - London", newYork, london, topology.Internet, 72},
		{"Frankfurt - London", frankfurt, london, topology.Internet, 15},
		{"Tokyo - Los Angeles", tokyo, losAngeles, topology.Internet, 108},
		{"Singapore - Sydney", singapore, sydney, topology.Backbone, 94},
		{"Frankfurt - Singapore", frankfurt, singapore, topology.Backbone, 165},
	} {
		got, err := catalog.PredictRTT(calibrate.Default(), []catalog.Pair{{A: c.a, B: c.b, Class: c.class}})
		require.NoError(t, err)
		require.InEpsilon(t, c.ms, got[0].Seconds()*1000, 0.3, c.name)
	}
}
