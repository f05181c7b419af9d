package sim

import (
	"time"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// An Opening is why a request needs a new connection.
type Opening uint8

// The openings.
const (
	// NotOpened is that of a request which finds a connection open.
	NotOpened Opening = iota
	// ByShare is that of the share of requests that opens one, whoever asks.
	ByShare
	// FirstOfVisit is that of a visit's first request to the site.
	FirstOfVisit
	// IdleTooLong is where the connection before has been unused for longer than such live.
	IdleTooLong
	// AllBusy is where another waits for its answer over each connection that there is: HTTP/1.1.
	AllBusy
	// SiteWasDown is where the site has been down since the connection before was used.
	SiteWasDown
	// AtNextSite is where the request was asked at another site before.
	AtNextSite
)

// A UserConnection is the connection over which a request of a user was asked.
type UserConnection struct {
	Opening Opening
	// HTTP is the version of HTTP, empty where a share of requests opens connections, whoever asks.
	HTTP string
	// Handshake is that of the client, as far as it is known of an open connection: resumed or not only of a new one.
	Handshake transport.Handshake
	// Work is what both ends work on it.
	Work time.Duration
	// Share is the share of requests that open one, where it is that.
	Share float64
	// Idle is for how long an open connection, or that before a new one, had not been used; IdleTimeout how long such live. IsBusy says that another request
	// waits for its answer over it, IsUnderWay that another has begun its handshake, which is not done.
	Idle, IdleTimeout  time.Duration
	IsBusy, IsUnderWay bool
	// LooksUp says that the site's name is looked up, and takes time. NameAge is how long ago it was before, 0 if never, and NameTTL for how long a name
	// may be used, 0 where that takes no time.
	LooksUp          bool
	NameAge, NameTTL time.Duration
}

// An explainedConnection is what is noted of the connections of clients of whom one is explained.
type explainedConnection struct {
	trace *tracer
	parts transport.Parts       // what the transfer of the latest answer was made of, behind its first bytes
	first transport.FirstWindow // with which that began
	// onLine is how long its last byte has waited besides for answers to the same user over other connections, ns.
	onLine int64
}

// ask finds out who asks for a request, as visits have it, and notes over which connection where it is the one to follow.
func (x *explainedConnection) ask(c *clients, r *request) {
	v := c.visits
	of, isDrawn := v.coming.at(0)
	if v.resumed != nil {
		of, isDrawn = v.resumed.of, true
	}
	if !isDrawn || !x.trace.isOne(c, r.number) {
		v.ask(c, r)
		return
	}
	at := r.arrived - c.delay
	p := v.seatOf(of.Place(), of.Name())
	isThere := p != nil
	if !isThere {
		p = v.begin(c, of, at)
	}
	var is UserConnection
	is.Opening, is.Idle = v.openingOf(c, p, at, !isThere && !(of.IsFound() && c.cameBefore(of)))
	if v.Lookup > 0 {
		is.NameTTL = v.LookupTime()
		if lookedUp := *v.lookedUpBy(p, of.Place()); lookedUp != never {
			is.NameAge = time.Duration(max(at-lookedUp, 0))
		}
	}
	var was transport.Conn
	if n := v.open(c, p, at); n >= 0 {
		was = *v.conn(p, n)
	}
	v.ask(c, r)
	a := v.asking.at(r.asking)
	is.HTTP, is.IdleTimeout, is.LooksUp = workload.VersionName(int(a.version)), v.IdleTime(), a.lookup > 0
	is.Handshake = x.trace.plan.scenario.Workloads[c.workload.number].ClientOf(int(a.version), c.stacks.isResumed(a.stack), r.line).Handshake
	if r.isNew {
		is.Work = time.Duration(c.stacks.all[a.stack].transfer.Work)
	} else {
		is.Opening, is.IsUnderWay, is.IsBusy = NotOpened, a.connect > 0, was.IsBusy(at)
		is.Idle = time.Duration(max(at-was.Last(), 0))
	}
	x.trace.connection, x.trace.setUp = is, exchange{lookup: a.lookup, connect: a.connect, tls: a.tls}
}

// openingOf returns why a visit that finds no connection open opens one at an instant, and for how long its last one had not been used.
func (v *visits) openingOf(c *clients, p *visitor, at int64, isFirst bool) (why Opening, idle time.Duration) {
	k, last := &v.keeping[p.version], int64(never)
	why = FirstOfVisit
	for n := range v.connections(p) {
		conn := v.conn(p, n)
		switch isOpen := k.IsOpen(conn, at); {
		case isFirst || *conn == (transport.Conn{}):
			continue
		case isOpen && conn.IsBusy(at):
			return AllBusy, 0
		case conn.WasLost(), isOpen && c.outages != nil && wasDown(c.outages, conn.Last(), at):
			why = SiteWasDown
		case why != SiteWasDown:
			why = IdleTooLong
		}
		last = max(last, conn.Last())
	}
	if last == never {
		return why, 0
	}
	return why, time.Duration(at - last)
}

// isResumed reports whether a stack of visitors, by its number, is that of resumed handshakes.
func (s *stacks) isResumed(number uint16) bool {
	n := int(number)
	if s.byLine != 0 {
		n /= topology.NumTechnologies
	}
	return n%2 == 1
}

// connectionOf returns the connection of an explained request.
func (r *run) connectionOf(s *Sighting) UserConnection {
	t, w := r.trace, &r.plan.scenario.Workloads[s.Workload]
	is := t.connection
	if is.HTTP == "" { // nobody visits
		is.Handshake, is.Share = w.Client.Handshake, w.NewShare()
		switch {
		case t.hasMovedOn:
			is.Opening = AtNextSite
		case s.request.isNew:
			is.Opening = ByShare
		}
		if is.Opening != NotOpened {
			is.Work = w.Client.HandshakeWork
		}
	}
	return is
}

// wayOf returns what the way of an explained request took that failed with an error, by cause.
func (r *run) wayOf(s *Sighting, of *entry) (way [NumCauses]int64) {
	c, q := &r.sites[of.site].clients[s.request.clients], &s.request
	way[Access], way[Loss], way[Propagation], way[Upstream] = q.access, q.resent, c.rtt, c.beyond
	var x exchange
	switch {
	case c.visits != nil:
		x = r.trace.setUp
	case q.isNew && c.stacks != nil:
		c.setUp(q, &x)
	case q.isNew:
		x.connect, x.tls = c.handshakes(q)
	}
	way[Lookup], way[Connect], way[TLS] = x.lookup, x.connect, x.tls
	return way
}
