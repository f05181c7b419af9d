package calibrate

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
)

// worldModel is the least that has the world's hubs.
func worldModel(t *testing.T) *Model {
	t.Helper()
	transit, err := WorldTransit()
	require.NoError(t, err)
	trunks, err := worldTrunks(transit)
	require.NoError(t, err)
	m := &Model{
		Ground: ground, LineMs: 5, LineMsPerKm: 0.017, Trunks: *trunks, Domestic: domestic, InternetBlend: internetTransitBlend, BackboneBlend: backboneBlend,
		BackboneScale: 1, UserScale: 1, Internet: Surface{Pair: internetFit.pair, End: internetFit.end}, Backbone: Surface{Pair: internetFit.pair, End: internetFit.end},
	}
	require.NoError(t, m.Validate())
	return m
}

func TestWhatIsCutMakesWaysLongerAndNoneShorter(t *testing.T) {
	whole := worldModel(t)
	places := []topology.Node{
		{Kind: topology.Exchange, LatDeg: 24.7, LonDeg: 46.7, Country: "SA"}, {Kind: topology.PoP, LatDeg: 25.3, LonDeg: 55.3, Country: "AE"},
		{Kind: topology.PoP, LatDeg: 30, LonDeg: 31.2, Country: "EG"}, {Kind: topology.Region, LatDeg: 1.3, LonDeg: 103.8, Country: "SG"},
		{Kind: topology.Region, LatDeg: 50.1, LonDeg: 8.7, Country: "DE"}, {Kind: topology.PoP, LatDeg: 40.7, LonDeg: -74, Country: "US"},
		{Kind: topology.PoP, LatDeg: -26.2, LonDeg: 28, Country: "ZA"}, {Kind: topology.PoP, LatDeg: 43.2, LonDeg: 76.9, Country: "KZ"},
	}
	for _, what := range [][]string{{"MRS"}, {"FJR"}, {"MRS-SIN"}, {"BOM", "FJR-SIN"}, {RedSea}} {
		cut, err := whole.Cut(what...)
		require.NoError(t, err, what)
		longer := 0
		for _, kind := range []topology.LinkKind{topology.Internet, topology.Backbone} {
			for i, a := range places {
				for _, b := range places[:i] {
					path := 50 * time.Millisecond
					before := whole.Locate(a).RTT(kind, whole.Locate(b), path)
					after := cut.Locate(a).RTT(kind, cut.Locate(b), path)
					require.GreaterOrEqual(t, after, before, "%v: %s to %s", what, a.Country, b.Country)
					require.Equal(t, after, cut.Locate(b).RTT(kind, cut.Locate(a), path))
					if after > before+time.Millisecond {
						longer++
					}
				}
			}
		}
		require.Positive(t, longer, "%v", what)
	}
	// The Gulf meets in the Gulf: without it, by Europe. Others do not care.
	rtt := func(m *Model, i, j int) time.Duration {
		return m.Locate(places[i]).RTT(topology.Internet, m.Locate(places[j]), 15*time.Millisecond)
	}
	gulf, err := whole.Cut("FJR")
	require.NoError(t, err)
	require.Greater(t, rtt(gulf, 0, 1), 2*rtt(whole, 0, 1))
	require.Equal(t, rtt(whole, 4, 5), rtt(gulf, 4, 5))
	// Egypt buys at Marseille alone.
	marseille, err := whole.Cut("MRS")
	require.NoError(t, err)
	require.Greater(t, rtt(marseille, 2, 3), rtt(whole, 2, 3))
	require.Equal(t, rtt(whole, 0, 1), rtt(marseille, 0, 1), "Riyadh to Dubai does not go there")

	for want, what := range map[string]string{
		`what[0] is ZZZ; want the ID of a hub (AKL, AMS, `: "ZZZ", `what[0] is MRS-SYD; want two hubs that a cable joins`: "MRS-SYD",
		`what[0] is EG-FJR; want two hubs that a cable joins, a country and a hub where it buys transit (EG-MRS`: "EG-FJR",
	} {
		_, err := whole.Cut(what)
		require.ErrorContains(t, err, want)
	}
	_, err = whole.Cut("FRA-VIE", "VIE-MIL")
	require.ErrorContains(t, err, "delay model without FRA-VIE, VIE-MIL: VIE is left without a cable to the others; cut VIE, too")
	_, err = whole.Cut("AMS", "FRA")
	require.ErrorContains(t, err, "delay model without AMS, FRA: STO, MOW are left without a cable to the others; cut STO, MOW, too, to send")
	_, err = whole.Cut("AMS", "FRA", "STO", "MOW")
	require.NoError(t, err, "what is told to do helps")
}

// No town in the world is the only way to another.
func TestAnyOneHubMayBeCut(t *testing.T) {
	for name, m := range map[string]*Model{"drawn": worldModel(t), "default": Default()} {
		for _, hub := range m.Trunks.Hubs {
			_, err := m.Cut(hub.ID)
			require.NoError(t, err, name)
		}
	}
}

// A network whose correction is cut takes the longer ways.
func TestRoutesOfANetworkTakeDetours(t *testing.T) {
	towns := []topology.Node{
		{ID: "cairo", Kind: topology.Exchange, LatDeg: 30, LonDeg: 31.2, Country: "EG"}, {ID: "singapore", Kind: topology.Exchange, LatDeg: 1.3, LonDeg: 103.8, Country: "SG"},
	}
	fabric, err := topology.NewFabric(towns, [][2]string{{"cairo", "singapore"}})
	require.NoError(t, err)
	whole := worldModel(t)
	n, err := fabric.Network(whole.DelayModel(),
		[]topology.Node{{ID: "m", Kind: topology.Metro, LatDeg: 30, LonDeg: 31.2, Country: "EG"}},
		[]topology.Node{{ID: "s", Kind: topology.Region, LatDeg: 1.3, LonDeg: 103.8, Country: "SG"}})
	require.NoError(t, err)
	rtt := func(n *topology.Network) time.Duration {
		r, err := n.Routes(n.OfKind(topology.Metro), n.Sites(), topology.Public)
		require.NoError(t, err)
		return r.RTT(0, 0)
	}
	cut, err := whole.Cut("MRS")
	require.NoError(t, err)
	require.Greater(t, rtt(n.WithCorrection(cut)), rtt(n)+5*time.Millisecond)
}

func TestWaysThroughTheRedSeaAreCutAndNoOthers(t *testing.T) {
	whole := worldModel(t)
	nothing, err := whole.Cut(CutNothing)
	require.NoError(t, err)
	cut, err := whole.Cut(RedSea)
	require.NoError(t, err)
	one, err := whole.Cut("AE-MRS")
	require.NoError(t, err)
	at := func(country string, lat, lon float64) topology.Node {
		return topology.Node{Kind: topology.Exchange, Country: country, LatDeg: lat, LonDeg: lon}
	}
	frankfurt, mumbai, dubai, djibouti, cairo := at("DE", 50.1, 8.7), at("IN", 19.1, 72.9), at("AE", 25.2, 55.3), at("DJ", 11.6, 43.1), at("EG", 30, 31.2)
	tokyo, dallas := at("JP", 35.7, 139.7), at("US", 32.8, -96.8)
	rtt := func(m *Model, a, b topology.Node) time.Duration {
		return m.Locate(a).RTT(topology.Internet, m.Locate(b), 60*time.Millisecond)
	}
	for _, from := range []topology.Node{mumbai, djibouti} {
		require.Greater(t, rtt(cut, from, frankfurt), rtt(whole, from, frankfurt)+20*time.Millisecond, from.Country)
	}
	require.Greater(t, rtt(cut, dubai, frankfurt), rtt(whole, dubai, frankfurt)+5*time.Millisecond, "over land by Iran, 1,800 km longer")
	// Who lands north of the strait, the Gulf among itself and the Pacific do not notice.
	jeddah, marseille := at("SA", 21.5, 39.2), at("FR", 43.3, 5.4)
	for _, pair := range [][2]topology.Node{{cairo, frankfurt}, {dubai, at("BH", 26.2, 50.6)}, {tokyo, dallas}, {jeddah, marseille}, {jeddah, frankfurt}} {
		require.Equal(t, rtt(whole, pair[0], pair[1]), rtt(cut, pair[0], pair[1]), pair[0].Country)
		require.Equal(t, rtt(whole, pair[0], pair[1]), rtt(nothing, pair[0], pair[1]))
	}
	// From Jeddah to Asia the cables lead through it. What is left leads over land to the Gulf, no farther than that.
	singapore := at("SG", 1.3, 103.8)
	require.Less(t, rtt(cut, jeddah, singapore), rtt(whole, jeddah, singapore)+20*time.Millisecond, "600 km longer")
	require.Greater(t, rtt(cut, jeddah, singapore), rtt(whole, jeddah, singapore)+2*time.Millisecond)
	// What is cut can be cut further, and written and read.
	both, err := one.Cut(RedSea)
	require.NoError(t, err)
	require.Equal(t, []string{"AE-MRS", RedSea}, both.Without)
	require.Equal(t, rtt(cut, mumbai, frankfurt), rtt(both, mumbai, frankfurt))
	var text bytes.Buffer
	require.NoError(t, cut.Write(&text))
	read, err := ReadModel(&text)
	require.NoError(t, err)
	require.Equal(t, rtt(cut, mumbai, frankfurt), rtt(read, mumbai, frankfurt))
	require.Empty(t, nothing.Without)
	for way, isCut := range map[string]bool{"AE-MRS": true, "MRS-BOM": true, "BOM-MRS": true, "MRS": false, "EG-MRS": false, "LON-NYC": false} {
		require.Equal(t, isCut, read.IsCut(way), way)
		require.False(t, whole.IsCut(way))
	}
	noMarseille, err := whole.Cut("MRS")
	require.NoError(t, err)
	require.True(t, noMarseille.IsCut("EG-MRS"), "it leads nowhere")
	// A country's own way may be cut alone.
	require.NotEqual(t, rtt(whole, dubai, frankfurt), rtt(cut, dubai, frankfurt))
	require.Equal(t, rtt(whole, mumbai, frankfurt), rtt(one, mumbai, frankfurt))
}
