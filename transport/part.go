package transport

// A Part is the last bytes of a row over QUIC: those of one answer. QUIC gives out the bytes of each stream as they come, whatever is lost of others (RFC 9000, section 2.2), so that what is lost of those
// ahead of it holds it up no more than by the window that they leave. Bytes are sent in their order, and what was lost goes before others, so that a lost packet is that of an answer by its place in
// the row; one that carries the end of an answer and the start of the next holds up both. Times are in ns after the first byte of the row.
type Part struct {
	Bytes  int64 // with their header
	Opens  int64 // when the first byte is there
	Passes int64 // when the last byte has been sent, be it lost or not
	Ends   int64 // when all are there

	left, base, lost                    int64 // bytes that are not there; and of a round trip those ahead of these, and how many of these are lost
	isOpen, isWhole, isSent, losesFirst bool
}

// begins begins a round trip in which so many bytes are left of the row.
func (p *Part) begins(left int64) {
	if p.base, p.lost, p.losesFirst = left-p.left, 0, false; p.isWhole {
		p.base = left
	}
}

// loses notes that a packet is lost that has the bytes of a round trip from a number to another.
func (p *Part) loses(from, to int64) {
	if to > max(from, p.base) {
		p.lost += to - max(from, p.base)
		p.losesFirst = p.losesFirst || from <= p.base
	}
}

// goes notes that so many bytes have been sent in a round trip that began at a time, those of others ahead in a time of it and all in another, and whether that was all that is left.
func (p *Part) goes(began, bytes, ahead, takes int64, isAll bool) {
	if bytes > p.base {
		if !p.isOpen && !p.losesFirst {
			p.isOpen, p.Opens = true, began+ahead
		}
		p.left -= bytes - p.base - p.lost
	}
	if isAll && !p.isSent {
		p.isSent, p.Passes = true, began+takes
	}
	if p.left <= 0 && !p.isWhole {
		p.isWhole, p.Ends = true, began+takes
	}
}

// OfStreams reports whether a [LossyTransfer] knows of what is lost which answers of a row that holds up: over QUIC, but where packets overflow a buffer besides. There, as over TCP, it holds up all behind it (over QUIC assumed).
func (l *LossyTransfer) OfStreams() bool { return l.streams && l.buffer == 0 }

// TimeOfPart is TimeOver of a row of so many bytes, which fills in besides what is known of its last ones. A loss in what is ahead of these costs them the rate that is kept from then on, and no round trip.
func (l *LossyTransfer) TimeOfPart(p *Part, bytes, rttNs, timeoutNs int64, isNew bool, intact int64, trips RoundTrips) (total int64) {
	total = l.TimeOver(bytes, rttNs, timeoutNs, isNew, intact, trips)
	passes := func(bytes int64) int64 {
		if bytes <= 0 {
			return 0
		}
		time := l.Transfer.TimeOver(min(bytes, intact), isNew, trips)
		if intact < bytes {
			time = max(time+l.kept(bytes-intact, rttNs, timeoutNs), l.Transfer.TimeOver(bytes, isNew, trips))
		}
		return time
	}
	ahead := bytes - p.Bytes // but for the header, which is added to what is sent
	p.Opens, p.Passes, p.Ends = passes(ahead), passes(bytes), total
	if intact < ahead {
		p.Ends = p.Passes
	}
	return total
}
