package transport

import (
	"math"
	"time"
)

// TransferTime returns the time from the first to the last byte of a response at the client. A new connection, and
// one that restarts its window ([IdleWindow]), sends a window a round trip, doubling it, until the window covers a
// round trip at the client's rate. What is acknowledged is a packet, which is whole on the line before it arrives, so
// that its own time counts in every round trip, and that of two where every second one is acknowledged
// ([Stack.AckPackets]):
//
//	sum over rounds but the last of max(RTT + packet/rate, window/rate), plus what is left / rate
//
// One that keeps its window sends at the client's rate. An acknowledgement takes no time on the line. A [Stack] adds what it says.
func (c Connection) TransferTime(bytes int64, rtt time.Duration, isNew bool) time.Duration {
	t := c.Transfer()
	return time.Duration(t.Time(bytes, int64(rtt), isNew))
}

// A Transfer is a [Connection] made ready for the simulator's hot path. Its times are in ns.
//
// A window is what congestion control has made it, and no more than either end bears:
//
//   - Who receives over TCP offers 64 KB at first. Linux has it then tune itself (Fisk and Feng, 2001): for each round trip it offers twice what was read in that, and 16 packets
//     more. Slow start doubles, so that a reader who keeps up is never the bound, but for a larger initial window, before ReceiveBytes (nor, as assumed here,
//     where a connection that is open goes on with a window that its last packets have made larger than that).
//   - Who sends has SendBytes in its socket, and writes again when less than two thirds of it are left. Of a socket that has gone whole a third is acknowledged before the next third
//     goes, and another before the one after that. Then two thirds are under way, and the next is written when the first of those is acknowledged: two thirds
//     a round trip, so that SendBytes of 4 MB let 214 Mbit/s through at 100 ms. Linux tunes the socket to twice the window; it is full until then.
type Transfer struct {
	// Connect and TLS are the round trips that a new connection spends before its first request.
	Connect, TLS int64
	// Work is what the ends work on its handshake, in ns.
	Work      int64
	nsPerByte float64
	packet    int64 // how long a full packet takes at the rate, in ns
	acked     int64 // how long those take that are acknowledged together
	window    int64
	credit    int64 // of a stream's reader, 0 for no bound
	most      int64 // no window holds more
	socket    int64 // what the sender's holds
	refilled  int64 // what it holds when it is filled again
	header    int64 // bytes before a response
	setup     int64 // bytes before the first response of a connection
	record    int64
	early     int64 // bytes that answer early data at once, 0 for any number
	segment   int64 // of a full packet
	buffer    int64 // what may wait, 0 for any number
	above     int64 // by how much a timeout is longer than a round trip, 0 for 200 ms at the least
	probe     int64 // by how much one of QUIC is, 0 of TCP
	first     int64 // the timeout of a connection's first packet
	atOnce    int64 // no more goes without a wait for acknowledgements, whatever the window; -1 where something always waits, or may
	paced     bool
	hyStart   bool
	streams   bool // what is lost holds up the answer alone whose it is: QUIC
	tunes     bool // the reader doubles the largest window when it is full
	keeps     bool // the window of an idle connection

	congestion Congestion
	kept       float64 // what a loss leaves of a window
}

// Transfer returns the connection made ready.
func (c Connection) Transfer() Transfer {
	t := Transfer{
		window: c.WindowBytes(), keeps: c.Idle == KeepWindow, credit: c.MaxWindowBytes, most: endless, socket: endless, refilled: endless, header: c.HeaderBytes, setup: c.SetupBytes, above: int64(c.TimerAbove),
		segment: c.segmentBytes(), congestion: c.Congestion, kept: c.Kept, hyStart: c.HyStart, record: c.RecordBytes, paced: c.Paced, tunes: c.WindowGrows, streams: c.Handshake.overQUIC(), Work: int64(c.HandshakeWork),
	}
	t.probe, t.first = int64(c.ProbeAbove), int64(c.FirstTimeout)
	if t.first == 0 {
		t.first = int64(time.Second)
	}
	if t.kept == 0 {
		t.kept = c.Congestion.keeps()
	}
	for _, bound := range []int64{c.MaxWindowBytes, c.SendBytes, c.ReceiveBytes} {
		if bound > 0 {
			t.most = min(t.most, bound)
		}
	}
	if t.most < t.credit {
		t.credit = 0 // it is never used up
	}
	if c.SendBytes > 0 {
		t.socket, t.refilled = c.SendBytes, c.SendBytes/3*2
	}
	if c.ReceiveBytes > 0 {
		t.window = min(t.window, firstReceive)
	}
	t.Connect, t.TLS = c.Handshake.RoundTrips()
	if c.Handshake.isResumed() {
		t.Work = int64(c.ResumedWork)
	}
	if c.Handshake.IsEarly() {
		t.early = c.EarlyBytes
	}
	if c.BitsPerSecond > 0 {
		t.nsPerByte = 8e9 / c.BitsPerSecond
		if c.PacketBytes > 0 {
			t.nsPerByte = float64(t.nsPerByte*float64(c.PacketBytes)) / float64(c.segmentBytes())
		}
		t.buffer = c.BufferBytes
		if c.PacketBytes > 0 {
			t.buffer = c.BufferBytes * c.segmentBytes() / c.PacketBytes
		}
		t.packet = t.line(c.segmentBytes())
		t.acked = t.line(max(c.AckPackets, 1) * c.segmentBytes())
	}
	t.atOnce = min(t.most, t.socket)
	if t.paced {
		t.atOnce = min(t.atOnce, paceBurst)
	}
	if t.congestion == BBR || t.buffer > 0 {
		t.atOnce = -1
	}
	return t
}

// endless is more than anybody sends.
const endless = math.MaxInt64 / 4

// firstReceive is the window that a receiver offers at first: the most that can be said without a scale (RFC 7323, section 2.2), and what Linux does (half of the 128 KiB of tcp_rmem).
const firstReceive = 1<<16 - 1

// Open returns the transfer time over a window that holds the response, in ns: bytes at the rate.
func (t *Transfer) Open(bytes int64) int64 { return t.line(bytes + t.header) }

// OnLine returns how many bytes are sent for a response: its header goes along, and what a new connection sends before its first.
func (t *Transfer) OnLine(bytes int64, isNew bool) int64 {
	if isNew {
		bytes += t.setup
	}
	return bytes + t.header
}

// LineNs returns how long so many bytes, headers among them, take at the rate, in ns.
func (t *Transfer) LineNs(bytes int64) int64 { return t.line(bytes) }

// line returns how long so many bytes, the header among them, take at the rate.
func (t *Transfer) line(bytes int64) int64 {
	// The product is rounded before the sum, so that machines with and without a fused
	// multiply-add agree.
	return int64(float64(float64(bytes)*t.nsPerByte) + 0.5)
}

// Fits returns the largest response in bytes that goes out in one window with nothing before it, so that it takes what it takes at the rate. It
// is negative where none does, and where one must look at each: with TLS records, or pacing.
func (t *Transfer) Fits(isNew bool) int64 {
	if t.record > 0 || t.paced || isNew && t.setup > 0 {
		return -1
	}
	return t.holds(isNew)
}

// holds returns the largest response that one window holds, and the buffer besides the packet that is on the line.
func (t *Transfer) holds(isNew bool) int64 {
	window := t.window
	if t.keeps && !isNew {
		window = t.most
	}
	window = min(window, t.most, t.socket)
	if t.congestion == BBR {
		return -1 // it spreads its window
	}
	if t.buffer > 0 {
		window = min(window, t.buffer+t.segment)
	}
	switch {
	case isNew && t.early > 0:
		return min(window, t.early) - t.setup - t.header
	case isNew:
		return window - t.setup - t.header
	}
	return window - t.header
}

// Time returns the transfer time on a new or an open connection with the given round-trip time, in ns.
func (t *Transfer) Time(bytes, rttNs int64, isNew bool) int64 {
	return transferTime(t, bytes, isNew, steady(rttNs))
}

// TimeOver returns the transfer time on a new or an open connection whose round trips differ, in ns.
func (t *Transfer) TimeOver(bytes int64, isNew bool, trips RoundTrips) int64 {
	return transferTime(t, bytes, isNew, trips)
}

func transferTime[T RoundTrips](t *Transfer, bytes int64, isNew bool, trips T) int64 {
	if bytes <= t.holds(isNew) && !t.paced {
		if isNew {
			bytes += t.setup
		}
		return t.Open(bytes)
	}
	window := t.window
	if !isNew && t.keeps {
		window = t.most
	}
	ns, _, _ := sends(t, t.begin(window, bytes, isNew), 0, trips)
	return ns
}

// sends returns the time of what is to be sent in ns, how much of it is before the last round trip's first byte, and the window after it. Slow start goes to a window
// of slowTo bytes, 0 for any.
func sends[T RoundTrips](t *Transfer, b burst, slowTo int64, trips T) (ns, before int64, after Window) {
	if t.buffer > 0 {
		return sendOver(t, b, slowTo, trips, nil)
	}
	if t.isOneFlight(&b) {
		return t.line(b.left), 0, Window{t.grown(min(b.window, t.most), b.gains(b.left, b.window)), slowTo}
	}
	ns, rounds := slowStart(t, b, trips)
	return ns, rounds.before, Window{t.grown(rounds.window, rounds.gains), slowTo}
}

// isOneFlight reports whether all of it goes at once, so that slow start has nothing to do: into one window, without pacing.
func (t *Transfer) isOneFlight(b *burst) bool {
	return b.left <= min(b.window, t.atOnce) && b.early == 0
}

// A Flight is a response that goes at once: what of it takes how long, in ns, and the window after it.
type Flight struct {
	Readable int64 // until the first byte can be read: all of the first TLS record is here
	All      int64 // until the last byte is here
	After    Window
}

// InOneFlight is [Transfer.RowOver] of a response that goes at once, without a look at round trips; it returns false, and fills in nothing, where the response may not.
func (t *Transfer) InOneFlight(f *Flight, window Window, bytes int64, isNew bool) bool {
	b := burst{window: max(window.Bytes, 1), left: bytes + t.header}
	b.began = b.window
	if isNew {
		b.left += t.setup
		if t.early > 0 && b.left > t.early {
			return false
		}
	}
	if b.left > min(b.window, t.atOnce) {
		return false
	}
	f.All, f.Readable = t.line(b.left), 0
	if t.record > 0 && bytes > 0 {
		f.Readable = min(t.line(b.left-bytes+t.Readable(bytes)), f.All)
	}
	f.After = Window{t.grown(min(b.window, t.most), b.gains(b.left, b.window)), window.SlowTo}
	return true
}

// grown returns the window when what was sent last under one is acknowledged, which makes it larger.
func (t *Transfer) grown(window, gains int64) int64 { return min(window+gains, max(window, t.most)) }

// FromOver returns the transfer time of a response that slow start begins with a window, in ns, and the window after it, doubled by every round that
// filled it, and larger by what was sent last: on a new or an open connection whose round trips differ, over a way whose buffer may overflow.
func (t *Transfer) FromOver(window Window, bytes int64, isNew bool, trips RoundTrips) (ns int64, after Window) {
	ns, _, after = t.RowOver(window, bytes, isNew, trips)
	return ns, after
}

// RowOver is FromOver for what is more than one response, and returns besides when the first byte of the last round trip comes, in ns after the first of all.
func (t *Transfer) RowOver(window Window, bytes int64, isNew bool, trips RoundTrips) (ns, before int64, after Window) {
	return sends(t, t.begin(window.Bytes, bytes, isNew), window.SlowTo, trips)
}

// ResendNs returns the time in ns after which a sender sends a packet again on a way with a round trip.
func (t *Transfer) ResendNs(rttNs int64) int64 {
	if t.probe > 0 {
		return rttNs + t.probe
	}
	return t.RetransmitNs(rttNs)
}

// FirstTimeoutNs returns the time in ns after which the first packet of a connection is sent again.
func (t *Transfer) FirstTimeoutNs() int64 { return t.first }

// RetransmitNs returns the timeout of TCP in ns on a way with a round trip, after which a silent connection is idle.
func (t *Transfer) RetransmitNs(rttNs int64) int64 {
	if t.above > 0 {
		return rttNs + t.above
	}
	return RetransmitNs(rttNs)
}

// Readable returns how many bytes of a response must be there before its first can be read: its first TLS record, 0 where
// there are none.
func (t *Transfer) Readable(bytes int64) int64 { return min(bytes, t.record) }

// InitialWindow returns the window of a new connection, in bytes.
func (t *Transfer) InitialWindow() int64 { return t.window }

// RoundTrips are the round trips of a connection, one after another: jitter makes each of them another.
type RoundTrips interface {
	// RoundTrip returns the length of a round trip in ns, by its number from 0. The same number has the same length,
	// whenever it is asked for.
	RoundTrip(number int64) int64
}

// steady is a round trip in ns that is always the same.
type steady int64

func (s steady) RoundTrip(int64) int64 { return int64(s) }

// A burst is what a sender has to send, and the window with which it begins.
type burst struct {
	window, left int64
	began        int64 // the window with which what it goes on with began, or its own
	early        int64 // bytes that go ahead of a round trip in which the sender may send no more, 0 for none
}

// begin returns what is to be sent of a response.
func (t *Transfer) begin(window, bytes int64, isNew bool) burst {
	b := burst{window: max(window, 1), began: max(window, 1), left: bytes + t.header}
	if isNew {
		b.left += t.setup
		if t.early > 0 && b.left > t.early {
			b.early = t.early
		}
	}
	return b
}

// gains returns by how much a last flight makes its window larger that holds it: by nothing where that is the first window, and less than half of it was in use.
func (b *burst) gains(left, window int64) int64 {
	if window > b.began || 2*left >= window {
		return left
	}
	return 0
}

// paceGain is how much faster than a window a round trip a paced sender sends: 1.25 (RFC 9002, section 7.7), and paceBurst how
// many bytes it sends at once before it begins to: 10 packets of 1,252 bytes, as quic-go does (assumed for others), in every round trip: while
// it waits for acknowledgements its bucket of tokens fills.
const (
	paceGain  = 1.25
	paceBurst = 10 * 1252
)

// A slowStarted is the last round of what slow start sends: when its first byte comes after that of the first, in ns, the bytes of it, its window, and by how much
// they make that larger when they are acknowledged: nothing where less than half of the window was in use (RFC 7661, section 4.3), but with [BBR], and where the rate is the limit;
// and its number from 0.
type slowStarted struct{ before, left, window, gains, round int64 }

// slowStart sends a window a round trip and doubles it, until it holds a round trip at the rate or may not grow any more. It returns the time, and the last round.
func slowStart[T RoundTrips](t *Transfer, b burst, trips T) (total int64, last slowStarted) {
	left, window, round := b.left, b.window, int64(0)
	p := pacer{window: window}
	var s sender
	if t.congestion == BBR {
		s = t.senderOf(Window{Bytes: window}, t.segment)
		s.begins(window <= t.window)
	}
	most := t.most
	if b.early > 0 {
		total += trips.RoundTrip(0) + t.packet
		left -= b.early
		round++
	}
	holds := min(t.socket, left)
	for ; left > min(window, most, holds); round++ {
		rtt, sends := trips.RoundTrip(round)+t.acked, min(window, most, holds)
		if t.paced {
			p.takes(sends, window, rtt)
			p.span = max(p.span, float64(t.line(sends))) // or the rate spreads it
		}
		waits, next := t.credits(sends, most)
		rtt += waits
		// From the first window that keeps the client busy for a round trip, the rate is the limit.
		if t.line(min(sends, t.refilled)) >= rtt {
			break
		}
		left -= sends
		most = next
		waits, holds = t.refills(sends, holds, left)
		total += max(rtt+waits, t.line(sends))
		switch {
		case t.congestion == BBR:
			s.most = float64(most) / float64(t.segment)
			s.grow(0)
			window = int64(s.window * float64(t.segment))
		case window < most:
			window *= 2
		}
	}
	ends := t.line(left)
	if t.congestion == BBR {
		ends = max(ends, s.spreadBBR(trips.RoundTrip(round)+t.acked, float64(left)/float64(t.segment)))
	}
	if t.paced {
		ends = max(ends, p.takes(left, window, trips.RoundTrip(round)+t.acked))
	}
	last = slowStarted{before: total, left: left, window: min(window, most), round: round}
	switch {
	case left > window:
	case t.congestion == BBR:
		last.gains = left
	default:
		last.gains = b.gains(left, window)
	}
	return total + ends, last
}

// credits returns for how long a sender waits besides after a flight until the reader of a stream says that more may come, and how much that is.
func (t *Transfer) credits(sent, most int64) (ns, next int64) {
	if t.credit == 0 || sent < most {
		return 0, most
	}
	if t.tunes {
		return t.line(most / 4), 2 * most
	}
	return t.line(most / 4), most
}

// refills returns what a socket holds when a flight has been acknowledged, of which so many bytes are left besides: it is filled again whenever it holds
// less than two thirds. Where the flight is larger than those, what it lets go waits for what is more.
func (t *Transfer) refills(sent, holds, left int64) (ns, next int64) {
	unwritten, acked := left+sent-holds, int64(0)
	if unwritten > 0 && sent > t.refilled {
		ns = t.line(sent - t.refilled)
	}
	for unwritten > 0 {
		more := max(holds-t.refilled, 0)
		if acked+more >= sent {
			break
		}
		acked += more
		writes := min(t.socket-(holds-more), unwritten)
		holds += writes - more
		unwritten -= writes
	}
	if 2*sent <= t.socket {
		return 0, min(t.socket, left) // it grows with the window
	}
	return ns, holds - (sent - acked)
}

// A pacer is a sender that spreads each window.
type pacer struct {
	window int64   // of the round trip before
	span   float64 // how long that was sent for, and so is acknowledged for, in ns
}

// takes returns how long the sender takes for so many bytes of a round trip, whose window grows from that of the one before to its own while that is
// acknowledged.
func (p *pacer) takes(bytes, window, rtt int64) int64 {
	waits := float64(max(bytes-paceBurst, 0)) * float64(rtt) / paceGain // of a window of a byte
	from, to := float64(p.window), float64(window)
	grows := float64(float64((from+to)/2) * p.span) // what goes meanwhile
	var span float64
	switch {
	case waits >= grows:
		span = p.span + (waits-grows)/to
	case to > from:
		more := to - from
		span = p.span * (math.Sqrt(float64(from*from)+float64(2*more)*waits/p.span) - from) / more
	default:
		span = waits / to
	}
	p.window, p.span = window, span
	return int64(span)
}
