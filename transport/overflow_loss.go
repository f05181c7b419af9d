package transport

import "github.com/edgewise-sim/edgewise/random"

// A losing is what a way loses besides what overflows its buffer: packets that have been on the line.
type losing struct {
	*LossyTransfer
	draws         *random.Stream
	next          int64 // the next packet that is lost, from 1
	timeout, wait int64 // ns: TCP's, at the least and as it is now
	tries         int64 // flights one after another of which nothing has come back
	all           bool  // of a flight was lost
	isEnd         bool  // what a flight lost was of the last that was left
}

func (l *LossyTransfer) losing(timeoutNs int64, draws *random.Stream) losing {
	return losing{LossyTransfer: l, draws: draws, next: l.gap(draws) + 1, timeout: timeoutNs, wait: timeoutNs} // the first packet is not lost here
}

// losing returns what a row loses, to which an answer comes that draws what it loses.
func (o *overRow) losing(l *streamLosses) losing {
	return losing{LossyTransfer: l.LossyTransfer, draws: l.draws, next: l.nextLost(o.next, packetsOf(o.left, l.segment), l.draws), timeout: l.timeout, wait: max(o.wait, l.timeout), tries: o.tries}
}

// of loses packets of a flight that would take a time in ns, and returns how long it takes.
func (l *losing) of(f *flight, took, trip int64) int64 {
	sent := packetsOf(f.delivers, l.segment)
	if l.tries == mostTries && l.next == 1 {
		l.next += l.gap(l.draws)
	}
	lost, first, last := l.loses(sent)
	if l.all = lost > 0 && lost == sent; l.all {
		l.tries++
	} else {
		l.wait, l.tries = l.timeout, 0
	}
	if lost == 0 {
		return took
	}
	isEnd := f.left == 0
	l.isEnd = l.isEnd || isEnd
	bytes, intact := min(lost*l.segment, f.delivers), float64((first-1)*l.segment)
	if f.lost == 0 || intact < f.arrived {
		f.arrived = intact
	}
	f.until = max(f.until, float64(last*l.segment))
	f.lost += bytes
	f.left += bytes
	f.before = max(f.before-bytes, l.segment)
	switch {
	case l.all: // nothing comes back
		took = max(l.wait, took, f.rtt)
		l.wait = min(2*l.wait, 64*l.timeout)
		f.before, f.holes = 0, 0
	case isEnd && last == sent: // the last of all: a probe
		took += min(2*f.rtt, f.rtt+l.timeout)
	case isEnd: // a packet after it tells of it
		took = max(took, l.line(last*l.segment)+trip+l.packet)
	}
	return took
}

// loses draws which of the next packets that are sent are lost: how many, and the first and the last of them, from 1.
func (l *losing) loses(sent int64) (lost, first, last int64) {
	for l.next <= sent {
		if lost++; lost == 1 {
			first = l.next
		}
		last = l.next
		l.next += l.gap(l.draws)
	}
	l.next -= sent
	return lost, first, last
}

// ofEarly loses packets of what answers early data, of which the sender learns at an instant: as [lossyRow.answersEarly] does. They are too few to overflow a buffer.
func (l *losing) ofEarly(f *flight, s *sender, bytes, now int64) {
	packets := packetsOf(bytes, l.segment)
	lost, first, last := l.loses(packets)
	f.left += lost * bytes / packets
	if lost > 0 {
		s.lose(now, float64(first-1), float64(last))
	}
}
