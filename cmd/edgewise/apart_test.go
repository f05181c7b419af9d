package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAReportAndItsStoreLieApart(t *testing.T) {
	file := scenarioFile(t, tiny)
	t.Chdir(t.TempDir())
	for _, dir := range []string{"s", "x", "shards"} {
		require.NoError(t, os.Mkdir(dir, 0o777))
	}
	require.NoError(t, os.Symlink("s", "link"))
	code, _, errs := run(t, t.Context(), "shard", file, "-o", "shards", "-q", "-i", "0", "-n", "1")
	require.Zero(t, code, errs)
	for _, tt := range []struct{ out, store, want string }{
		{"s/out", "s", "report into s/out: it lies in s, the store of the runs; want a directory outside"},
		{"link/out", "s", "report into link/out: it lies in s, the store"},
		{"s/out", "./x/../link", "it lies in"},
		{"x", "x", "report into x: the store of the runs is the same directory"},
		{"s", "link", "the store of the runs is the same directory"},
		{"x", "x/cells", "report into x: x/cells, the store of the runs, lies in it"},
		{"x/new", "x/new/cells", "lies in it"},
	} {
		code, out, errs := run(t, t.Context(), "run", file, "-o", tt.out, "--store", tt.store)
		require.Equal(t, exitUsage, code, errs)
		require.Contains(t, errs, tt.want)
		require.NotRegexp(t, predictedLine, errs, "before the run")
		require.Empty(t, out)
	}
	for _, dir := range []string{"s", "x"} {
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, entries)
	}
	code, _, errs = run(t, t.Context(), "merge", "shards", "-o", "shards/out")
	require.Equal(t, exitUsage, code, errs)
	require.Contains(t, errs, "report into shards/out: it lies in shards, the store of the runs")
	require.NoDirExists(t, filepath.Join("shards", "out"))
	code, _, errs = run(t, t.Context(), "merge", "shards", "-o", "shards", "--force")
	require.Equal(t, exitUsage, code, errs)

	code, _, errs = run(t, t.Context(), "run", file, "-o", "x/out", "--store", "x/cells", "-q")
	require.Zero(t, code, errs)
}
