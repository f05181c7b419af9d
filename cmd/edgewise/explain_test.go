package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheWayOfARequestIsPrinted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "s.yaml")
	require.NoError(t, os.WriteFile(file, []byte(`title: t
duration: 10s
check_warm_up: false
network: {provider: aws, metros: {names: [london, paris]}}
workloads:
  - {name: fps, preset: competitive-fps, concurrent_players: 20}
  - {name: site, kind: static, requests_per_second: 10, objects: 10, sizes: {median: 20kB}}
placements:
  - {name: edge, origin: eu-central-1, compute: eu-central-1, edge_caches: {sites: pop-lhr, size: 1MB}}
`), 0o600))
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--miss", "--metro", "london"}, "MISS at pop-lhr"},
		{[]string{"--slow"}, "request "},
		{[]string{"--request", "3"}, "request 3 of the recorded time"},
	} {
		code, out, errs := run(t, context.Background(), append([]string{"explain", file, "--placement", "edge"}, c.args...)...)
		require.Zero(t, code, errs)
		require.Contains(t, out, c.want)
		require.Contains(t, out, "time to the first byte")
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--placement", "no"}, `--placement is "no"; want one of "edge"`},
		{[]string{"--placement", "edge", "--workload", "fps"}, "a game, whose updates are not told"},
		{[]string{"--placement", "edge", "--workload", "shop"}, `--workload is "shop"; want one of "fps", "site"`},
		{[]string{"--placement", "edge", "--request", "100000"}, "request 100000; want 1 to"},
		{[]string{"--placement", "edge", "--replication=-1"}, "--replication is -1"},
	} {
		code, _, errs := run(t, context.Background(), append([]string{"explain", file}, c.args...)...)
		require.Equal(t, 2, code)
		require.Contains(t, errs, c.want)
	}
}

// Times of a window are those of the scenario, and what links did is told.
func TestARequestOfAWindowIsToldInTheTimeOfTheScenario(t *testing.T) {
	text := strings.Replace(eventful, "size: 1GiB", "size: 1GiB, preload: steady", 1) +
		"link_failures: [{between: [pop-lax, x-los-angeles-us], at: 20s, for: 30s, convergence: 1s}]\nwindow: {from: 40s, for: 20s}\n"
	file := scenarioFile(t, text)
	code, out, errs := run(t, context.Background(), "explain", file, "--placement", "PoP", "--request", "1")
	require.Zero(t, code, errs)
	require.Regexp(t, `request 1 of the window, 40\.\d+s after the run began`, out)
	require.Contains(t, out, " leads around the link pop-lax - x-los-angeles-us, which is down from 20 s to 50 s; routes lead around it from 21 s to 51 s\n")
	code, out, errs = run(t, context.Background(), "explain", file, "--placement", "PoP", "--request", "1", "--format", "json")
	require.Zero(t, code, errs)
	require.Contains(t, out, `"effect": "around"`)
	require.Contains(t, out, `"since_ms": 20000,`)
	require.Contains(t, out, `"routed_until_ms": 51000`)
}
