package topology_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
)

func TestUsersAroundAPlaceLiveEvenlyOverADisc(t *testing.T) {
	s := topology.Around(20)
	require.NoError(t, s.Validate())
	require.InDelta(t, 20, s.MeanKm(), 1e-4)
	require.InDelta(t, 30, s[topology.SpreadParts-1], 0.5, "the rim of a disc is 1.5 times as far as its mean")
	require.Zero(t, topology.Around(0))
}

func TestTheWayToTheMetroTakesAsLongAsACable(t *testing.T) {
	var s topology.Spread
	s[topology.SpreadParts-1] = 100
	require.Equal(t, time.Duration(0), s.RTT(0))
	// 2 x 100 km x 1.54 / (0.68 x 299.79 km/ms)
	require.InDelta(t, 1.511, s.RTT(topology.SpreadParts-1).Seconds()*1000, 0.002)
}

func TestSpreadsAreReadAsTheyAreWritten(t *testing.T) {
	s := topology.Around(12.5)
	read, err := topology.ParseSpread(s.String())
	require.NoError(t, err)
	require.Equal(t, s, read)
	for _, wrong := range []string{"x", "-1", "NaN", "5001", "1 2", strings.Repeat("3 ", 19) + "2"} {
		_, err := topology.ParseSpread(wrong)
		require.ErrorContains(t, err, "the mean distance of users in km", wrong)
	}
}

func TestListsSayHowFarUsersLive(t *testing.T) {
	const list = "id,lat_deg,lon_deg,users_km\na,1,2,20\nb,1,3,\n"
	nodes, err := topology.ReadNodes("own.csv", strings.NewReader(list), topology.Node{Kind: topology.Metro}, topology.ReadOptions{})
	require.NoError(t, err)
	require.Equal(t, topology.Around(20), nodes[0].Spread)
	require.Zero(t, nodes[1].Spread)
	_, err = topology.ReadNodes("own.csv", strings.NewReader("id,lat_deg,lon_deg,users_km\na,1,2,far\n"), topology.Node{Kind: topology.Metro}, topology.ReadOptions{})
	require.ErrorContains(t, err, `own.csv:2: column users_km: value "far"`)
}

func TestTheMedianUserIsBehindHisWayToTheMetro(t *testing.T) {
	metro := topology.Node{ID: "m", Kind: topology.Metro, Users: 1, Access: topology.AccessMix{topology.Fiber: 1}}
	median := func(m topology.Node) time.Duration {
		fabric, err := topology.NewFabric([]topology.Node{{ID: "t", Kind: topology.Exchange}, {ID: "u", LonDeg: 1, Kind: topology.Exchange}}, [][2]string{{"t", "u"}})
		require.NoError(t, err)
		n, err := fabric.Network(topology.DefaultDelayModel(), []topology.Node{m}, nil)
		require.NoError(t, err)
		i := slices.IndexFunc(n.Links(), func(l topology.Link) bool { return l.Kind == topology.Access })
		require.GreaterOrEqual(t, i, 0)
		return 2 * n.Links()[i].OneWay
	}
	require.Equal(t, metro.Access.MedianRTT().Truncate(2), median(metro))
	for part := range metro.Spread {
		metro.Spread[part] = 100
	}
	require.InDelta(t, float64(metro.Access.MedianRTT()+metro.Spread.RTT(0)), float64(median(metro)), 2e3, "all are 100 km away")
	for part := range metro.Spread {
		metro.Spread[part] = float32(part) * 10
	}
	near, far := metro.Access.MedianRTT()+metro.Spread.RTT(5), metro.Access.MedianRTT()+metro.Spread.RTT(14)
	require.Greater(t, median(metro), near)
	require.Less(t, median(metro), far)
}
