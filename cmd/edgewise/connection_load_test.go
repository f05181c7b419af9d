package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const lossyBackbone = `title: One connection over a way that loses packets
duration: 100s
replications: 2
network:
  metros: {names: [los-angeles-us]}
  links: [{from: pop-lax, to: us-west-2, kind: backbone, one_way: 9ms, loss: 0.01}]
workloads: [{name: files, preset: web-static, requests_per_second: 40, day: flat, objects: 1000, sizes: {median: 100KB, min: 100KB, max: 100KB}}]
placements:
  - {name: region, origin: us-west-2}
  - {name: one connection, origin: us-west-2, edge_caches: {sites: pop-lax, size: 1MiB}}
  - {name: pool, origin: us-west-2, edge_caches: {sites: pop-lax, size: 1MiB}, upstream: {pool: 32}}
`

func TestAConnectionThatCarriesTooLittleIsNamedBeforeARunAndAfterIt(t *testing.T) {
	file := scenarioFile(t, lossyBackbone)
	code, _, errs := run(t, context.Background(), "validate", file)
	require.Zero(t, code, errs)
	// sqrt(3/2)/sqrt(.01) packets of 1,460 bytes in 18 ms are 7.9 Mbit/s (Mathis et al. 1997).
	require.Regexp(t, `placement one connection: the connection us-west-2 -> pop-lax of files \(edge-cache\): 32 Mbit/s over the 7\.\d+ Mbit/s that one carries at 1 % loss and a round trip of 18 ms: `+
		`a load of 4\d\d % if nothing is a hit; where caches there miss more than 2\d\.\d % of the bytes, answers queue without bound`, strings.Join(strings.Fields(errs), " "))
	require.NotContains(t, errs, "placement pool")
	dir := t.TempDir()
	code, out, errs := run(t, context.Background(), "run", file, "-o", dir)
	require.Equal(t, exitRefused, code, errs)
	require.Contains(t, strings.Join(strings.Fields(out), " "), "Refused: one connection: the connection us-west-2 -> pop-lax of files (edge-cache): ")
	text, err := os.ReadFile(filepath.Join(dir, "comparison.json"))
	require.NoError(t, err)
	require.Contains(t, string(text), `"tier": "edge-cache"`)
}

// What a PoP passes on is known before a run: 100 requests a second for 20,000 bytes are 16 Mbit/s over the 7.9 that one connection carries.
func TestAConnectionOfRequestsPassedOnIsRefusedBeforeARun(t *testing.T) {
	file := scenarioFile(t, strings.NewReplacer(
		"workloads: [{name: files, preset: web-static, requests_per_second: 40, day: flat, objects: 1000, sizes: {median: 100KB, min: 100KB, max: 100KB}}]",
		"workloads: [{name: api, kind: dynamic, requests_per_second: 100, day: flat, response_size: 20KB}]",
		"origin: us-west-2", "origin: us-west-2, compute: us-west-2", "size: 1MiB}", "size: 1MiB}, dynamic_via_pop: true").Replace(lossyBackbone))
	const is = `connection us-west-2 -> pop-lax of api: 16 Mbit/s over the 7.`
	code, _, errs := run(t, context.Background(), "validate", file)
	require.Zero(t, code, errs)
	errs = strings.Join(strings.Fields(errs), " ")
	require.Contains(t, errs, "overloaded: one connection: the "+is)
	require.NotContains(t, errs, "pool: the")

	code, out, errs := run(t, context.Background(), "capacity", file)
	require.Zero(t, code, errs)
	require.Regexp(t, `│ one connection │ connection of api │ us-west-2 → pop-lax │ 16\.0 │ 7\.\d Mbit/s │ 2\d\d\.\d │`, strings.Join(strings.Fields(out), " "))
	require.NotContains(t, out, "PEAK %", "which links alone have")

	code, out, errs = run(t, context.Background(), "run", file, "-o", t.TempDir())
	require.Equal(t, exitRefused, code, errs)
	require.Contains(t, strings.Join(strings.Fields(out+errs), " "), is)
}
