package transport

import (
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/random"
)

// A LossyTransfer is a [Connection] on a way that loses packets, made ready for the simulator. Packets are lost
// independently, and the first of a response is none of these: its loss delays the first byte already.
//
// With [Steady] a transfer goes as on a way without loss up to the first packet that is lost. That costs a round trip of a packet, and
// what is left comes at the rate that TCP's congestion control keeps in the long run, unless the client's rate
// is less (after Cardwell, Savage and Anderson, Modeling TCP Latency, INFOCOM 2000). Others go round trip by round trip.
type LossyTransfer struct {
	Transfer
	loss   float64
	perLog float64 // packets before a loss for each unit of an exponential number
	idle   float64 // packets in the window of an open connection whose window is kept

	largest, searched int64 // payload of the largest packet that is searched for, and of that which is found
}

// LossyTransfer returns the connection made ready for a way on which a packet is lost with a probability in (0, 1].
func (c Connection) LossyTransfer(loss float64) LossyTransfer {
	l := LossyTransfer{Transfer: c.Transfer(), loss: loss, perLog: -1 / portable.Log1p(-loss)}
	l.largest = c.MaxSegmentBytes
	l.searched = l.search()
	l.idle = max(math.Sqrt(1.5/loss), 2)
	if l.congestion == BBR {
		l.idle = math.MaxInt32
	}
	return l
}

// GoesByRounds reports whether the congestion control is one that goes round trip by round trip.
func (l *LossyTransfer) GoesByRounds() bool { return l.congestion != Steady }

// Intact draws the bytes of a response that arrive before a packet is lost.
func (l *LossyTransfer) Intact(s *random.Stream) int64 { return l.gap(s) * l.segment }

// gap draws the number of packets up to one that is lost, itself among them.
func (l *LossyTransfer) gap(s *random.Stream) int64 {
	packets := 1 + float64(s.Exp()*l.perLog) // a geometric number, by its integer part
	return int64(min(packets, 1<<40))
}

// Time returns the time in ns from the first to the last byte of a response of which so many bytes arrive
// before a packet is lost, with [Steady]. timeoutNs is how long TCP waits for an acknowledgement. It is never less than without
// loss: the steady rate is that of a window that has grown, which that of a new connection has not.
func (l *LossyTransfer) Time(bytes, rttNs, timeoutNs int64, isNew bool, intact int64) int64 {
	return lossyTime(l, bytes, rttNs, timeoutNs, isNew, intact, steady(rttNs))
}

// TimeOver is Time on a connection whose round trips differ while it grows its window; rttNs is then the one that
// counts for what is lost.
func (l *LossyTransfer) TimeOver(bytes, rttNs, timeoutNs int64, isNew bool, intact int64, trips RoundTrips) int64 {
	return lossyTime(l, bytes, rttNs, timeoutNs, isNew, intact, trips)
}

func lossyTime[T RoundTrips](l *LossyTransfer, bytes, rttNs, timeoutNs int64, isNew bool, intact int64, trips T) int64 {
	before := min(bytes, intact)
	total := transferTime(&l.Transfer, before, isNew, trips)
	if intact >= bytes {
		return total
	}
	return max(total+l.rest(bytes-intact, rttNs, timeoutNs), transferTime(&l.Transfer, bytes, isNew, trips))
}

// rest returns the time in ns that what is left of a response takes from the first packet on that is lost: a round trip of the packet that tells of it,
// and so many bytes at the rate that is kept then.
func (l *LossyTransfer) rest(bytes, rttNs, timeoutNs int64) int64 {
	return rttNs + l.packet + l.kept(bytes, rttNs, timeoutNs)
}

// kept returns the time in ns that so many bytes take at the rate that is kept under loss.
func (l *LossyTransfer) kept(bytes, rttNs, timeoutNs int64) int64 {
	perByte := max(l.nsPerByte, secondsPerPacket(float64(rttNs)/1e9, float64(timeoutNs)/1e9, l.loss)*1e9/float64(l.segment))
	return int64(float64(float64(bytes)*perByte) + 0.5)
}

// A Window is the window with which a connection sends, in bytes. Slow start doubles it up to SlowTo, without bound where that
// is 0: nothing has been lost yet.
type Window struct{ Bytes, SlowTo int64 }

// OpenWindow returns the window of a new connection, or of an open one of which nothing else is known: the initial one or, where a
// connection keeps its window, that of a long transfer: sqrt(3/2 / loss) packets, and as many as it likes with BBR.
func (l *LossyTransfer) OpenWindow(isNew bool) Window {
	if isNew || !l.keeps {
		return Window{Bytes: l.window}
	}
	kept := int64(l.idle * float64(l.segment))
	return Window{max(kept, l.segment), max(kept, l.segment)}
}

// Rounds returns the time in ns from the first to the last byte of a response that a sender begins with a window, and the
// window after it. It draws which packets are lost. timeoutNs is how long TCP waits for an acknowledgement at the least.
//
// A round trip sends a window, less what is in it that nobody has acknowledged. A receiver acknowledges every second packet (RFC 5681,
// section 4.2): the last of an odd number waits for the first of the next round trip, or for the receiver's timer, and keeps its place in
// the window. What was lost goes with the next one, whose
// window is smaller for it. Behind the last packets there is no next: what was lost there comes a round trip later if a packet
// after it arrives, else after two (a probe: RFC 8985, section 7) or after the timeout. Where all of a round trip is
// lost there is nothing but the timeout, which doubles.
//
// A window is never more than two thirds of the sender's socket ([Stack.SendBytes]), which is what that lets go in the long run, nor than the reader of a stream lets go ([Stack.MaxWindowBytes]), which
// grows when it is full ([Stack.WindowGrows]). What goes in answer to early data before the client is known ([Stack.EarlyBytes]) goes ahead, and is lost as the rest is.
//
// Where [Connection.BufferBytes] is said, packets overflow it besides, as they do without other losses. Then a window keeps parts of packets, and no
// acknowledgement waits for a second packet.
func (l *LossyTransfer) Rounds(bytes, timeoutNs int64, w Window, isNew bool, trips RoundTrips, draws *random.Stream) (total int64, after Window) {
	total, _, after = l.RowRounds(bytes, timeoutNs, w, isNew, trips, draws, nil)
	return total, after
}

// RowRounds is Rounds for a row of several responses. The time before is from the first byte of all to the first byte of that round trip which is the first to send all that is left, in ns.
// RowRounds fills in the times of the last bytes of the row, those of own, where the transfer is [LossyTransfer.OfStreams]; a nil own asks for none.
func (l *LossyTransfer) RowRounds(bytes, timeoutNs int64, w Window, isNew bool, trips RoundTrips, draws *random.Stream, own *Part) (total, before int64, after Window) {
	if l.buffer > 0 {
		loses := l.losing(timeoutNs, draws)
		return sendOver(&l.Transfer, l.begin(w.Bytes, bytes, isNew), w.SlowTo, trips, &loses)
	}
	size := l.searched
	if isNew {
		size = l.segment
	}
	row := l.lossyRow(w, size, trips.RoundTrip(0), timeoutNs)
	b := l.begin(w.Bytes, bytes, isNew)
	row.add(l, b.left, draws)
	if own != nil {
		own.left = own.Bytes
	}
	if b.early > 0 {
		row.answersEarly(l, b.early, trips.RoundTrip(0), draws, own)
	}
	early := row.total
	total, before, after = sendLossy(l, &row, timeoutNs, trips, draws, own)
	return early + total, early + before, after
}

// tail returns after how long the last packet of all is sent again where that is lost, if not by a probe of TCP.
func (l *LossyTransfer) tail(rtt, timeoutNs int64) int64 {
	if l.probe > 0 {
		return timeoutNs
	}
	return rtt + timeoutNs
}

// delayedAck returns how long a receiver keeps an acknowledgement back: 40 ms (assumed for all), the least of Linux (TCP_DELACK_MIN); 25 ms over QUIC (RFC 9000, section 18.2).
func (l *LossyTransfer) delayedAck() int64 {
	if l.probe > 0 {
		return int64(25 * time.Millisecond)
	}
	return int64(40 * time.Millisecond)
}

// mostPackets returns the largest window of a sender on a way with a round trip: what that and its buffer hold at the rate, of which nothing is said: as
// much as a round trip (assumed).
func (l *LossyTransfer) mostPackets(rtt, size int64) float64 {
	if l.nsPerByte == 0 {
		return math.Inf(1)
	}
	return max(2*float64(rtt)/l.nsPerByte/float64(size), 4)
}
