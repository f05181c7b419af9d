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

// lostOneByOne sends packets one by one over a way that loses them, with Reno's window: each acknowledged one makes it larger, one that arrives tells of all lost before it, and a loss halves
// the window once for what was under way, and one of what was lost goes then, whatever the window says (RFC 5681, section 3.2; RFC 9002, section 7.3.2). Where nothing comes back a probe goes after two round trips, and all goes again after that. It begins with a window and up to where slow start goes,
// and returns when the last of all is there after the first, in round trips. The first is not lost. It notes when each is there.
func lostOneByOne(packets int, loss, window, slowTo float64, draws *rand.Rand, there []float64) (trips float64) {
	type sending struct {
		number int
		back   float64 // when it is acknowledged
		isLost bool
	}
	var sent []sending
	has, missing := make([]bool, packets), packets
	var again []int
	fresh, acked, known, pipe, recovery := 0, 0, 0, 0, -1
	now, last, atOnce := 0., 0., false
	send := func() bool {
		number := fresh
		switch {
		case len(again) > 0:
			number, again = again[0], again[1:]
		case fresh < packets:
			fresh++
		default:
			return false
		}
		s := sending{number, now + 1, len(sent) > 0 && draws.Float64() < loss}
		if !s.isLost && !has[number] {
			has[number] = true
			last = max(last, now)
			there[number] = now
			missing--
		}
		sent = append(sent, s)
		pipe++
		return true
	}
	learn := func(to int) { // what was sent before is there or lost
		for ; known < to; known++ {
			if s := &sent[known]; s.isLost {
				pipe--
				again = append(again, s.number)
				if known > recovery {
					slowTo = max(window/2, 2)
					window, recovery, atOnce = slowTo, len(sent)-1, true
				}
			}
		}
	}
	for {
		for (pipe < int(window) || atOnce) && send() {
			atOnce = false
		}
		if missing == 0 {
			return last
		}
		for acked < len(sent) && sent[acked].isLost {
			acked++
		}
		if acked == len(sent) {
			now = sent[acked-1].back + 1
			again = append([]int{sent[acked-1].number}, again...) // a probe
			pipe--
			sent[acked-1].number, sent[acked-1].isLost = -1, false
			send()
			if acked++; sent[acked-1].isLost {
				learn(len(sent))
				now, window = now+2, 1
			}
			continue
		}
		now = sent[acked].back
		acked++
		pipe--
		wasFull := pipe+1 >= int(window)
		learn(acked)
		if acked-1 > recovery && wasFull {
			if window < slowTo {
				window++
			} else {
				window += 1 / window
			}
		}
	}
}

// A sample is of times to the last byte behind the first of the first answer.
type sample []float64

// row returns times of so many answers at once, each of so many packets.
func row(d *LossyDialer, answers int, packets int64, n int) sample {
	times := make(sample, n)
	for i := range times {
		l := Unused()
		var first, end int64
		for a := range answers {
			leaves, waits, takes := d.Ask(&l, packets*1460, 0, Losses{Key: random.NewKey(1, uint64(i), uint64(a), 0)})
			if a == 0 {
				first = leaves
			}
			end = max(end, leaves-first+waits+takes)
		}
		times[i] = float64(end) / 1e6
	}
	return times
}

// differ returns by how many standard errors means of two samples differ.
func differ(a, b sample) float64 {
	va, vb := stat.Variance(a, nil), stat.Variance(b, nil)
	return (stat.Mean(a, nil) - stat.Mean(b, nil)) / math.Sqrt(va/float64(len(a))+vb/float64(len(b)))
}

// distance returns that of Kolmogorov and Smirnov, in units that are below 1.95 in 999 of 1,000 cases.
func distance(a, b sample) float64 {
	slices.Sort(a)
	slices.Sort(b)
	n := float64(len(a))
	return stat.KolmogorovSmirnov(a, nil, b, nil) * math.Sqrt(n/2)
}

func TestAnswersAtOnceLosePacketsAsOneOfAllTheirBytes(t *testing.T) {
	const rtt, n = 84 * time.Millisecond, 2000
	for _, u := range []Upstream{{}, {BufferBytes: 1 << 30}} {
		for _, of := range []struct {
			loss    float64
			answers int
			packets int64
		}{{.01, 20, 137}, {.02, 5, 20}, {.001, 10, 300}, {.05, 50, 3}} {
			d := u.LossyDialer(rtt, 1e9, of.loss)
			many, one := row(&d, of.answers, of.packets, n), row(&d, 1, int64(of.answers)*of.packets, n)
			require.Less(t, math.Abs(differ(many, one)), 3., "%+v", of)
			for _, of := range []sample{many, one} { // what was to be sent again of one before the last may be there some ms later than in the row
				for i := range of {
					of[i] = math.Round(of[i] / 84)
				}
			}
			require.Less(t, distance(many, one), 1.95, "%+v", of)
		}
	}
}

// Rounds are slower by some hundredths to a sixth: in them what is lost after a loss before the sender has learned of that halves the window once more, and less is sent meanwhile. Linux, as the lab
// measures it, is as the rounds have it: see TestCongestionControlsTakeWhatIsMeasuredUnderLoss.
func TestLossyRowsTakeWhatPacketsTakeOneByOne(t *testing.T) {
	const rtt = 84 * time.Millisecond
	for _, of := range []struct {
		loss    float64
		packets int
		n       int
	}{{.01, 2740, 400}, {.01, 137, 4000}, {.02, 500, 1000}, {.001, 3000, 1000}, {.05, 300, 1000}} {
		draws := rand.New(rand.NewPCG(1, 2))
		want := make(sample, of.n)
		for i := range want {
			want[i] = lostOneByOne(of.packets, of.loss, 10, math.Inf(1), draws, make([]float64, of.packets)) * rtt.Seconds() * 1e3
		}
		d := Upstream{}.LossyDialer(rtt, 0, of.loss)
		got := row(&d, 1, int64(of.packets), of.n)
		ratio := stat.Mean(got, nil) / stat.Mean(want, nil)
		t.Logf("%+v: %.0f ± %.0f ms, one by one %.0f ± %.0f", of, stat.Mean(got, nil), stat.StdDev(got, nil), stat.Mean(want, nil), stat.StdDev(want, nil))
		require.True(t, 1 < ratio && ratio < 1.2, "%+v: %.3f", of, ratio)
	}
}
