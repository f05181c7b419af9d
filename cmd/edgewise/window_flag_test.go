package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A window that a flag asks for is the scenario's key: the same numbers, in a report that says so.
func TestAWindowIsAskedForByAFlag(t *testing.T) {
	preloaded := strings.NewReplacer("duration: 5s", "duration: 3m").Replace(tiny)
	file, dir := scenarioFile(t, preloaded), t.TempDir()
	keyed := scenarioFile(t, preloaded+"window: {from: 2m0s, for: 30s, begun: steady}\n")
	ctx := context.Background()
	code, _, errs := run(t, ctx, "run", file, "-o", filepath.Join(dir, "flag"), "--window", "2m,30s,steady")
	require.Zero(t, code, errs)
	code, _, errs = run(t, ctx, "run", keyed, "-o", filepath.Join(dir, "key"))
	require.Zero(t, code, errs)
	for _, name := range []string{"comparison.json", "scenario.yaml"} {
		flag, err := os.ReadFile(filepath.Join(dir, "flag", name))
		require.NoError(t, err)
		key, err := os.ReadFile(filepath.Join(dir, "key", name))
		require.NoError(t, err)
		require.Equal(t, string(key), string(flag), name)
	}
	for value, want := range map[string]string{
		"2m":          `--window: is "2m"; want when it begins and how long it lasts, for example 19h,1h`,
		"2m,soon":     `--window: is "2m,soon", of which "soon" is no time`,
		"2m,30s,dawn": `--window: is "2m,30s,dawn", of which "dawn" is no state; want day or steady`,
		"9m,30s":      "edgewise: --window: from is 9m0s; want",
	} {
		code, _, errs := run(t, ctx, "run", file, "-o", filepath.Join(dir, "not"), "--window", value)
		require.Equal(t, 2, code, value)
		require.Contains(t, errs, want)
	}
	code, _, errs = run(t, ctx, "run", keyed, "-o", filepath.Join(dir, "not"), "--window", "1m,30s")
	require.Equal(t, 2, code)
	require.Contains(t, errs, "--window: the scenario has a window in line ")
	code, _, errs = run(t, ctx, "run", scenarioFile(t, `{"title": "x"}`), "-o", filepath.Join(dir, "not"), "--window", "1m,30s")
	require.Equal(t, 2, code)
	require.Contains(t, errs, "--window: the scenario is no mapping with a key a line")
}
