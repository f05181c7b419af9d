package transport

// Parts are what the time of a response from its first byte to its last is made of, in ns: each is what the transfer takes longer for one more reason, in
// their order, and none is below 0.
type Parts struct {
	// Line is what the bytes take at the rate, 0 where that has no bound. Rounds are the round trips besides in which the sender waits for
	// acknowledgements before it may send more: slow start, a largest window, pacing.
	Line, Rounds int64
	// Overflow is how much longer it takes since packets overflow a buffer, with the smaller windows after that, also those after earlier responses. Losses is
	// how much longer again since packets are lost besides.
	Overflow, Losses int64
}

// Total returns their sum.
func (p Parts) Total() int64 { return p.Line + p.Rounds + p.Overflow + p.Losses }

// Shortened returns the parts of so much of the time at the end of which as much has come: the bytes on the line go first.
func (p Parts) Shortened(ns int64) Parts {
	less := max(p.Total()-ns, 0)
	for _, of := range []*int64{&p.Line, &p.Rounds, &p.Overflow, &p.Losses} {
		n := min(*of, less)
		*of, less = *of-n, less-n
	}
	return p
}

// partsOf returns the parts of a time, by the times at the rate alone, with a window that grows, and over a buffer besides.
func partsOf(line, rounds, overflow, total int64) Parts {
	line = min(line, total)
	rounds = min(max(rounds, line), total)
	overflow = min(max(overflow, rounds), total)
	return Parts{line, rounds - line, overflow - rounds, total - overflow}
}

// BeginWindow returns the window with which a new connection begins, or an open one of which nothing else is known.
func (t *Transfer) BeginWindow(isNew bool) Window {
	if !isNew && t.keeps {
		return Window{Bytes: t.most}
	}
	return Window{Bytes: t.window}
}

// PartsOver returns what the time is made of that [Transfer.FromOver] returns or, where packets are lost besides, a [LossyTransfer] of the same connection.
func (t *Transfer) PartsOver(window Window, bytes int64, isNew bool, trips RoundTrips, total int64) Parts {
	b := t.begin(window.Bytes, bytes, isNew)
	free := *t
	free.buffer = 0
	rounds, _, _ := sends(&free, b, 0, trips)
	overflow := rounds
	if t.buffer > 0 {
		overflow, _, _ = sends(t, b, window.SlowTo, trips)
	}
	return partsOf(t.line(b.left), rounds, overflow, total)
}

// Parts returns what the time is made of that an answer of so many bytes takes, which [Dialer.Ask] or [LossyDialer.Ask] returns, by the line as it was before
// it was asked at an instant.
func (d *Dialer) Parts(l Line, bytes, now, total int64) Parts {
	if d.alwaysOpen {
		return partsOf(d.transfer.Open(bytes), 0, 0, total)
	}
	free := l
	if d.unbounded == nil {
		_, _, rounds := d.Ask(&free, bytes, now)
		return partsOf(d.transfer.Open(bytes), rounds, rounds, total)
	}
	_, _, rounds := d.unbounded.Ask(&free, bytes, now)
	_, _, overflow := d.Ask(&l, bytes, now)
	return partsOf(d.transfer.Open(bytes), rounds, overflow, total)
}

// Next returns the connection of a pool as it is before a question is asked at an instant: one that is idle, or a new one.
func (d *Dialer) Next(p *Pool, now int64) Line {
	if at, ok := p.LastIdle(); ok && now-at <= d.open {
		return p.lines[p.idle[len(p.idle)-1]-1]
	}
	return Unused()
}
