package report_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
)

// reportFiles are the files of the report of one placement without a cache: no picture without content.
var reportFiles = []string{
	"breakdown.svg", "comparison.csv", "comparison.json", "comparison.md", "distributions.csv", "latency_ccdf.svg", "latency_cdf.png", "latency_cdf.svg",
	"manifest.json", "metros.csv", "report.html", "sketches.bin",
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
	require.ElementsMatch(t, append([]string{"hit_ratio.svg", "quantile_shift.svg"}, reportFiles...), namesIn(t, dir))
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
		require.ErrorContains(t, err, "it has comparison.json, hit_ratio.svg/, which no report has written")
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

// writeRun writes the report of a scenario's text.
func writeRun(dir string, c *edgewise.Comparison, scenario string, inputs ...report.Input) error {
	return report.WriteRun(context.Background(), dir, c, report.Run{Scenario: []byte(scenario), Inputs: inputs})
}

func TestOnlyWhatAReportHasWrittenIsOverwritten(t *testing.T) {
	c, whole := fixtureNamed("one of one"), filepath.Join(t.TempDir(), "out")
	require.NoError(t, writeRun(whole, c, "title: x", report.Input{Name: "sites.csv", Data: []byte("sites")}))
	fresh := func(t *testing.T) string {
		dir := filepath.Join(t.TempDir(), "out")
		require.NoError(t, os.CopyFS(dir, os.DirFS(whole)))
		return dir
	}
	write := func(name, text string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666))
		}
	}
	for name, tt := range map[string]struct {
		change func(t *testing.T, dir string)
		want   string
	}{
		"a file beside":           {write("notes.txt", "mine"), "it has notes.txt, which the report there does not have so"},
		"an edited scenario":      {write("scenario.yaml", "title: y"), "it has scenario.yaml (changed)"},
		"an edited table":         {write("comparison.md", "# Mine"), "it has comparison.md (changed)"},
		"a file among the inputs": {write("inputs/more.csv", "mine"), "it has inputs/more.csv,"},
		"another's manifest":      {write("manifest.json", `{"name": "my web app"}`), `which no report has written that this program can read (manifest.json: json: unknown field "name"); want another directory, or --force to set all of it aside as out.old-1`},
		"a newer report":          {write("manifest.json", `{"format": 2, "name": {}}`), "(manifest.json: its format is 2, of a newer version of this program, which reads format 1)"},
		"junk behind the manifest": {func(t *testing.T, dir string) {
			text, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
			require.NoError(t, err)
			write("manifest.json", string(text)+"{}")(t, dir)
		}, "which no report has written that this program can read (manifest.json: 2 bytes stand behind its end"},
		"a folder": {func(t *testing.T, dir string) { require.NoError(t, os.Mkdir(filepath.Join(dir, "mine"), 0o777)) }, "it has mine/"},
		"a link that leads out": {func(t *testing.T, dir string) {
			elsewhere := t.TempDir()
			require.NoError(t, os.Rename(filepath.Join(dir, "inputs"), filepath.Join(elsewhere, "inputs")))
			require.NoError(t, os.Symlink(filepath.Join(elsewhere, "inputs"), filepath.Join(dir, "inputs")))
		}, "it has inputs,"},
		"a link for a file": {func(t *testing.T, dir string) {
			elsewhere := filepath.Join(t.TempDir(), "x")
			require.NoError(t, os.Rename(filepath.Join(dir, "latency_ccdf.svg"), elsewhere))
			require.NoError(t, os.Symlink(elsewhere, filepath.Join(dir, "latency_ccdf.svg")))
		}, "it has latency_ccdf.svg (changed)"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := fresh(t)
			tt.change(t, dir)
			require.ErrorContains(t, report.CheckRun(dir, report.Run{}), tt.want)
			before := namesIn(t, dir)
			require.ErrorContains(t, writeRun(dir, c, "title: z"), tt.want)
			require.Equal(t, before, namesIn(t, dir))
			require.NoError(t, report.CheckRun(dir, report.Run{Force: true}))
			if name != "a file beside" && name != "a link that leads out" {
				return // it takes long to draw
			}
			require.NoError(t, report.WriteRun(context.Background(), dir, c, report.Run{Scenario: []byte("title: z"), Force: true}))
			require.Equal(t, before, namesIn(t, dir+".old-1"), "set aside, not lost")
			m, err := report.ReadManifest(dir)
			require.NoError(t, err)
			require.Equal(t, "title: z", m.Scenario)
			require.NoDirExists(t, filepath.Join(dir, "inputs"))
		})
	}
	t.Run("a report over a report", func(t *testing.T) {
		dir := fresh(t)
		require.NoError(t, os.WriteFile(filepath.Join(dir, ".DS_Store"), nil, 0o666))
		require.NoError(t, writeRun(dir, c, "title: z"))
		require.NoDirExists(t, filepath.Join(dir, "inputs"))
		require.Len(t, namesIn(t, filepath.Dir(dir)), 1)
	})
	t.Run("beside what a killed program has left", func(t *testing.T) {
		dir := fresh(t)
		for _, folder := range []string{dir, filepath.Join(dir, "inputs"), filepath.Dir(dir)} {
			require.NoError(t, os.WriteFile(filepath.Join(folder, ".edgewise-scratch-1"), nil, 0o666))
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, ".edgewise-1"), nil, 0o666))
		require.NoError(t, report.CheckRun(dir, report.Run{}))
		require.NoError(t, writeRun(dir, c, "title: z"))
		require.Len(t, namesIn(t, filepath.Dir(dir)), 1)
		require.NotContains(t, namesIn(t, dir), ".edgewise-1")
		require.NoError(t, os.MkdirAll(filepath.Join(dir, ".edgewise-1"), 0o777))
		require.ErrorContains(t, report.CheckRun(dir, report.Run{}), "it has .edgewise-1/", "no file of ours")
	})
	t.Run("beside a link to the directory", func(t *testing.T) {
		dir := fresh(t)
		link := filepath.Join(t.TempDir(), "link")
		require.NoError(t, os.Symlink(dir, link))
		require.NoError(t, writeRun(link, c, "title: z"))
		m, err := report.ReadManifest(dir)
		require.NoError(t, err)
		require.Equal(t, "title: z", m.Scenario)
	})
}

func TestPlacesThatCannotBeReplacedAreFoundBeforeTheRun(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.Mkdir("below", 0o777))
	require.NoError(t, os.Symlink("nowhere", "dangling"))
	require.NoError(t, os.WriteFile("file", nil, 0o666))
	for dir, want := range map[string]string{
		"":                       `report into "": the name is empty`,
		".":                      "is the current directory, or one above it",
		"..":                     "is the current directory, or one above it",
		"dangling":               "is a link that leads nowhere",
		"file":                   "is a file; want a directory",
		"none/out":               "none: no such file or directory; make it first",
		"file/out":               "not a directory",
		strings.Repeat("n", 300): "name too long",
		"/proc":                  "/proc",
	} {
		for _, force := range []bool{false, true} {
			require.ErrorContains(t, report.CheckRun(dir, report.Run{Force: force}), want)
		}
	}
	watched, err := os.Stat("below")
	require.NoError(t, err)
	require.NoError(t, report.CheckRun("below", report.Run{}))
	after, err := os.Stat("below")
	require.NoError(t, err)
	require.Equal(t, watched.ModTime(), after.ModTime(), "looking makes nothing in the directory, for whoever is killed then")
	require.NoError(t, report.CheckRun("below/out", report.Run{}))
	require.Empty(t, namesIn(t, "below"), "looking leaves nothing")
}

func TestNumbersAreWrittenEvenIfAPictureFails(t *testing.T) {
	dir, c := filepath.Join(t.TempDir(), "out"), withOwnOutput("mine")
	c.Outputs[0].Write = func(io.Writer, *edgewise.Comparison) error { return errors.New("out of ink") }
	err := report.WriteAll(dir, c)
	var incomplete *report.IncompleteError
	require.ErrorAs(t, err, &incomplete)
	require.EqualError(t, err, "report into "+dir+" is written without 1 of its files: own/manifest.json: out of ink")
	require.Equal(t, reportFiles, namesIn(t, dir))
	m, err := report.ReadManifest(dir)
	require.NoError(t, err)
	require.Equal(t, []report.MissingFile{{Name: "own/manifest.json", Why: "out of ink"}}, m.Missing)
	a, err := report.Compare(context.Background(), dir, m, c)
	require.NoError(t, err)
	require.True(t, a.IsWhole(), a.Explain())
}

func TestDrawingEndsWithTheContext(t *testing.T) {
	dir, c := filepath.Join(t.TempDir(), "out"), withOwnOutput("mine")
	ctx, cancel := context.WithCancel(context.Background())
	release := make(chan struct{})
	defer close(release)
	c.Outputs[0].Write = func(io.Writer, *edgewise.Comparison) error {
		cancel()
		<-release // a picture that takes for ever
		return nil
	}
	require.ErrorIs(t, report.WriteRun(ctx, dir, c, report.Run{}), context.Canceled)
	require.NoDirExists(t, dir)
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
		"variance_reduction", "placement_number", "kind", "site", "q", "deadline_ms", "judged", "verdict",
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
	require.Equal(t, "p95", p95[20])
	require.Empty(t, byKey["Region + PoPs|web site|all|ttlb|p95"][20])
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
	require.Equal(t, []string{"1", "cacheable", "all", "0.95", "", "p95", "better"}, p95[15:])
	require.Equal(t, []string{"1", "cacheable", "all", "", "50", "within 50 ms", ""}, byKey["Region + PoPs|web site|all|ttfb|within 50 ms"][15:])
	require.Equal(t, []string{"0", "matched", "all", "", "", "", ""}, byKey["Region only (us-west-2)|game|all|requests|count"][15:])
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

func TestALongFileWaitsBesideTheReport(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "full"))
	dir, c := filepath.Join(t.TempDir(), "out"), withOwnOutput("mine")
	long := bytes.Repeat([]byte("0123456789abcdef"), 1<<20+1) // longer than what waits in memory
	c.Outputs[0].Write = func(w io.Writer, _ *edgewise.Comparison) error {
		_, err := w.Write(long)
		return err
	}
	require.NoError(t, report.WriteRun(context.Background(), dir, c, report.Run{NoPictures: true}))
	written, err := os.ReadFile(filepath.Join(dir, "own", c.Outputs[0].Name))
	require.NoError(t, err)
	require.True(t, bytes.Equal(long, written))
	require.Equal(t, []string{"comparison.csv", "comparison.json", "comparison.md", "distributions.csv", "manifest.json", "metros.csv", "own", "report.html", "sketches.bin"}, namesIn(t, dir))
	require.Len(t, namesIn(t, filepath.Dir(dir)), 1)
}
