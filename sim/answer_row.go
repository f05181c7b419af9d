package sim

import (
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/transport"
)

// Answers to a user that are under way at once share what they come over. Those of a visit over HTTP/2 or 3 are one row of bytes under the one window of its connection, as
// those between sites are in a [transport.Stream]; those over the connections of HTTP/1.1 have a window each. All come at the rate of the user's line together, the last bytes of
// one after those of the one before, first come, first served. Over one connection that is what RFC 9218, section 10, asks of servers for answers that are not incremental, which is the default (section 4.2): one by one in
// the order of requests, here of those that are ready. Servers that know no priorities (nginx) let them take turns. Over several connections it is assumed: packets take turns on real lines: of equal answers that begin together the last ends as here, and the
// others later; what is small behind what is large ends earlier than here, by up to what is left of the large one: 999 bytes that leave at 156 ms
// behind 67 kB on a line of 1 Mbit/s end at 680 ms, and would at about 180 by turns. They follow one another in the order in which their first bytes leave the site: what is known to
// leave later is kept until then, since others may leave before it.

// An answerRow is what the answers to a visit have ahead of them. Instants are of the user, in ns. Over HTTP/1.1 it says no more than from when on the user's line could have been busy, and with how
// many bytes, begins and sent, and from when until when it is with the last round trips of answers: round and ends. It fills a line of the processor's cache.
type answerRow struct {
	begins, round, ends int64            // when the first byte came of those that followed one another, the first of their last round trip, and the last byte
	sent                int64            // bytes of these, with their headers, and above them what else is known of these
	window              transport.Window // with which they began
	key                 random.Key       // of the first of them: it addresses the round trips, and which packets are lost
	left                int64            // when the first byte of one of them left the site, of the latest
}

// What is known of those that followed one another besides their bytes.
const (
	newRow    = 1 << 62 // the first of them was that of a new connection
	gappedRow = 1 << 61 // what is sent came later than the row was to end
)

// bytes returns how many bytes were sent.
func (w *answerRow) bytes() int64 { return w.sent &^ (newRow | gappedRow) }

// isNew reports whether the row began with a new connection.
func (w *answerRow) isNew() bool { return w.sent&newRow != 0 }

// hangUp begins the row of a connection over which nothing was sent.
func (w *answerRow) hangUp() { w.begins, w.round, w.ends, w.left = never, never, never, never }

// isAcknowledged reports whether all that was sent has been acknowledged for an answer whose first byte could come at an instant.
func (w *answerRow) isAcknowledged(first, rtt int64) bool {
	return first >= w.ends && first >= w.round+rtt
}

// A sentRow is a row that an answer is sent in, with what it loses, nil where nothing is lost.
type sentRow struct {
	*answerRow
	lost *rowLosses
}

// rowLosses are what is known of a row of answers that loses packets.
type rowLosses struct {
	intact int64 // bytes before one is lost, where nothing else says that
	passed int64 // when the last byte of all has been sent, be it lost or not, where a loss holds up one answer alone
}

// begin begins a row with an answer whose first byte comes at an instant, and whose last takes so long after it.
func (w sentRow) begin(send *sending, bytes, first int64, takes sendingTime) {
	w.beginWith(&send.transfer, send.window, send.isNew, send.key, bytes, first, takes.before, takes.ns)
	if send.lossy != nil {
		w.lost.intact = send.intact
		w.lost.passed = first + takes.passed
	}
}

// beginWith is begin where no packets are lost.
func (w *answerRow) beginWith(t *transport.Transfer, window transport.Window, isNew bool, key random.Key, bytes, first, before, takes int64) {
	w.begins, w.round, w.ends, w.sent = first, first+before, first+takes, t.OnLine(bytes, false)
	w.window, w.key = window, key
	if isNew {
		w.sent |= newRow
	}
}

// goOn sends an answer whose first byte could come at an instant behind those of the row, as if it had been there when that began, but neither before these have come, nor before it would
// come with nothing ahead, which takes alone. It returns when the first byte comes, and the last one. What has left later and comes earlier, by jitter, waits for what has left before: a connection gives its
// bytes out in the order in which they are sent. One that is told late has left before others of the row: its first byte waits for none of them, and its last byte comes when all of them would have.
func (w sentRow) goOn(c *clients, r *request, send *sending, bytes, first int64, alone sendingTime, isLate bool) (start, end int64, after transport.Window) {
	if send.isNew { // the question that opened the connection was lost
		w.sent |= newRow
	}
	if isLate {
		w.begins = min(w.begins, first)
	}
	of := w.sendingOf(c, r, send)
	if of.isOfStreams() {
		return w.goOnAlone(send, &of, bytes, first, alone, isLate)
	}
	row := of.takes(w.bytes() + bytes)
	if start = first; !isLate {
		start = max(first, w.ends)
		if at := w.begins + of.takes(w.bytes()+1).before; at > w.round {
			start = max(start, at) // the last round trip is full
		}
	}
	end = w.begins + row.ns
	w.round = w.begins + row.before
	if at := first + alone.ns; at > end {
		end, w.round = at, max(w.round, first+alone.before)
		w.sent |= gappedRow
	}
	end = max(end, first)
	if !isLate {
		end = max(end, w.ends) // what was lost of the last packets of others is known sooner, since more comes behind: those have been told an end by then, and nothing overtakes them
	}
	line := send.transfer.OnLine(bytes, false)
	if w.sent&gappedRow != 0 {
		end = max(end, start+send.transfer.LineNs(line))
	} else {
		start = min(start, end)
	}
	w.ends = max(w.ends, end)
	w.sent += line
	return start, end, row.after
}

// sendingOf returns how all of the row is sent over the stack of an answer.
func (w sentRow) sendingOf(c *clients, r *request, over *sending) sending {
	of := *over
	of.window, of.key, of.isNew = w.window, w.key, w.isNew()
	if of.lossy != nil {
		of.intact = w.lost.intact
	}
	spent := int64(0)
	if w.isNew() {
		spent = of.transfer.Connect + of.transfer.TLS
	}
	c.tripsOf(&c.trips, r, spent)
	c.trips.key = w.key
	return of
}

// goOnAlone is goOn over QUIC where packets are lost: as the row is sent, an answer waits for those before it to be sent, and for what is lost of itself alone.
func (w sentRow) goOnAlone(send, of *sending, bytes, first int64, alone sendingTime, isLate bool) (start, end int64, after transport.Window) {
	line := send.transfer.OnLine(bytes, false)
	own := transport.Part{Bytes: line}
	row := of.takesPart(w.bytes()+bytes, &own)
	if start = first; !isLate {
		if start = max(first, w.begins+own.Opens); w.sent&gappedRow != 0 {
			start = max(start, w.lost.passed)
		}
	}
	end = max(w.begins+own.Ends, first)
	passed := w.begins + own.Passes
	w.round = w.begins + row.before
	if at := first + alone.ns; at > end {
		end, w.round, passed = at, max(w.round, first+alone.before), max(passed, at)
		w.sent |= gappedRow
	}
	if w.sent&gappedRow != 0 {
		end = max(end, start+send.transfer.LineNs(line))
	} else {
		start = min(start, end)
	}
	w.ends, w.lost.passed = max(w.ends, end, w.begins+row.ns), max(w.lost.passed, passed)
	w.sent += line
	return start, end, row.after
}

// passes lets an answer of which so many bytes come from an instant on, those of its last round trip from another, and the last byte at a third with nothing else on the user's line, come over that, and returns
// when its last byte does: neither before the line has had time for all bytes since it was busy last, nor before those of its last round trip have had their turn behind those of others that came before them.
func (w *answerRow) passes(t *transport.Transfer, bytes, first, round, end int64) int64 {
	takes := min(end-round, t.LineNs(bytes)) // of the last round trip; what is lost besides leaves the line idle
	if first >= w.begins+t.LineNs(w.sent) {
		w.begins, w.sent = first, bytes
	} else {
		w.begins = min(w.begins, first)
		w.sent += bytes
		end = max(end, w.begins+t.LineNs(w.sent))
	}
	switch {
	case round >= w.ends:
		w.round, w.ends = round, round+takes
	case round >= w.round: // else the bytes go ahead of those
		w.ends += takes
		end = max(end, w.ends)
	}
	return end
}

// sendAnswer fills in what the connection of a visit adds to an answer, whose first byte could be there at an instant of the user: behind those before it.
func (v *visits) sendAnswer(c *clients, a *asking, p *visitor, r *request, s *served, first int64) {
	var send sending
	rtt, x := c.rtt+r.access, &c.exchanged
	c.sendingOf(&send, r, rtt)
	send.window, send.isKnown = v.window(a, p, s.first-c.delay+rtt, send.transfer.RetransmitNs(rtt)), true
	c.exchange(x, r, s, &send)
	if c.explained != nil {
		c.explained.parts, c.explained.first, c.explained.onLine = c.partsOver(s, &send), v.firstWindow(c, a, p, s, &send), 0
	}
	if p == nil {
		return
	}
	row := v.rowOf(p, a.place)
	if a.version == 0 {
		row.shareLine(c, &send.transfer, s.bytes, r.isNew, first, x)
		return
	}
	leaves := s.first + x.lookup + x.connect + x.tls + r.resent
	switch {
	case first >= p.conn.Last()+rtt: // all was there a round trip ago, and nothing leaves later than this: the memory of the row is not waited for
		row.begin(&send, s.bytes, first, sendingTime{x.transfer, x.before, x.passed, x.after})
		row.left = leaves
		return
	case row.isAcknowledged(first, rtt):
		row.begin(&send, s.bytes, first, sendingTime{x.transfer, x.before, x.passed, x.after})
	default:
		row.follow(c, r, &send, s.bytes, first, x, leaves < row.left)
	}
	row.left = max(row.left, leaves)
}

// sendAtOnce is sendAnswer of what most answers are: they go at once, over a connection that a round trip ago had nothing under way, or one of HTTP/1.1. It returns false, and has done nothing, where an answer is not.
func (v *visits) sendAtOnce(c *clients, a *asking, p *visitor, r *request, s *served, first int64) bool {
	of, rtt := &c.stacks.all[a.stack], c.rtt+r.access
	if of.lossy != nil || c.explained != nil || a.version != 0 && first < p.conn.Last()+rtt {
		return false
	}
	var flight transport.Flight
	window := v.keeping[a.version].Window(v.conn(p, int(a.conn)), s.first-c.delay+rtt, of.transfer.RetransmitNs(rtt))
	if !of.transfer.InOneFlight(&flight, window, s.bytes, r.isNew) {
		return false
	}
	x := &c.exchanged
	x.lookup, x.connect, x.tls, x.waits = a.lookup, a.connect, a.tls, 0
	x.first, x.transfer, x.before, x.after = flight.Readable, flight.All-flight.Readable, 0, flight.After
	row := &p.row
	if a.version == 0 {
		row.shareLine(c, &of.transfer, s.bytes, r.isNew, first, x)
		return true
	}
	row.beginWith(&of.transfer, window, r.isNew, r.shake, s.bytes, first, 0, x.transfer)
	row.left = s.first + a.lookup + a.connect + a.tls + r.resent
	return true
}

// shareLine lets an answer come over the user's line behind those over other connections.
func (w *answerRow) shareLine(c *clients, t *transport.Transfer, bytes int64, isNew bool, first int64, x *exchange) {
	end := first + x.first + x.transfer
	if at := w.passes(t, t.OnLine(bytes, isNew), first, first+x.before, end); at > end {
		x.transfer += at - end
		if c.explained != nil {
			c.explained.onLine = at - end
		}
	}
}

// follow lets an answer follow those on its connection, of a version of HTTP in which its first byte is no record's.
func (w sentRow) follow(c *clients, r *request, send *sending, bytes, first int64, x *exchange, isLate bool) {
	sent := w.bytes()
	alone := sendingTime{ns: x.transfer, before: x.before}
	if send.lossy != nil { // its packets are lost as those of the row, once
		alone = send.takesUnlost(bytes)
	}
	start, end, after := w.goOn(c, r, send, bytes, first, alone, isLate)
	x.waits, x.transfer, x.after = start-first, end-start, after
	if c.explained != nil {
		c.explained.parts = w.partsOf(send, sent, bytes, x.transfer)
		c.explained.first = w.firstWindow(c, r, send, c.explained.first.Initial, sent, bytes)
	}
}

// partsOf returns what the time is made of that the other bytes of an answer take behind those that were sent before it.
func (w sentRow) partsOf(send *sending, sent, bytes, takes int64) (p transport.Parts) {
	of := func(bytes int64) transport.Parts {
		row := *send
		row.window, row.key, row.isNew = w.window, w.key, w.isNew()
		if row.lossy != nil {
			row.intact = w.lost.intact
		}
		return row.transfer.PartsOver(w.window, bytes, w.isNew(), row.trips, row.takes(bytes).ns)
	}
	all, before := of(sent+bytes), of(sent)
	left := takes
	take := func(ns int64) int64 {
		ns = min(max(ns, 0), left)
		left -= ns
		return ns
	}
	p.Line = take(send.transfer.LineNs(send.transfer.OnLine(bytes, false)))
	p.Overflow, p.Losses = take(all.Overflow-before.Overflow), take(all.Losses-before.Losses)
	p.Rounds = left
	return p
}

// A leavingAnswer is an answer to a user whose first byte has not left the site.
type leavingAnswer struct {
	request
	served
}

// keepUntil keeps an answer whose first byte leaves the site at an instant, later: after the handshake of its connection, and what was lost before it. The site does not go down before
// that, for [clients.outageOf] has looked at all outages that begin by then; but it may where the answer has waited for a link that advances on its own, longer than that looked ahead. Then the answer had left before, and
// its user gets it, but leaves the connection, of which the site knows nothing any more: so the request is under way until then.
func (v *visits) keepUntil(leaves int64, r *request, s *served) {
	n := v.leaving.add()
	of := v.leaving.at(n)
	of.request, of.served = *r, *s
	m := v.site.send(v.site.id, leaves)
	m.kind, m.token, m.key = answerLeaves, v.number, uint64(n)
}

// answersNow answers a user whose answer leaves the site now.
func (s *site) answersNow(m *message) {
	c := &s.clients[m.token]
	v := c.visits
	is := v.leaving.at(uint32(m.key)) // nothing is kept before it is answered
	c.answerVisit(&is.request, &is.served)
	v.leaving.remove(uint32(m.key))
}
