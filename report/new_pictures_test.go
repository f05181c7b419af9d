package report_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/report"
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
	require.Equal(t, 3, strings.Count(drawing, ">region</text>"), "the baseline of each workload")
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
	require.Contains(t, drawing, "Dark: a site is down.")
}
