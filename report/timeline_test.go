package report_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
)

// followed is a study in which a PoP is lost, followed over time.
func followed(t *testing.T) *edgewise.Comparison {
	t.Helper()
	study, err := scenario.Parse("lost.yaml", []byte(`title: A PoP is lost
duration: 95s
seed: 1
replications: 3
check_warm_up: false
network: {provider: aws, metros: {names: [London, Paris]}}
workloads:
  - {name: site, preset: web-static, requests_per_second: 60, objects: 200}
  - {name: shooter, preset: competitive-fps, concurrent_players: 30}
placements:
  - {name: region, origin: eu-west-2, compute: eu-west-2}
  - {name: PoPs, extends: region, edge_caches: {sites: [pop-lhr, pop-cdg], size: 256MiB}}
failures: [{site: pop-lhr, at: 40s, for: 20s, detection: 5s, timeout: 1s}]
timeline: {step: 10s, by: [metro, site]}
`))
	require.NoError(t, err)
	c, err := study.Run(context.Background())
	require.NoError(t, err)
	return c
}

func TestSeriesOfAllRequestsSumToTheTotals(t *testing.T) {
	c := followed(t)
	var out bytes.Buffer
	for _, o := range report.Outputs() {
		if o.Name == "series.csv" {
			require.NoError(t, o.Write(&out, c))
		}
	}
	rows, err := csv.NewReader(&out).ReadAll()
	require.NoError(t, err)
	column := make(map[string]int)
	for i, name := range rows[0] {
		column[name] = i
	}
	sum := make(map[[3]string]float64) // by placement, workload and kind of place
	failed := make(map[string]float64)
	for _, row := range rows[1:] {
		at := func(name string) float64 {
			x, err := strconv.ParseFloat(row[column[name]], 64)
			require.NoError(t, err, "%s of %v", name, row)
			return x
		}
		seconds := at("to_s") - at("from_s")
		place := "all"
		if row[column["metro"]] != "" {
			place = "metro"
		} else if row[column["site"]] != "" {
			place = "site"
		}
		key := [3]string{row[column["placement"]], row[column["workload"]], place}
		if row[column["kind"]] == "matched" {
			sum[key] += at("players") * seconds
			continue
		}
		sum[key] += at("requests_per_second") * seconds
		if place == "all" && at("failed_per_second") > 0 {
			failed[row[column["placement"]]] += at("failed_per_second") * seconds
			require.Contains(t, []float64{30, 40}, at("from_s"), "what was begun before has no answer either")
		}
	}
	require.Len(t, sum, 2*2*3)
	for _, p := range c.Placements {
		for _, w := range p.Workloads {
			f, ok := w.Figures.Find("requests", "count")
			require.True(t, ok)
			want := f.Value
			if w.Kind == "matched" {
				f, ok = w.Figures.Find("players", "mean")
				require.True(t, ok)
				want = f.Value * 95
			}
			for _, place := range []string{"all", "metro", "site"} {
				require.InEpsilon(t, want, sum[[3]string{p.Name, w.Name, place}], 1e-9, "%s, %s by %s", p.Name, w.Name, place)
			}
		}
	}
	f, ok := c.Placements[1].Workloads[0].Figures.Find("failed", "count")
	require.True(t, ok)
	require.InEpsilon(t, f.Value, failed["PoPs"], 1e-9)
	require.Zero(t, failed["region"])
}

func TestTimelinesShowWhatFailsWithItsBand(t *testing.T) {
	c := followed(t)
	p, err := report.Timeline(c, "")
	require.NoError(t, err)
	drawing := svg(t, p)
	for _, title := range []string{"site: failed, a second", "site: p95, ms", "site: hits, %", "site: requests to origins, a second", "shooter: players"} {
		require.True(t, strings.Contains(drawing, ">"+title+"</text>"), title)
	}
	require.Contains(t, drawing, "Bands: 95 % confidence intervals")
	require.NotContains(t, drawing, "warm-up")
}
