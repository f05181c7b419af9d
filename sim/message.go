package sim

import "github.com/edgewise-sim/edgewise/cache/freshness"

// A message is what one site sends another, or itself. It takes at least the delay between the two. It fills one
// line of the processor's cache, and stays there: a window hands over who has it, and a question comes back as its own
// answer. So it is always in one site's hands. Whoever has asked frees it when it is back, and a site its own timers.
//
// A site that needs something asks, and gets one of: an answer, a refusal, or no answer, because the other site
// has failed meanwhile. A timer ends a wait in vain.
type message struct {
	at int64 // arrival, ns
	// order is the sender's number, then its own count of messages.
	order   uint64
	key     uint64 // of the object that is asked for
	service int64  // the work asked for, or done, ns
	says    [2]int64
	token   uint32 // the asking site's number of what waits for the answer
	kind    messageKind
	of      part  // what asks: a tier, or the computers
	to      part  // what is asked
	index   uint8 // of the workload
	// recorded says that the request behind it is past the warm-up.
	recorded bool
	verdict  uint8 // of an answer from what ages: see came
	// high and low are the ns that an answer has waited for links between sites, 78 hours at most. Slices meet no links that are shared: the lower bits of low are
	// the number of one where objects age, whose key has no room for it. What is left says which request a question is for, where its losses are drawn by that.
	high uint16
	low  uint32
}

type messageKind uint8

const (
	// ask is a [question].
	ask messageKind = iota
	// answer is the [reply] to a question.
	answer
	// refusal answers a question for an object that could not be had, or one that servers have rejected.
	refusal
	// noAnswer stands for the answer that a site could not give before it failed.
	noAnswer
	// timer tells the asking site that it need not wait for an answer any more.
	timer
	// restart tells a site that it is up again, breakdown that it goes down, where servers are at work that share themselves.
	restart
	breakdown
	// impatience tells a site that a client gives up, retry that it asks again; token is the number of the try, key its serial.
	impatience
	retry
	// comes is a retry of a client who has asked another site before: see [clients.moveOn].
	comes
	// departure tells a site that a job may be done at servers that share themselves; token is the number of their pool.
	departure
	// enters tells a site that a response comes to a link that is shared, exits that one may be over a link that all share; token is the
	// number of the crossing, or that of the link.
	enters
	exits
	// nextSlice tells a site that a slice is here, behind which a user waits for the next; token is the number of the part that is asked for.
	nextSlice
	// firstOver tells a site that the first byte of an answer is over links that advance on their own, of which the last one is still on its way; token is
	// the number of the try, service the instant at which the byte would have left the site without them.
	firstOver
	// leftOver tells the last of several links that others have sent all of a response which had gone on before; key is its number, service the instant
	// at which its last byte would have left the site without links.
	leftOver
	// scaleLook tells a site to ask for servers of a pool, or to let some go; scaleLaunch that servers are there that were asked for,
	// scaleReady that they have warmed up. token is the number of the pool, service how many.
	scaleLook
	scaleLaunch
	scaleReady
	// coresMove tells a site that matches take cores of it, or leave some; token is the number of the pool that has the others.
	coresMove
	// rideArrives tells a site that a request is here which has waited for a connection from its PoP, token is the number of its computation;
	// rideEnds that such a connection is idle, token is the number of the ride, key that of the connection;
	rideArrives
	// rideReady that an answer is ready for such a connection, key is its number.
	rideEnds
	rideReady
	// idleAgain tells a site that a connection of a visit is idle, for the next request that waits for one; token is the number of the clients, key the visit.
	idleAgain
	// answerLeaves tells a site that the first byte of an answer to a user leaves it now; token is the number of the clients, key that of the answer.
	answerLeaves
	// leavesConnection tells a site that a user leaves a connection over which a request was lost; token is the number of the clients, key the visit, index the
	// number of the connection, service the instant of the user.
	leavesConnection
	// outageBegins tells a site that it goes down, for what its users have under way; token is the number of the clients.
	outageBegins
)

// A question is what a message asks besides.
type question struct {
	bytes int64 // of the object
	back  int64 // ns that the answer takes to the asking site
}

// A reply is what a message answers besides.
type reply struct {
	queue int64 // ns that were waited for servers
	pours int64 // ns from the first byte's arrival to the last one's
}

func (m *message) question() question     { return question{m.says[0], m.says[1]} }
func (m *message) setQuestion(q question) { m.says = [2]int64{q.bytes, q.back} }
func (m *message) reply() reply           { return reply{m.says[0], m.says[1]} }
func (m *message) setReply(r reply)       { m.says = [2]int64{r.queue, r.pours} }

// linkWait returns the ns that an answer has waited for links between sites.
func (m *message) linkWait() int64 { return int64(m.high)<<32 | int64(m.low) }

// slice returns the number of the slice that a question is for, where objects age; it has none on its way back.
func (m *message) slice() uint64 { return uint64(m.low & (maxSlices - 1)) }

func (m *message) setSlice(n uint64) { m.low = m.low&^(maxSlices-1) | uint32(n) }

// addLinkWait adds to that.
func (m *message) addLinkWait(ns int64) {
	sum := min(m.linkWait()+ns, 1<<48-1)
	m.high, m.low = uint16(sum>>32), uint32(sum)
}

// orderBits is the length of a sender's own count in the order of messages.
const orderBits = 40

// lastSender stands for a sender behind all sites, and links that advance on their own.
const lastSender = 1<<23 - 1

// sender returns the site that sent the message.
func (m *message) sender() uint32 { return uint32(m.order >> orderBits) }

// Letters are a site's messages that are on no way.
type letters struct{ free []*message }

// take returns a message to fill in.
func (l *letters) take() *message {
	last := len(l.free) - 1
	if last < 0 {
		l.extend()
		last = len(l.free) - 1
	}
	m := l.free[last]
	l.free = l.free[:last]
	return m
}

// lettersAtOnce is how many messages are made at a time: few, as many sites have hardly any on their way.
const lettersAtOnce = 16

func (l *letters) extend() {
	sheet := make([]message, lettersAtOnce)
	for i := range sheet {
		l.free = append(l.free, &sheet[len(sheet)-1-i])
	}
}

// release takes a message back; it is the next to be taken.
func (l *letters) release(m *message) { l.free = append(l.free, m) }

// A sentMessage is a message on its way to another site that has not been handed over.
type sentMessage struct {
	at     int64
	m      *message
	target uint32
}

func (s *site) receive(m *message) {
	if s.linksFail && (m.kind == answer || m.kind == refusal) && s.isLostOnWay(m) {
		m.kind = noAnswer
	}
	switch m.kind {
	case ask:
		if m.to < spillPart {
			s.serveFromTier(s.tier(m.to), m)
		} else {
			s.serve(m)
		}
	case answer:
		switch m.of {
		case computePart:
			s.landCall(m)
		case spillPart:
			s.landSpilled(m)
		default:
			s.landFetch(m)
		}
	case refusal:
		switch m.of {
		case computePart:
			s.landCallRejected(m)
		case spillPart:
			s.landSpilledRejected(m)
		default:
			if s.trace != nil {
				s.trace.refused(s, s.tier(m.of), m.token, m.at, m.why())
			}
			s.failFetch(s.tier(m.of), m.token, m.at, m.why(), false)
		}
	case noAnswer:
		s.landNoAnswer(m)
	case timer:
		switch m.of {
		case computePart:
			s.landCallGivenUp(m)
		case spillPart:
			s.spillOn(m.token, m.at)
		default:
			s.expire(s.tier(m.of), m.token, m.at)
		}
	case restart:
		s.restart(m.at)
	case breakdown:
		s.breakDown(m.at)
	case impatience:
		s.losePatience(m)
	case retry:
		s.visitAgain(m)
	case comes:
		s.takeOver(m)
	case departure:
		s.depart(s.pools[m.token], m.at)
	case enters:
		s.cross(m.token, m.at)
	case exits:
		s.exit(s.links[m.token], m.at)
	case nextSlice:
		s.goOnWithPart(m)
	case firstOver:
		s.hearFirst(m.token, m.service)
	case leftOver:
		s.endLeftover(m)
	case scaleLook:
		s.lookAtScale(s.pools[m.token], m.at)
	case scaleLaunch:
		s.warmUp(s.pools[m.token], m.at, int(m.service))
	case scaleReady:
		s.addServers(s.pools[m.token], m.at, int(m.service))
	case coresMove:
		s.moveCores(s.pools[m.token], m.at)
	case rideArrives:
		s.arriveByRide(m)
	case rideEnds:
		s.endRide(m)
	case rideReady:
		s.rideIsReady(m)
	case idleAgain:
		s.endsWait(m)
	case answerLeaves:
		s.answersNow(m)
	case leavesConnection:
		s.leaveConnection(m)
	case outageBegins:
		s.loseUnderWay(m)
	}
}

// serve does what another site asks of servers.
func (s *site) serve(m *message) {
	if s.slow != nil && m.to >= originPart {
		m.service = slowed(s.slow, m.at, m.service)
	}
	switch m.to {
	case computePart:
		servers := s.computers[m.index]
		if servers.isShared() {
			s.joinAsked(servers, m)
			return
		}
		start, done, ok := servers.arrive(m.at, m.service)
		if !ok {
			s.reject(m, servers.whyNot())
			return
		}
		s.reply(m, done, reply{queue: start - m.at}, m.service)
	case spillPart:
		s.takeIn(m)
	case originPart:
		servers := s.origins[m.index]
		if servers.isShared() {
			s.joinAsked(servers, m)
			return
		}
		start, done, ok := servers.arrive(m.at, m.service)
		if !ok {
			s.rejectAtOrigin(m, servers.whyNot())
			return
		}
		s.sendFromOrigin(m, start, done, start-m.at)
	}
}

// joinAsked gives servers that share themselves the work that another site asks for.
func (s *site) joinAsked(servers *servers, m *message) {
	if s.join(servers, job{of: askedJob, workload: m.index, question: m, service: m.service}, m.at) {
		return
	}
	if m.to == originPart {
		s.rejectAtOrigin(m, QueueFull)
	} else {
		s.reject(m, QueueFull)
	}
}

// reject tells the site that has asked that servers here have rejected its question.
func (s *site) reject(m *message, why Reason) {
	s.sendBack(m, refusal, m.at)
	m.verdict = uint8(why)
}

// why returns why a question was refused.
func (m *message) why() Reason { return Reason(m.verdict) }

// sendFromOrigin sends an object on which the origin's servers have worked from one instant to another.
func (s *site) sendFromOrigin(m *message, start, done, queue int64) {
	if s.trace != nil {
		s.trace.works(s, m, start, done)
	}
	if s.contents != nil {
		s.sendFromAgingOrigin(m, done, queue)
		return
	}
	asked, bytes := m.at, m.question().bytes
	if s.sendObject(m, done, done, queue, m.service, false) {
		s.served[m.index].add(bytes, m.recorded)
		s.courses.fetched(m.index, int(s.id), asked, bytes, m.recorded)
	}
}

// rejectAtOrigin answers another site's question for an object which the origin's servers have rejected: where objects age by an error,
// of which caches make what their rules say.
func (s *site) rejectAtOrigin(m *message, why Reason) {
	if s.contents == nil {
		s.reject(m, why)
		return
	}
	is, asked, bytes := came{answer: freshness.Broken, rejected: true}, m.at, m.question().bytes
	if s.sendAnswer(m, &is, asked, asked, 0, 0) {
		s.served[m.index].add(is.carries(bytes), m.recorded)
		s.courses.fetched(m.index, int(s.id), asked, is.carries(bytes), m.recorded)
	}
}

// landNoAnswer takes the news that the site that was asked has failed before it could answer.
func (s *site) landNoAnswer(m *message) {
	switch m.of {
	case computePart:
		s.landCallUnanswered(m)
	case spillPart:
		s.landSpilledUnanswered(m)
	default:
		s.landFetchUnanswered(m)
	}
}

// reply sends the answer to a question on its way, at an instant. Where the site fails before that it sends the
// news that there is no answer, and returns false.
func (s *site) reply(m *message, leaves int64, r reply, service int64) bool {
	if s.outages != nil && s.sendNoAnswerIfDown(m, leaves) {
		return false
	}
	s.sendAnswerBack(m, leaves, m.question().bytes)
	m.setReply(r)
	m.service, m.verdict = service, 0
	return true
}

// copiedBit of the verdict of an answer says that a cache on the way keeps a copy.
const copiedBit = 8

// lateBit of the verdict of an answer says that it comes with its last byte, not with its first.
const lateBit = 32

// rejectedBit says that an error stands for a question which the origin's servers have rejected; staleBit, of what is no error, that a
// cache on the way serves it although it is stale.
const (
	rejectedBit = 16
	staleBit    = rejectedBit
)

// sendNoAnswerIfDown sends the news that a question has no answer if this site fails before the answer leaves, at
// an instant; it reports whether it does. The news takes as long as the answer would have.
func (s *site) sendNoAnswerIfDown(m *message, leaves int64) bool {
	if meets(s.outages, m.at, leaves) == nil {
		return false
	}
	s.sendBack(m, noAnswer, leaves)
	return true
}

// sendBack sends a question back to the site that has asked it, as its answer or as the news that there is none; the
// caller fills in what it says besides. From then on it asks nothing any more.
func (s *site) sendBack(m *message, kind messageKind, leaves int64) {
	s.post(m, m.sender(), leaves+m.question().back)
	m.kind = kind
}

// sendAnswerBack sends a question back as its answer of so many bytes, over the links on the way that are shared.
func (s *site) sendAnswerBack(m *message, leaves, bytes int64) {
	if s.waysTo != nil && s.waysTo[m.sender()] != nil && bytes > 0 {
		m.kind = answer
		s.leaveForSite(s.waysTo[m.sender()], m, leaves, bytes, m.question().back)
		return
	}
	s.post(m, m.sender(), leaves+m.question().back) // as sendBack has it
	m.kind = answer
}

// ask sends a question to a next hop; the caller fills in what it says besides. token numbers what waits here.
func (s *site) ask(h *nextHop, leaves int64, of part, token uint32, bytes int64) *message {
	m := s.letters.take()
	s.post(m, uint32(h.to), leaves+h.there)
	m.kind, m.to, m.of, m.token, m.high, m.low = ask, h.part, of, token, 0, 0
	m.setQuestion(question{bytes: bytes, back: h.back})
	return m
}
