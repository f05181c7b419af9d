package sim

import "github.com/edgewise-sim/edgewise/cache/freshness"

// A message is what one site sends another, or itself. It takes at least the delay between the two. It fills one
// line of the processor's cache.
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
	target  uint32
	token   uint32 // the asking site's number of what waits for the answer
	kind    messageKind
	of      part  // what asks: a tier, or the computers
	to      part  // what is asked
	index   uint8 // of the workload
	// recorded says that the request behind it is past the warm-up.
	recorded bool
	verdict  uint8 // of an answer from what ages: see came
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
	// departure tells a site that a job may be done at servers that share themselves; token is the number of their pool.
	departure
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

// orderBits is the length of a sender's own count in the order of messages.
const orderBits = 40

// sender returns the site that sent the message.
func (m *message) sender() uint32 { return uint32(m.order >> orderBits) }

func (s *site) receive(m *message) {
	switch m.kind {
	case ask:
		s.serve(m)
	case answer:
		if m.of == computePart {
			s.landCall(m)
		} else {
			s.landFetch(m)
		}
	case refusal:
		if m.of == computePart {
			s.landCallRejected(m)
		} else {
			s.failFetch(s.tier(m.of), m.token, m.at, m.why(), false)
		}
	case noAnswer:
		s.landNoAnswer(m)
	case timer:
		s.expire(s.tier(m.of), m.token, m.at)
	case restart:
		s.restart(m.at)
	case breakdown:
		s.breakDown(m.at)
	case impatience:
		s.losePatience(m)
	case retry:
		s.visitAgain(m)
	case departure:
		s.depart(s.pools[m.token], m.at)
	}
}

// serve does what another site asks for.
func (s *site) serve(m *message) {
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
	default:
		s.serveFromTier(s.tier(m.to), m)
	}
}

// joinAsked gives servers that share themselves the work that another site asks for.
func (s *site) joinAsked(servers *servers, m *message) {
	waits := s.keep(m)
	if s.join(servers, job{of: askedJob, workload: m.index, waits: waits, service: m.service}, m.at) {
		return
	}
	s.asking.remove(waits)
	if m.to == originPart {
		s.rejectAtOrigin(m, QueueFull)
	} else {
		s.reject(m, QueueFull)
	}
}

// reject tells the site that has asked that servers here have rejected its question.
func (s *site) reject(m *message, why Reason) {
	s.sendBack(m, refusal, m.at).verdict = uint8(why)
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
	if s.sendObject(m, done, done, queue, m.service, false) {
		s.served[m.index].add(m.question().bytes, m.recorded)
		s.courses.fetched(m.index, int(s.id), m.at, m.question().bytes, m.recorded)
	}
}

// rejectAtOrigin answers another site's question for an object which the origin's servers have rejected: where objects age by an error,
// of which caches make what their rules say.
func (s *site) rejectAtOrigin(m *message, why Reason) {
	if s.contents == nil {
		s.reject(m, why)
	} else if is := (came{answer: freshness.Broken, rejected: true}); s.sendAnswer(m, is, m.at, m.at, 0, 0) {
		s.served[m.index].add(is.carries(m.question().bytes), m.recorded)
		s.courses.fetched(m.index, int(s.id), m.at, is.carries(m.question().bytes), m.recorded)
	}
}

// landNoAnswer takes the news that the site that was asked has failed before it could answer.
func (s *site) landNoAnswer(m *message) {
	if m.of == computePart {
		s.landCallUnanswered(m)
	} else {
		s.landFetchUnanswered(m)
	}
}

// reply sends the answer to a question on its way, at an instant. Where the site fails before that it sends the
// news that there is no answer, and returns nil.
func (s *site) reply(m *message, leaves int64, r reply, service int64) *message {
	if s.outages != nil && s.sendNoAnswerIfDown(m, leaves) {
		return nil
	}
	a := s.sendBack(m, answer, leaves)
	a.setReply(r)
	a.service, a.verdict = service, 0
	return a
}

// copiedBit of the verdict of an answer says that a cache on the way keeps a copy.
const copiedBit = 8

// rejectedBit says that an error stands for a question which the origin's servers have rejected.
const rejectedBit = 16

// sendNoAnswerIfDown sends the news that a question has no answer if this site fails before the answer leaves, at
// an instant; it reports whether it does. The news takes as long as the answer would have.
func (s *site) sendNoAnswerIfDown(m *message, leaves int64) bool {
	if meets(s.outages, m.at, leaves) == nil {
		return false
	}
	s.sendBack(m, noAnswer, leaves)
	return true
}

// sendBack sends a message to the site that has asked a question; the caller fills in what it says besides.
func (s *site) sendBack(m *message, kind messageKind, leaves int64) *message {
	a := s.send(m.sender(), leaves+m.question().back)
	a.kind, a.token, a.of = kind, m.token, m.of
	return a
}

// ask sends a question to a next hop; the caller fills in what it says besides. token numbers what waits here.
func (s *site) ask(h *nextHop, leaves int64, of part, token uint32, bytes int64) *message {
	m := s.send(uint32(h.to), leaves+h.there)
	m.kind, m.to, m.of, m.token = ask, h.part, of, token
	m.setQuestion(question{bytes: bytes, back: h.back})
	return m
}
