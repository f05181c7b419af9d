package transport

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/random"
)

func TestADialerThatLosesNothingIsADialer(t *testing.T) {
	u := Upstream{}
	const rtt = 40 * time.Millisecond
	d, l := u.Dialer(rtt, 1e8), u.LossyDialer(rtt, 1e8, 1e-300)
	usual, lossy := Unused(), Unused()
	for i, bytes := range []int64{1000, 5e6, 100_000, 20_000_000, 10} {
		now := int64(i) * int64(time.Second)
		leaves, waits, takes := d.Ask(&usual, bytes, now)
		gotLeaves, gotWaits, gotTakes := l.Ask(&lossy, bytes, now, Losses{Key: random.Key(i)})
		require.Equal(t, []int64{leaves, waits}, []int64{gotLeaves, gotWaits})
		require.InDelta(t, takes, gotTakes, 20)
		require.InDelta(t, usual.stream.ends, lossy.stream.ends, 20)
	}
}

// losesTheNth returns what loses the packet of an answer with a number, from 2, and none of so many after it.
func losesTheNth(t testing.TB, d *LossyDialer, number, after int64) (lost Losses) {
	t.Helper()
	for ; lost.Key < 1_000_000; lost.Key++ {
		draws := lost.answer()
		if d.lossy.gap(&draws) == number-1 && d.lossy.gap(&draws) > after {
			return lost
		}
	}
	t.Fatal("no such draws")
	return lost
}

// losesNone returns what loses none of so many packets.
func losesNone(d *LossyDialer, packets int64) (lost Losses) {
	for ; ; lost.Key++ {
		if draws := lost.answer(); d.lossy.gap(&draws) > packets {
			return lost
		}
	}
}

func TestALineKeepsTheWindowThatALossHasLeft(t *testing.T) {
	const rtt, ms = int64(50 * time.Millisecond), int64(time.Millisecond)
	d := Upstream{}.LossyDialer(50*time.Millisecond, 0, .006)
	line := Unused()
	require.EqualValues(t, 2, d.SetUpTrips(), "TCP and TLS 1.3")
	// Slow start from 10 packets: 10, 20, 40, 80, 160 and 320 are 630 packets in five round trips behind the first.
	none := losesNone(&d, 700)
	none.SetUp, none.Exchange = 200*ms, 400*ms
	leaves, _, takes := d.Ask(&line, 630*1460, 0, none)
	require.Equal(t, []int64{2*rtt + 600*ms, 5 * rtt}, []int64{leaves, takes})
	require.Equal(t, Window{Bytes: 640 * 1460}, line.stream.after)
	// The window holds 100 packets. One is lost, and comes a round trip later; the 60 before it have made the window 700, and the loss halves that.
	leaves, _, takes = d.Ask(&line, 100*1460, leaves+rtt+takes, losesTheNth(t, &d, 61, 700))
	require.Equal(t, rtt, takes)
	require.Equal(t, Window{350 * 1460, 350 * 1460}, line.stream.after)
	// What follows is sent with that, which grows by a packet in each round trip: 350 + 351 + 352 are 1,053 packets.
	none = losesNone(&d, 1100)
	leaves, _, takes = d.Ask(&line, 1053*1460, leaves+rtt+takes, none)
	require.Equal(t, 2*rtt, takes)
	require.Equal(t, Window{353 * 1460, 350 * 1460}, line.stream.after)
	leaves, _, takes = d.Ask(&line, 354*1460, leaves+rtt+takes, none)
	require.Equal(t, rtt, takes, "a packet is too many")
	// After a silence slow start begins anew, but ends where the loss has let it: 10, 20, ... 320 are 630 packets, then 350 go.
	_, _, takes = d.Ask(&line, 981*1460, leaves+rtt+takes+201*ms, none)
	require.Equal(t, 7*rtt, takes)
	// A question that comes while the handshake still goes on waits for it, too.
	line = Unused()
	leaves, _, _ = d.Ask(&line, 1, 0, Losses{SetUp: 200 * ms})
	second, _, _ := d.Ask(&line, 1, 10*ms, Losses{SetUp: 900 * ms})
	require.Equal(t, []int64{300 * ms, 300 * ms}, []int64{leaves, second})
}

func TestAnswersShareALossToTheNanosecond(t *testing.T) {
	// Two answers of 10 packets at once over a new connection. The 4th packet of the first is lost, of which the sender learns when the window has grown by three: it is 6.5 then. What was lost goes
	// in the next round trip with five of the second answer, and five are left for the third.
	const rtt = int64(40 * time.Millisecond)
	d := Upstream{}.LossyDialer(40*time.Millisecond, 0, .006)
	line := Unused()
	first, none := losesTheNth(t, &d, 4, 100), losesNone(&d, 100)
	_, waits, takes := d.Ask(&line, 10*1460, 0, first)
	require.Equal(t, [2]int64{0, rtt}, [2]int64{waits, takes})
	_, waits, takes = d.Ask(&line, 10*1460, 0, none)
	require.Equal(t, [2]int64{rtt, rtt}, [2]int64{waits, takes})
	// One answer of all of them takes as long.
	line = Unused()
	_, _, takes = d.Ask(&line, 20*1460, 0, first)
	require.Equal(t, 2*rtt, takes)
	// The last packet of the first is lost: alone it comes two round trips after it was sent, by a probe. With more behind it, it comes with the next round trip: a window of 9.5.
	line = Unused()
	last := losesTheNth(t, &d, 10, 100)
	_, _, takes = d.Ask(&line, 10*1460, 0, last)
	require.Equal(t, 2*rtt, takes)
	_, waits, takes = d.Ask(&line, 8*1460, 0, none)
	require.Equal(t, [2]int64{2 * rtt, 0}, [2]int64{waits, takes})
	line = Unused()
	_, _, takes = d.Ask(&line, 18*1460, 0, last)
	require.Equal(t, rtt, takes)
}

func TestAnswersThatMayLoseAllocateNothing(t *testing.T) {
	for _, u := range []Upstream{{}, {BufferBytes: 1 << 16}, {AlwaysOpen: true}} {
		d := u.LossyDialer(40*time.Millisecond, 1e8, .05)
		line, at := Unused(), int64(0)
		require.Zero(t, testing.AllocsPerRun(100, func() {
			at += 300_000_000
			d.Ask(&line, 50_000, at, Losses{Key: random.Key(at)})
			d.Ask(&line, 50_000, at, Losses{Key: random.Key(at + 1)})
		}))
	}
}

func TestAnswersOverWhatIsAlwaysOpenWaitForTheTimeoutOfTheirProtocolToTheNanosecond(t *testing.T) {
	// A loss of .24 makes sqrt(2 p / 3) .4, and 3 sqrt(3 p / 8) p (1 + 32 p^2) .9 * .24 * 2.8432 = .6141312. So a packet takes .4 of a round trip of 74 ms and .6141312 of a timeout: 100 ms of QUIC, 200 of TCP. Of
	// five packets the fourth is lost: a round trip, and two at that rate.
	for handshake, want := range map[Handshake]time.Duration{
		QUIC:     74*time.Millisecond + 2*(29_600_000+61_413_120),
		TCPTLS13: 74*time.Millisecond + 2*(29_600_000+122_826_240),
	} {
		d := Upstream{Handshake: handshake, AlwaysOpen: true}.LossyDialer(74*time.Millisecond, 0, .24)
		require.EqualValues(t, want, d.openTime(5*1460, 3*1460), handshake)
	}
	// Only TCP comes that way today: a connection that is always open has no handshake.
	require.ErrorContains(t, Upstream{Handshake: QUIC, AlwaysOpen: true}.Validate(), "AlwaysOpen")
}
