package report_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
)

func TestBreakdownStacksWhatTheMeanIsMadeOf(t *testing.T) {
	c := smallComparison(t)
	p, err := report.Breakdown(c, "site")
	require.NoError(t, err)
	drawing := svg(t, p)
	require.Contains(t, drawing, "<title id=\"title\">Small</title>")
	mean, err := c.Placement("PoP").Workload("site").Metric("ttfb").Mean()
	require.NoError(t, err)
	sum := 0.0
	for _, f := range c.Placement("PoP").Workload("site").Figures {
		if f.Metric == "breakdown" {
			sum += f.Value
			require.Contains(t, drawing, ">"+f.Statistic+"</text>", "in the key")
		}
	}
	require.InEpsilon(t, mean.Value, sum, 1e-6)
	require.Contains(t, drawing, ">PoP</text>")
	_, err = report.Breakdown(c, "sight")
	require.Error(t, err)
}

func TestMapsShowThePlacementsThatChangeSomething(t *testing.T) {
	c := smallComparison(t)
	p, err := report.Maps(c, "")
	require.NoError(t, err)
	drawing := svg(t, p)
	require.Equal(t, 1, strings.Count(drawing, ">region</text>"), "the baseline of the site")
	require.Equal(t, 2, strings.Count(drawing, ">region = PoP</text>"), "of workloads of which the PoP changes nothing")
	require.Equal(t, 1, strings.Count(drawing, ">PoP</text>"), "of the site alone")
	empty, err := report.Maps(fixtureNamed("one of one"), "")
	require.NoError(t, err)
	require.Contains(t, svg(t, empty), "No metro has a place.")
}

func TestTimelinesHaveWorkloadsWithACourse(t *testing.T) {
	p, err := report.Timeline(smallComparison(t), "")
	require.NoError(t, err)
	drawing := svg(t, p)
	require.NotContains(t, drawing, ">site (cacheable)</text>", "requests fail")
	require.Contains(t, drawing, "which only the key timeline follows: site.</desc>")
	require.Contains(t, drawing, ">api (computed)</text>")
	require.NotContains(t, drawing, "shooter")
	require.Contains(t, drawing, "Grey: the warm-up, which is not recorded.")
	require.Contains(t, drawing, "Shaded: 1 ")
}

func TestDownloadsAreTakenApartUntilTheirFirstByte(t *testing.T) {
	study, err := scenario.Parse("downloads.yaml", []byte(`title: Downloads
duration: 20s
seed: 1
replications: 2
check_warm_up: false
network: {provider: aws, metros: {names: [London]}}
workloads: [{name: files, preset: downloads, requests_per_second: 5, objects: 20}]
placements: [{name: region, origin: us-east-1}, {name: same, extends: region}]
`))
	require.NoError(t, err)
	c, err := study.Run(t.Context())
	require.NoError(t, err)
	w := c.Placements[0].Workload("files")
	require.Equal(t, "ttlb", w.Headline().Name())
	first, err := w.Metric("ttfb").Mean()
	require.NoError(t, err)
	sum, all, count := 0.0, 0.0, 0.0
	for _, f := range w.Figures {
		if f.Metric == "breakdown" {
			sum += f.Value
		}
	}
	require.InEpsilon(t, first.Value, sum, 1e-6)
	for _, s := range w.Series.Steps {
		all, count = all+float64(s.SumNs), count+float64(s.Requests)
	}
	require.InEpsilon(t, first.Value, all/count/1e6, 0.02)
	for _, draw := range []func(*edgewise.Comparison, string) (*report.Picture, error){report.Breakdown, report.Timeline} {
		p, err := draw(c, "")
		require.NoError(t, err)
		require.Contains(t, svg(t, p), ">mean time to first byte (TTFB), ms</text>")
	}
	maps, err := report.Maps(c, "")
	require.NoError(t, err)
	require.Contains(t, svg(t, maps), ">region = same</text>")
}
