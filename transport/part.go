package transport

// A Part is the last bytes of a row over QUIC: those of one answer. QUIC gives out the bytes of each stream as they come, whatever is lost of others (RFC 9000, section 2.2).
// So a loss in the bytes ahead holds the answer up only by the smaller window that it leaves. Bytes are sent in their order, and what was lost goes before others: the place of a lost packet in
// the row says whose it is. A packet with the end of one answer and the start of the next holds up both. Times are in ns after the first byte of the row.
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

// loses notes that a packet is lost. It has the bytes from a number to another, counted in the round trip.
func (p *Part) loses(from, to int64) {
	if to > max(from, p.base) {
		p.lost += to - max(from, p.base)
		p.losesFirst = p.losesFirst || from <= p.base
	}
}

// goes notes that so many bytes have been sent in a round trip that began at a time: how long those ahead of the part took in it, how long all took, and whether nothing of the row is left.
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

// OfStreams reports whether a lost packet holds up only the answers of a row whose bytes it had. That is so over QUIC where no buffer is known. Over TCP a loss holds up all behind it, and over QUIC with a buffer, too (assumed).
func (l *LossyTransfer) OfStreams() bool { return l.streams && l.buffer == 0 }

// TimeOfPart returns what TimeOver does of a row of so many bytes, and fills in the times of its last bytes, those of the part. A loss in the bytes ahead costs the part no round trip: it only goes on at the rate that is kept under loss.
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
