package report_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/stats"
)

// quickStudy is a study of all kinds of services that takes no time.
const quickStudy = `
title: Small
duration: 20s
warm_up: 5s
check_warm_up: false
replications: 3
network: {metros: {names: [los-angeles-us, seattle-us]}}
workloads:
  - {name: site, preset: web-static, requests_per_second: 200, objects: 1000, deadlines: 50ms}
  - {name: api, preset: api-dynamic, requests_per_second: 50}
  - {name: shooter, preset: competitive-fps, concurrent_players: 100, sampled_updates: 0.01}
placements:
  - {name: region, origin: us-west-2, compute: us-west-2}
  - {name: PoP, extends: region, edge_caches: {sites: pop-lax, size: 1MiB}}
failures: [{site: pop-lax, at: 10s, for: 5s}]
`

func smallComparison(t *testing.T) *edgewise.Comparison {
	t.Helper()
	study, err := scenario.Parse("small.yaml", []byte(quickStudy))
	require.NoError(t, err)
	c, err := study.Run(t.Context())
	require.NoError(t, err)
	return c
}

func TestAReportIsReadAsItWasWritten(t *testing.T) {
	c := smallComparison(t)
	dir := filepath.Join(t.TempDir(), "out")
	further := append(append(report.PicturesAs("pdf", "png"), report.ParquetOutputs()...), report.HDRLogOutput)
	require.NoError(t, report.WriteRun(t.Context(), dir, c, report.Run{Scenario: []byte(quickStudy), Outputs: further}))
	read, m, err := report.ReadComparison(dir)
	require.NoError(t, err)

	// The sketches by what they say, then all else as it is.
	for p := range c.Placements {
		for k := range c.Placements[p].Workloads {
			was, is := &c.Placements[p].Workloads[k], &read.Placements[p].Workloads[k]
			require.Len(t, is.Latency, len(was.Latency))
			for d := range was.Latency {
				require.Equal(t, was.Latency[d].Metric, is.Latency[d].Metric)
				require.Equal(t, was.Latency[d].Asked, is.Latency[d].Asked)
				require.True(t, was.Latency[d].Pooled.Equal(is.Latency[d].Pooled))
				for r, s := range was.Latency[d].PerReplication {
					require.True(t, s.Equal(is.Latency[d].PerReplication[r]))
				}
			}
			require.NotEmpty(t, was.Figures[0].Replicates)
			was.Latency, is.Latency = nil, nil
		}
	}
	c.Start, read.Start = c.Start.UTC(), read.Start.UTC()
	require.Equal(t, c, read)

	// Drawn anew it is the same, file by file, with what was asked for.
	again := filepath.Join(t.TempDir(), "again")
	require.NoError(t, report.Redraw(t.Context(), dir, again, report.Run{Outputs: m.FurtherOutputs()}))
	require.Equal(t, namesIn(t, dir), namesIn(t, again))
	for _, name := range namesIn(t, dir) {
		require.Equal(t, fileIn(t, dir, name), fileIn(t, again, name), name)
	}
	// Without, it has the usual files alone.
	require.NoError(t, report.Redraw(t.Context(), again, again, report.Run{}))
	require.NotContains(t, namesIn(t, again), "latency_cdf.pdf")
	require.Contains(t, namesIn(t, again), "scenario.yaml")
}

func fileIn(t *testing.T, dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	return data
}

func TestOwnFilesAreKeptWhenAReportIsDrawnAnew(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	require.NoError(t, report.WriteAll(dir, withOwnOutput("mine")))
	require.NoError(t, report.Redraw(t.Context(), dir, dir, report.Run{}))
	require.Equal(t, "mine: 1 placements", string(fileIn(t, dir, filepath.Join("own", "manifest.json"))))
	m, err := report.ReadManifest(dir)
	require.NoError(t, err)
	require.Nil(t, m.DrawnBy, "the same program")
}

func TestOnlyWhatAReportHasWrittenIsDrawnAnew(t *testing.T) {
	for name, c := range map[string]struct {
		change func(t *testing.T, dir string)
		want   string
	}{
		"changed figures": {func(t *testing.T, dir string) {
			file := filepath.Join(dir, "comparison.json")
			require.NoError(t, os.WriteFile(file, append(fileIn(t, dir, "comparison.json"), '\n'), 0o644))
		}, "comparison.json: has been changed since it was written"},
		"sketches cut short": {func(t *testing.T, dir string) {
			require.NoError(t, os.Truncate(filepath.Join(dir, "sketches.bin"), 100))
		}, "sketches.bin: has been changed since it was written"},
		"no manifest": {func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, "manifest.json"))) }, "manifest.json"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "out")
			require.NoError(t, report.WriteAll(dir, fixtureNamed("one of one")))
			c.change(t, dir)
			_, _, err := report.ReadComparison(dir)
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, report.Redraw(context.Background(), dir, dir, report.Run{}), c.want)
		})
	}
}

// table writes an output and returns its rows by the header of the columns.
func table(t *testing.T, name string, c *edgewise.Comparison) []map[string]string {
	t.Helper()
	for _, o := range report.OutputsOf(c) {
		if o.Name == name {
			var b bytes.Buffer
			require.NoError(t, o.Write(&b, c))
			return rowsOf(t, b.Bytes())
		}
	}
	t.Fatalf("no output %s", name)
	return nil
}

func TestTablesForOthersSayWhatTheComparisonSays(t *testing.T) {
	c := smallComparison(t)
	site := c.Placement("PoP").Workload("site")

	// A curve passes where the figures say, as near as the cells of a sketch are, and ends at the share that was answered. It is of all replications together,
	// so each counts by how many asked in it.
	figure, err := site.Metric("ttfb").Within(50e6)
	require.NoError(t, err)
	d := site.Latency[slices.IndexFunc(site.Latency, func(d edgewise.Distribution) bool { return d.Metric == "ttfb" })]
	within, all := 0.0, 0.0
	for r, share := range figure.Replicates {
		within += share * float64(d.Asked[r])
		all += float64(d.Asked[r])
	}
	within /= all
	below, above, last, points := 0.0, 1.0, 0.0, 0
	for _, row := range table(t, "distributions.csv", c) {
		if row["placement"] != "PoP" || row["workload"] != "site" || row["metric"] != "ttfb" {
			continue
		}
		points++
		share := number(t, row["share"])
		require.GreaterOrEqual(t, share, last)
		require.LessOrEqual(t, number(t, row["low"]), share)
		require.GreaterOrEqual(t, number(t, row["high"]), share)
		switch ms := number(t, row["latency_ms"]); {
		case ms <= 50*(1-stats.RelativeError):
			below = share
		case ms > 50*(1+stats.RelativeError) && above == 1:
			above = share
		}
		last = share
	}
	require.InDelta(t, 215, points, 20, "about 200")
	require.GreaterOrEqual(t, within, below)
	require.LessOrEqual(t, within, above)
	failed, err := site.Figure("failed", "share")
	require.NoError(t, err)
	require.Greater(t, failed.Value, 0.1, "while the PoP is down")
	require.InDelta(t, 1-failed.Value, last, 1e-9, "of all who asked")

	// The mean of what the replications say is the figure.
	sums, n := map[string]float64{}, map[string]float64{}
	for _, row := range table(t, "replications.csv", c) {
		if row["placement"] == "PoP" && row["workload"] == "site" {
			key := row["metric"] + "/" + row["statistic"]
			sums[key] += number(t, row["value"])
			n[key]++
		}
	}
	for i := range site.Figures {
		f := &site.Figures[i]
		if len(f.Replicates) > 0 {
			key := f.Metric + "/" + f.Statistic
			require.InDelta(t, f.Value, sums[key]/n[key], 1e-9*max(1, math.Abs(f.Value)), key)
			require.Equal(t, 3.0, n[key], key)
		}
	}

	// The requests of all steps are those of the run, warm-up included.
	requests, first := 0.0, math.Inf(1)
	for _, row := range table(t, "series.csv", c) {
		require.NotEqual(t, "site", row["workload"], "of which requests fail: what failed would be missing")
		if row["placement"] == "PoP" && row["workload"] == "api" && row["recorded"] == "1" {
			requests += number(t, row["requests_per_second"]) * (number(t, row["to_s"]) - number(t, row["from_s"]))
		}
		first = min(first, number(t, row["from_s"]))
		require.Equal(t, number(t, row["from_s"]) >= 5, row["recorded"] == "1", "5 s are warm-up")
	}
	require.Zero(t, first, "the warm-up")
	asked, err := c.Placement("PoP").Workload("api").Figure("requests", "count")
	require.NoError(t, err)
	require.InEpsilon(t, asked.Value, requests, 0.05, "all, but for a step begun in the warm-up")

	metros := table(t, "metros.csv", c)
	require.Len(t, metros, 2*3*2)
	require.Equal(t, "33.99", metros[0]["lat_deg"])
	require.NotEmpty(t, metros[len(metros)-1]["difference_ms"])
	sites := table(t, "sites.csv", c)
	require.Equal(t, "edge-cache", sites[len(sites)-1]["role"])
	require.Equal(t, "1048576", sites[len(sites)-1]["cache_bytes"])
}

func TestParquetHasTheSameRows(t *testing.T) {
	written := make(map[string]bool)
	for _, c := range []*edgewise.Comparison{smallComparison(t), crowdedComparison(t)} {
		parquetHasTheSameRows(t, c, written)
	}
	require.Len(t, written, len(report.ParquetOutputs()))
}

func parquetHasTheSameRows(t *testing.T, c *edgewise.Comparison, written map[string]bool) {
	for _, o := range report.ParquetOutputs() {
		if o.Where != nil && !o.Where(c) {
			continue
		}
		written[o.Name] = true
		var b bytes.Buffer
		require.NoError(t, o.Write(&b, c))
		file, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
		require.NoError(t, err)
		name := o.Name[:len(o.Name)-len(".parquet")]
		rows := table(t, name+".csv", c)
		require.EqualValues(t, len(rows), file.NumRows(), name)
		require.NotEmpty(t, rows, name)
		require.Len(t, file.Schema().Fields(), len(rows[0]), name)
	}
}

func TestTheLogIsReadByHdrHistogram(t *testing.T) {
	c := smallComparison(t)
	var b bytes.Buffer
	require.NoError(t, report.WriteHDRLog(&b, c))
	reader := hdrhistogram.NewHistogramLogReader(&b)
	seen := 0
	for {
		h, err := reader.NextIntervalHistogram()
		require.NoError(t, err)
		if h == nil {
			break
		}
		seen++
		if h.Tag() != "PoP/site/ttfb" {
			continue
		}
		d := c.Placement("PoP").Workload("site").Latency[0]
		require.EqualValues(t, d.Pooled.Count(), h.TotalCount())
		for _, p := range []float64{0.5, 0.95, 0.99} {
			require.InEpsilon(t, d.Pooled.QuantileNs(p), float64(h.ValueAtQuantile(100*p)), 0.01, p)
		}
	}
	recorded := 0
	for _, p := range c.Placements {
		for _, w := range p.Workloads {
			for _, d := range w.Latency {
				if d.Pooled.Count() > 0 {
					recorded++
				}
			}
		}
	}
	require.Equal(t, recorded, seen)
}

func TestPDFsAreTheSameBytes(t *testing.T) {
	c := fixtureNamed("one of one")
	for _, o := range report.PicturesAs("pdf") {
		if o.Where != nil && !o.Where(c) {
			continue
		}
		var first, second bytes.Buffer
		require.NoError(t, o.Write(&first, c))
		require.NoError(t, o.Write(&second, c))
		require.Equal(t, first.Bytes(), second.Bytes(), o.Name)
		require.True(t, bytes.HasPrefix(first.Bytes(), []byte("%PDF-1.")), o.Name)
	}
}

// rowsOf reads a CSV.
func rowsOf(t *testing.T, data []byte) (rows []map[string]string) {
	t.Helper()
	lines, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	require.NoError(t, err)
	for _, line := range lines[1:] {
		row := make(map[string]string)
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(text, 64)
	require.NoError(t, err)
	return x
}
