package transport

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/random"
)

// tuned sends a response of slow start to a receiver who tunes the window that it offers, round trip by round trip: at least twice of what has been read in the
// last one, and 16 packets (Fisk and Feng, 2001). It returns how many round trips that takes.
func tuned(bytes, initial, segment, most int64) (trips int64) {
	window, offered := min(initial, firstReceive), min(firstReceive, most)
	for ; bytes > 0; trips++ {
		sent := min(window, offered)
		bytes -= sent
		window += sent // each packet that is acknowledged makes it one larger
		offered = max(offered, min(2*sent+16*segment, most))
	}
	return trips
}

func TestAReaderWhoKeepsUpIsNoBound(t *testing.T) {
	// By hand: of an initial window of 100 packets of 1,000 bytes 65,535 bytes are offered. Then 131,070 go, 262,140, and 300,000, the most, from there on.
	c := Connection{SegmentBytes: 1000, InitialSegments: 100}
	c.ReceiveBytes = 300_000
	for bytes, trips := range map[int64]time.Duration{65_535: 0, 65_536: 1, 196_605: 1, 196_606: 2, 458_745: 2, 458_746: 3, 758_745: 3, 758_746: 4, 1_058_746: 5} {
		require.Equal(t, trips*time.Second, c.TransferTime(bytes, time.Second, true), "%d bytes", bytes)
	}
	draws := random.New(1, 2, 3, 8)
	between := func(low, high int64) int64 { return low + int64(draws.Float64()*float64(high-low)) }
	bound := 0
	for range 20_000 {
		c := Connection{SegmentBytes: between(500, 1461), InitialSegments: between(1, 200)}
		c.ReceiveBytes = between(1<<14, between(1<<15, 1<<23))
		bytes := between(1, between(2, 50_000_000))
		want := tuned(bytes, c.WindowBytes(), c.SegmentBytes, c.ReceiveBytes)
		require.Equal(t, time.Duration(want-1)*time.Second, c.TransferTime(bytes, time.Second, true), "%+v, %d bytes", c, bytes)
		c.ReceiveBytes = 0
		if c.TransferTime(bytes, time.Second, true) < time.Duration(want-1)*time.Second {
			bound++
		}
	}
	require.Greater(t, bound, 5000, "the cases are of receivers that are the bound")
}

func TestASocketIsFilledAgainWhenAThirdIsFree(t *testing.T) {
	c := Connection{BitsPerSecond: 12e6, SegmentBytes: 1500, Idle: KeepWindow}
	c.SendBytes = 30 * 1500
	takes := func(packets, rtt int64) int64 {
		return int64(c.TransferTime(packets*1500, time.Duration(rtt)*time.Millisecond, false) / time.Millisecond)
	}
	// By hand, 99 ms and a packet: 30 packets go, and 10 are acknowledged at 110 ms. 10 go then, and 10 at 120 ms; the last of them is through at 130 ms. From there on 20 go each 100 ms.
	for packets, ms := range map[int64]int64{30: 30, 31: 111, 50: 130, 51: 211, 70: 230, 71: 311, 110: 430} {
		require.Equal(t, ms, takes(packets, 99), "%d packets", packets)
	}
	// Two thirds last a round trip of 19 ms and a packet: the line is always busy.
	require.Equal(t, int64(300), takes(300, 19))
	require.Equal(t, int64(300), takes(300, 9))
}

func TestWhatGoesBeforeTheFirstResponseTakesItsTime(t *testing.T) {
	// By hand: 2,896 bytes of tickets, 240 of header and 1,000 of body are 4,136 bytes of 1,448 in packets of 1,500: 4,284.5 bytes on the line, 0.34276 ms at 100 Mbit/s.
	c := Linux(TCPTLS13)
	c.BitsPerSecond = 100e6
	require.Equal(t, 342762*time.Nanosecond, c.TransferTime(1000, 40*time.Millisecond, true))
	require.Equal(t, 102762*time.Nanosecond, c.TransferTime(1000, 40*time.Millisecond, false))
	tr := c.OverHTTP2().Transfer()
	require.Negative(t, tr.Fits(true))
	require.Equal(t, int64(14480-240), tr.Fits(false))
	// Larger ones always did: there is no leap where a window is full.
	for _, of := range []Connection{c, c.OverHTTP2(), Linux(TCPClear)} {
		of.BitsPerSecond = 100e6
		before := time.Duration(0)
		for bytes := int64(0); bytes < 14_480-240-of.SetupBytes+1; bytes++ {
			takes := of.TransferTime(bytes, 0, true)
			require.LessOrEqual(t, takes-before, 1100*time.Microsecond)
			require.GreaterOrEqual(t, takes, before)
			before = takes
		}
	}
}

func TestMoreOfAnythingIsNeverSlower(t *testing.T) {
	draws := random.New(1, 2, 3, 9)
	between := func(low, high int64) int64 { return low + int64(draws.Float64()*float64(high-low)) }
	faster := [5]int{}
	for range 30_000 {
		c := Linux(TCPTLS13)
		c.BitsPerSecond = float64(between(2, 1000)) * 1e6
		c.InitialSegments = between(1, 60)
		c.SendBytes, c.ReceiveBytes = between(1<<16, between(1<<17, 1<<23)), between(1<<16, between(1<<17, 1<<23))
		if draws.Float64() < 0.5 {
			c.Idle = KeepWindow
		}
		rtt, bytes, isNew := time.Duration(between(0, 300))*time.Millisecond, between(0, between(1, 30_000_000)), draws.Float64() < 0.5
		takes := c.TransferTime(bytes, rtt, isNew)
		for i, more := range []func(c *Connection){
			func(c *Connection) { c.BitsPerSecond *= 1 + draws.Float64() },
			func(c *Connection) { c.SendBytes += between(0, c.SendBytes) },
			func(c *Connection) { c.ReceiveBytes += between(0, c.ReceiveBytes) },
			func(c *Connection) { c.InitialSegments += between(0, 20) },
			func(c *Connection) { c.SendBytes, c.ReceiveBytes = 0, 0 },
		} {
			with := c
			more(&with)
			got, mayBe := with.TransferTime(bytes, rtt, isNew), takes+time.Microsecond
			if tr := c.Transfer(); bytes > c.SendBytes && i != 4 { // thirds of a socket come otherwise
				mayBe += rtt + time.Duration(tr.line(c.SendBytes/3))
			}
			require.LessOrEqual(t, got, mayBe, "%d: %+v instead of %+v, %v, %d bytes, new %v", i, with, c, rtt, bytes, isNew)
			if got+time.Microsecond < takes {
				faster[i]++
			}
		}
	}
	for i, n := range faster {
		require.Greater(t, n, 1000, "the cases are such that it matters: %d", i)
	}
}
