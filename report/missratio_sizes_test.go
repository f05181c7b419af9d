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

// sized is a comparison of PoPs of several sizes, given in MiB with the policy and the share that hits.
func sized(placements ...edgewise.SiteRole) *edgewise.Comparison {
	c := &edgewise.Comparison{Title: "Sizes", Level: 0.95, Replications: 3}
	for i, role := range placements {
		p := edgewise.PlacementResult{Name: fmt.Sprint("placement ", i), Workloads: []edgewise.WorkloadResult{{Name: "site", Kind: "cacheable"}}}
		if role.CacheBytes > 0 {
			hit := 0.2 + 0.1*float64(i)
			p.Roles = []edgewise.SiteRole{role}
			p.Workloads[0].Figures = edgewise.Figures{{
				Label:    edgewise.Label{Metric: "cache", Statistic: "request hit ratio", Unit: "share", Better: edgewise.More},
				Estimate: stats.MeanOf([]float64{hit, hit + 0.02, hit - 0.02}, 0.95),
			}}
		}
		c.Placements = append(c.Placements, p)
	}
	return c
}

func TestMissesAreDrawnBySizeWhereSizesDiffer(t *testing.T) {
	pop := func(mib int64, policy, site string) edgewise.SiteRole {
		return edgewise.SiteRole{Site: site, Role: "edge-cache", CacheBytes: mib << 20, Policy: policy}
	}
	c := sized(edgewise.SiteRole{}, pop(16, "", "pop-lax"), pop(512, "", "pop-lax"), pop(128, "", "pop-lax"), pop(128, "sieve", "pop-lax"), pop(256, "sieve", "pop-lax"))
	p, err := report.MissRatiosBySize(c, "")
	require.NoError(t, err)
	drawing := svg(t, p)
	require.Contains(t, drawing, "<title id=\"title\">Sizes</title>")
	for _, text := range []string{"Misses by the size of each first cache", "LRU", "SIEVE", "placement 1", "placement 4", "100 MB"} {
		require.Contains(t, drawing, text)
	}
	require.NotContains(t, drawing, "placement 0", "it has no cache")
	require.Equal(t, 1, strings.Count(drawing, ">LRU</text>"), "one line through three sizes")

	// Sites or policies that differ too make no line, and no picture.
	for name, c := range map[string]*edgewise.Comparison{
		"one size":       sized(pop(16, "", "pop-lax"), pop(16, "", "pop-lax")),
		"other sites":    sized(pop(16, "", "pop-lax"), pop(64, "", "pop-den")),
		"other policies": sized(pop(16, "", "pop-lax"), pop(64, "sieve", "pop-lax")),
		"no caches":      sized(edgewise.SiteRole{}, edgewise.SiteRole{}),
	} {
		p, err := report.MissRatiosBySize(c, "")
		require.NoError(t, err)
		require.Contains(t, svg(t, p), "No two placements differ", name)
		for _, o := range report.OutputsOf(c) {
			require.NotEqual(t, "miss_ratio.svg", o.Name, name)
		}
	}
	_, err = report.MissRatiosBySize(c, "sight")
	require.Error(t, err)
}
