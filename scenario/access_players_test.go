package scenario_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
)

// The name of the mix of players stands wherever shares may, takes the place of what a preset assumes, and is told as assumed.
func TestPlayersLinesGoByTheirName(t *testing.T) {
	require.Greater(t, topology.PlayersMix().MedianRTT(), topology.WiFi.MedianRTT())
	require.Less(t, topology.PlayersMix().MedianRTT(), topology.Cable.MedianRTT())
	require.Less(t, topology.PlayersMix().MedianRTT(), topology.DefaultAccessMix().MedianRTT())
	told := func(network, workload string) (mixes []topology.AccessMix, isAssumed bool) {
		s, err := withDemand("{metros: {names: [istanbul-tr, berlin-de]}"+network+"}", "  - {name: game, preset: competitive-fps"+workload+"}\n"+siteOfMetros)
		require.NoError(t, err)
		for number := range s.Workloads {
			for _, metro := range []string{"istanbul-tr", "berlin-de"} {
				i, ok := s.Network.Index(metro)
				require.True(t, ok)
				mixes = append(mixes, s.Workloads[number].AccessOf(s.Network.At(i)))
			}
		}
		for _, a := range s.Assumed {
			isAssumed = isAssumed || strings.HasPrefix(a, "access of players: ")
		}
		return mixes, isAssumed
	}
	plain, isAssumed := told("", "")
	require.False(t, isAssumed)
	players := topology.PlayersMix()
	for _, c := range []struct {
		network, workload string
		want              []topology.AccessMix
	}{
		{", access: players", "", []topology.AccessMix{players, players, players, players}},
		{"", ", access: players", []topology.AccessMix{players, players, plain[2], plain[3]}},
		{", access: {countries: {DE: players}}", "", []topology.AccessMix{plain[0], players, plain[2], players}},
		{", access: players", ", access: {lte: 1}", []topology.AccessMix{{topology.LTE: 1}, {topology.LTE: 1}, players, players}},
	} {
		mixes, isAssumed := told(c.network, c.workload)
		require.Equal(t, c.want, mixes, "%+v", c)
		require.True(t, isAssumed)
	}
	_, err := withDemand("{metros: {names: [istanbul-tr]}, access: gamers}", siteOfMetros)
	require.ErrorContains(t, err, `network.access: is "gamers"; want players, or shares of access technologies that sum to 1`)
}
