package transport

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// What goes at once takes as long, and leaves the window, as round by round.
func TestWhatGoesAtOnceGoesAsRoundByRound(t *testing.T) {
	draws, atOnce, not := rand.New(rand.NewPCG(1, 2)), 0, 0
	for _, c := range []Connection{
		Linux(TCPTLS13), Linux(TCPTLS13).OverHTTP2(), Linux(TLS13Resumed), Linux(QUIC), Linux(QUICResumed), QUICGo(QUIC), {}, {Idle: KeepWindow}, {Stack: Stack{Congestion: BBR}},
	} {
		for _, rate := range []float64{0, 1e6, 50e6} {
			c.BitsPerSecond = rate
			of := c.Transfer()
			for range 2000 {
				window := of.InitialWindow() << draws.IntN(4) >> draws.IntN(3)
				bytes := draws.Int64N(1 + 2*window)
				b := of.begin(window, bytes, draws.IntN(2) == 0)
				if draws.IntN(3) == 0 {
					b.began /= 2
				}
				slow, rounds := slowStart(&of, b, steady(20e6))
				ns, before, after := sends(&of, b, 7, steady(20e6))
				require.Equal(t, slow, ns)
				require.Equal(t, rounds.before, before)
				require.Equal(t, Window{of.grown(rounds.window, rounds.gains), 7}, after)
				if of.isOneFlight(&b) {
					atOnce++
				} else {
					not++
				}
			}
		}
	}
	require.Greater(t, atOnce, 10_000)
	require.Greater(t, not, 10_000)
}

// What goes in one flight is what a look at round trips gives, first bytes and window included; and all goes so that slow start sends at once.
func TestAFlightIsWhatRowsGive(t *testing.T) {
	draws, flights, not := rand.New(rand.NewPCG(3, 4)), 0, 0
	for _, c := range []Connection{
		Linux(TCPTLS13), Linux(TCPTLS13).OverHTTP2(), Linux(TLS13Resumed), Linux(QUIC), Linux(QUICResumed), QUICGo(QUIC), {}, {Idle: KeepWindow}, {Stack: Stack{Congestion: BBR}}, {BufferBytes: 1 << 16},
	} {
		for _, rate := range []float64{0, 1e6, 50e6} {
			c.BitsPerSecond = rate
			of := c.Transfer()
			for range 1000 {
				window := Window{of.InitialWindow() << draws.IntN(4) >> draws.IntN(3), draws.Int64N(1 << 17)}
				bytes, isNew := draws.Int64N(1+2*window.Bytes), draws.IntN(2) == 0
				if draws.IntN(10) == 0 {
					bytes = 0
				}
				ns, before, after := of.RowOver(window, bytes, isNew, steady(20e6))
				b := of.begin(window.Bytes, bytes, isNew)
				var f Flight
				if is := of.InOneFlight(&f, window, bytes, isNew); !is {
					require.Zero(t, f)
					require.False(t, of.buffer == 0 && of.isOneFlight(&b))
					not++
					continue
				}
				first := int64(0)
				if readable := of.Readable(bytes); readable > 0 {
					first, _ = of.FromOver(window, readable, isNew, steady(20e6))
				}
				require.Equal(t, Flight{Readable: min(first, ns), All: ns, After: after}, f)
				require.Zero(t, before)
				flights++
			}
		}
	}
	require.Greater(t, flights, 5_000)
	require.Greater(t, not, 5_000)
}
