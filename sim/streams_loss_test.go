package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/transport"
)

func TestALostPacketHoldsUpOneAnswerToAUserOverHTTP3(t *testing.T) {
	// Six answers at once, time and again, over HTTP/2 and 3. What is lost of one costs the others behind it nothing over HTTP/3 but the window that it leaves.
	const bursts, k = 500, 6
	of := func(version int, bytes int64, congestion transport.Congestion, apart int64) (all []Sighting, overtake float64) {
		var at []int64
		for i := range int64(bursts) {
			for j := range int64(k) {
				at = append(at, i*20*second+j*apart)
			}
		}
		w := asksFor(version, bytes, 20e6, at...)
		w.Client.Congestion = congestion
		all = watched(t, lossyWorld(t, 0.01), w, placement.RegionOnly("region"), bursts*20*time.Second)
		require.Len(t, all, bursts*k)
		for i := range all {
			if i%k > 0 && apart+all[i].TTLB < all[i-1].TTLB && all[i-1].Causes[Loss] == 0 {
				overtake++
			}
		}
		return all, overtake
	}
	// Of 3.6 packets each, 3 or more go in a window. One loses a packet with 1 - .99^3.6 = .0355, and the next in the same window none with .964. In a burst 4 to 5 of 5 pairs are in one window: 69 to 86 in all, give
	// or take three times 9. Answers that are 3 ms apart leave the line idle between, and lose no more for that. Over HTTP/2 none overtakes.
	for _, congestion := range []transport.Congestion{transport.Reno, transport.CUBIC} {
		for _, apart := range []int64{0, 3 * ms} {
			_, overtake := of(2, 5000, congestion, apart)
			require.InDelta(t, 77, overtake, 9+27, "%v, %d ms apart", congestion, apart/ms)
			for _, bytes := range []int64{5000, 20_000} {
				_, overtake = of(1, bytes, congestion, apart)
				require.Zero(t, overtake, "%v, %d ms apart", congestion, apart/ms)
			}
		}
	}
	// Both lose the same packets where they send alike, and then none is later over HTTP/3.
	rows, _ := of(1, 20_000, transport.Steady, 0)
	streams, _ := of(2, 20_000, transport.Steady, 0)
	sooner := 0
	for i := k; i < len(rows); i++ { // behind the first connection, which takes a round trip less over HTTP/3
		require.LessOrEqual(t, streams[i].TTLB, rows[i].TTLB, "%d", i)
		require.LessOrEqual(t, streams[i].TTFB, rows[i].TTFB, "%d", i)
		if streams[i].TTLB < rows[i].TTLB {
			sooner++
		}
	}
	require.Greater(t, sooner, bursts)
}
