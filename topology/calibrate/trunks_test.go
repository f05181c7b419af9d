package calibrate

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
)

// Three hubs on the equator, 10 degrees apart, joined in a row.
func threeHubs(t *testing.T) *Trunks {
	t.Helper()
	trunks, err := NewTrunks([]Hub{{ID: "w", LatDeg: 0, LonDeg: 0}, {ID: "m", LatDeg: 0, LonDeg: 10}, {ID: "e", LatDeg: 0, LonDeg: 20}}, [][2]string{{"w", "m"}, {"m", "e"}})
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
	for want, cables := range map[string][][2]string{
		"cables[0] is a - x":                  {{"a", "x"}},
		"cables[1] is b - b":                  {{"a", "b"}, {"b", "b"}, {"b", "c"}},
		"cables is without a way from c to a": {{"a", "b"}},
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
	require.Len(t, trunks.Hubs, 30)
	for i, row := range trunks.Km {
		for j, km := range row {
			great := topology.DistanceKm(trunks.Hubs[i].place(), trunks.Hubs[j].place())
			require.Greater(t, km, great, "%s-%s", trunks.Hubs[i].ID, trunks.Hubs[j].ID)
			require.Less(t, km, 3.2*great+500, "%s-%s", trunks.Hubs[i].ID, trunks.Hubs[j].ID)
		}
	}
}
