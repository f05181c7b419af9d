package sim

import "github.com/edgewise-sim/edgewise/transport"

// The followed request may wait for a fetch that another has begun, at its own site or further up. So all fetches are noted, whoever begins them: over which
// connection they ask, and what the other bytes of their answers wait for.

// An upstreamRest is what the other bytes from further up waited for that came last.
type upstreamRest struct {
	site, from string // where they were received and whence; empty where nothing is known
	byLinks    bool   // shared links had them to send
	// told returns what their transfer over the connection is made of, and with which window it began.
	told func() (transport.Parts, transport.FirstWindow)
}

// A notedFetch is a fetch of anybody, as far as it has come.
type notedFetch struct {
	line      transport.Line // before it was asked
	asked     int64          // when it was
	order     uint64         // of its question
	overLinks int64          // ns from when shared links between sites had sent the first byte of its answer to when they had sent the last one
	first     int64          // when its first byte is here
	rest      upstreamRest   // of its answer, where the last bytes came over its own connection or links
	above     awaited        // by the site that it asked; nothing else where rest is known
}

// An awaited fetch is what a request, or a fetch, waits for; hasJoined says that another has begun it.
type awaited struct {
	fetch     *notedFetch
	hasJoined bool
}

// source returns what the other bytes waited for that are received with a fetch, and whether a fetch that another has begun is waited for.
func (w awaited) source() (rest upstreamRest, hasJoined bool) {
	for w.fetch != nil {
		hasJoined = hasJoined || w.hasJoined
		if w.fetch.rest.site != "" {
			return w.fetch.rest, hasJoined
		}
		w = w.fetch.above
	}
	return upstreamRest{}, hasJoined
}

// noted returns a fetch by its number.
func (t *tracer) noted(s *site, of *tier, n uint32) *notedFetch {
	return t.fetches[flightName{s.id, of.number, n}]
}

// awaits notes that who asks now, the request or a fetch of another site, waits for a fetch.
func (t *tracer) awaits(s *site, of *tier, n uint32, hasJoined bool) {
	switch w := (awaited{t.noted(s, of, n), hasJoined}); {
	case t.asking != nil:
		t.asking.above = w
	case t.current:
		t.waits = w
	}
}

// before notes the connection of a fetch before it asks a hop.
func (t *tracer) before(s *site, of *tier, n uint32, h *nextHop, now int64) {
	f, is := &of.flights.pool[n], t.noted(s, of, n)
	var l transport.Line
	if of.pools == nil {
		l = of.lines[f.number][f.choice]
	} else {
		l = h.dialer.Next(&of.pools[f.number][f.choice], now)
	}
	if h.isBroken(l.Asked(), now) {
		l = transport.Unused()
	}
	delete(t.askers, is.order)
	*is = notedFetch{line: l, asked: now}
}

// answers notes the connection of a fetch before the answer comes over it to a question that would have left at an instant.
func (t *tracer) answers(s *site, of *tier, n uint32, l *transport.Line, at int64) {
	is := t.noted(s, of, n)
	is.line, is.asked = *l, at
}

// sendsOverLinks notes how long after its first byte shared links between sites had sent the last one of an answer to a question.
func (t *tracer) sendsOverLinks(m *message, rest int64) {
	if is := t.askers[m.order]; is != nil {
		is.overLinks = rest
	}
}

// landsRest notes what the rest of a fetch waits for, whose answer is here: its own connection, links or, where that is longer, what those further up wait for.
func (t *tracer) landsRest(s *site, of *tier, n uint32, from string) {
	is, f := t.noted(s, of, n), of.flights.pool[n]
	delete(t.askers, is.order)
	is.first = f.first
	span := f.last - f.first
	if byLinks := f.takes < span; !byLinks || is.overLinks >= span {
		h, line, asked := &of.hops[f.number][f.choice], is.line, is.asked
		var lost transport.Losses
		if h.lossy != nil {
			lost.Key = of.losses.of(h.lossy, n, &f).Key // the line is that of the instant at which nothing else is lost any more
		}
		is.rest = upstreamRest{site: s.name, from: from, byLinks: byLinks, told: func() (transport.Parts, transport.FirstWindow) {
			first := transport.FirstWindow{}
			if h.lossy == nil {
				first = h.dialer.FirstWindow(line, f.bytes, asked)
			} else {
				first = h.lossy.FirstWindow(line, f.bytes, asked, lost)
			}
			return h.dialer.Parts(line, f.bytes, asked, f.takes), first
		}}
	}
}
