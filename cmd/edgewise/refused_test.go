package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const overloaded = `title: Overload
duration: 30s
warm_up: 2s
replications: 2
network: {metros: {names: [los-angeles-us]}}
workloads: [{name: api, preset: api-dynamic, requests_per_second: 50, day: flat, service: 100ms}]
placements:
  - {name: too few, compute: {sites: us-west-2, servers: 2}}
  - {name: enough, compute: us-west-2}
`

func TestOverloadedPlacementIsRefusedInEveryOutput(t *testing.T) {
	dir := t.TempDir()
	code, out, errs := run(t, context.Background(), "run", scenarioFile(t, overloaded), "-o", dir)
	require.Equal(t, exitRefused, code)
	require.NoDirExists(t, cellsOf(dir), "the report is complete")
	const why = "api at us-west-2: work for 5.05 servers, of which there are 2: a load of 252 %"
	require.Contains(t, strings.Join(strings.Fields(out), " "), "Refused: too few: "+why+", so that it will never be steady. ")
	require.Contains(t, out, "enough")
	require.Contains(t, errs, why)
	for name, want := range map[string]string{
		"comparison.md":   "- Refused: too few: " + why,
		"comparison.json": `"reason": "` + why,
		"comparison.csv":  "too few,api,,load,refused,share,2.525,",
		"manifest.json":   `"too few: ` + why,
	} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Contains(t, string(text), want, name)
	}
	code, _, errs = run(t, context.Background(), "reproduce", dir)
	require.Zero(t, code, errs)
}

func TestStatusCountsNoRunsOfRefusedPlacements(t *testing.T) {
	dir := t.TempDir()
	code, _, errs := run(t, context.Background(), "run", scenarioFile(t, overloaded), "-o", dir, "--keep-cells", "-q")
	require.Equal(t, exitRefused, code, errs)
	code, out, errs := run(t, context.Background(), "status", dir)
	require.Zero(t, code, errs)
	require.Contains(t, out, "2 runs are done and 0 missing; 2 replications are planned.")
	require.Contains(t, out, "Refused as overloaded, and not run: too few.\n")
	require.NotRegexp(t, `(?m)^. too few`, out, "no row of the table")
	require.NotContains(t, out, "The same command goes on")
}
