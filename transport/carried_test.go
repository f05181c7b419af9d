package transport

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/random"
)

// The closed form of Padhye et al. (1998) is within their own error of what was measured, a few percent where timeouts are not most of it.
func TestWhatAConnectionCarriesIsNearTheClosedForm(t *testing.T) {
	for _, loss := range []float64{1e-6, 1e-5, 1e-4, 1e-3, 3e-3, 1e-2} {
		for _, rtt := range []time.Duration{40e6, 60e6, 84e6, 200e6} {
			d := Upstream{}.LossyDialer(rtt, 0, loss)
			closed := Connection{}.SteadyBitsPerSecond(rtt, time.Duration(RetransmitNs(int64(rtt))), loss)
			require.InEpsilon(t, closed, d.CarriedBitsPerSecond(), .06, "%v at %v", loss, rtt)
		}
	}
}

func TestWhatAConnectionCarriesIsTheLongRunOfItsAnswers(t *testing.T) {
	for _, of := range []struct {
		u    Upstream
		rate float64
		loss float64
	}{{Upstream{}, 0, .01}, {Upstream{}, 2e6, .01}, {Upstream{Handshake: QUIC}, 0, .05}, {Upstream{Handshake: QUIC}, 0, .2}, {Upstream{BufferBytes: 64 << 10}, 1e7, .001}} {
		d := of.u.LossyDialer(60*time.Millisecond, of.rate, of.loss)
		line, sent, last := Unused(), 0., int64(0)
		for i := range 20_000 { // all asked for at once
			leaves, waits, takes := d.Ask(&line, 30_000, 0, Losses{Key: random.Key(i)})
			last = max(last, leaves+d.rtt+waits+takes)
			sent += 8 * 30_000
		}
		require.InEpsilon(t, sent/float64(last)*1e9, d.CarriedBitsPerSecond(), .03, fmt.Sprint(of))
	}
}

func TestWhatCarriesEverythingHasNoBoundButTheRate(t *testing.T) {
	for rate, want := range map[float64]float64{0: math.Inf(1), 5e6: 5e6} {
		d := Upstream{}.LossyDialer(60*time.Millisecond, rate, 0)
		require.Equal(t, want, d.CarriedBitsPerSecond())
		d = Upstream{AlwaysOpen: true}.LossyDialer(60*time.Millisecond, rate, .01)
		require.Equal(t, want, d.CarriedBitsPerSecond())
	}
}
