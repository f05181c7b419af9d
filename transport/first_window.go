package transport

import "github.com/edgewise-sim/edgewise/random"

// A FirstWindow is the window with which an answer begins, what has made it so, and how long it holds the answer up. Sizes are in bytes, times in ns.
type FirstWindow struct {
	// Window is that with which it begins, Initial that of a new connection.
	Window
	Initial int64
	// Begins says what the connection is like.
	Begins WindowBegins
	// Left is what answers before it had left of the window, Silence for how long nothing was sent after them, longer than Timeout, that of retransmissions. They are 0
	// where there was no such silence.
	Left             int64
	Silence, Timeout int64
	// Behind is how many bytes of answers before it go ahead of it in the same round trips, which began with the window; 0 where all before it was acknowledged.
	Behind int64
	// EndsHold is how much buffers of the ends let be under way, where the window is not less, WayHolds how much the way and the buffer before its line hold, where that is less; else they are 0.
	EndsHold, WayHolds int64
	// RoundTrips is how many go before that in which the last of it goes, or all that is left goes without a wait: of what follows others, since the first of these.
	RoundTrips int64
	// MayLose says that packets may be lost, or overflow a buffer. Then RoundTrips are the windows before the last, also those that keep the line busy, or are given up after a timeout.
	MayLose bool
}

// WindowBegins says what a connection is like whose window an answer begins with.
type WindowBegins uint8

const (
	// OnNew is that of a new connection.
	OnNew WindowBegins = iota
	// OnKnown is that of one whose answers are known.
	OnKnown
	// OnFound is that of one that was open before the run, of whose answers nothing is known.
	OnFound
	// OnAny is that of one of which nothing is known but that it is open: its window is as [IdleWindow] has it.
	OnAny
	// OnEndless is that of one whose window holds any answer: [Upstream.AlwaysOpen].
	OnEndless
)

// IsEndless reports whether the window holds any answer.
func (w *FirstWindow) IsEndless() bool { return w.Begins == OnEndless || w.Bytes >= endless }

// FirstWindow returns with which window an answer is sent at an instant, as [Keeping.Window] does, over the connection as it is before.
func (k *Keeping) FirstWindow(c *Conn, now, timeout int64, isNew bool) FirstWindow {
	w := FirstWindow{Window: k.Window(c, now, timeout), Initial: k.Initial, Begins: OnKnown}
	if isNew {
		w.Begins = OnNew
	} else {
		w.fallsSilent(c.window, now-c.last, timeout)
	}
	return w
}

// fallsSilent notes how long nothing was sent before an answer, and what the window was before.
func (w *FirstWindow) fallsSilent(before Window, silence, timeout int64) {
	if silence > timeout {
		w.Left, w.Silence, w.Timeout = before.Bytes, silence, timeout
	}
}

// FirstWindow returns with which window an answer begins on a new connection, or an open one of which nothing else is known.
func (t *Transfer) FirstWindow(isNew bool) FirstWindow {
	w := FirstWindow{Window: t.BeginWindow(isNew), Initial: t.window, Begins: OnAny}
	if isNew {
		w.Begins = OnNew
	}
	return w
}

// Sends notes what the window means for an answer of so many bytes, or for a row of them, which is sent over round trips by a function: that of the window is [Transfer.RowOver]
// or, where packets are lost, that of a [LossyTransfer].
func (w *FirstWindow) Sends(t *Transfer, bytes int64, isNew bool, trips RoundTrips) {
	w.holds(t, trips.RoundTrip(0))
	b := t.begin(w.Bytes, bytes, isNew)
	switch {
	case t.buffer > 0:
		of := counted{RoundTrips: trips}
		sendOver(t, b, w.SlowTo, RoundTrips(&of), nil)
		w.RoundTrips, w.MayLose = of.last, true
	case !t.isOneFlight(&b):
		_, last := slowStart(t, b, trips)
		w.RoundTrips = last.round
	}
}

// SendsLossy is Sends where packets are lost round trip by round trip, as draws say.
func (w *FirstWindow) SendsLossy(l *LossyTransfer, bytes, timeoutNs int64, isNew bool, trips RoundTrips, draws *random.Stream) {
	rtt := trips.RoundTrip(0)
	w.holds(&l.Transfer, rtt)
	w.holdsLossy(l, rtt, isNew)
	of := counted{RoundTrips: trips}
	l.RowRounds(bytes, timeoutNs, w.Window, isNew, &of, draws, nil)
	w.RoundTrips, w.MayLose = of.last, true
}

// holds notes how much of the window ends and way hold, with a round trip.
func (w *FirstWindow) holds(t *Transfer, rtt int64) {
	if most := min(t.most, t.socket); most <= w.Bytes && most < endless {
		w.EndsHold = most
	}
	if t.buffer == 0 {
		return
	}
	way := int64(float64(rtt+t.acked) / t.nsPerByte)
	most := way + t.buffer
	if t.congestion == BBR {
		most = 2 * way
	}
	if most < w.Bytes {
		w.WayHolds = most
	}
}

// holdsLossy is holds of a way that loses packets, whose buffer holds as much as a round trip where nothing is said of it.
func (w *FirstWindow) holdsLossy(l *LossyTransfer, rtt int64, isNew bool) {
	size := l.searched
	if isNew {
		size = l.segment
	}
	if most := l.mostPackets(rtt, size) * float64(size); l.buffer == 0 && most < float64(w.Bytes) {
		w.WayHolds = int64(most)
	}
}

// FirstWindow returns with which window an answer of so many bytes begins, by the line as it is before it is asked for at an instant.
func (d *Dialer) FirstWindow(l Line, bytes, now int64) FirstWindow {
	return d.firstWindow(&l, bytes, d.Dial(&l, now)+d.rtt, nil)
}

// FirstWindow is [Dialer.FirstWindow] where something may be lost.
func (d *LossyDialer) FirstWindow(l Line, bytes, now int64, lost Losses) FirstWindow {
	first := d.Dial(&l, now, lost) + d.rtt
	if d.lossy.loss == 0 {
		return d.firstWindow(&l, bytes, first, nil)
	}
	draws := lost.answer()
	return d.firstWindow(&l, bytes, first, &streamLosses{&d.lossy, d.ResendNs(), &draws})
}

// firstWindow returns with which window an answer begins whose first byte could be here at an instant.
func (d *Dialer) firstWindow(l *Line, bytes, first int64, loses *streamLosses) FirstWindow {
	t, s := &d.transfer, &l.stream
	w := FirstWindow{Initial: t.window, Begins: OnKnown}
	if d.alwaysOpen {
		w.Begins = OnEndless
		return w
	}
	s.unfold()
	before, silence := s.after, first-max(l.last, s.ends)
	d.restart(l, first)
	switch {
	case before.Bytes == 0:
		w.Begins = OnFound
	case s.ends == never:
		w.Begins = OnNew
	default:
		w.fallsSilent(before, silence, d.quiet)
	}
	if s.isAcknowledged(first, d.rtt) || first < s.begins {
		s.begin(t, first, d.rtt, loses)
	} else {
		w.Behind = s.sent
	}
	w.Window = Window{Bytes: s.window, SlowTo: s.after.SlowTo}
	w.holds(t, d.rtt)
	if loses != nil {
		w.holdsLossy(loses.LossyTransfer, d.rtt, false)
	}
	of := counted{RoundTrips: steady(d.rtt)}
	w.MayLose = t.buffer > 0 || loses != nil
	switch {
	case t.buffer > 0:
		goOnOver(&s.over, t, bytes, RoundTrips(&of), loses)
		w.RoundTrips = of.last
	case loses != nil:
		from := s.lossy.round
		s.lossy.add(loses.LossyTransfer, bytes, loses.draws)
		sendLossy(loses.LossyTransfer, &s.lossy, loses.timeout, RoundTrips(&of), loses.draws, nil)
		w.RoundTrips = of.last - from
	default:
		_, rounds := slowStart(t, burst{window: s.window, began: s.began, left: s.sent + bytes}, steady(d.rtt))
		w.RoundTrips = rounds.round
	}
	return w
}

// counted notes the number of the last round trip that anybody has asked for.
type counted struct {
	RoundTrips
	last int64
}

// RoundTrip returns the length of a round trip, by its number.
func (c *counted) RoundTrip(number int64) int64 {
	c.last = max(c.last, number)
	return c.RoundTrips.RoundTrip(number)
}
