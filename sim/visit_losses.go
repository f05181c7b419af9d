package sim

import "github.com/edgewise-sim/edgewise/workload"

// What fails while a request is under way costs its user the connection, too, when he gives up. A site that finds answers by arithmetic knows that as a user asks, and another when the answer
// would leave: so that looks what is under way when it goes down.

// lost ends a request that its user gives up at an instant, since the site or the way to it was down.
func (v *visits) lost(c *clients, r *request, at int64) {
	a := v.asking.at(r.asking)
	v.loses(c, a, at, max(v.site.now, r.arrived))
	v.end(r.asking)
}

// loses lets the user of a request that is lost leave its connection at an instant of his, when it is another at the site.
func (v *visits) loses(c *clients, a *asking, at, now int64) {
	if a.conn < 0 {
		return
	}
	m := v.site.send(v.site.id, max(at+c.delay, now))
	m.kind, m.token, m.key, m.index, m.service = leavesConnection, v.number, uint64(a.name)<<32|uint64(a.place), uint8(a.conn), at
	a.conn = -1
}

// leaveConnection lets a user leave a connection over which a request was lost.
func (s *site) leaveConnection(m *message) {
	c := &s.clients[m.token]
	v, of := c.visits, workload.Visit(m.key)
	if p := v.seatOf(of.Place(), of.Name()); p != nil {
		v.conn(p, int(m.index)).Lost(m.service)
		v.endsAsking(c, p, m.service)
	}
}

// expectOutage has the site look which requests are under way when it, or the PoP by which they come, goes down next, after an instant of users. Outages of the two are not in one order.
func (v *visits) expectOutage(c *clients, at int64) {
	next := unknown
	for i := range c.outages {
		if o := &c.outages[i]; o.side == atSite && o.from > at {
			next = min(next, o.from)
		}
	}
	if next == unknown {
		return
	}
	m := v.site.send(v.site.id, next+c.delay)
	m.kind, m.token = outageBegins, v.number
}

// loseUnderWay lets the users of requests that are under way as the site goes down leave their connections when they give up.
func (s *site) loseUnderWay(m *message) {
	c := &s.clients[m.token]
	v, at := c.visits, m.at-c.delay
	for i := range c.outages {
		o := &c.outages[i]
		if o.side != atSite || o.from != at {
			continue
		}
		for n := range v.asking.all {
			if a := &v.asking.all[n]; a.isUnderWay {
				a.isUnderWay = false
				v.loses(c, a, a.asks+o.waits(at-a.asks+a.way), m.at)
			}
		}
	}
	v.expectOutage(c, at)
}

// atLeast returns for how long a user whose request the outage has cost waits at the least, who would have an answer after some time: for what is lost on its way back until then, and where the
// site goes down until he would have what leaves it then.
func (c *clients) atLeast(r *request, o *outage, answered int64) int64 {
	switch o.side {
	case atSite:
		return o.from + c.delay - r.arrived + c.rtt + r.access + c.beyond
	case onTheWayBack:
		return answered
	}
	return 0
}

// waits returns for how long a user waits who gives up what the outage has cost, and who would have his answer after some time if it was lost at the last moment: for the timeout, and no shorter than that.
func (o *outage) waits(atLeast int64) int64 { return max(o.timeout, atLeast) }

// breaksHandshake reports whether the site or the way to it is down under the handshake of a new connection, or as its first request comes, with whose answer keys would come.
func (c *clients) breaksHandshake(r *request, a *asking) bool {
	asks := r.arrived - c.delay
	ready := asks + a.lookup + a.connect + a.tls
	for i := range c.outages {
		if o := &c.outages[i]; o.side == atSite && o.from <= ready && asks < o.to || o.side != atSite && c.losesPacket(o, r, ready) {
			return true
		}
	}
	return false
}
