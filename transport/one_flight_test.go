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
