package report_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/sim/stats"
)

func TestTableShowsTheOriginOfEveryPlacement(t *testing.T) {
	figure := func(value, difference float64) edgewise.Figure {
		f := edgewise.Figure{Estimate: stats.Estimate{Value: value, Low: value - 10, High: value + 10, N: 10}}
		if difference != 0 {
			f.Difference = &stats.Estimate{Value: difference, Low: difference - 10, High: difference + 10, N: 10}
		}
		return f
	}
	placed := func(name string, cache *edgewise.CacheResult, requests edgewise.Figure) edgewise.PlacementResult {
		return edgewise.PlacementResult{Name: name, Workloads: []edgewise.WorkloadResult{{
			Name: "site", Kind: "static", Cache: cache,
			Origin: &edgewise.OriginResult{Requests: requests, Bytes: edgewise.Figure{Estimate: requests.Scaled(1e6), Difference: requests.Difference}},
		}}}
	}
	c := &edgewise.Comparison{Level: 0.95, Replications: 10, Placements: []edgewise.PlacementResult{
		placed("region", nil, figure(1000, 0)), placed("zone", nil, figure(900, -100)),
	}}
	markdown := func() string {
		var b bytes.Buffer
		require.NoError(t, report.WriteMarkdown(&b, c))
		return b.String()
	}
	require.Contains(t, markdown(), "### site: origin\n\n| placement | origin requests | origin MB |")
	require.Contains(t, markdown(), "| region | 1000 ± 10 | 1000 ± 10 |")
	require.Contains(t, markdown(), "| zone | 900 ± 10<br/>−100 ± 10 | 900 ± 10<br/>")

	c.Placements[1].Workloads[0].Cache = new(edgewise.CacheResult)
	require.Contains(t, markdown(), "### site: caches and origin\n\n| placement | % hits by requests | % hits by bytes | origin requests | origin MB |")
	require.Contains(t, markdown(), "| region | no cache |  | 1000 ± 10 | 1000 ± 10 |")
}
