package transport_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/transport"
)

// packetsOf is the rate in bit/s at which a packet takes a millisecond.
const packetsOf = 1460 * 8 * 1000

func TestAnswersBetweenSitesOverflowABufferByHand(t *testing.T) {
	// At 1 ms a packet a round trip of 39 ms, and the packet that is acknowledged, hold 40; 20 may wait. Slow start sends 10, 20, 40, 80 packets, a window
	// in 40 ms each; of the last 40 wait as they come two for one, and every second one is lost from where 20 find room. As of clients:
	// verify's row of 2,000 packets is 3*40 + 1930 + 9 + 45 + 9 + 9 + 8 = 2,130 ms.
	const ms = int64(time.Millisecond)
	d := transport.Upstream{BufferBytes: 20 * 1460, Idle: transport.KeepWindow}.Dialer(39*time.Millisecond, packetsOf)
	l := transport.Unused()
	leaves, _, takes := d.Ask(&l, 2000*1460, 0)
	require.Equal(t, 2*39*ms, leaves, "TCP and TLS 1.3")
	require.Equal(t, 2130*ms, takes)
	// Without a buffer two windows take 40 ms each; from the third on the rate is the limit.
	free := transport.Upstream{Idle: transport.KeepWindow}.Dialer(39*time.Millisecond, packetsOf)
	l = transport.Unused()
	_, _, takes = free.Ask(&l, 2000*1460, 0)
	require.Equal(t, (2*40+2000-30)*ms, takes)
}

// The connection of a client that gets the same answers one after the other has the same windows and takes as long, to the bit.
func TestBuffersBetweenSitesAreThoseOfClients(t *testing.T) {
	draws := rand.New(rand.NewPCG(1, 2))
	overflown := 0
	for range 2000 {
		rtt := time.Duration(1+draws.IntN(200)) * time.Millisecond
		rate, buffer := 1e6*float64(1+draws.IntN(1000)), int64(4096+draws.IntN(1<<20))
		u := transport.Upstream{BufferBytes: buffer, KeepAlive: time.Hour, Idle: transport.KeepWindow}
		d, free := u.Dialer(rtt, rate), transport.Upstream{KeepAlive: time.Hour, Idle: transport.KeepWindow}.Dialer(rtt, rate)
		client := transport.Connection{BitsPerSecond: rate, BufferBytes: buffer}.Transfer()
		window := transport.Window{Bytes: client.InitialWindow()}
		l, without := transport.Unused(), transport.Unused()
		var pool transport.Pool
		pooled := transport.Upstream{BufferBytes: buffer, KeepAlive: time.Hour, Idle: transport.KeepWindow, Pool: 1}.Dialer(rtt, rate)
		at := int64(0)
		for range 5 {
			bytes := int64(1 + draws.IntN(1<<draws.IntN(24)))
			var want int64
			want, window = client.FromOver(window, bytes, false, same(rtt))
			leaves, _, takes := d.Ask(&l, bytes, at)
			require.Equal(t, want, takes)
			number, _, again := askPool(&pooled, &pool, bytes, at, rtt)
			require.Equal(t, want, again)
			at = leaves + int64(rtt) + takes
			pooled.Done(&pool, number, at)
			_, _, most := free.Ask(&without, bytes, at)
			if takes > most {
				overflown++
			}
		}
	}
	require.Greater(t, overflown, 500)
}

type same time.Duration

func (s same) RoundTrip(int64) int64 { return int64(s) }

func TestABufferBetweenSitesIsOfNoEffectWhereNothingOverflows(t *testing.T) {
	for _, u := range []transport.Upstream{{}, {Idle: transport.HalveWindow}, {Idle: transport.KeepWindow}} {
		free := u.Dialer(40*time.Millisecond, 1e9)
		u.BufferBytes = 1 << 30
		wide := u.Dialer(40*time.Millisecond, 1e9)
		a, b := transport.Unused(), transport.Unused()
		for _, at := range []int64{0, 300, 400, 3000, 20_000} {
			at *= int64(time.Millisecond)
			leaves, _, takes := free.Ask(&a, 3_000_000, at)
			later, _, longer := wide.Ask(&b, 3_000_000, at)
			require.Equal(t, [2]int64{leaves, takes}, [2]int64{later, longer}, u)
		}
	}
}

func TestPacketsThatAreLostAndABufferThatOverflowsBothCost(t *testing.T) {
	rtt := 39 * time.Millisecond
	d := transport.Upstream{BufferBytes: 20 * 1460}.LossyDialer(rtt, packetsOf, .001)
	bounded, free := transport.Upstream{BufferBytes: 20 * 1460}.Dialer(rtt, packetsOf), transport.Upstream{}.LossyDialer(rtt, packetsOf, .001)
	var both, overflow, losses int64
	for i := range 1000 {
		lost := transport.Losses{Key: random.Key(i)}
		l, m, n := transport.Unused(), transport.Unused(), transport.Unused()
		_, _, takes := d.Ask(&l, 2000*1460, 0, lost)
		require.GreaterOrEqual(t, takes, 2000*int64(time.Millisecond), "no faster than the rate")
		both += takes
		_, _, takes = bounded.Ask(&m, 2000*1460, 0)
		overflow += takes
		_, _, takes = free.Ask(&n, 2000*1460, 0, lost)
		losses += takes
	}
	require.Greater(t, both, max(overflow, losses))
}
