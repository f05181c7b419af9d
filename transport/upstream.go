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
// number of questions and answers go at the same time, as in HTTP/2, or a [Pool] of them, as in HTTP/1.1.
type Upstream struct {
	// Handshake is what a new connection costs; the default is TCP with TLS 1.3.
	Handshake Handshake
	// KeepAlive is how long a connection stays open after the last question, up to a year; 0 means [DefaultKeepAlive].
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
	isApart, alwaysOpen         bool    // isApart of one that is always open, too, or over a way with a buffer
	unbounded                   *Dialer // the same without a buffer, nil where there is none
	most                        int     // connections that are kept idle in a pool
}

// Dialer returns the rule made ready for a way with a round trip, on which answers come at so many bits per second at
// most, 0 for any number.
func (u Upstream) Dialer(rtt time.Duration, bitsPerSecond float64) Dialer {
	d := Dialer{
		transfer: u.connection(bitsPerSecond).Transfer(),
		rtt:      int64(rtt), open: int64(u.KeepsAlive()), quiet: RetransmitNs(int64(rtt)), isApart: u.AlwaysOpen, alwaysOpen: u.AlwaysOpen, idle: u.Idle, most: u.Pool,
	}
	d.handshake = (d.transfer.Connect + d.transfer.TLS) * d.rtt
	if d.transfer.buffer > 0 {
		u.BufferBytes = 0
		of := u.Dialer(rtt, bitsPerSecond)
		d.unbounded, d.isApart = &of, true
	}
	return d
}

// connection returns what answers at so many bits per second come over.
func (u Upstream) connection(bitsPerSecond float64) Connection {
	return Connection{Handshake: u.Handshake, BitsPerSecond: bitsPerSecond, BufferBytes: u.BufferBytes}
}

// A Line is the connection that a site keeps over a [Dialer]. Instants are in ns.
type Line struct {
	asked int64 // when the last question was asked
	ready int64 // when the handshake is done
	quiet int64 // since when nothing comes over it
	// window is the sender's: what has not been acknowledged may be so many bytes.
	window int64
	slowTo int64 // to which it grows by slow start, 0 for any: it has lost something to a buffer
}

// never is long before any run.
const never = math.MinInt64 / 4

// Idle returns a line over which the last question was asked at an instant, long ago if that is before any run.
func Idle(since int64) Line { return Line{asked: since, ready: since, quiet: since} }

// Unused returns a line over which nothing has ever been asked.
func Unused() Line { return Idle(never) }

// Asked returns the instant of the last question.
func (l *Line) Asked() int64 { return l.asked }

// Ask asks at an instant for an answer of so many bytes. The question leaves at once over an open connection, after the
// handshake over a new one; the last byte of the answer takes so long after the first.
//
// The line is open if the last question is no longer ago than the keep-alive time. Its window begins anew if the line
// has been quiet for longer than the retransmission timeout, as if the last answer had come without delay at the
// other side (RFC 5681, section 4.1), unless [Upstream.Idle] says otherwise. Else slow start goes on from the window that the line has: every window that
// was filled doubles it.
func (d *Dialer) Ask(l *Line, bytes, now int64) (leaves, takes int64) {
	if d.isApart {
		return d.askApart(l, bytes, now)
	}
	switch {
	case now-l.asked > d.open:
		l.ready, l.window = now+d.handshake, d.transfer.window
	case now-l.quiet > d.quiet:
		l.window = d.idle.after(Window{Bytes: l.window}, now-l.quiet, d.quiet, d.transfer.window).Bytes
	}
	leaves = max(now, l.ready)
	l.asked = now
	if window := max(l.window, d.transfer.window); bytes <= window {
		takes = d.transfer.Open(bytes) // mostly
	} else {
		takes, l.window = d.transfer.From(window, bytes, d.rtt)
	}
	l.quiet = max(l.quiet, leaves+d.rtt+takes)
	return leaves, takes
}

// askApart is Ask over what is always open, or over a way with a buffer: there slow start goes no further than an overflow has let it.
func (d *Dialer) askApart(l *Line, bytes, now int64) (leaves, takes int64) {
	if d.alwaysOpen {
		return now, d.transfer.Open(bytes)
	}
	if now-l.asked > d.open {
		l.slowTo = 0
	}
	leaves, _ = d.unbounded.Ask(l, 0, now)
	if l.window == 0 { // nothing has come over it so far
		l.window = d.transfer.window
	}
	takes, after := sends(&d.transfer, d.transfer.begin(l.window, bytes, false), l.slowTo, steady(d.rtt))
	l.window, l.slowTo = after.Bytes, after.SlowTo
	l.quiet = max(l.quiet, leaves+d.rtt+takes)
	return leaves, takes
}
