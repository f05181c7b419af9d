package transport_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/transport"
)

// In packets of connections with Caddy 2.6.2 over 40 ms full ones hold 1,252 bytes, from 272 ms after the first packet on 1,352, from 485 ms 1,402, from 694 ms 1,427 and from 904 ms 1,439.
// A round trip is 41 ms or more there, of which the handshake takes one.
func TestPacketsOfHTTP3GrowAsTheySearchTheWay(t *testing.T) {
	const trip = 40 * time.Millisecond
	c := transport.QUICGo(transport.QUIC)
	c.MaxWindowBytes, c.Paced, c.HeaderBytes = 0, false, 0
	l := c.LossyTransfer(1e-12) // nothing is lost
	first := transport.Window{Bytes: 1252 * 100, SlowTo: 1252 * 100}
	bytes, window := int64(0), 100. // packets, one more a round trip
	size := 1252.
	for round := range 26 {
		if larger := map[int]float64{5: 1352, 10: 1402, 15: 1427, 20: 1439}[round]; larger > 0 {
			window *= size / larger
			size = larger
		}
		bytes += int64(math.Floor(window+1e-9)) * int64(size)
		window++
		draws := random.New(1, 1, 1, 1)
		ns, after := l.Rounds(bytes, 1, first, true, fixed(trip), &draws)
		require.Equal(t, int64(round)*int64(trip), ns, "%d bytes go in %d round trips", bytes, round+1)
		require.InDelta(t, window*size, after.Bytes, 1)
		ns, _ = l.Rounds(bytes+1, 1, first, true, fixed(trip), &draws)
		require.Equal(t, int64(round+1)*int64(trip), ns, "a byte more")
	}
	// An open connection has found them.
	draws := random.New(1, 1, 1, 1)
	for bytes, trips := range map[int64]int64{100 * 1439: 0, 100*1439 + 1: 1} {
		ns, _ := l.Rounds(bytes, 1, transport.Window{Bytes: 1439 * 100, SlowTo: 1439 * 100}, false, fixed(trip), &draws)
		require.Equal(t, trips*int64(trip), ns, "%d bytes", bytes)
	}
}

func TestAPacedSenderWithoutLossesIsThatWithoutAny(t *testing.T) {
	for _, mbit := range []float64{20, 400, 5000} {
		for _, bytes := range []int64{1000, 20_000, 60_000, 250_000, 800_000} {
			for _, isNew := range []bool{true, false} {
				c := transport.QUICGo(transport.QUIC)
				c.BitsPerSecond, c.MaxSegmentBytes, c.MaxWindowBytes = mbit*1e6, 0, 1<<40
				rtt := 40 * time.Millisecond
				l := c.LossyTransfer(1e-12)
				draws := random.New(1, 1, 1, 1)
				ns, _ := l.Rounds(bytes, 1, l.OpenWindow(true), isNew, fixed(rtt), &draws)
				require.InDelta(t, float64(c.TransferTime(bytes, rtt, isNew)), float64(ns), 1e12*8*1300/1e3/(mbit*1e6)+10, "%v Mbit/s, %d bytes, new %v", mbit, bytes, isNew)
			}
		}
	}
}
