package transport_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/transport"
)

// storedAndForwarded sends packets of equal size over a line that each takes whole, one after another, and returns how long after the first of
// them has begun to arrive the last one has: the sender has a window of packets under way, and each packet that is acknowledged makes it one larger.
// So many are acknowledged together.
func storedAndForwarded(packets, window, together int64, packet, rtt time.Duration) time.Duration {
	arrived := make([]time.Duration, packets) // at the receiver, from when the first packet was sent
	var free time.Duration                    // when the line is
	for i := range packets {
		var sent time.Duration
		if i >= window {
			// When packet k is acknowledged, window + 2k and window + 2k + 1 may go.
			k := (i - window) / 2
			sent = arrived[k/together*together+together-1] + rtt/2
		}
		free = max(free, sent) + packet
		arrived[i] = free + rtt/2
	}
	return arrived[packets-1] - rtt/2
}

func TestTransfersAreThoseOfPacketsThatAreStoredAndForwarded(t *testing.T) {
	// By hand: at 12 Mbit/s a packet of 1,500 bytes takes 1 ms. Ten packets go, and the first is acknowledged 1 + 40 ms after it was sent. Then 20 go, the
	// first is acknowledged at 82 ms, and the last three packets of 33 are through at 85 ms.
	c := transport.Connection{BitsPerSecond: 12e6, SegmentBytes: 1500}
	require.Equal(t, 85*time.Millisecond, c.TransferTime(33*1500, 40*time.Millisecond, true))
	require.Equal(t, 85*time.Millisecond, storedAndForwarded(33, 10, 1, time.Millisecond, 40*time.Millisecond))
	// Where every second one is acknowledged, the first of 20 goes at 42 ms, and the first of the last three at 84.
	c.AckPackets = 2
	require.Equal(t, 87*time.Millisecond, c.TransferTime(33*1500, 40*time.Millisecond, true))
	require.Equal(t, 87*time.Millisecond, storedAndForwarded(33, 10, 2, time.Millisecond, 40*time.Millisecond))
	for _, rtt := range []time.Duration{0, 4 * time.Millisecond, 9 * time.Millisecond, 10 * time.Millisecond, 40 * time.Millisecond, 300 * time.Millisecond} {
		for _, us := range []int64{1, 24, 1000} { // a packet's time
			c.BitsPerSecond = 12e9 / float64(us)
			for packets := int64(1); packets < 3000; packets += 1 + packets/7 {
				for c.AckPackets = 1; c.AckPackets <= 2; c.AckPackets++ {
					want := storedAndForwarded(packets, 10, c.AckPackets, time.Duration(us)*time.Microsecond, rtt)
					require.Equal(t, want, c.TransferTime(packets*1500, rtt, true), "%d packets of %d us, %v, %d acknowledged", packets, us, rtt, c.AckPackets)
				}
			}
		}
	}
}
