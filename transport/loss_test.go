package transport

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/random"
)

func TestSteadyRateUnderLossIsThatOfTheModel(t *testing.T) {
	c := Connection{}
	// By hand for 1 % and 100 ms: 0.1 sqrt(0.02/3) + 0.4 * 3 sqrt(0.03/8) * 0.01 (1 + 32 * 0.0001) s a packet.
	perPacket := 0.1*0.0816497 + 0.4*0.183712*0.01*1.0032
	require.InEpsilon(t, 8*1460/perPacket, c.SteadyBitsPerSecond(100*time.Millisecond, 400*time.Millisecond, 0.01), 1e-5)
	// Half of all packets: three in a row are more than lost, so that every loss is a timeout.
	require.InEpsilon(t, 8*1460/(0.1*0.57735+0.4*0.5*9), c.SteadyBitsPerSecond(100*time.Millisecond, 400*time.Millisecond, 0.5), 1e-5)
	for _, loss := range []float64{1e-8, 1e-7, 1e-6} {
		mathis := 8 * 1460 / 0.05 * math.Sqrt(1.5/loss)
		require.InEpsilon(t, mathis, c.SteadyBitsPerSecond(50*time.Millisecond, 200*time.Millisecond, loss), 0.01, "%v", loss)
	}
	c.SegmentBytes = 730
	require.InEpsilon(t, 8*730/perPacket, c.SteadyBitsPerSecond(100*time.Millisecond, 400*time.Millisecond, 0.01), 1e-5)
	require.Positive(t, c.SteadyBitsPerSecond(time.Second, time.Second, 1))
}

func TestTransfersSlowDownFromTheFirstLossOn(t *testing.T) {
	const ms = int64(time.Millisecond)
	c := Connection{BitsPerSecond: 80e6} // 10,000 bytes a ms
	l := c.LossyTransfer(0.01)
	steady := c.SteadyBitsPerSecond(100*time.Millisecond, 400*time.Millisecond, 0.01) / 8 / 1000 // bytes a ms
	for _, isNew := range []bool{false, true} {
		whole := int64(c.TransferTime(1_000_000, 100*time.Millisecond, isNew))
		require.Equal(t, whole, l.Time(1_000_000, 100*ms, 400*ms, isNew, 1_000_000), "nothing is lost")
		half := int64(c.TransferTime(500_000, 100*time.Millisecond, isNew))
		const packet = 146_000 // ns that 1,460 bytes take
		require.InDelta(t, float64(half+100*ms+packet)+500_000/steady*float64(ms), l.Time(1_000_000, 100*ms, 400*ms, isNew, 500_000), 2)
	}
	slow := Connection{BitsPerSecond: 80_000} // slower than TCP
	l = slow.LossyTransfer(0.01)
	require.Equal(t, 100_000*ms+100*ms+146*ms, l.Time(1_000_000, 100*ms, 400*ms, false, 500_000))
}

func TestPacketsBeforeALossAreGeometric(t *testing.T) {
	const n = 200_000
	for _, loss := range []float64{0.5, 0.02} {
		l := Connection{SegmentBytes: 1000}.LossyTransfer(loss)
		stream := random.New(1, 2, 3, 4)
		sum, none, ten := 0.0, 0, 0
		for range n {
			intact := l.Intact(&stream)
			require.Zero(t, intact%1000)
			after := float64(intact/1000 - 1) // besides the first
			sum += after
			if after == 0 {
				none++
			}
			if after >= 10 {
				ten++
			}
		}
		sd := math.Sqrt(1-loss) / loss / math.Sqrt(n)
		require.InDelta(t, (1-loss)/loss, sum/n, 4*sd)
		require.InDelta(t, loss, float64(none)/n, 4*math.Sqrt(loss*(1-loss)/n))
		p := math.Pow(1-loss, 10)
		require.InDelta(t, p, float64(ten)/n, 4*math.Sqrt(p*(1-p)/n))
	}
	always, never := Connection{}.LossyTransfer(1), Connection{}.LossyTransfer(1e-300)
	stream := random.New(1, 2, 3, 4)
	require.Equal(t, int64(1460), always.Intact(&stream))
	require.Equal(t, int64(1<<40*1460), never.Intact(&stream))
}

func TestTheLastOfAnOddNumberOfPacketsWaitsForTheNext(t *testing.T) {
	// By hand, without a loss: a window of 3 packets that grows by one a round trip. At 40 ms the third waits at the receiver for
	// the fourth, so that a window of 4 sends 3, one of 5 after it 5, one of 6 again 5: 16 in four round trips, of 23. At 41 ms the
	// receiver's timer is first, and they send 3, 4, 5 and 6. Each round trip takes the ms of a packet longer.
	c := Connection{SegmentBytes: 1000, BitsPerSecond: 8e6} // a packet is 1 ms
	c.Congestion = Reno
	l := c.LossyTransfer(1e-300)
	draws := random.New(1, 2, 3, 4)
	for _, of := range []struct{ rttMs, left int64 }{{40, 7}, {41, 5}} {
		const ms = int64(time.Millisecond)
		ns, _ := l.Rounds(23_000, 200*ms, Window{Bytes: 3000, SlowTo: 3000}, false, steady(of.rttMs*ms), &draws)
		require.Equal(t, 4*(of.rttMs+1)*ms+of.left*ms, ns, "%d ms", of.rttMs)
	}
}

func TestCUBICGoesOnWhereAnotherAnswerHasLeftItsWindowToTheNanosecond(t *testing.T) {
	// A loss has left 8 packets, which have grown to 12 since. The estimate of Reno adds .529 to these in each round trip (RFC 9438, section 4.3): 12, 12, 13 and 13 packets are 50, and a window of 14.1 is left.
	const rtt = 50 * time.Millisecond
	c := Connection{}
	c.Congestion = CUBIC
	l := c.LossyTransfer(.006)
	d := Upstream{}.LossyDialer(rtt, 0, .006) // draws alone
	draws := losesNone(&d, 100).answer()
	total, after := l.Rounds(50*1460, int64(200*time.Millisecond), Window{Bytes: 12 * 1460, SlowTo: 8 * 1460}, false, steady(rtt), &draws)
	require.Equal(t, 3*rtt, time.Duration(total))
	require.InDelta(t, (12+float64(4*cubicAlpha))*1460, after.Bytes, 2)
	require.EqualValues(t, 8*1460, after.SlowTo)
}
