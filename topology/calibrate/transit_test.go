package calibrate

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
)

func TestTransitIsReadAndSumsToOne(t *testing.T) {
	bought, err := ReadTransit("t.csv", strings.NewReader("country,hub,weight,km,source\nKZ,w,1,,by hand\nKZ,e,3,2500,\nSA,m,7,,\n"), nil)
	require.NoError(t, err)
	require.Equal(t, map[string][]Purchase{
		"KZ": {{Hub: "w", Weight: 0.25}, {Hub: "e", Weight: 0.75, Km: 2500}}, "SA": {{Hub: "m", Weight: 1}},
	}, bought)
	for row, want := range map[string]string{
		"KZ,w,0":          `t.csv:2: column weight: value "0"`,
		"KZ,w,1\nKZ,w,1":  `t.csv:3: column hub: value "w": want a hub that the country has not been given before`,
		",w,1":            `t.csv:2: column country`,
		"KZ,w,a":          `t.csv:2: column weight: value "a"`,
		"KZ,w,1,99999999": `fields`,
	} {
		_, err := ReadTransit("t.csv", strings.NewReader("country,hub,weight\n"+row+"\n"), nil)
		require.ErrorContains(t, err, want)
	}
	_, err = ReadTransit("t.csv", strings.NewReader("country,hub,weight,km\nKZ,w,1,0\n"), nil)
	require.ErrorContains(t, err, `t.csv:2: column km: value "0"`)
}

// In a part of a country transit may be bought elsewhere; where that is cut it is bought where the country does.
func TestAPartOfACountryBuysElsewhere(t *testing.T) {
	bought, err := ReadTransit("t.csv", strings.NewReader("country,hub,weight,lat,lon,within_km\nCC,w,2,,,\nCC,m,2,,,\nCC,e,3,1,18,300\nCC,m,1,1,18,300\n"), nil)
	require.NoError(t, err)
	east := Area{LatDeg: 1, LonDeg: 18, Km: 300}
	require.Equal(t, map[string][]Purchase{"CC": {
		{Hub: "w", Weight: 0.5}, {Hub: "m", Weight: 0.5}, {Hub: "e", Weight: 0.75, Within: east}, {Hub: "m", Weight: 0.25, Within: east},
	}}, bought)
	trunks := threeHubs(t)
	trunks.Transit = bought
	require.NoError(t, trunks.validate())
	at := func(lon float64) Anchor { return Anchor{LatDeg: 1, LonDeg: lon, Country: "CC"} }
	hubsOf := func(lon float64) (ids []string) {
		for _, c := range trunks.locate(at(lon)).choices {
			ids = append(ids, trunks.Hubs[c.legs[0].hub].ID)
		}
		return ids
	}
	require.Equal(t, []string{"e", "m"}, hubsOf(20), "222 km from its middle")
	require.Equal(t, []string{"w", "m"}, hubsOf(21), "333 km")
	cut, err := newRest(trunks, removal{"CC-e": true})
	require.NoError(t, err)
	o := trunks.locate(at(20))
	for _, of := range cut.detours(at(20), &o) {
		require.Len(t, of, 1)
		require.Equal(t, "m", trunks.Hubs[of[0].to.legs[0].hub].ID, "what is left of the part")
	}

	for want, row := range map[string]string{
		`t.csv:2: column lon: value ""`:        "CC,w,1,1,,5",
		`t.csv:2: column within_km: value "0"`: "CC,w,1,1,2,0",
		`t.csv:3: column hub: value "w"`:       "CC,w,1,1,2,5\nCC,w,1,1,2,5",
		`t.csv:2: column lat: value "91"`:      "CC,w,1,91,2,5",
	} {
		_, err := ReadTransit("t.csv", strings.NewReader("country,hub,weight,lat,lon,within_km\n"+row+"\n"), nil)
		require.ErrorContains(t, err, want)
	}
	trunks.Transit["CC"][2].Within.Km = -1
	require.ErrorContains(t, trunks.validate(), "Transit[CC][2].Within.Km is -1")
}

func TestTransitLeadsWhereItIsBought(t *testing.T) {
	trunks := threeHubs(t)
	at := func(country string, lat, lon float64) *onramp {
		o := trunks.locate(Anchor{LatDeg: lat, LonDeg: lon, Country: country})
		return &o
	}
	// Two neighbours by the hub in the east.
	near := trunks.rttMs(at("AA", 2, 20), at("BB", 2, 21))
	trunks.Transit = map[string][]Purchase{"AA": {{Hub: "w", Weight: 1, Km: 3000}}, "CC": {{Hub: "w", Weight: 0.6}, {Hub: "e", Weight: 0.8}}}
	trunks.Choices = []int{1}
	km := 3000 + 60 + 20*degreeKm + 2*60 + 1.2*degreeKm*2.236 + 60
	hauled := trunks.rttMs(at("AA", 2, 20), at("BB", 2, 21))
	require.InEpsilon(t, 1+0.0117*km, hauled, 0.001, "from the west back over both cables")
	require.Greater(t, hauled, 3*near)
	require.InDelta(t, hauled, trunks.rttMs(at("BB", 2, 21), at("AA", 2, 20)), 1e-9)

	// What two places have in common: 0.6 of a unit vector of (0.6, 0.8) and (1, 0).
	require.InDelta(t, 0.6, inCommon(at("AA", 0, 0).shares, at("CC", 50, 9).shares), 1e-9)
	require.InDelta(t, 1, inCommon(at("CC", 0, 0).shares, at("CC", 50, 9).shares), 1e-9)

	// A regional hub is for those alone who buy there.
	before := trunks.rttMs(at("BB", 2, 21), at("BB", 2, 1))
	trunks.Hubs[1].Regional = true
	require.Equal(t, before, trunks.rttMs(at("BB", 2, 21), at("BB", 2, 1)), "its cables stay")
	other := trunks.nearest(topology.Place{LatDeg: 0, LonDeg: 10}, false)
	require.NotEqual(t, 1, other.choices[0].legs[0].hub)

	for want, spoil := range map[string]Purchase{
		"Transit[AA][0].Hub is x": {Hub: "x", Weight: 1}, "Transit[AA][0].Weight is 0": {Hub: "w"},
		"Transit[AA][0].Km is -1": {Hub: "w", Weight: 1, Km: -1}, "Transit[AA] is of weights that sum to 0.5": {Hub: "w", Weight: 0.5},
	} {
		trunks.Transit = map[string][]Purchase{"AA": {spoil}}
		require.ErrorContains(t, trunks.validate(), want)
	}
}

func TestTheWorldsTransitIsKnownByItsHubs(t *testing.T) {
	transit, err := WorldTransit()
	require.NoError(t, err)
	trunks, err := worldTrunks(transit)
	require.NoError(t, err)
	require.Greater(t, len(trunks.Transit), 50)
	oneWay := func(aLat, aLon float64, a string, bLat, bLon float64, b string) float64 {
		from, to := trunks.locate(Anchor{aLat, aLon, a}), trunks.locate(Anchor{bLat, bLon, b})
		return trunks.rttMs(&from, &to)
	}
	// Neighbours of the Gulf meet in the Gulf; Almaty reaches Delhi by Europe. Measured: 17 and about 250 ms.
	require.Less(t, oneWay(24.7, 46.7, "SA", 25.3, 55.3, "AE"), 45.0)
	require.Greater(t, oneWay(43.2, 76.9, "KZ", 28.6, 77.2, "IN"), 150.0)
}
