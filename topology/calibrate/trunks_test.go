package calibrate

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
)

// Three hubs on the equator, 10 degrees apart, joined in a row.
func threeHubs(t *testing.T) *Trunks {
	t.Helper()
	trunks, err := NewTrunks([]Hub{{ID: "w", LatDeg: 0, LonDeg: 0}, {ID: "m", LatDeg: 0, LonDeg: 10}, {ID: "e", LatDeg: 0, LonDeg: 20}}, []Cable{{A: "w", B: "m"}, {A: "m", B: "e"}})
	require.NoError(t, err)
	return trunks
}

// degreeKm is a degree of the equator.
const degreeKm = topology.EarthRadiusKm * math.Pi / 180

func TestTrunksLeadOverHubs(t *testing.T) {
	trunks := threeHubs(t)
	require.InDelta(t, 20*degreeKm+2*60, trunks.Km[2][0], 0.1, "two cables, 60 km for each")
	trunks.Choices = []int{1}
	// North of m and north of e, two degrees from each: no way but down and up again.
	a, b := trunks.locate(Anchor{LatDeg: 2, LonDeg: 10}), trunks.locate(Anchor{LatDeg: 2, LonDeg: 20})
	km := 2*(1.2*2*degreeKm+60) + 10*degreeKm + 60
	require.InDelta(t, 1+0.0117*km, trunks.rttMs(&a, &b), 0.001)
	require.InDelta(t, trunks.rttMs(&a, &b), trunks.rttMs(&b, &a), 1e-9)
	require.InDelta(t, 1+0.0117*2*(1.2*2*degreeKm+60), trunks.rttMs(&a, &a), 0.001, "to the hub and back")
}

func TestMoreChoiceIsNeverLonger(t *testing.T) {
	trunks := threeHubs(t)
	places := []Anchor{{LatDeg: 1, LonDeg: 4}, {LatDeg: -3, LonDeg: 6}, {LatDeg: 5, LonDeg: 14}, {LatDeg: 0, LonDeg: 25}}
	shorter := 0
	for _, p := range places {
		for _, q := range places {
			last := math.Inf(1)
			for choice := 1; choice <= 5; choice++ { // beyond the three hubs that there are
				trunks.Choices = []int{choice}
				a, b := trunks.locate(p), trunks.locate(q)
				ms := trunks.rttMs(&a, &b)
				require.LessOrEqual(t, ms, last)
				if ms < last-0.1 && choice > 1 {
					shorter++
				}
				last = ms
			}
		}
	}
	require.Positive(t, shorter)
}

func TestTrunksAreTheMeanOfTheirChoices(t *testing.T) {
	trunks := threeHubs(t)
	rtt := func(choices ...int) float64 {
		trunks.Choices = choices
		a, b := trunks.locate(Anchor{LatDeg: 1, LonDeg: 4.9}), trunks.locate(Anchor{LatDeg: 1, LonDeg: 20})
		return trunks.rttMs(&a, &b)
	}
	require.Greater(t, rtt(1), rtt(2)*1.1)
	require.InDelta(t, math.Sqrt(rtt(1)*rtt(2)), rtt(1, 2), 1e-9)
}

func TestBadTrunksNameTheHub(t *testing.T) {
	hubs := []Hub{{ID: "a", LatDeg: 0, LonDeg: 0}, {ID: "b", LatDeg: 0, LonDeg: 1}, {ID: "c", LatDeg: 0, LonDeg: 2}}
	for want, cables := range map[string][]Cable{
		"cables[0] is a-x":                    {{A: "a", B: "x"}},
		"cables[1] is b-b":                    {{A: "a", B: "b"}, {A: "b", B: "b"}, {A: "b", B: "c"}},
		"cables[0].Km is -1":                  {{A: "a", B: "b", Km: -1}},
		"cables is without a way from c to a": {{A: "a", B: "b"}},
	} {
		_, err := NewTrunks(hubs, cables)
		require.ErrorContains(t, err, want)
	}
	_, err := NewTrunks(append(hubs, hubs[1]), nil)
	require.ErrorContains(t, err, "hubs[3].ID is b; want another than that of hubs[1]")
	_, err = NewTrunks([]Hub{{ID: "a", LatDeg: 0, LonDeg: 181}}, nil)
	require.ErrorContains(t, err, "Hubs[0].LonDeg is 181")
	_, err = NewTrunks(nil, nil)
	require.ErrorContains(t, err, "Hubs is empty")
}

func TestTheHubsOfTheWorldHangTogether(t *testing.T) {
	trunks, err := worldTrunks(nil)
	require.NoError(t, err)
	require.Len(t, trunks.Hubs, 32)
	for i, row := range trunks.Km {
		for j, km := range row {
			great := topology.DistanceKm(trunks.Hubs[i].place(), trunks.Hubs[j].place())
			require.Greater(t, km, great, "%s-%s", trunks.Hubs[i].ID, trunks.Hubs[j].ID)
			most := 3.2*great + 500
			if isSouthAfrican(trunks.Hubs[i].ID) && isSouthAmerican(trunks.Hubs[j].ID) {
				most = 29_500 // by London and New York: 351 ms were measured from Brazil to Cape Town
				require.Greater(t, km, 24_000.0, "%s-%s", trunks.Hubs[i].ID, trunks.Hubs[j].ID)
			}
			require.Less(t, km, most, "%s-%s", trunks.Hubs[i].ID, trunks.Hubs[j].ID)
		}
	}
}

func isSouthAmerican(hub string) bool { return hub == "SAO" || hub == "BUE" || hub == "SCL" }
func isSouthAfrican(hub string) bool  { return hub == "JNB" || hub == "CPT" }

// Cape Town reaches London along the west coast, as WACS does in 138.5 ms from shore to shore, and Sydney reaches Singapore by Perth: players measured 97 to 105 ms.
func TestCablesLeadAlongCoasts(t *testing.T) {
	transit, err := WorldTransit()
	require.NoError(t, err)
	trunks, err := worldTrunks(transit)
	require.NoError(t, err)
	ms := func(a, b string) float64 {
		return trunks.Ms + trunks.MsPerKm*trunks.between(trunks.hub(a), trunks.hub(b))
	}
	require.InDelta(t, 138.5, ms("CPT", "LON"), 8)
	require.InDelta(t, 97, ms("SYD", "SIN"), 4)
	require.Greater(t, ms("JNB", "MRS"), 130.0, "not over the Sahara")
	at := func(country string, lat, lon float64) onramp {
		return trunks.locate(Anchor{LatDeg: lat, LonDeg: lon, Country: country})
	}
	lagos, london := at("NG", 6.45, 3.4), at("GB", 51.5, -0.1)
	require.InDelta(t, 97, trunks.rttMs(&lagos, &london), 8, "measured between servers")
	recife, capeTown := at("BR", -8, -35), at("ZA", -33.9, 18.4)
	require.Greater(t, trunks.rttMs(&recife, &capeTown), 280.0, "no line of their own over the South Atlantic; players measured 351")
}

func TestRegionalHubsCarryTheirOwnAlone(t *testing.T) {
	hubs := []Hub{{ID: "w", LonDeg: 0}, {ID: "r", LonDeg: 5, Regional: true}, {ID: "e", LonDeg: 10}, {ID: "n", LatDeg: 40, LonDeg: 5}}
	trunks, err := NewTrunks(hubs, []Cable{{A: "w", B: "r", Km: 700}, {A: "r", B: "e"}, {A: "w", B: "n"}, {A: "n", B: "e"}})
	require.NoError(t, err)
	require.InDelta(t, 700+60, trunks.between(0, 1), 0.1, "as long as the cable is said to be")
	require.Greater(t, trunks.between(0, 2), 8000.0, "by the north")
	trunks.Transit = map[string][]Purchase{"RR": {{Hub: "r", Weight: 1}}, "WW": {{Hub: "w", Weight: 1}}, "EE": {{Hub: "e", Weight: 1}}}
	at := func(country string, lon float64) *onramp {
		o := trunks.locate(Anchor{LatDeg: 1, LonDeg: lon, Country: country})
		return &o
	}
	require.Less(t, trunks.rttMs(at("RR", 4), at("WW", 0)), 20.0)
	require.Less(t, trunks.rttMs(at("RR", 4), at("RR", 6)), 10.0, "neighbours meet where both buy")
	require.Greater(t, trunks.rttMs(at("EE", 10), at("WW", 0)), 90.0, "no transit for others")

	// Who lives in the town of a hub meets those who buy there.
	trunks.Hubs[1].LatDeg = 1
	require.True(t, at("RR", 4).meets(at("XX", 5)))
	require.False(t, at("RR", 4).meets(at("XX", 4.5)), "55 km from the hub")
	require.False(t, at("EE", 10).meets(at("RR", 5)))

	// Those of another regional hub pass, and providers where they are said to.
	hubs[1].LatDeg, hubs[1].Through = 0, true
	hubs = append(hubs, Hub{ID: "s", LatDeg: -3, LonDeg: 5, Regional: true, BackboneKm: 50})
	trunks, err = NewTrunks(hubs, []Cable{{A: "w", B: "r", Km: 700}, {A: "r", B: "e"}, {A: "w", B: "n"}, {A: "n", B: "e"}, {A: "r", B: "s"}})
	require.NoError(t, err)
	require.InDelta(t, 3*degreeKm+60+700+60, trunks.between(4, 0), 0.2, "from s to w by r")
	require.Greater(t, trunks.between(0, 2), 8000.0)
	beside := topology.Place{LatDeg: -3, LonDeg: 5.4}
	require.Equal(t, 4, trunks.nearest(beside, true).choices[0].legs[0].hub)
	require.NotEqual(t, 4, trunks.nearest(beside, false).choices[0].legs[0].hub)
	require.NotEqual(t, 4, trunks.nearest(topology.Place{LatDeg: -3, LonDeg: 5.6}, true).choices[0].legs[0].hub, "67 km away")
	trunks.Hubs[4].InternetKm = 80
	require.Equal(t, 4, trunks.nearest(beside, false).choices[0].legs[0].hub)
}

// Who is near meets near, whatever else is bought far away: 5.97 ms by hand over w and x, 116 by e, and their geometric mean where neither counts as near.
func TestWhoIsNearMeetsNear(t *testing.T) {
	trunks, err := NewTrunks([]Hub{{ID: "w"}, {ID: "x", LonDeg: 1}, {ID: "e", LonDeg: 40}}, []Cable{{A: "w", B: "x"}, {A: "x", B: "e"}})
	require.NoError(t, err)
	trunks.Transit = map[string][]Purchase{"AA": {{Hub: "w", Weight: 0.5}, {Hub: "e", Weight: 0.5}}, "BB": {{Hub: "x", Weight: 1}}}
	a, b := trunks.locate(Anchor{LonDeg: 0.5, Country: "AA"}), trunks.locate(Anchor{LonDeg: 1.5, Country: "BB"})
	near := 1 + 0.0117*(2*(0.5*degreeKm*1.2+60)+degreeKm+60)
	far := 1 + 0.0117*(39.5*degreeKm*1.2+60+39*degreeKm+60+0.5*degreeKm*1.2+60)
	require.InDelta(t, 5.97, near, 0.01)
	require.InDelta(t, math.Sqrt(near*far), trunks.rttMs(&a, &b), 0.01)
	trunks.MeetMs = 5.9
	require.InDelta(t, math.Sqrt(near*far), trunks.rttMs(&a, &b), 0.01)
	trunks.MeetMs = 6
	require.InDelta(t, near, trunks.rttMs(&a, &b), 0.01)
	require.InDelta(t, near, trunks.rttMs(&b, &a), 0.01)

	// Where the near way is cut, they meet by the shortest that is left.
	for cut, want := range map[string]float64{"w": far, "AA-w": far, "AA-e": near, "e": near} {
		gone := make(removal)
		require.NoError(t, gone.add(trunks, cut))
		r, err := newRest(trunks, gone)
		require.NoError(t, err, cut)
		at, to := Anchor{LonDeg: 0.5, Country: "AA"}, Anchor{LonDeg: 1.5, Country: "BB"}
		ways := trunks.ways(&a, &b, nil)
		require.Len(t, ways, 1)
		now := r.around(trunks, ways[0], &turn{at, &a, r.detours(at, &a)}, &turn{to, &b, r.detours(to, &b)})
		require.Len(t, now, 1)
		require.InDelta(t, math.Log(want), now[0].logMs, 0.001, cut)
	}
	trunks.MeetMs = -1
	require.ErrorContains(t, trunks.validate(), "MeetMs is -1")
}

// Nairobi's and Kampala's networks meet in East Africa, and reach Johannesburg along the coast, as was measured from Kampala: 68 ms.
func TestEastAfricansAreNeighbours(t *testing.T) {
	transit, err := WorldTransit()
	require.NoError(t, err)
	trunks, err := worldTrunks(transit)
	require.NoError(t, err)
	kampala, nairobi := trunks.locate(Anchor{LatDeg: 0.31, LonDeg: 32.58, Country: "UG"}), trunks.locate(Anchor{LatDeg: -1.29, LonDeg: 36.82, Country: "KE"})
	johannesburg, frankfurt := trunks.locate(Anchor{LatDeg: -26.2, LonDeg: 28.05, Country: "ZA"}), trunks.locate(Anchor{LatDeg: 50.11, LonDeg: 8.68, Country: "DE"})
	require.Less(t, trunks.rttMs(&kampala, &nairobi), 30.0)
	require.InDelta(t, 68, trunks.rttMs(&kampala, &johannesburg), 17)
	require.Greater(t, trunks.rttMs(&kampala, &frankfurt), 120.0, "players measured 165")
}

// By hand, as above: 5.97 ms over w and x, where the towns say 60. A provider meets the user by that way and not over the towns, whatever the nearest hubs
// say, those by x or by e. Between servers all guesses count as before, and so do they where the way is longer than the bound.
func TestProvidersMeetUsersInTheirPartOfTheWorld(t *testing.T) {
	m := worldModel(t)
	trunks, err := NewTrunks([]Hub{{ID: "w", Regional: true}, {ID: "x", LonDeg: 1}, {ID: "e", LonDeg: 40}}, []Cable{{A: "w", B: "x"}, {A: "x", B: "e"}})
	require.NoError(t, err)
	trunks.Choices, trunks.Transit = []int{1}, map[string][]Purchase{"AA": {{Hub: "w", Weight: 1}}, "BB": {{Hub: "x", Weight: 1}}}
	m.Trunks, m.UserBackboneShare = *trunks, 0.5
	m.InternetBlend, m.BackboneBlend = Blend{Path: 0.25, Trunks: 0.25, Transit: 0.5}, Blend{Path: 0.1, Trunks: 0.7, Internet: 0.2}
	near := 1 + 0.0117*(2*(0.5*degreeKm*1.2+60)+degreeKm+60)
	require.InDelta(t, 5.97, near, 0.01)
	for hub, nearest := range map[string]float64{"x": 1 + 0.0117*(2*(0.5*degreeKm*1.2+60)), "e": 1 + 0.0117*(2*60+(39.5+38.5)*1.2*degreeKm)} {
		for k := range m.Trunks.Hubs {
			m.Trunks.Hubs[k].Regional = m.Trunks.Hubs[k].ID != hub
		}
		user, site := m.locate(Anchor{LonDeg: 0.5, Country: "AA"}), m.locate(Anchor{LonDeg: 1.5, Country: "BB"})
		user.user, site.site = true, true
		of := func(towns float64) (internet, both float64) {
			internet = math.Pow(towns, 0.25) * math.Pow(nearest, 0.25) * math.Pow(near, 0.5)
			return internet, math.Sqrt(internet * math.Pow(towns, 0.1) * math.Pow(near, 0.7) * math.Pow(internet, 0.2))
		}
		internet, apart := of(60)
		_, met := of(near)
		for meetMs, want := range map[float64]float64{0: apart, near - 0.01: apart, near + 0.01: met} {
			m.UserMeetMs = meetMs
			require.InDelta(t, want, m.rtt(userClass, user, site, 60), 0.01, "%s, %v", hub, meetMs)
			require.InDelta(t, want, m.rtt(userClass, site, user, 60), 0.01)
			require.InDelta(t, internet, m.rtt(internetClass, user, site, 60), 0.01)
		}
		m.UserMeetMs = near + 0.01
		ways, _ := user.Ways(topology.Internet, site, 60*time.Millisecond)
		require.Len(t, ways, 2, "the towns are not told")
		require.Equal(t, []string{"w", "x"}, ways[0].Over)
		require.Equal(t, []string{hub}, ways[1].Over)
	}
}

func TestProvidersMeetUsersBeforeADetour(t *testing.T) {
	with := Default()
	without := *with
	without.UserShareOfGap = 0
	ms := func(m *Model, c class, user, site Anchor) float64 {
		a, b := m.locate(user), m.locate(site)
		a.user, b.site = true, true
		return m.rtt(c, a, b, 60)
	}
	bahrain := Anchor{LatDeg: 26.07, LonDeg: 50.55, Country: "BH"}
	mumbai, dubai := Anchor{LatDeg: 19.08, LonDeg: 72.88, Country: "IN"}, Anchor{LatDeg: 25.2, LonDeg: 55.27, Country: "AE"}
	require.Greater(t, ms(with, internetClass, mumbai, dubai), 1.2*ms(with, backboneClass, mumbai, dubai), "the Internet makes a detour")
	require.Less(t, ms(with, userClass, mumbai, dubai), 0.95*ms(&without, userClass, mumbai, dubai))
	direct := 0
	for _, user := range with.Internet.Anchors[:40] {
		was, is := ms(&without, userClass, user, bahrain), ms(with, userClass, user, bahrain)
		require.LessOrEqual(t, is, was, user)
		if is == was {
			direct++
		}
	}
	require.Positive(t, direct, "where the Internet is the shorter nothing is added")
}
