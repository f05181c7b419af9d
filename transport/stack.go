package transport

import (
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// A Stack is what the software at both ends does besides handshakes and slow start. The zero value leaves all of it away: then
// [Connection.BitsPerSecond] counts the bytes of bodies alone, a window grows without bound, and work takes no time.
type Stack struct {
	// PacketBytes is what a full packet takes on the line, for SegmentBytes of payload: then BitsPerSecond counts headers, too.
	PacketBytes int64
	// HeaderBytes is the header of a response, which comes before its body; SetupBytes what a server sends over a new
	// connection before the first response, as full packets: session tickets, settings.
	HeaderBytes, SetupBytes int64
	// RecordBytes is the size of a TLS record. A client cannot read a byte of one before its end, so that the first byte of a
	// response waits for the first record. 0 means records that fit into a packet.
	RecordBytes int64
	// MaxWindowBytes bounds the window of a stream: the flow control of a reader who says that more may come when a quarter of it has been read (assumed, as quic-go
	// does). 0 is no bound.
	MaxWindowBytes int64
	// SendBytes is what of a response the sender's socket holds until that is acknowledged. The server is told to go on writing when a third of it
	// is free, as in Linux, which sends no more than two thirds in a round trip that lasts longer than those: see [Transfer]. 0 is no bound.
	SendBytes int64
	// ReceiveBytes is the largest window that a receiver of TCP offers (RFC 7323). It begins with 64 KB, of which the sender's initial window holds no more, and tunes it while
	// it reads: see [Transfer]. 0 is no bound.
	ReceiveBytes int64
	// WindowGrows says that a reader doubles its window whenever it has been full, as QUIC and its like do.
	WindowGrows bool
	// EarlyBytes is what a server sends in answer to early data before it knows that the client is where it says to be: three
	// times what that has sent (RFC 9000, section 8.1). 0 is no bound.
	EarlyBytes int64
	// Paced spreads a window over a round trip, at 1.25 times its rate, in place of sending it at once. It is the window as it grows: what
	// is acknowledged while it is sent makes it larger.
	Paced bool
	// HyStart ends slow start when round trips become longer, and when acknowledgements come in one train (Ha and Rhee, 2011), as CUBIC does in
	// Linux. It matters where [Connection.BufferBytes] is known.
	HyStart bool
	// AckPackets is how many full packets a receiver has when it acknowledges them: 2 by RFC 9293, section 3.8.6.3, and RFC 9000, section
	// 13.2.2. They are on the line before it, in every round trip of slow start. 0 is 1: each packet is acknowledged.
	AckPackets int64
	// TimerAbove is by how much a timeout is longer than a round trip: RFC 6298 adds four times the variance of round trips, of which Linux takes 200 ms for the
	// least. 0 is the longer of a round trip and 200 ms.
	TimerAbove time.Duration
	// ProbeAbove is by how much the probe timeout of QUIC, after which a packet is sent again, is longer than a round trip: four times the variance of round trips, 1 ms at
	// the least, and the 25 ms for which a receiver may keep an acknowledgement back (RFC 9002, section 6.2.1). 0 is a timeout of TCP.
	ProbeAbove time.Duration
	// FirstTimeout is after how long the first packet of a connection is sent again, when nobody knows the round trip yet. 0 is 1 s (RFC 6298, section 2.1).
	FirstTimeout time.Duration
	// MaxSegmentBytes is the largest payload of a packet for which a sender searches the way (RFC 8899): by halves, one probe in five round trips, until less than 20 bytes are left, as
	// quic-go does. No probe is lost (assumed), and a connection that is found open has done it (assumed). It bears where packets are lost. 0 is none: SegmentBytes.
	MaxSegmentBytes int64
	// HandshakeWork is what both ends work on a full handshake, ResumedWork on one that goes on with earlier keys.
	HandshakeWork, ResumedWork time.Duration
	// Congestion is what the sender makes of lost packets, Kept what that leaves of a window: 0 is what the control has, half with [Reno] and [Steady], 0.7 with [CUBIC].
	Congestion Congestion
	Kept       float64
}

func (s *Stack) validate(segment int64) error {
	const most = int64(1) << 40
	return invalid.First(
		invalid.Check(s.PacketBytes == 0 || s.PacketBytes >= segment && s.PacketBytes <= 1<<16, "PacketBytes", s.PacketBytes, "0, or SegmentBytes to 65536"),
		invalid.Range("HeaderBytes", s.HeaderBytes, 0, 1<<16),
		invalid.Range("SetupBytes", s.SetupBytes, 0, 1<<13),
		invalid.Range("RecordBytes", s.RecordBytes, 0, 1<<14),
		invalid.Check(s.MaxWindowBytes == 0 || s.MaxWindowBytes >= 1<<16 && s.MaxWindowBytes <= most, "MaxWindowBytes", s.MaxWindowBytes, "0 (no bound), or 64 KiB to 1 TiB"),
		invalid.Check(s.SendBytes == 0 || s.SendBytes >= 1<<14 && s.SendBytes <= most, "SendBytes", s.SendBytes, "0 (no bound), or 16 KiB to 1 TiB"),
		invalid.Check(s.ReceiveBytes == 0 || s.ReceiveBytes >= 1<<12 && s.ReceiveBytes <= 1<<30, "ReceiveBytes", s.ReceiveBytes, "0 (no bound), or 4 KiB to 1 GiB, the most of RFC 7323"),
		invalid.Check(s.EarlyBytes == 0 || s.EarlyBytes >= 1<<9 && s.EarlyBytes <= most, "EarlyBytes", s.EarlyBytes, "0 (no bound), or 512 to 2^40"),
		invalid.Range("AckPackets", s.AckPackets, 0, 10),
		invalid.Range("TimerAbove", int64(s.TimerAbove), 0, int64(time.Minute)),
		invalid.Range("ProbeAbove", int64(s.ProbeAbove), 0, int64(time.Minute)),
		invalid.Range("FirstTimeout", int64(s.FirstTimeout), 0, int64(time.Minute)),
		invalid.Check(s.MaxSegmentBytes == 0 || s.MaxSegmentBytes >= segment && s.MaxSegmentBytes <= 1<<16, "MaxSegmentBytes", s.MaxSegmentBytes, "0 (SegmentBytes), or SegmentBytes to 65536"),
		invalid.Range("HandshakeWork", int64(s.HandshakeWork), 0, int64(time.Minute)),
		invalid.Range("ResumedWork", int64(s.ResumedWork), 0, int64(time.Minute)),
		invalid.Check(s.Kept >= 0 && s.Kept < 1, "Kept", s.Kept, "0 (as Congestion has it), or below 1"),
		invalid.Check(int(s.Congestion) < len(congestions), "Congestion", uint8(s.Congestion), "one of steady, reno, cubic, bbr"),
	)
}

// LinuxReceiveBytes is the largest window that Linux offers by default before version 6.17: 5/8 of the 6 MiB of tcp_rmem, as packets of 6.18 with that bound have it. Up to 6.5 it is
// half (tcp_adv_win_scale 1), from 6.17 on 5/8 of 32 MiB (ip-sysctl).
const LinuxReceiveBytes = 3_930_752

// Linux returns a connection over TCP as Linux and nginx have it by default: 1,448 of 1,500 bytes of a packet are payload, TLS records are of 16 KB, two tickets come
// before the first answer of TLS 1.3, congestion control is CUBIC. Of the 4 MiB of tcp_wmem 4,003,064 are payload; the window that a receiver
// offers is at most [LinuxReceiveBytes]. Measured on Debian 12 with nginx 1.22.1, November 2026; work is left away. QUIC has no part in the kernel: over it
// the connection is that of [QUICGo], whose window grows as that of CUBIC.
func Linux(h Handshake) Connection {
	if h.overQUIC() {
		c := QUICGo(h)
		c.Congestion = CUBIC
		return c
	}
	c := Connection{Handshake: h, SegmentBytes: 1448}
	c.PacketBytes, c.HeaderBytes, c.SendBytes, c.ReceiveBytes, c.AckPackets, c.Congestion, c.HyStart = 1500, 240, 4_003_064, LinuxReceiveBytes, 2, CUBIC, true
	c.TimerAbove = 200 * time.Millisecond
	switch h {
	case TCPTLS12, TLS12Resumed:
		c.RecordBytes = 1 << 14
	case TCPClear:
		c.SetupBytes = 1448 // the header has a packet of its own
	default:
		c.RecordBytes, c.SetupBytes = 1<<14, 2*1448
	}
	return c
}

// OverHTTP2 returns the connection with HTTP/2 in place of HTTP/1.1. The header of a response goes ahead in a record of its own, so that
// the first byte waits for no other record, and the settings of the server have a packet before the first response. A connection in clear
// is returned as it is.
func (c Connection) OverHTTP2() Connection {
	if c.RecordBytes > 0 {
		c.RecordBytes = 0
		c.SetupBytes += c.segmentBytes()
	}
	return c
}

// QUICGo returns a connection over QUIC as quic-go has it: 32 packets of 1,252 bytes in the first window, paced, 512 KiB at most
// on a stream that is new, and three times 1,200 bytes in answer to early data. A loss leaves 0.7 of the window, which then grows as Reno's. Packets grow to 1,439 bytes within 20 round trips, a
// first packet is sent again after 200 ms (RFC 9002 has 1 s), a later one 26 ms after a round trip: round trips that hardly vary (assumed). Measured with Caddy 2.6.2 and quic-go 0.65,
// November 2026.
func QUICGo(h Handshake) Connection {
	c := Connection{Handshake: h, SegmentBytes: 1252, InitialSegments: 32}
	c.PacketBytes, c.HeaderBytes, c.MaxWindowBytes, c.EarlyBytes, c.Paced, c.Congestion, c.Kept = 1252+28+20, 240, 512<<10, 3*1200, true, Reno, 0.7
	c.WindowGrows, c.AckPackets = true, 2
	c.ProbeAbove, c.FirstTimeout, c.MaxSegmentBytes = probeAbove, 200*time.Millisecond, 1452
	return c
}
