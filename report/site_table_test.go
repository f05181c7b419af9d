package report_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/stats"
)

// manySites is a comparison of a region with it and 31 PoPs.
func manySites() *edgewise.Comparison {
	around := func(value float64) stats.Estimate {
		return stats.Estimate{Value: value, Low: value - 10, High: value + 10, N: 3}
	}
	load := func(requests float64) edgewise.Figures {
		return edgewise.Figures{figure("origin", "requests", around(requests)), figure("origin", "bytes", around(requests).Scaled(1e6))}
	}
	region := func(requests, asked float64) edgewise.SiteResult {
		own := edgewise.Figures{figure("requests", "count", stats.Estimate{Value: requests, Low: requests, High: requests, N: 3})}
		return edgewise.SiteResult{ID: "region", Name: "Boardman", Figures: append(own, load(asked)...)}
	}
	pops := edgewise.WorkloadResult{Name: "site", Kind: "cacheable", Sites: []edgewise.SiteResult{region(0, 4000)}}
	for i := range 31 {
		pops.Sites = append(pops.Sites, edgewise.SiteResult{ID: fmt.Sprintf("pop-%d", i), Name: "PoP", Figures: edgewise.Figures{
			figure("requests", "count", around(float64(100*(i+1)))), figure("servers", "utilisation", stats.Estimate{Value: 0.25, Low: 0.2, High: 0.3, N: 3}),
			figure("cache", "request hit ratio", stats.Estimate{Value: 0.5, Low: 0.4, High: 0.6, N: 3}),
		}})
	}
	return &edgewise.Comparison{Level: 0.95, Replications: 3, Placements: []edgewise.PlacementResult{
		{Name: "region only", Workloads: []edgewise.WorkloadResult{{Name: "site", Kind: "cacheable", Sites: []edgewise.SiteResult{region(49600, 49600)}}}},
		{Name: "with PoPs", Workloads: []edgewise.WorkloadResult{pops}},
	}}
}

func TestSitesFitOnAScreen(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, report.WriteSitesMarkdown(&b, manySites()))
	rows := strings.Split(b.String(), "\n")
	require.Equal(t, "### site: by site", rows[0])
	require.Equal(t, "| placement, site | roles | requests | % busy | % hits | origin requests | origin MB |", rows[2], "columns that some site has")
	require.Equal(t, "| region only |  |  |  |  |  |  |", rows[4])
	require.Equal(t, "| · Boardman (region) |  | 49 600 ± 0 |  |  | 49 600 ± 10 | 49 600 ± 10 |", strings.ReplaceAll(rows[5], "\u2009", " "))
	require.Equal(t, "| · Boardman (region) |  |  |  |  | 4000 ± 10 | 4000 ± 10 |", strings.ReplaceAll(rows[7], "\u2009", " "), "no users, but the most requests")
	require.Equal(t, "| · PoP (pop-30) |  | 3100 ± 10 | 25.0 ± 5.0 | 50 ± 10 |  |  |", rows[8])
	require.Equal(t, "| · and 20 others |  | 21 000 |  |  |  |  |", strings.ReplaceAll(rows[19], "\u2009", " "), "only what can be added up")
	require.Contains(t, b.String(), "Busy: the share of the recorded time that servers worked")
	require.Less(t, len(rows), 30)

	b.Reset()
	require.NoError(t, report.WriteSites(&b, manySites()))
	for _, row := range strings.Split(b.String(), "\n") {
		if strings.HasPrefix(row, "│") {
			require.LessOrEqual(t, len([]rune(row)), 120)
		}
	}
}

func TestComparisonsWithoutSitesHaveNoTableOfThem(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, report.WriteSites(&b, fixtureNamed("typical")))
	require.Empty(t, b.String())
	require.Error(t, report.WriteSites(&b, &edgewise.Comparison{}))
}
