package transport

import "time"

// sendOver sends a response over a way whose buffer is known, flight by flight, and returns the time in ns, how much of it is before the last flight, and the window after it. What
// overflows the buffer is lost, and goes again with the next flight; of the last packets of a response, a round trip after the last that has
// arrived. Where the way loses packets besides, loses says which.
func sendOver[T RoundTrips](t *Transfer, b burst, slowTo int64, trips T, loses *losing) (total, before int64, after Window) {
	s := t.senderOf(Window{b.window, slowTo}, t.segment)
	s.begins(b.window <= t.window)
	began := s.window
	f := t.flightOf(b.left)
	f.pacer.window = b.window
	round := int64(0)
	if b.early > 0 {
		total = trips.RoundTrip(0) + t.packet
		f.left -= b.early
		if loses != nil {
			loses.ofEarly(&f, &s, b.early, total)
		}
		round++
	}
	for ; ; round++ {
		before = total
		total += f.flies(&s, began, total, trips.RoundTrip(round), loses)
		if f.left == 0 {
			return total, before, windowOf(&s, t.segment)
		}
	}
}

// An overRow is a sender over a way with a buffer before its last flight, so that more may go behind that.
type overRow struct {
	sender
	flight
	began float64 // the window with which it began, in packets
	total int64   // until the flight goes, in ns
	// Of a way that loses packets besides: the next one that is lost, from 1, and how long the sender waits for an acknowledgement, in ns, if none comes, 0 for as ever; and the tries one after another of which nothing has come back.
	next, wait, tries int64
}

// overRow returns a sender that has sent nothing, with a window.
func (t *Transfer) overRow(w Window) overRow {
	s := t.senderOf(w, t.segment)
	return overRow{sender: s, flight: t.flightOf(0), began: s.window, next: 1}
}

// goOnOver sends so many bytes more behind those of the last flight, as if they had been there when that went. It returns the time from that on in ns, how much of it is before
// the flight that is the last then, and the window when all is acknowledged. A flight that sends again what was lost with nothing behind it is not the last: with more bytes
// there is something behind it.
func goOnOver[T RoundTrips](o *overRow, t *Transfer, bytes int64, trips T, loses *streamLosses) (takes, before int64, after Window) {
	var drawn losing
	var lost *losing
	if loses != nil {
		drawn = o.losing(loses)
		lost = &drawn
	}
	f, s := &o.flight, &o.sender
	f.Transfer = t
	f.was, f.left, f.holds = f.was+bytes, f.left+bytes, min(f.holds+bytes, t.socket)
	last := *o
	for round := int64(0); ; round++ {
		if f.holes == 0 && !drawn.isEnd {
			last, before = *o, takes
			last.next, last.wait, last.tries = drawn.next, drawn.wait, drawn.tries
		}
		took := f.flies(s, o.began, o.total, trips.RoundTrip(round), lost)
		o.total += took
		takes += took
		if f.left == 0 {
			after = windowOf(s, t.segment)
			*o = last
			return takes, before, after
		}
	}
}

// flies sends a flight of a sender that began with a window, and lets that be what it is after it, and returns the time in ns until the next one goes.
func (f *flight) flies(s *sender, began float64, now, trip int64, loses *losing) (took int64) {
	took = f.goes(s, trip)
	if loses != nil {
		took = loses.of(f, took, trip)
	}
	switch now += took; {
	case loses != nil && loses.all:
		s.timeOut(now)
	case f.lost > 0:
		s.lose(now, f.arrived/float64(f.segment), f.until/float64(f.segment))
	case f.isFull:
		f.grows(s, now)
	case f.left == 0 && s.window < s.slowTo && (s.window > began || 2*f.sent >= int64(s.window)*f.segment || s.congestion == BBR):
		s.window = min(s.window+float64(f.sent)/float64(f.segment), s.slowTo, s.most) // see slowStart
	}
	return took
}

// A flight is what a sender sends in a round trip over a way with a buffer. What is not said to be ns is bytes of responses.
type flight struct {
	*Transfer
	left, most int64 // of the response, and the largest window
	was, holds int64 // what was left before, and what the sender's socket holds
	rtt        int64 // ns, with the packets that are acknowledged
	way        int64 // what that holds at the rate
	before     int64 // what the flight before has delivered, whose acknowledgements let this one go; 0 for none
	stands     int64 // what waits when the flight begins
	sent, lost int64
	delivers   int64   // of what is sent
	arrived    float64 // before the first loss
	until      float64 // the last loss
	released   int64   // what of the flight goes when the first of it that has arrived is acknowledged
	holes, may int64   // what is known to be lost behind which nothing more comes, and what of it may go in one round trip
	probes     bool    // with a packet behind which nothing comes
	isFull     bool    // a window was sent
	pacer      pacer
}

// flightOf returns what comes before the first flight of so many bytes.
func (t *Transfer) flightOf(bytes int64) flight {
	return flight{Transfer: t, left: bytes, most: t.most, was: bytes, holds: min(t.socket, bytes)}
}

// goes sends a flight, and returns the time in ns until the next one goes.
func (f *flight) goes(s *sender, trip int64) int64 {
	t := f.Transfer
	f.rtt = trip + t.acked
	f.way = int64(float64(f.rtt) / t.nsPerByte)
	if s.congestion == BBR {
		s.window = min(s.window, float64(2*f.way)/float64(t.segment)) // its bound
	} else if most := float64(f.way+t.buffer) / float64(t.segment); f.before == 0 && s.window > most {
		kept := s.keeps * most // it has lost what way and buffer do not hold
		s.window, s.slowTo, s.before, s.estimate = kept, kept, most, kept
	}
	window := min(max(int64(s.window*float64(t.segment)), t.segment), f.most)
	took, writes := f.rtt, int64(0)
	if f.was > f.left {
		writes, f.holds = t.refills(f.was-f.left, f.holds, f.left)
		took += writes
	}
	f.was = f.left
	f.sent = min(window, f.left, max(f.holds, t.segment))
	f.isFull = f.sent == window
	waits, most := t.credits(f.sent, f.most)
	if took += waits; most > f.most {
		s.most *= 2
	}
	f.most = most
	if f.holes > 0 {
		f.sent = min(f.sent, f.may)
		f.isFull = false
		f.holes -= f.sent
		if !f.probes {
			f.may *= 2
		}
		f.probes = false
	}
	isOnce := f.before == 0
	if f.stands = f.before - f.way; !t.paced {
		f.stands = max(f.stands, 0)
	}
	var paced int64
	if t.paced {
		paced = f.pacer.takes(f.sent, window, f.rtt)
		f.pacer.span = max(f.pacer.span, float64(t.line(f.sent)))
	}
	f.overflows(s, window)
	f.before = f.sent - f.lost
	f.left -= f.before
	f.delivers = f.before
	switch {
	case f.left == 0:
		if s.congestion == BBR { // spread, see Rounds
			paced = max(paced, s.spreadBBR(f.rtt, float64(f.sent)/float64(t.segment)))
		}
		return writes + max(t.line(f.before), paced)
	case t.paced && f.left == f.lost:
		f.left = 0 // each goes again when it is known to be lost, the last when the last of the flight has been acknowledged
		through := max(t.line(f.before), paced)
		if f.released > 0 {
			through = max(through, f.rtt+t.line(int64(float64(f.before)*float64(f.released)/float64(f.sent))))
		}
		return writes + max(through+trip+t.packet, t.line(f.before+f.lost))
	case f.lost > 0 && !t.paced && (isOnce || f.left == f.lost):
		return f.ends(s, isOnce, trip)
	case f.released > 0:
		// The sender learns of the loss when what has arrived before it is acknowledged. What is acknowledged after that lets the next flight go: the
		// rest of the window, from now on, and what was released, a round trip later.
		took += int64(float64(float64(f.rtt)*f.arrived) / float64(window))
		f.before -= int64(f.arrived)
	}
	return max(took, writes+t.line(f.delivers))
}

// overflows says how much of the flight is lost. A window that is sent at once waits whole, but for the packet that is on the line. Slow start sends two
// packets for each that has left the line, so that half of a window waits, and no less waits than what the way does not hold; of a paced sender no more. From the first that
// finds no room every second one is lost, until the sender learns of it: when its window is about twice what way and buffer hold.
func (f *flight) overflows(s *sender, window int64) {
	t := f.Transfer
	f.lost, f.arrived, f.until, f.released = 0, 0, 0, 0
	room := t.buffer + t.segment
	excess := f.sent - min(f.before, f.way) - room
	if t.paced { // what the way does not hold waits; of what goes first, what has not left when all has been sent
		excess = f.sent - f.way - room
		if f.before == 0 {
			excess = f.sent - int64(float64(max(f.sent-paceBurst, 0))*float64(f.way)/(paceGain*float64(window))) - room
		}
	}
	share := 0. // of what is sent waits
	if s.window < s.slowTo && f.before > 0 && window > f.before {
		share = float64(window-f.before) / float64(window)
		excess = f.stands + int64(share*float64(f.sent)) - room
	}
	if excess <= 0 {
		return
	}
	if share > 0 {
		// What arrives before the first loss lets the window grow; from then on as many are lost of those that come as wait.
		f.arrived = min(float64(max(room-f.stands, 0))/share, float64(f.sent))
		if s.congestion != BBR { // which the loss does not stop: that is its next flight
			f.released = min(2*int64(f.arrived), f.left-f.sent)
		}
		f.sent += f.released
		excess = int64(share * (float64(f.sent) - f.arrived))
	}
	f.until = float64(f.sent)
	packets := (excess + t.segment - 1) / t.segment
	f.lost = min(packets*t.segment, max(f.sent-f.released-t.segment, 0))
}

// ends returns how long it takes until what was lost goes again, behind which nothing comes that was sent before. Three packets tell of a hole
// (RFC 6675), each that arrives after it lets one go, and in the next round trip two for each (RFC 6937). Where nothing arrives the sender sends the last
// packet again after two round trips, which have become longer by what waited (RFC 8985).
func (f *flight) ends(s *sender, isOnce bool, trip int64) int64 {
	t := f.Transfer
	behind := f.lost // every second one was lost
	if isOnce {
		// What goes when the first packets are acknowledged.
		behind = f.before
		if s.window < s.slowTo {
			f.arrived = float64(f.before)
			behind *= 2
		}
		behind = min(f.left-f.lost, behind)
		f.left -= behind
		f.before += behind
		f.delivers += behind
	}
	f.holes, f.may = f.lost, max(behind-2*t.segment, t.segment)
	through := t.line(f.before)
	took := through
	switch { // what is behind waits for an acknowledgement
	case f.released > 0:
		took = max(took, f.rtt+t.line(int64(float64(f.before)*float64(f.released)/float64(f.sent))))
	case isOnce && behind > 0:
		took = max(t.line(f.before-behind), f.rtt)
		through = took + t.line(behind)
	}
	took += trip + t.packet
	if behind == 0 {
		f.probes = true
		took += 2 * (t.line(f.before) + trip)
	}
	return max(took, through)
}

// grows lets the window grow after a flight without loss. HyStart (Ha and Rhee, 2011) ends slow start when acknowledgements have come for half
// of a round trip with no gap above 2 ms, or when all of the first packets of a flight have waited for an eighth of a round trip, 4 to 16 ms.
func (f *flight) grows(s *sender, now int64) {
	t, window := f.Transfer, s.window
	looks := t.hyStart && s.congestion == CUBIC && window < s.slowTo && window >= hyStartPackets
	s.grow(now)
	if !looks {
		return
	}
	const ms = int64(time.Millisecond)
	ends := s.window
	if half := (f.rtt + ms) / 2; t.acked <= 2*ms && t.line(f.sent) > half {
		ends = min(ends, window+float64(half)/float64(t.packet))
	}
	if t.line(f.stands) >= min(max(f.rtt/8, 4*ms), 16*ms) {
		ends = min(ends, window+hyStartPackets)
	}
	if ends < s.window {
		s.window, s.slowTo, s.before, s.estimate, s.since = ends, ends, ends, ends, now
	}
}

// hyStartPackets is the least window that HyStart looks at, and how many packets are acknowledged before it says that they have waited: 16, as in Linux.
const hyStartPackets = 16
