package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/stats"
)

func TestTableShowsTheOriginOfEveryPlacement(t *testing.T) {
	placed := func(name string, value, difference float64) edgewise.PlacementResult {
		requests := figure("origin", "requests", stats.Estimate{Value: value, Low: value - 10, High: value + 10, N: 10})
		if difference != 0 {
			requests.Difference = &stats.Estimate{Value: difference, Low: difference - 10, High: difference + 10, N: 10}
		}
		bytes := figure("origin", "bytes", requests.Scaled(1e6))
		bytes.Difference = requests.Difference
		return edgewise.PlacementResult{Name: name, Workloads: []edgewise.WorkloadResult{{
			Name: "site", Kind: "cacheable", Figures: edgewise.Figures{requests, bytes},
		}}}
	}
	c := &edgewise.Comparison{Level: 0.95, Replications: 10, Placements: []edgewise.PlacementResult{
		placed("region", 1000, 0), placed("zone", 900, -100),
	}}
	markdown := func() string {
		var b bytes.Buffer
		require.NoError(t, report.WriteMarkdown(&b, c))
		return b.String()
	}
	require.Contains(t, markdown(), "### site: origin\n\n| placement | origin requests | origin MB |")
	require.Contains(t, markdown(), "| region | 1000 ± 10 | 1000 ± 10 |")
	require.Contains(t, markdown(), "| zone | 900 ± 10<br/>−100 ± 10 | 900 ± 10<br/>")

	zone := &c.Placements[1].Workloads[0]
	zone.Figures = append(edgewise.Figures{figure("cache", "request hit ratio", stats.Estimate{}), figure("cache", "byte hit ratio", stats.Estimate{})}, zone.Figures...)
	require.Contains(t, markdown(), "### site: caches and origin\n\n| placement | % hits by requests | % hits by bytes | origin requests | origin MB |")
	require.Contains(t, markdown(), "| region | no cache |  | 1000 ± 10 | 1000 ± 10 |")
}

func TestMidTierHasHitRatiosOfItsOwn(t *testing.T) {
	c := fixtureNamed("mid-tier")
	var table, csv bytes.Buffer
	require.NoError(t, report.WriteMarkdown(&table, c))
	require.NoError(t, report.WriteCSV(&csv, c))
	require.Contains(t, table.String(), "| % edge hits | % edge byte hits | % mid-tier hits | % mid-tier byte hits | % origin offload |")
	require.Contains(t, table.String(), "| no mid-tier |")
	require.Contains(t, table.String(), "Mid-tier hits are of what reached the mid-tier")
	for _, row := range []string{",mid-tier cache,request hit ratio,share,", ",mid-tier cache,byte hit ratio,share,"} {
		require.Equal(t, 1, strings.Count(csv.String(), row))
	}
	require.Equal(t, 2, strings.Count(csv.String(), ",origin offload,by requests,share,"), "with or without a mid-tier")
	p, err := report.HitRatios(c, "")
	require.NoError(t, err)
	drawn := svg(t, p)
	for _, text := range []string{">mid-tier requests  ", ">mid-tier bytes  ", ">origin offload  ", ">edge requests  "} {
		require.Contains(t, drawn, text)
	}
}

// An offload below 0 is told where it is shown, and has no bar.
func TestAnOffloadBelow0IsTold(t *testing.T) {
	c := fixtureNamed("mid-tier")
	markdown := func() string {
		var b bytes.Buffer
		require.NoError(t, report.WriteMarkdown(&b, c))
		return b.String()
	}
	const told = "An origin offload below 0 says that the origin is asked for more often than users ask"
	require.NotContains(t, markdown(), told)
	of := c.Placements[2].Workloads[0].Figures
	for i := range of {
		if of[i].Metric == "origin offload" && of[i].Statistic == "by requests" {
			of[i].Estimate = stats.Estimate{Value: -.5, Low: -.75, High: -.25, N: 10}
		}
	}
	require.Contains(t, markdown(), told)
	require.Contains(t, markdown(), "−50")
	p, err := report.HitRatios(c, "")
	require.NoError(t, err)
	require.Contains(t, svg(t, p), "It has no bar.")
}
