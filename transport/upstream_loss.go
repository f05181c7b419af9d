package transport

import (
	"math"
	"time"
)

// A LossyDialer is a [Dialer] on a way that loses packets. What is lost of a handshake or of a question and the first byte of its answer is
// sent again after a timeout; from the first packet of an answer on that is lost the rest comes at the rate that TCP keeps under that loss,
// as with a [LossyTransfer] that is [Steady], and the window is from then on that of a long transfer, sqrt(3/2 / loss) packets, if it was larger.
type LossyDialer struct {
	Dialer
	lossy LossyTransfer
	kept  int64 // the window after a loss, in bytes
}

// LossyDialer returns the rule made ready for a way as [Upstream.Dialer] does, on which a packet of an answer is lost with a probability in [0, 1].
func (u Upstream) LossyDialer(rtt time.Duration, bitsPerSecond, loss float64) LossyDialer {
	d := LossyDialer{Dialer: u.Dialer(rtt, bitsPerSecond), kept: math.MaxInt64}
	if loss > 0 {
		d.lossy = u.connection(bitsPerSecond).LossyTransfer(loss)
		d.kept = max(int64(d.lossy.idle*float64(d.lossy.segment)), d.transfer.window)
	}
	return d
}

// Losses are what one question loses on its way.
type Losses struct {
	// SetUp is how much longer the handshake takes, if there is one, in ns; Exchange how much later the question leaves with which nothing is lost any
	// more, neither of it nor of the first byte of its answer.
	SetUp, Exchange int64
	// Intact is how many bytes of the answer come before a packet of it is lost.
	Intact int64
}

// SetUpTrips returns the round trips of a handshake, of which each may lose a packet.
func (d *LossyDialer) SetUpTrips() int64 {
	if d.alwaysOpen {
		return 0
	}
	return d.transfer.Connect + d.transfer.TLS
}

// Lossy returns what is lost of the packets of answers; nil where none are.
func (d *LossyDialer) Lossy() *LossyTransfer {
	if d.lossy.loss == 0 {
		return nil
	}
	return &d.lossy
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

// Answer is [Dialer.Answer] where something may be lost. What comes behind a lost packet waits until the answer is whole.
func (d *LossyDialer) Answer(l *Line, bytes, now int64, lost Losses) (waits, takes int64) {
	before := *l
	waits, takes = d.Dialer.Answer(l, bytes, now)
	if lost.Intact >= bytes {
		return waits, takes
	}
	_, intact := d.Dialer.Answer(&before, lost.Intact, now)
	takes = max(takes, intact+d.lossy.rest(bytes-lost.Intact, d.rtt, d.quiet))
	s, end := &l.stream, now+waits+takes
	s.unfold()
	begins, ends := s.begins, max(end, s.ends)
	s.after.Bytes = min(s.after.Bytes, d.kept)
	s.begin(&d.transfer, end)
	s.begins, s.ends = begins, ends
	l.Used(end)
	return waits, takes
}

// AskPool is [Dialer.AskPool] where something may be lost.
func (d *LossyDialer) AskPool(p *Pool, bytes, now int64, lost Losses) (number uint32, leaves, takes int64) {
	number = d.take(p, now)
	leaves, _, takes = d.Ask(&p.lines[number-1], bytes, now, lost)
	return number, leaves, takes
}
