package sim

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
	// refusal answers a question for an object that could not be had.
	refusal
	// noAnswer stands for the answer that a site could not give before it failed.
	noAnswer
	// timer tells the asking site that it need not wait for an answer any more.
	timer
	// restart tells a site that it is up again.
	restart
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
		s.failFetch(s.tier(m.of), m.token, m.at, false)
	case noAnswer:
		s.landNoAnswer(m)
	case timer:
		s.expire(s.tier(m.of), m.token, m.at)
	case restart:
		s.restart(m.at)
	}
}

// serve does what another site asks for.
func (s *site) serve(m *message) {
	switch m.to {
	case computePart:
		start, done := s.computers[m.index].arrive(m.at, m.service)
		s.reply(m, done, reply{queue: start - m.at}, m.service)
	case originPart:
		if s.contents != nil {
			s.serveAtAgingOrigin(m)
			return
		}
		start, done := s.origins[m.index].arrive(m.at, m.service)
		if s.trace != nil {
			s.trace.works(s, m, start, done)
		}
		if s.sendObject(m, done, done, start-m.at, m.service) {
			s.served[m.index].add(m.question().bytes, m.recorded)
		}
	default:
		s.serveFromTier(s.tier(m.to), m)
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
// news that there is no answer, and returns false.
func (s *site) reply(m *message, leaves int64, r reply, service int64) bool {
	if s.outages != nil && s.sendNoAnswerIfDown(m, leaves) {
		return false
	}
	a := s.sendBack(m, answer, leaves)
	a.setReply(r)
	a.service = service
	return true
}

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
