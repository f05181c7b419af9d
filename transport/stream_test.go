package transport_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/transport"
)

const streamRTT = 84 * time.Millisecond

func TestAnswersAskedAtOnceEndAsOneOfAllTheirBytes(t *testing.T) {
	// The window is 14,600 bytes and doubles in every round of 84 ms: after n rounds 14,600 (2^n - 1) bytes are through.
	for _, bytes := range []int64{1000, 14_600, 20_000, 200_000} {
		d, alone := transport.Upstream{}.Dialer(streamRTT, 0), transport.Upstream{}.Dialer(streamRTT, 0)
		l := transport.Unused()
		for k := int64(1); k <= 20; k++ {
			leaves, waits, takes := d.Ask(&l, bytes, 0)
			one := transport.Unused()
			leavesOne, _, takesOne := alone.Ask(&one, k*bytes, 0)
			require.Equal(t, leavesOne+takesOne, leaves+waits+takes, "%d of %d bytes", k, bytes)
			rounds := 0
			for through := int64(14_600); through < k*bytes; through = 2*through + 14_600 {
				rounds++
			}
			require.Equal(t, int64(rounds)*int64(streamRTT), waits+takes, "%d of %d bytes", k, bytes)
			before := 0 // the first byte goes behind the last of the one before
			for through := int64(14_600); through < (k-1)*bytes+1; through = 2*through + 14_600 {
				before++
			}
			require.Equal(t, int64(before)*int64(streamRTT), waits, "%d of %d bytes", k, bytes)
		}
	}
}

func TestAnswersShareTheRateOfTheirWay(t *testing.T) {
	// 8 Mbit/s are a byte a microsecond; the window is soon more than a round trip of 10 ms holds, 10,000 bytes.
	d := transport.Upstream{}.Dialer(10*time.Millisecond, 8e6)
	l := transport.Unused()
	for k := int64(1); k <= 5; k++ {
		_, waits, takes := d.Ask(&l, 100_000, 0)
		require.Equal(t, [2]int64{(k - 1) * 100e6, 100e6}, [2]int64{waits, takes})
	}
	// Two of 5,000 bytes fit into a window: 5 ms each, the second behind the first, although it is asked for 2 ms later.
	l = transport.Unused()
	leaves, _, _ := d.Ask(&l, 10, 0)
	now := leaves + 300e6
	_, waits, takes := d.Ask(&l, 5_000, now)
	require.Equal(t, [2]int64{0, 5e6}, [2]int64{waits, takes})
	_, waits, takes = d.Ask(&l, 5_000, now+2e6)
	require.Equal(t, [2]int64{3e6, 5e6}, [2]int64{waits, takes})
	_, waits, takes = d.Ask(&l, 1_000, now+9e6)
	require.Equal(t, [2]int64{1e6, 1e6}, [2]int64{waits, takes})
}

func TestAnAnswerAmidARoundHasWhatIsLeftOfItsWindow(t *testing.T) {
	d := transport.Upstream{KeepAlive: time.Minute}.Dialer(streamRTT, 0)
	rtt := int64(streamRTT)
	l := transport.Unused()
	leaves, _, _ := d.Ask(&l, 10_000, 0)
	now := leaves + 40e6 // 4,600 bytes are left of the first round, and 29,200 come with the second, 44 ms later
	_, waits, takes := d.Ask(&l, 4_000, now)
	require.Equal(t, [2]int64{0, 0}, [2]int64{waits, takes})
	_, waits, takes = d.Ask(&l, 700, now)
	require.Equal(t, [2]int64{0, 44e6}, [2]int64{waits, takes}, "100 bytes of it are of the second round")
	_, waits, takes = d.Ask(&l, 29_100, now)
	require.Equal(t, [2]int64{44e6, 0}, [2]int64{waits, takes}, "fills that")
	_, waits, takes = d.Ask(&l, 1, now)
	require.Equal(t, [2]int64{44e6 + rtt, 0}, [2]int64{waits, takes})
	// When all is acknowledged the window is that to which it has grown.
	_, waits, takes = d.Ask(&l, 58_400, leaves+3*rtt)
	require.Equal(t, [2]int64{0, 0}, [2]int64{waits, takes})
}

func TestAConnectionLivesWhileAnAnswerIsOnItsWay(t *testing.T) {
	const second = int64(time.Second)
	d := transport.Upstream{KeepAlive: 5 * time.Second}.Dialer(streamRTT, 0)
	handshake := 2 * int64(streamRTT)
	l := transport.Unused()
	ask := func(at int64) (number uint32, waited int64) {
		leaves, _, _ := d.Ask(&l, 1000, at)
		return l.Hold(), leaves - at
	}
	number, waited := ask(0)
	require.Equal(t, handshake, waited)
	other, waited := ask(100 * second)
	require.Equal(t, number, other)
	require.Zero(t, waited, "its first question has no answer yet")
	l.Leave(number, 101*second)
	l.Leave(other, 103*second)
	_, waited = ask(108 * second)
	require.Zero(t, waited)
	l.Leave(number, 109*second)
	next, waited := ask(114*second + 1)
	require.Equal(t, handshake, waited, "unused for more than 5 s")
	require.NotEqual(t, number, next)
	l.Leave(number, 200*second) // of one that is gone
	l.Leave(next, 115*second)
	_, waited = ask(120*second + 1)
	require.Equal(t, handshake, waited)
	l.Close()
	_, waited = ask(120*second + 2)
	require.Equal(t, handshake, waited)
}

// Over a way with a buffer before its rate answers are one row of bytes as well: as over one without where nothing overflows, amid rounds, too.
func TestAnswersShareAConnectionOverABufferThatHoldsThemAll(t *testing.T) {
	draws := rand.New(rand.NewPCG(5, 6))
	waited := 0
	for range 500 {
		rtt := time.Duration(1+draws.IntN(200)) * time.Millisecond
		u := transport.Upstream{Idle: transport.IdleWindow(draws.IntN(3))}
		free := u.Dialer(rtt, 1e9)
		u.BufferBytes = 1 << 30
		wide := u.Dialer(rtt, 1e9)
		a, b := transport.Unused(), transport.Unused()
		at := int64(0)
		for range 20 {
			bytes := 1460 * int64(1+draws.IntN(1<<draws.IntN(12)))
			leaves, waits, takes := free.Ask(&a, bytes, at)
			later, longer, stays := wide.Ask(&b, bytes, at)
			require.Equal(t, leaves, later)
			require.InDelta(t, waits, longer, 2)
			require.InDelta(t, waits+takes, longer+stays, 2)
			if waits > 0 {
				waited++
			}
			at += int64(draws.ExpFloat64() * float64(rtt) / 2)
		}
	}
	require.Greater(t, waited, 1000)
}

func TestAnswersAskedAtOnceOverflowABufferAsOneOfAllTheirBytes(t *testing.T) {
	// TestAnswersBetweenSitesOverflowABufferByHand has 2,000 packets: 2,130 ms from the first byte to the last. Of 20 answers of 100 packets the last ends less than
	// a round trip after that: what is lost of the last packets of one is taken to be sent again without what comes behind.
	d := transport.Upstream{BufferBytes: 20 * 1460, Idle: transport.KeepWindow}.Dialer(39*time.Millisecond, packetsOf)
	l := transport.Unused()
	end := int64(0)
	for range 20 {
		_, waits, takes := d.Ask(&l, 100*1460, 0)
		require.GreaterOrEqual(t, waits+takes, end)
		end = waits + takes
	}
	require.GreaterOrEqual(t, end, 2130*int64(time.Millisecond))
	require.Less(t, end, (2130+39)*int64(time.Millisecond))
}

func TestAnswersAskedAtOnceOverflowABufferHoweverTheyAreCut(t *testing.T) {
	// None ends before the one of all their bytes does, nor later by more than the two round trips, with what waits, after which the last packet of an answer
	// goes again: what comes behind is not sent at once with the window to which those before it have let it grow, and no answer but the last ends the row.
	draws := rand.New(rand.NewPCG(7, 8))
	overflown := 0
	for range 500 {
		rtt := time.Duration(5+draws.IntN(150)) * time.Millisecond
		rate := 1e6 * float64(5+draws.IntN(500))
		buffer := int64(8192 + draws.IntN(1<<19))
		u := transport.Upstream{BufferBytes: buffer}
		d := u.Dialer(rtt, rate)
		free := transport.Upstream{}.Dialer(rtt, rate)
		bytes, k := 1460*int64(1+draws.IntN(300)), int64(2+draws.IntN(19))
		l, one, wide := transport.Unused(), transport.Unused(), transport.Unused()
		end := int64(0)
		for range k {
			_, waits, takes := d.Ask(&l, bytes, 0)
			require.GreaterOrEqual(t, waits+takes, end)
			end = waits + takes
		}
		_, _, want := d.Ask(&one, k*bytes, 0)
		_, _, least := free.Ask(&wide, k*bytes, 0)
		if want > least {
			overflown++
		}
		require.GreaterOrEqual(t, end, want)
		require.LessOrEqual(t, end, want+2*(int64(rtt)+int64(float64(buffer)*8e9/rate)), "%d of %d bytes", k, bytes)
	}
	require.Greater(t, overflown, 200)
}

func TestAnAnswerWhoseSizeNobodyKnewGoesWhenItIsThere(t *testing.T) {
	d := transport.Upstream{}.Dialer(streamRTT, 0)
	rtt := int64(streamRTT)
	l := transport.Unused()
	leaves, waits, takes := d.Ask(&l, 0, 0)
	require.Equal(t, [3]int64{2 * rtt, 0, 0}, [3]int64{leaves, waits, takes})
	_, waits, takes = d.Ask(&l, 14_600, 0)
	require.Equal(t, [2]int64{0, 0}, [2]int64{waits, takes}, "nothing is ahead of it")
	waits, takes = d.Answer(&l, 29_200+1, leaves+rtt)
	require.Equal(t, [2]int64{rtt, rtt}, [2]int64{waits, takes}, "the first round is full, the second holds all but a byte")
	forever := transport.Upstream{AlwaysOpen: true}.Dialer(streamRTT, 8e6)
	waits, takes = forever.Answer(&l, 1000, 0)
	require.Equal(t, [2]int64{0, 1e6}, [2]int64{waits, takes})
}
