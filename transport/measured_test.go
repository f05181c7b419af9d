package transport_test

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/transport"
)

// A measuredRow is a row of a table in testdata, times in ms.
type measuredRow struct {
	rtt, mbit, loss  float64
	kind, congestion string
	bytes            int64
	first, last, sem float64
	silent           float64 // before the request
	buffer           int64   // bytes, 0 for that of the line
}

func (r *measuredRow) String() string {
	return fmt.Sprintf("%s, %v ms, %v Mbit/s, %v %%, %s, %d B", r.kind, r.rtt, r.mbit, r.loss, r.congestion, r.bytes)
}

// tableOf returns the lines of a table in testdata, the names of its columns first, without what is said above them.
func tableOf(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	require.NoError(t, err)
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment = '#'
	rows, err := r.ReadAll()
	require.NoError(t, err)
	return rows
}

func readMeasured(t *testing.T, name string) (all []measuredRow) {
	t.Helper()
	rows := tableOf(t, name)
	for _, c := range rows[1:] {
		number := func(i int) float64 {
			if c[i] == "" {
				return 0
			}
			x, err := strconv.ParseFloat(c[i], 64)
			require.NoError(t, err)
			return x
		}
		row := measuredRow{rtt: number(0), mbit: number(1), loss: number(2), kind: c[3], congestion: c[4], bytes: int64(number(5)), first: number(6), last: number(7), sem: number(8)}
		switch {
		case len(c) > 9 && rows[0][9] == "buffer_bytes":
			row.buffer = int64(number(9))
		case len(c) > 9:
			row.silent = number(9)
		}
		all = append(all, row)
	}
	return all
}

// ofLab is the largest window that receivers of the lab offer, whose tcp_rmem has the 32 MiB of Linux 6.18, as packets of connections show.
const ofLab = 19_729_408

// connectionOf returns the connection of a row, whether it is new, and whether its window has grown.
//
// The link carries 0.7 Gbit/s of TLS where it is to carry 1, for want of processors: 10 MB take 130 - 12 ms on it. A full
// handshake takes 6 to 10 ms of work, a resumed one 2.5 to 5.
func connectionOf(r *measuredRow) (c transport.Connection, isNew, grown bool) {
	switch r.kind {
	case "clear":
		c, isNew = transport.Linux(transport.TCPClear), true
	case "tls12":
		c, isNew = transport.Linux(transport.TCPTLS12), true
	case "tls12-resumed":
		c, isNew = transport.Linux(transport.TLS12Resumed), true
	case "tls13-resumed":
		c, isNew = transport.Linux(transport.TLS13Ticket), true
	case "h2":
		c, isNew = transport.Linux(transport.TCPTLS13).OverHTTP2(), true
	case "cold", "cold-receive-2M":
		c, isNew = transport.Linux(transport.TCPTLS13), true
	case "idle-restart-0", "warm-grown", "receive-6M", "receive-2M":
		c, grown = transport.Linux(transport.TCPTLS13), true
	case "idle-restart-1", "warm-small":
		c = transport.Linux(transport.TCPTLS13)
	case "quic":
		c, isNew = transport.QUICGo(transport.QUIC), true
	case "quic-resumed":
		c, isNew = transport.QUICGo(transport.QUICResumed), true
	case "quic-warm-grown":
		c, grown = transport.QUICGo(transport.QUIC), true
	}
	if c.ReceiveBytes > 0 {
		switch c.ReceiveBytes = ofLab; {
		case r.kind == "receive-6M":
			c.ReceiveBytes = transport.LinuxReceiveBytes
		case strings.HasSuffix(r.kind, "receive-2M"):
			c.ReceiveBytes = 2 << 20 * 5 / 8
		}
	}
	if r.congestion == "bbr" {
		c.Congestion = transport.BBR
	}
	if grown {
		c.Idle = transport.KeepWindow
	}
	if c.Handshake != transport.TCPClear {
		c.HandshakeWork, c.ResumedWork = 8500*time.Microsecond, 3750*time.Microsecond
	}
	c.BitsPerSecond = min(r.mbit, 700) * 1e6
	return c, isNew, grown
}

// predict returns the times to the first and the last byte without loss, in ms: curl takes half a ms. Where the buffer of the way is said, a window is that which
// has been left by what was sent before; else one that has grown holds all.
func predict(r *measuredRow, isBuffered bool) (first, last float64) {
	c, isNew, grown := connectionOf(r)
	if isBuffered {
		if c.BufferBytes = r.buffer; c.BufferBytes == 0 {
			c.BufferBytes = max(int64(r.rtt*r.mbit*1e3/8), 128<<10) // of the lab
		}
		c.Idle = transport.RestartWindow
	}
	transfer := c.Transfer()
	rtt := int64(r.rtt * 1e6)
	start := rtt + 500_000
	if isNew {
		start += (transfer.Connect+transfer.TLS)*rtt + transfer.Work
		if c.Handshake != transport.TCPClear {
			start += transfer.Open(1700 - c.HeaderBytes) // the two hellos
		}
	}
	takes := func(bytes int64) int64 { return transfer.Time(bytes, rtt, isNew) }
	if c.Congestion == transport.BBR && !isNew { // whose window grows by whatever is sent
		_, window := transfer.FromOver(transport.Window{Bytes: transfer.InitialWindow()}, 1000, true, fixed(rtt))
		takes = func(bytes int64) int64 {
			ns, _ := transfer.FromOver(window, bytes, false, fixed(rtt))
			return ns
		}
	}
	if isBuffered && !isNew {
		window := transport.Window{Bytes: transfer.InitialWindow()}
		if grown || r.kind == "idle-restart-1" {
			_, window = transfer.FromOver(window, grownBy(r), true, fixed(rtt))
		}
		if !grown { // silence leaves slow start where it ends
			window.Bytes = transfer.InitialWindow()
		}
		takes = func(bytes int64) int64 {
			ns, _ := transfer.FromOver(window, bytes, false, fixed(rtt))
			return ns
		}
	}
	one := start
	if n := transfer.Readable(r.bytes); n > 0 {
		one += takes(n)
	} else {
		one += transfer.Open(min(r.bytes, 1200))
	}
	return float64(one) / 1e6, float64(start+takes(r.bytes)) / 1e6
}

// grownBy returns how many bytes were asked for before, to let the window of a row grow.
func grownBy(r *measuredRow) int64 {
	switch {
	case r.mbit == 400 || r.mbit == 200: // of the module lab, with large windows
		return 30_000_000
	case r.rtt != 10 && r.rtt != 100: // of the module lab
		return 2_000_000
	case r.mbit == 10:
		return 1_000_000
	case r.mbit == 1000:
		return 64_000_000
	}
	return 10_000_000
}

// beyondArithmetic says why a row is not as the arithmetic has it, or nothing. Each of these rows is off by more than is allowed to
// the others, so that no reason outlives its row.
//
// What overflows the buffer of the way is known where that is said. At 10 Mbit/s slow start has doubled its window to twice what way and buffer hold, 160 to 200 packets, before
// HyStart sees the delay or the first loss is told; those are sent again. Else HyStart ends slow start when the line is full.
func beyondArithmetic(r *measuredRow, isBuffered bool) string {
	switch is := func(kind string, rtt, mbit float64, bytes int64) bool {
		return r.kind == kind && r.rtt == rtt && r.mbit == mbit && r.bytes == bytes
	}; {
	case r.mbit == 1000 && r.rtt == 10 && (r.kind == "cold" && r.bytes <= 1_000_000 || r.kind == "warm-small" && r.bytes > 10_000 || is("idle-restart-1", 10, 1000, 1_000_000)),
		r.mbit == 1000 && r.rtt == 10 && (r.kind == "warm-grown" || r.kind == "idle-restart-0") && r.bytes == 10_000_000:
		return "the machine's two processors: a row of 10 ms round trips and 1 Gbit/s is 3 to 16 ms of their work off"
	case r.rtt == 100 && (is("idle-restart-0", 100, 50, 1_000_000) || is("warm-grown", 100, 50, 1_000_000)):
		// Of 692 packets nginx wrote 647 at once into its socket, and the rest when there was room: see TestABurstThatOverflowsABufferIsSentAgainAsTheSenderLearnsOfIt.
		return "a window sent as one burst overflows the buffer of the way; how large it is, and how much of a response is in the socket, is not known"
	case !isBuffered && (is("cold", 100, 10, 1_000_000) || is("warm-small", 100, 10, 1_000_000)):
		return "slow start overflows the buffer of the way: 160 to 200 packets are sent again"
	case is("warm-small", 100, 50, 3_000_000):
		return "slow start overflows the buffer of the way where acknowledgements are more than 2 ms apart, as on a busy machine, and HyStart finds nothing"
	case is("cold", 100, 1000, 10_000_000), is("warm-small", 100, 1000, 10_000_000):
		// Packets of six such connections: the window that the receiver offers is 64 to 80 KB until it has been read from. Bursts of 40 to 80 packets come within a ms, and of
		// six readers that had to be woken five let one to three of the windows be less than slow start sends. See TestAReaderWhoKeepsUpIsNoBound.
		return "a reader who is woken late opens the receiver's window late"
	case is("warm-grown", 100, 1000, 10_000_000), is("idle-restart-0", 100, 1000, 10_000_000):
		return "the fourth third of a socket, written while more was acknowledged, took the last 660 kB along, which here take a round trip more; packets show thirds of 1.35 to 1.57 MB, and both cases"
	case r.kind == "warm-small" && r.bytes == 100_000 && r.mbit != 10:
		// Seen in its packets: what is acknowledged comes in batches, and may leave the last of the second round to the receiver's timer, of
		// 40 ms. Then the last packets of the third leave by so much later.
		return "100,000 bytes are 70 packets, just what three rounds send: the last wait for an acknowledgement that the receiver has delayed"
	case is("idle-restart-1", 100, 1000, 1_000_000):
		return "Linux halves a window once a timeout (RFC 2861), and it was still large"
	case r.rtt == 10 && r.mbit == 50 && r.bytes == 300_000 && (r.kind == "idle-restart-1" || r.kind == "warm-small"):
		return "4.8 and 5.8 ms of a machine's work between rounds"
	}
	return ""
}

func TestConnectionsTakeWhatIsMeasuredWithoutLoss(t *testing.T) {
	for isBuffered, want := range map[bool][2]int{false: {205, 25}, true: {207, 23}} {
		agree, beyond := 0, 0
		for _, r := range readMeasured(t, "measured.csv") {
			if r.loss > 0 {
				continue
			}
			first, last := predict(&r, isBuffered)
			off := max(math.Abs(first-r.first)/max(3, 0.05*r.first), math.Abs(last-r.last)/max(3, 0.05*r.last))
			if why := beyondArithmetic(&r, isBuffered); why != "" {
				require.Greater(t, off, 1., "%v agrees: it needs no reason", &r)
				beyond++
				continue
			}
			require.LessOrEqual(t, off, 1., "%v: first byte %.1f ms, measured %v; last %.1f, measured %v (%v)", &r, first, r.first, last, r.last, isBuffered)
			agree++
		}
		require.Equal(t, want, [2]int{agree, beyond})
	}
}

// The values of the sweep of lab.csv are others than those of measured.csv: what agrees with both was not made to agree with one.
func TestLinuxTakesWhatTheLabMeasures(t *testing.T) {
	type row struct {
		kind  string
		rtt   float64
		bytes int64
	}
	// A window sent as one burst overflows the buffer of the way: what is lost comes a round trip later. HyStart, to the letter, leaves 75 packets of it, which the buffer holds; here it
	// has found nothing in the first flight of which acknowledgements come for half of a round trip, by a ms, and 110 to 147 packets went at once.
	overflow := map[row]bool{{"warm-grown", 40, 250_000}: true, {"idle-restart-0", 40, 250_000}: true}
	for _, isBuffered := range []bool{false, true} {
		agree := 0
		for _, r := range readMeasured(t, "lab.csv") {
			first, last := predict(&r, isBuffered)
			require.LessOrEqual(t, math.Abs(first-r.first), max(3, 0.05*r.first), "%v: first byte %.1f ms, measured %v", &r, first, r.first)
			if overflow[row{r.kind, r.rtt, r.bytes}] {
				require.InDelta(t, r.last, last+r.rtt, max(3, 0.05*r.last), "%v: %.1f ms, measured %v", &r, last, r.last)
				continue
			}
			require.LessOrEqual(t, math.Abs(last-r.last), max(3, 0.05*r.last), "%v: %.1f ms, measured %v", &r, last, r.last)
			agree++
		}
		require.Equal(t, 96, agree)
	}
}

// Ways on which the buffers of the ends are the limit: the sender's of 4 MiB, or a receiver's of 2 or 6 MiB.
func TestBuffersOfTheEndsTakeWhatTheLabMeasures(t *testing.T) {
	for _, isBuffered := range []bool{false, true} {
		agree := 0
		for _, r := range readMeasured(t, "lab-windows.csv") {
			first, last := predict(&r, isBuffered)
			require.LessOrEqual(t, math.Abs(first-r.first), max(4, 0.05*r.first), "%v: first byte %.1f ms, measured %v", &r, first, r.first)
			off := math.Abs(last-r.last) / max(3, 0.05*r.last)
			if r.kind == "receive-6M" && r.rtt == 200 && r.bytes == 15_000_000 { // the last 390 kB went along with a third of the socket
				require.Greater(t, off, 1., "%v agrees: it is no exception", &r)
				require.Less(t, off, 1.2, "%v", &r)
				continue
			}
			require.LessOrEqual(t, off, 1., "%v: %.1f ms, measured %v", &r, last, r.last)
			agree++
		}
		require.Equal(t, 21, agree)
	}
}

// Without loss BBR takes longer than others, as it spreads its windows. Of an open connection whose window has hardly grown three things are not known: what is left of the ten packets that are not
// paced, six of them here, what is between the windows of 13 packets and those of the rate that is known, and what it overflows when it has found the rate.
func TestBBRTakesWhatTheLabMeasuresWithoutLoss(t *testing.T) {
	agree := 0
	for _, r := range readMeasured(t, "lab-bbr.csv") {
		if r.loss > 0 {
			continue
		}
		first, last := predict(&r, false)
		off := max(math.Abs(first-r.first)/max(3, 0.05*r.first), math.Abs(last-r.last)/max(3, 0.05*r.last))
		if r.kind == "warm-small" && (r.rtt == 100 || r.bytes == 60_000) {
			require.Greater(t, off, 1., "%v agrees: it is no exception", &r)
			require.Less(t, off, 2.3, "%v: %.1f and %.1f ms, measured %v and %v", &r, first, last, r.first, r.last)
			continue
		}
		require.LessOrEqual(t, off, 1., "%v: %.1f and %.1f ms, measured %v and %v", &r, first, last, r.first, r.last)
		agree++
	}
	require.Equal(t, 10, agree, "of 15")
}

// meansHold reports whether a mean that the lab has measured lies in 95 % of means of 25 as they are drawn here, and fails outside of 99.8 %. Few times are long (a lost SYN costs a
// second), so that the standard error of 25 is too small where none of them was lost.
func meansHold(t *testing.T, r *measuredRow) bool {
	const repeats = 25 // what a row of the table is a mean of
	times := timesUnderLoss(t, r, 2_000_000)
	means := make([]float64, 0, len(times)/repeats)
	for some := range slices.Chunk(times, repeats) {
		means = append(means, stat.Mean(some, nil))
	}
	slices.Sort(means)
	at := func(p float64) float64 { return stat.Quantile(p, stat.Empirical, means, nil) }
	t.Logf("%v: %.0f ms, measured %v, of means of %d 95 %% lie in %.0f to %.0f", r, stat.Mean(times, nil), r.last, repeats, at(.025), at(.975))
	require.True(t, at(.001)-0.5 <= r.last && r.last <= at(.999)+0.5, "%v: measured %v, of means of %d 99.8 %% lie in %.0f to %.0f", r, r.last, repeats, at(.001), at(.999))
	return at(.025) <= r.last && r.last <= at(.975)
}

// Of 36 one or two may be missed by chance.
func TestLinuxTakesWhatTheLabMeasuresUnderLoss(t *testing.T) {
	within := 0
	for _, r := range append(readMeasured(t, "lab-loss.csv"), readMeasured(t, "lab-bbr.csv")...) {
		if r.loss > 0 && meansHold(t, &r) {
			within++
		}
	}
	require.Equal(t, 36, within, "of 36")
}

// 800,000 bytes over a grown window were measured twice: of the first 25 the mean is 1,381 ms, below the interval, of the second 1,498.
func TestHTTP3TakesWhatTheLabMeasuresUnderLoss(t *testing.T) {
	within := 0
	for _, r := range readMeasured(t, "lab-http3-loss.csv") {
		if meansHold(t, &r) {
			within++
		}
	}
	require.Equal(t, 11, within, "of 12")
}

// Two of 30 rows are 10 and 5.5 % off, by chance: measured anew they were 458 and 1,015 ms, and agree. In the first slow start overflows a buffer, which costs a paced sender nothing but
// where its last packets are lost: two of 12 connections took 503 and 509 ms.
func TestHTTP3TakesWhatTheLabMeasures(t *testing.T) {
	type row struct {
		kind  string
		rtt   float64
		bytes int64
	}
	differ := map[row]bool{
		{"quic", 40, 800_000}: true, {"quic-resumed", 150, 800_000}: true,
	}
	agree := 0
	for _, r := range readMeasured(t, "lab-http3.csv") {
		first, last := predict(&r, false)
		require.LessOrEqual(t, math.Abs(first-r.first), max(3, 0.05*r.first), "%v: first byte %.1f ms, measured %v", &r, first, r.first)
		off := math.Abs(last-r.last) / max(3, 0.05*r.last)
		if differ[row{r.kind, r.rtt, r.bytes}] {
			require.Greater(t, off, 1., "%v agrees: it is no exception", &r)
			require.LessOrEqual(t, off, 2.2, "%v: %.1f ms, measured %v", &r, last, r.last)
			continue
		}
		require.LessOrEqual(t, off, 1., "%v: %.1f ms, measured %v", &r, last, r.last)
		agree++
	}
	require.Equal(t, 28, agree)
}

// From the first byte to the last, over buffers of a quarter to all of what the way holds: what a handshake takes is no matter of them. One row is 7 % off: three of four such connections
// lost what they sent last, too.
func TestHTTP3OverABufferTakesWhatTheLabMeasures(t *testing.T) {
	slower := 0
	for _, r := range readMeasured(t, "lab-http3-buffers.csv") {
		first, last := predict(&r, true)
		takes, took := last-first, r.last-r.first
		if _, free := predict(&r, false); last > free+10 {
			slower++
		}
		off := math.Abs(takes-took) / max(3, 0.05*took)
		if r.buffer == 25_000 && r.kind == "quic" && r.bytes == 800_000 {
			require.Greater(t, off, 1., "%v agrees: it is no exception", &r)
			require.Less(t, off, 1.5, "%v: %.1f ms, measured %v", &r, takes, took)
			continue
		}
		require.LessOrEqual(t, off, 1., "%v, buffer %d: %.1f ms, measured %v", &r, r.buffer, takes, took)
	}
	require.GreaterOrEqual(t, slower, 4)
}

// Of six requests after about the same silence the second least says what was left of the window: each half that it has lost costs a round trip.
func TestSilenceHalvesAWindowAsTheLabMeasures(t *testing.T) {
	cases, trips := map[string][]measuredRow{}, map[int]bool{}
	for _, r := range readMeasured(t, "lab-idle.csv") {
		cases[r.kind] = append(cases[r.kind], r)
	}
	require.Len(t, cases, 9)
	for kind, rows := range cases {
		require.Len(t, rows, 6)
		slices.SortFunc(rows, func(a, b measuredRow) int { return cmp.Compare(a.last, b.last) })
		r := rows[1]
		c := transport.Linux(transport.TCPTLS13)
		c.BitsPerSecond, c.Idle = r.mbit*1e6, transport.HalveWindow
		transfer := c.Transfer()
		rtt := int64(r.rtt * 1e6)
		_, window := transfer.FromOver(transport.Window{Bytes: transfer.InitialWindow()}, 500_000, true, fixed(rtt))
		k := transport.Keeping{Rule: c.Idle, Initial: transfer.InitialWindow()}
		var conn transport.Conn
		k.Open(&conn, 0)
		conn.Ask(0)
		conn.Answered(0, window)
		window = k.Window(&conn, int64(r.silent*1e6)+rtt, transfer.RetransmitNs(rtt))
		ns, _ := transfer.FromOver(window, r.bytes, false, fixed(rtt))
		last := float64(ns)/1e6 + r.rtt + 0.5
		trips[int(last/r.rtt)] = true
		if kind == "idle-100" { // a window of 358 packets, and 336 are offered: twice the 160 that were read in a round trip, and 16
			last += r.rtt
		}
		require.InDelta(t, r.last, last, r.rtt/2, "%s: after %v ms %d packets, %.0f ms, measured %v", kind, r.silent, window.Bytes/1448, last, r.last)
	}
	require.Len(t, trips, 6, "from a window that was kept to one that begins anew")
}

// A fixed is a round trip in ns that is always the same.
type fixed int64

func (f fixed) RoundTrip(int64) int64 { return int64(f) }

// timesUnderLoss returns times to the last byte in ms, as they are drawn, with every exchange of the request either way. An open connection has
// the window that an answer of so many bytes before has left.
func timesUnderLoss(t *testing.T, r *measuredRow, before int64) []float64 {
	c, isNew, _ := connectionOf(r)
	if !strings.HasPrefix(r.kind, "quic") { // whose server has a control of its own
		var err error
		c.Congestion, err = transport.ParseCongestion(r.congestion)
		require.NoError(t, err)
	}
	c.Idle = transport.KeepWindow
	l := c.LossyTransfer(r.loss / 100)
	rtt := int64(r.rtt * 1e6)
	lost := 1 - (1-r.loss/100)*(1-r.loss/100)
	timeout := l.ResendNs(rtt)
	times := make([]float64, 20_000)
	for i := range times {
		draws := random.New(1, 2, 3, uint64(i))
		window := l.OpenWindow(isNew)
		if !isNew {
			_, window = l.Rounds(before, timeout, l.OpenWindow(true), true, fixed(rtt), &draws)
		}
		ns, _ := l.Rounds(r.bytes, timeout, window, isNew, fixed(rtt), &draws)
		times[i] = float64(ns)/1e6 + r.rtt
		exchange := func(timeout float64) {
			if draws.Float64() < lost {
				times[i] += timeout
			}
		}
		exchange(float64(timeout) / 1e6)
		if isNew {
			times[i] += float64(l.Connect+l.TLS)*r.rtt + float64(l.Work)/1e6
			exchange(float64(l.FirstTimeoutNs()) / 1e6) // a lost SYN costs a second (RFC 6298, 2.1), 200 ms over QUIC
			for range l.TLS {
				exchange(float64(timeout) / 1e6)
			}
		}
	}
	return times
}

func TestCongestionControlsTakeWhatIsMeasuredUnderLoss(t *testing.T) {
	// Of 36 means, two standard errors wide, some must be missed by chance; one of CUBIC differs at 100 ms by that much between two
	// rates that are both far above what 12 packets a round trip take, and of one of BBR no request was lost, so that its error is 0.
	within := 0
	for _, r := range readMeasured(t, "measured.csv") {
		if r.loss == 0 {
			continue
		}
		// Sizes were asked for from large to small over one connection, after 1 MB.
		before := int64(1_000_000)
		for _, larger := range []int64{100_000, 1_000_000} {
			if larger > r.bytes {
				before += larger
			}
		}
		mean := stat.Mean(timesUnderLoss(t, &r, before), nil)
		off := max(math.Abs(mean-r.last)-0.5, 0) / max(r.sem, 0.05*r.last) // the table has whole ms
		if off <= 2 {
			within++
			continue
		}
		switch {
		case r.rtt == 10 && r.mbit == 50 && r.kind == "warm-grown" && r.bytes > 10_000:
			require.Less(t, mean, r.last, "%v: what else 12 packets a round trip of 10 ms wait for is not known", &r)
			require.Less(t, r.last-mean, 0.23*r.last, "%v", &r)
		default:
			require.LessOrEqual(t, off, 2.7, "%v: %.0f ms, measured %v ±%v", &r, mean, r.last, r.sem)
		}
	}
	require.Equal(t, 29, within, "of 36")
}

func TestSteadyRatesOfCongestionControlsAreThoseOfTheirModels(t *testing.T) {
	rtt, timeout := 200*time.Millisecond, 400*time.Millisecond
	reno := transport.Connection{}
	cubic, bbr := reno, reno
	cubic.Congestion, bbr.Congestion = transport.CUBIC, transport.BBR
	// RFC 9438, section 5.2: mean windows in segments at 0.1 s, by the loss ratio; they follow from
	// ((0.4 * 3.7 / 1.2) ^ (1/4)) * (rtt / loss) ^ (3/4).
	mean := func(c transport.Connection, rtt time.Duration, loss float64) float64 {
		return c.SteadyBitsPerSecond(rtt, timeout, loss) * rtt.Seconds() / (8 * 1460)
	}
	for loss, window := range map[float64]float64{1e-4: 187, 1e-5: 1054, 1e-6: 5926, 1e-7: 33_325, 1e-8: 187_400} {
		require.InEpsilon(t, window, mean(cubic, 100*time.Millisecond, loss), 0.01, "%v", loss)
	}
	require.Equal(t, mean(reno, 10*time.Millisecond, 0.01), mean(cubic, 10*time.Millisecond, 0.01), "no slower than Reno where losses are frequent")
	require.True(t, math.IsInf(bbr.SteadyBitsPerSecond(rtt, timeout, 0.1), 1))
	bbr.BitsPerSecond = 1e6
	require.InDelta(t, 9e5, bbr.SteadyBitsPerSecond(rtt, timeout, 0.1), 1e-6)
	_, err := transport.ParseCongestion("vegas")
	require.ErrorContains(t, err, "cubic")
}

func TestLongTransfersKeepTheRateOfTheirCongestionControl(t *testing.T) {
	// 100 MB round by round against the closed forms, which are means over a sawtooth whose losses come evenly: random ones leave
	// up to a tenth more (Ott, Kemperman and Mathis 1996: 1.31 in place of 1.22 over the root).
	for _, c := range []struct {
		congestion transport.Congestion
		loss       float64
		rtt        time.Duration
		low, high  float64
	}{
		{transport.Reno, 0.001, 100 * time.Millisecond, 1, 1.12}, {transport.Reno, 0.0001, 50 * time.Millisecond, 1, 1.12},
		{transport.CUBIC, 0.00001, 100 * time.Millisecond, 0.9, 1.15}, {transport.BBR, 0.01, 100 * time.Millisecond, 0.97, 1.001},
	} {
		conn := transport.Connection{BitsPerSecond: 10e9}
		if c.congestion == transport.BBR {
			conn.BitsPerSecond = 100e6
		}
		conn.Congestion = c.congestion
		l := conn.LossyTransfer(c.loss)
		draws := random.New(7, 1, 1, uint64(c.congestion))
		const bytes = 20_000_000_000
		timeout := 200 * time.Millisecond
		ns, _ := l.Rounds(bytes, int64(timeout), l.OpenWindow(true), true, fixed(c.rtt), &draws)
		rate := bytes * 8 / (float64(ns) / 1e9) / conn.SteadyBitsPerSecond(c.rtt, timeout, c.loss)
		require.GreaterOrEqual(t, rate, c.low, "%v %v", c.congestion, c.loss)
		require.LessOrEqual(t, rate, c.high, "%v %v", c.congestion, c.loss)
	}
}

func TestRoundsWithoutLossAreSlowStart(t *testing.T) {
	for _, rtt := range []time.Duration{10 * time.Millisecond, 100 * time.Millisecond} {
		for _, packets := range []int64{1, 10, 11, 30, 31, 200, 5000} {
			c := transport.Connection{BitsPerSecond: 50e6}
			c.Congestion = transport.CUBIC
			l := c.LossyTransfer(1e-12)
			draws := random.New(1, 1, 1, 1)
			ns, after := l.Rounds(packets*1460, 1, l.OpenWindow(true), true, fixed(rtt), &draws)
			require.InDelta(t, float64(c.TransferTime(packets*1460, rtt, true)), float64(ns), 20, "%d packets", packets)
			require.Zero(t, after.SlowTo)
		}
	}
}

func TestRoundsOverQUICWithoutLossAreThoseOfItsStream(t *testing.T) {
	// Early data is answered by three packets of 1,200 bytes, and the rest a round trip later; a stream that is full waits until a quarter of it is read, and doubles. Windows are whole packets here, and no larger ones are searched for.
	for _, of := range []transport.Handshake{transport.QUIC, transport.QUICResumed} {
		for _, rtt := range []time.Duration{30 * time.Millisecond, 100 * time.Millisecond} {
			for _, packets := range []int64{1, 2, 3, 4, 31, 32, 200, 2000, 5000, 20_000} {
				c := transport.QUICGo(of)
				c.BitsPerSecond, c.MaxSegmentBytes, c.MaxWindowBytes, c.HeaderBytes = 1e9, 0, 512*1252, 0
				l := c.LossyTransfer(1e-12)
				draws := random.New(1, 1, 1, 1)
				bytes := packets * 1252
				if of == transport.QUICResumed && packets > 3 {
					bytes += 3600 - 3*1252
				}
				ns, _ := l.Rounds(bytes, 1, l.OpenWindow(true), true, fixed(rtt), &draws)
				require.InDelta(t, float64(c.TransferTime(bytes, rtt, true)), float64(ns), 20, "%v, %v, %d packets", of, rtt, packets)
			}
		}
	}
}

func TestWhatAnswersEarlyDataIsLostAsTheRestToTheNanosecond(t *testing.T) {
	// All but the first packet is lost, and then all but the seventh try. 5,000 bytes with their header: of the three packets of 1,200 one arrives. A round trip of 50 ms later the others, and what was not sent, are four packets more: each arrives after
	// 76 + 152 + ... + 2,432 = 4,788 ms in vain, and a round trip later the next goes. A buffer that nothing overflows changes nothing.
	for _, buffer := range []int64{0, 1 << 30} {
		c := transport.QUICGo(transport.QUICResumed)
		c.MaxSegmentBytes = 0
		if buffer > 0 {
			c.BufferBytes, c.BitsPerSecond = buffer, 1e15
		}
		l := c.LossyTransfer(1 - 1e-12)
		draws := random.New(1, 1, 1, 1)
		ns, _ := l.Rounds(5000-240, int64(76*time.Millisecond), l.OpenWindow(true), true, fixed(50*time.Millisecond), &draws)
		require.Equal(t, 50*time.Millisecond+4*4788*time.Millisecond+3*50*time.Millisecond, time.Duration(ns), "%d", buffer)
	}
}

func TestEarlyPacketsAreLostOverABufferAsWithoutOne(t *testing.T) {
	// Of three packets in answer to early data the first is never lost, and the answer ends with the third. Both others arrive in a share of (1 - loss)^2, and the window is 32 packets; else what was lost goes a round trip later, with nothing else, and may be lost again.
	const loss, n = .1, 20_000
	for _, buffer := range []int64{0, 1 << 30} {
		c := transport.QUICGo(transport.QUICResumed)
		c.MaxSegmentBytes, c.HeaderBytes, c.BitsPerSecond, c.BufferBytes = 0, 0, 1e15, buffer
		l := c.LossyTransfer(loss)
		ended := 0
		for i := range n {
			draws := random.New(1, 1, 1, uint64(i))
			// One byte more than the three packets, so that they go ahead; it is lost in a share of its own.
			ns, _ := l.Rounds(3601, int64(76*time.Millisecond), l.OpenWindow(true), true, fixed(50*time.Millisecond), &draws)
			if ns < int64(51*time.Millisecond) {
				ended++
			}
		}
		// At 50 ms all is there if the last byte, or the packets with the lost ones, arrive: one packet where none or one was lost, two or three where more.
		none, one, two := (1-loss)*(1-loss), 2*loss*(1-loss), loss*loss
		want := none*(1-loss) + one*(1-loss) + two*(1-loss)*(1-loss)
		require.InDelta(t, want, float64(ended)/n, 3*.003, "%d", buffer)
	}
}
