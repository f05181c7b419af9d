package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const choosing = `title: t
duration: 20s
network: {metros: {countries: [DE, FR], top: 6}}
workloads:
  - {name: shooter, preset: competitive-fps, concurrent_players: 500, sampled_updates: 0.005}
placements:
  - {name: Ireland, compute: eu-west-1}
search:
  candidates: {compute: [eu-central-1, eu-west-3, eu-south-1, eu-north-1]}
  choose: 2
  objective: {by: player_rtt within 20ms}
  simulated: 3
  replications: {min: 3, max: 6}
  variations: 5
`

func TestSearchSaysWhichSitesToChoose(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	file := scenarioFile(t, choosing)
	code, out, errs := run(t, context.Background(), "search", file, "-o", dir)
	require.Zero(t, code, errs)
	require.Contains(t, out, "Choose eu-central-1, eu-west-3: player_rtt within 20 ms of ")
	require.Contains(t, out, "scored all 6 alternatives")
	for _, name := range []string{"search.json", "search.csv", "search.md", "robustness.svg", "comparison.json", "manifest.json", "scenario.yaml"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.NotEmpty(t, data, name)
	}
	table, err := os.ReadFile(filepath.Join(dir, "search.csv"))
	require.NoError(t, err)
	require.Equal(t, 1+3+1, strings.Count(string(table), "\n"))
	require.Contains(t, string(table), "\n1,\"'+ eu-central-1")
	require.NoDirExists(t, dir+".cells")
	code, out, errs = run(t, context.Background(), "reproduce", dir, "-w", "1")
	require.Zero(t, code, errs)
	require.Contains(t, out, "the same to the bit")
	// What stands there is a report, and is replaced.
	code, _, errs = run(t, context.Background(), "search", file, "-o", dir, "-q")
	require.Zero(t, code, errs)
}

func TestASearchGoesOnWhereItWasEnded(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	file := scenarioFile(t, choosing)
	code, _, errs := run(t, context.Background(), "search", file, "-o", dir, "-q", "--keep-cells")
	require.Zero(t, code, errs)
	want, err := os.ReadFile(filepath.Join(dir, "search.json"))
	require.NoError(t, err)
	// Some of its runs are lost.
	kept, err := filepath.Glob(filepath.Join(dir+".cells", "*", "*"))
	require.NoError(t, err)
	more, err := filepath.Glob(filepath.Join(dir+".cells", "*"))
	require.NoError(t, err)
	removed := 0
	for i, name := range append(kept, more...) {
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() && strings.HasSuffix(name, ".cell") && i%3 == 0 {
			require.NoError(t, os.Remove(name))
			removed++
		}
	}
	require.NoError(t, os.RemoveAll(dir))
	code, _, errs = run(t, context.Background(), "search", file, "-o", dir)
	require.Zero(t, code, errs)
	require.Contains(t, errs, "going on with")
	got, err := os.ReadFile(filepath.Join(dir, "search.json"))
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}

func TestASearchNeedsItsKey(t *testing.T) {
	code, _, errs := run(t, context.Background(), "search", scenarioFile(t, tiny), "-o", t.TempDir())
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, `has no key "search"`)
	code, _, errs = run(t, context.Background(), "search", scenarioFile(t, choosing))
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "missing flags: --out=DIR")
	code, out, errs := run(t, context.Background(), "search", scenarioFile(t, choosing), "-n")
	require.Zero(t, code, errs)
	require.Contains(t, out, "+ eu-central-1, eu-west-3")
}

func TestASearchThatIsStoppedSaysSo(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	dir := filepath.Join(t.TempDir(), "out")
	code, _, errs := run(t, ctx, "search", scenarioFile(t, choosing), "-o", dir, "-q")
	require.Equal(t, exitInterrupted, code, errs)
	require.NoDirExists(t, dir)
}

// Two shards share the rounds of a search, and their report is that of one command, to the bit.
func TestShardsOfASearchMergeToItsReport(t *testing.T) {
	file, home := scenarioFile(t, choosing), t.TempDir()
	whole, merged, store := filepath.Join(home, "whole"), filepath.Join(home, "merged"), filepath.Join(home, "store")
	code, _, errs := run(t, t.Context(), "search", file, "-o", whole, "-q")
	require.Zero(t, code, errs)
	shard := func(index string) {
		t.Helper()
		code, _, errs := run(t, t.Context(), "shard", file, "--search", "-o", store, "--index", index, "--count", "2", "-q")
		require.Zero(t, code, errs)
	}
	for round := range 8 {
		shard("1")
		if round == 0 {
			_, out, _ := run(t, t.Context(), "status", store)
			require.Contains(t, out, "go on: edgewise shard --search "+file)
		}
		if code, _, errs = run(t, t.Context(), "merge", store, "-o", merged, "-q"); code == 0 {
			break
		}
		require.Contains(t, errs, "edgewise shard --search SCENARIO")
		shard("0")
	}
	require.Zero(t, code, errs)
	requireSameReport(t, whole, merged)
	code, out, errs := run(t, t.Context(), "status", store)
	require.Zero(t, code, errs)
	require.Contains(t, out, "eu-central-1")
	// A store of a search has no cells of the scenario's placements.
	code, _, errs = run(t, t.Context(), "shard", file, "-o", store, "--index", "0", "--count", "1", "-q")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "with another ")
}
