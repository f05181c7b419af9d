package transport_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/transport"
)

func TestIdleConnectionRestartsItsWindow(t *testing.T) {
	// 1 MB at 50 Mbit/s over 200 ms after a silence: 14,600 bytes doubling fill six windows, 919,800 bytes in all, none of
	// which lasts a round trip and the 233.6 µs of a packet, and the last 80,200 bytes take 12.832 ms. With a window that was kept it is the rate.
	restarts := transport.Connection{BitsPerSecond: 50e6}
	keeps := restarts
	keeps.Idle = transport.KeepWindow
	rtt := 200 * time.Millisecond
	require.Equal(t, 6*(rtt+233600)+12832*time.Microsecond, restarts.TransferTime(1_000_000, rtt, false))
	require.Equal(t, 160*time.Millisecond, keeps.TransferTime(1_000_000, rtt, false))
	for _, bytes := range []int64{1, 14_600, 14_601, 100_000, 1_000_000, 30_000_000} {
		require.Equal(t, restarts.TransferTime(bytes, rtt, true), restarts.TransferTime(bytes, rtt, false), "as a new connection")
		require.Equal(t, restarts.TransferTime(bytes, rtt, true), keeps.TransferTime(bytes, rtt, true), "which has nothing to keep")
		// Without a rate the rounds are ceil(log2(bytes/14,600 + 1)).
		endless := transport.Connection{}
		rounds := math.Ceil(math.Log2(float64(bytes)/14_600 + 1))
		require.Equal(t, time.Duration(rounds-1)*rtt, endless.TransferTime(bytes, rtt, false), "%d bytes", bytes)
	}
	_, err := transport.ParseIdleWindow("never")
	require.ErrorContains(t, err, "restart")
	for _, w := range []transport.IdleWindow{transport.RestartWindow, transport.KeepWindow} {
		parsed, err := transport.ParseIdleWindow(w.String())
		require.NoError(t, err)
		require.Equal(t, w, parsed)
	}
	require.ErrorContains(t, transport.Connection{Idle: 7}.Validate(), "Idle is 7")
}

// What nginx and curl took over a delaying link, in ms from the request to the last byte: nginx 1.22.1, curl 7.88.1, Linux
// 6.18, CUBIC, 27 November 2026. Sizes are from the middle of a round; at its edge the response header decides.
func TestTransfersTakeWhatRealServersTake(t *testing.T) {
	for _, c := range []struct {
		rttMs, mbit float64
		bytes       int64
		idle        transport.IdleWindow // tcp_slow_start_after_idle is 1 for restart, 0 for keep
		totalMs     float64
	}{
		{100, 50, 60_000, transport.RestartWindow, 309},
		{100, 50, 300_000, transport.RestartWindow, 517},
		{100, 50, 1_000_000, transport.RestartWindow, 720},
		{100, 50, 3_000_000, transport.RestartWindow, 1054},
		{100, 50, 10_000_000, transport.RestartWindow, 2219},
		{100, 50, 60_000, transport.KeepWindow, 112},
		{100, 50, 300_000, transport.KeepWindow, 153},
		{100, 50, 3_000_000, transport.KeepWindow, 599},
		{100, 50, 10_000_000, transport.KeepWindow, 1763},
	} {
		conn := transport.Connection{BitsPerSecond: c.mbit * 1e6, Idle: c.idle}
		rtt := time.Duration(c.rttMs * 1e6)
		total := rtt + conn.TransferTime(c.bytes, rtt, false)
		// A nominal rate carries 4 % less of bodies, for there are headers.
		require.InEpsilon(t, c.totalMs, float64(total)/1e6, 0.04, "%v ms, %v Mbit/s, %d bytes, %v", c.rttMs, c.mbit, c.bytes, c.idle)
	}
}

func TestWhatIsSentLastMakesAWindowLarger(t *testing.T) {
	c := transport.Connection{SegmentBytes: 1000}
	tr := c.Transfer()
	after := func(from, packets int64) int64 {
		_, w := tr.FromOver(transport.Window{Bytes: from * 1000}, packets*1000, false, fixed(time.Second))
		return w.Bytes / 1000
	}
	// 10, 20 and 5 of 40, and of 100 packets at once 49 and 50.
	require.Equal(t, int64(45), after(10, 35))
	require.Equal(t, int64(80), after(10, 70))
	require.Equal(t, int64(100), after(100, 49))
	require.Equal(t, int64(150), after(100, 50))
	// 200 ms above the round trip in Linux, and a sender that has been silent for two timeouts halves twice.
	linux := transport.Linux(transport.TCPTLS13).Transfer()
	require.Equal(t, int64(260*time.Millisecond), linux.RetransmitNs(int64(60*time.Millisecond)))
	require.Equal(t, int64(200*time.Millisecond), tr.RetransmitNs(int64(60*time.Millisecond)))
	require.Equal(t, int64(300*time.Millisecond), tr.RetransmitNs(int64(300*time.Millisecond)))
	// Over a way with a buffer as well.
	c.BitsPerSecond, c.BufferBytes, c.Congestion = 1e9, 1<<30, transport.CUBIC
	tr = c.Transfer()
	require.Equal(t, int64(45), after(10, 35))
	require.Equal(t, int64(150), after(100, 50))
	require.Equal(t, int64(100), after(100, 49))
}
