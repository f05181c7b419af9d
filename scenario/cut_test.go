package scenario_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/topology"
)

// overTheRedSea has users in Mumbai, Djibouti and Paris, and a region in Frankfurt.
const overTheRedSea = `title: A cable breaks
start: 2026-03-03T04:00:00Z
duration: 1m
network:
  metros: {names: [mumbai-in, djibouti-dj, paris-fr]}
  cut: red-sea
workloads:
  - name: api
    preset: api-dynamic
    requests_per_second: 5
placements:
  - name: Frankfurt
    origin: eu-central-1
    compute: eu-central-1
`

func rttsTo(t *testing.T, s *edgewise.Study, site string) map[string]time.Duration {
	t.Helper()
	n := s.Network
	to, ok := n.Index(site)
	require.True(t, ok)
	metros := n.OfKind(topology.Metro)
	routes, err := n.Routes(metros, []int{to}, topology.Public)
	require.NoError(t, err)
	rtts := make(map[string]time.Duration)
	for i, m := range metros {
		rtts[n.At(m).ID] = routes.RTT(i, 0)
	}
	return rtts
}

func TestACutCableMakesUsersWaitWhoseWayLedOverIt(t *testing.T) {
	whole, err := scenario.Parse("cut.yaml", []byte(strings.Replace(overTheRedSea, "red-sea", "none", 1)))
	require.NoError(t, err)
	require.NotContains(t, strings.Join(whole.Assumed, "\n"), "cut")
	cut, err := scenario.Parse("cut.yaml", []byte(overTheRedSea))
	require.NoError(t, err)
	before, after := rttsTo(t, whole, "eu-central-1"), rttsTo(t, cut, "eu-central-1")
	require.Greater(t, after["mumbai-in"], before["mumbai-in"]+30*time.Millisecond)
	require.Greater(t, after["djibouti-dj"], before["djibouti-dj"]+30*time.Millisecond)
	require.Equal(t, before["paris-fr"], after["paris-fr"])
	require.Contains(t, strings.Join(cut.Assumed, "\n"), "cut: red-sea. Of 3 ways between a metro and a site 2 take longer, up to ")

	// Results of the one are none of the other.
	wholeIs, err := whole.PlacementFingerprints()
	require.NoError(t, err)
	cutIs, err := cut.PlacementFingerprints()
	require.NoError(t, err)
	require.NotEqual(t, wholeIs, cutIs)

	// What is cut elsewhere is of no matter here, which is told.
	elsewhere, err := scenario.Parse("cut.yaml", []byte(strings.Replace(overTheRedSea, "red-sea", "[LAX-SYD]", 1)))
	require.NoError(t, err)
	require.Equal(t, before, rttsTo(t, elsewhere, "eu-central-1"))
	require.Contains(t, elsewhere.Warnings, "network.cut LAX-SYD: no way between a metro and a site takes longer")
}

func TestWrongCutsNameTheirLine(t *testing.T) {
	for is, want := range map[string]string{
		"MRX":                    `cut.yaml:6: network.cut: is MRX; want the ID of a hub`,
		"[red-sea, MRS-SYD]":     `cut.yaml:6: network.cut[1]: is MRS-SYD; want two hubs that a cable joins`,
		"[MRS, MRS]":             `cut.yaml:6: network.cut[1]: is MRS, which stands here before`,
		"[none, MRS]":            `cut.yaml:6: network.cut: has none beside others; want it alone`,
		"[]":                     `cut.yaml:6: network.cut: is empty`,
		"{MRS: 1}":               `cut.yaml:6: network.cut: is a mapping; want a list`,
		"[FRA-VIE, VIE-MIL]":     `cut.yaml:6: network.cut: delay model without FRA-VIE, VIE-MIL: VIE is left without a cable to the others; cut VIE, too`,
		"red-sea\n  graphml: x.": `cut.yaml:6: network.cut: stands beside graphml`,
	} {
		_, err := scenario.Parse("cut.yaml", []byte(strings.Replace(overTheRedSea, "red-sea", is, 1)))
		require.ErrorContains(t, err, want, is)
	}
}
