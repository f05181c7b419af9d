package sim

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// A connection lives for a second unused, gaps of 20 s are exponential, and keys are good for 10 s from when a connection is set up. A connection that opens after a gap G of more than a second
// has come after S = sum of the shorter ones and that: resumed where S + G is at most 10 s. A gap is short by 4.9 %, so that S is a second at the very most in 1 of 400 and nearly always 0: of the gaps above a
// second those below 10 - S are 1 - exp(-(9 - S) / 20).
func TestKeysOfConnectionsExpire(t *testing.T) {
	resumed := func(lifetime time.Duration) float64 {
		w := visited(200, workload.Visits{Requests: 1000, Gap: 20 * time.Second, IdleTimeout: time.Second, TicketLifetime: lifetime, Versions: workload.Versions{0, 1, 0}},
			func(h *workload.Head) { h.Client = transport.Connection{Handshake: transport.TCPTLS12} }) // two round trips of TLS, one where it is resumed
		tally := runVisits(t, w, 200)
		opened := float64(tally.Causes[Connect]) / float64(6*ms)
		return 2 - float64(tally.Causes[TLS])/float64(6*ms)/opened
	}
	const gap, idle, life = 20., 1., 10.
	// S is a sum of a geometric number of gaps below a second, of 0.496 s each on the mean.
	short := 1 - math.Exp(-idle/gap)
	want := 1 - math.Exp(-(life-idle-short/(1-short)*.496)/gap)
	require.InDelta(t, want, resumed(10*time.Second), .012)
	require.InDelta(t, 1, resumed(0), .01, "7 days, but for the first of each visit")
	require.InDelta(t, 0, resumed(time.Nanosecond), .01, "who joins a handshake waits for what is left of it, which counts as connect")
}
