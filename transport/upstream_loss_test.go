package transport

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestADialerThatLosesNothingIsADialer(t *testing.T) {
	u := Upstream{}
	const rtt = 40 * time.Millisecond
	d, l := u.Dialer(rtt, 1e8), u.LossyDialer(rtt, 1e8, .01)
	usual, lossy := Unused(), Unused()
	for i, bytes := range []int64{1000, 5e6, 100_000, 20_000_000, 10} {
		now := int64(i) * int64(time.Second)
		leaves, waits, takes := d.Ask(&usual, bytes, now)
		gotLeaves, gotWaits, gotTakes := l.Ask(&lossy, bytes, now, Losses{Intact: math.MaxInt64})
		require.Equal(t, []int64{leaves, waits, takes}, []int64{gotLeaves, gotWaits, gotTakes})
		require.Equal(t, usual, lossy)
	}
	answersArrive := u.LossyDialer(rtt, 1e8, 0)
	require.Nil(t, answersArrive.Lossy())
}

func TestALineKeepsTheWindowOfALongTransferAfterALoss(t *testing.T) {
	const rtt, ms = int64(40 * time.Millisecond), int64(time.Millisecond)
	d := Upstream{}.LossyDialer(40*time.Millisecond, 0, .006)
	line := Unused()
	require.EqualValues(t, 2, d.SetUpTrips(), "TCP and TLS 1.3")
	// Slow start from 10 packets: 10, 20, 40, 80, 160 and 320 are 630 packets in five round trips behind the first.
	leaves, _, takes := d.Ask(&line, 630*1460, 0, Losses{SetUp: 200 * ms, Exchange: 400 * ms, Intact: math.MaxInt64})
	require.Equal(t, []int64{2*rtt + 600*ms, 5 * rtt}, []int64{leaves, takes})
	before := line
	require.GreaterOrEqual(t, line.stream.after.Bytes, int64(320*1460))
	// The window holds it all; of 100 packets 60 arrive, and 40 come a round trip later at the rate that is kept under loss.
	rate := Connection{}.SteadyBitsPerSecond(40*time.Millisecond, 200*time.Millisecond, .006)
	leaves, _, takes = d.Ask(&line, 100*1460, leaves+rtt+takes, Losses{Intact: 60 * 1460})
	require.Equal(t, before.stream.ends, leaves)
	require.InDelta(t, float64(rtt)+40*1460*8/rate*1e9, float64(takes), 1)
	require.InDelta(t, math.Sqrt(1.5/.006)*1460, float64(line.stream.after.Bytes), 1)
	// A question that comes while the handshake still goes on waits for it, too.
	line = Unused()
	leaves, _, _ = d.Ask(&line, 1, 0, Losses{SetUp: 200 * ms, Intact: math.MaxInt64})
	second, _, _ := d.Ask(&line, 1, 10*ms, Losses{SetUp: 900 * ms, Intact: math.MaxInt64})
	require.Equal(t, []int64{280 * ms, 280 * ms}, []int64{leaves, second})
}
