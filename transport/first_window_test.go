package transport_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/transport"
)

func TestTheFirstWindowOfAnAnswerBetweenSitesByHand(t *testing.T) {
	// 40 ms there and back, without a rate. A window of 14,600 bytes doubles each round trip: 14.6, 29.2 and 58.4 kB are 102.2, and the other 47.8 of 150 kB let the next, of 116.8, be 164.6.
	const ms = int64(time.Millisecond)
	d := transport.Upstream{KeepAlive: time.Minute, Idle: transport.HalveWindow}.Dialer(40*time.Millisecond, 0)
	l := transport.Unused()
	ask := func(at, bytes int64) (w transport.FirstWindow) {
		w = d.FirstWindow(l, bytes, at)
		d.Ask(&l, bytes, at)
		return w
	}
	grown := transport.Window{Bytes: 164_600}
	require.Equal(t, transport.FirstWindow{Window: transport.Window{Bytes: 14_600}, Initial: 14_600, RoundTrips: 3}, ask(0, 150_000), "new")
	// It is asked at 80 ms, behind a handshake; the first byte is here at 120, the last one at 240.
	require.Equal(t, transport.FirstWindow{Window: grown, Initial: 14_600, Begins: transport.OnKnown}, ask(250*ms, 1000))
	// 10 ms later 1,000 bytes are ahead in the same round trip, and the window lets 163,600 more go.
	require.Equal(t, transport.FirstWindow{Window: grown, Initial: 14_600, Begins: transport.OnKnown, Behind: 1000, RoundTrips: 1}, ask(260*ms, 163_601))
	// The window is 329,200 then, and a byte more when the last one is acknowledged. Its first byte is here at 300 ms, its last at 330, and the next answer at 790: nothing was sent for 460 ms, more than twice 200.
	require.Equal(t, transport.FirstWindow{Window: transport.Window{Bytes: 82_300}, Initial: 14_600, Begins: transport.OnKnown, Left: 329_201, Silence: 460 * ms, Timeout: 200 * ms, RoundTrips: 1}, ask(750*ms, 82_301))

	require.Equal(t, transport.OnFound, d.FirstWindow(transport.Idle(-1), 1, 0).Begins)
	open := transport.Upstream{AlwaysOpen: true}.Dialer(40*time.Millisecond, 0)
	endless := open.FirstWindow(transport.Idle(-1), 1, 0)
	require.True(t, endless.IsEndless())
}

// A line of 1 Mbit/s has 5,000 bytes under way in 40 ms, and 1,460 more until they are acknowledged; the buffer before it holds the others. The window of a new connection is 14,600 bytes: of a way
// that holds just as much nothing is said.
func TestTheFirstWindowOverAWayThatHoldsLessByHand(t *testing.T) {
	for buffer, holds := range map[int64]int64{4096: 5000 + 1460 + 4096, 14_600 - 6460 - 1: 14_599, 14_600 - 6460: 0, 1 << 16: 0} {
		d := transport.Upstream{BufferBytes: buffer}.Dialer(40*time.Millisecond, 1e6)
		w := d.FirstWindow(transport.Unused(), 1000, 0)
		require.Equal(t, transport.FirstWindow{Window: transport.Window{Bytes: 14_600}, Initial: 14_600, WayHolds: holds, MayLose: true}, w, "a buffer of %d bytes", buffer)
	}
}

// What is said of windows agrees with how long answers take: without a rate each round trip takes the same, and nothing else takes time.
func TestFirstWindowsAgreeWithTheTimeOfAnswers(t *testing.T) {
	draws := rand.New(rand.NewPCG(8, 9))
	met := [3]int{}
	for range 2000 {
		rtt := time.Duration(1+draws.IntN(200)) * time.Millisecond
		loss := .02 * float64(draws.IntN(2))
		u := transport.Upstream{Idle: transport.IdleWindow(draws.IntN(3)), KeepAlive: time.Minute}
		rate := 0.
		if draws.IntN(3) == 0 {
			rate, u.BufferBytes = 50e6, 1<<16
		}
		d := u.LossyDialer(rtt, rate, loss)
		l, at := transport.Unused(), int64(0)
		for range 5 {
			bytes := int64(1 + draws.IntN(1<<draws.IntN(22)))
			lost := transport.Losses{Key: random.Key(draws.Uint64())}
			w := d.FirstWindow(l, bytes, at, lost)
			leaves, _, takes := d.Ask(&l, bytes, at, lost)
			all := takes
			switch {
			case w.Behind > 0:
				met[0]++
			case loss == 0 && rate == 0:
				require.Equal(t, w.RoundTrips*int64(rtt), all)
				before := w.Bytes * (1<<w.RoundTrips - 1)
				require.True(t, before < bytes && bytes <= before+w.Bytes<<w.RoundTrips, "%+v of %d bytes", w, bytes)
				met[1]++
			default:
				require.GreaterOrEqual(t, all, w.RoundTrips*int64(rtt))
				met[2]++
			}
			at = leaves + int64(rtt) + int64(draws.IntN(int(takes)+1e9))
		}
	}
	require.Greater(t, min(met[0], met[1], met[2]), 500, "%v", met)
}
