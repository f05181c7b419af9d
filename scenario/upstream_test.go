package scenario_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/transport"
)

const connected = `title: t
duration: 1m
network: {metros: {names: [denver-us]}}
workloads:
  - {name: site, preset: web-static, client: {idle: keep}}
placements:
  - {name: quick, origin: us-west-2, edge_caches: {sites: pop-den, size: 1GiB}, upstream: {handshake: quic, keep_alive: 1m}}
  - {name: the same, extends: quick}
  - {name: open, extends: quick, upstream: {always_open: true}}
  - {name: pooled, extends: quick, upstream: {pool: 32}}
  - {name: bounded, extends: quick, upstream: {buffer: 128KiB}}
`

func TestConnectionsAreRead(t *testing.T) {
	study, err := scenario.Parse("s.yaml", []byte(connected))
	require.NoError(t, err)
	require.Equal(t, transport.KeepWindow, study.Workloads[0].Client.Idle)
	quick := transport.Upstream{Handshake: transport.QUIC, KeepAlive: time.Minute}
	require.Equal(t, quick, study.Placements[0].Upstream)
	require.Equal(t, quick, study.Placements[1].Upstream)
	require.Equal(t, transport.Upstream{AlwaysOpen: true}, study.Placements[2].Upstream)
	require.Equal(t, transport.Upstream{Pool: 32}, study.Placements[3].Upstream)
	require.Equal(t, transport.Upstream{BufferBytes: 128 << 10}, study.Placements[4].Upstream)
}

func TestConnectionsThatCannotBeAreNamed(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"idle: keep", "idle: nap", `s.yaml:5: workloads[0].client.idle: is "nap"; want one of restart, keep, halve`},
		{"keep_alive: 1m", "keep_alive: -1s", `s.yaml:7: placements[0].upstream.keep_alive: is -1s; want 0 (5s) to 8784h`},
		{"{always_open: true}", "{always_open: true, keep_alive: 1s}", `s.yaml:9: placements[2].upstream.always_open: is true; want false`},
		{"{pool: 32}", "{pool: 32, handshake: quic}", `s.yaml:10: placements[3].upstream.pool: is 32; want 0 with QUIC`},
		{"{pool: 32}", "{pool: 20000}", `s.yaml:10: placements[3].upstream.pool: is 20000; want 0 to 10000`},
		{"{buffer: 128KiB}", "{buffer: 1KiB}", `s.yaml:11: placements[4].upstream.buffer: is 1KiB; want 0 (no bound), or 4 KiB to 1 TiB`},
		{"edge_caches: {sites: pop-den, size: 1GiB}, ", "", `placements[0].upstream: is `},
	} {
		text := strings.Replace(connected, c.from, c.to, 1)
		require.NotEqual(t, connected, text)
		_, err := scenario.Parse("s.yaml", []byte(text))
		require.ErrorContains(t, err, c.want)
	}
}
