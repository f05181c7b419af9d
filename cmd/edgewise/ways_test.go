package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
)

// eventful has two placements, of which one has caches at a PoP, and leaves room for what happens.
const eventful = `title: Links
duration: 60s
warm_up: 10s
check_warm_up: false
replications: 1
network: {metros: {names: [los-angeles-us]}}
workloads: [{name: site, preset: web-static, requests_per_second: 5, day: flat, objects: 100}]
placements:
  - {name: PoP, origin: us-west-2, edge_caches: {sites: pop-lax, size: 1GiB}}
  - {name: region, origin: us-west-2}
`

// What a run refuses as it looks up ways validate and the prediction refuse, too: by file, line and key, as mistakes of the user's.
func TestWhatIsWrongOfWaysIsRefusedBeforeARun(t *testing.T) {
	const impaired = eventful + "link_impairments:\n  - {between: [pop-lax, \"aws:town-los-angeles-us\"], at: 20s, for: 5s, loss_ratio: 0.01}"
	for text, want := range map[string]string{
		eventful + "link_failures: [{between: [pop-lax, x-los-angeles-us], at: 20s, for: 5s}, {between: [pop-lhr, x-london-gb], at: 20s, for: 5s}]": `scenario.yaml:11: link_failures[1].between: is pop-lhr - x-london-gb; want two nodes`,
		eventful + "link_failures:\n  - {between: [pop-lax, \"aws:town-los-angeles-us\"], at: 20s, for: 5s}":                                        `scenario.yaml:12: link_failures[0].between: is pop-lax - aws:town-los-angeles-us; want links over which a way of some placement goes while they are so: from pop-lax ways go to aws:town-burbank-us, x-los-angeles-us, none goes over aws:town-los-angeles-us`,
		strings.Replace(eventful, "size: 1GiB}}", "size: 1GiB}, upstream: {buffer: 128KiB}}", 1):                                                    `scenario.yaml:9: placements[0].upstream.buffer: is 128KiB; want 0 where no link has a capacity on the ways over which objects are fetched`,
		impaired: `scenario.yaml:12: link_impairments[0].between: is pop-lax - aws:town-los-angeles-us; want links over which a way of some placement goes while they are so`,
		impaired + "\nwindow: {from: 12s, for: 30s}": `scenario.yaml:12: link_impairments[0].between: is pop-lax - aws:town-los-angeles-us`,
	} {
		file := scenarioFile(t, text+"\n")
		for _, args := range [][]string{{"validate", file}, {"run", "-n", file}, {"run", file, "-o", t.TempDir()}} {
			code, _, errs := run(t, context.Background(), args...)
			require.Equal(t, exitUsage, code, errs)
			require.Contains(t, errs, want, args[0])
		}
	}
}

// Where another placement's ways cross a link, the report says of those whose do not that it changes nothing.
func TestReportsSayWhereNoWayCrossesALink(t *testing.T) {
	dir := t.TempDir()
	file := scenarioFile(t, eventful+"link_failures: [{between: [pop-lax, x-los-angeles-us], at: 20s, for: 30s, convergence: 1s}]\n")
	code, out, errs := run(t, context.Background(), "run", file, "-o", dir)
	require.Zero(t, code, errs)
	const want = "under region no way goes over it then, so that it changes nothing there"
	require.Contains(t, strings.Join(strings.Fields(out), " "), want)
	for _, name := range []string{"comparison.md", "report.html"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Contains(t, string(text), want, name)
	}
	text, err := os.ReadFile(filepath.Join(dir, "comparison.json"))
	require.NoError(t, err)
	var c edgewise.Comparison
	require.NoError(t, json.Unmarshal(text, &c))
	require.Equal(t, []string{"region"}, c.Changes[0].Untouched)
}
