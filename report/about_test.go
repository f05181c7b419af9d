package report_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
)

// What a placement is like stands in its line: how long its caches keep what they have, when its sites open, how many cores it has.
func TestPlacementsSayLifetimesOpeningsAndCores(t *testing.T) {
	study, err := scenario.Parse("about.yaml", []byte(`
title: About
start: 2026-03-02T18:00:00Z
duration: 60s
warm_up: 10s
check_warm_up: false
network: {metros: {names: [los-angeles-us]}}
workloads:
  - {name: site, kind: static, requests_per_second: 100, objects: 1000, zipf_exponent: 0.9, sizes: {median: 1kB, ln_sd: 0.1, max: 10kB}, origin_service: 5ms, day: flat, freshness: {max_age: 1m}}
  - {name: api, preset: api-dynamic, requests_per_second: 10, day: flat, data: {probability: 0, calls: 0}, patience: {timeout: 1s, retries: 1, backoff: 1s}}
  - {name: game, preset: competitive-fps, concurrent_players: 50, day: flat}
placements:
  - name: zone
    origin: us-west-2
    compute:
      - {sites: us-west-2-lax-1, cores: 40, workloads: [game]}
      - {sites: us-west-2, cores: 60, servers: {count: 1, spare_cores: true}}
    edge_caches: {sites: [pop-lax, pop-sfo], size: 1GB, preload: steady, freshness: {profile: nginx, max_ttl: 1h, stale_if_error: 90s, collapse: all}}
    openings:
      - {site: pop-sfo, at: 30s}
      - {site: us-west-2-lax-1, closes: 40s}
`))
	require.NoError(t, err)
	c, err := study.Run(t.Context())
	require.NoError(t, err)
	require.Contains(t, c.Assumed, "a site that closes still answers clients who ask it again because they did before it closed")
	var b bytes.Buffer
	require.NoError(t, report.WriteScreen(&b, c, report.Layout{}))
	rules := "lifetimes as nginx has them, 1h at most, stale-if-error 1m30s, requests wait for a fetch under way"
	for _, want := range []string{
		"edge cache (1.0 GB, begins in its steady state, " + rules + ") at Los Angeles (pop-lax)",
		"edge cache (1.0 GB, begins empty when it opens, " + rules + ", opens 30 s after the start) at San Francisco (pop-sfo)",
		"compute (40 cores of games, closes 40 s after the start, for game) at Los Angeles (us-west-2-lax-1)",
		"compute (1 server shared, and the cores without a match, fifo, 60 cores of games) at Boardman (us-west-2)",
		"· compute at us-west-2 │ 1 + spare │",
	} {
		require.Contains(t, b.String(), want)
	}
	inWindow := *c // of a window the study's clock counts, as for all that happens
	inWindow.Elapsed = 10 * time.Minute
	b.Reset()
	require.NoError(t, report.WriteScreen(&b, &inWindow, report.Layout{}))
	require.Contains(t, b.String(), "closes 10m40s after the start")
	var read struct{ Placements []edgewise.PlacementResult }
	require.NoError(t, json.Unmarshal([]byte(validJSON(t, c)), &read))
	require.Equal(t, c.Placements[0].Roles, read.Placements[0].Roles)
}

// Placements that differ in nothing but how caches of a tier are chosen, or in what they keep, differ in their lines, too.
func TestPlacementsSayHowTiersWork(t *testing.T) {
	study, err := scenario.Parse("tiers.yaml", []byte(`
title: Tiers
duration: 60s
warm_up: 10s
check_warm_up: false
network: {metros: {names: [los-angeles-us]}}
workloads:
  - {name: site, kind: static, requests_per_second: 20, objects: 1000, zipf_exponent: 0.9, sizes: {median: 1kB, ln_sd: 0.1, max: 10kB}, origin_service: 5ms, day: flat}
placements:
  - name: near
    origin: us-west-2
    tiers:
      - {name: edge, sites: [pop-lax], size: 1GB}
      - {name: mid, sites: [pop-sfo, pop-sea], size: 1GB}
  - {name: hash, extends: near, tiers: [{name: edge}, {name: mid, choice: hash}]}
  - {name: by origin, extends: near, copies: down, tiers: [{name: edge}, {name: mid, choice: origin, skip_in_origin_region: true}]}
  - {name: at edge, extends: near, copies: edge}
`))
	require.NoError(t, err)
	c, err := study.Run(t.Context())
	require.NoError(t, err)
	validJSON(t, c)
	var b bytes.Buffer
	require.NoError(t, report.WriteScreen(&b, c, report.Layout{}))
	for _, want := range []string{
		"mid (1.0 GB, the one that the hash of an object says is asked) at",
		"mid (1.0 GB, the one nearest to the origin is asked, passed by where it is in the region of the origin) at",
		"; what is found is kept one tier further down, nearer with every request",
		"; what is fetched is kept in the first tier alone",
	} {
		require.Contains(t, b.String(), want)
	}
}
