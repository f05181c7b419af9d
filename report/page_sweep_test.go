package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/sweep"
)

// sweptStudy is a study that takes no time, with a name that would end a script.
const sweptStudy = `title: How many calls </script><script>alert(1)</script>
warm_up: 1s
duration: 4s
replications: 3
check_warm_up: false
network: {metros: {names: [warsaw-pl, madrid-es, hamburg-de]}}
workloads: [{name: api, preset: api-dynamic, requests_per_second: 40, data: {home: eu-central-1, probability: 1, calls: 1}}]
placements:
  - {name: region, compute: eu-central-1}
  - {name: zone & more, compute: [eu-central-1, eu-central-1-waw-1]}
`

func swept(t *testing.T, text string) *sweep.Result {
	t.Helper()
	of, _, err := scenario.ParseSweep("sweep.yaml", []byte(sweptStudy+text))
	require.NoError(t, err)
	r, err := of.Run(t.Context(), nil)
	require.NoError(t, err)
	return r
}

// sweptLine is over one key, with crossings of all users and by metro, and a value to be reached.
func sweptLine(t *testing.T) *sweep.Result {
	return swept(t, "sweep: {grid: {workloads.api.data.calls: [0, 1, 2, 4]}, figures: [{workload: api, metric: ttfb, statistic: mean, by_metro: true, reaches: 90ms}, {workload: api, metric: ttfb, statistic: p50}]}\n")
}

// sweptGrid is over two keys.
func sweptGrid(t *testing.T) *sweep.Result {
	return swept(t, "sweep: {grid: {workloads.api.data.calls: [0, 1, 2], workloads.api.requests_per_second: [20, 40]}}\n")
}

func sweepPageOf(t *testing.T, r *sweep.Result) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, report.WriteSweepPage(&b, r))
	return b.String()
}

func TestTheSweepsPageSaysItsAnswerWithoutScripts(t *testing.T) {
	r := sweptLine(t)
	page := sweepPageOf(t, r)
	require.Equal(t, page, sweepPageOf(t, r), "the same bytes")
	require.Contains(t, page, "default-src &#39;none&#39;; script-src &#39;sha256-")
	require.Equal(t, 1, strings.Count(page, "<script>"), "its own")
	require.Contains(t, page, "How many calls &lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;")
	visible, _, _ := strings.Cut(page, `<div id="data"`)
	require.Contains(t, visible, "zone &amp; more has less than region below calls = ")
	require.Contains(t, visible, "reaches 90")
	require.Contains(t, visible, "3 answers by metro")
	require.NotRegexp(t, `(src|href)="(https?:)?//`, visible)
	require.Less(t, len(page), 600_000)
	for _, word := range []string{"moved most", "calls", "requests_per_second"} {
		require.Contains(t, sweepPageOf(t, sweptGrid(t)), word)
	}
}
