package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
)

var reportFiles = []string{
	"comparison.csv", "comparison.json", "comparison.md", "hit_ratio.svg", "latency_ccdf.svg", "latency_cdf.png", "latency_cdf.svg",
	"manifest.json", "quantile_shift.svg",
}

func namesIn(t *testing.T, dir string) []string {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestWriteAllWritesTheWholeReport(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "out")
	c := fixtureNamed("one of one")
	require.NoError(t, report.WriteAll(dir, c))
	require.Equal(t, reportFiles, namesIn(t, dir))
	var table bytes.Buffer
	require.NoError(t, report.WriteMarkdown(&table, c))
	written, err := os.ReadFile(filepath.Join(dir, "comparison.md"))
	require.NoError(t, err)
	require.Contains(t, string(written), "## A single run\n\n"+table.String())
	require.Contains(t, string(written), "### Assumed, without a source")

	// A second report replaces the first.
	require.NoError(t, report.WriteAll(dir, fixtureNamed("all alike")))
	require.Equal(t, reportFiles, namesIn(t, dir))
	written, err = os.ReadFile(filepath.Join(dir, "comparison.md"))
	require.NoError(t, err)
	require.NotContains(t, string(written), "API")
}

func TestWriteAllLeavesWhatWasThereWhenItFails(t *testing.T) {
	t.Run("a directory in the way", func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "comparison.json"), []byte("old"), 0o666))
		require.NoError(t, os.Mkdir(filepath.Join(dir, "hit_ratio.svg"), 0o777))
		err := report.WriteAll(dir, fixtureNamed("one of one"))
		require.ErrorContains(t, err, "hit_ratio.svg is a directory")
		require.Equal(t, []string{"comparison.json", "hit_ratio.svg"}, namesIn(t, dir))
		old, err := os.ReadFile(filepath.Join(dir, "comparison.json"))
		require.NoError(t, err)
		require.Equal(t, "old", string(old))
	})
	t.Run("nothing to draw", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "out")
		require.ErrorContains(t, report.WriteAll(dir, &edgewise.Comparison{}), "no placements")
		require.NoDirExists(t, dir)
	})
	t.Run("a file for a directory", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "out")
		require.NoError(t, os.WriteFile(dir, nil, 0o666))
		require.ErrorContains(t, report.WriteAll(dir, fixtureNamed("one of one")), "report into "+dir)
	})
}

func TestWriteRunOverwritesOnlyScenariosOfReports(t *testing.T) {
	dir, c := t.TempDir(), fixtureNamed("one of one")
	own := filepath.Join(dir, report.ScenarioFile)
	require.NoError(t, os.WriteFile(own, []byte("title: mine"), 0o666))
	require.ErrorContains(t, report.WriteRun(dir, c, []byte("title: other")), "want another directory")
	require.Equal(t, []string{report.ScenarioFile}, namesIn(t, dir))
	text, err := os.ReadFile(own)
	require.NoError(t, err)
	require.Equal(t, "title: mine", string(text))

	require.NoError(t, report.WriteRun(dir, c, []byte("title: mine")), "the scenario beside its report")
	require.NoError(t, report.WriteRun(dir, c, []byte("title: other")), "a report over a report")
	require.NoError(t, report.CheckRun(filepath.Join(dir, "none"), []byte("title: other")))
}

func TestCSVHoldsEveryFigureOnceAndExactly(t *testing.T) {
	c := fixtureNamed("typical")
	var b bytes.Buffer
	require.NoError(t, report.WriteCSV(&b, c))
	rows, err := csv.NewReader(&b).ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{
		"placement", "workload", "metro", "metric", "statistic", "unit",
		"value", "low", "high", "n", "difference", "difference_low", "difference_high", "unsupported",
		"variance_reduction", "placement_number", "kind", "site", "q", "deadline_ms", "verdict",
	}, rows[0])
	byKey := map[string][]string{}
	for _, row := range rows[1:] {
		key := row[0] + "|" + row[1] + "|" + row[2] + "|" + row[3] + "|" + row[4]
		require.NotContains(t, byKey, key)
		byKey[key] = row
		for _, field := range append(row[6:9:9], row[10:13]...) {
			if field != "" {
				_, err := strconv.ParseFloat(field, 64)
				require.NoError(t, err)
				require.NotContains(t, field, "N")
			}
		}
		require.Equal(t, row[6] == "", row[9] == "0", "a figure without value rests on no replication: %v", row)
		if row[7] == "" {
			require.NotEmpty(t, row[13], "no interval and no reason: %v", row)
		}
	}
	parse := func(s string) float64 {
		x, err := strconv.ParseFloat(s, 64)
		require.NoError(t, err)
		return x
	}
	p := &c.Placements[1].Workloads[1] // web site on Region + PoPs
	p95 := byKey["Region + PoPs|web site|all|ttfb|p95"]
	want := found(p, "ttfb", "p95")
	require.Equal(t, []float64{want.Value, want.Low, want.High}, []float64{parse(p95[6]), parse(p95[7]), parse(p95[8])})
	require.Equal(t, []float64{want.Difference.Value, want.Difference.Low, want.Difference.High}, []float64{parse(p95[10]), parse(p95[11]), parse(p95[12])})
	require.Equal(t, "10", p95[9])
	for key, want := range map[string]float64{
		"Region + PoPs|web site|all|requests|count":            found(p, "requests", "count").Value,
		"Region + PoPs|web site|all|ttlb|mean":                 found(p, "ttlb", "mean").Value,
		"Region + PoPs|web site|all|ttfb|within 50 ms":         found(p, "ttfb", "within 50 ms").Value,
		"Region + PoPs|web site|all|outcome|MISS":              found(p, "outcome", "MISS").Value,
		"Region + PoPs|web site|all|cache|request hit ratio":   found(p, "cache", "request hit ratio").Value,
		"Region + PoPs|web site|all|cache|byte hit ratio":      found(p, "cache", "byte hit ratio").Value,
		"Region + PoPs|web site|all|origin|requests":           found(p, "origin", "requests").Value,
		"Region + PoPs|web site|all|origin|bytes":              found(p, "origin", "bytes").Value,
		"Region only (us-west-2)|web site|all|origin|requests": found(&c.Placements[0].Workloads[1], "origin", "requests").Value,
		"Region + PoPs|web site|all|breakdown|queue":           found(p, "breakdown", "queue").Value,
		"Region + PoPs|web site|metro-lax|ttfb|p50":            p.Metros[0].Figures[1].Value,
		"Region + PoPs|web site|metro-lax|requests|count":      p.Metros[0].Figures[0].Value,
		"Region only (us-west-2)|game|metro-lax|response|p5":   0,
	} {
		if want == 0 {
			require.NotContains(t, byKey, key)
			continue
		}
		require.Contains(t, byKey, key)
		require.Equal(t, want, parse(byKey[key][6]), key)
	}
	require.Contains(t, byKey["Region + PoPs|web site|all|ttfb|p99.9"][13], "100 needed")
	require.Equal(t, []string{"1", "cacheable", "all", "0.95", "", "better"}, p95[15:])
	require.Equal(t, []string{"1", "cacheable", "all", "", "50", ""}, byKey["Region + PoPs|web site|all|ttfb|within 50 ms"][15:])
	require.Equal(t, []string{"0", "matched", "all", "", "", ""}, byKey["Region only (us-west-2)|game|all|requests|count"][15:])
	require.Empty(t, byKey["Region only (us-west-2)|web site|all|ttfb|p95"][10], "the baseline has no difference")
}

func TestJSONKeepsTheFigures(t *testing.T) {
	for name := range fixtures {
		c := fixtureNamed(name)
		var b bytes.Buffer
		require.NoError(t, report.WriteJSON(&b, c))
		require.NotContains(t, b.String(), "NaN")
		var back edgewise.Comparison
		require.NoError(t, json.Unmarshal(b.Bytes(), &back))
		for i := range c.Placements {
			for j := range c.Placements[i].Workloads {
				c.Placements[i].Workloads[j].Latency = nil
			}
		}
		require.Equal(t, *c, back)
	}
}
