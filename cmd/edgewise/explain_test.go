package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
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
		{[]string{"--request", "3"}, "request 3 of "},
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
		{[]string{"--placement", "edge", "--request", "100000"}, "s.yaml: --request is 100000; want 1 to"},
		{[]string{"--placement", "edge", "--replication=-1"}, "--replication is -1; want 0 to 9"},
		{[]string{"--placement", "edge", "-r", "10"}, "--replication is 10; want 0 to 9"},
		{[]string{"--placement", "edge", "--failed"}, `of workload "site" failed in the recorded time`},
		{[]string{"--placement", "edge", "--metro", "paris", "--retried"}, `of workload "site" from "paris-fr" was asked again in the recorded time`},
		{[]string{"--placement", "edge", "--rejected"}, "was rejected in the recorded time"},
		{[]string{"--placement", "edge", "--slow", "--request", "1"}, "can't be used together"},
	} {
		code, _, errs := run(t, context.Background(), append([]string{"explain", file}, c.args...)...)
		require.Equal(t, 2, code)
		require.Contains(t, errs, c.want)
	}
}

// The slowest is that by the byte by which the workload is judged, of all metros; a request that was asked again, failed or was rejected is found by that.
func TestARequestIsFoundByWhatBecameOfIt(t *testing.T) {
	file := scenarioFile(t, `title: t
duration: 30s
replications: 2
check_warm_up: false
network: {provider: aws, metros: {names: [london, madrid]}}
workloads:
  - {name: api, kind: dynamic, requests_per_second: 40, service: {mean: 20ms}, response_size: 200kB, judged: ttlb, patience: {timeout: 500ms, retries: 1, at: next, backoff: 100ms}}
failures: [{site: eu-central-1, at: 10s, for: 10s, timeout: 2s}]
placements:
  - {name: two, compute: {sites: [eu-central-1, eu-west-1], servers: {count: 1, queue: 0}}}
`)
	explain := func(args ...string) string {
		code, out, errs := run(t, context.Background(), append([]string{"explain", file, "--placement", "two"}, args...)...)
		require.Zero(t, code, errs)
		return out
	}
	require.Contains(t, explain("--slow"), "that with the longest time to the last byte, by which api is judged, of the ")
	require.Contains(t, explain("--slow"), " recorded from all metros\n")
	require.Contains(t, explain("--slow", "--metro", "madrid"), " recorded from madrid-es\n")
	last := func(out string) (ms float64) {
		_, err := fmt.Sscanf(regexp.MustCompile(`(\S+) ms to the last`).FindString(out), "%f", &ms)
		require.NoError(t, err)
		return ms
	}
	all := last(explain("--slow"))
	require.Equal(t, all, max(last(explain("--slow", "--metro", "madrid")), last(explain("--slow", "--metro", "london")))) //nolint:testifylint // the same
	retried := explain("--retried")
	require.Regexp(t, `: try 1: (.|\n)*the client waits before it asks again\n(.|\n)*: asked again\n(.|\n)*propagation: `, retried)
	require.NotRegexp(t, `propagation: (.|\n)*: try 1`, retried)
	require.Contains(t, explain("--rejected"), "REJECTED at ")
	code, _, errs := run(t, context.Background(), "explain", file, "--placement", "two", "-r", "2")
	require.Equal(t, 2, code)
	require.Contains(t, errs, "--replication is 2; want 0 to 1")
}

// Times of a window are those of the scenario, and what links did is told.
func TestARequestOfAWindowIsToldInTheTimeOfTheScenario(t *testing.T) {
	text := strings.Replace(eventful, "size: 1GiB", "size: 1GiB, preload: steady", 1) +
		"link_failures: [{between: [pop-lax, x-los-angeles-us], at: 20s, for: 30s, convergence: 1s}]\nwindow: {from: 40s, for: 20s}\n"
	file := scenarioFile(t, text)
	code, out, errs := run(t, context.Background(), "explain", file, "--placement", "PoP", "--request", "1")
	require.Zero(t, code, errs)
	require.Regexp(t, `request 1 of \d+ from \S+ in the window, 40\.\d+s after the run began`, out)
	require.Contains(t, out, " leads around the link pop-lax - x-los-angeles-us, which is down from 20 s to 50 s; routes lead around it from 21 s to 51 s\n")
	code, out, errs = run(t, context.Background(), "explain", file, "--placement", "PoP", "--request", "1", "--format", "json")
	require.Zero(t, code, errs)
	require.Contains(t, out, `"effect": "around"`)
	require.Contains(t, out, `"since_ms": 20000,`)
	require.Contains(t, out, `"routed_until_ms": 51000`)
}

// Of several requests of one instant the text says so, and each is told by its number.
func TestRequestsOfOneInstantAreToldApart(t *testing.T) {
	file := scenarioFile(t, `title: t
duration: 10s
check_warm_up: false
network: {provider: aws, metros: {names: [london]}}
workloads: [{name: log, kind: trace, file: log.csv}]
placements:
  - {name: edge, origin: eu-central-1, edge_caches: {sites: pop-lhr, size: 1MB}}
`)
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(file), "log.csv"), []byte("time,object,bytes\n1,a,1000\n2,a,1000\n2,b,1000\n3,c,1000\n"), 0o600))
	explain := func(args ...string) string {
		code, out, errs := run(t, context.Background(), append([]string{"explain", file, "--placement", "edge"}, args...)...)
		require.Zero(t, code, errs)
		return out
	}
	const both = "london-gb asked requests 2 to 3 at the same instant: they have the order of the demand\n"
	for n, want := range map[string]string{"1": "MISS at pop-lhr", "2": "HIT at pop-lhr", "3": "MISS at pop-lhr", "4": "MISS at pop-lhr"} {
		out := explain("--request", n)
		require.Contains(t, out, "request "+n+" of 4 from london-gb")
		require.Contains(t, out, want)
		require.Equal(t, n == "2" || n == "3", strings.Contains(out, both), out)
	}
	require.Regexp(t, `"at_once": \[\s*2,\s*3\s*\]`, explain("--request", "3", "--format", "json"))
	require.NotContains(t, explain("--request", "4", "--format", "json"), "at_once")
}
