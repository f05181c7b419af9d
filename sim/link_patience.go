package sim

// Clients who do not wait for ever wait for the first byte of an answer. Over links that advance on their own their site does not know by itself when that is
// over them: it is told, no later than they ask again.

// hearsOf returns when the site of a try knows that its first byte is not over the links by an instant, its cutoff: then, or when it would have been told.
func (c *clients) hearsOf(t *try, cutoff int64) int64 {
	if c.links == nil || !c.links.isApart || cutoff < t.arrived || cutoff == unknown {
		return cutoff
	}
	return cutoff + c.links.told()
}

// told returns how long after an answer has left, and has waited nowhere, its site is told that it is over the links, where these advance on their own.
func (w *linkWay) told() int64 { return w.rest + w.steps[len(w.steps)-1].after }

// tellWithin has the site told no later than after so long.
func (w *linkWay) tellWithin(ns int64) {
	if w != nil && w.isApart {
		w.rest -= max(w.told()-ns, 0)
	}
}

// firstIsOver tells the site that sends an answer to a client who does not wait for ever that its first byte is over the links at an instant, and its last
// one not yet.
func (s *site) firstIsOver(x *crossing, now int64) {
	if x.home == s {
		s.hearFirst(x.try, x.first+x.waited)
		return
	}
	m := s.send(x.home.id, now+x.way.rest)
	m.kind, m.token, m.service = firstOver, x.try, x.first+x.waited
}

// hearFirst notes that the first byte of the answer to a try is over the links, after it has left the site at an instant or would have, but for what it has
// waited for links: who gets that in time waits for the rest.
func (s *site) hearFirst(n uint32, first int64) {
	t := s.tries.at(n)
	c := &s.clients[t.clients]
	t.isHeard = first <= c.patience.cutoff(c, &t.request) && (t.isAway || c.outageOf(&t.request, first) == nil)
}
