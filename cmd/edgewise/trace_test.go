package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/sim"
)

// policies all decide without drawing: those that draw are given another seed by each site. LIRS is not among them, as
// a replay counts its phantoms as hits and a cache does not (see its parameter).
var policies = []string{"lru", "fifo", "sieve", "s3fifo", "w-tinylfu", "gdsf"}

// replayed are the counts of one policy.
type replayed struct {
	requests, hits, delayed, misses uint64
	byteMissRatio                   float64
}

// replayCounts are those of "edgewise cache" on a trace.
func replayCounts(t *testing.T, trace, size string) map[string]replayed {
	t.Helper()
	code, out, errs := runCache(t, trace, "--unit", "bytes", "--policy", strings.Join(policies, ","), "--size", size)
	require.Equal(t, exitDone, code, errs)
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	require.NoError(t, err)
	counts := make(map[string]replayed)
	for _, row := range rows[1:] {
		var r replayed
		r.requests, _ = strconv.ParseUint(row[4], 10, 64)
		r.misses, _ = strconv.ParseUint(row[5], 10, 64)
		r.byteMissRatio, err = strconv.ParseFloat(row[7], 64)
		require.NoError(t, err)
		r.hits = r.requests - r.misses
		counts[row[1]] = r
	}
	require.Len(t, counts, len(policies))
	return counts
}

// simulatedCounts are those of a run in which all users enter at one PoP.
func simulatedCounts(t *testing.T, network, trace, size string) map[string]replayed {
	t.Helper()
	text := "title: proof\nduration: 8000h\ncheck_warm_up: false\n" + network + "workloads: [{name: trace, kind: trace, file: " + trace + "}]\nplacements:\n"
	for _, policy := range policies {
		text += fmt.Sprintf("  - {name: %s, origin: us-west-2, edge_caches: {sites: pop-lax, size: %s, policy: %s}}\n", policy, size, policy)
	}
	study, err := scenario.Load(scenarioFile(t, text))
	require.NoError(t, err)
	plans, err := sim.Compile(context.Background(), study.Scenario, study.Placements...)
	require.NoError(t, err)
	counts := make(map[string]replayed)
	for i, plan := range plans {
		result, err := plan.Run(context.Background(), 0)
		require.NoError(t, err)
		total, err := result.Workloads[0].Total()
		require.NoError(t, err)
		counts[study.Placements[i].Name] = replayed{
			requests: total.Count(sim.Requests), hits: total.Outcomes[sim.Hit], delayed: total.Outcomes[sim.DelayedHit],
			misses: total.Outcomes[sim.Miss], byteMissRatio: float64(total.OutcomeBytes[sim.Miss]) / float64(total.Count(sim.Bytes)),
		}
	}
	return counts
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	require.NoError(t, err)
	return path
}

// here is a network in which the PoP is 0 ms from the origin.
func here(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "here.xml")
	require.NoError(t, os.WriteFile(path, []byte(`<graphml>
<key id="k" for="node" attr.name="kind" attr.type="string"/><key id="u" for="node" attr.name="users" attr.type="double"/>
<key id="m" for="edge" attr.name="one_way_ms" attr.type="double"/><key id="l" for="edge" attr.name="link" attr.type="string"/>
<graph edgedefault="undirected"><node id="town"><data key="k">metro</data><data key="u">10</data></node>
<node id="us-west-2"><data key="k">region</data></node><node id="pop-lax"><data key="k">pop</data></node>
<edge source="town" target="pop-lax"><data key="m">3</data></edge>
<edge source="town" target="us-west-2"><data key="m">3</data></edge>
<edge source="pop-lax" target="us-west-2"><data key="m">0</data><data key="l">backbone</data></edge>
</graph></graphml>`), 0o600))
	return "network: {graphml: " + path + "}\n"
}

// TestATraceHitsAsOftenAsInAReplay replays real requests, many of them in the same second. The replay puts an object in
// at once, the simulator when its fetch ends. A fetch over 0 ms ends at its own instant, and fills come before users of
// the same instant, so the counts must be the same, and nobody can join a fetch.
func TestATraceHitsAsOftenAsInAReplay(t *testing.T) {
	trace := absolute(t, "../../cache/testdata/web07.oracleGeneral.bin.zst")
	for _, bytes := range []string{"204B", "2048B"} {
		want := replayCounts(t, trace, bytes)
		require.Equal(t, uint64(76_118), want["lru"].requests)
		require.Equal(t, want, simulatedCounts(t, here(t), trace, bytes))
	}
}

// sizedRequests writes requests for 500 objects that change their sizes in one request of ten, with gaps in seconds.
func sizedRequests(t *testing.T, gap string, shuffle bool) string {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(r, 1.1, 2, 499)
	step, err := strconv.ParseFloat(gap, 64)
	require.NoError(t, err)
	sizes := make(map[uint64]int)
	var lines []string
	for i := range 20_000 {
		key := zipf.Uint64()
		if sizes[key] == 0 || r.IntN(10) == 0 {
			sizes[key] = 1 + r.IntN(20_000)
		}
		lines = append(lines, fmt.Sprintf("%g %d %d\n", 1e6+float64(i)*step, key, sizes[key]))
	}
	if shuffle {
		r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	}
	path := filepath.Join(t.TempDir(), "sized.tis")
	require.NoError(t, os.WriteFile(path, []byte(strings.Join(lines, "")), 0o600))
	return path
}

const threeMetros = "network: {metros: {names: [los-angeles-us, denver-us, chicago-us]}}\n"

// TestATraceOfChangingSizesHitsAsOftenAsInAReplay draws the metros of a trace whose gaps of 2 s are longer than any way
// or fetch. So each fetch ends, and requests reach the PoP in the order of the trace, wherever they come from.
func TestATraceOfChangingSizesHitsAsOftenAsInAReplay(t *testing.T) {
	trace := sizedRequests(t, "2", false)
	for _, bytes := range []string{"200kB", "1MB"} {
		require.Equal(t, replayCounts(t, trace, bytes), simulatedCounts(t, threeMetros, trace, bytes))
	}
	shuffled := sizedRequests(t, "2", true)
	require.Equal(t, replayCounts(t, trace, "200kB"), simulatedCounts(t, threeMetros, shuffled, "200kB"), "put in order of time")
}

// TestWhoJoinsAFetchWouldHaveHitInAReplay lets requests come while fetches are under way. Where all fits into the cache
// each object is fetched once, so a delayed hit is what the replay counts as a hit.
func TestWhoJoinsAFetchWouldHaveHitInAReplay(t *testing.T) {
	trace := sizedRequests(t, "0.001", false)
	want := replayCounts(t, trace, "1GB")
	for policy, got := range simulatedCounts(t, here(t), trace, "1GB") {
		require.Equal(t, want[policy], got, policy)
	}
	for policy, got := range simulatedCounts(t, threeMetros, trace, "1GB") {
		require.Positive(t, got.delayed, policy)
		require.Equal(t, want[policy].hits, got.hits+got.delayed, policy)
		require.Equal(t, want[policy].misses, got.misses, policy)
	}
}

func TestATraceIsKeptWithTheReportAndReproduced(t *testing.T) {
	text := strings.Replace(tiny, "{name: site, preset: web-static, requests_per_second: 50, objects: 100}",
		"{name: site, kind: trace, file: "+sizedRequests(t, "0.001", false)+", speed_up: 5}", 1)
	dir := t.TempDir()
	code, out, errs := run(t, context.Background(), "run", scenarioFile(t, text), "-o", dir)
	require.Zero(t, code, errs)
	require.Contains(t, out, "site")
	code, out, errs = run(t, context.Background(), "reproduce", dir, "-w", "1")
	require.Zero(t, code, errs)
	require.Contains(t, out, "the same to the bit")
}
