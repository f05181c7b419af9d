package sim

import (
	"time"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// clients are one workload's users of one metro, at the site that serves them: cacheable and computed.
type clients struct {
	tally     *Tally
	latencies latencies // TTFB and TTLB

	rand random.Stream // of the clients
	law  *accessLaw
	// rtt is the fixed round trip to the entry point without the last mile, access the last mile
	// where there is no law, beyond the round trip from the entry point to this site.
	rtt, access, beyond int64
	jitter              float64
	isPlain             bool   // no outages, links that are shared, patience or stacks: set by [site.addUsers]
	isWatched           bool   // there is a course, or who sees: set there too
	isAlike             bool   // all requests bring the same along, so that nothing need be drawn or caught up on
	isNew               uint64 // below this, of 2^32, a request opens a connection
	transfer            transport.Transfer
	// fits and fitsNew are the largest responses that take no more than what they take at the rate, over an open and a
	// new connection; none where packets may be lost.
	fits, fitsNew int64
	ride          *ride      // how requests come from the entry point, nil where that is this site
	delay         int64      // from the user's instant to this site
	from          int64      // the instant at this site from which on requests are recorded
	count         uint64     // of requests
	asked         uint64     // of those, recorded
	work          random.Key // addresses the service times by request
	parts         random.Key // addresses by request which part of an object is asked for
	loss          float64    // the probability that an exchange loses a packet
	losses        random.Key
	lossy         *transport.LossyTransfer // nil where no packet to the user is lost
	timeline      *timeline                // of the workload at this site
	course        *courseAnswers           // puts them into steps; nil where nobody asks for it
	lost          uint64                   // requests recorded that failed
	share         *share                   // nil if they are all users of the metro
	trips         trips                    // of the connection whose request is answered
	sizes         *drawnAhead[int64]       // of its requests, nil unless the demand records them
	outages       []outage                 // as its users' instants meet them

	// links are those on the way of answers whose capacity is shared, from the site; nil where there are none.
	links *linkWay
	site  *site

	patience *patience // of its users, nil where they wait for ever and ask once

	stacks *stacks // how its users connect, nil where all do alike and as textbooks have it
	visits *visits // who asks, nil where nobody knows
	// exchanged is that of the request answered last, where there are stacks.
	exchanged exchange
	explained *explainedConnection // is told of their connections, nil where nobody asks for it

	kind     Kind // says how the site serves a request; agingVisits where it meets a cache that ages
	workload *workloadRun

	metro int32           // of the plan
	sees  func(*Sighting) // is told how each recorded request ends, nil if nobody wants to know
}

// A workloadRun is one workload in one run, as all of its clients share it.
type workloadRun struct {
	number uint8 // of the workload
	// These are those of a cacheable workload.
	base     uint32    // the key of its first object: keys number the objects of all workloads
	variants *variants // of its objects, where they age
	// firstWrite is the number that stands for writing the first object, and writeKeys the key of that at caches; 0 where nothing is written.
	firstWrite, writeKeys uint32
	catalogue             workload.Catalogue
	origin                workload.ServiceTime
	ranges                workload.RangeLaw
	// These are those of a computed workload.
	workload.Computed
	coin uint64 // below this, of 2^32, a request needs its data
}

// newWorkloadRun returns a workload in one replication.
func (s *Scenario) newWorkloadRun(number int, replication uint64) *workloadRun {
	of := &workloadRun{number: uint8(number)}
	switch service := s.Workloads[number].Service.(type) {
	case workload.Cacheable:
		of.base = s.keyBase(number)
		of.catalogue = s.Workloads[number].SizesOf(s.Seed, replication)
		of.origin = service.Origin
		of.ranges = service.Ranges.Law()
		of.variants = s.newVariants(number)
		if w := &s.Workloads[number]; w.Writes() {
			of.firstWrite = uint32(w.Demand.(workload.Catalogued).Catalogue())
			of.writeKeys = of.base + uint32(s.objects(number)) - of.firstWrite
		}
	case workload.Computed:
		of.Computed, of.coin = service, outOf32(service.Data.Probability)
	}
	return of
}

// sizeBytes returns the size of the object with a key.
func (w *workloadRun) sizeBytes(key uint32) int64 { return w.catalogue.SizeBytes(key - w.base) }

// A request is what a user's request brings along: how it came here.
type request struct {
	clients  uint32
	isNew    bool
	recorded bool
	line     topology.Technology // the user's
	access   int64               // the RTT of the last mile, of the exchange that asks
	quiet    int64               // the same without jitter
	shake    random.Key          // addresses the jitter of its other exchanges
	resent   int64               // the wait for packets that were lost
	intact   int64               // bytes of the response before one is lost, where any may be
	arrived  int64               // at this site
	bytes    int64               // recorded size of what is asked for, 0 where the demand records none
	number   uint64              // among those of the metro, whoever serves them, from 1, in order of time
	asking   uint32              // of visits
	try      uint32              // the number of the try, where users have some patience
	conn     uint32              // of the pool of connections from the PoP that passes it on, 0 for none
	era      uint32              // of that pool
}

// size returns the size of what is asked for, where it is not recorded that of the object.
func (r *request) size(object int64) int64 {
	if r.bytes != 0 {
		return r.bytes
	}
	return object
}

// arrive begins a request, which is empty, that reaches the site at an instant; draw adds what it brings along. number is the
// number of the clients at their site. It is filled in where it is: a copy would wait for all that was written before.
func (c *clients) arrive(r *request, number uint32, now int64) {
	r.clients, r.recorded, r.access, r.quiet, r.arrived = number, now >= c.from, c.access, c.access, now
}

// draw draws the rest.
func (c *clients) draw(r *request) {
	c.count++
	if r.recorded {
		c.asked++
	}
	if r.number = c.count; !c.isAlike {
		c.drawClient(r)
	}
}

// nextNumber returns the number that the request will have which is drawn next.
func (c *clients) nextNumber() uint64 {
	switch p := c.patience; {
	case p != nil && p.again != 0:
		return p.site.tries.at(p.again).number
	case c.isResumed():
		return c.visits.resumed.number
	case c.share != nil:
		return c.count + uint64(c.share.before[c.share.head]) + 1
	}
	return c.count + 1
}

// drawClient draws what a request brings along where not all bring the same.
func (c *clients) drawClient(r *request) {
	if c.patience != nil && c.patience.again != 0 {
		t := c.patience.site.tries.at(c.patience.again)
		if t.resent = 0; c.loss > 0 { // each try has packets of its own
			t.resent = c.drawLoss(&t.request)
		}
		*r = t.request
		c.patience.current = c.patience.again
		return
	}
	if !c.isResumed() {
		if c.share != nil {
			c.passOver()
			r.number = c.count
		}
		if c.sizes != nil {
			r.bytes = c.sizes.take()
		}
	}
	switch {
	case c.visits == nil:
		c.next(r)
	case c.explained != nil:
		c.explained.ask(c, r)
	default:
		c.visits.ask(c, r)
	}
	if c.loss > 0 {
		r.resent = c.drawLoss(r)
	}
	if c.patience != nil {
		c.patience.begin(c, r)
	}
}

// isResumed reports whether the request that is drawn has come before, and has waited for a connection.
func (c *clients) isResumed() bool { return c.visits != nil && c.visits.resumed != nil }

// passOver passes over the requests of the metro that go elsewhere, up to that which comes next, where some do.
func (c *clients) passOver() {
	for range c.share.catchUp() {
		c.skip()
		c.count++
	}
}

// skip passes over a request of the metro that goes elsewhere.
func (c *clients) skip() {
	if c.visits != nil {
		c.visits.skip()
		return
	}
	c.next(new(request))
}

// next draws the last mile of a client, and whether it opens a connection.
func (c *clients) next(r *request) {
	u := c.rand.Uint64()
	r.access, r.quiet, r.shake = c.access, c.access, random.Key(u)
	if c.law != nil {
		r.access, r.quiet, r.line = c.law.draw(uint32(u>>32), &c.rand)
	}
	r.access += linkJitter(c.jitter, u)
	r.isNew = u&(1<<32-1) < c.isNew
}

// drawLoss returns what packet loss adds to the exchanges of a request: one packet each way decides. It notes
// how much of the response arrives before the next is lost.
func (c *clients) drawLoss(r *request) int64 {
	stream := c.losses.StreamAt(c.count)
	if c.stacks != nil {
		return c.drawSetUpLoss(r, &stream)
	}
	exchanges := int64(1)
	if r.isNew {
		exchanges += c.transfer.Connect + c.transfer.TLS
	}
	sum, rtt := int64(0), c.rtt+r.access
	for range exchanges {
		sum += lossDelay(&stream, c.loss, transport.RetransmitNs(rtt))
	}
	if c.lossy != nil {
		r.intact = c.lossy.Intact(&stream)
	}
	return sum
}

// lossDelay draws what packet loss adds to one exchange, in ns.
func lossDelay(s *random.Stream, loss float64, timeoutNs int64) int64 {
	return int64(topology.LossDelay(s.Float64(), loss, time.Duration(timeoutNs)))
}

// lose tallies a request of clients, by their number at the site, that meets a site that is down.
func (c *clients) lose(number uint32, now int64) {
	var r request
	c.arrive(&r, number, now)
	c.draw(&r)
	if c.patience != nil {
		c.patience.site.now = now
		c.fail(&r, now, SiteDown)
		return
	}
	met := during(c.outages, now-c.delay)
	timeout, why := met.timeout, met.why()
	if c.visits != nil {
		timeout += c.visits.waited(&r)
		c.visits.lost(c, &r, now-c.delay+met.timeout)
	}
	if !r.recorded {
		return
	}
	c.lost++
	c.tally.fail(why, timeout)
	asked := now - c.delay + met.timeout - timeout
	if c.course != nil {
		c.course.fail(asked, why)
	}
	c.sightFailure(&r, asked, now, why, timeout)
}

// A served request is how a site answered.
type served struct {
	outcome Outcome
	isOut   bool // over the links that are shared
	isAway  bool // it had left the site before it came to the last of them
	bytes   int64
	// first and last are the instants at which the first and the last byte leave the site.
	first, last int64
	// stays is how long an answer that a PoP passes on waits for those before it on its connection to there, and mayLose addresses which of its packets are lost on that.
	stays   int64
	mayLose random.Key
	// queue, service, inVain, the wait for a site that was down, link, that for links that are shared, and collapse, that for the fetch of
	// another at a tier further up, are parts of first - arrived; what they leave is the way upstream. So is held, the wait for a connection before the request was sent.
	queue, service, inVain, link, collapse, held int64
}

// answer tallies a request; it returns false where the site fails before the answer leaves, or its client has given up. What follows from
// other counters is added once, by [clients.addUp].
func (c *clients) answer(r *request, s *served) bool {
	if !c.isPlain {
		switch {
		case c.links != nil && !s.isOut:
			return c.leave(r, s)
		case c.outages != nil && !s.isAway && c.outageOf(r, s.first) != nil:
			c.fail(r, s.first, SiteDown)
			return false
		case c.patience != nil && !c.patience.takes(c, r, s):
			return false
		case c.visits != nil:
			c.answerVisit(r, s)
			return true
		case c.stacks != nil:
			c.answerOver(r, s)
			return true
		}
	}
	wait := s.first - r.arrived
	rtt := c.rtt + r.access
	ready := rtt + c.beyond + r.resent
	var connect, tls int64
	if r.isNew {
		connect, tls = c.handshakes(r)
		ready += connect + tls
	}
	ttfb := ready + wait
	c.timeline.add(r.arrived, ttfb, s.outcome)
	if !r.recorded {
		return true
	}
	t := c.tally
	if r.isNew {
		t.Causes[Connect] += connect
		t.Causes[TLS] += tls
	}
	var transfer int64
	fits := c.fits
	if r.isNew {
		fits = c.fitsNew
	}
	if s.bytes <= fits {
		transfer = c.transfer.Open(s.bytes)
	} else {
		transfer = c.transferTime(r, s.bytes, rtt)
	}
	ttlb := max(ttfb+transfer, ready+s.last-r.arrived)
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
		if s.inVain|s.link|s.collapse != 0 {
			t.Causes[Timeout] += s.inVain
			t.Causes[LinkQueue] += s.link
			t.Causes[CollapseWait] += s.collapse
			upstream -= s.inVain + s.link + s.collapse
		}
		t.Causes[upstreamOf(outcome)] += upstream
	}
	if c.isWatched && c.mustBeTold(r) {
		c.watch(r, s, ttfb, ttlb)
	}
	if c.latencies.isFull() {
		c.latencies.record()
	}
	return true
}

// mustBeTold reports whether anybody must know of a request of its own.
func (c *clients) mustBeTold(r *request) bool {
	return c.sees != nil || c.course.isElsewhere(r.arrived-c.delay)
}

// watch tells those who must know of a request that was answered, and counted last.
func (c *clients) watch(r *request, s *served, ttfb, ttlb int64) {
	if c.course != nil {
		c.course.answer(&c.latencies, r.arrived-c.delay, ttfb, ttlb, s)
	}
	if c.sees != nil {
		c.sight(r, s, ttfb, ttlb)
	}
}

// sight tells how a request ended that was answered.
func (c *clients) sight(r *request, s *served, ttfb, ttlb int64) {
	is := Sighting{
		Workload: int(c.workload.number), Metro: int(c.metro), At: r.arrived - c.delay, Outcome: s.outcome,
		TTFB: ttfb, TTLB: ttlb, Tries: c.tries(), request: *r, first: s.first, last: s.last, bytes: s.bytes,
	}
	of := &is.Causes
	of[Access], of[Loss], of[Propagation], of[Upstream] = r.access, r.resent, c.rtt, c.beyond
	if c.stacks != nil {
		x := &c.exchanged
		of[Lookup], of[Connect], of[TLS], of[AnswerQueue], of[FirstRecord] = x.lookup, x.connect, x.tls, x.waits, x.first
	} else if r.isNew {
		of[Connect], of[TLS] = c.handshakes(r)
	}
	if wait := s.first - r.arrived; wait != 0 {
		of[Queue], of[Service], of[Timeout], of[LinkQueue], of[CollapseWait], of[ConnectionQueue] = s.queue, s.service, s.inVain, s.link, s.collapse, s.held
		of[upstreamOf(s.outcome)] += wait - s.queue - s.service - s.inVain - s.link - s.collapse - s.held
	}
	c.sees(&is)
}

// tries returns how often the request was asked that has just ended.
func (c *clients) tries() int {
	if c.patience == nil {
		return 1
	}
	return c.patience.made
}

// sightFailure tells how a request ended that was asked at an instant and failed at another.
func (c *clients) sightFailure(r *request, at, now int64, why Reason, waited int64) {
	if c.sees != nil {
		c.sees(&Sighting{
			Workload: int(c.workload.number), Metro: int(c.metro), At: at, Outcome: why.outcome(), Reason: why, TTFB: waited, TTLB: waited, Tries: c.tries(), request: *r, first: now,
		})
	}
}

// transferTime returns the time from the first to the last byte of a response on the way to the user.
func (c *clients) transferTime(r *request, bytes, rtt int64) int64 {
	if !r.isNew {
		c.tripsOf(&c.trips, r, 0)
	}
	if c.lossy != nil {
		return c.lossy.TimeOver(bytes, rtt, transport.RetransmitNs(rtt), r.isNew, r.intact, &c.trips)
	}
	return c.transfer.TimeOver(bytes, r.isNew, &c.trips)
}

// upstreamOf returns the cause of what a site waits for elsewhere, by how the request ends: who joins a fetch waits for
// another's.
func upstreamOf(o Outcome) Cause {
	if o == DelayedHit {
		return CollapseWait
	}
	return Upstream
}

// fail tallies a request that has reached the site and gets no answer but, at an instant, an error. Where the
// site goes down before that there is not even an error: the user loses patience.
func (c *clients) fail(r *request, now int64, why Reason) {
	if !r.recorded && c.visits == nil && c.patience == nil {
		return
	}
	down, spent := c.outageOf(r, now), int64(0)
	if c.patience != nil {
		if !c.patience.hears(c, r, now, down) {
			c.patience.giveUp(c, r.try, now, down)
			c.patience.end(r.try)
			return
		}
		var isOver bool
		var inVain int64
		isOver, inVain, spent = c.patience.fails(c, r, now, why)
		if !isOver || !r.recorded {
			return
		}
		r.arrived -= inVain
	}
	waited := c.wayOf(r) + spent + now - r.arrived
	if c.stacks != nil {
		var x exchange
		c.setUp(r, &x)
		waited += x.lookup + x.connect + x.tls
	} else if r.isNew {
		connect, tls := c.handshakes(r)
		waited += connect + tls
	}
	if down != nil {
		why, waited = down.why(), down.waits(c.atLeast(r, down, waited))
	}
	if c.visits != nil {
		held := c.visits.waited(r)
		if at := r.arrived - c.delay + waited; down != nil {
			c.visits.lost(c, r, at)
		} else {
			c.visits.failed(c, r, at)
		}
		r.arrived -= held
		waited += held
	}
	if !r.recorded {
		return
	}
	c.lost++
	c.tally.fail(why, waited)
	if c.course != nil {
		c.course.fail(r.arrived-c.delay, why)
	}
	c.sightFailure(r, r.arrived-c.delay, now+spent, why, waited)
}

// failAfter tallies a request whose client has waited for so long in vain since its first try reached the site.
func (c *clients) failAfter(r *request, first, waited int64, why Reason) {
	if !r.recorded {
		return
	}
	c.lost++
	c.tally.fail(why, waited)
	if c.course != nil {
		c.course.fail(first-c.delay, why)
	}
	c.sightFailure(r, first-c.delay, first+waited, why, waited)
}

// addUp adds to the tally what is the same for every request of the clients, and the number of requests as
// it was counted when they came: their outcomes must match it.
func (c *clients) addUp() {
	c.latencies.record()
	t := c.tally
	t.Counters[Requests] += c.asked
	served := int64(c.asked - c.lost)
	t.Causes[Propagation] += served * c.rtt
	t.Causes[Upstream] += served * c.beyond
	for _, bytes := range t.OutcomeBytes {
		t.Counters[Bytes] += bytes
	}
}
