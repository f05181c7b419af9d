package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/batch"
)

// mapped is a small study with a file of its own beside it.
func mapped(t *testing.T) string {
	t.Helper()
	file := scenarioFile(t, strings.Replace(tiny, "network: {metros: {names: [los-angeles-us]}}",
		"network: {metros: {names: [los-angeles-us]}, sites: sites.csv}", 1)+"  - {name: own, extends: region, edge_caches: {sites: attic, size: 1MiB}}\n")
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(file), "sites.csv"),
		[]byte("id,lat_deg,lon_deg\nattic,34.1,-118.2\n"), 0o644))
	return file
}

// requireSameReport asserts that two directories hold the same files, to the bit.
func requireSameReport(t *testing.T, want, got string) {
	t.Helper()
	a, b := filesOf(t, want), filesOf(t, got)
	for name := range a {
		require.True(t, a[name] == b[name], "%s differs", name)
	}
	require.Len(t, b, len(a))
}

// TestShardsInAnyOrderMergeToTheReportOfOneRun has as many shards as cells, fewer, and more, in any order, some of them
// twice, in one store or several.
func TestShardsInAnyOrderMergeToTheReportOfOneRun(t *testing.T) {
	file, home := mapped(t), t.TempDir()
	whole := filepath.Join(home, "whole")
	code, _, errs := run(t, t.Context(), "run", file, "-o", whole, "-q")
	require.Zero(t, code, errs)
	counts := []int{1, 2, 7, 64}
	if raceEnabled {
		counts = []int{2}
	}
	for _, count := range counts {
		var stores []string
		order := append(rand.Perm(min(count, 7)), count-1, 0) // with 64 all that have cells and two that have none; the first a second time
		for i, index := range order {
			at := filepath.Join(home, fmt.Sprintf("store-%d-%d", count, i%2))
			if i == len(order)-1 {
				at = filepath.Join(home, fmt.Sprintf("store-%d-again", count))
			}
			code, _, errs := run(t, t.Context(), "shard", file, "-o", at, "--index", fmt.Sprint(index), "--count", fmt.Sprint(count), "-q")
			require.Zero(t, code, errs)
			if len(stores) == 0 || !strings.Contains(strings.Join(stores, " "), at) {
				stores = append(stores, at)
			}
		}
		rand.Shuffle(len(stores), func(i, j int) { stores[i], stores[j] = stores[j], stores[i] })
		out := filepath.Join(home, fmt.Sprintf("merged-%d", count))
		code, _, errs := run(t, t.Context(), append([]string{"merge", "-q", "-o", out}, stores...)...)
		require.Zero(t, code, errs)
		requireSameReport(t, whole, out)
	}
	code, out, errs := run(t, t.Context(), "reproduce", filepath.Join(home, "merged-2"))
	require.Zero(t, code, errs)
	require.Contains(t, out, "the same to the bit")
}

func TestMergeSaysWhatIsMissing(t *testing.T) {
	file, home := scenarioFile(t, tiny), t.TempDir()
	at, out := filepath.Join(home, "store"), filepath.Join(home, "out")
	code, _, errs := run(t, t.Context(), "shard", file, "-o", at, "-i", "0", "-n", "4")
	require.Zero(t, code, errs)
	require.Contains(t, errs, "round 0, shard 0 of 4: 1 cell to run, 0 are there")
	code, printed, _ := run(t, t.Context(), "status", at)
	require.Zero(t, code)
	require.Contains(t, printed, "1 runs are done and 3 missing")
	require.Contains(t, printed, "edgewise shard "+file+" -o "+at+" --index I --count N")
	require.Contains(t, printed, "What is missing takes ")

	code, _, errs = run(t, t.Context(), "merge", at, "-o", out)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, `3 cells of round 0 missing: placement "pop", replication 0; placement "region", replication 1`)
	require.NoDirExists(t, out)

	code, _, errs = run(t, t.Context(), "shard", file, "-o", at, "-i", "2", "-n", "4", "-q")
	require.Zero(t, code, errs)
	code, _, errs = run(t, t.Context(), "merge", at, "-o", out)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "1 replications of 2 are whole")
	code, printed, errs = run(t, t.Context(), "merge", at, "-o", out, "--partial")
	require.Equal(t, exitFailed, code, "less than was asked for")
	require.Contains(t, errs, "reported 1 of 2 replications")
	require.Contains(t, printed, "region")
	require.FileExists(t, filepath.Join(out, "manifest.json"))

	// The shards that are missing go on, whoever else has run meanwhile.
	code, _, errs = run(t, t.Context(), "shard", file, "-o", at, "-i", "0", "-n", "1")
	require.Zero(t, code, errs)
	require.Contains(t, errs, "2 cells to run, 2 are there")
	code, _, errs = run(t, t.Context(), "shard", file, "-o", at, "-i", "0", "-n", "1")
	require.Zero(t, code, errs)
	require.Contains(t, errs, "nothing to run: the study is complete")
	code, _, errs = run(t, t.Context(), "merge", at, "-o", out, "-q")
	require.Zero(t, code, errs)
	_, printed, _ = run(t, t.Context(), "status", at)
	require.Contains(t, printed, "Complete: edgewise merge "+at)
}

func TestAStudyThatDecidesItselfIsShardedInRounds(t *testing.T) {
	file, home := scenarioFile(t, strings.Replace(tiny, "replications: 2", "replications: {min: 2, max: 4, until: {mean: 0.1%}}", 1)), t.TempDir()
	whole, at, out := filepath.Join(home, "whole"), filepath.Join(home, "store"), filepath.Join(home, "out")
	code, _, errs := run(t, t.Context(), "run", file, "-o", whole, "-q")
	require.Zero(t, code, errs)
	code, _, errs = run(t, t.Context(), "shard", file, "-o", at, "-i", "0", "-n", "1", "--round", "1")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "of round 0 4 results are missing")
	rounds := 0
	for ; ; rounds++ {
		require.Less(t, rounds, 5)
		code, _, errs = run(t, t.Context(), "shard", file, "-o", at, "-i", "1", "-n", "2")
		require.Zero(t, code, errs)
		if strings.Contains(errs, "complete") {
			break
		}
		code, _, errs = run(t, t.Context(), "merge", at, "-o", out, "-q")
		require.Equal(t, exitFailed, code)
		require.Contains(t, errs, fmt.Sprintf("of round %d missing", rounds))
		require.Contains(t, errs, fmt.Sprintf("--round %d runs them", rounds))
		code, _, errs = run(t, t.Context(), "shard", file, "-o", at, "-i", "0", "-n", "2", "--round", fmt.Sprint(rounds))
		require.Zero(t, code, errs)
	}
	require.GreaterOrEqual(t, rounds, 2)
	code, _, errs = run(t, t.Context(), "merge", at, "-o", out, "-q")
	require.Zero(t, code, errs)
	requireSameReport(t, whole, out)
}

func TestAShardIsWhatTheSchedulerSays(t *testing.T) {
	all := []string{
		"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX", "SLURM_ARRAY_TASK_STEP",
		"JOB_COMPLETION_INDEX", "AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE",
	}
	number := func(n int) *int { return &n }
	for _, tt := range []struct {
		env          string
		index, count *int
		want         share
		err          string
	}{
		{env: "SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=4 SLURM_ARRAY_TASK_COUNT=4", want: share{2, 4}},
		{env: "SLURM_ARRAY_TASK_ID=6 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_MAX=8 SLURM_ARRAY_TASK_COUNT=5 SLURM_ARRAY_TASK_STEP=2", want: share{3, 5}},
		{env: "SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=7 SLURM_ARRAY_TASK_COUNT=3", err: "the array has gaps"},
		{env: "SLURM_ARRAY_TASK_ID=x SLURM_ARRAY_TASK_COUNT=3", err: `SLURM_ARRAY_TASK_ID is "x"; want a number`},
		{env: "AWS_BATCH_JOB_ARRAY_INDEX=9 AWS_BATCH_JOB_ARRAY_SIZE=10", want: share{9, 10}},
		{env: "JOB_COMPLETION_INDEX=0", count: number(3), want: share{0, 3}},
		{env: "JOB_COMPLETION_INDEX=0", err: "of how many shards?"},
		{env: "JOB_COMPLETION_INDEX=3", count: number(3), err: "--index is 3; want 0 to 2"},
		{env: "SLURM_ARRAY_TASK_ID=x", index: number(1), count: number(2), want: share{1, 2}},
		{index: number(-1), count: number(2), err: "--index is -1"},
		{index: number(0), count: number(0), err: "--count is 0; want 1 to"},
		{count: number(2), err: "which shard is this?"},
	} {
		for _, name := range all {
			t.Setenv(name, "")
		}
		for pair := range strings.FieldsSeq(tt.env) {
			name, value, _ := strings.Cut(pair, "=")
			t.Setenv(name, value)
		}
		got, err := shareOf(tt.index, tt.count)
		if tt.err != "" {
			require.ErrorContains(t, err, tt.err, tt.env)
			continue
		}
		require.NoError(t, err, tt.env)
		require.Equal(t, tt.want, got, tt.env)
	}
	// Every cell is in one share, and shares differ by one cell at most.
	for count := 1; count < 9; count++ {
		for cells := range 20 {
			held := make([]int, count)
			for n := range cells {
				owners := 0
				for i := range count {
					if (share{i, count}).holds(n) {
						held[i]++
						owners++
					}
				}
				require.Equal(t, 1, owners)
			}
			for _, n := range held {
				require.InDelta(t, float64(cells)/float64(count), n, 1)
			}
		}
	}
}

func TestBadShardsAndStoresAreRefused(t *testing.T) {
	file, other := scenarioFile(t, tiny), scenarioFile(t, strings.Replace(tiny, "50", "51", 1))
	at := filepath.Join(t.TempDir(), "store")
	code, _, errs := run(t, t.Context(), "shard", file, "-o", at, "-i", "0", "-n", "4", "-q")
	require.Zero(t, code, errs)
	nobody := filepath.Join(t.TempDir(), "nobody")
	for want, args := range map[string][]string{
		"which shard is this?":                  {"shard", file, "-o", nobody},
		"another scenario":                      {"shard", other, "-o", at, "-i", "0", "-n", "1"},
		"--round is -3":                         {"shard", file, "-o", nobody, "-i", "0", "-n", "1", "--round=-3"},
		"the place of a store is empty":         {"shard", file, "-o", "", "-i", "0", "-n", "1"},
		"the address has credentials":           {"shard", file, "-o", "s3://key:secret@bucket/x", "-i", "0", "-n", "1"},
		"with a prefix for these cells":         {"merge", "s3://bucket", "-o", nobody},
		"is no store":                           {"merge", t.TempDir(), "-o", nobody},
		"cells of another study":                {"merge", at, otherStore(t, other), "-o", nobody},
		"want 0 or more":                        {"shard", file, "-o", nobody, "-i", "0", "-n", "1", "--workers=-1"},
		"no such file":                          {"shard", filepath.Join(nobody, "none.yaml"), "-o", nobody, "-i", "0", "-n", "1"},
		"has mine, which no report has written": {"merge", at, "-o", directoryWith(t, "mine")},
		"has mine, which is no cell":            {"shard", file, "-o", directoryWith(t, "mine"), "-i", "0", "-n", "1"},
	} {
		code, _, errs := run(t, t.Context(), args...)
		require.Equal(t, exitUsage, code, "%v: %s", args, errs)
		require.Contains(t, errs, want)
		require.NoDirExists(t, nobody)
	}
}

func otherStore(t *testing.T, file string) string {
	at := filepath.Join(t.TempDir(), "other")
	code, _, errs := run(t, t.Context(), "shard", file, "-o", at, "-i", "0", "-n", "4", "-q")
	require.Zero(t, code, errs)
	return at
}

func directoryWith(t *testing.T, name string) string {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	return dir
}

// TestKilledShardsGoOn kills two processes that fill one store, again and again.
func TestKilledShardsGoOn(t *testing.T) {
	skipProcesses(t)
	text := strings.NewReplacer("replications: 2", "replications: 40", "duration: 5s", "duration: 20s").Replace(tiny)
	file, home := scenarioFile(t, text), t.TempDir()
	whole, at, out := filepath.Join(home, "whole"), filepath.Join(home, "store"), filepath.Join(home, "out")
	code, _, errs := run(t, t.Context(), "run", file, "-o", whole, "-q")
	require.Zero(t, code, errs)
	killed := 0
	for i := range 6 {
		var tasks []*process
		for index := range 2 {
			tasks = append(tasks, start(t, nil, "shard", file, "-o", at, "-i", fmt.Sprint(index), "-n", "2", "-q", "-w", "1"))
		}
		before := cellsIn(at)
		until(t, "cells", func() bool { return cellsIn(at) > before || cellsIn(at) == 80 })
		time.Sleep(rand.N(20 * time.Millisecond))
		signal := syscall.SIGKILL
		if i%3 == 2 {
			signal = syscall.SIGTERM
		}
		for _, p := range tasks {
			require.NoError(t, p.Process.Signal(signal))
			switch code := p.end(); {
			case code == -1 || code == exitInterrupted:
				killed++
			default:
				require.Zero(t, code, p.errs.String())
			}
		}
	}
	require.Positive(t, killed)
	for index := range 2 {
		code, _, errs := run(t, context.Background(), "shard", file, "-o", at, "-i", fmt.Sprint(index), "-n", "2", "-q")
		require.Zero(t, code, errs)
	}
	code, _, errs = run(t, t.Context(), "merge", at, "-o", out, "-q")
	require.Zero(t, code, errs)
	requireSameReport(t, whole, out)
}

// TestTheLongestCellsOfASweepRunFirst has points with more and fewer users: the order of the points is not that of their work.
func TestTheLongestCellsOfASweepRunFirst(t *testing.T) {
	text := strings.Replace(tinySweep, "workloads.api.data.calls: [0, 1, 3]", "workloads.api.requests_per_second: [4, 400, 40]", 1)
	of, err := batch.Reader{}.ParseFrom(t.Context(), "s.yaml", []byte(text), nil)
	require.NoError(t, err)
	cells, err := of.Cells()
	require.NoError(t, err)
	require.Len(t, cells, 18)
	require.NoError(t, longestFirst(t.Context(), of, cells, false))
	var points []string
	for _, c := range cells {
		points = append(points, c.Placement[strings.Index(c.Placement, "point"):])
	}
	require.Equal(t, slices.Concat(slices.Repeat([]string{"point 2"}, 6), slices.Repeat([]string{"point 3"}, 6), slices.Repeat([]string{"point 1"}, 6)), points)
}
