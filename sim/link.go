package sim

import (
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/event"
	"github.com/edgewise-sim/edgewise/topology"
)

// A sharedLink is a link whose capacity is shared among what crosses it: one server of bytes.
type sharedLink struct {
	at        *site  // that sends over it, or the link itself where it advances on its own
	number    uint32 // among those of the site
	nsPerByte float64
	// free is when the link has sent all that has come to it, where first come is first served; station holds what crosses it, where
	// all share it, and armed is the instant of the earliest message about it that is under way, unknown without any.
	free    int64
	station *event.SharedStation
	jobs    slab[linkJob]
	armed   int64
	noted   int64 // up to when the usage is known, where all share it
	// Use counts in [from, until): from is when recording begins, until when it ends, or when the site fails next.
	from, until, end int64
	outages          []outage // of the site, to come, in order
	use              usage
	tally            LinkTally
	course           *linkRecorder // nil where nobody asks for it
}

// A linkJob is a crossing on a link that all share, and when it came.
type linkJob struct {
	crossing uint32
	came     int64
}

// A crossing is a response on its way over links: to a user, or to another site.
type crossing struct {
	request
	served
	way    *linkWay
	home   *site // that sends it
	passed int   // links of the way to which its first byte has come
	after  int64 // how long it has taken to the last of these
	open   int   // links of these which all share and that have not sent all of it
	waited int64 // for links, before its first byte was sent
	last   int64 // when the last byte has left, as it is over those links that are done with it
	bytes  int64
	number uint8 // of the workload
	leftover
	// answer is that to another site, to which it takes back; nil of what users get. leaves is when it would leave here, if nothing
	// else crossed the links.
	answer       *message
	leaves, back int64
}

// newSharedLink returns a link at a site, and notes it there.
func (s *site) newSharedLink(p *Plan, of *plannedLink) (*sharedLink, error) {
	from := int64(p.scenario.WarmUp)
	l := &sharedLink{
		at: s, number: uint32(len(s.links)), nsPerByte: 8e9 / of.CapacityBitsPerSecond, armed: unknown,
		from: from, end: from + int64(p.scenario.Duration), outages: s.outages, tally: of.newTally(p),
	}
	l.use, l.course = newUsage(l.end), p.newLinkRecorder()
	l.use.course = p.newBusyCourse()
	l.useUntilOutage()
	s.links = append(s.links, l)
	var err error
	if of.Sharing == topology.EqualParts {
		l.station, err = event.NewSharedStation(1)
	}
	return l, err
}

// useUntilOutage sets until when use counts.
func (l *sharedLink) useUntilOutage() {
	l.until = l.end
	if len(l.outages) > 0 {
		l.until = min(l.outages[0].from, l.end)
	}
}

// restart forgets what waited for the link when the site failed; what all share goes on.
func (l *sharedLink) restart() {
	l.free = 0
	l.outages = l.outages[1:]
	l.useUntilOutage()
}

// takes returns how long so many bytes take on the link alone.
func (l *sharedLink) takes(bytes int64) int64 {
	return int64(float64(float64(bytes)*l.nsPerByte) + 0.5)
}

// leave sends an answer to a user over the links on its way. It returns false where the site fails before that.
func (c *clients) leave(r *request, s *served) bool {
	if c.outages != nil && wasDown(c.outages, r.arrived-c.delay, s.first-c.delay+c.setUpTime(r)) {
		c.fail(r, s.first, SiteDown)
		return false
	}
	at := c.site
	n := at.crossings.add()
	*at.crossings.at(n) = crossing{request: *r, served: *s, way: c.links, home: at, bytes: s.bytes, number: c.workload.number}
	if s.first == r.arrived { // it is that instant
		at.cross(n, s.first)
	} else {
		at.comeTo(n, s.first)
	}
	return true
}

// leaveForSite sends an answer to another site over the links on its way, which takes so long from here.
func (s *site) leaveForSite(way *linkWay, m *message, leaves, bytes, back int64) {
	n := s.crossings.add()
	*s.crossings.at(n) = crossing{way: way, home: s, bytes: bytes, number: m.index, answer: m, leaves: leaves, back: back}
	s.comeTo(n, leaves)
}

// comeTo lets a crossing come to the next link of its way at an instant.
func (s *site) comeTo(n uint32, at int64) {
	if x := s.crossings.at(n); x.way.steps[x.passed].at != s {
		s.carry(n, at)
		return
	}
	m := s.send(s.id, at)
	m.kind, m.token = enters, n
}

// cross lets a crossing enter the links on its way, from the next one on, at an instant. Its first byte comes to a link when the one
// before begins to send it, which is at once where all share that.
func (s *site) cross(n uint32, now int64) {
	x := s.crossings.at(n)
	for x.passed < len(x.way.steps) {
		l := &x.way.steps[x.passed]
		if l.at != s {
			s.carry(n, now)
			return
		}
		x.passed, x.after = x.passed+1, l.after
		takes := l.takes(x.bytes)
		l.count(x, now)
		if l.station != nil {
			x.open++
			l.note(now)
			k := l.jobs.add()
			*l.jobs.at(k) = linkJob{n, now}
			l.station.Arrive(time.Duration(now), time.Duration(takes), k)
			s.armLink(l.sharedLink)
			continue
		}
		start := max(now, l.free)
		l.free = start + takes
		x.waited += start - now
		x.last = max(x.last, l.free-x.after)
		l.countWait(x, now, start-now)
		l.course.queue(max(now, l.from), min(start, l.until), 1)
		if from, to := max(start, l.from), min(l.free, l.until); from < to {
			l.use.add(from, to, 1)
		}
		if start > now && x.passed < len(x.way.steps) {
			s.comeTo(n, start)
			return
		}
	}
	if !s.endCrossing(n, now) && x.try != 0 {
		s.firstIsOver(x, now)
	}
}

// note brings the usage of a link that all share up to an instant.
func (l *sharedLink) note(now int64) {
	if from, to := max(l.noted, l.from), min(now, l.end); from < to && l.station.Len() > 0 {
		l.use.add(from, to, 1)
		l.course.queue(from, to, l.station.Len()-1)
	}
	l.noted = now
}

// armLink has the site told when the next crossing is over a link, unless it is told earlier of something anyway.
func (s *site) armLink(l *sharedLink) {
	if next := int64(l.station.Next()); next < l.armed && next < unknown {
		m := s.send(s.id, next)
		m.kind, m.token = exits, l.number
		l.armed = next
	}
}

// exit lets go of all crossings that are over a link at an instant.
func (s *site) exit(l *sharedLink, now int64) {
	if l.armed == now {
		l.armed = unknown
	}
	for int64(l.station.Next()) <= now {
		l.note(now)
		k := l.station.Depart()
		j := *l.jobs.at(k)
		l.jobs.remove(k)
		x := s.crossings.at(j.crossing)
		x.open--
		x.last = max(x.last, now-x.after)
		l.countWait(x, j.came, now-j.came-l.takes(x.bytes))
		s.endCrossing(j.crossing, now)
	}
	s.armLink(l)
}

// endCrossing goes on at an instant with a crossing of which all is over the links; it reports whether that is so.
func (s *site) endCrossing(n uint32, now int64) bool {
	x := s.crossings.at(n)
	switch {
	case x.open > 0:
		return false
	case x.isLeft:
		s.tellLast(n, now)
		return false
	case x.passed < len(x.way.steps) || x.behind > 0 && !s.hasAll(n):
		return false
	}
	s.over(n, now)
	return true
}

// over goes on with a crossing of which all is over the links, as is known at an instant.
func (s *site) over(n uint32, now int64) {
	x := *s.crossings.at(n)
	if x.answer == nil && x.home != s {
		s.freightTo(x.home, n, now+x.way.rest)
		return
	}
	s.crossings.remove(n)
	if x.answer != nil {
		s.overToSite(&x)
		return
	}
	a := &x.served
	a.isOut, a.link = true, a.link+x.waited
	a.first, a.last = a.first+x.waited, max(a.last, x.last)
	if s.trace != nil {
		s.trace.waitsForLinks(s, &s.clients[x.clients], &x.request, a.first, x.waited, x.last-a.first)
	}
	s.clients[x.clients].answer(&x.request, a)
}

// overToSite sends an answer on to the site that has asked: it comes there with its first byte. Where all share a link it comes with the
// last one, for nobody knows before when that will be, and says how long ago the first one was.
func (s *site) overToSite(x *crossing) {
	m, first := x.answer, x.leaves+x.waited
	if s.outages != nil && meets(s.outages, m.at, first) != nil { // those of a site: a link has none
		m.kind = noAnswer
		s.sentTo[m.sender()] -= uint64(x.bytes)
	}
	if s.trace != nil {
		s.trace.sendsOverLinks(m, x.last-first)
	}
	inVain := m.takeInVain()
	r, comes := m.reply(), first
	r.pours = max(x.leaves+r.pours, x.last) - first
	m.setReply(r)
	m.addWaits(false, inVain)
	m.addLinkWait(x.waited)
	if slices.ContainsFunc(x.way.steps, func(l linkStep) bool { return l.station != nil }) {
		comes += r.pours
		m.verdict |= lateBit
	}
	s.post(m, m.sender(), comes+x.back)
}
