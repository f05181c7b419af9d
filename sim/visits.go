package sim

import (
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// visits are the visits of a metro's users to a site, and the connections that they have there.
type visits struct {
	*workload.Visits
	key      random.Key // addresses what is drawn, by request and by visit
	keeping  [numVersions]transport.Keeping
	coming   drawnAhead[workload.Visit] // of the requests to come
	looked   int                        // how many of those are looked at
	request  uint64                     // number of the next of the metro
	visitors []visitor
	hasMore  bool             // visits may be over HTTP/1.1
	more     []transport.Conn // by place, moreConns each; none where no visit is over HTTP/1.1
	lookedUp []int64          // by place: when the site's name was, long ago if never; none where that takes no time
	asking   slab[asking]
}

// A visitor is who visits in one place, with the first connection. It fills a line of the processor's cache.
type visitor struct {
	conn    transport.Conn
	name    uint32
	base    int64 // of the last mile, without jitter
	line    topology.Technology
	version uint8
	hasKeys bool
}

// An asking is a request that has no answer yet.
type asking struct {
	place                uint32 // of its visit
	conn                 int8   // of those of the visit, -1 where the connection is not kept
	version              uint8
	stack                uint16
	name                 uint32 // of its visit
	lookup, connect, tls int64
	was                  transport.Conn // its connection as it was, for a visit that ends before the answer
}

// moreConns is how many connections of a visit over HTTP/1.1 are kept besides the first: 6 to a site in all, as browsers have it (assumed, no
// source was looked up).
const moreConns = 5

// never is the instant of what has not been.
const never = math.MinInt64 / 4

// newVisits returns the visits of a metro with so many requests a second.
func newVisits(h *workload.Head, key random.Key, s *stacks, perSecond float64) *visits {
	v := &visits{Visits: &h.Visits, key: key}
	atATime := float64(v.AtATime(perSecond))
	v.visitors = make([]visitor, 0, int(atATime+float64(3*math.Sqrt(atATime)))+1)
	for version := range v.keeping {
		of := &s.all[s.number(version, false, 0)]
		v.keeping[version] = transport.Keeping{Idle: int64(h.Visits.IdleTime()), Rule: h.Client.Idle, Initial: of.transfer.InitialWindow()}
	}
	for line := range topology.NumTechnologies {
		v.hasMore = v.hasMore || h.Visits.Of(topology.Technology(line))[0] > 0
	}
	return v
}

// put notes of which visit the next request is that will come here.
func (v *visits) put(of workload.Visit) {
	v.coming.put(of)
	for place := int(of.Place()); place >= len(v.visitors); {
		v.visitors = append(v.visitors, visitor{})
		if v.hasMore {
			v.more = append(v.more, make([]transport.Conn, moreConns)...)
		}
		if v.Lookup > 0 {
			v.lookedUp = append(v.lookedUp, never)
		}
	}
}

// skip passes over a request of the metro that goes elsewhere.
func (v *visits) skip() { v.request++ }

// lookAhead returns the place of the visit that asks for the next request that was not looked at yet; false where all were.
func (v *visits) lookAhead() (place uint32, ok bool) {
	of, ok := v.coming.at(v.looked)
	if ok {
		v.looked++
	}
	return of.Place(), ok
}

// ask finds out who asks for a request, and over which connection.
func (v *visits) ask(c *clients, r *request) {
	v.looked = max(v.looked-1, 0)
	of := v.coming.take()
	place, name := of.Place(), of.Name()
	r.shake = random.Key(v.key.At(v.request | 1<<62))
	v.request++
	p := &v.visitors[place]
	if p.name != name {
		v.begin(c, of)
	}
	r.line, r.quiet, r.access = p.line, p.base, p.base
	if c.law != nil {
		r.access += int64(c.law.miles.jitter[p.line].At(uint64(r.shake)))
	}
	r.access += linkJitter(c.jitter, uint64(r.shake))
	r.asking = v.asking.add()
	a := v.asking.at(r.asking)
	a.place, a.conn, a.version, a.name, a.lookup, a.tls = place, -1, p.version, name, 0, 0
	k, at := &v.keeping[p.version], r.arrived-c.delay
	a.stack = c.stacks.number(int(p.version), p.hasKeys, p.line)
	if n := v.open(c, place, k, at); n >= 0 {
		conn := v.connOf(place, n)
		a.conn, a.was = int8(n), *conn
		a.connect = conn.Ask(at)
		return
	}
	r.isNew = true
	if v.Lookup > 0 && at-v.lookedUp[place] > int64(v.LookupTime()) {
		a.lookup, v.lookedUp[place] = int64(v.Lookup), at
	}
	a.connect, a.tls = c.handshakesOf(r, &c.stacks.all[a.stack].transfer)
	p.hasKeys = true
	for n := range p.conns() {
		if conn := v.connOf(place, n); !k.IsOpen(conn, at) {
			k.Open(conn, at+a.lookup+a.connect+a.tls)
			a.conn, a.was = int8(n), *conn
			conn.Ask(at)
			break
		}
	}
}

// conns returns how many connections of the visit are kept.
func (p *visitor) conns() int {
	if p.version == 0 {
		return 1 + moreConns
	}
	return 1
}

// connOf returns a connection of the visit in a place.
func (v *visits) connOf(place uint32, n int) *transport.Conn {
	if n == 0 {
		return &v.visitors[place].conn
	}
	return &v.more[int(place)*moreConns+n-1]
}

// open returns the number of an open connection over which a request can go, of those that can the one last used; -1 if there is none.
// With HTTP/1.1 those cannot over which another waits for its answer.
func (v *visits) open(c *clients, place uint32, k *transport.Keeping, at int64) int {
	p, best, last := &v.visitors[place], -1, int64(0)
	for n := range p.conns() {
		conn := v.connOf(place, n)
		if !k.IsOpen(conn, at) || p.version == 0 && conn.IsBusy(at) {
			continue
		}
		if c.outages != nil && !conn.IsBusy(at) && wasDown(c.outages, conn.Last(), at) {
			conn.Close() // the site has been down since
			continue
		}
		if best < 0 || conn.Last() > last {
			best, last = n, conn.Last()
		}
	}
	return best
}

// begin draws who begins a visit. Visits with which the run begins have a connection that was last used some gap before.
func (v *visits) begin(c *clients, of workload.Visit) {
	place := of.Place()
	p, draws := &v.visitors[place], v.key.StreamAt(uint64(of.Name())|1<<61)
	u := draws.Uint64()
	*p = visitor{name: of.Name(), base: c.access, hasKeys: draws.Float64() < v.Returning}
	if c.law != nil {
		p.line = c.law.technology(uint32(u >> 32))
		p.base = c.law.base(p.line, &draws)
	}
	shares, at := v.Of(p.line), draws.Float64()
	for p.version = 0; p.version < numVersions-1 && at >= shares[p.version]; p.version++ {
		at -= shares[p.version]
	}
	for n := range p.conns() {
		v.connOf(place, n).Close()
	}
	lookedUp := int64(never)
	if of.IsFound() { // under way as the run begins
		p.hasKeys = true
		lookedUp = -int64(draws.Float64() * float64(v.LookupTime()))
		v.keeping[p.version].Begin(&p.conn, -int64(draws.Exp()*float64(v.Gap)))
	}
	if v.Lookup > 0 {
		v.lookedUp[place] = lookedUp
	}
}

// window returns the window with which the answer to a request begins at an instant; false where nothing is known of its connection.
func (v *visits) window(r *request, at, timeout int64) (w transport.Window, ok bool) {
	if v == nil {
		return w, false
	}
	a := v.asking.at(r.asking)
	k := &v.keeping[a.version]
	if a.conn < 0 {
		return transport.Window{Bytes: k.Initial}, true
	}
	conn := &a.was
	if v.isThere(a) {
		conn = v.connOf(a.place, int(a.conn))
	}
	return k.Window(conn, at, timeout), true
}

// isThere reports whether the connection of a request is kept, and its visit has not ended meanwhile.
func (v *visits) isThere(a *asking) bool {
	return a.conn >= 0 && v.visitors[a.place].name == a.name
}

// answered ends a request whose last byte is there at an instant.
func (v *visits) answered(r *request, at int64, after transport.Window) {
	if a := v.asking.at(r.asking); v.isThere(a) {
		v.connOf(a.place, int(a.conn)).Answered(at, after)
	}
	v.asking.remove(r.asking)
}

// failed ends a request without an answer.
func (v *visits) failed(r *request) {
	if a := v.asking.at(r.asking); v.isThere(a) {
		v.connOf(a.place, int(a.conn)).Failed()
	}
	v.asking.remove(r.asking)
}

// firstTimeout is how long the first packet of a connection is waited for (RFC 6298, 2.1).
const firstTimeout = time.Second
