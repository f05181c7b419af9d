package sim

import (
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/transport"
)

// With which window the answer to an explained request begins, and why with that.

// firstWindow returns with which window an answer over a stack begins that is about to be sent with nothing ahead, to a user who does not visit.
func (c *clients) firstWindow(send *sending, bytes int64) transport.FirstWindow {
	if send.lossy != nil && !send.lossy.GoesByRounds() {
		return firstWindowOf(&send.transfer, min(bytes, send.intact), send.isNew, send.trips)
	}
	w := send.transfer.FirstWindow(send.isNew)
	if send.lossy != nil {
		w.Window = send.lossy.OpenWindow(send.isNew)
	}
	c.goesWith(&w, send, bytes)
	return w
}

// firstWindowOf returns with which window an answer begins of which so many bytes are sent before one is lost, over a connection of which nothing else is known.
func firstWindowOf(t *transport.Transfer, bytes int64, isNew bool, over *trips) transport.FirstWindow {
	w := t.FirstWindow(isNew)
	w.Sends(t, bytes, isNew, over)
	return w
}

// goesWith notes in how many round trips so many bytes are sent with a window.
func (c *clients) goesWith(w *transport.FirstWindow, send *sending, bytes int64) {
	if send.lossy == nil {
		w.Sends(&send.transfer, bytes, send.isNew, send.trips)
		return
	}
	draws := send.key.StreamAt(lossesOfTransfer)
	w.SendsLossy(send.lossy, bytes, send.timeout, send.isNew, send.trips, &draws)
}

// firstWindow is that of the connection of a visit, where that keeps it.
func (v *visits) firstWindow(c *clients, a *asking, p *visitor, s *served, send *sending) transport.FirstWindow {
	if send.lossy != nil && !send.lossy.GoesByRounds() {
		return c.firstWindow(send, s.bytes)
	}
	k := &v.keeping[a.version]
	w := transport.FirstWindow{Window: send.window, Initial: k.Initial}
	if p != nil {
		conn := v.conn(p, int(a.conn))
		w = k.FirstWindow(conn, s.first-c.delay+send.rtt, send.transfer.RetransmitNs(send.rtt), send.isNew)
		if conn.Last() < 0 { // before the run
			w.Begins = transport.OnFound
		}
	}
	c.goesWith(&w, send, s.bytes)
	return w
}

// firstWindow returns the window of a row of so many bytes, which an answer follows that has so many itself.
func (w sentRow) firstWindow(c *clients, r *request, send *sending, initial, sent, bytes int64) transport.FirstWindow {
	of := w.sendingOf(c, r, send)
	first := transport.FirstWindow{Window: of.window, Initial: initial, Begins: transport.OnKnown, Behind: sent}
	if of.isNew {
		first.Begins = transport.OnNew
	}
	if of.lossy != nil && !of.lossy.GoesByRounds() {
		first.Sends(&of.transfer, min(sent+bytes, of.intact), of.isNew, of.trips)
	} else {
		c.goesWith(&first, &of, sent+bytes)
	}
	return first
}

// windowInWords says with which window an answer begins, why with that, and how long it holds the answer up.
func windowInWords(w *transport.FirstWindow) string {
	if w.IsEndless() {
		return "it holds any answer, as of a connection that keeps its window"
	}
	text := fmt.Sprintf("%d bytes, %s", w.Bytes, whyWindow(w))
	if w.EndsHold > 0 {
		text += fmt.Sprintf("; buffers of the ends let no more than %d be under way", w.EndsHold)
	}
	if w.WayHolds > 0 {
		text += fmt.Sprintf("; the way and the buffer before its line hold %d", w.WayHolds)
	}
	since := ""
	if w.Behind > 0 {
		since = ", counted from the first of them"
	}
	switch n := w.RoundTrips; {
	case n == 0:
		return text + "; all goes without a wait"
	case w.MayLose && n == 1:
		return text + "; the rest goes after a window" + since
	case w.MayLose:
		return text + fmt.Sprintf("; the rest goes after %d windows%s", n, since)
	case n == 1:
		return text + "; the rest goes after a round trip" + since
	default:
		return text + fmt.Sprintf("; the rest goes after %d round trips%s", n, since)
	}
}

// whyWindow says why an answer begins with a window.
func whyWindow(w *transport.FirstWindow) string {
	switch {
	case w.Behind > 0:
		return fmt.Sprintf("with which answers before it began, %d bytes that go first", w.Behind)
	case w.Begins == transport.OnNew:
		return "the first of a new connection"
	case w.Begins == transport.OnFound:
		return "the first of a connection, since nobody knows what was sent over it before the run"
	case w.Begins == transport.OnAny:
		if w.Bytes == w.Initial && w.SlowTo == 0 {
			return "as on a new connection, since answers over open ones are taken to follow a silence"
		}
		return "kept by a connection that is open"
	}
	silence, timeout := time.Duration(w.Silence).Round(time.Millisecond), time.Duration(w.Timeout).Round(time.Millisecond)
	switch {
	case w.Bytes < w.Left && w.Bytes == w.Initial:
		return fmt.Sprintf("begun anew: it was %d, and nothing was sent for %v, longer than the timeout of %v", w.Left, silence, timeout)
	case w.Bytes < w.Left:
		return fmt.Sprintf("halved by silence: it was %d, and nothing was sent for %v, longer than the timeout of %v", w.Left, silence, timeout)
	}
	text := "the first of the connection, which no answer has filled"
	switch {
	case w.SlowTo > 0:
		text = fmt.Sprintf("left by losses on the connection, after which slow start ends at %d", w.SlowTo)
	case w.Bytes > w.Initial:
		text = fmt.Sprintf("grown from %d by answers before it", w.Initial)
	}
	if w.Silence > 0 && w.Bytes > w.Initial {
		text += fmt.Sprintf(", and kept while nothing was sent for %v", silence)
	}
	return text
}
