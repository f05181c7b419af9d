package report_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/stats"
)

func TestSitesAreListedByRequestsAndCutShort(t *testing.T) {
	w := edgewise.WorkloadResult{Name: "site", Kind: "cacheable"}
	for i := range 20 {
		site := edgewise.SiteResult{ID: fmt.Sprintf("pop-%d", i)}
		add := func(metric, statistic, unit string, value float64) {
			site.Figures = append(site.Figures, edgewise.Figure{
				Label: edgewise.Label{Metric: metric, Statistic: statistic, Unit: unit}, Estimate: stats.Estimate{Value: value, N: 1},
			})
		}
		add("requests", "count", "requests", float64(100+i))
		add("cache", "request hit ratio", "share", 0.25)
		add("bytes", "delivered", "bytes", 3e6)
		add("failed", "share", "share", 0) // nowhere more: no column
		w.Sites = append(w.Sites, site)
	}
	c := &edgewise.Comparison{Placements: []edgewise.PlacementResult{{Name: "PoPs", Workloads: []edgewise.WorkloadResult{w}}}}
	var out strings.Builder
	require.NoError(t, report.WriteSitesMarkdown(&out, c))
	lines := strings.Split(out.String(), "\n")
	require.Equal(t, "### site: by site", lines[0])
	require.Equal(t, "| placement | site | requests | % cache request hit ratio | bytes delivered, MB |", lines[2])
	require.Equal(t, "| PoPs | pop-19 | 119 | 25.0 | 3.00 |", lines[4])
	require.Equal(t, "|  | pop-5 | 105 | 25.0 | 3.00 |", lines[18])
	require.Equal(t, "|  | and 5 others |  |  |  |", lines[19])
	require.Error(t, report.WriteSites(&out, nil))
}
