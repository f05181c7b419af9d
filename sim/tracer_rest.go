package sim

import (
	"fmt"

	"github.com/edgewise-sim/edgewise/transport"
)

// What the other bytes of an explained request wait for: the links and the connection to the user or, where they come later to the site that serves it, what
// that waits for from further up.

// pours notes what the answer to a request waits for on its way to the PoP that passes the request on.
func (t *tracer) pours(c *clients, r *request, from *site, by *ride, before transport.Line, bytes, now, takes int64, lost transport.Losses) {
	if t.isOf(from, c, r) {
		t.rest = upstreamRest{site: by.pop.name, from: from.name, told: func() (transport.Parts, transport.FirstWindow) {
			return by.dialer.Parts(before, bytes, now-by.there, takes), by.firstWindow(before, bytes, now-by.there, lost)
		}}
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
		t.rest = upstreamRest{site: s.name, from: t.plan.sites[h.to].id, told: func() (transport.Parts, transport.FirstWindow) {
			return over.Parts(transport.Unused(), bytes, 0, takes), over.FirstWindow(transport.Unused(), bytes, 0, lost)
		}}
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

// restSteps are steps behind the first byte, and the time that they leave.
type restSteps struct {
	all  []Step
	left int64 // ns
}

// add adds a step that takes so long, or what is left.
func (r *restSteps) add(ns int64, site, format string, args ...any) {
	if ns = min(ns, r.left); ns > 0 {
		r.all = append(r.all, Step{ns, site, fmt.Sprintf(format, args...)})
		r.left -= ns
	}
}

// addWindow tells with which window began what takes the time that is left. Whose says whose answer it is, where that is not the request's own.
func (r *restSteps) addWindow(w *transport.FirstWindow, site, way, whose string) {
	if r.left > 0 {
		r.all = append(r.all, Step{0, site, fmt.Sprintf("window on the way %s%s: %s", way, whose, windowInWords(w))})
	}
}

// addParts adds the parts of a transfer at the end of which what is left is over.
func (r *restSteps) addParts(p transport.Parts, site, way string) {
	p = p.Shortened(r.left)
	r.add(p.Line, site, "the other bytes, at the rate of the way %s", way)
	r.add(p.Rounds, site, "round trips on the way %s, in which the sender waits before it may send more: slow start", way)
	r.add(p.Overflow, site, "what overflows the buffer on the way %s: until it is sent again, and for smaller windows after that", way)
	r.add(p.Losses, site, "what is lost on the way %s: until it is sent again, and for smaller windows after that", way)
}

// addUpstream adds what is known of a rest from further up, of a fetch that another has begun or not.
func (r *restSteps) addUpstream(rest *upstreamRest, hasJoined bool) {
	if rest.site == "" {
		return
	}
	way, whose := "from "+rest.from, ""
	if hasJoined {
		whose = ", for the request that has begun to fetch it"
	}
	parts, first := rest.told()
	switch {
	case rest.byLinks:
		r.addWindow(&first, rest.site, way, whose)
		r.add(r.left, rest.site, "links: until those on the way %s that others share had sent the other bytes", way)
	case parts.Total() > 0:
		r.addWindow(&first, rest.site, way, whose)
		r.addParts(parts, rest.site, way)
	}
}

// restOf returns what the other bytes of an explained request waited for, which was answered at an entry.
func (r *run) restOf(s *Sighting, of *entry) []Step {
	rest := restSteps{left: s.TTLB - s.TTFB}
	c, t, site := &r.sites[of.site].clients[s.request.clients], r.trace, r.plan.sites[of.site].id
	own, first := c.explained.parts, c.explained.first
	if c.stacks == nil {
		own, first = c.partsOf(&s.request, s.bytes, c.rtt+s.request.access)
	}
	isOwn := own.Total()+c.explained.onLine >= rest.left
	if t.linkRest > 0 {
		rest.addWindow(&first, "", "to the user", "")
	}
	rest.add(t.linkRest, "", "links: until those on the way to the user that others share had sent the other bytes")
	upstream, hasJoined := t.waits.source()
	if t.rest.site != "" {
		upstream = t.rest
	}
	switch {
	case isOwn:
		rest.add(c.explained.onLine, "", "behind answers before it to the same user over other connections, on his line")
		if t.linkRest == 0 && own.Total() > 0 {
			rest.addWindow(&first, "", "to the user", "")
		}
		rest.addParts(own, "", "to the user")
	case len(t.got) > 0:
		t.addSlices(&rest, s.first, s.last)
	default:
		if rest.addUpstream(&upstream, hasJoined); s.Outcome == DelayedHit {
			rest.add(rest.left, site, "until the other bytes were there, which another request fetches")
		}
	}
	rest.add(rest.left, site, "until the other bytes were there, from further up")
	return rest.all
}
