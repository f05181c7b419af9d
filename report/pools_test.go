package report_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

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
	require.Contains(t, b.String(), "(3 to 40 servers shared, to be 60 % busy, new ones after 2m0s, fifo, 100 may wait)")

	written := validJSON(t, c)
	for _, want := range []string{`"spill": "us-west-2"`, `"most": 40`, `"delay_seconds": 120`, `"taken_in": `, `"spilled": `} {
		require.Contains(t, written, want)
	}
}
