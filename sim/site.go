package sim

import (
	"context"

	"github.com/edgewise-sim/edgewise/sim/event"
)

// A site is one site of a run: its caches, its servers, its users and its own calendar. Nothing of it is
// shared; other sites reach it by messages alone.
type site struct {
	id    uint32
	ctx   context.Context
	cells []cell
	block block
	queue event.Queue // of fills
	inbox inbox
	out   []message // sent and not yet delivered
	sent  uint64

	edge, mid *tier
	// origins holds the origin's servers by static workload, computers those of dynamic workloads.
	origins, computers []*servers
	// remoteParent says, by dynamic workload, that calls to the parent go by message, because its
	// servers may be busy.
	remoteParent []bool
	parent       leg
	calls        []pendingCall
	freeCalls    []uint32

	waiting     []waiter
	freeWaiters uint32

	// originRequests and originBytes count, by static workload, the fetches of this site from the
	// origin; ledger the bytes that were sent to and received by it, warm-up included.
	originRequests, originBytes []uint64
	ledger                      ledger
	err                         error
}

// A ledger counts the bytes on the ways between sites, in flight or done. At the end of a run what the
// sites have received from each other is what they have sent.
type ledger struct{ sent, received uint64 }

// next returns the instant of the next thing to happen, or unknown.
func (s *site) next() int64 {
	if s.block.pos >= len(s.block.visits) {
		s.refill()
	}
	return min(s.block.next(), s.queue.NextTime(), s.inbox.next())
}

// refill draws the next visits, and looks whether the run has been cancelled.
func (s *site) refill() {
	if s.err == nil {
		s.err = s.ctx.Err()
	}
	if s.err != nil {
		s.block.sources = nil
	}
	s.block.refill()
}

// advance lets everything happen that comes before the instant end. What happens at the same instant
// goes in this order: fills, messages, users.
func (s *site) advance(end int64) {
	for {
		if s.block.pos >= len(s.block.visits) {
			s.refill()
		}
		user, fill, mail := s.block.next(), s.queue.NextTime(), s.inbox.next()
		switch {
		case fill <= user && fill <= mail:
			if fill >= end {
				return
			}
			s.fill(s.queue.Pop())
		case mail <= user:
			if mail >= end {
				return
			}
			m := s.inbox.pop()
			s.receive(&m)
		default:
			if user >= end {
				return
			}
			v := &s.block.visits[s.block.pos]
			s.block.pos++
			c := &s.cells[v.cell]
			if c.static != nil {
				s.visitStatic(v, c)
			} else {
				s.visitDynamic(v, c)
			}
		}
	}
}

// send puts a message on its way.
func (s *site) send(m message) {
	m.sender = s.id
	m.order = uint64(s.id)<<40 | s.sent
	s.sent++
	if m.target == s.id {
		s.inbox.push(&m)
		return
	}
	s.out = append(s.out, m)
}

func (s *site) receive(m *message) {
	switch m.kind {
	case fetch:
		s.serveFetch(m)
	case fetched:
		s.landFetch(m)
	case call:
		s.serveCall(m)
	case called:
		s.landCall(m)
	}
}
