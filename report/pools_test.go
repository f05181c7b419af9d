package report_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
)

func TestPlacementsSayHowTheirServersScaleAndSpill(t *testing.T) {
	study, err := scenario.Parse("pools.yaml", []byte(`title: Pools
duration: 20s
check_warm_up: false
network: {metros: {names: [los-angeles-us]}}
workloads:
  - {name: api, preset: api-dynamic, requests_per_second: 100, service: {mean: 50ms}, day: flat, data: {probability: 0, calls: 0}}
placements:
  - name: zone
    origin: us-west-2
    compute:
      - {sites: us-west-2-lax-1, servers: {count: 4, queue: 2, spill: [us-west-2]}}
      - {sites: us-west-2, servers: {count: 3, queue: 100, scale: {most: 40, target: 0.6, every: 10s, delay: 90s, warm_up: 30s}}}
`))
	require.NoError(t, err)
	c, err := study.Run(t.Context())
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, report.WriteScreen(&b, c, report.Layout{}))
	require.Contains(t, b.String(), "(4 servers shared, fifo, 2 may wait, the rest to us-west-2)")
	require.Contains(t, b.String(), "(3 to 40 servers shared, to be 60 % busy, new ones after 2m, fifo, 100 may wait)")

	// The region has room for all that the Local Zone passes on.
	api := c.Placements[0].Workload("api")
	figure := func(site, metric, statistic string) float64 {
		n := slices.IndexFunc(api.Sites, func(s edgewise.SiteResult) bool { return s.ID == site })
		f, ok := api.Sites[n].Figures.Find(metric, statistic)
		require.True(t, ok)
		return f.Value
	}
	takenIn := figure("us-west-2", "spilled", "taken in")
	require.Positive(t, takenIn)
	require.InDelta(t, figure("us-west-2-lax-1", "spilled", "share")*figure("us-west-2-lax-1", "requests", "count"), takenIn, 1e-9*takenIn)
	b.Reset()
	require.NoError(t, report.WriteSites(&b, c))
	require.Regexp(t, "spilled .* taken in", b.String())

	written := validJSON(t, c)
	for _, want := range []string{`"spill": "us-west-2"`, `"most": 40`, `"delay_seconds": 120`, `"taken_in": `, `"spilled": `} {
		require.Contains(t, written, want)
	}
}
