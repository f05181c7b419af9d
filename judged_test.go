package edgewise_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/workload"
)

func TestAWorkloadIsJudgedByTheByteThatItSays(t *testing.T) {
	s := smallStudy(t)
	s.Workloads[0].Judged = workload.LastByte
	s.Workloads[0].Deadlines = []time.Duration{time.Second}
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	for _, p := range c.Placements {
		site, api := p.Workload("web-static"), p.Workload("api-dynamic")
		require.Equal(t, "ttlb", site.Headline().Name())
		require.Equal(t, "ttlb", site.Latency[0].Metric, "pictures are of the first")
		require.Equal(t, "ttfb", api.Headline().Name())
		require.Equal(t, "ttfb", api.Latency[0].Metric)
		for _, metric := range []string{"ttfb", "ttlb"} {
			within, err := site.Metric(metric).Within(time.Second)
			require.NoError(t, err)
			p95, err := site.Metric(metric).P(0.95)
			require.NoError(t, err)
			if metric == "ttlb" {
				require.Equal(t, []string{"TTLB within 1 s", "in 1 s"}, []string{within.Judged, within.Column})
				require.Equal(t, []string{"TTLB p95", "p95"}, []string{p95.Judged, p95.Column})
			} else {
				require.Empty(t, within.Judged+within.Column+p95.Judged+p95.Column)
			}
		}
		_, err := site.Metros[0].Figures.Metric("ttlb").P(0.5)
		require.NoError(t, err, "by metro, too")
	}
	verdicts, err := report.Verdicts(c, report.Margins{})
	require.NoError(t, err)
	var figures []string
	for _, v := range verdicts {
		if v.Workload == "web-static" {
			figures = append(figures, v.Figure)
		}
	}
	require.Contains(t, figures, "TTLB p95")
	require.NotContains(t, figures, "p95")

	var table bytes.Buffer
	require.NoError(t, report.WriteTable(&table, c))
	require.Contains(t, table.String(), "web-static (cacheable): time to last byte (TTLB), ms")

	var data bytes.Buffer
	require.NoError(t, report.WriteJSON(&data, c))
	back, err := report.ReadJSON(&data)
	require.NoError(t, err)
	require.Equal(t, "ttlb", back.Placements[1].Workload("web-static").Headline().Name())

	var rows bytes.Buffer
	require.NoError(t, report.WriteCSV(&rows, c))
	require.Regexp(t, `,TTLB p95,(better|worse|no difference that matters|undecided)\n`, rows.String())
}
