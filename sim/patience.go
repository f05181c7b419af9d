package sim

import (
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/workload"
)

// A patience is how clients wait for what they have asked a site, and ask again.
type patience struct {
	workload.Patience
	site *site
	kind Kind   // of the visits of its clients, as they would be without patience
	key  uint32 // of the object of the visit that is made now
	// again is the number of the try that is made now, 0 for a request that is new; current that of the try which was begun last.
	again, current uint32
	// sites are those that clients ask again in turn, nil where they ask the same; own is the number of that which they ask first.
	sites []retrySite
	own   int
	// made is how many tries the request had that ended last.
	made int
	// ways are those that clients of a metro take to this site in turn as links fail, nil where they have one.
	ways []retryWay
}

// A try is a request as it is asked once, while somebody waits for it or works on it.
type try struct {
	request
	key     uint32 // of the object that it is for
	first   int64  // when the first try reached the site
	made    int    // tries, with this one
	serial  uint64 // of the try; 0 where there is none
	isOpen  bool   // the client has not given up
	waiting bool   // for its instant
	isAway  bool   // its answer has left the site, or leaves before that fails, for a link that advances on its own: see [crossing]
	isHeard bool   // the first byte of its answer is over all links in time, and the last one on its way
	spent   int64  // for handshakes with sites that were asked before, ns
	begun   uint8  // the number of the site that was asked first, of those that are asked in turn
}

// begin notes that a request is new.
func (p *patience) begin(c *clients, r *request) {
	p.current = p.add(&try{request: *r, key: p.key, first: r.arrived, made: 1, begun: uint8(p.own)})
	r.try = p.current
}

func (p *patience) add(t *try) uint32 {
	s := p.site
	n := s.tries.add()
	s.tried++
	t.serial, t.isOpen, t.isAway, t.isHeard, t.try = s.tried, true, false, false, n
	*s.tries.at(n) = *t
	return n
}

// end forgets a try.
func (p *patience) end(n uint32) {
	p.site.tries.at(n).serial = 0
	p.site.tries.remove(n)
}

// cutoff returns the last instant at which the first byte may leave the site.
func (p *patience) cutoff(c *clients, r *request) int64 {
	if p.Timeout == 0 {
		return unknown
	}
	return r.arrived + int64(p.Timeout) - c.wayOf(r)
}

// wayOf returns how long a request and the first byte of its answer are on their way, together.
func (c *clients) wayOf(r *request) int64 { return c.rtt + r.access + c.beyond + r.resent }

// takes reports whether the client still waits when an answer leaves the site; if so the request becomes what it was at first.
func (p *patience) takes(c *clients, r *request, s *served) bool {
	t := p.site.tries.at(r.try)
	switch {
	case !t.isOpen:
		p.end(r.try)
		return false
	case s.first > p.cutoff(c, r):
		p.giveUp(c, r.try, s.first, nil)
		p.end(r.try)
		return false
	}
	p.made = t.made
	s.inVain += r.arrived - t.first + t.spent
	s.first, s.last = s.first+t.spent, s.last+t.spent
	r.arrived = t.first
	p.end(r.try)
	return true
}

// giveUp lets a client give up a try that has no answer when it is an instant at the site, since its time is over or since it meets an outage, nil for
// none. The try is left to whoever works on it.
func (p *patience) giveUp(c *clients, n uint32, now int64, down *outage) {
	t := p.site.tries.at(n)
	if !t.isOpen {
		return
	}
	t.isOpen = false
	at, why := int64(unknown), TimedOut
	if p.Timeout > 0 {
		at = t.arrived + int64(p.Timeout)
	}
	if down != nil {
		if begins := down.from + c.delay; begins <= at {
			why = down.why()
		}
		at = min(at, down.givenUp(c, &t.request, now))
	}
	if t.made <= p.Retries {
		p.askAgain(c, n, at, why)
		return
	}
	if trace := p.site.trace; trace != nil {
		trace.ends(c, t, at, why)
	}
	p.made = t.made
	r := t.request
	r.arrived = t.first
	waited := at - t.first + t.spent
	if why == TimedOut { // counted from when the request leaves over an open connection
		waited += c.setUpTime(&r) - r.resent
	}
	c.failAfter(&r, t.first, waited, why)
}

// givenUp returns when a client gives up a request that meets the outage, if nothing else makes it: when it has waited for the timeout, but not before
// an answer would be there that leaves when the site goes down, or that which is lost, of an instant. It is in the time of the site, as that is.
func (o *outage) givenUp(c *clients, r *request, leaves int64) int64 {
	if o.side == atSite {
		leaves = o.from + c.delay
	}
	return max(r.arrived+o.timeout, leaves+c.wayOf(r))
}

// hears reports whether a client hears of an error that leaves the site at an instant, and not before then that it has to give up.
func (p *patience) hears(c *clients, r *request, now int64, down *outage) bool {
	return down == nil && now <= p.cutoff(c, r)
}

// fails reports whether a request to which there is an error at an instant is not asked again, and for how long its client has waited for tries
// before and has spent on handshakes with other sites.
func (p *patience) fails(c *clients, r *request, now int64, why Reason) (isOver bool, inVain, spent int64) {
	t := p.site.tries.at(r.try)
	isOver, inVain, spent = t.isOpen, r.arrived-t.first, t.spent
	p.made = t.made
	if isOver && t.made <= p.Retries && why.outcome() == Rejected {
		p.askAgain(c, r.try, now+c.wayOf(r), why)
		isOver = false
	} else if isOver && p.site.trace != nil {
		p.site.trace.ends(c, t, now, why)
	}
	p.end(r.try)
	return isOver, inVain, spent
}

// askAgain has a request asked again that was given up for a reason, its backoff after an instant at the site.
func (p *patience) askAgain(c *clients, n uint32, from int64, why Reason) {
	s := p.site
	t := *s.tries.at(n)
	u := random.Unit(t.shake.At(retryDraws + uint64(t.made)))
	at := max(from+p.BackoffNs(t.made, u), s.now)
	if t.recorded {
		c.tally.Counters[Retries]++
	}
	if s.trace != nil {
		s.trace.asksAgain(c, &t, from, at, why)
	}
	if to := p.next(&t, at-c.delay); to != nil {
		c.moveOn(&t, at, to)
		return
	}
	if way := wayAt(p.ways, at-c.delay); way != nil && way.clients != t.clients {
		at = c.changeWay(&t, at, way.clients)
	}
	t.made++
	t.arrived, t.waiting = at, true
	again := p.add(&t)
	m := s.send(s.id, at)
	m.kind, m.token, m.key = retry, again, s.tried
}

// retryDraws is the first index of the draws of a request's backoffs, among what it draws.
const retryDraws = 1 << 41

// expectAnswer has the site told when the client of a try gives up that has no answer yet.
func (s *site) expectAnswer(c *clients, n uint32) {
	t := s.tries.at(n)
	if n == 0 || t.serial == 0 || !t.isOpen || t.waiting || t.isHeard {
		return
	}
	cutoff := c.patience.cutoff(c, &t.request)
	at := cutoff
	for i := range c.outages {
		if o := &c.outages[i]; o.side == atSite && !t.isAway && t.arrived-c.delay < o.to { // what has no answer when it begins has none
			at = min(at, max(o.from+c.delay-o.after, t.arrived+o.timeout-c.wayOf(&t.request)))
		}
	}
	var m *message
	switch heard := c.hearsOf(t, cutoff); {
	case at == unknown:
		return
	case at == cutoff && heard > cutoff:
		m = s.sendLast(heard) // after the word that the first byte has come just in time
	default:
		m = s.send(s.id, max(at, t.arrived))
	}
	m.kind, m.token, m.key = impatience, n, t.serial
}

// losePatience lets a client give up, unless it has got its answer.
func (s *site) losePatience(m *message) {
	t := s.tries.at(m.token)
	if t.serial != m.key || !t.isOpen || t.isHeard {
		return
	}
	c := &s.clients[t.clients]
	cutoff := c.patience.cutoff(c, &t.request)
	switch {
	case !t.isAway:
		now := min(m.at, max(cutoff, t.arrived))
		c.patience.giveUp(c, m.token, now, metAtSite(c.outages, t.arrived-c.delay, now-c.delay))
	case m.at < c.hearsOf(t, cutoff): // what fails here does not concern its answer any more
		s.expectAnswer(c, m.token)
	default:
		c.patience.giveUp(c, m.token, m.at, nil)
	}
}

// visitAgain serves a request that is asked again.
func (s *site) visitAgain(m *message) { s.askNow(m.token, m.at) }

// askNow serves a try, by its number, at its instant.
func (s *site) askNow(n uint32, at int64) {
	t := s.tries.at(n)
	t.waiting = false
	number, made, key := t.number, t.made, t.key
	c := &s.clients[t.clients]
	if during(c.outages, at-c.delay) != nil {
		r := t.request
		c.fail(&r, at, SiteDown)
		return
	}
	count := c.count
	if at >= c.from { // it is counted once more
		c.asked--
	}
	// What its work takes is drawn anew.
	c.count, c.patience.again = number+uint64(made-1)<<retryNumberBits-1, n
	s.visitPatiently(&arrival{at: at, clients: t.clients, key: key}, c)
	c.count, c.patience.again = count, 0
}

// visitPatiently serves a request whose client does not wait for ever.
func (s *site) visitPatiently(v *arrival, c *clients) {
	c.patience.key, s.now = v.key, v.at
	s.visitAs(v, c, c.patience.kind)
	s.expectAnswer(c, c.patience.current)
}
