package transport

// searchTrips is how many round trips lie between two packets with which a sender searches the largest that the way lets pass, as quic-go has it.
const searchTrips = 5

// searchEnds is how few bytes are not looked for any more.
const searchEnds = 20

// halfway returns the payload of a full packet after one more probe, halfway to the largest.
func (l *LossyTransfer) halfway(bytes int64) int64 {
	if l.largest-bytes < searchEnds {
		return bytes
	}
	return (bytes + l.largest) / 2
}

// search returns the payload of a full packet when the search is over.
func (l *LossyTransfer) search() int64 {
	bytes := l.segment
	for l.halfway(bytes) > bytes {
		bytes = l.halfway(bytes)
	}
	return bytes
}

// searches makes the packets of a row larger by a probe that has arrived. The windows have as many bytes as before.
func (r *lossyRow) searches(l *LossyTransfer) {
	larger := l.halfway(r.size)
	share := float64(r.size) / float64(larger)
	for _, packets := range []*float64{&r.window, &r.slowTo, &r.most, &r.bound, &r.before, &r.estimate, &r.rest, &r.began} {
		*packets *= share
	}
	r.size = larger
}
