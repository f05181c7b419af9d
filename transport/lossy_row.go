package transport

import "github.com/edgewise-sim/edgewise/random"

// A lossyRow is a sender over a way that loses packets, before the first round trip that sends all that is left of what it has to send. So more may go behind
// that. Times are in ns.
type lossyRow struct {
	sender
	began float64 // the window with which it began, in packets
	size  int64   // bytes of a full packet
	paces pacer
	left  int64 // bytes
	next  int64 // the next packet that is lost, from 1
	held  int64 // packets that the receiver has and has not acknowledged: one at most
	wait  int64 // for an acknowledgement, if none comes
	tries int64 // one after another of which nothing has come back
	total int64 // until the round trip begins
	round int64 // its number, from 0

	bound  float64 // the largest window in packets, but for what the reader of a stream lets go
	credit int64   // what that does at once, in bytes; 0 for no bound
}

// lossyRow returns a sender that has sent nothing, with a window of packets of so many bytes, on a way with a round trip.
func (l *LossyTransfer) lossyRow(w Window, packetBytes, rttNs, timeoutNs int64) lossyRow {
	r := lossyRow{sender: l.senderOf(w, packetBytes), next: 1, wait: timeoutNs, size: packetBytes, paces: pacer{window: w.Bytes}}
	r.bound = min(float64(l.refilled)/float64(packetBytes), l.mostPackets(rttNs, packetBytes))
	if r.credit = l.credit; r.credit == 0 {
		r.bound = min(r.bound, r.most)
	}
	r.most = min(r.most, r.bound)
	r.window = min(r.window, r.most)
	r.began = r.window
	r.begins(w.Bytes <= l.window)
	return r
}

// mostTries is how many tries of a packet are lost one after another: the seventh arrives (assumed, as of questions: topology.LossDelay), so that even where nearly all are lost an answer comes.
const mostTries = 6

// packetsOf returns how many packets of a size so many bytes are.
func packetsOf(bytes, size int64) int64 { return (bytes + size - 1) / size }

// add puts so many bytes behind those that are left. Which of their packets are lost is drawn from their own stream.
func (r *lossyRow) add(l *LossyTransfer, bytes int64, draws *random.Stream) {
	r.next = l.nextLost(r.next, packetsOf(r.left, r.size), draws)
	r.left += bytes
}

// nextLost returns the next packet that is lost when others come behind so many that are left, of which it was one, or one behind them. The first packet of a row is not lost
// here: its loss delays the first byte already.
func (l *LossyTransfer) nextLost(next, left int64, draws *random.Stream) int64 {
	switch {
	case next <= left:
		return next
	case left == 0:
		return 1 + l.gap(draws)
	}
	return left + l.gap(draws)
}

// sendLossy sends all that is left of a row, and returns the time in ns, how much of it is before the round trip that the row is before then, and the window when all is acknowledged. See
// [LossyTransfer.Rounds]. It fills in what is known of the last bytes of the row, by its own time, where something asks for them.
func sendLossy[T RoundTrips](l *LossyTransfer, r *lossyRow, timeoutNs int64, trips T, draws *random.Stream, own *Part) (takes, before int64, after Window) {
	s, start, last, isLast := &r.sender, r.total, *r, false
	for ; ; r.round++ {
		trip := trips.RoundTrip(r.round)
		rtt := trip + l.acked
		if r.size < l.searched && r.round > 0 && r.round%searchTrips == 0 {
			r.searches(l)
		}
		packets := max(packetsOf(r.left, r.size), 1)
		may := max(int64(s.window), 1)
		sent := min(max(may-r.held, 1), packets)
		if !isLast {
			last, isLast = *r, sent == packets
		}
		bytes := min(sent*r.size, r.left)
		if r.tries == mostTries && r.next == 1 {
			r.next += l.gap(draws)
		}
		lost, first, until := r.loses(l, sent, r.size, draws, own)
		spread, paced := l.line(bytes), int64(0)
		paces := r.paces
		if l.paced {
			paced = r.paces.takes(bytes, int64(s.window*float64(r.size)), rtt)
			r.paces.span = max(r.paces.span, float64(spread)) // or the rate spreads it
		}
		if s.congestion == BBR {
			spread = max(spread, s.spreadBBR(rtt, float64(sent)))
		}
		if own != nil {
			ahead := l.line(own.base)
			if l.paced {
				ahead = max(ahead, paces.takes(own.base, int64(s.window*float64(r.size)), rtt))
			}
			own.goes(r.total, bytes, ahead, max(spread, paced), sent == packets)
		}
		if lost == 0 && sent == packets {
			r.total += max(spread, paced)
			switch isFull := may <= sent+r.held; {
			case s.congestion == BBR:
				s.growBBR(float64(sent))
			case s.window < s.slowTo && !s.recovers && (s.window > r.began || 2*sent >= may):
				s.window = min(s.window+float64(sent), s.slowTo, s.most) // see slowStart
			case isFull && sent > 1:
				s.grow(r.total)
			}
			takes, before, after = r.total-start, last.total-start, windowOf(s, r.size)
			*r = last
			return takes, before, after
		}
		r.left -= bytes - r.lostBytes(lost, until == packets)
		took := max(rtt, spread)
		if spread < rtt { // else the rate is the limit
			took = max(rtt+r.isRead(l, sent), spread)
		}
		switch {
		case lost == sent: // nothing comes back
			took = max(r.wait, took)
			r.wait = min(2*r.wait, 64*timeoutNs)
			r.tries++
			r.total += took
			s.timeOut(r.total)
			r.held = 0
			continue
		case lost > 0:
			if sent == packets { // no other is left to send
				if took = max(spread, l.line(until*r.size)+trip+l.packet); until == sent {
					took = spread + min(2*rtt, l.tail(rtt, timeoutNs)) // the last of all: a probe
				}
			}
			r.total += took
			s.lose(r.total, float64(first-1), float64(until))
		default:
			r.total += took
			if may <= sent+r.held {
				s.grow(r.total)
			}
		}
		if r.held = (r.held + sent) % 2; lost > 0 || trip > l.delayedAck() {
			r.held = 0 // behind a gap, and when the time is over, it is acknowledged
		}
		r.wait, r.tries = timeoutNs, 0
	}
}

// loses draws which of the next packets that are sent are lost, of so many bytes: how many, and the first and the last of them, from 1.
func (r *lossyRow) loses(l *LossyTransfer, sent, size int64, draws *random.Stream, own *Part) (lost, first, until int64) {
	if own != nil {
		own.begins(r.left)
	}
	for r.next <= sent {
		if own != nil {
			own.loses((r.next-1)*size, min(r.next*size, r.left))
		}
		if lost++; lost == 1 {
			first = r.next
		}
		until = r.next
		r.next += l.gap(draws)
	}
	r.next -= sent
	return lost, first, until
}

// answersEarly sends what goes in answer to early data before the server knows that the client is where it says to be: so many bytes, in packets that are as large. The client acknowledges them at
// once, for they come with the handshake (RFC 9000, section 13.2.1); they are too few to make the window larger.
func (r *lossyRow) answersEarly(l *LossyTransfer, bytes, trip int64, draws *random.Stream, own *Part) {
	packets := packetsOf(bytes, r.size)
	lost, first, until := r.loses(l, packets, bytes/packets, draws, own)
	if own != nil {
		own.goes(0, bytes, l.line(own.base), l.line(bytes), false)
	}
	r.left -= bytes - lost*bytes/packets
	r.total += trip + l.packet
	r.round++
	if lost > 0 {
		r.lose(r.total, float64(first-1), float64(until))
	}
}

// isRead returns for how long a sender waits besides after so many packets until the reader of a stream says that more may come, and notes how much that is: see [Transfer.credits].
func (r *lossyRow) isRead(l *LossyTransfer, sent int64) (waits int64) {
	if r.credit == 0 || sent < r.credit/r.size {
		return 0
	}
	waits, r.credit = l.credits(r.credit, r.credit)
	r.most = min(r.bound, float64(r.credit)/float64(r.size))
	return waits
}

// lostBytes returns how many bytes are in so many lost packets of what is left, of which the last may be less than whole.
func (r *lossyRow) lostBytes(lost int64, withLast bool) int64 {
	bytes := lost * r.size
	if lost > 0 && withLast {
		bytes -= packetsOf(r.left, r.size)*r.size - r.left
	}
	return bytes
}
