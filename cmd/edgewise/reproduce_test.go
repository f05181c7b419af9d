package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReproduceFindsTheSameBits(t *testing.T) {
	dir := t.TempDir()
	code, _, errs := run(t, context.Background(), "run", scenarioFile(t, tiny), "-o", dir, "-q", "-r", "3")
	require.Zero(t, code, errs)
	code, out, errs := run(t, context.Background(), "reproduce", dir, "-w", "1")
	require.Zero(t, code, errs)
	require.Contains(t, out, "3 replications of 2 placements")
	require.Contains(t, out, "the same to the bit")

	csv := filepath.Join(dir, "comparison.csv")
	text, err := os.ReadFile(csv)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(csv, append(text, ' '), 0o666))
	code, out, errs = run(t, context.Background(), "reproduce", dir)
	require.Equal(t, exitDiffers, code)
	require.Empty(t, out)
	require.Contains(t, errs, "comparison.csv: has been changed since it was written")
	require.NotContains(t, errs, "comparison.json")
}

func TestReproduceFollowsTheScenarioSRule(t *testing.T) {
	dir := t.TempDir()
	text := strings.Replace(tiny, "replications: 2", "replications: {min: 3, max: 4, until: {mean: 1%}}", 1)
	require.NotEqual(t, tiny, text)
	for _, extra := range [][]string{nil, {"-r", "2"}} {
		code, out, errs := run(t, context.Background(), append([]string{"run", scenarioFile(t, text), "-o", dir}, extra...)...)
		require.Zero(t, code, errs)
		require.Equal(t, extra == nil, strings.Contains(out, "Stopped after 4 replications: budget used up"), out)
		code, out, errs = run(t, context.Background(), "reproduce", dir)
		require.Zero(t, code, errs)
		require.Contains(t, out, "the same to the bit")
	}
}

func TestReproduceNoticesOtherResults(t *testing.T) {
	dir := t.TempDir()
	code, _, errs := run(t, context.Background(), "run", scenarioFile(t, tiny), "-o", dir, "-q")
	require.Zero(t, code, errs)
	// A manifest of more replications than the figures rest on.
	path := filepath.Join(dir, "manifest.json")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	changed := strings.Replace(string(text), `"planned_replications": 2`, `"planned_replications": 3`, 1)
	changed = strings.Replace(changed, `"replications": 2`, `"replications": 3`, 1)
	require.NotEqual(t, string(text), changed)
	require.NoError(t, os.WriteFile(path, []byte(changed), 0o666))
	code, _, errs = run(t, context.Background(), "reproduce", dir)
	require.Equal(t, exitDiffers, code)
	require.Contains(t, errs, "comparison.json: the run gives another text")
	require.Contains(t, errs, "comparison.csv: ")
}

func TestReproduceHoldsTheManifestAgainstTheRun(t *testing.T) {
	dir := t.TempDir()
	code, _, errs := run(t, context.Background(), "run", scenarioFile(t, tiny), "-o", dir, "-q")
	require.Zero(t, code, errs)
	path := filepath.Join(dir, "manifest.json")
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	for want, change := range map[string][2]string{
		"manifest.json: its seed is 17; the run has 0":                      {`"seed": 0`, `"seed": 17`},
		"manifest.json: its level is 0.5; the run has 0.95":                 {`"level": 0.95`, `"level": 0.5`},
		`manifest.json: its start is "2027-03-02T00:00:00Z"; the run has "`: {`"start": "2026`, `"start": "2027`},
		"manifest.json: its hash of comparison.csv is not that of the":      {`"name": "comparison.csv",` + "\n      " + `"sha256": "`, `"name": "comparison.csv",` + "\n      " + `"sha256": "0`},
	} {
		changed := strings.Replace(string(good), change[0], change[1], 1)
		require.NotEqual(t, string(good), changed, want)
		require.NoError(t, os.WriteFile(path, []byte(changed), 0o666))
		code, out, errs := run(t, context.Background(), "reproduce", dir)
		require.Equal(t, exitDiffers, code)
		require.Empty(t, out)
		require.Contains(t, errs, want)
	}
}

func TestReproduceNeedsAManifest(t *testing.T) {
	code, _, errs := run(t, context.Background(), "reproduce", t.TempDir())
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "manifest.json")
}

func TestReproduceNeedsNothingButTheReport(t *testing.T) {
	text := strings.Replace(tiny, "network: {", "network: {sites: ../own.csv, ", 1)
	text = strings.Replace(text, "sites: pop-lax", "sites: mine", 1)
	home := t.TempDir()
	own, file := filepath.Join(home, "own.csv"), filepath.Join(home, "below", "scenario.yaml")
	require.NoError(t, os.WriteFile(own, []byte("id,lat_deg,lon_deg\nmine,34,-118\n"), 0o666))
	require.NoError(t, os.Mkdir(filepath.Dir(file), 0o777))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
	dir := t.TempDir()
	code, out, errs := run(t, context.Background(), "run", file, "-o", dir)
	require.Zero(t, code, errs)
	require.Contains(t, strings.Join(strings.Fields(out), " "), "scenario.yaml, the files it names and manifest.json")
	require.NoError(t, os.RemoveAll(home))
	code, out, errs = run(t, context.Background(), "reproduce", dir)
	require.Zero(t, code, errs)
	require.Contains(t, out, "the same to the bit")

	require.NoError(t, os.WriteFile(filepath.Join(dir, "inputs", "own.csv"), []byte("id,lat_deg,lon_deg\nmine,35,-118\n"), 0o666))
	code, _, errs = run(t, context.Background(), "reproduce", dir)
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "own.csv has been changed since it was written")
}

func TestReproduceNamesThePartsThatItDoesNotHave(t *testing.T) {
	dir := t.TempDir()
	code, _, errs := run(t, context.Background(), "run", scenarioFile(t, tiny), "-o", dir, "-q")
	require.Zero(t, code, errs)
	path := filepath.Join(dir, "manifest.json")
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	changed := strings.Replace(string(good), `"files": [`, `"own_parts": ["demand example.org/bots.Crawler", "measure bots, share"], "files": [`, 1)
	require.NoError(t, os.WriteFile(path, []byte(changed), 0o666))
	code, _, errs = run(t, context.Background(), "reproduce", dir)
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "manifest.json was made with parts that this program does not have: demand example.org/bots.Crawler; measure bots, share;")
}
