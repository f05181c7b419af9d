package sim

import (
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// A stack is one way in which users of a workload connect, made ready.
type stack struct {
	transfer transport.Transfer
	lossy    *transport.LossyTransfer // nil where no packet to the user is lost
}

// stacks are the ways in which users connect where these differ, or where more is said of them than textbooks have: by version of
// HTTP, whether the handshake is resumed, and technology.
type stacks struct {
	all     []stack
	byLine  int // 1 where technologies differ, else 0
	visited bool
}

// numVersions is the number of versions of HTTP.
const numVersions = 3

// newStacks returns the stacks of a workload's users where packets are lost and links are as narrow as at an entry; nil where all
// users connect alike, and as textbooks have it.
func newStacks(h *workload.Head, e *entry) *stacks {
	s := &stacks{visited: h.Visits.Requests > 0}
	lines := 1
	if e.access == 0 { // no access link on the way: the users are at the node itself
		at := *h
		at.Rates = [topology.NumTechnologies]float64{}
		h = &at
	}
	if h.Rates != [topology.NumTechnologies]float64{} {
		s.byLine, lines = 1, topology.NumTechnologies
	}
	if !s.visited && s.byLine == 0 && h.Client.Stack == (transport.Stack{}) {
		return nil
	}
	versions := []int{0} // as the client says
	if s.visited {
		versions = []int{0, 1, 2}
	}
	for _, version := range versions {
		for _, resumed := range []bool{false, true}[:min(len(versions), 2)] {
			for line := range lines {
				of := h.ClientOf(version, resumed, topology.Technology(line))
				of.BitsPerSecond = slower(of.BitsPerSecond, e.bitsPerSecond)
				s.all = append(s.all, stack{of.Transfer(), lossyTransfer(of, e.lossDown)})
			}
		}
	}
	return s
}

// of returns how a user of a line connects who does not visit.
func (s *stacks) of(line topology.Technology) *stack { return &s.all[int(line)*s.byLine] }

// number returns the number of the stack of a visitor.
func (s *stacks) number(version int, resumed bool, line topology.Technology) uint16 {
	n := 2 * version
	if resumed {
		n++
	}
	if s.byLine == 0 {
		return uint16(n)
	}
	return uint16(n*topology.NumTechnologies + int(line))
}

// An exchange is what the connection of a request adds to the round trip that asks, in ns.
type exchange struct {
	lookup, connect, tls int64
	waits                int64 // for answers before it on the same connection
	first                int64 // until the first byte can be read
	transfer             int64 // from then to the last
	before               int64 // of both, until the first byte of the last round trip is here
	passed               int64 // of both, until the last byte has been sent, be it lost or not, where a loss holds up one answer alone
	after                transport.Window
}

// stackOf returns how the user of a request connects.
func (c *clients) stackOf(r *request) *stack {
	if c.visits != nil {
		return &c.stacks.all[c.visits.asking.at(r.asking).stack]
	}
	return c.stacks.of(r.line)
}

// handshakesOf is handshakes over a stack, work included.
func (c *clients) handshakesOf(r *request, t *transport.Transfer) (connect, tls int64) {
	var trips trips
	c.tripsOf(&trips, r, t.Connect+t.TLS)
	for number := range trips.spent {
		if rtt := trips.at(number); number < t.Connect {
			connect += rtt
		} else {
			tls += rtt
		}
	}
	return connect, tls + t.Work
}

// setUp fills in what a request waits for before it is sent.
func (c *clients) setUp(r *request, x *exchange) {
	switch {
	case c.visits != nil:
		a := c.visits.asking.at(r.asking)
		x.lookup, x.connect, x.tls = a.lookup, a.connect, a.tls
	case r.isNew:
		x.connect, x.tls = c.handshakesOf(r, &c.stacks.of(r.line).transfer)
	}
}

// A sending is how a site sends an answer, or a row of them, over a stack.
type sending struct {
	*stack
	window         transport.Window
	isKnown, isNew bool // whether anything is known of the window, and the connection is new
	rtt, timeout   int64
	key            random.Key // addresses which packets are lost
	intact         int64      // bytes before one is, where nothing else says that
	trips          *trips
}

// A sendingTime is how long that takes from the first byte to the last one, in ns, how much of it is before the first byte of the last round trip, and until the last byte has been sent where a loss holds up one answer
// alone, and the window after it.
type sendingTime struct {
	ns, before, passed int64
	after              transport.Window
}

// sendingOf fills in how the answer of a site to a request is sent, with nothing ahead and nothing known of the window. Nothing as large as that is returned on the hot path: it would be put together elsewhere, and copied.
func (c *clients) sendingOf(send *sending, r *request, rtt int64) {
	of := c.stackOf(r)
	spent := int64(0)
	if r.isNew {
		spent = of.transfer.Connect + of.transfer.TLS
	}
	c.tripsOf(&c.trips, r, spent)
	send.stack, send.isNew, send.rtt, send.timeout, send.key, send.intact, send.trips = of, r.isNew, rtt, of.transfer.ResendNs(rtt), r.shake, r.intact, &c.trips
}

// takes returns how long so many bytes take.
func (x *sending) takes(bytes int64) sendingTime {
	if x.isOfStreams() {
		own := transport.Part{Bytes: x.transfer.OnLine(bytes, false)}
		of := x.takesPart(bytes, &own)
		of.passed = own.Passes
		return of
	}
	return x.takesPart(bytes, nil)
}

// takesUnlost is takes where packets may be lost, and none of these is.
func (x *sending) takesUnlost(bytes int64) (of sendingTime) {
	if x.lossy.GoesByRounds() {
		of.ns, of.before, of.after = x.transfer.RowOver(x.window, bytes, x.isNew, x.trips)
	} else {
		of.ns = x.transfer.TimeOver(bytes, x.isNew, x.trips)
	}
	return of
}

// isOfStreams reports whether what is lost of one answer holds up that alone.
func (x *sending) isOfStreams() bool { return x.lossy != nil && x.lossy.OfStreams() }

// takesPart is takes of a row, which fills in what is known of its last bytes where something asks for them.
func (x *sending) takesPart(bytes int64, own *transport.Part) (of sendingTime) {
	switch {
	case x.lossy != nil && x.lossy.GoesByRounds():
		window := x.window
		if !x.isKnown {
			window = x.lossy.OpenWindow(x.isNew)
		}
		draws := x.key.StreamAt(lossesOfTransfer)
		of.ns, of.before, of.after = x.lossy.RowRounds(bytes, x.timeout, window, x.isNew, x.trips, &draws, own)
	case x.lossy != nil && own != nil:
		of.ns, of.after = x.lossy.TimeOfPart(own, bytes, x.rtt, x.timeout, x.isNew, x.intact, x.trips), x.window
	case x.lossy != nil:
		of.ns, of.after = x.lossy.TimeOver(bytes, x.rtt, x.timeout, x.isNew, x.intact, x.trips), x.window
	case x.isKnown:
		of.ns, of.before, of.after = x.transfer.RowOver(x.window, bytes, x.isNew, x.trips)
	default:
		of.ns = x.transfer.TimeOver(bytes, x.isNew, x.trips)
	}
	return of
}

// exchange fills in what the connection of a request adds, whose answer is that of a site, with nothing ahead of it.
func (c *clients) exchange(x *exchange, r *request, s *served, send *sending) {
	*x = exchange{}
	c.setUp(r, x)
	of, t := send.takes(s.bytes), &send.transfer
	x.transfer, x.before, x.passed, x.after = of.ns, of.before, of.passed, of.after
	if readable := t.Readable(s.bytes); readable > 0 {
		if send.isKnown {
			x.first, _ = t.FromOver(send.window, readable, r.isNew, send.trips)
		} else {
			x.first = t.TimeOver(readable, r.isNew, send.trips)
		}
		x.first = min(x.first, x.transfer)
		x.transfer -= x.first
	}
}

// lossesOfTransfer is the index of the stream that says which packets of a response are lost, among what a request draws: the
// numbers of its round trips stay far below.
const lossesOfTransfer = 1 << 40

// drawSetUpLoss returns what packet loss adds to the exchanges of a request over a stack. The first packet of a connection is sent
// again after a second (RFC 6298, 2.1) or what the stack has, where nobody knows the round trip yet.
func (c *clients) drawSetUpLoss(r *request, stream *random.Stream) (sum int64) {
	of := c.stackOf(r)
	exchanges, opens := int64(1), int64(0)
	if r.isNew {
		opens = min(of.transfer.Connect, 1)
		exchanges += of.transfer.Connect + of.transfer.TLS
	}
	rtt := c.rtt + r.access
	for i := range exchanges {
		timeout := of.transfer.ResendNs(rtt)
		if i < opens && of.lossy != nil && of.lossy.GoesByRounds() {
			timeout = max(timeout, of.transfer.FirstTimeoutNs())
		}
		sum += lossDelay(stream, c.loss, timeout)
	}
	if of.lossy != nil {
		r.intact = of.lossy.Intact(stream)
	}
	return sum
}

// answerOver answers a user who does not visit over a stack.
func (c *clients) answerOver(r *request, s *served) {
	var send sending
	c.sendingOf(&send, r, c.rtt+r.access)
	x := &c.exchanged
	c.exchange(x, r, s, &send)
	if c.explained != nil {
		c.explained.parts, c.explained.first, c.explained.onLine = c.partsOver(s, &send), c.firstWindow(&send, s.bytes), 0
	}
	ready := c.rtt + r.access + c.beyond + r.resent + x.lookup + x.connect + x.tls
	ttfb := ready + s.first - r.arrived + x.first
	ttlb := max(ttfb+x.transfer, ready+s.last-r.arrived)
	c.timeline.add(r.arrived, ttfb, s.outcome)
	if r.recorded {
		c.addExchange(x)
		c.conclude(r, s, ttfb, ttlb)
	}
}

// answerVisit answers a user of a visit when the answer leaves the site.
func (c *clients) answerVisit(r *request, s *served) {
	v, x := c.visits, &c.exchanged
	a := v.asking.at(r.asking)
	opens := r.resent + a.lookup + a.connect + a.tls
	if leaves := s.first + opens; leaves > max(v.site.now, r.arrived) {
		v.keepUntil(leaves, r, s)
		return
	}
	ready := c.rtt + r.access + c.beyond + opens
	first := s.first - c.delay + ready
	p := v.seatAsking(a)
	if p == nil || !v.sendAtOnce(c, a, p, r, s, first) {
		v.sendAnswer(c, a, p, r, s, first)
	}
	s.held = a.waited
	r.arrived -= s.held
	ttfb := ready + s.first - r.arrived + x.waits + x.first
	ttlb := max(ttfb+x.transfer, ready+s.last-r.arrived)
	c.timeline.add(r.arrived, ttfb, s.outcome)
	if p != nil {
		at := r.arrived - c.delay + ttlb
		v.conn(p, int(a.conn)).Answered(at, x.after)
		v.endsAsking(c, p, at)
	}
	v.end(r.asking)
	if r.recorded {
		c.addExchange(x)
		c.conclude(r, s, ttfb, ttlb)
	}
	r.arrived += s.held
}

// addExchange tallies what the connection of a recorded request has cost that is answered over a stack.
func (c *clients) addExchange(x *exchange) {
	of := &c.tally.Causes
	of[Lookup] += x.lookup
	of[Connect] += x.connect
	of[TLS] += x.tls
	of[AnswerQueue] += x.waits
	of[FirstRecord] += x.first
}

// conclude tallies a request that is recorded and answered, but for what its connection has cost. clients.answer
// does the same in place: a call would cost the usual run 1.5 %.
func (c *clients) conclude(r *request, s *served, ttfb, ttlb int64) {
	t, wait := c.tally, s.first-r.arrived
	c.latencies.put(ttfb, ttlb)
	outcome := s.outcome
	t.Outcomes[outcome]++
	t.OutcomeBytes[outcome] += uint64(s.bytes)
	t.Causes[Access] += r.access
	t.Causes[Loss] += r.resent
	if wait != 0 {
		t.Causes[Queue] += s.queue
		t.Causes[Service] += s.service
		upstream := wait - s.queue - s.service
		if s.inVain|s.link|s.collapse|s.held != 0 {
			t.Causes[Timeout] += s.inVain
			t.Causes[LinkQueue] += s.link
			t.Causes[CollapseWait] += s.collapse
			t.Causes[ConnectionQueue] += s.held
			upstream -= s.inVain + s.link + s.collapse + s.held
		}
		t.Causes[upstreamOf(outcome)] += upstream
	}
	if c.isWatched && c.mustBeTold(r) {
		c.watch(r, s, ttfb, ttlb)
	}
	if c.latencies.isFull() {
		c.latencies.record()
	}
}
