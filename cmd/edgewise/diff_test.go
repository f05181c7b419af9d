package main

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/report"
)

func TestDiffSaysWhatDiffersBeyondChance(t *testing.T) {
	home := t.TempDir()
	reportOf := func(name, text string) string {
		dir := filepath.Join(home, name)
		code, _, errs := run(t, context.Background(), "run", scenarioFile(t, text), "-o", dir, "-q")
		require.Zero(t, code, errs)
		return dir
	}
	slower := strings.Replace(tiny, "title: Tiny", "title: Tiny", 1)
	slower = strings.Replace(strings.Replace(slower, "replications: 2", "replications: 6", 1), "origin: us-west-2", "origin: eu-central-1", 1)
	before := reportOf("before", strings.Replace(tiny, "replications: 2", "replications: 6", 1))
	after := reportOf("after", slower)
	code, out, errs := run(t, context.Background(), "diff", before, after, "--exit-code")
	require.Equal(t, exitDiffers, code, errs)
	require.Contains(t, out, "- the scenario is another\n")
	require.Contains(t, out, "Differences are of pairs, for both met the same users")
	require.Regexp(t, `region +│? *.*site +.*mean.*worse`, out)

	code, out, errs = run(t, context.Background(), "diff", before, before, "--exit-code")
	require.Zero(t, code, errs)
	require.NotContains(t, out, "worse")

	// With another seed they are independent, and nothing differs beyond chance.
	other := reportOf("other", strings.Replace(tiny, "replications: 2", "replications: 6\nseed: 9", 1))
	code, out, errs = run(t, context.Background(), "diff", before, other, "--exit-code")
	require.Zero(t, code, errs+out)
	require.Contains(t, out, "Differences are of independent runs")

	code, out, errs = run(t, context.Background(), "diff", before, after, "--all", "--format", "json")
	require.Zero(t, code, errs)
	var changes report.Changes
	require.NoError(t, json.Unmarshal([]byte(out), &changes))
	a, _, err := report.ReadComparison(before)
	require.NoError(t, err)
	require.Greater(t, len(changes.Figures), len(a.Placements[0].Workloads[0].Figures))
	for _, f := range changes.Figures {
		if f.Difference.HasInterval() {
			require.InDelta(t, f.After.Value-f.Before.Value, f.Difference.Value, 1e-6*max(1, f.Before.Value))
		}
	}
}

func TestAnExpectationThatIsNotMetHasACodeOfItsOwn(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	code, out, errs := run(t, context.Background(), "run", scenarioFile(t, tiny+"expect: {site.mean: < 1ms}\n"), "-o", dir)
	require.Equal(t, exitUnmet, code, errs)
	require.Contains(t, out, "Expected: 1 of 1 figure not met\n- not met: pop, site ttfb mean < 1 ms: ")
	require.Contains(t, errs, "edgewise: not met: pop, site ttfb mean < 1 ms: ")
	require.FileExists(t, filepath.Join(dir, "comparison.json"))
	code, out, errs = run(t, context.Background(), "run", scenarioFile(t, tiny+"expect: {site.mean: < 10s}\n"), "-o", dir)
	require.Zero(t, code, errs)
	require.Contains(t, out, "Expected: 1 figure, all met\n")
}
