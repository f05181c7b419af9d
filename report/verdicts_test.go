package report_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/stats"
)

func TestVerdictsFollowDirectionAndMargin(t *testing.T) {
	figure := func(value, difference, half float64) edgewise.Figure {
		return edgewise.Figure{
			Estimate:   stats.Estimate{Value: value, Low: value, High: value, N: 10},
			Difference: &stats.Estimate{Value: difference, Low: difference - half, High: difference + half, N: 10},
		}
	}
	workload := func(p50, p95, mean, within, hits, requests, bytes edgewise.Figure) edgewise.WorkloadResult {
		w := edgewise.WorkloadResult{Name: "site", Kind: "cacheable"}
		for _, of := range []struct {
			label edgewise.Label
			edgewise.Figure
		}{
			{labelOf("ttfb", "p50"), p50}, {labelOf("ttfb", "p95"), p95}, {labelOf("ttfb", "mean"), mean},
			{withinLabel("ttfb", 50*time.Millisecond), within}, {labelOf("cache", "request hit ratio"), hits},
			{labelOf("origin", "requests"), requests}, {labelOf("origin", "bytes"), bytes},
		} {
			of.Figure.Label = of.label
			w.Figures = append(w.Figures, of.Figure)
		}
		return w
	}
	plain := func(value float64) edgewise.Figure { return figure(value, 0, 0) }
	c := &edgewise.Comparison{Level: 0.95, Replications: 10, Placements: []edgewise.PlacementResult{
		{Name: "region", Workloads: []edgewise.WorkloadResult{workload(plain(100), plain(200), plain(110), plain(0.5), plain(0.6), plain(1000), plain(5e6))}},
		{Name: "PoPs", Workloads: []edgewise.WorkloadResult{workload(
			figure(60, -40, 2), figure(220, 20, 2), figure(110.1, 0.1, 0.2), figure(0.7, 0.2, 0.01), figure(0.5, -0.1, 0.01), figure(990, -10, 40), figure(4e6, -1e6, 1e5))}},
	}}
	verdicts, err := report.Verdicts(c, report.Margins{})
	require.NoError(t, err)
	got := map[string]string{}
	for _, v := range verdicts {
		require.Equal(t, "PoPs", v.Placement)
		require.Equal(t, "site", v.Workload)
		got[v.Figure] = v.String()
	}
	require.Equal(t, map[string]string{
		"p50": "better −40.0 %", "p95": "worse +10.0 %", "mean": "same +0.1 %", "within 50 ms": "better +20.0 pp",
		"request hit ratio": "worse −10.0 pp", "origin requests": "undecided −1.0 %", "origin bytes": "better −20.0 %",
	}, got)

	// A baseline without a cache still has an origin to relieve.
	base := &c.Placements[0].Workloads[0]
	base.Figures = slices.DeleteFunc(base.Figures, func(f edgewise.Figure) bool { return f.Metric == "cache" })
	uncached, err := report.Verdicts(c, report.Margins{})
	require.NoError(t, err)
	require.Len(t, uncached, 6)
	require.Equal(t, "origin bytes", uncached[5].Figure)
	require.Equal(t, "better −20.0 %", uncached[5].String())

	// A margin of half the baseline makes all latencies the same.
	verdicts, err = report.Verdicts(c, report.Margins{Relative: 0.5})
	require.NoError(t, err)
	require.Equal(t, stats.Same, verdicts[0].Verdict)
	require.Equal(t, stats.Same, verdicts[1].Verdict)

	c.Level = 95
	_, err = report.Verdicts(c, report.Margins{})
	require.ErrorContains(t, err, "verdicts: judge: level is 95")
}

func TestVerdictTable(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, report.WriteVerdicts(&b, fixtureNamed("no cache"), report.Margins{}))
	require.Equal(t, `game: verdicts against Region only
┌─────────────┬─────────┬─────────┬─────────┬─────────┐
│ placement   │     p50 │     p95 │     p99 │    mean │
├─────────────┼─────────┼─────────┼─────────┼─────────┤
│ Local Zones │  better │  better │  better │  better │
│             │ −28.0 % │ −28.0 % │ −28.0 % │ −28.0 % │
└─────────────┴─────────┴─────────┴─────────┴─────────┘

4 questions; with 95 % probability no answer is wrong (Holm). same: within 1 % of the baseline's figure, shares within 0.5 pp. pp: percentage points. undecided: run more replications. Who loses: the questions of each placement and workload are a family of their own, of the mean by metro; comparison.json has all under who_loses.
`, b.String())
	b.Reset()
	require.NoError(t, report.WriteVerdictsMarkdown(&b, fixtureNamed("no cache"), report.Margins{}))
	require.Contains(t, b.String(), "### game: verdicts against Region only\n\n| placement | p50 | p95 | p99 | mean |")
	require.Contains(t, b.String(), " |\n\n\n4 questions", "a table must end in an empty line")
	b.Reset()
	require.NoError(t, report.WriteVerdicts(&b, fixtureNamed("one of one"), report.Margins{}))
	require.Contains(t, b.String(), "There is nothing to compare.")
	require.ErrorContains(t, report.WriteVerdicts(brokenWriter{}, fixtureNamed("no cache"), report.Margins{}), "disk full")
	require.ErrorContains(t, report.WriteVerdicts(&b, nil, report.Margins{}), "no placements")
}
