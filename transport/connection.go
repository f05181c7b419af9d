package transport

import (
	"fmt"
	"math"
	"math/bits"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// A Handshake is the protocol stack that a new connection sets up before its first request.
type Handshake uint8

// The stacks, with the round trips they spend before a request can be sent (RFC 9293, 8446, 5246, 9000).
const (
	// TCPTLS13 is TCP and TLS 1.3: one round trip to connect, one for TLS. It is the zero value.
	TCPTLS13 Handshake = iota
	// TCPTLS12 is TCP and TLS 1.2: one to connect, two for TLS.
	TCPTLS12
	// TCPClear is TCP without encryption: one to connect.
	TCPClear
	// QUIC is HTTP/3: one round trip sets up both.
	QUIC
	// TLS13Resumed is TCP and TLS 1.3 with early data: one to connect.
	TLS13Resumed
	// QUICResumed is HTTP/3 with early data: none.
	QUICResumed
)

// handshakes holds name, round trips to connect and round trips for TLS of each stack.
var handshakes = [...]struct {
	name         string
	connect, tls int64
}{
	TCPTLS13:     {"tcp+tls1.3", 1, 1},
	TCPTLS12:     {"tcp+tls1.2", 1, 2},
	TCPClear:     {"tcp", 1, 0},
	QUIC:         {"quic", 1, 0},
	TLS13Resumed: {"tcp+tls1.3-resumed", 1, 0},
	QUICResumed:  {"quic-resumed", 0, 0},
}

// String returns the name that scenario files use, for example "tcp+tls1.3".
func (h Handshake) String() string {
	if int(h) >= len(handshakes) {
		return fmt.Sprintf("handshake(%d)", uint8(h))
	}
	return handshakes[h].name
}

// RoundTrips returns the round trips to connect and to agree on keys before the first request.
func (h Handshake) RoundTrips() (connect, tls int64) {
	return handshakes[h].connect, handshakes[h].tls
}

// HandshakeNames lists the names that [ParseHandshake] knows.
func HandshakeNames() []string {
	names := make([]string, len(handshakes))
	for i, h := range handshakes {
		names[i] = h.name
	}
	return names
}

// ParseHandshake returns the stack of a name.
func ParseHandshake(name string) (Handshake, error) {
	for i, h := range handshakes {
		if h.name == name {
			return Handshake(i), nil
		}
	}
	return 0, fmt.Errorf("unknown handshake %q; want one of %q", name, HandshakeNames())
}

// A Connection says how clients talk to the first server they meet.
type Connection struct {
	// Handshake is what a new connection costs; the default is TCP with TLS 1.3.
	Handshake Handshake
	// NewShare is the share of requests that open a new connection, in [0, 1]; the others find one open.
	NewShare float64
	// Idle says with which window an open connection sends: its requests come after a silence (assumed), for a
	// share of requests cannot say which of them follow each other closely. The default is [RestartWindow].
	Idle IdleWindow
	// BitsPerSecond is the rate at which a client can receive; 0 means without limit.
	BitsPerSecond float64
	// SegmentBytes and InitialSegments give the initial window of a new connection; 0 means 1460
	// bytes and 10 segments (RFC 6928).
	SegmentBytes, InitialSegments int64
}

// Validate names the first field that is out of range.
func (c Connection) Validate() error {
	if int(c.Handshake) >= len(handshakes) {
		return invalid.New("Handshake", uint8(c.Handshake), "one of %q", HandshakeNames())
	}
	if int(c.Idle) >= len(idleWindows) {
		return invalid.New("Idle", uint8(c.Idle), "one of %q", idleWindows)
	}
	return invalid.First(
		invalid.Range("NewShare", c.NewShare, 0, 1),
		invalid.Range("BitsPerSecond", c.BitsPerSecond, 0, 1e15),
		invalid.Range("SegmentBytes", c.SegmentBytes, 0, 1<<16),
		invalid.Range("InitialSegments", c.InitialSegments, 0, 1<<16),
	)
}

// WindowBytes returns the initial window.
func (c Connection) WindowBytes() int64 {
	segments := c.InitialSegments
	if segments == 0 {
		segments = 10
	}
	return c.segmentBytes() * segments
}

func (c Connection) segmentBytes() int64 {
	if c.SegmentBytes == 0 {
		return 1460
	}
	return c.SegmentBytes
}

// Rounds returns the number of windows that slow start needs for a response of so many bytes from the
// initial window without loss: ceil(log2(bytes/window + 1)), at least 1.
func (c Connection) Rounds(bytes int64) int64 {
	window := c.WindowBytes()
	if bytes <= window {
		return 1
	}
	full := (bytes + window - 1) / window // ceil(bytes/window) windows' worth of data
	return int64(bits.Len64(uint64(full)))
}

// TransferTime returns the time from the first to the last byte of a response at the client. A new connection, and
// one that restarts its window ([IdleWindow]), sends a window a round trip, doubling it, until the window covers a
// round trip at the client's rate:
//
//	sum over rounds but the last of max(RTT, window/rate), plus what is left / rate
//
// One that keeps its window sends at the client's rate.
func (c Connection) TransferTime(bytes int64, rtt time.Duration, isNew bool) time.Duration {
	t := c.Transfer()
	return time.Duration(t.Time(bytes, int64(rtt), isNew))
}

// A Transfer is a [Connection] made ready for the simulator's hot path. Its times are in ns.
type Transfer struct {
	// Connect and TLS are the round trips that a new connection spends before its first request.
	Connect, TLS int64
	nsPerByte    float64
	window       int64
	keeps        bool // the window of an idle connection
}

// Transfer returns the connection made ready.
func (c Connection) Transfer() Transfer {
	t := Transfer{window: c.WindowBytes(), keeps: c.Idle == KeepWindow}
	t.Connect, t.TLS = c.Handshake.RoundTrips()
	if c.BitsPerSecond > 0 {
		t.nsPerByte = 8e9 / c.BitsPerSecond
	}
	return t
}

// Open returns the transfer time over a window that holds the response, in ns: bytes at the rate.
func (t *Transfer) Open(bytes int64) int64 {
	// The product is rounded before the sum, so that machines with and without a fused
	// multiply-add agree.
	return int64(float64(float64(bytes)*t.nsPerByte) + 0.5)
}

// Fits returns the largest response in bytes that goes out in one window, so that it takes what it takes at the rate.
func (t *Transfer) Fits(isNew bool) int64 {
	if t.keeps && !isNew {
		return math.MaxInt64
	}
	return t.window
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
	if bytes <= t.Fits(isNew) {
		return t.Open(bytes)
	}
	ns, _ := slowStart(t, t.window, bytes, trips)
	return ns
}

// From returns the transfer time of a response that slow start begins with so large a window, in ns, and the window
// after it: doubled by every round that filled it.
func (t *Transfer) From(window, bytes, rttNs int64) (ns, grown int64) {
	return slowStart(t, window, bytes, steady(rttNs))
}

// RoundTrips are the round trips of a connection, one after another: jitter makes each of them another.
type RoundTrips interface {
	// RoundTrip returns the length of a round trip in ns, by its number from 0. The same number has the same length,
	// whenever it is asked for.
	RoundTrip(number int64) int64
}

// steady is a round trip in ns that is always the same.
type steady int64

func (s steady) RoundTrip(int64) int64 { return int64(s) }

// slowStart sends a window a round trip and doubles it.
func slowStart[T RoundTrips](t *Transfer, window, bytes int64, trips T) (total, grown int64) {
	left := bytes
	for round := int64(0); left > window; round++ {
		rtt := trips.RoundTrip(round)
		// From the first window that keeps the client busy for a round trip, the rate is the limit.
		if t.Open(window) >= rtt {
			break
		}
		total += rtt
		left -= window
		window *= 2
	}
	return total + t.Open(left), window
}
