package transport

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"

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
	// TLS12Resumed is TCP and TLS 1.2 that goes on with the keys of an earlier connection: one to connect, one for TLS.
	TLS12Resumed
	// TLS13Ticket is TCP and TLS 1.3 with the keys of an earlier connection but without early data: it saves work, and no
	// round trip.
	TLS13Ticket
	// QUICTicket is HTTP/3 with such keys and without early data: one round trip.
	QUICTicket
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
	TLS12Resumed: {"tcp+tls1.2-resumed", 1, 1},
	TLS13Ticket:  {"tcp+tls1.3-ticket", 1, 1},
	QUICTicket:   {"quic-ticket", 1, 0},
}

// Resumed returns the stack of a client that has keys of an earlier connection, with early data or without.
func (h Handshake) Resumed(early bool) Handshake {
	switch h {
	case TCPTLS12:
		return TLS12Resumed
	case TCPTLS13:
		if early {
			return TLS13Resumed
		}
		return TLS13Ticket
	case QUIC:
		if early {
			return QUICResumed
		}
		return QUICTicket
	}
	return h
}

// IsEarly reports whether the first request goes along with the handshake, as early data (0-RTT).
func (h Handshake) IsEarly() bool { return h == TLS13Resumed || h == QUICResumed }

// overQUIC reports whether the connection is one of HTTP/3.
func (h Handshake) overQUIC() bool { return h == QUIC || h == QUICResumed || h == QUICTicket }

// isResumed reports whether keys of an earlier connection are used.
func (h Handshake) isResumed() bool { return h >= TLS13Resumed }

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
	return 0, invalid.New("handshake", strconv.Quote(name), "one of %s", strings.Join(HandshakeNames(), ", "))
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
	// BufferBytes is what may wait before the line that has this rate, packets with their headers: what comes besides is lost. 0 is without bound.
	BufferBytes int64
	// SegmentBytes and InitialSegments give the initial window of a new connection; 0 means 1460
	// bytes and 10 segments (RFC 6928).
	SegmentBytes, InitialSegments int64
	// Stack is what is known of the software at both ends besides; the zero value is the arithmetic of textbooks.
	Stack
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
		checkBuffer(c.BufferBytes),
		invalid.Range("SegmentBytes", c.SegmentBytes, 0, 1<<16),
		invalid.Range("InitialSegments", c.InitialSegments, 0, 1<<16),
		c.Stack.validate(c.segmentBytes()),
	)
}

// checkBuffer returns the error of a buffer that is out of range.
func checkBuffer(bytes int64) error {
	return invalid.Check(bytes == 0 || bytes >= 1<<12 && bytes <= 1<<40, "BufferBytes", bytes, "0 (no bound), or 4 KiB to 1 TiB")
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
