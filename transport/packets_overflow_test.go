package transport

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// oneByOne sends packets one by one over a line with a buffer that holds so many besides the one on the line, with Reno's window and selective
// acknowledgements (RFC 6675), proportional rate reduction (RFC 6937) and probes (RFC 8985), and returns when the last of all has left the line.
func oneByOne(packets, buffer int, packet, rtt time.Duration) (done time.Duration) {
	type sending struct {
		number int
		back   time.Duration // when it is acknowledged, 0 if it is lost
	}
	var sent []sending
	var free time.Duration
	has := make([]bool, packets)
	var again []int // what is known to be lost
	fresh, acked, known, missing := 0, 0, 0, packets
	window, slowTo, pipe := 10., math.Inf(1), 0
	recovery, delivered, out, whole := -1, 0, 0, 0
	send := func(now time.Duration) bool {
		number := fresh
		switch {
		case len(again) > 0:
			number, again = again[0], again[1:]
		case fresh < packets:
			fresh++
		default:
			return false
		}
		s := sending{number: number}
		if free-now <= time.Duration(buffer)*packet {
			free = max(free, now) + packet
			s.back = free + rtt
			if !has[number] {
				has[number] = true
				if missing--; missing == 0 {
					done = free
				}
			}
		}
		sent = append(sent, s)
		pipe++
		return true
	}
	for range 10 {
		send(0)
	}
	lose := func(to int, now time.Duration) {
		for ; known < to; known++ {
			if sent[known].back != 0 {
				continue
			}
			again = append(again, sent[known].number)
			if known > recovery {
				whole, delivered, out = pipe, 0, 0
				slowTo = max(math.Floor(window/2), 2)
				recovery = len(sent) - 1
			}
			pipe--
		}
	}
	var now time.Duration
	for missing > 0 {
		for acked < len(sent) && sent[acked].back == 0 {
			acked++
		}
		if acked == len(sent) { // nothing comes back: a probe
			now += 2 * rtt
			i := slices.IndexFunc(sent, func(s sending) bool { return !has[s.number] && s.number == sent[len(sent)-1].number })
			if i < 0 {
				i = len(sent) - 1
			}
			again = append([]int{sent[i].number}, again...)
			send(now)
			pipe--
			if sent[len(sent)-1].back == 0 {
				panic("a probe is lost")
			}
			acked = len(sent) - 1
			now = sent[acked].back
			sent[i].back = 1 // it has been sent again
			pipe--
			lose(acked, now)
			acked++
		} else {
			now = sent[acked].back
			pipe--
			acked++
			lose(acked-3, now)
		}
		switch {
		case acked <= recovery+1 && recovery >= 0 && known > 0 && whole > 0:
			delivered++
			may := 0
			if float64(pipe) > slowTo {
				may = int(math.Ceil(float64(delivered)*slowTo/float64(whole))) - out
			} else {
				may = min(int(slowTo)-pipe, max(delivered-out, 1)+1)
			}
			for ; may > 0 && send(now); may-- {
				out++
			}
			window = slowTo
			continue
		case window < slowTo:
			window++
		default:
			window += 1 / window
		}
		for pipe < int(window) && send(now) {
		}
	}
	return done
}

// One of 192 is out of this below: the last two of 60 packets are lost, of which here one is, and the simulation waits for a probe.
func TestOverflowingResponsesTakeWhatPacketsTakeOneByOne(t *testing.T) {
	var all []float64
	for _, rtt := range []time.Duration{59, 99, 199, 399} {
		for _, part := range []int{50, 20, 10, 5, 3, 2} {
			buffer := max(int(rtt+1)/part, 3)
			for _, packets := range []int{60, 100, 150, 200, 300, 500, 1000, 2000} {
				c := overflowing(int64(buffer))
				c.Congestion = Reno
				want, got := oneByOne(packets, buffer, time.Millisecond, rtt*time.Millisecond), c.TransferTime(int64(packets)*1500, rtt*time.Millisecond, true)
				ratio := float64(got) / float64(want)
				all = append(all, ratio)
				t.Logf("rtt %d buffer %d packets %d: %v, one by one %v: %.2f", rtt, buffer, packets, got, want, ratio)
			}
		}
	}
	slices.Sort(all)
	n := len(all)
	require.InDelta(t, 1, all[n/2], 0.01, "the median")
	require.Less(t, all[3*n/4], 1.02, "of three in four")
	require.True(t, 0.97 < all[n/20] && all[n*19/20] < 1.13, "nine in ten: %.3f to %.3f", all[n/20], all[n*19/20])
	require.Less(t, all[n-1], 1.28, "the most: a round trip more")
}

// A response that overflows a buffer in its last flights waits longer than one that has overflown a smaller one before: what it loses is known later, or only by a probe, and more of it is lost. Packets
// that are sent one by one say so, too.
func TestALargerBufferMayTakeLonger(t *testing.T) {
	const packets, rtt = 139, 99 * time.Millisecond // 200 kB
	take := func(buffer int) (one, ours time.Duration) {
		c := overflowing(int64(buffer))
		c.Congestion = Reno
		return oneByOne(packets, buffer, time.Millisecond, rtt), c.TransferTime(packets*1500, rtt, true)
	}
	small, ourSmall := take(14)
	large, ourLarge := take(24)
	require.Equal(t, []time.Duration{448 * time.Millisecond, 552 * time.Millisecond}, []time.Duration{small, large})
	require.InEpsilon(t, small, ourSmall, .09)
	require.InEpsilon(t, large, ourLarge, .02)
	enough, ourEnough := take(34)
	require.Equal(t, []time.Duration{369 * time.Millisecond, 369 * time.Millisecond}, []time.Duration{enough, ourEnough})
}
