package transport_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/transport"
)

func TestAConnectionOfAClientLivesWhileUsedAndDiesIdle(t *testing.T) {
	const ms, second = int64(time.Millisecond), int64(time.Second)
	k := transport.Keeping{Idle: 10 * second, Initial: 14_600}
	var c transport.Conn
	require.False(t, k.IsOpen(&c, 0), "never opened")
	k.Open(&c, 200*ms)
	require.Equal(t, 150*ms, c.Ask(50*ms), "joins the handshake")
	require.Zero(t, c.Ask(300*ms))
	require.True(t, k.IsOpen(&c, 100*second), "an answer is on its way")
	c.Answered(1*second, transport.Window{Bytes: 29_200})
	c.Answered(2*second, transport.Window{Bytes: 58_400})
	require.True(t, k.IsOpen(&c, 12*second))
	require.False(t, k.IsOpen(&c, 12*second+1))
	require.Equal(t, transport.Window{Bytes: 58_400}, k.Window(&c, 2*second+200*ms, 200*ms), "no longer quiet than the timeout")
	require.Equal(t, transport.Window{Bytes: 14_600}, k.Window(&c, 3*second, 200*ms), "RFC 5681")
	k.Rule = transport.HalveWindow
	require.Equal(t, transport.Window{Bytes: 29_200}, k.Window(&c, 2*second+399*ms, 200*ms), "RFC 2861: once a timeout")
	require.Equal(t, transport.Window{Bytes: 14_600}, k.Window(&c, 20*second, 200*ms))
	k.Rule = transport.KeepWindow
	require.Equal(t, transport.Window{Bytes: 58_400}, k.Window(&c, 11*second, 200*ms), "RFC 7661")
	c.Close()
	require.False(t, k.IsOpen(&c, 3*second))
}

func TestAWindowBetweenSitesIsKeptHalvedOrBegunAnew(t *testing.T) {
	const ms = int64(time.Millisecond)
	for rule, takes := range map[transport.IdleWindow]int64{transport.RestartWindow: 240 * ms, transport.HalveWindow: 80 * ms, transport.KeepWindow: 0} {
		d := transport.Upstream{Idle: rule}.Dialer(80*time.Millisecond, 0)
		l := transport.Unused()
		d.Ask(&l, 100_000, 0)      // from 14,600 to 58,400 bytes and the last 56,200, until 400 ms
		d.Ask(&l, 300_000, 400*ms) // to 229,200 bytes and the last 185,400, until 560 ms: halved twice 103,650
		_, _, took := d.Ask(&l, 110_000, 640*ms+450*ms)
		require.Equal(t, takes, took, "%v", rule)
	}
}

// Split TCP: a connection that ends at a PoP near the user, and one between PoP and origin that is open and whose window holds the
// answer. RTTs: user-origin 95 ms, user-PoP 20 ms, PoP-origin 80 ms; TLS 1.3. The edge wins where R_po < (h + n) (R_direct - R_up).
func TestSplittingAConnectionPaysWhereItsInequalityHolds(t *testing.T) {
	c := transport.Connection{Handshake: transport.TCPTLS13}
	connect, tls := c.Handshake.RoundTrips()
	through := transport.Upstream{AlwaysOpen: true}
	total := func(direct, up, po time.Duration, bytes int64) (straight, edge time.Duration) {
		d := through.Dialer(po, 0)
		l := transport.Unused()
		leaves, _, takes := d.Ask(&l, bytes, 0)
		exchanges := time.Duration(connect + tls + 1)
		return exchanges*direct + c.TransferTime(bytes, direct, true), exchanges*up + c.TransferTime(bytes, up, true) + po + time.Duration(leaves+takes)
	}
	ms := time.Millisecond
	for bytes, want := range map[int64][2]time.Duration{2_000: {285 * ms, 140 * ms}, 100_000: {475 * ms, 180 * ms}} {
		straight, edge := total(95*ms, 20*ms, 80*ms, bytes)
		require.Equal(t, want, [2]time.Duration{straight, edge}, "%d bytes", bytes)
	}
	for _, bytes := range []int64{2_000, 20_000, 100_000, 1_000_000} {
		for _, up := range []time.Duration{5 * ms, 20 * ms, 60 * ms, 90 * ms} {
			for _, po := range []time.Duration{10 * ms, 80 * ms, 150 * ms, 700 * ms} {
				straight, edge := total(95*ms, up, po, bytes)
				n := c.Rounds(bytes)
				require.Equal(t, po < time.Duration(connect+tls+n)*(95*ms-up), edge < straight, "%v %v %d", up, po, bytes)
			}
		}
	}
	// Over an open connection and one round it wins only where the way through it is shorter: 20 + 80 > 95.
	require.Greater(t, 20*ms+80*ms, 95*ms)
}
