package scenario_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

func withClient(client string) []byte {
	return []byte(strings.ReplaceAll(`title: clients
duration: 1m
seed: 1
replications: 2
network: {metros: {names: [los-angeles-us]}}
workloads:
  - {name: site, preset: web-static, requests_per_second: 10, client: CLIENT}
placements: [{name: region, origin: us-west-2}]
`, "CLIENT", client))
}

// What a stack comes with is read before what stands in its place, and the handshake by which it goes before it.
func TestClientsAreReadAlikeInAnyOrder(t *testing.T) {
	keys := []string{"handshake: tcp+tls1.2", "stack: linux", "congestion: bbr", "handshake_work: 2ms", "resumed_work: 1ms", "idle: keep", "receive_window: 1MiB", "send_buffer: 1MB"}
	want := transport.Linux(transport.TCPTLS12)
	want.NewShare, want.BitsPerSecond = 0.1, 50e6 // of the preset
	want.Congestion, want.HandshakeWork, want.ResumedWork, want.Idle = transport.BBR, 2*time.Millisecond, time.Millisecond, transport.KeepWindow
	want.ReceiveBytes, want.SendBytes = 1<<20, 1e6
	for range keys {
		keys = append(keys[1:], keys[0])
		backwards := slices.Clone(keys)
		slices.Reverse(backwards)
		for _, all := range [][]string{keys, backwards} {
			study, err := scenario.Parse("s.yaml", withClient("{"+strings.Join(all, ", ")+"}"))
			require.NoError(t, err)
			require.Equal(t, want, study.Workloads[0].Client, all)
		}
	}
}

func TestClientsAreReadWithTheirVisits(t *testing.T) {
	study, err := scenario.Parse("s.yaml", withClient(`{stack: linux, idle: halve, congestion: bbr, mbit_per_second: {lte: 40}, buffer: 128KiB, handshake_work: 2ms,
    visits: {requests: 10, gap: 2s, early_data: true, http: 2024, connections: 4, http_by_access: {lte: {2: 0.4, 3: 0.6}}, lookup: 15ms}}`))
	require.NoError(t, err)
	w := study.Workloads[0]
	require.Equal(t, transport.BBR, w.Client.Congestion)
	require.Equal(t, transport.HalveWindow, w.Client.Idle)
	require.Equal(t, int64(1500), w.Client.PacketBytes)
	require.Equal(t, int64(128<<10), w.Client.BufferBytes)
	require.Equal(t, int64(128<<10), w.ClientOf(1, false, topology.LTE).BufferBytes, "of HTTP/2, too")
	require.Equal(t, int64(128<<10), w.ClientOf(2, false, topology.LTE).BufferBytes, "and of HTTP/3, whose packets are paced")
	require.Equal(t, int64(transport.LinuxReceiveBytes), w.ClientOf(1, false, topology.LTE).ReceiveBytes)
	quic := w.ClientOf(2, false, topology.LTE)
	require.Zero(t, quic.ReceiveBytes+quic.SendBytes, "those are of TCP")
	require.Zero(t, w.Client.NewShare, "the preset's share of new connections gives way")
	require.Equal(t, 40e6, w.Rates[topology.LTE])
	require.Equal(t, workload.Versions{0.299, 0.496, 0.205}, w.Visits.Of(topology.Fiber))
	require.Equal(t, workload.Versions{0, 0.4, 0.6}, w.Visits.Of(topology.LTE))
	study, err = scenario.Parse("s.yaml", withClient(`{receive_window: 1MiB, send_buffer: 1MiB, visits: {requests: 10, gap: 2s, http: cdn-2025}}`))
	require.NoError(t, err)
	require.Equal(t, int64(1<<20), study.Workloads[0].ClientOf(0, false, topology.LTE).ReceiveBytes)
	quic = study.Workloads[0].ClientOf(2, false, topology.LTE)
	require.Zero(t, quic.Stack, "HTTP/3 of textbooks")
	shares := study.Workloads[0].Visits.Of(topology.Cable)
	require.Equal(t, workload.Versions{0.02, 0.69, 0.29}, shares)
	require.Contains(t, shares.Source(), "Web Almanac 2025")
}

// Linux has no QUIC: who says both connects as those of a visit do whose version is HTTP/3.
func TestAHandshakeOfQUICBringsItsOwnStack(t *testing.T) {
	coin, err := scenario.Parse("s.yaml", withClient(`{stack: linux, handshake: quic, mbit_per_second: 50, buffer: 64KiB}`))
	require.NoError(t, err)
	visits, err := scenario.Parse("s.yaml", withClient(`{stack: linux, mbit_per_second: 50, buffer: 64KiB, visits: {requests: 10, gap: 2s, http: {3: 1}}}`))
	require.NoError(t, err)
	is := coin.Workloads[0].Client
	is.NewShare = 0
	require.True(t, is.Paced)
	require.Zero(t, is.RecordBytes, "of TLS over TCP")
	require.Equal(t, visits.Workloads[0].ClientOf(2, false, topology.LTE), is)
}

func TestMistakesInVisitsAreNamedByTheirKey(t *testing.T) {
	for client, want := range map[string]string{
		`{visits: {requests: 0.5, gap: 2s}}`:                                                                         `client.visits.requests: is 0.5`,
		`{visits: {requests: 5}}`:                                                                                    `client.visits.gap: is 0s`,
		`{visits: {requests: 5, gap: 2s, http: 2024, connections: 65}}`:                                              `client.visits.connections: is 65; want 0 (6) to 64`,
		`{visits: {requests: 5, gap: 2s, connections: 4}}`:                                                           `client.visits.connections: is 4; want 0 where no visit is over HTTP/1.1`,
		`{visits: {requests: 5, gap: 2s, returning: 2}}`:                                                             `client.visits.returning: is 2`,
		`{visits: {requests: 5, gap: 2s, lookup: 0s, lookup_ttl: 5s}}`:                                               `s.yaml:7: workloads[0].client.visits.lookup_ttl: is for how long a name may be used; want lookup above 0s beside it`,
		`{visits: {requests: 5, gap: 2s, lookup_ttl: 5s}}`:                                                           `s.yaml:7: workloads[0].client.visits.lookup_ttl: is for how long a name may be used; want the key lookup beside it`,
		`{visits: {requests: 5, gap: 2s, returning: 0.5}, handshake: tcp}`:                                           `client.visits.returning: is 0.5; want 0 where no visit is over TLS or QUIC`,
		`{visits: {requests: 5, gap: 2s, ticket_lifetime: 5m}, handshake: tcp}`:                                      `client.visits.ticket_lifetime: is 5m0s; want 0 where no visit is over TLS or QUIC`,
		`{visits: {requests: 5, gap: 2s, early_data: true}, handshake: tcp}`:                                         `client.visits.early_data: is true; want false where no visit is over TLS 1.3 or QUIC`,
		`{visits: {requests: 5, gap: 2s, early_data: true, http_by_access: {lte: {1.1: 1}}}, handshake: tcp+tls1.2}`: `client.visits.early_data: is true; want false`,
		`{visits: {requests: 5, gap: 2s, http: {2: 0.5}}}`:                                                           `client.visits.http: is shares that sum to 0.5; want a sum of 1`,
		`{visits: {requests: 5, gap: 2s, http: 1999}}`:                                                               `want 2022 to 2025, cdn-2025, or a mapping with 1.1, 2 and 3`,
		`{visits: {requests: 5, gap: 2s}, new_connections: 0.1}`:                                                     `client.new_connections: is 0.1; want 0`,
		`{visits: {requests: 5, gap: 2s}, handshake: quic-resumed}`:                                                  `client.handshake`,
		`{visits: {gap: 2s}}`:                `client.visits.requests: is 0`,
		`{stack: windows}`:                   `want textbook or linux`,
		`{buffer: 64kB, mbit_per_second: 0}`: `client.buffer: is 64kB; want 0 where users have no rate`,
		`{buffer: 1kB, mbit_per_second: 10}`: `client.buffer: is 1kB; want 0 (no bound), or 4 KiB to`,
		`{receive_window: 1kB}`:              `client.receive_window: is 1kB; want 0 (no bound), or 4 KiB to`,
		`{send_buffer: 8kB}`:                 `client.send_buffer: is 8kB; want 0 (no bound), or 16 KiB to`,
		`{congestion: vegas}`:                `client.congestion: is "vegas"; want one of steady, reno, cubic, bbr`,
		`{mbit_per_second: {lte: -1}}`:       `mbit_per_second.lte: is -1`,
		`{visits: {requests: 5, gap: 2s, http_by_access: {lte: {2: 2, 3: 0}}}}`: `client.visits.http_by_access.lte.2: is 2; want a share from 0 to 1`,
	} {
		_, err := scenario.Parse("s.yaml", withClient(client))
		require.ErrorContains(t, err, want, client)
	}
}

func TestTiersSayHowTheyAreChosenAndWhoKeepsCopies(t *testing.T) {
	text := strings.ReplaceAll(string(withClient("{new_connections: 0.1}")), "placements: [{name: region, origin: us-west-2}]", `placements:
  - name: tiers
    origin: us-west-2
    copies: down
    slices: 1MiB
    edge_caches: {sites: [pop-lax, pop-sea], size: 1GiB}
    mid_tier_caches: {sites: [rec-us-west-2, rec-us-east-1], size: 1GiB, choice: hash}
  - {name: nearest, extends: tiers, mid_tier_caches: {choice: nearest}}`)
	study, err := scenario.Parse("s.yaml", []byte(text))
	require.NoError(t, err)
	require.Equal(t, placement.CopyDown, study.Placements[0].Copies)
	require.Equal(t, placement.HashedCache, study.Placements[0].Tiers[1].Choice)
	require.Equal(t, placement.CopyDown, study.Placements[1].Copies)
	require.Equal(t, placement.NearestCache, study.Placements[1].Tiers[1].Choice)
	for from, want := range map[string][2]string{
		"size: 1GiB, choice: hash": {"size: 1GiB, choice: random", `choice: is "random"; want one of nearest, hash, origin`},
		"copies: down":             {"copies: up", `copies: is "up"; want one of everywhere, down, edge`},
		"slices: 1MiB":             {"slices: 1kB", "slices: is 1kB; want 0, or 16 KiB to"},
		"pop-sea], size: 1GiB":     {"pop-sea], size: 1GiB, choice: hash", "nearest at the first tier"},
		"us-east-1], size: 1GiB":   {"us-east-1], size: 1GiB, preload: steady", "begins in its steady state"},
	} {
		_, err := scenario.Parse("s.yaml", []byte(strings.Replace(text, from, want[0], 1)))
		require.ErrorContains(t, err, want[1], from)
	}
}

func TestCachesSayWhatServersTheyAreMadeOf(t *testing.T) {
	text := strings.ReplaceAll(string(withClient("{new_connections: 0.1}")), "placements: [{name: region, origin: us-west-2}]", `placements:
  - name: servers
    origin: us-west-2
    edge_caches: {sites: [pop-lax], size: 1GiB, servers: {count: 4, spread: sharded, memory: 64MiB, disk_read: 5ms}}
  - {name: pooled, extends: servers, edge_caches: {servers: {count: 4}}}`)
	study, err := scenario.Parse("s.yaml", []byte(text))
	require.NoError(t, err)
	require.Equal(t, placement.Servers{Count: 4, Spread: placement.Sharded, MemoryBytes: 64 << 20, DiskRead: 5 * time.Millisecond}, study.Placements[0].Tiers[0].Caches[0].Servers)
	require.Equal(t, placement.Servers{Count: 4}, study.Placements[1].Tiers[0].Caches[0].Servers)
	_, err = scenario.Parse("s.yaml", []byte(strings.Replace(text, "preset: web-static", "preset: web-static, freshness: {max_age: 1m}", 1)))
	require.NoError(t, err, "each server has ages of its own")
	steady := strings.NewReplacer("preset: web-static", "preset: web-static, freshness: {max_age: 1m}", "size: 1GiB,", "size: 1GiB, preload: steady,").Replace(text)
	_, err = scenario.Parse("s.yaml", []byte(steady))
	require.NoError(t, err, "and begins in a steady state of its own")
	_, err = scenario.Parse("s.yaml", []byte(strings.Replace(steady, "disk_read: 5ms}}", "disk_read: 5ms}}\n    mid_tier_caches: {sites: us-west-2, size: 1GiB, preload: steady, servers: {count: 2, spread: independent}}", 1)))
	require.NoError(t, err, "behind the first tier, too")
	for from, want := range map[string][2]string{
		"spread: sharded":           {"spread: striped", `spread: is "striped"; want one of pooled, sharded, independent`},
		"count: 4, spread: sharded": {"count: 1, spread: sharded", "2 or more"},
		"memory: 64MiB":             {"memory: 2GiB", "edge_caches.servers.memory: is 2GiB; want 0, or less than the size of the cache"},
		"disk_read: 5ms":            {"disk_read: 2m", "edge_caches.servers.disk_read: is 2m0s; want 0 to 1m"},
	} {
		_, err := scenario.Parse("s.yaml", []byte(strings.Replace(text, from, want[0], 1)))
		require.ErrorContains(t, err, want[1], from)
	}
}

func TestRequestsForRangesAreRead(t *testing.T) {
	text := strings.Replace(string(withClient("{new_connections: 0.1}")), "preset: web-static", "preset: web-static, ranges: {share: 0.3, lengths: {median: 1MB, ln_sd: 1}, from: start}", 1)
	study, err := scenario.Parse("s.yaml", []byte(text))
	require.NoError(t, err)
	want := workload.Ranges{Share: 0.3, Lengths: workload.Sizes{LnMean: portable.Log(1e6), LnSD: 1}, From: workload.AtStart}
	require.Equal(t, want, study.Workloads[0].Service.(workload.Cacheable).Ranges)
	for from, want := range map[string][2]string{
		"share: 0.3, ":  {"", `the key "share" is missing`},
		"share: 0.3":    {"share: 1.3", "want 0 to 1"},
		"median: 1MB, ": {"", `the key "median" is missing`},
		"from: start":   {"from: end", "anywhere, start"},
	} {
		_, err := scenario.Parse("s.yaml", []byte(strings.Replace(text, from, want[0], 1)))
		require.ErrorContains(t, err, want[1], from)
	}
}
