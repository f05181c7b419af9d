package report

import (
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/words"
)

// tiersBehind returns the names of the tiers of caches behind the first that some of several results have hit ratios of,
// in their order.
func tiersBehind(results ...*edgewise.WorkloadResult) (tiers []string) {
	for _, w := range results {
		for _, f := range w.Figures {
			if f.Statistic == "request hit ratio" && f.Metric != "cache" && !slices.Contains(tiers, f.Metric) {
				tiers = append(tiers, f.Metric)
			}
		}
	}
	return tiers
}

// allTiersBehind is tiersBehind for a whole comparison.
func allTiersBehind(c *edgewise.Comparison) []string {
	var all []*edgewise.WorkloadResult
	for i := range c.Placements {
		for j := range c.Placements[i].Workloads {
			all = append(all, &c.Placements[i].Workloads[j])
		}
	}
	return tiersBehind(all...)
}

// offloadNote says what an origin offload below 0 is; it is empty where none is that is shown.
func offloadNote(c *edgewise.Comparison) string {
	if !anyWorkload(c, func(w *edgewise.WorkloadResult) bool {
		return slices.ContainsFunc(w.Figures, func(f edgewise.Figure) bool {
			return f.Metric == "origin offload" && f.Column != "" && f.Value < 0
		})
	}) {
		return ""
	}
	return "An origin offload below 0 says that the origin is asked for more often than users ask, as where one request fetches several slices."
}

// tierNote explains the hit ratios of tiers behind the first; it is empty where there are none.
func tierNote(tiers []string) string {
	if len(tiers) == 0 {
		return ""
	}
	var of []string
	for i, tier := range tiers {
		tier = words.ShortTier(tier)
		are := ""
		if i == 0 {
			are = "are "
		}
		of = append(of, tier+" hits "+are+"of what reached the "+tier)
	}
	note := strings.Join(of, ", ")
	return strings.ToUpper(note[:1]) + note[1:] + "; origin offload is 1 less the origin's requests by the users'."
}
