package transport

import "github.com/edgewise-sim/edgewise/random"

// A Stream is what answers over one connection have ahead of them: all that is sent over it is one row of bytes under one window, in the order in which they
// are sent, first come, first served, as RFC 9218, section 10, asks of servers for answers that are not incremental, which is the default (section 4.2). Servers that know no
// priorities (nginx) let them take turns: of equal ones that begin together the last ends as here, and the others later than here; what is small behind what is
// large ends earlier than here.
//
// A round is a window that is sent and acknowledged. What is left of it is for the next answer; what does not fit goes in the rounds after it, whose windows
// have grown by what was acknowledged. One that begins after all before it was acknowledged finds nothing ahead. Of one that begins in the middle of a
// round, with what was sent before unacknowledged, the last byte comes neither before it would if the whole row had been there at the round's
// start, nor before it would with nothing ahead: that is right to less than a round trip. Instants are in ns.
type Stream struct {
	begins int64    // when the first byte came of those that followed one another up to now
	round  int64    // when the first byte of the last round comes
	sent   int64    // bytes of that
	ends   int64    // when the last byte comes of all that was asked for
	began  int64    // the window with which they began, in bytes
	window int64    // that of the last round, in bytes
	passed int64    // where packets are lost and no buffer is known: when the last byte of all has been sent, be it lost or not
	after  Window   // when all is acknowledged; no bytes where nothing was ever sent
	short  int64    // bytes that a row of one round is below, half of its window, so that begins, began and window follow from round and after; 0 of others
	over   overRow  // the last round on a way with a buffer
	lossy  lossyRow // and on one without that loses packets
}

// streamLosses are what an answer may lose of its packets.
type streamLosses struct {
	*LossyTransfer
	timeout int64 // after which a packet is sent again, in ns
	draws   *random.Stream
}

// newStream returns the stream of a connection with a window over which nothing was sent.
func newStream(after Window) Stream {
	return Stream{begins: never, round: never, ends: never, passed: never, after: after}
}

// isAcknowledged reports whether all that was sent has been acknowledged for an answer whose first byte could come at an instant.
func (s *Stream) isAcknowledged(first, rtt int64) bool {
	return first >= s.ends && first >= s.round+rtt
}

// send sends an answer whose first byte could come at an instant, behind what is sent over the connection. It returns how long the first byte waits for
// that, and how long the last takes after the first. An answer that is there before the first byte of those that are sent already goes ahead of
// them, and does not wait.
func (s *Stream) send(t *Transfer, bytes, first, rtt int64, loses *streamLosses) (waits, takes int64) {
	s.unfold()
	if s.isAcknowledged(first, rtt) {
		s.begin(t, first, rtt, loses)
		if loses == nil || t.buffer > 0 {
			s.ends = s.goOn(t, bytes, rtt, loses, nil)
			return 0, s.ends - first
		}
		own := Part{Bytes: bytes}
		s.ends = s.goOn(t, bytes, rtt, loses, &own)
		s.passed = first + own.Passes
		return 0, s.ends - first
	}
	if first < s.begins {
		return 0, s.sendAhead(t, bytes, first, rtt, loses)
	}
	// As without a buffer: what acknowledgements let go does not overflow it as a window that is sent at once does.
	takes, _ = slowStart(t, burst{window: s.after.Bytes, began: s.after.Bytes, left: bytes}, steady(rtt))
	if loses != nil && t.buffer == 0 {
		return s.sendLossy(t, bytes, first, rtt, takes, loses)
	}
	waits = s.waits(t, first, rtt, s.ends)
	end := first + max(waits, takes)
	if busy := s.round + t.line(s.sent); s.ends > busy {
		end = max(end, s.ends+t.line(bytes)) // there were gaps in the row
	}
	s.ends = max(end, s.ends, s.goOn(t, bytes, rtt, loses, nil))
	return waits, s.ends - first - waits
}

// sendAhead sends an answer that was there before those of the row, though it is told after them, since it comes with its last byte. It goes ahead of them, and sendAhead returns how long it takes. Unless the row is beyond
// its first round, the row has then begun with this answer, and others that follow find its bytes before them. Where packets are lost the losses are drawn of the whole row: the last byte comes when all of the row would have come, over QUIC without what is lost of others.
func (s *Stream) sendAhead(t *Transfer, bytes, first, rtt int64, loses *streamLosses) (takes int64) {
	alone := *s
	alone.begin(t, first, rtt, nil)
	passes := alone.goOn(t, bytes, rtt, nil, nil)
	if s.round == s.begins {
		s.round = first
	}
	s.begins = first
	own := Part{Bytes: bytes}
	zero := s.round - s.lossy.total
	all := s.goOn(t, bytes, rtt, loses, &own)
	s.ends = max(s.ends, passes, all)
	if loses == nil {
		return passes - first
	}
	s.passed = max(s.passed, passes)
	if t.buffer == 0 {
		s.passed = max(s.passed, zero+own.Passes)
	}
	if loses.OfStreams() {
		all = zero + own.Ends
	}
	return max(passes, all) - first
}

// sendLossy is the end of send on a way that loses packets and has no known buffer, of an answer that takes so long with nothing ahead and nothing lost: it waits for the line and the window, and over QUIC for what is lost
// of itself alone.
func (s *Stream) sendLossy(t *Transfer, bytes, first, rtt, alone int64, loses *streamLosses) (waits, takes int64) {
	waits = s.waits(t, first, rtt, s.passed)
	inOrder := s.waits(t, first, rtt, s.ends)
	passed := first + max(waits, alone)
	if s.passed > s.round+t.line(s.sent) {
		passed = max(passed, s.passed+t.line(bytes)) // there were gaps in the row
	}
	own := Part{Bytes: bytes}
	zero := s.round - s.lossy.total
	all := s.goOn(t, bytes, rtt, loses, &own)
	s.passed = max(s.passed, passed, zero+own.Passes)
	if !loses.OfStreams() {
		s.ends = max(s.ends, first+inOrder, passed, all)
		return inOrder, s.ends - first - inOrder
	}
	opens := max(first+waits, zero+own.Opens)
	ends := max(passed, opens, zero+own.Ends)
	s.ends = max(s.ends, ends, all)
	return opens - first, ends - opens
}

// isRoomFor reports whether an answer whose first byte could come at an instant goes within the round of a short row, which stays one.
func (s *Stream) isRoomFor(bytes, first, rtt int64) bool {
	return uint64(first-s.round) < uint64(rtt) && s.sent+bytes < s.short
}

// add sends an answer within the round of a short row.
func (s *Stream) add(t *Transfer, bytes, first int64) (waits, takes int64) {
	waits, takes = max(s.ends-first, 0), t.Open(bytes)
	s.sent += bytes
	s.ends = first + waits + takes
	return waits, takes
}

// unfold says what is left unsaid of a short row.
func (s *Stream) unfold() {
	if s.short > 0 {
		s.short, s.begins, s.began, s.window = 0, s.round, s.after.Bytes, s.after.Bytes
	}
}

// waits returns how long the first byte of an answer that could come at an instant waits for those before it, which have passed at another.
func (s *Stream) waits(t *Transfer, first, rtt, passed int64) int64 {
	from := passed
	if turn := rtt + t.acked; s.sent >= s.window && t.line(s.window) < turn {
		from = max(from, s.round+turn) // the round is full
	}
	return max(from-first, 0)
}

// begin begins a row whose first byte comes at an instant, after all before it was acknowledged.
func (s *Stream) begin(t *Transfer, first, rtt int64, loses *streamLosses) {
	if s.after.Bytes == 0 {
		s.after.Bytes = t.window
	}
	s.begins, s.round, s.sent = first, first, 0
	s.began, s.window = s.after.Bytes, s.after.Bytes
	switch {
	case t.buffer > 0:
		s.over = t.overRow(s.after)
	case loses != nil:
		s.lossy = loses.lossyRow(s.after, loses.searched, rtt, loses.timeout)
	}
}

// goOn sends so many bytes behind those of the last round, as if they had been there when that began, and returns when the last byte comes. Where
// packets are lost it fills in what is known of the last bytes, where something asks for them, by the time of the row.
func (s *Stream) goOn(t *Transfer, bytes, rtt int64, loses *streamLosses, own *Part) (ends int64) {
	var takes, before int64
	switch {
	case t.buffer > 0:
		takes, before, s.after = goOnOver(&s.over, t, bytes, steady(rtt), loses)
		s.sent, s.window = s.over.left, windowOf(&s.over.sender, t.segment).Bytes
	case loses != nil:
		s.lossy.add(loses.LossyTransfer, bytes, loses.draws)
		if own != nil {
			own.left = own.Bytes
		}
		takes, before, s.after = sendLossy(loses.LossyTransfer, &s.lossy, loses.timeout, steady(rtt), loses.draws, own)
		s.sent, s.window = s.lossy.left, windowOf(&s.lossy.sender, s.lossy.size).Bytes
	default:
		var rounds slowStarted
		takes, rounds = slowStart(t, burst{window: s.window, began: s.began, left: s.sent + bytes}, steady(rtt))
		s.window, s.sent, before, s.after.Bytes = rounds.window, rounds.left, rounds.before, t.grown(rounds.window, rounds.gains)
	}
	ends = s.round + takes
	s.round += before
	return ends
}
