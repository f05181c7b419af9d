package calibrate

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
)

// landingPlaces are those of whom cables say who is nearer to whom.
var landingPlaces = map[string]topology.Node{
	"cairo": {Kind: topology.Exchange, LatDeg: 30.05, LonDeg: 31.25, Country: "EG"}, "beirut": {Kind: topology.Exchange, LatDeg: 33.9, LonDeg: 35.5, Country: "LB"},
	"jeddah": {Kind: topology.Exchange, LatDeg: 21.5, LonDeg: 39.2, Country: "SA"}, "marseille": {Kind: topology.Exchange, LatDeg: 43.3, LonDeg: 5.4, Country: "FR"},
	"amsterdam": {Kind: topology.Exchange, LatDeg: 52.37, LonDeg: 4.9, Country: "NL"}, "tashkent": {Kind: topology.Exchange, LatDeg: 41.3, LonDeg: 69.24, Country: "UZ"},
	"mumbai": {Kind: topology.Exchange, LatDeg: 19.1, LonDeg: 72.9, Country: "IN"}, "almaty": {Kind: topology.Exchange, LatDeg: 43.25, LonDeg: 76.9, Country: "KZ"},
	"dubai": {Kind: topology.Region, LatDeg: 25.2, LonDeg: 55.27, Country: "AE"}, "bahrain": {Kind: topology.Region, LatDeg: 26.1, LonDeg: 50.5, Country: "BH"},
	"kuwait": {Kind: topology.Exchange, LatDeg: 29.37, LonDeg: 47.98, Country: "KW"}, "riyadh": {Kind: topology.Exchange, LatDeg: 24.7, LonDeg: 46.7, Country: "SA"},
	"doha": {Kind: topology.Exchange, LatDeg: 25.29, LonDeg: 51.53, Country: "QA"}, "dublin": {Kind: topology.Region, LatDeg: 53.35, LonDeg: -6.26, Country: "IE"},
	"london": {Kind: topology.Region, LatDeg: 51.5, LonDeg: -0.1, Country: "GB"}, "virginia": {Kind: topology.Region, LatDeg: 38.95, LonDeg: -77.45, Country: "US"},
	"luanda": {Kind: topology.Exchange, LatDeg: -8.84, LonDeg: 13.23, Country: "AO"}, "fortaleza": {Kind: topology.Exchange, LatDeg: -3.73, LonDeg: -38.53, Country: "BR"},
	"saopaulo": {Kind: topology.Exchange, LatDeg: -23.55, LonDeg: -46.63, Country: "BR"}, "capetown": {Kind: topology.Exchange, LatDeg: -33.92, LonDeg: 18.42, Country: "ZA"},
	"quito": {Kind: topology.Exchange, LatDeg: -0.18, LonDeg: -78.47, Country: "EC"}, "lima": {Kind: topology.Exchange, LatDeg: -12.05, LonDeg: -77.04, Country: "PE"},
	"ohio": {Kind: topology.Region, LatDeg: 39.96, LonDeg: -83, Country: "US"}, "oregon": {Kind: topology.Region, LatDeg: 45.84, LonDeg: -119.7, Country: "US"},
}

// between returns what a model says of two of them, over the path that the great circle times 1.45 would take.
func between(t *testing.T, m *Model, kind topology.LinkKind, a, b string) Explanation {
	t.Helper()
	from, to := landingPlaces[a], landingPlaces[b]
	path := time.Duration(2 * 1.45 * topology.DistanceKm(from.Place(), to.Place()) / (0.68 * topology.SpeedOfLightKmPerMs) * float64(time.Millisecond))
	e, ok := m.Explain(kind, m.Locate(from), m.Locate(to), path, 0)
	require.True(t, ok)
	return e
}

// waysOver returns the ways of a round trip over hubs, that of the largest share first.
func waysOver(e Explanation) []topology.Way {
	return slices.DeleteFunc(slices.Clone(e.Ways), func(w topology.Way) bool { return w.By != topology.WayTransit && w.By != topology.WayHubs })
}

// Cables of the Levant, of Egypt and of the Red Sea land at Marseille (SEA-ME-WE 4 and 5, IMEWE and AAE-1), 1,000 km before Amsterdam. No
// server of Marseille was measured: those of Lyon, which lies behind Paris, must not speak for it.
func TestTheLevantLandsAtMarseille(t *testing.T) {
	for _, from := range []string{"cairo", "beirut", "jeddah"} {
		marseille, amsterdam := between(t, Default(), topology.Internet, from, "marseille"), between(t, Default(), topology.Internet, from, "amsterdam")
		require.Less(t, marseille.RTT, amsterdam.RTT, from)
		require.Equal(t, []string{"MRS"}, waysOver(marseille)[0].Over, from)
	}
}

// Jeddah lies north of the strait: its ways to Europe do not go through it, those to Asia do.
func TestTheStraitMovesJeddahsOwnWaysAlone(t *testing.T) {
	cut, err := Default().Cut(RedSea)
	require.NoError(t, err)
	for _, to := range []string{"marseille", "amsterdam"} {
		require.Equal(t, between(t, Default(), topology.Internet, "jeddah", to), between(t, cut, topology.Internet, "jeddah", to), to)
		for _, w := range between(t, Default(), topology.Internet, "jeddah", to).Ways {
			require.NotContains(t, w.Over, "BOM", to)
			require.NotContains(t, w.Over, "FJR", to)
		}
	}
	before, after := between(t, Default(), topology.Internet, "jeddah", "mumbai"), between(t, cut, topology.Internet, "jeddah", "mumbai")
	require.Greater(t, after.RTT, before.RTT)
	require.Equal(t, []string{"JED", "FJR", "BOM"}, waysOver(after)[0].Over, "over land to the Gulf")
}

// AEConnect and others lead from America to Ireland: a backbone gets there before it gets to London. Measured in public, and in no table
// here: 68 ms from Virginia. The Internet's servers in Dublin measured no such way.
func TestBackbonesReachIrelandDirectly(t *testing.T) {
	for _, from := range []string{"virginia", "ohio", "oregon"} {
		dublin, london := between(t, Default(), topology.Backbone, from, "dublin"), between(t, Default(), topology.Backbone, from, "london")
		require.Less(t, dublin.RTT, london.RTT, from)
		over := waysOver(dublin)[0].Over
		require.Equal(t, "DUB", over[len(over)-1])
		require.NotContains(t, over, "LON")
		require.NotContains(t, waysOver(london)[0].Over, "DUB")
	}
	require.Less(t, between(t, Default(), topology.Backbone, "virginia", "dublin").RTT, 80*time.Millisecond)
}

// Riyadh and Dubai measured 17 ms, and players of Doha and Dammam 9 and 10 ms to Bahrain: so are their neighbours near, also on a backbone.
func TestTheGulfMeetsInTheGulf(t *testing.T) {
	require.Less(t, between(t, Default(), topology.Backbone, "dubai", "bahrain").RTT, 20*time.Millisecond)
	for _, pair := range [][2]string{{"dubai", "bahrain"}, {"kuwait", "riyadh"}, {"doha", "dubai"}} {
		require.Less(t, between(t, Default(), topology.Internet, pair[0], pair[1]).RTT, 26*time.Millisecond, pair)
	}
}

// Who buys in Moscow or Frankfurt reaches India no faster than light in glass takes over the way that is named first.
func TestCentralAsiaIsNoFasterThanTheWayThatIsNamed(t *testing.T) {
	for _, from := range []string{"tashkent", "almaty"} {
		e := between(t, Default(), topology.Internet, from, "mumbai")
		ways := slices.DeleteFunc(waysOver(e), func(w topology.Way) bool { return w.By != topology.WayTransit })
		way := ways[0]
		require.Contains(t, way.Over, "MRS")
		light := time.Duration(2 * way.Km / (0.68 * topology.SpeedOfLightKmPerMs) * float64(time.Millisecond))
		require.Greater(t, light, 130*time.Millisecond)
		require.Less(t, light, time.Second)
		require.Greater(t, e.RTT, light, from)
	}
}

// SACS leads from Luanda to Fortaleza, 63 ms there and back from shore to shore; servers in the two towns were some 100 ms apart. It is Angola's:
// South Africa reaches Brazil by the north, as measured.
func TestAngolaCrossesTheSouthAtlantic(t *testing.T) {
	m := worldModel(t)
	way := waysOver(between(t, m, topology.Internet, "luanda", "fortaleza"))[0]
	require.Equal(t, []string{"LAD", "FOR"}, way.Over)
	require.InDelta(t, 63, way.RTT.Seconds()*1000, 20)
	require.Equal(t, []string{"LAD", "SAO"}, waysOver(between(t, m, topology.Internet, "luanda", "saopaulo"))[0].Over)
	for _, w := range waysOver(between(t, m, topology.Internet, "capetown", "saopaulo")) {
		require.NotContains(t, w.Over, "LAD")
		require.NotContains(t, w.Over, "FOR")
	}
	cut, err := m.Cut("LAD-FOR")
	require.NoError(t, err)
	require.Equal(t, []string{"LAD", "SAO"}, waysOver(between(t, cut, topology.Internet, "luanda", "fortaleza"))[0].Over[:2], "what is left of SACS is cut apart")
}

// Along the Andes nobody goes to Santiago and back.
func TestQuitoReachesLimaWithoutSantiago(t *testing.T) {
	for _, w := range waysOver(between(t, worldModel(t), topology.Internet, "quito", "lima")) {
		require.NotContains(t, w.Over, "SCL")
	}
}
