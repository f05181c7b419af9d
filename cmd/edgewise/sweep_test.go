package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"
)

const tinySweep = `title: How many calls
warm_up: 5s
duration: 10s
seed: 1
replications: 3
network: {metros: {names: [warsaw-pl, madrid-es]}}
workloads: [{name: api, preset: api-dynamic, requests_per_second: 40, data: {home: eu-central-1, probability: 1, calls: 1}}]
placements:
  - {name: region, compute: eu-central-1}
  - {name: zone, compute: [eu-central-1, eu-central-1-waw-1]}
sweep:
  grid: {workloads.api.data.calls: [0, 1, 3]}
  figures: [{workload: api, metric: ttfb, statistic: mean, by_metro: true, reaches: 90ms}]
`

func TestASweepIsReportedAndReproduced(t *testing.T) {
	file, out := scenarioFile(t, tinySweep), filepath.Join(t.TempDir(), "out")
	code, text, errs := run(t, t.Context(), "sweep", file, "-o", out, "--parquet")
	require.Zero(t, code, errs)
	require.Contains(t, text, "zone has less than region below calls = ")
	require.Contains(t, errs, "3 points; 18 runs of 6 placements")
	for _, name := range []string{"report.html", "sweep.csv", "sweep.json", "sweep.md", "sweep.svg", "sweep.png", "metros.svg", "sweep.parquet", "scenario.yaml", "manifest.json"} {
		require.FileExists(t, filepath.Join(out, name))
	}
	require.NoDirExists(t, out+".cells")

	table := filesOf(t, out)["sweep.csv"]
	rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{"point", "workloads.api.data.calls", "placement", "workload", "metro", "metric"}, rows[0][:6])
	require.Equal(t, []string{"3", "3", "zone", "api", "warsaw-pl"}, rows[len(rows)-4][:5])
	var found struct {
		Crossings []struct {
			Metro, Order string
			Places       []struct{ At float64 }
		}
		Points []struct{ Values map[string]any }
	}
	require.NoError(t, json.Unmarshal([]byte(filesOf(t, out)["sweep.json"]), &found))
	require.Len(t, found.Crossings, 3, "all users, and two metros")
	require.Equal(t, "crosses", found.Crossings[0].Order)
	require.Greater(t, found.Crossings[0].Places[0].At, 0.5)
	require.Less(t, found.Crossings[0].Places[0].At, 1.5)
	require.Equal(t, map[string]any{"workloads.api.data.calls": 3.0}, found.Points[2].Values)

	// The Parquet file has the rows of the CSV.
	columns := []byte(filesOf(t, out)["sweep.parquet"])
	stored, err := parquet.OpenFile(bytes.NewReader(columns), int64(len(columns)))
	require.NoError(t, err)
	require.EqualValues(t, len(rows)-1, stored.NumRows())

	code, text, errs = run(t, t.Context(), "reproduce", out)
	require.Zero(t, code, errs)
	require.Contains(t, text, "3 points, 9 files, the same to the bit")
	code, _, errs = run(t, t.Context(), "run", file, "-o", out)
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "want edgewise sweep")

	// A point is a scenario of its own.
	code, text, errs = run(t, t.Context(), "sweep", file, "--point", "3")
	require.Zero(t, code, errs)
	require.Contains(t, text, "calls: 3}")
	single := filepath.Join(t.TempDir(), "single")
	code, _, errs = run(t, t.Context(), "run", scenarioFile(t, text), "-o", single, "-q")
	require.Zero(t, code, errs)
	code, _, errs = run(t, t.Context(), "sweep", file, "--point", "4")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "--point is 4; want 1 to 3")
}

func TestAnEndedSweepGoesOn(t *testing.T) {
	file, home := scenarioFile(t, tinySweep), t.TempDir()
	whole, out := filepath.Join(home, "whole"), filepath.Join(home, "out")
	code, _, errs := run(t, t.Context(), "sweep", file, "-o", whole, "-q", "--keep-cells")
	require.Zero(t, code, errs)
	cells, err := filepath.Glob(whole + ".cells/*.cell")
	require.NoError(t, err)
	require.Len(t, cells, 18)

	// As if the sweep had been ended after six cells.
	require.NoError(t, os.Rename(whole+".cells", out+".cells"))
	for _, cell := range cells[6:] {
		require.NoError(t, os.Remove(filepath.Join(out+".cells", filepath.Base(cell))))
	}
	code, text, errs := run(t, t.Context(), "status", out)
	require.Zero(t, code, errs)
	require.Contains(t, text, "6 runs are done and 12 missing")
	code, _, errs = run(t, t.Context(), "sweep", file, "-o", out)
	require.Zero(t, code, errs)
	require.Contains(t, errs, "going on with 6 runs")
	requireSameReport(t, whole, out)
}

// Shards of a sweep, in any order and in several stores, merge to the report of one run, byte by byte; one that decides itself how
// many replications it needs does so round by round.
func TestShardsOfASweepMergeToItsReport(t *testing.T) {
	rule := strings.Replace(tinySweep, "replications: 3", "replications: {min: 2, max: 4, until: {mean: 0.01%}}", 1)
	for name, text := range map[string]string{"fixed": tinySweep, "until": rule} {
		t.Run(name, func(t *testing.T) {
			file, home := scenarioFile(t, text), t.TempDir()
			whole, merged := filepath.Join(home, "whole"), filepath.Join(home, "merged")
			code, _, errs := run(t, t.Context(), "sweep", file, "-o", whole, "-q")
			require.Zero(t, code, errs)
			stores := []string{filepath.Join(home, "a"), filepath.Join(home, "b")}
			shard := func(store string, index int, flags ...string) {
				t.Helper()
				code, _, errs := run(t, t.Context(), append([]string{"shard", file, "-o", store, "--index", fmt.Sprint(index), "--count", "2", "-q"}, flags...)...)
				require.Zero(t, code, errs)
			}
			if name == "fixed" {
				shard(stores[1], 1)
				shard(stores[0], 0)
				shard(stores[1], 1)
			} else {
				stores = stores[:1] // those that decide must see what all have found
				for range 8 {
					shard(stores[0], 1)
					code, _, errs := run(t, t.Context(), "merge", stores[0], "-o", merged, "-q")
					if code == 0 {
						break
					}
					require.Contains(t, errs, "missing")
					shard(stores[0], 0)
				}
			}
			code, _, errs = run(t, t.Context(), append([]string{"merge", "-o", merged, "-q"}, stores...)...)
			require.Zero(t, code, errs)
			requireSameReport(t, whole, merged)
		})
	}
}

func TestPointsThatAreOverloadedAreLeftOut(t *testing.T) {
	text := strings.NewReplacer("grid: {workloads.api.data.calls: [0, 1, 3]}", "grid: {placements.region.compute.servers: [0, 1, 8]}",
		"compute: eu-central-1}", "compute: {sites: eu-central-1, servers: 1}}", "[eu-central-1, eu-central-1-waw-1]", "{sites: eu-west-1, servers: 2}",
		"requests_per_second: 40", "requests_per_second: 90", ", reaches: 90ms", "").Replace(tinySweep)
	file, out := scenarioFile(t, strings.Replace(text, "[0, 1, 8]", "[1, 8]", 1)), filepath.Join(t.TempDir(), "out")
	code, shown, errs := run(t, t.Context(), "sweep", file, "-o", out)
	require.Equal(t, exitRefused, code, errs)
	require.Contains(t, shown, "Not compared")
	require.Contains(t, shown, "servers 1: region: ")
	require.Contains(t, filesOf(t, out)["sweep.csv"], "refused,reason")
}
