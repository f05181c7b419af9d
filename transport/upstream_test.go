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
	ask := func(bytes, atMs int64) [3]int64 {
		leaves, waits, takes := d.Ask(&l, bytes, atMs*ms)
		return [3]int64{leaves/ms - atMs, waits / ms, takes / ms}
	}
	// TCP and TLS 1.3, then 14,600, 29,200 and the rest of 100,000 bytes.
	require.Equal(t, [3]int64{160, 0, 160}, ask(100_000, 1000), "cold")
	require.Equal(t, [3]int64{60, 160, 80}, ask(100_000, 1100), "joins the handshake, with 2,200 bytes left of the third round, and 97,800 of 116,800 in the fourth")
	require.Equal(t, [3]int64{0, 0, 80}, ask(100_000, 1400), "which goes when this one could: 19,000 are left of it")
	require.Equal(t, [3]int64{0, 0, 0}, ask(200_000, 1640), "all was acknowledged, and the window is of 233,600 bytes and the last 81,000")
	require.Equal(t, [3]int64{0, 0, 160}, ask(100_000, 3000), "quiet for longer than 200 ms: the window is as at first")
	require.Equal(t, [3]int64{0, 0, 160}, ask(100_000, 8240), "answered 5 s ago: still open")
	require.Equal(t, [3]int64{160, 0, 160}, ask(100_000, 13_481), "answered more than 5 s ago: closed")

	forever := transport.Upstream{AlwaysOpen: true}.Dialer(rtt, 8e6)
	leaves, _, takes := forever.Ask(&l, 100_000, 0)
	require.Equal(t, [2]int64{0, 100 * ms}, [2]int64{leaves, takes}, "the rate of the way alone")

	quick := transport.Upstream{Handshake: transport.QUICResumed, KeepAlive: time.Minute}.Dialer(rtt, 0)
	old := transport.Idle(-30 * int64(time.Second))
	leaves, _, takes = quick.Ask(&old, 20_000, 0)
	require.Equal(t, [2]int64{0, 80 * ms}, [2]int64{leaves, takes})
}

func TestAConnectionBetweenSitesIsIdleWhileTheSiteThatAnswersSendsNothing(t *testing.T) {
	// A round trip of 80 ms, and a timeout of 200. The first answer comes from 160+80 ms on, 14,600, 29,200 and 56,200 bytes, and its last byte at 400. What is asked for at 520 could come at 600: the
	// other site has sent nothing for 200 ms. A millisecond later it has begun anew, and so it has in a pool.
	const ms = int64(time.Millisecond)
	for _, pool := range []int{0, 1} {
		for idle, want := range map[transport.IdleWindow][2]int64{transport.RestartWindow: {0, 160}, transport.HalveWindow: {0, 80}, transport.KeepWindow: {0, 0}} {
			for late := range int64(2) {
				d := transport.Upstream{Idle: idle, Pool: pool}.Dialer(80*time.Millisecond, 0)
				var takes int64
				if pool == 0 {
					l := transport.Unused()
					_, _, takes = d.Ask(&l, 100_000, 0)
					require.Equal(t, 160*ms, takes)
					_, _, takes = d.Ask(&l, 100_000, (520+late)*ms)
				} else {
					var p transport.Pool
					number, _, _ := askPool(&d, &p, 100_000, 0, 80*time.Millisecond)
					d.Done(&p, number, 400*ms)
					_, _, takes = askPool(&d, &p, 100_000, (520+late)*ms, 80*time.Millisecond)
				}
				require.Equal(t, want[late]*ms, takes, "%v, %d ms late, pool %d", idle, late, pool)
			}
		}
	}
}

// askPool asks over a connection of a pool on a way with a round trip, and has an answer that the other side sends at once.
func askPool(d *transport.Dialer, p *transport.Pool, bytes, now int64, rtt time.Duration) (number uint32, leaves, takes int64) {
	number, leaves = d.DialPool(p, now)
	return number, leaves, d.AnswerPool(p, number, bytes, leaves+int64(rtt))
}

func TestAPoolHasAConnectionForEachQuestionUnderWay(t *testing.T) {
	const ms = int64(time.Millisecond)
	d := transport.Upstream{Pool: 2}.Dialer(80*time.Millisecond, 0)
	var p transport.Pool
	ask := func(atMs int64, bytes int64) (number uint32, waits, takes int64) {
		number, leaves, takes := askPool(&d, &p, bytes, atMs*ms, 80*time.Millisecond)
		return number, leaves/ms - atMs, takes / ms
	}
	asks := func(number uint32, waits, takes, atMs, bytes int64) {
		t.Helper()
		n, w, x := ask(atMs, bytes)
		require.Equal(t, [3]int64{int64(number), waits, takes}, [3]int64{int64(n), w, x})
	}
	asks(1, 160, 160, 0, 100_000)
	asks(2, 160, 0, 10, 1000) // the first is busy
	asks(3, 160, 0, 20, 1000)
	d.Done(&p, 2, 250*ms)
	d.Done(&p, 3, 260*ms)
	d.Done(&p, 1, 400*ms)        // two are kept: the second is closed
	asks(1, 0, 80, 450, 150_000) // its window has grown to 114,600 bytes
	asks(3, 0, 160, 460, 100_000)
	asks(2, 160, 160, 470, 100_000)
	at, ok := p.LastIdle()
	require.False(t, ok, "%v", at)
	p.Close(2) // without an answer
	d.Done(&p, 1, 600*ms)
	d.Done(&p, 3, 700*ms)
	asks(3, 0, 160, 5700, 100_000) // 5 s after its last answer: open, and slow start begins anew
	asks(1, 160, 0, 5701, 1000)    // more than 5 s: closed; its number is used again
	p.Hold(5000 * ms)
	asks(1, 0, 0, 6000, 1000)
	p.CloseIdle()
	asks(2, 160, 0, 6001, 1000)
}

func TestUpstreamNamesWhatIsOutOfRange(t *testing.T) {
	require.NoError(t, transport.Upstream{}.Validate())
	require.ErrorContains(t, transport.Upstream{Handshake: 99}.Validate(), "Handshake")
	require.ErrorContains(t, transport.Upstream{KeepAlive: -1}.Validate(), "KeepAlive is -1ns; want 0 (5s) to 8784h")
	require.ErrorContains(t, transport.Upstream{AlwaysOpen: true, KeepAlive: 1}.Validate(), "AlwaysOpen")
	require.ErrorContains(t, transport.Upstream{Pool: -1}.Validate(), "Pool is -1; want 0 to 10000")
	require.ErrorContains(t, transport.Upstream{Pool: 1, Handshake: transport.QUIC}.Validate(), "Pool is 1; want 0 with QUIC")
	require.ErrorContains(t, transport.Upstream{AlwaysOpen: true, Pool: 1}.Validate(), "AlwaysOpen")
	require.Equal(t, 5*time.Second, transport.Upstream{}.KeepsAlive())
}
