package calibrate

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
)

// By hand: AA buys half in the west and half in the east, BB in the middle.
func TestAWayThatIsCutHandsItsShareToTheOthers(t *testing.T) {
	m := worldModel(t)
	m.Trunks = *threeHubs(t)
	m.Trunks.Transit = map[string][]Purchase{"AA": {{Hub: "w", Weight: 0.5}, {Hub: "e", Weight: 0.5}}, "BB": {{Hub: "m", Weight: 1}}}
	m.InternetBlend = Blend{Line: 0.2, Transit: 0.8}
	a, b := topology.Node{Kind: topology.PoP, LonDeg: 2, Country: "AA"}, topology.Node{Kind: topology.PoP, LonDeg: 11, Country: "BB"}
	ms := func(km float64) float64 { return 1 + 0.0117*km }
	west := ms(1.2*2*degreeKm + 60 + 10*degreeKm + 60 + 1.2*degreeKm + 60)
	east := ms(1.2*18*degreeKm + 60 + 10*degreeKm + 60 + 1.2*degreeKm + 60)
	line := 5 + 0.017*9*degreeKm
	told := func(m *Model) Explanation {
		e, ok := m.Explain(topology.Internet, m.Locate(a), m.Locate(b), 10*time.Millisecond, 0)
		require.True(t, ok)
		return e
	}
	requireWay := func(w topology.Way, by topology.WayKind, share, ms float64, over ...string) {
		require.Equal(t, by, w.By)
		require.Equal(t, over, w.Over)
		require.InDelta(t, share, w.Share, 1e-12)
		require.InDelta(t, ms, w.RTT.Seconds()*1000, 0.002)
	}
	whole := told(m)
	require.Len(t, whole.Ways, 3)
	requireWay(whole.Ways[0], topology.WayTransit, 0.4, west, "w", "m")
	requireWay(whole.Ways[1], topology.WayTransit, 0.4, east, "e", "m")
	requireWay(whole.Ways[2], topology.WayLine, 0.2, line)
	require.InDelta(t, (1.2*2+10+1.2)*degreeKm, whole.Ways[0].Km, 0.1, "without what hubs cost")
	require.InDelta(t, math.Pow(west, 0.4)*math.Pow(east, 0.4)*math.Pow(line, 0.2), whole.RTT.Seconds()*1000, 0.002)
	require.InDelta(t, 1, whole.Correction, 1e-4)

	// Without the way west all of it goes east. The line is as long as before, and counts as much longer as the way over hubs is.
	cut, err := m.Cut("AA-w")
	require.NoError(t, err)
	after, detour := told(cut), math.Sqrt(east/west)
	require.Len(t, after.Ways, 2)
	requireWay(after.Ways[0], topology.WayTransit, 0.8, east, "e", "m")
	requireWay(after.Ways[1], topology.WayLine, 0.2, line)
	require.InDelta(t, math.Pow(detour, 0.2), after.Detour, 1e-5)
	require.InDelta(t, whole.RTT.Seconds()*1000*detour, after.RTT.Seconds()*1000, 0.002)
	require.InDelta(t, whole.Correction, after.Correction, 1e-4)

	// Without the way east what went there goes west, no faster than before; the ways that are told are others.
	cut, err = m.Cut("AA-e")
	require.NoError(t, err)
	after = told(cut)
	requireWay(after.Ways[0], topology.WayTransit, 0.4, west, "w", "m")
	requireWay(after.Ways[1], topology.WayTransit, 0.4, east, "w", "m")
	require.Equal(t, whole.RTT, after.RTT)
	require.Equal(t, 1.0, after.Detour)

	_, err = m.Cut("m")
	require.ErrorContains(t, err, "delay model without m: e is left without a cable to the others; cut e, too")
}

// Both ends of a way in one country: where its hubs are a detour it stays inside, and no cut changes it.
func TestInsideACountryAWayStaysInside(t *testing.T) {
	m := worldModel(t)
	m.Trunks = *threeHubs(t)
	m.InternetBlend = Blend{Path: 0.4, Trunks: 0.6}
	m.Domestic = Domestic{MaxOverPath: 1.2, Km: 1}
	a, b := topology.Node{Kind: topology.PoP, LatDeg: 9, LonDeg: 4, Country: "AA"}, topology.Node{Kind: topology.PoP, LatDeg: 9, LonDeg: 5, Country: "AA"}
	e, ok := m.Explain(topology.Internet, m.Locate(a), m.Locate(b), 3*time.Millisecond, 0)
	require.True(t, ok)
	require.Equal(t, []topology.Way{
		{By: topology.WayDomestic, Share: 0.6, RTT: 3600 * time.Microsecond}, {By: topology.WayTowns, Share: 0.4, RTT: 3 * time.Millisecond},
	}, e.Ways)
	require.InDelta(t, 3*math.Pow(1.2, 0.6), e.RTT.Seconds()*1000, 0.002)
}

func TestLengthsThatAreNotThoseOfTheCablesAreRefused(t *testing.T) {
	trunks := threeHubs(t)
	require.NoError(t, trunks.prepare())
	trunks.Km[2][0] -= 100
	require.ErrorContains(t, trunks.prepare(), "Km[2][0] is 2243.9; want 2343.9, the shortest way over Cables")
}
