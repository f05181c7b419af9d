package transport

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

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
		{"nor on a line, whose turn they take: 5 ms later, with the fourth again behind 4 + 40 + 1; in order they are there by then", 1, []answer{{10, 4}, {10, 0}}, [][2]int64{{0, 46}, {5, 5}}, [][2]int64{{0, 46}, {46, 0}}},
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

// Packets are sent one by one by [lostOneByOne], which knows of no rounds: when all of an answer is there, and when all before it is there, too. Over HTTP/3 the mean is off by no more than it is over HTTP/2, within three
// standard errors, and so is how much longer answers take that come in order. Where the row goes at once and losses are rare, the share of the answers that are held up is that of packets one by one.
func TestAnswersHoldOneAnotherUpAsPacketsOneByOneSay(t *testing.T) {
	const rtt, n = 26 * time.Millisecond, 4000 // so that a probe of QUIC comes two round trips later
	for _, of := range []struct {
		window, loss     float64
		answers, packets int
	}{
		{10, .005, 3, 3}, {10, .005, 10, 10}, {10, .005, 10, 60}, {10, .02, 2, 10}, {10, .02, 10, 3}, {10, .05, 3, 60}, {10, .05, 10, 10},
		{40, .005, 2, 10}, {40, .005, 3, 10}, {40, .005, 10, 3}, {40, .02, 10, 10}, {40, .02, 3, 60}, {40, .05, 10, 3}, {40, .05, 10, 10},
	} {
		began, slowTo := Window{Bytes: int64(of.window) * 1460}, math.Inf(1)
		if of.window > 10 {
			began.SlowTo, slowTo = began.Bytes, of.window
		}
		draws, there := rand.New(rand.NewPCG(1, 2)), make([]float64, of.answers*of.packets)
		var ours, want struct{ inOrder, alone, adds, share sample } // of each row, in round trips
		for i := range n {
			lostOneByOne(len(there), of.loss, of.window, slowTo, draws, there)
			ends := make([]float64, of.answers)
			for a := range ends {
				ends[a] = slices.Max(there[a*of.packets:][:of.packets])
			}
			row := func(streams bool) (ends []float64) {
				d := Upstream{Handshake: QUIC}.LossyDialer(rtt, 0, of.loss)
				d.lossy.streams = streams
				s := newStream(began)
				for a := range of.answers {
					draws := random.NewKey(1, uint64(i), uint64(a), 0).StreamAt(1)
					waits, takes := s.send(&d.transfer, int64(of.packets)*1460, 0, int64(rtt), &streamLosses{&d.lossy, d.ResendNs(), &draws})
					ends = append(ends, float64(waits+takes)/float64(rtt))
				}
				return ends
			}
			inOrder := slices.Clone(ends)
			for a := range inOrder {
				inOrder[a] = slices.Max(ends[:a+1])
			}
			add := func(to *struct{ inOrder, alone, adds, share sample }, inOrder, alone []float64) {
				var all, own, held float64
				for a := range alone {
					all, own = all+inOrder[a], own+alone[a]
					if inOrder[a] > alone[a]+1e-6 {
						held++
					}
				}
				k := float64(len(alone))
				to.inOrder, to.alone, to.adds, to.share = append(to.inOrder, all/k), append(to.alone, own/k), append(to.adds, (all-own)/k), append(to.share, held/k)
			}
			add(&want, inOrder, ends)
			add(&ours, row(false), row(true))
		}
		off := func(a, b sample) (by, err float64) {
			return math.Abs(stat.Mean(a, nil) - stat.Mean(b, nil)), math.Sqrt((stat.Variance(a, nil) + stat.Variance(b, nil)) / n)
		}
		byRow, _ := off(ours.inOrder, want.inOrder)
		byPart, err := off(ours.alone, want.alone)
		require.LessOrEqual(t, byPart, byRow+3*err, "%+v", of)
		byAdds, err := off(ours.adds, want.adds)
		require.LessOrEqual(t, byAdds, byRow+3*err, "%+v", of)
		byShare, err := off(ours.share, want.share)
		if of.loss < .01 && of.answers*of.packets <= int(of.window) {
			require.LessOrEqual(t, byShare, 3*err, "%+v", of)
		}
		t.Logf("%+v: in order %.3f round trips, one by one %.3f; alone %.3f, %.3f; held up by %.3f, %.3f, and %.3f, %.3f of the answers", of, stat.Mean(ours.inOrder, nil), stat.Mean(want.inOrder, nil),
			stat.Mean(ours.alone, nil), stat.Mean(want.alone, nil), stat.Mean(ours.adds, nil), stat.Mean(want.adds, nil), stat.Mean(ours.share, nil), stat.Mean(want.share, nil))
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

func TestAnAnswerThatIsToldLateGoesAheadAndTakesItsTimeOnTheLineToTheNanosecond(t *testing.T) {
	// A packet takes 1 ms. Three of them are there from 10 ms on, until 13. Six that are told after these were there from 5 ms on: they come by 11, and push the three back until 14. One more is there at 15.
	const ms, rtt = int64(time.Millisecond), 40 * time.Millisecond
	for _, loss := range []float64{0, .006} {
		d := Upstream{}.LossyDialer(rtt, 1460*8*1000, loss)
		line := Unused()
		answer := func(packets, first int64, lost Losses) (opens, ends int64) {
			waits, takes := d.Answer(&line, packets*1460, first, lost)
			return first + waits, first + waits + takes
		}
		none := Losses{}
		if loss > 0 {
			none = losesNone(&d, 100)
		}
		for i, of := range []struct{ packets, first, opens, ends int64 }{{3, 10, 10, 13}, {6, 5, 5, 11}, {1, 12, 14, 15}} {
			opens, ends := answer(of.packets, of.first*ms, none)
			if loss > 0 && i == 1 {
				of.ends = 14 // of a row that loses packets all is known together
			}
			require.Equal(t, []int64{of.opens * ms, of.ends * ms}, []int64{opens, ends}, "%v: %d", loss, i)
		}
	}
}
