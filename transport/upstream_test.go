package transport_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/transport"
)

func TestConnectionBetweenSitesIsColdWarmOrGrown(t *testing.T) {
	const ms = int64(time.Millisecond)
	rtt := 80 * time.Millisecond
	d := transport.Upstream{}.Dialer(rtt, 0)
	l := transport.Unused()
	ask := func(bytes, atMs int64) [2]int64 {
		leaves, takes := d.Ask(&l, bytes, atMs*ms)
		return [2]int64{leaves/ms - atMs, takes / ms}
	}
	// TCP and TLS 1.3, then 14,600, 29,200 and the rest of 100,000 bytes.
	require.Equal(t, [2]int64{160, 160}, ask(100_000, 1000), "cold")
	require.Equal(t, [2]int64{60, 80}, ask(100_000, 1100), "joins the handshake, and sends from 58,400 bytes")
	require.Equal(t, [2]int64{0, 0}, ask(100_000, 1400), "the window has grown to 116,800 bytes")
	require.Equal(t, [2]int64{0, 80}, ask(200_000, 1480))
	require.Equal(t, [2]int64{0, 160}, ask(100_000, 3000), "quiet for longer than 200 ms: the window is as at first")
	require.Equal(t, [2]int64{0, 160}, ask(100_000, 8000), "asked 5 s ago: still open")
	require.Equal(t, [2]int64{160, 160}, ask(100_000, 13_001), "asked more than 5 s ago: closed")

	forever := transport.Upstream{AlwaysOpen: true}.Dialer(rtt, 8e6)
	leaves, takes := forever.Ask(&l, 100_000, 0)
	require.Equal(t, [2]int64{0, 100 * ms}, [2]int64{leaves, takes}, "the rate of the way alone")

	quick := transport.Upstream{Handshake: transport.QUICResumed, KeepAlive: time.Minute}.Dialer(rtt, 0)
	old := transport.Idle(-30 * int64(time.Second))
	leaves, takes = quick.Ask(&old, 20_000, 0)
	require.Equal(t, [2]int64{0, 80 * ms}, [2]int64{leaves, takes})
}

func TestUpstreamNamesWhatIsOutOfRange(t *testing.T) {
	require.NoError(t, transport.Upstream{}.Validate())
	require.ErrorContains(t, transport.Upstream{Handshake: 99}.Validate(), "Handshake")
	require.ErrorContains(t, transport.Upstream{KeepAlive: -1}.Validate(), "KeepAlive is -1ns; want 0 (5s) to 8784h")
	require.ErrorContains(t, transport.Upstream{AlwaysOpen: true, KeepAlive: 1}.Validate(), "AlwaysOpen")
	require.Equal(t, 5*time.Second, transport.Upstream{}.KeepsAlive())
}
