package transport_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/transport"
)

func TestPartsOfAnAnswerByHand(t *testing.T) {
	// 2,000 packets of 1 ms on a new connection, 39 ms there and back: slow start waits in two windows of 40 ms, of which 10 and 20 are on the line; 20 packets
	// may wait before the line, and what overflows costs 80 ms, see TestAnswersBetweenSitesOverflowABufferByHand.
	const ms = int64(time.Millisecond)
	u := transport.Upstream{BufferBytes: 20 * 1460, Idle: transport.KeepWindow}
	d := u.Dialer(39*time.Millisecond, packetsOf)
	l := transport.Unused()
	before := l
	_, _, takes := d.Ask(&l, 2000*1460, 0)
	require.Equal(t, transport.Parts{Line: 2000 * ms, Rounds: 50 * ms, Overflow: 80 * ms}, d.Parts(before, 2000*1460, 0, takes))

	// The same way loses one packet in a hundred besides.
	lossy := u.LossyDialer(39*time.Millisecond, packetsOf, .01)
	l = transport.Unused()
	_, _, takes = lossy.Ask(&l, 2000*1460, 0, transport.Losses{Key: 1})
	require.Equal(t, transport.Parts{Line: 2000 * ms, Rounds: 50 * ms, Overflow: 80 * ms, Losses: takes - 2130*ms}, lossy.Parts(before, 2000*1460, 0, takes))
	require.Greater(t, takes, 2130*ms)

	open := transport.Upstream{AlwaysOpen: true}.Dialer(39*time.Millisecond, packetsOf)
	require.Equal(t, transport.Parts{Line: 10 * ms}, open.Parts(before, 14_600, 0, 10*ms))
	free := transport.Upstream{}.Dialer(39*time.Millisecond, 0)
	require.Equal(t, transport.Parts{Rounds: 78 * ms}, free.Parts(before, 100_000, 0, 78*ms), "two windows, and the third has no rate")
	require.Equal(t, transport.Parts{Rounds: 30, Overflow: 5}, transport.Parts{Line: 100, Rounds: 40, Overflow: 5}.Shortened(35))
}

// Whatever is asked, the parts sum to the time, and those of the line and of slow start are what it takes without a buffer and without losses.
func TestPartsOfAnAnswerSumToItsTime(t *testing.T) {
	draws := rand.New(rand.NewPCG(3, 4))
	met := [3]int{}
	for range 2000 {
		rtt := time.Duration(1+draws.IntN(200)) * time.Millisecond
		rate, buffer := 1e6*float64(draws.IntN(300)), int64(4096+draws.IntN(1<<19))
		u := transport.Upstream{BufferBytes: buffer, Idle: transport.IdleWindow(draws.IntN(3)), Pool: draws.IntN(2)}
		d := u.LossyDialer(rtt, rate, .001)
		l := transport.Unused()
		var pool transport.Pool
		at := int64(0)
		for range 5 {
			bytes := int64(1 + draws.IntN(1<<draws.IntN(24)))
			lost := transport.Losses{Key: random.Key(draws.Uint64())}
			var before transport.Line
			var leaves, takes int64
			if u.Pool > 0 {
				before = d.Next(&pool, at)
				var n uint32
				n, leaves = d.DialPool(&pool, at, lost)
				takes = d.AnswerPool(&pool, n, bytes, leaves+int64(rtt), lost)
				d.Done(&pool, n, leaves+int64(rtt)+takes)
			} else {
				before = l
				leaves, _, takes = d.Ask(&l, bytes, at, lost)
			}
			parts := d.Parts(before, bytes, at, takes)
			require.Equal(t, takes, parts.Total())
			require.GreaterOrEqual(t, min(parts.Line, parts.Rounds, parts.Overflow, parts.Losses), int64(0))
			if line := float64(bytes) * 8e9 / rate; rate > 0 && parts.Line < takes {
				require.InDelta(t, line, parts.Line, 1)
			} else if rate > 0 { // nothing else: each round trip has whole ns
				require.InDelta(t, line, parts.Line, float64(1+takes/int64(rtt)))
			}
			if parts.Losses > 0 {
				met[0]++
			}
			if parts.Overflow > 0 {
				met[1]++
			}
			if parts.Rounds > 0 {
				met[2]++
			}
			at = leaves + int64(rtt) + takes + int64(draws.IntN(1e9))
		}
	}
	require.Greater(t, min(met[0], met[1], met[2]), 500, "%v", met)
}
