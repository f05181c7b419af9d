package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
)

const tiny = `title: Tiny
duration: 5s
check_warm_up: false
replications: 2
network: {metros: {names: [los-angeles-us]}}
workloads: [{name: site, preset: web-static, requests_per_second: 50, objects: 100}]
placements:
  - {name: region, origin: us-west-2}
  - {name: pop, extends: region, edge_caches: {sites: pop-lax, size: 1MiB}}
`

// run executes a command line and returns what it printed.
func run(t *testing.T, ctx context.Context, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = execute(ctx, args, &streams{in: strings.NewReader(""), out: &o, err: &e})
	return code, o.String(), e.String()
}

func scenarioFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "scenario.yaml")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	return file
}

func TestRunPrintsSitesWhereAsked(t *testing.T) {
	file, dir := scenarioFile(t, tiny), t.TempDir()
	_, without, _ := run(t, context.Background(), "run", file, "-o", dir)
	require.NotContains(t, without, "by site")
	code, with, errs := run(t, context.Background(), "run", file, "-o", dir, "--sites")
	require.Zero(t, code, errs)
	require.Contains(t, with, "site: by site")
	require.Contains(t, with, "│ placement, site")
	written, err := os.ReadFile(filepath.Join(dir, "comparison.md"))
	require.NoError(t, err)
	require.Contains(t, string(written), "### site: by site")
}

func TestRunWritesAllResults(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not-there-yet")
	code, out, errs := run(t, context.Background(), "run", scenarioFile(t, tiny), "-o", dir)
	require.Zero(t, code, errs)
	require.Regexp(t, predictedLine, errs, "no more where there is no terminal")
	require.Contains(t, out, "region")
	require.Contains(t, out, "2 replications")
	require.Contains(t, out, "Answers\n- site: ")
	require.Contains(t, out, "site: verdicts against region")
	written, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, written, len(report.Outputs())-10, "with the scenario and the manifest, without utilisation.csv, for no servers or links are limited, without metros.svg, for there is one, without miss_ratio.svg, for there is one size, without bill.csv, for there are no prices, without the three of tails and the five of games")
	_, help, _ := run(t, context.Background(), "run", "--help")
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	for _, f := range written {
		info, err := f.Info()
		require.NoError(t, err)
		require.Positive(t, info.Size())
		require.Contains(t, strings.Join(strings.Fields(help), " "), f.Name())
		require.Contains(t, string(readme), f.Name()+"`")
		require.Contains(t, strings.Join(strings.Fields(out), " "), f.Name())
	}
	var decoded struct {
		Replications int
		Verdicts     []struct{ Placement, Figure, Verdict string }
	}
	text, err := os.ReadFile(filepath.Join(dir, "comparison.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &decoded))
	require.Equal(t, 2, decoded.Replications)
	require.NotEmpty(t, decoded.Verdicts)
	require.Equal(t, "pop", decoded.Verdicts[0].Placement)
	require.NotEmpty(t, decoded.Verdicts[0].Verdict)
}

func TestRunFindsAnUnwritableDirectoryFirst(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o555))
	if checkDirectory(dir) == nil {
		dir = "/proc" // the superuser may write anywhere else
		if checkDirectory(dir) == nil || os.MkdirAll(dir, 0o755) != nil {
			t.Skip("no directory here refuses files")
		}
	}
	code, out, errs := run(t, context.Background(), "run", scenarioFile(t, tiny), "-o", dir)
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "report into "+dir)
	require.Empty(t, out)
}

func TestRunLeavesAnotherScenarioAlone(t *testing.T) {
	own := scenarioFile(t, "title: mine")
	dir := filepath.Dir(own)
	code, out, errs := run(t, context.Background(), "run", scenarioFile(t, tiny), "-o", dir)
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "it has scenario.yaml, which no report has written")
	require.Empty(t, out)
	text, err := os.ReadFile(own)
	require.NoError(t, err)
	require.Equal(t, "title: mine", string(text))
}

func TestRunSaysTheSameOnAnyNumberOfWorkers(t *testing.T) {
	file, read := scenarioFile(t, tiny), ""
	for _, workers := range []string{"1", "3"} {
		dir := t.TempDir()
		code, _, errs := run(t, context.Background(), "run", file, "-o", dir, "-w", workers, "-q")
		require.Zero(t, code, errs)
		text, err := os.ReadFile(filepath.Join(dir, "comparison.csv"))
		require.NoError(t, err)
		require.True(t, read == "" || read == string(text))
		read = string(text)
	}
}

func TestMistakesExitWithTwoAndSayWhere(t *testing.T) {
	dir := t.TempDir()
	dangling := filepath.Join(t.TempDir(), "dangling")
	require.NoError(t, os.Symlink("nowhere", dangling))
	bad := scenarioFile(t, strings.Replace(tiny, "duration: 5s", "duration: 5", 1))
	for _, c := range []struct {
		want string
		args []string
	}{
		{`scenario.yaml:2: duration: is "5"`, []string{"run", bad, "-o", dir}},
		{"no such file", []string{"run", filepath.Join(dir, "none.yaml"), "-o", dir}},
		{"missing flags: --out", []string{"run", bad}},
		{"unknown flag --sed", []string{"run", bad, "-o", dir, "--sed", "1"}},
		{"unexpected argument", []string{"walk"}},
		{"--replications is -1; want 1 or more", []string{"run", scenarioFile(t, tiny), "-o", dir, "--replications=-1"}},
		{"--replications: 100001 replications; want 0 (10) to 100000", []string{"run", scenarioFile(t, tiny), "-o", dir, "-r", "100001"}},
		{"missing flags: --out=DIR (-o), or its name is empty", []string{"run", scenarioFile(t, tiny), "-o", ""}},
		{"level: is 1e-17; want 0.5 to 0.9999", []string{"run", scenarioFile(t, "level: 1e-17\n"+tiny), "-o", dir}},
		{"file name too long", []string{"cache", bad, "-o", filepath.Join(dir, strings.Repeat("n", 300))}},
		{"file name too long", []string{"run", scenarioFile(t, tiny), "-o", filepath.Join(dir, strings.Repeat("n", 252))}},
		{"is a link that leads nowhere", []string{"verify", "-o", dangling}},
		{"is a link that leads nowhere", []string{"run", scenarioFile(t, tiny), "-o", dangling}},
		{"there is no report, and no run is kept in", []string{"status", dir}},
		{"--replications is 0; want 1 or more", []string{"run", scenarioFile(t, tiny), "-o", dir, "-r", "0"}},
		{"must be one of", []string{"catalog", "cities"}},
		{`"acme"`, []string{"catalog", "pops", "--provider", "acme"}},
		{"aws, azure, ovh only", []string{"catalog", "local-zones", "--provider", "google"}},
		{`--country is "xx", where the catalog has no pops; want one of `, []string{"catalog", "pops", "--country", "xx"}},
		{`--country is "ZZ"`, []string{"catalog", "metros", "--country", "ZZ", "--format", "csv"}},
		{"no such file or directory", []string{"cache", bad, "-o", filepath.Join(dir, "none", "rows.csv")}},
		{"no such file or directory", []string{"cache", bad, "--curve=" + filepath.Join(dir, "none", "curve.svg")}},
		{"is a directory", []string{"rtt", bad, "-o", dir}},
		{"no such file or directory", []string{"calibrate", dir, "-o", filepath.Join(dir, "none", "model.json")}},
		{"no such file or directory", []string{"verify", "-o", filepath.Join(dir, "none", "page.md")}},
		{"no such file or directory; make it first", []string{"run", scenarioFile(t, tiny), "-o", filepath.Join(dir, "none", "out")}},
		{"is a file; want a directory", []string{"run", scenarioFile(t, tiny), "-o", bad}},
		{"two results would go into it", []string{"calibrate", dir, "-o", filepath.Join(dir, "x"), "--page", filepath.Join(dir, "x")}},
		{filepath.Join(dir, "cities_train.csv") + ": there is no such file; want a table with the columns city_id, iso2, lat, lon", []string{"calibrate", dir}},
		{"none is no directory; want one with cities_train.csv, ", []string{"calibrate", filepath.Join(dir, "none")}},
		{"argument list must be one of", []string{"catalog", "cities"}},
		{"an argument is missing: want scenario", []string{"routes"}},
		{"--top", []string{"catalog", "metros", "--top", "-1"}},
	} {
		code, out, errs := run(t, context.Background(), c.args...)
		require.Equal(t, exitUsage, code, c.args)
		require.Contains(t, errs, c.want)
		require.Empty(t, out)
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries, "nothing is written for a mistake")
}

func TestCancelledRunFailsAndWritesNothingHalf(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "new")} {
		_, before := os.Stat(dir)
		code, _, errs := run(t, ctx, "run", scenarioFile(t, tiny), "-o", dir)
		require.Equal(t, exitInterrupted, code)
		require.Contains(t, errs, "edgewise: stopped; nothing is written\n")
		entries, after := os.ReadDir(dir)
		require.Equal(t, before == nil, after == nil, "no directory without a report")
		require.Empty(t, entries)
		require.NoDirExists(t, cellsOf(dir), "nor a store without runs")
	}
}

func TestInterruptedRunKeepsAFinishedReport(t *testing.T) {
	study, err := scenario.Parse("scenario.yaml", []byte(tiny))
	require.NoError(t, err)
	comparison, err := study.Run(context.Background())
	require.NoError(t, err)
	comparison.Planned = 3 // as if it had been interrupted after 2
	c := runCmd{Out: filepath.Join(t.TempDir(), "out")}
	manifest, from := filepath.Join(c.Out, "manifest.json"), report.Run{Scenario: []byte(tiny)}
	var o, e bytes.Buffer
	s := &streams{out: &o, err: &e}

	_, err = c.write(context.Background(), s, comparison, context.Canceled, from)
	require.EqualError(t, err, "stopped after 2 of 3 replications, which were written to "+c.Out+" without pictures: context canceled")
	entries, err := os.ReadDir(c.Out)
	require.NoError(t, err)
	for _, e := range entries {
		require.NotContains(t, []string{".svg", ".png", ".pdf"}, filepath.Ext(e.Name()))
	}
	code, text, errs := run(t, context.Background(), "reproduce", c.Out)
	require.Zero(t, code, errs)
	require.Contains(t, text, " files, the same to the bit")
	code, text, errs = run(t, context.Background(), "status", c.Out)
	require.Zero(t, code, errs)
	require.Contains(t, text, "not finished: 2 of 3 replications")
	require.Contains(t, text, "The run was interrupted, and no pictures were drawn.")
	partial, err := os.ReadFile(manifest)
	require.NoError(t, err)
	comparison.Planned = 2
	isComplete, err := c.write(context.Background(), s, comparison, nil, from)
	require.NoError(t, err, "a partial report gives way to a whole one")
	require.True(t, isComplete)
	whole, err := os.ReadFile(manifest)
	require.NoError(t, err)
	require.NotEqual(t, string(partial), string(whole))

	comparison.Planned = 3
	o.Reset()
	isComplete, err = c.write(context.Background(), s, comparison, context.Canceled, from)
	require.False(t, isComplete)
	require.ErrorContains(t, err, "2 of 3 replications, which are not written: "+c.Out+" keeps the report")
	require.Contains(t, o.String(), "verdicts against")
	require.NotContains(t, o.String(), "Written to")
	kept, err := os.ReadFile(manifest)
	require.NoError(t, err)
	require.Equal(t, string(whole), string(kept))
}

func TestCatalogListsInThreeFormats(t *testing.T) {
	code, out, errs := run(t, context.Background(), "catalog", "local-zones", "--country", "US", "--format", "csv")
	require.Zero(t, code, errs)
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{"id", "name", "country", "lat_deg", "lon_deg", "parent", "status", "announced", "opened", "zones"}, rows[0])
	require.Contains(t, out, "us-west-2-lax-1,Los Angeles,US,34.0522,-118.2437,us-west-2,open,,2019-12,a b\n")
	require.Contains(t, out, "us-west-2-las-1,Las Vegas,US,36.1699,-115.1398,us-west-2,open,,,a b\n")

	_, out, _ = run(t, context.Background(), "catalog", "regions", "--format", "csv", "--as-of", "2025-08-31")
	require.NotContains(t, out, "ap-southeast-6")
	require.Contains(t, out, "ap-east-2,Taipei,TW,25.0330,121.5654,open,,2025-06-06,\n")
	require.Contains(t, out, ",announced,2025-05,,\n", "Chile")
	_, out, errs = run(t, context.Background(), "catalog", "local-zones", "--format", "csv", "--country", "US", "--as-of", "2022-01-01")
	require.Contains(t, errs, fmt.Sprintf("does not know when %d of these %d local-zones opened, and lists them as open on 2022-01-01", strings.Count(out, "\n")-2, strings.Count(out, "\n")-1), "of Los Angeles it is known")
	code, _, errs = run(t, context.Background(), "catalog", "regions", "--as-of", "spring")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "--as-of: date is spring; want a day such as")

	code, out, errs = run(t, context.Background(), "catalog", "metros", "--top", "3", "--format", "json")
	require.Zero(t, code, errs)
	var metros []catalogRow
	require.NoError(t, json.Unmarshal([]byte(out), &metros))
	require.Len(t, metros, 3)
	require.NotEmpty(t, metros[0].TimeZone)
	require.Greater(t, metros[0].Users, metros[2].Users)

	for _, list := range []string{"regions", "wavelength-zones", "pops", "regional-edge-caches"} {
		code, out, errs = run(t, context.Background(), "catalog", list)
		require.Zero(t, code, errs)
		require.Contains(t, out, "LAT_DEG")
	}
	for _, args := range [][]string{{"--help"}, nil} {
		code, out, _ = run(t, context.Background(), args...)
		require.Zero(t, code)
		require.Contains(t, out, "catalog")
	}
}
