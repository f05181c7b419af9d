package transport

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/random"
)

func TestALostPacketHoldsUpTheAnswerWhoseItIsToTheNanosecond(t *testing.T) {
	const ms = int64(time.Millisecond)
	type answer struct{ halves, lost int64 } // half packets, and the packet that is lost, from the answer's first
	for _, of := range []struct {
		about   string
		packet  int64 // ms on the line
		answers []answer
		quic    [][2]int64 // ms that the first byte waits, and from that to the last
		tcp     [][2]int64
	}{
		{"the others of a window do not wait", 0, []answer{{10, 4}, {10, 0}}, [][2]int64{{0, 40}, {0, 0}}, [][2]int64{{0, 40}, {40, 0}}},
		{"nor on a line, whose turn they take: 5 ms later, with the fourth again behind 4 + 40 + 1", 1, []answer{{10, 4}, {10, 0}}, [][2]int64{{0, 46}, {5, 5}}, nil},
		{"what is lost of themselves holds them up", 0, []answer{{10, 0}, {10, 3}}, [][2]int64{{0, 0}, {0, 40}}, [][2]int64{{0, 0}, {0, 40}}},
		{"and those behind them go on", 0, []answer{{6, 0}, {8, 3}, {6, 0}}, [][2]int64{{0, 0}, {0, 40}, {0, 0}}, [][2]int64{{0, 0}, {0, 40}, {40, 0}}},
		{"a packet with the end of one and the start of the next holds up both: the first for a probe, 40 + 26, the other as more comes behind it", 0, []answer{{9, 5}, {11, 0}}, [][2]int64{{0, 66}, {40, 0}}, nil},
		{"all wait for the window, which is 6.5 then: what was lost and 5 go, and then 5", 0, []answer{{20, 4}, {20, 0}}, [][2]int64{{0, 40}, {40, 40}}, [][2]int64{{0, 40}, {40, 40}}},
	} {
		rate := 0.
		if of.packet > 0 {
			rate = 1460 * 8 * 1000
		}
		for handshake, want := range map[Handshake][][2]int64{QUIC: of.quic, TCPTLS13: of.tcp} {
			d := Upstream{Handshake: handshake}.LossyDialer(40*time.Millisecond, rate, .006)
			line := Unused()
			for i, a := range of.answers[:len(want)] {
				lost := losesNone(&d, 100)
				if first := int64(2); a.lost > 0 { // draws are of the packets of an answer, but for the first of a row
					if i > 0 {
						first = 1
					}
					lost = losesTheNth(t, &d, a.lost-first+2, 100)
				}
				_, waits, takes := d.Ask(&line, a.halves*730, 0, lost)
				require.InDelta(t, want[i][0]*ms, waits, 2, "%s: %v, answer %d waits", of.about, handshake, i)
				require.InDelta(t, want[i][1]*ms, takes, 2, "%s: %v, answer %d takes", of.about, handshake, i)
			}
		}
	}
}

// Packets are sent one by one by [lostOneByOne], which knows of no rounds: when all of an answer is there, and when all before it is there, too, says by how much a row in order holds answers up.
func TestAnswersHoldOneAnotherUpAsPacketsOneByOneSay(t *testing.T) {
	const rtt, n = 26 * time.Millisecond, 3000 // so that a probe of QUIC comes two round trips later
	for _, of := range []struct {
		loss             float64
		answers, packets int
	}{{.01, 20, 10}, {.02, 10, 5}, {.05, 6, 20}, {.01, 6, 70}, {.001, 20, 20}, {.03, 30, 2}} {
		draws := rand.New(rand.NewPCG(1, 2))
		there := make([]float64, of.answers*of.packets)
		var inOrder, alone float64
		for range n {
			lostOneByOne(len(there), of.loss, draws, there)
			before := 0.
			for a := range of.answers {
				own := 0.
				for _, at := range there[a*of.packets:][:of.packets] {
					own = max(own, at)
				}
				before = max(before, own)
				inOrder, alone = inOrder+before, alone+own
			}
		}
		ours := func(streams bool) (sum float64) {
			d := Upstream{Handshake: QUIC}.LossyDialer(rtt, 0, of.loss)
			d.lossy.streams = streams
			for i := range n {
				line := Unused()
				for a := range of.answers {
					leaves, waits, takes := d.Ask(&line, int64(of.packets)*1460, 0, Losses{Key: random.NewKey(1, uint64(i), uint64(a), 0)})
					sum += float64(leaves-int64(rtt)+waits+takes) / float64(rtt)
				}
			}
			return sum
		}
		row, part := ours(false), ours(true)
		answers := float64(n * of.answers)
		require.InDelta(t, 1.06, part/alone, .1, "%+v: rounds are slower by some hundredths to a sixth", of)
		require.InDelta(t, .85, (row-part)/(inOrder-alone), .46, "%+v: what a row in order adds", of)
		t.Logf("%+v: in order %.3f round trips, one by one %.3f; alone %.3f, %.3f; held up %.3f, %.3f", of, row/answers, inOrder/answers, part/answers, alone/answers, (row-part)/answers, (inOrder-alone)/answers)
	}
}

func TestALossAtTheSteadyRateHoldsUpTheAnswerWhoseItIsToTheNanosecond(t *testing.T) {
	// A loss of .24 keeps a packet in 91.01312 ms with a round trip of 74 ms and a timeout of 100: see TestAnswersOverWhatIsAlwaysOpenWaitForTheTimeoutOfTheirProtocolToTheNanosecond. Three answers of four packets, of
	// which the sixth is lost: the first comes whole with the window of ten. The second waits a round trip for what was lost, and has its last three packets at that rate; the third comes behind them at the rate alone.
	const packet, rtt = int64(91_013_120), int64(74 * time.Millisecond)
	l := Connection{Handshake: QUIC}.LossyTransfer(.24)
	for i, want := range []Part{{Opens: 0, Passes: 0, Ends: 0}, {Opens: 0, Passes: 3 * packet, Ends: rtt + 3*packet}, {Opens: 3 * packet, Passes: 7 * packet, Ends: 7 * packet}} {
		want.Bytes = 4 * 1460
		own := Part{Bytes: want.Bytes}
		l.TimeOfPart(&own, int64(i+1)*want.Bytes, rtt, 100_000_000, false, 5*1460, steady(rtt))
		require.Equal(t, want, own, "%d", i)
	}
}

func TestARowOfAUserKnowsWhenOneAnswerOfItIsThereToTheNanosecond(t *testing.T) {
	// Of two answers of five packets the fourth packet is lost, and comes a round trip later: the second answer is there at once. With the window of ten full by the first, the second goes with what was lost, and the rest a round trip after that.
	const rtt = 40 * time.Millisecond
	d := Upstream{}.LossyDialer(rtt, 0, .006) // draws alone
	c := Connection{Handshake: QUIC}
	c.Congestion = Reno
	l := c.LossyTransfer(.006)
	for _, of := range []struct {
		packets                    int64
		opens, passes, ends, whole time.Duration
	}{{5, 0, 0, 0, rtt}, {10, rtt, 2 * rtt, 2 * rtt, 2 * rtt}} {
		lost := losesTheNth(t, &d, 4, 100)
		draws := lost.answer()
		own := Part{Bytes: of.packets * 1460}
		total, _, _ := l.RowRounds(2*of.packets*1460, int64(66*time.Millisecond), l.OpenWindow(true), true, steady(rtt), &draws, &own)
		require.Equal(t, []time.Duration{of.opens, of.passes, of.ends, of.whole}, []time.Duration{time.Duration(own.Opens), time.Duration(own.Passes), time.Duration(own.Ends), time.Duration(total)})
	}
}
