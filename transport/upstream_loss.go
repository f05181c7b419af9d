package transport

import (
	"time"

	"github.com/edgewise-sim/edgewise/random"
)

// A LossyDialer is a [Dialer] on a way that loses packets. What is lost of a handshake or of a question and the first byte of its answer is sent again after a timeout. What
// is lost of the packets behind that costs what it costs a [LossyTransfer] that goes round trip by round trip with [Reno] (assumed): answers over one connection are one row of
// bytes, and the connection keeps the window that a loss has left, as far as [Upstream.Idle] lets it.
//
// Where connections are always open there is no window: from the first packet of an answer on that is lost the rest comes at the rate that TCP keeps under that loss ([Steady]).
type LossyDialer struct {
	Dialer
	lossy LossyTransfer
}

// LossyDialer returns the rule made ready for a way as [Upstream.Dialer] does, on which a packet of an answer is lost with a probability in [0, 1].
func (u Upstream) LossyDialer(rtt time.Duration, bitsPerSecond, loss float64) LossyDialer {
	d := LossyDialer{Dialer: u.Dialer(rtt, bitsPerSecond)}
	if loss > 0 {
		d.lossy = u.connection(bitsPerSecond).LossyTransfer(loss)
	}
	return d
}

// Losses are what one question loses on its way.
type Losses struct {
	// SetUp is how much longer the handshake takes, if there is one, in ns; Exchange how much later the question leaves with which nothing is lost any
	// more, neither of it nor of the first byte of its answer.
	SetUp, Exchange int64
	// Key addresses which packets of the answer are lost: its stream 1 does.
	Key random.Key
}

// answer returns the draws of which packets of the answer are lost.
func (l Losses) answer() random.Stream { return l.Key.StreamAt(1) }

// SetUpTrips returns the round trips of a handshake, of which each may lose a packet.
func (d *LossyDialer) SetUpTrips() int64 {
	if d.alwaysOpen {
		return 0
	}
	return d.transfer.Connect + d.transfer.TLS
}

// Ask is [Dialer.Ask] where something may be lost.
func (d *LossyDialer) Ask(l *Line, bytes, now int64, lost Losses) (leaves, waits, takes int64) {
	leaves = d.Dial(l, now, lost)
	waits, takes = d.Answer(l, bytes, leaves+d.rtt, lost)
	return leaves, waits, takes
}

// Dial is [Dialer.Dial] where something may be lost.
func (d *LossyDialer) Dial(l *Line, now int64, lost Losses) (leaves int64) {
	if d.alwaysOpen {
		return now + lost.Exchange
	}
	isNew := !d.isOpen(l, now)
	leaves = d.dial(l, now)
	if isNew {
		leaves += lost.SetUp
		l.ready += lost.SetUp
		l.last += lost.SetUp
	}
	return leaves + lost.Exchange
}

// Answer is [Dialer.Answer] where something may be lost.
func (d *LossyDialer) Answer(l *Line, bytes, now int64, lost Losses) (waits, takes int64) {
	if d.lossy.loss == 0 {
		return d.Dialer.Answer(l, bytes, now)
	}
	draws := lost.answer()
	if d.alwaysOpen {
		return 0, d.openTime(bytes, d.lossy.Intact(&draws))
	}
	d.restart(l, now)
	return l.stream.send(&d.transfer, bytes, now, d.rtt, &streamLosses{&d.lossy, d.ResendNs(), &draws})
}

// openTime returns the time of an answer over a connection that is always open of which so many bytes come before one is lost.
func (d *LossyDialer) openTime(bytes, intact int64) (takes int64) {
	takes = d.transfer.Open(bytes)
	if intact < bytes {
		takes = max(takes, d.transfer.Open(intact)+d.lossy.rest(bytes-intact, d.rtt, d.ResendNs()))
	}
	return takes
}

// DialPool is [Dialer.DialPool] where something may be lost.
func (d *LossyDialer) DialPool(p *Pool, now int64, lost Losses) (number uint32, leaves int64) {
	number = d.take(p, now)
	return number, d.Dial(&p.lines[number-1], now, lost)
}

// AnswerPool is [Dialer.AnswerPool] where something may be lost.
func (d *LossyDialer) AnswerPool(p *Pool, number uint32, bytes, first int64, lost Losses) (takes int64) {
	_, takes = d.Answer(&p.lines[number-1], bytes, first, lost)
	return takes
}
