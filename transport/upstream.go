package transport

import (
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// DefaultKeepAlive is how long a connection between sites stays open unused: 5 s, the default of Amazon CloudFront
// to an origin (Developer Guide, "Keep-alive timeout (custom and VPC origins only)", 1 to 120 s).
const DefaultKeepAlive = 5 * time.Second

// minRetransmit is the least time after which TCP sends a packet again that nobody has acknowledged. Assumed: 200 ms,
// as on most systems (RFC 6298 asks for 1 s).
const minRetransmit = 200 * time.Millisecond

// RetransmitNs returns the time in ns after which TCP sends a packet again on a way with a round trip: that, or 200 ms
// (assumed; RFC 6298 asks for 1 s) where the round trip is shorter.
func RetransmitNs(rttNs int64) int64 { return max(int64(minRetransmit), rttNs) }

// An Upstream says how a site connects to those that it fetches from. It keeps one connection to each, over which any
// number of questions and answers go at the same time, as in HTTP/2, in one [Stream], or a [Pool] of them, as in HTTP/1.1.
type Upstream struct {
	// Handshake is what a new connection costs; the default is TCP with TLS 1.3.
	Handshake Handshake
	// KeepAlive is how long a connection stays open after the last answer, up to a year; 0 means [DefaultKeepAlive].
	KeepAlive time.Duration
	// Idle says what becomes of the window of an open connection while nobody asks.
	Idle IdleWindow
	// Pool, if above 0, is HTTP/1.1: a connection for each question under way. So many of those that nobody uses are kept (keepalive in
	// an upstream of nginx), each for KeepAlive after its last answer. 0 is HTTP/2.
	Pool int
	// BufferBytes is what may wait before the narrowest link of the way that an answer comes over, packets with their headers: what comes besides is lost, and
	// comes again as of a [Connection] with [Reno] (assumed; without HyStart). 0 is without bound.
	BufferBytes int64
	// AlwaysOpen takes away what connections cost: one is always open, and its window holds any answer. The other
	// fields must be zero.
	AlwaysOpen bool
}

// Validate names the first field that is out of range.
func (u Upstream) Validate() error {
	if int(u.Handshake) >= len(handshakes) {
		return invalid.New("Handshake", uint8(u.Handshake), "one of %q", HandshakeNames())
	}
	if int(u.Idle) >= len(idleWindows) {
		return invalid.New("Idle", uint8(u.Idle), "one of %q", idleWindows)
	}
	const year = 366 * 24 * time.Hour
	return invalid.First(
		invalid.Check(u.KeepAlive >= 0 && u.KeepAlive <= year, "KeepAlive", u.KeepAlive, "0 (5s) to 8784h"),
		invalid.Range("Pool", u.Pool, 0, maxPool),
		invalid.Check(u.Pool == 0 || !u.Handshake.overQUIC(), "Pool", u.Pool, "0 with QUIC: HTTP/3 asks for any number at the same time over one connection"),
		checkBuffer(u.BufferBytes),
		invalid.Check(!u.AlwaysOpen || u == Upstream{AlwaysOpen: true}, "AlwaysOpen", u.AlwaysOpen, "false: a connection that is always open has no handshake, no KeepAlive, no pool and no buffer"),
	)
}

// maxPool bounds the connections that are kept idle.
const maxPool = 10_000

// KeepsAlive returns how long an unused connection stays open.
func (u Upstream) KeepsAlive() time.Duration {
	if u.KeepAlive == 0 {
		return DefaultKeepAlive
	}
	return u.KeepAlive
}

// A Dialer is an [Upstream] made ready for one way. Times are in ns.
type Dialer struct {
	transfer                    Transfer
	rtt, handshake, open, quiet int64
	idle                        IdleWindow
	alwaysOpen                  bool
	unbounded                   *Dialer // the same without a buffer, nil where there is none
	most                        int     // connections that are kept idle in a pool
}

// Dialer returns the rule made ready for a way with a round trip, on which answers come at so many bits per second at
// most, 0 for any number.
func (u Upstream) Dialer(rtt time.Duration, bitsPerSecond float64) Dialer {
	d := Dialer{
		transfer: u.connection(bitsPerSecond).Transfer(),
		rtt:      int64(rtt), open: int64(u.KeepsAlive()), quiet: RetransmitNs(int64(rtt)), alwaysOpen: u.AlwaysOpen, idle: u.Idle, most: u.Pool,
	}
	d.handshake = (d.transfer.Connect + d.transfer.TLS) * d.rtt
	if d.transfer.buffer > 0 {
		u.BufferBytes = 0
		of := u.Dialer(rtt, bitsPerSecond)
		d.unbounded = &of
	}
	return d
}

// connection returns what answers at so many bits per second come over.
func (u Upstream) connection(bitsPerSecond float64) Connection {
	c := Connection{Handshake: u.Handshake, BitsPerSecond: bitsPerSecond, BufferBytes: u.BufferBytes}
	if u.Handshake.overQUIC() {
		c.ProbeAbove = probeAbove
	}
	return c
}

// probeAbove is by how much the probe timeout of QUIC is longer than a round trip that does not vary: the least of timers, 1 ms, and the longest that a receiver keeps an acknowledgement back by default, 25 ms (RFC 9002,
// section 6.2.1; RFC 9000, section 18.2).
const probeAbove = 26 * time.Millisecond

// ResendNs returns the time in ns after which what is lost is sent again: the timeout of TCP, or the probe timeout of QUIC.
func (d *Dialer) ResendNs() int64 { return d.transfer.ResendNs(d.rtt) }

// A Line is the connection that a site keeps over a [Dialer]. Instants are in ns.
type Line struct {
	asked    int64 // when the last question was asked
	ready    int64 // when the handshake is done
	last     int64 // when it was last used: asked over, or answered
	stream   Stream
	number   uint32 // of the connections that there have been one after another, from 1
	underWay int32  // questions without an answer
}

// never is long before any run.
const never = math.MinInt64 / 4

// Idle returns a line that was last used at an instant, long ago if that is before any run.
func Idle(since int64) Line {
	return Line{asked: since, ready: since, last: since, stream: newStream(Window{}), number: 1}
}

// Unused returns a line over which nothing has ever been asked.
func Unused() Line { return Idle(never) }

// Close closes the connection: what is under way over it does not count any more.
func (l *Line) Close() {
	number := l.number
	*l = Unused()
	l.number = number
}

// Asked returns the instant of the last question.
func (l *Line) Asked() int64 { return l.asked }

// Ask asks at an instant for an answer of so many bytes. The question leaves at once over an open connection, after the
// handshake over a new one; the first byte of the answer waits so long for those before it ([Stream]), and the last byte takes so long after that. The
// other side answers at once. Where it does not, [Dialer.Dial] asks, and [Dialer.Answer] has the answer when it is there.
func (d *Dialer) Ask(l *Line, bytes, now int64) (leaves, waits, takes int64) {
	if first := now + d.rtt; l.stream.isRoomFor(bytes, first, d.rtt) { // mostly
		l.asked = now
		waits, takes = l.stream.add(&d.transfer, bytes, first)
		return now, waits, takes
	}
	leaves = d.Dial(l, now)
	waits, takes = d.Answer(l, bytes, leaves+d.rtt)
	return leaves, waits, takes
}

// Dial returns when a question leaves that is asked at an instant, after the handshake of a new connection where the line is not open.
func (d *Dialer) Dial(l *Line, now int64) (leaves int64) {
	if d.alwaysOpen {
		return now
	}
	return d.dial(l, now)
}

// Answer sends an answer whose first byte would be here at an instant with nothing before it. It returns what [Dialer.Ask] does.
//
// Slow start goes on from the window that the line has: every window that was filled doubles it, and what is sent last makes it larger.
func (d *Dialer) Answer(l *Line, bytes, now int64) (waits, takes int64) {
	if d.alwaysOpen {
		return 0, d.transfer.Open(bytes)
	}
	s := &l.stream
	if s.isRoomFor(bytes, now, d.rtt) {
		return s.add(&d.transfer, bytes, now)
	}
	d.restart(l, now)
	if 2*bytes < s.after.Bytes && d.unbounded == nil && s.isAcknowledged(now, d.rtt) {
		takes = d.transfer.Open(bytes)
		s.short, s.round, s.sent, s.ends = (s.after.Bytes+1)/2, now, bytes, now+takes
		return 0, takes
	}
	return s.send(&d.transfer, bytes, now, d.rtt, nil)
}

// Hold says that the last question has no answer yet, until [Line.Leave] with the number of the connection, which it returns.
func (l *Line) Hold() (number uint32) {
	l.underWay++
	return l.number
}

// Leave says that from an instant on nobody waits any more for an answer over the connection with a number.
func (l *Line) Leave(number uint32, at int64) {
	if l.Has(number) {
		l.underWay--
		l.Used(at)
	}
}

// Has reports whether the connection is that with a number.
func (l *Line) Has(number uint32) bool { return number != 0 && number == l.number }

// Used says that the last byte of an answer is there at an instant, if that is later than its connection lets it be.
func (l *Line) Used(at int64) { l.last = max(l.last, at) }

// isOpen reports whether a question at an instant finds the line open: with others under way, or last used no longer ago than the keep-alive time.
func (d *Dialer) isOpen(l *Line, now int64) bool {
	return l.underWay > 0 || now-max(l.last, l.stream.ends) <= d.open
}

// dial is Dial over what is not always open.
func (d *Dialer) dial(l *Line, now int64) (leaves int64) {
	if !d.isOpen(l, now) {
		ready := now + d.handshake
		*l = Line{ready: ready, last: ready, stream: newStream(Window{Bytes: d.transfer.window}), number: l.number + 1}
	}
	l.asked = now
	return max(now, l.ready)
}

// restart begins the window anew for an answer whose first byte could be here at an instant, if the site that answers has sent nothing for longer than the retransmission timeout (RFC 5681,
// section 4.1), unless [Upstream.Idle] says otherwise: nothing comes for as long as nothing was sent, a round trip longer than nothing is asked.
func (d *Dialer) restart(l *Line, first int64) {
	s := &l.stream
	if silence := first - max(l.last, s.ends); silence > d.quiet {
		s.after = d.idle.after(s.after, silence, d.quiet, d.transfer.window)
	}
}
