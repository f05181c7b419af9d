package transport_test

import (
	"fmt"
	"math"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/transport"
)

// A splitRow is a row of split.csv, times in ms.
type splitRow struct {
	way, client string
	bytes       int64
	first, last float64
}

func (r *splitRow) String() string { return fmt.Sprintf("%s, %s, %d B", r.way, r.client, r.bytes) }

func readSplit(t *testing.T) (all []splitRow) {
	t.Helper()
	for _, c := range tableOf(t, "split.csv")[1:] {
		var n [3]float64
		for i := range n {
			var err error
			n[i], err = strconv.ParseFloat(c[2+i], 64)
			require.NoError(t, err)
		}
		all = append(all, splitRow{c[0], c[1], int64(n[0]), n[1], n[2]})
	}
	return all
}

// What is known of split.csv besides its rows. splitWork is what both ends of a new connection work on its handshake: who measured says 8 to 15 ms, and it is the upper end
// (assumed), since two links, and what was sent before, had the same two processors. It is fitted to no row; with 11.5 ms five more times are off, all of new connections to a PoP, by 1 to 3 ms more than is allowed.
const (
	directRTT, edgeRTT, originRTT = 95 * time.Millisecond, 20 * time.Millisecond, 80 * time.Millisecond

	splitRate   = 100e6 // of each link, bits a second
	splitRecord = 4096  // bytes that a TLS record holds: ssl_buffer_size
	splitWork   = 15 * time.Millisecond
)

// clientOfSplit returns the connection of the client of a row.
func clientOfSplit(r *splitRow) transport.Transfer {
	c := transport.Linux(transport.TCPTLS13)
	c.RecordBytes, c.ReceiveBytes, c.BitsPerSecond, c.HandshakeWork = splitRecord, ofLab, splitRate, splitWork
	if r.client == "warm" {
		c.Idle = transport.KeepWindow
	}
	return c.Transfer()
}

// sentByOrigin returns the bytes that the full packets would hold which an answer takes: a record has 22 bytes besides what it holds (TLS 1.3: RFC 8446, section 5.2), and each
// that is written while the window has room is two full packets and one of 1,222 bytes. So ten packets, the first window, hold 13,802 bytes in place of 14,480, as packets of such connections show
// (lab/README.md): what is behind those has waited, and fills its packets. A packet of an [transport.Upstream] holds 1,460 bytes.
func sentByOrigin(bytes int64) int64 {
	const overhead, full, window = 22, 1448, 10
	bytes += 240 // the header
	bytes += (bytes + splitRecord - 1) / splitRecord * overhead
	if inFirst := int64(window/3*(splitRecord+overhead) + window%3*full); bytes > inFirst {
		bytes += window*full - inFirst
	}
	return bytes * 1460 / full
}

// fromOrigin returns when the question of a PoP leaves for the origin, and how long the last byte of the answer comes after the first, in ns. Over a new connection the question waits for a round trip besides: it is
// small, and so was what ends the handshake, which is not acknowledged yet (Nagle's algorithm, RFC 9293, section 3.7.4). Packets show it of nginx 1.22, which turns that off (TCP_NODELAY) towards clients, and
// not towards origins.
func fromOrigin(r *splitRow) (leaves, takes int64) {
	u := transport.Upstream{Handshake: transport.TCPTLS13, KeepAlive: time.Minute}
	before, silence := int64(0), int64(time.Second)
	switch r.way {
	case "edge":
		before, u.Idle = 10_000_000, transport.KeepWindow
	case "edge-small":
		before = 2_000
	case "edge-idle":
		before, silence = 10_000_000, int64(5*time.Second)
	}
	d := u.Dialer(originRTT, splitRate*1460/1500)
	l, now := transport.Unused(), int64(0)
	if before > 0 {
		at, _, took := d.Ask(&l, before, 0)
		now = at + int64(originRTT) + took + silence
	}
	at, _, takes := d.Ask(&l, sentByOrigin(r.bytes), now)
	if leaves = at - now; leaves > 0 {
		leaves += int64(splitWork + originRTT)
	}
	return leaves, takes
}

// predictSplit returns the times to the first and the last byte, in ms. A PoP passes on what comes as it comes, so that the last byte is there when the slower of its two connections has brought it: as in package sim.
func predictSplit(r *splitRow) (first, last float64) {
	client, rtt := clientOfSplit(r), int64(directRTT)
	var upstream, takes int64
	if r.way != "direct" {
		rtt = int64(edgeRTT)
		upstream, takes = fromOrigin(r)
		upstream += int64(originRTT)
	}
	isNew := r.client == "cold"
	start := rtt + 500_000 + upstream // curl takes half a ms
	if isNew {
		start += (client.Connect+client.TLS)*rtt + client.Work
	}
	one := start + client.Time(client.Readable(r.bytes), rtt, isNew)
	return float64(one) / 1e6, float64(start+max(takes, client.Time(r.bytes, rtt, isNew))) / 1e6
}

// beyondSplit says why the time to the first or the last byte of a row is not as the arithmetic has it, or nothing. Each is off by more than is allowed to the others, so that no reason outlives its row.
func beyondSplit(r *splitRow) (first, last string) {
	switch {
	case r.bytes != 100_000:
	case r.way == "edge-small":
		return "a machine's work: the same first byte of the other three sizes came after 157 to 160 ms", ""
	case r.way == "edge-cold":
		// Seen in packets of such connections: 9 packets, 2 more after 44 ms, then 18 and 4, 36 and 2. The arithmetic waits for a fourth round trip with the last of 71.
		return "", "the second of two tickets is acknowledged by the receiver's timer, of 40 ms, and has a place in the window until then: two packets of each round leave 44 ms after the others, the last of all with those"
	}
	return "", ""
}

func TestAPoPTakesWhatRealOnesTakeByItsConnectionToTheOrigin(t *testing.T) {
	agree, beyond := 0, 0
	hold := func(r *splitRow, what string, measured, is float64, why string) {
		off := math.Abs(is-measured) / max(3, 0.05*measured)
		if why != "" {
			require.Greater(t, off, 1., "%v: the %s byte agrees: it needs no reason", r, what)
			beyond++
			return
		}
		require.LessOrEqual(t, off, 1., "%v: %s byte %.1f ms, measured %v", r, what, is, measured)
		agree++
	}
	for _, r := range readSplit(t) {
		first, last := predictSplit(&r)
		whyFirst, whyLast := beyondSplit(&r)
		hold(&r, "first", r.first, first, whyFirst)
		hold(&r, "last", r.last, last, whyLast)
	}
	require.Equal(t, [2]int{54, 2}, [2]int{agree, beyond})
}
