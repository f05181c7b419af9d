package sim

import (
	"math"

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
	visitors []visitor                  // by place
	mayLose  bool                       // packets to them may be lost
	losses   []rowLosses                // by place, where any may be lost
	hasMore  bool                       // visits may be over HTTP/1.1
	more     connections
	lookedUp []int64 // by place: when the site's name was, long ago if never; none where that takes no time
	asking   slab[asking]
	site     *site
	number   uint32              // of their clients at the site
	leaving  slab[leavingAnswer] // later
	left     slab[leftVisit]
	leftBy   map[uint32]uint32 // by name
	expires  bool              // keys of connections may be too old
	expects  bool              // the site will look which requests are under way when it goes down, if it ever does
	keyed    []int64           // by place: when the latest came to be, long ago if there are none; nothing where none is ever too old

	// These are of visits over HTTP/1.1, whose requests wait for connections.
	kind    Kind // of how those are served who need not wait
	queued  slab[queuedAsk]
	sent    queuedAsk  // the last that has waited and was sent
	resumed *queuedAsk // that, while it is sent

	isDrawn     bool    // they ask by the law of visits, and not at instants that are given
	askedBefore []int64 // before the run, back in time, by the visit that was drawn last of those under way
}

// A visitor is who visits in one place, with the first connection. It fills a line of the processor's cache, and what its answers have ahead of them the next one,
// which the processor reads along.
type visitor struct {
	conn    transport.Conn
	name    uint32
	line    topology.Technology
	version uint8
	hasKeys bool
	hasLeft bool   // another one has the place
	base    int64  // of the last mile, without jitter
	more    uint32 // the number of its further connections, 0 while there are none
	waiting uint32 // the last that waits for a connection, before which the others do, 0 for none
	row     answerRow
}

// An asking is a request that has no answer yet.
type asking struct {
	place                uint32 // of its visit
	conn                 int8   // of those of the visit, -1 where the connection is not kept
	version              uint8
	stack                uint16
	name                 uint32 // of its visit
	isUnderWay           bool   // where sites fail: it has no answer that is known to leave the site, and is not known to be lost
	waited               int64  // for a connection
	asks                 int64  // its instant, as the user has it
	way                  int64  // how long it and the first byte of its answer are under way, if nothing is lost
	lookup, connect, tls int64  // a line of the processor's cache in all
}

// never is the instant of what has not been.
const never = math.MinInt64 / 4

// newVisits returns the visits of a metro with so many requests a second.
func newVisits(h *workload.Head, key random.Key, s *stacks, perSecond float64) *visits {
	v := &visits{Visits: &h.Visits, key: key, more: connections{each: h.Visits.MostConnections() - 1}}
	atATime := float64(v.AtATime(perSecond))
	places := int(atATime+float64(3*math.Sqrt(atATime))) + 1
	v.visitors = make([]visitor, 0, places)
	for version := range v.keeping {
		of := &s.all[s.number(version, false, 0)]
		v.mayLose = v.mayLose || of.lossy != nil
		v.keeping[version] = transport.Keeping{Idle: int64(h.Visits.IdleTime()), Rule: h.Client.Idle, Initial: of.transfer.InitialWindow()}
	}
	v.hasMore, v.leftBy = h.Visits.IsOverHTTP1(), make(map[uint32]uint32)
	return v
}

// put notes of which visits the next requests are that will come here.
func (v *visits) put(all []workload.Visit) {
	v.coming.put(all)
	places := len(v.visitors)
	for _, of := range all {
		places = max(places, int(of.Place())+1)
	}
	if places > len(v.visitors) {
		v.makePlaces(places)
	}
}

// makePlaces makes so many places, more than there are.
func (v *visits) makePlaces(places int) {
	more := places - len(v.visitors)
	if places <= cap(v.visitors) {
		v.visitors = v.visitors[:places] // nobody has had those
	} else {
		v.visitors = append(v.visitors, make([]visitor, more)...)
	}
	for range more {
		if v.mayLose {
			v.losses = append(v.losses, rowLosses{})
		}
		if v.Lookup > 0 {
			v.lookedUp = append(v.lookedUp, never)
		}
		if v.expires {
			v.keyed = append(v.keyed, never)
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

// take returns of which visit the next request is that comes here.
func (v *visits) take() workload.Visit {
	v.looked = max(v.looked-1, 0)
	return v.coming.take()
}

// ask finds out who asks for a request, and over which connection.
func (v *visits) ask(c *clients, r *request) {
	of, shake, waited := workload.Visit(0), v.request, int64(0)
	if q := v.resumed; q != nil {
		of, shake, waited = q.of, q.shake, r.arrived-q.at
		r.recorded, r.bytes = q.recorded, q.bytes
	} else {
		of = v.take()
		v.request++
	}
	r.shake = random.Key(v.key.At(shake | 1<<62))
	at := r.arrived - c.delay
	p := v.seatOf(of.Place(), of.Name())
	if p == nil {
		p = v.begin(c, of, at)
	}
	r.line, r.quiet, r.access = p.line, p.base, p.base
	if c.law != nil {
		r.access += int64(c.law.miles.jitter[p.line].At(uint64(r.shake)))
	}
	if c.jitter != 0 {
		r.access += linkJitter(c.jitter, uint64(r.shake))
	}
	r.asking = v.asking.add()
	a := v.asking.at(r.asking)
	a.place, a.version, a.name, a.waited, a.lookup, a.tls = of.Place(), p.version, p.name, waited, 0, 0
	if c.outages != nil {
		if !v.expects {
			v.expects = true
			v.expectOutage(c, at)
		}
		a.asks, a.way, a.isUnderWay = at, c.rtt+r.access+c.beyond, true
	}
	hasKeys := p.hasKeys
	if v.expires {
		hasKeys = v.hasFreshKeys(p, of.Place(), at, at-c.rtt-r.access)
	}
	a.stack = c.stacks.number(int(p.version), hasKeys, p.line)
	if p.version != 0 && c.outages == nil && v.keeping[p.version].IsOpen(&p.conn, at) { // as most are
		a.conn, a.connect = 0, p.conn.Ask(at)
		return
	}
	if n := v.open(c, p, at); n >= 0 {
		a.conn, a.connect = int8(n), v.conn(p, n).Ask(at)
		return
	}
	v.connect(c, r, a, p, at)
}

// connect opens a connection for a request at an instant.
func (v *visits) connect(c *clients, r *request, a *asking, p *visitor, at int64) {
	r.isNew, a.conn = true, -1
	if v.Lookup > 0 {
		lookedUp := v.lookedUpBy(p, a.place)
		switch since := at - *lookedUp; {
		case since < 0:
			a.lookup = -since // it is under way
		case since > int64(v.LookupTime()):
			a.lookup = int64(v.Lookup)
			*lookedUp = at + a.lookup
		}
	}
	if !p.hasKeys && !v.expires && v.hasBrought(p, at-c.rtt-r.access) {
		p.hasKeys = true
		a.stack = c.stacks.number(int(p.version), true, p.line)
	}
	a.connect, a.tls = c.handshakesOf(r, &c.stacks.all[a.stack].transfer)
	k := &v.keeping[p.version]
	if n := v.unused(p, k, at); n >= 0 {
		conn := v.conn(p, n)
		k.Open(conn, at+a.lookup+a.connect+a.tls)
		a.conn = int8(n)
		conn.Ask(at)
		if c.outages != nil && c.breaksHandshake(r, a) {
			conn.Break()
		}
		if p.version != 0 {
			p.row.hangUp()
		}
	}
}

// hasBrought reports whether a connection of a visit was ready at an instant: a round trip later the user has keys for the next one, which come with the first answer.
func (v *visits) hasBrought(p *visitor, at int64) bool {
	for n := range v.connections(p) {
		if v.conn(p, n).WasReady(at) {
			return true
		}
	}
	return false
}

// open returns the number of an open connection over which a request can go, of those that can the one last used; -1 if there is none.
// With HTTP/1.1 those cannot over which another waits for its answer.
func (v *visits) open(c *clients, p *visitor, at int64) int {
	k, best, last := &v.keeping[p.version], -1, int64(0)
	for n := range v.connections(p) {
		conn := v.conn(p, n)
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

// cameBefore reports whether a visit that is under way as the run begins has come here then: it may come later, when its own site has failed.
func (c *clients) cameBefore(of workload.Visit) bool {
	return c.share == nil || c.share.rule.admits(0, who(c.share.key, uint64(of.Name())))
}

// begin draws who begins a visit at an instant, and returns who it is. Visits with which the run begins have a connection that was last used some gap before or, over
// HTTP/1.1, those that [visits.beginConnections] finds.
func (v *visits) begin(c *clients, of workload.Visit, at int64) *visitor {
	p := &v.visitors[of.Place()]
	v.leave(p, of.Place())
	draws := v.key.StreamAt(uint64(of.Name()) | 1<<61)
	u := draws.Uint64()
	hasKeys, shares := draws.Float64() < v.Returning, v.WithoutAccess()
	*p = visitor{} // and filled in where it is: what is put together elsewhere, and copied, waits for all that was written before
	p.name, p.base, p.hasKeys = of.Name(), c.access, hasKeys
	if c.law != nil {
		line := c.law.technology(uint32(u >> 32))
		p.line, p.base, shares = line, c.law.base(line, &draws), v.Of(line)
	}
	share, version := draws.Float64(), 0
	for version < numVersions-1 && share >= shares[version] {
		share -= shares[version]
		version++
	}
	p.version = uint8(version)
	p.row.hangUp()
	lookedUp := int64(never)
	if of.IsFound() && c.cameBefore(of) {
		p.hasKeys = true
		lookedUp = -int64(draws.Float64() * float64(v.LookupTime()))
		if p.version == 0 && v.isDrawn {
			v.beginConnections(c, p, &draws)
		} else {
			v.keeping[p.version].Begin(&p.conn, -int64(draws.Exp()*float64(v.Gap)))
		}
	}
	if v.expires {
		v.beginKeys(p, of.Place(), at)
	}
	if v.Lookup > 0 {
		v.lookedUp[of.Place()] = lookedUp
	}
	return p
}

// seatAsking returns the seat of the visit that a request without an answer is of, nil where that does not keep the connection.
func (v *visits) seatAsking(a *asking) *visitor {
	if a.conn < 0 {
		return nil
	}
	return v.seatOf(a.place, a.name) // which is kept while a request waits for its answer
}

// window returns the window with which the answer to a request begins that would be there at an instant if it had left at once: the site has sent nothing for a round trip
// longer than nothing came.
func (v *visits) window(a *asking, p *visitor, at, timeout int64) transport.Window {
	k := &v.keeping[a.version]
	if p == nil {
		return transport.Window{Bytes: k.Initial}
	}
	return k.Window(v.conn(p, int(a.conn)), at, timeout)
}

// failed ends a request to which there is an error, of which its user learns at an instant.
func (v *visits) failed(c *clients, r *request, at int64) {
	a := v.asking.at(r.asking)
	if p := v.seatOf(a.place, a.name); p != nil && a.conn >= 0 {
		v.conn(p, int(a.conn)).Failed(at)
		v.endsAsking(c, p, at)
	}
	v.end(r.asking)
}

// end forgets a request.
func (v *visits) end(n uint32) {
	v.asking.at(n).isUnderWay = false
	v.asking.remove(n)
}

// waited returns how long a request has waited for a connection before it was sent.
func (v *visits) waited(r *request) int64 { return v.asking.at(r.asking).waited }

// endsAsking lets the next request go that waits for a connection of a visit, of which one is idle from an instant on, and forgets a visit that has ended with its last request.
func (v *visits) endsAsking(c *clients, p *visitor, at int64) {
	if p.waiting != 0 {
		v.wake(c, v.queued.at(p.waiting).of, at)
	} else if p.hasLeft {
		v.forget(p)
	}
}
