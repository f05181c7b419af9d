package sim

import (
	"fmt"

	"github.com/edgewise-sim/edgewise/transport"
)

// What the other bytes of an explained request wait for: the links and the connection to the user or, where they come later to the site that serves it, what
// that waits for from further up.

// An upstreamRest is what the other bytes from further up waited for that came last.
type upstreamRest struct {
	site, from string // where they were received and whence; empty where nothing is known
	byLinks    bool   // shared links had them to send
	parts      transport.Parts
	first      transport.FirstWindow // with which they began
}

// An askedLine is a connection before it was asked at an instant.
type askedLine struct {
	line transport.Line
	at   int64
}

// before notes the connection of a followed fetch before it asks a hop.
func (t *tracer) before(s *site, of *tier, n uint32, h *nextHop, now int64) {
	if !t.follows(s, of, n) {
		return
	}
	f := &of.flights.pool[n]
	var l transport.Line
	if of.pools == nil {
		l = of.lines[f.number][f.choice]
	} else {
		l = h.dialer.Next(&of.pools[f.number][f.choice], now)
	}
	if h.isBroken(l.Asked(), now) {
		l = transport.Unused()
	}
	t.lines[flightName{s.id, of.number, n}] = askedLine{l, now}
	t.rest, t.overLinks = upstreamRest{}, 0
}

// answers notes the connection of a followed fetch before the answer comes over it to a question that would have left at an instant.
func (t *tracer) answers(s *site, of *tier, n uint32, l *transport.Line, at int64) {
	if t.follows(s, of, n) {
		t.lines[flightName{s.id, of.number, n}] = askedLine{*l, at}
	}
}

// sendsOverLinks notes how long after its first byte shared links between sites had sent the last one of an answer to a followed question.
func (t *tracer) sendsOverLinks(m *message, rest int64) {
	if t.messages[m.order] {
		t.overLinks = rest
	}
}

// landsRest notes what the rest of a followed fetch waits for, whose answer is here: its own connection or, where that is longer, what those further up wait for.
func (t *tracer) landsRest(s *site, of *tier, n uint32, from string) {
	f := &of.flights.pool[n]
	h, asked := &of.hops[f.number][f.choice], t.lines[flightName{s.id, of.number, n}]
	switch span := f.last - f.first; {
	case f.takes >= span:
		t.rest = upstreamRest{site: s.name, from: from, parts: h.dialer.Parts(asked.line, f.bytes, asked.at, f.takes), first: of.firstWindow(h, f, n, &asked)}
	case t.overLinks >= span:
		t.rest = upstreamRest{site: s.name, from: from, byLinks: true}
	}
	t.overLinks = 0
}

// firstWindow returns with which window the answer to a fetch began, by the connection before it was asked.
func (t *tier) firstWindow(h *nextHop, f *flight, n uint32, asked *askedLine) transport.FirstWindow {
	if h.lossy == nil {
		return h.dialer.FirstWindow(asked.line, f.bytes, asked.at)
	}
	lost := transport.Losses{Key: t.losses.of(h.lossy, n, f).Key} // the line is that of the instant at which nothing else is lost any more
	return h.lossy.FirstWindow(asked.line, f.bytes, asked.at, lost)
}

// pours notes what the answer to a request waits for on its way to the PoP that passes the request on.
func (t *tracer) pours(c *clients, r *request, from *site, by *ride, before transport.Line, bytes, now, takes int64, lost transport.Losses) {
	if t.isOf(from, c, r) {
		t.rest = upstreamRest{site: by.pop.name, from: from.name, parts: by.dialer.Parts(before, bytes, now-by.there, takes), first: by.firstWindow(before, bytes, now-by.there, lost)}
	}
}

// firstWindow returns with which window an answer to the PoP began that asks for it at an instant, by the connection before.
func (d *ride) firstWindow(before transport.Line, bytes, asked int64, lost transport.Losses) transport.FirstWindow {
	if d.lossy == nil {
		return d.dialer.FirstWindow(before, bytes, asked)
	}
	return d.lossy.FirstWindow(before, bytes, asked, lost)
}

// relays notes what the answer of a site to which a request was passed on waits for, where it takes as long as that from here.
func (t *tracer) relays(s *site, n uint32, h *nextHop, over *lossyWay, bytes, takes, span int64, lost transport.Losses) {
	if t.followsSpill(s, n) && takes >= span {
		t.rest = upstreamRest{site: s.name, from: t.plan.sites[h.to].id, parts: over.Parts(transport.Unused(), bytes, 0, takes), first: over.FirstWindow(transport.Unused(), bytes, 0, lost)}
	}
}

// partsOf returns what the transfer of an answer to a request is made of, without a stack, and with which window it begins.
func (c *clients) partsOf(r *request, bytes, rtt int64) (transport.Parts, transport.FirstWindow) {
	fits := c.fits
	if r.isNew {
		fits = c.fitsNew
		c.handshakes(r) // which says what the round trips are
	} else {
		c.tripsOf(&c.trips, r, 0)
	}
	total := c.transfer.Open(bytes)
	if bytes > fits {
		total = c.transferTime(r, bytes, rtt)
	}
	intact := bytes
	if c.lossy != nil {
		intact = min(bytes, r.intact)
	}
	first := firstWindowOf(&c.transfer, intact, r.isNew, &c.trips)
	return c.transfer.PartsOver(first.Window, bytes, r.isNew, &c.trips, total), first
}

// partsOver returns what the transfer of an answer over a stack is made of that has just been exchanged, behind its first TLS record.
func (c *clients) partsOver(s *served, send *sending) transport.Parts {
	window := send.window
	switch {
	case send.isKnown:
	case send.lossy != nil && send.lossy.GoesByRounds():
		window = send.lossy.OpenWindow(send.isNew)
	default:
		window = send.transfer.BeginWindow(send.isNew)
	}
	x := &c.exchanged
	return send.transfer.PartsOver(window, s.bytes, send.isNew, send.trips, x.first+x.transfer).Shortened(x.transfer)
}

// restOf returns what the other bytes of an explained request waited for, which was answered at an entry.
func (r *run) restOf(s *Sighting, of *entry) (all []Step) {
	left := s.TTLB - s.TTFB
	add := func(ns int64, site, text string, args ...any) {
		if ns > 0 {
			all = append(all, Step{ns, site, fmt.Sprintf(text, args...)})
			left -= ns
		}
	}
	addParts := func(p transport.Parts, w *transport.FirstWindow, site, way string) {
		p = p.Shortened(left)
		if p.Total() > 0 {
			all = append(all, Step{0, site, fmt.Sprintf("window on the way %s: %s", way, windowInWords(w))})
		}
		add(p.Line, site, "the other bytes, at the rate of the way %s", way)
		add(p.Rounds, site, "round trips on the way %s, in which the sender waits before it may send more: slow start", way)
		add(p.Overflow, site, "what overflows the buffer on the way %s: until it is sent again, and for smaller windows after that", way)
		add(p.Losses, site, "what is lost on the way %s: until it is sent again, and for smaller windows after that", way)
	}
	c, t := &r.sites[of.site].clients[s.request.clients], r.trace
	own, first := c.explained.parts, c.explained.first
	if c.stacks == nil {
		own, first = c.partsOf(&s.request, s.bytes, c.rtt+s.request.access)
	}
	isOwn := own.Total()+c.explained.onLine >= left
	add(min(t.linkRest, left), "", "links: until those on the way to the user that others share had sent the other bytes")
	switch rest := &t.rest; {
	case isOwn:
		add(min(c.explained.onLine, left), "", "behind answers before it to the same user over other connections, on his line")
		addParts(own, &first, "", "to the user")
	case len(t.got) > 0:
		for _, step := range t.restOfSlices(s.first, s.last) {
			add(min(step.Ns, left), step.Site, "%s", step.Text)
		}
	case s.Outcome == DelayedHit:
		add(left, r.plan.sites[of.site].id, "until the other bytes were there, which another request fetches")
	case rest.byLinks:
		add(left, rest.site, "links: until those on the way from %s that others share had sent the other bytes", rest.from)
	case rest.site != "":
		addParts(rest.parts, &rest.first, rest.site, "from "+rest.from)
	}
	add(left, r.plan.sites[of.site].id, "until the other bytes were there, from further up")
	return all
}
