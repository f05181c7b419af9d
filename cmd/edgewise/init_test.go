package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
)

func TestInitWritesAScenarioOfAlternativesForAnyAnswers(t *testing.T) {
	for _, c := range []struct {
		serve, users, home string
		placements         []string
	}{
		{"site", "US", "us-east-1", []string{"region only", "+ PoPs"}},
		{"site,api,game", "US,Toronto", "us-west-2", []string{"region only", "+ PoPs", "+ Local Zones", "another region"}},
		{"api", "London,Paris", "westeurope", []string{"region only", "+ PoPs", "another region"}},
		{"game", "Germany", "eu-central-1", []string{"region only", "+ Local Zones", "another region"}},
		{"game", "JP", "asia-northeast1", []string{"region only", "another region"}},
		{"site", "Lagos,Nairobi", "af-south-1", []string{"region only", "+ PoPs"}},
	} {
		code, text, errs := run(t, context.Background(), "init", "--serve", c.serve, "--users", c.users, "--home", c.home)
		require.Zero(t, code, errs)
		study, err := scenario.Parse("scenario.yaml", []byte(text))
		require.NoError(t, err)
		var names []string
		for _, p := range study.Placements {
			names = append(names, p.Name)
		}
		require.Equal(t, c.placements, names, c)
		require.Len(t, study.Workloads, len(strings.Split(c.serve, ",")))
	}
}

func TestWhatInitWritesRuns(t *testing.T) {
	file := filepath.Join(t.TempDir(), "scenario.yaml")
	code, out, errs := run(t, context.Background(), "init", "--serve", "site,api", "--users", "Denver", "--home", "us-west-2", "-o", file)
	require.Zero(t, code, errs)
	require.Contains(t, out, "edgewise run "+file)
	dir := filepath.Join(t.TempDir(), "out")
	code, _, errs = run(t, context.Background(), "run", file, "-o", dir, "-q", "-r", "2")
	require.Zero(t, code, errs)
	code, _, errs = run(t, context.Background(), "init", "--serve", "site", "--users", "US", "--home", "us-west-2", "-o", file)
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "it is there already")
}

func TestInitAsks(t *testing.T) {
	var o, e bytes.Buffer
	code := execute(context.Background(), []string{"init"}, &streams{in: strings.NewReader("game\nDE\n\n"), out: &o, err: &e})
	require.Zero(t, code, e.String())
	require.Contains(t, e.String(), "What do you serve: site, api, game, or several between commas? [site] ")
	require.Contains(t, e.String(), "Which region serves them today? [eu-central-1] ")
	require.Contains(t, o.String(), "compute: eu-central-1")
	code, _, errs := run(t, context.Background(), "init")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "nobody answers; want the flags --serve, --users and --home")
	code, _, errs = run(t, context.Background(), "init", "--serve", "mail")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, `--serve is "mail"; want site, api or game`)
}

func TestValidateNamesProblemsByLine(t *testing.T) {
	good, bad := scenarioFile(t, tiny), scenarioFile(t, strings.Replace(tiny, "duration: 5s", "duration: 5", 1))
	code, out, errs := run(t, context.Background(), "validate", good, bad)
	require.Equal(t, exitUsage, code)
	require.Equal(t, good+" is valid: 2 placements, 1 workload, 1 metro\n", out)
	require.Contains(t, errs, bad+":2: duration: is \"5\"; want a time with its unit")
	code, out, _ = run(t, context.Background(), "validate", "--format", "json", bad)
	require.Equal(t, exitUsage, code)
	require.Contains(t, out, "\"line\": 2,\n        \"field\": \"duration\",")
	for _, file := range []string{"../../examples/break-even/sweep.yaml", "../../examples/three-zones/scenario.yaml"} {
		code, out, errs = run(t, context.Background(), "validate", file)
		require.Zero(t, code, errs)
		require.Contains(t, out, "is valid: a s")
	}
}

func TestSchemaIsPrinted(t *testing.T) {
	code, out, errs := run(t, context.Background(), "schema")
	require.Zero(t, code, errs)
	kept, err := os.ReadFile("../../docs/scenario.schema.json")
	require.NoError(t, err)
	require.Equal(t, string(kept), out)
}

func TestReportDrawsAnewWithoutARun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	code, table, errs := run(t, context.Background(), "run", scenarioFile(t, tiny), "-o", dir)
	require.Zero(t, code, errs)
	before, err := report.ReadManifest(dir)
	require.NoError(t, err)
	code, again, errs := run(t, context.Background(), "report", dir)
	require.Zero(t, code, errs)
	tables, _, _ := strings.Cut(table, "Written to")
	require.True(t, strings.HasPrefix(again, tables), "the same tables")
	require.Contains(t, again, "without a run: 2 placements of 2 replications")
	after, err := report.ReadManifest(dir)
	require.NoError(t, err)
	require.Equal(t, before, after, "the same files, to the bit")

	code, _, errs = run(t, context.Background(), "report", dir, "-q", "--format", "pdf", "--parquet", "--hdr")
	require.Zero(t, code, errs)
	for _, name := range []string{"latency_cdf.pdf", "hit_ratio.pdf", "distributions.parquet", "latency.hlog"} {
		require.FileExists(t, filepath.Join(dir, name))
	}
	code, out, errs := run(t, context.Background(), "reproduce", dir)
	require.Zero(t, code, "with what was asked for: "+errs)
	require.Contains(t, out, "the same to the bit")

	code, out, errs = run(t, context.Background(), "report", dir, "--format", "json")
	require.Zero(t, code, errs)
	_, err = report.ReadJSON(strings.NewReader(out))
	require.NoError(t, err)
	code, _, errs = run(t, context.Background(), "report", dir, "--format", "tiff")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, `--format is "tiff"; want table, json, svg, png, pdf`)
	code, _, errs = run(t, context.Background(), "report", t.TempDir())
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "manifest.json")
}
