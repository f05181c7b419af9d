package main

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// loaded has one server that works for 5 ms on each of 250 requests a second: 125 % of what it can do; and two, which can do it.
const loaded = `title: loaded
duration: 10s
seed: 1
network:
  metros: {names: [london-gb]}
workloads:
  - {name: api, kind: dynamic, requests_per_second: 250, service: 5ms, response_size: 2KB}
placements:
  - {name: one, compute: {sites: eu-west-2, servers: 1}}
  - {name: two, compute: {sites: eu-west-2, servers: 2}}
`

func TestValidateWarnsOfOverloadsOfSweepsAndSearches(t *testing.T) {
	const overload = "overloaded: one: api at eu-west-2: work for 1.25 servers, of which there is 1: a load of 125 %"
	warnings := func(rest string) (all []string) {
		code, _, errs := run(t, context.Background(), "validate", scenarioFile(t, loaded+rest))
		require.Zero(t, code, errs)
		return strings.Split(strings.TrimSpace(errs), "\n")
	}
	found := warnings("")
	require.Len(t, found, 1)
	require.Contains(t, found[0], overload)
	found = warnings("search:\n  candidates: {compute: [eu-west-1, eu-central-1]}\n  choose: 1\n  objective: {workload: api, by: ttfb mean}\n")
	require.Len(t, found, 1)
	require.Contains(t, found[0], overload)
	found = warnings("sweep:\n  grid:\n    workloads.api.requests_per_second: [100, 250, 410]\n")
	require.Len(t, found, 3, "%v", found)
	require.Contains(t, found[0], "at point 2 (workloads.api.requests_per_second: 250): "+overload)
	require.Contains(t, found[1], "at point 3 (workloads.api.requests_per_second: 410): overloaded: one: ")
	require.Contains(t, found[2], "at point 3 (workloads.api.requests_per_second: 410): overloaded: two: ")
	found = warnings("sweep:\n  grid:\n    workloads.api.requests_per_second: [210, 220, 230, 240, 250, 260, 270, 100]\n")
	require.Len(t, found, 6)
	require.Contains(t, found[5], "at 7 of the 8 points there are such warnings; those of the first 5 are told")
}
