package report_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
)

func TestLinksHaveTheirTimelineInTheSeriesAndInJSON(t *testing.T) {
	study, err := scenario.Parse("links.yaml", []byte(strings.Replace(linked, "replications: 3", "replications: 2\ntimeline: {step: 7s}", 1)))
	require.NoError(t, err)
	c, err := study.Run(t.Context())
	require.NoError(t, err)
	sums := map[string][2]float64{} // responses and seconds that a link was busy
	for _, row := range table(t, "series.csv", c) {
		if row["link_from"] == "" {
			require.NotEmpty(t, row["workload"])
			require.Empty(t, row["link_to"])
			require.Empty(t, row["responses_per_second"])
			continue
		}
		at := func(name string) float64 {
			x, err := strconv.ParseFloat(row[name], 64)
			require.NoError(t, err, "%s of %v", name, row)
			return x
		}
		require.Empty(t, row["workload"]+row["kind"]+row["metro"]+row["site"]+row["requests_per_second"])
		seconds := at("to_s") - at("from_s")
		require.GreaterOrEqual(t, at("waiting"), 0.)
		sum := sums[row["link_from"]]
		sums[row["link_from"]] = [2]float64{sum[0] + seconds*at("responses_per_second"), sum[1] + seconds*at("utilisation_share")}
	}
	require.Len(t, sums, 2)
	for _, l := range c.Placements[0].Links {
		responses, _ := l.Figures.Find("link", "responses")
		busy, _ := l.Figures.Find("link", "utilisation")
		require.InDelta(t, responses.Value, sums[l.From][0], 1e-6)
		require.InDelta(t, busy.Value*60, sums[l.From][1], 1e-4)
		require.Equal(t, 7*time.Second, l.Timeline.Step)
		require.Equal(t, 9, l.Timeline.Steps)
	}

	text := validJSON(t, c)
	read, err := report.ReadJSON(strings.NewReader(text))
	require.NoError(t, err)
	for i, l := range read.Placements[0].Links {
		require.Equal(t, c.Placements[0].Links[i].Timeline, l.Timeline)
	}
	require.Equal(t, text, validJSON(t, read))

	picture, err := report.Timeline(c, "")
	require.NoError(t, err)
	var svg bytes.Buffer
	require.NoError(t, picture.WriteSVG(&svg))
	require.Contains(t, svg.String(), "responses waiting")
	require.Contains(t, svg.String(), "Of links that are shared, of all workloads.")
	one, err := report.Timeline(c, "big")
	require.NoError(t, err)
	svg.Reset()
	require.NoError(t, one.WriteSVG(&svg))
	require.NotContains(t, svg.String(), "responses waiting")
}
