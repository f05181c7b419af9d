package transport_test

import (
	"math"
	"testing"
	"time"

	"github.com/edgewise-sim/edgewise/transport"
	"github.com/stretchr/testify/require"
)

func TestTransportArithmetic(t *testing.T) {
	// Rounds of slow start with a window of 10 segments of 1460 bytes: ceil(log2(size/14600 + 1)).
	c := transport.Connection{Idle: transport.KeepWindow}
	for bytes, rounds := range map[int64]int64{
		0: 1, 1: 1, 14_600: 1, 14_601: 2, 43_800: 2, 43_801: 3, 100_000: 3, 250_000: 5, 500_000: 6,
		1_000_000: 7, 2_000_000: 8, 10_000_000: 10,
	} {
		require.Equal(t, rounds, c.Rounds(bytes), "%d bytes", bytes)
		formula := math.Ceil(math.Log2(float64(bytes)/14_600 + 1))
		require.Equal(t, max(1, int64(formula)), c.Rounds(bytes), "%d bytes by the formula", bytes)
		// Without a bandwidth limit each round but the last costs one round trip.
		require.Equal(t, time.Duration(rounds-1)*time.Second, c.TransferTime(bytes, time.Second, true))
		require.Zero(t, c.TransferTime(bytes, time.Second, false))
	}
	// 100 KB over 95 ms at 100 Mbit/s with TLS 1.3: 475 ms, the last 56,200 bytes' 4.5 ms, and the 117 µs of
	// a packet before each of two acknowledgements, where one round trip and the bandwidth alone would make it 103 ms.
	c = transport.Connection{Handshake: transport.TCPTLS13, BitsPerSecond: 100e6}
	const packet = 1460 * 80 * time.Nanosecond
	connect, tls := c.Handshake.RoundTrips()
	rtt := 95 * time.Millisecond
	ttlb := time.Duration(connect+tls+1)*rtt + c.TransferTime(100_000, rtt, true)
	require.Equal(t, 475*time.Millisecond+4496*time.Microsecond+2*packet, ttlb)
	// Once a window lasts a round trip, bandwidth is the limit: 14,600 + 29,200 + 58,400 bytes go out in
	// three round trips of 5.1 ms, and of 116,800 bytes a window the line needs 9.3 ms.
	rtt = 5 * time.Millisecond
	require.Equal(t, 3*(rtt+packet)+time.Duration((10_000_000-102_200)*80), c.TransferTime(10_000_000, rtt, true))
}

func TestHandshakesCostTheirRoundTrips(t *testing.T) {
	for name, want := range map[string][2]int64{
		"tcp": {1, 0}, "tcp+tls1.2": {1, 2}, "tcp+tls1.3": {1, 1}, "tcp+tls1.3-resumed": {1, 0}, "quic": {1, 0}, "quic-resumed": {0, 0},
	} {
		h, err := transport.ParseHandshake(name)
		require.NoError(t, err)
		connect, tls := h.RoundTrips()
		require.Equal(t, want, [2]int64{connect, tls}, name)
		require.Equal(t, name, h.String())
	}
	_, err := transport.ParseHandshake("sctp")
	require.ErrorContains(t, err, "quic")
}
