package report_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/stats"
)

func TestWhatFailedIsShownAndJudged(t *testing.T) {
	add := func(all *edgewise.Figures, metric, statistic string, value, difference float64, paired bool) {
		f := figure(metric, statistic, stats.Estimate{Value: value, Low: value, High: value, N: 10})
		if paired {
			f.Difference = &stats.Estimate{Value: difference, Low: difference - 0.001, High: difference + 0.001, N: 10}
		}
		*all = append(*all, f)
	}
	c := made(fixture{title: "Outage", placements: []string{"base", "other"}, workloads: []string{"cacheable", "matched"}, replications: 4, requests: 2000})
	render := func() (csv, markdown string, verdicts []report.PlacementVerdict) {
		var a, b bytes.Buffer
		require.NoError(t, report.WriteCSV(&a, c))
		require.NoError(t, report.WriteMarkdown(&b, c))
		verdicts, err := report.Verdicts(c, report.Margins{})
		require.NoError(t, err)
		return a.String(), b.String(), verdicts
	}
	csv, markdown, _ := render()
	require.NotContains(t, csv, "failed")
	require.NotContains(t, markdown, "failed")
	require.NotContains(t, markdown, "answered")

	for i, share := range []float64{0.04, 0.01} {
		site, game := &c.Placements[i].Workloads[0], &c.Placements[i].Workloads[1]
		add(&site.Figures, "failed", "count", 1000*share, 0, false)
		add(&site.Figures, "failed", "share", share, -0.03, i > 0)
		add(&site.Figures, "failed", "mean time to error", 3000, 0, false)
		add(&site.Figures, "failed", "site down", share, 0, false)
		add(&site.Metros[0].Figures, "failed", "share", share, 0, false)
		add(&game.Figures, "failed", "share", 0, 0, i > 0)
		add(&game.Figures, "sessions", "count", 100, 0, false)
		add(&game.Figures, "sessions", "lost", 100*share, 0, false)
		add(&game.Figures, "sessions", "lost share", share, 0.2, i > 0)
		add(&game.Metros[0].Figures, "sessions", "lost share", share, 0, false)
	}
	csv, markdown, verdicts := render()
	for _, row := range []string{
		"base,web site,all,failed,count,requests,40,", "base,web site,all,failed,share,share,0.04,", "base,web site,all,failed,mean time to error,ms,3000,",
		"base,web site,all,failed,site down,share,0.04,", "other,game,all,sessions,count,sessions,100,", "other,game,all,sessions,lost,sessions,1,",
		"other,game,all,sessions,lost share,share,0.01,", "metro-lax,failed,share,share,0.01,", "metro-lax,sessions,lost share,share,0.01,",
	} {
		require.Contains(t, csv, row)
	}
	require.Contains(t, markdown, "| % failed |")
	require.Contains(t, markdown, "| % sessions lost |")
	require.Contains(t, markdown, "Latencies are of answered requests")
	found := map[string]stats.Verdict{}
	for _, v := range verdicts {
		found[v.Workload+": "+v.Figure] = v.Verdict
	}
	require.Equal(t, stats.Better, found["web site: failed requests"], "fewer is better")
	require.Equal(t, stats.Worse, found["game: lost sessions"])
	require.NotContains(t, found, "game: failed requests", "where none failed there is no question")
}
