package sim

import (
	"context"
	"fmt"
	"math/bits"

	"github.com/edgewise-sim/edgewise/cache"
)

// A site is one site of a run: its caches, its servers, its users and its own calendar. Nothing of it is
// shared; other sites reach it by messages alone.
type site struct {
	id      uint32
	name    string
	ctx     context.Context
	meter   *Meter
	clients []clients
	// isVisited says that some of them visit, so that more is known of them.
	isVisited bool
	// perSecond is about how many requests of users the site meets.
	perSecond float64
	block     block
	fills     fillQueue
	inbox     inbox
	// soonest is the instant of the site's next message, or the end of its window.
	soonest int64
	now     int64         // of the message that is taken, or the request of a client of some patience that is served
	out     []sentMessage // in a window, behind what the sites before it have sent
	letters letters
	sent    uint64

	// tiers holds the site's caches by tier, nil where it has none, and caches those that there are. edge is that of
	// the first tier, which users meet.
	tiers, caches []*tier
	edge          *tier
	outages       []outage
	errors        []span           // when it answers errors as an origin
	slow          []slowSpan       // when its servers work more slowly
	linksFail     bool             // so that answers of others may be lost on their way
	trace         *tracer          // follows one request, nil without
	contents      []*content       // by workload, of what it serves as an origin; nil where nothing ages
	directory     *cache.Directory // of the edge cache, if it is one that sites share in turn
	touched       uint32           // of prefetchBlock
	// origins holds the origin's servers by workload, those of cacheable ones; computers the others'; pools all that there are.
	origins, computers []*servers
	pools              []*pool
	data               []dataCalls // by workload
	spills             []spilling  // by workload
	rides              []*ride     // on which PoPs pass requests on that are computed here
	// links are those over which the site sends whose capacity is shared; waysTo are those on the way of answers to each other site, nil
	// where there are none.
	links        []*sharedLink
	waysTo       []*linkWay
	crossings    slab[crossing]
	freight      []freight // that goes to other sites
	left         uint64    // responses that have gone on before links here had sent all
	leftovers    map[uint64]leftoverEnd
	waiters      slab[waiter]
	parts        slab[partAsked]
	calls        slab[call] // that wait for a message
	computations slab[computation]
	ready        slab[leavingAnswer] // later, that PoPs pass on
	tries        slab[try]
	tried        uint64 // tries that have been begun

	// served counts, by workload, what this site serves as an origin; sentTo, by site, the bytes of objects that it has sent there by
	// message, nil where nobody asks it so.
	served    []originCount
	sentTo    []uint64
	timelines []*timeline // by workload; nil where it has no users here
	courses   *siteCourses
	// happened stands for all that has happened here, in order.
	happened history
	err      error
}

// open makes the site's caches, empty. A directory serves the edge cache until the site is closed.
func (s *site) open(d *cache.Directory) error {
	s.directory = d
	for _, t := range s.caches {
		if t.flights.heads == nil {
			t.flights = newFlightTable()
		}
		if err := t.open(s.directoryOf(t)); err != nil {
			return fmt.Errorf("site %q: %w", s.name, err)
		}
	}
	return nil
}

// directoryOf returns the directory for the cache of a tier: only that of users has one.
func (s *site) directoryOf(t *tier) *cache.Directory {
	if t == s.edge {
		return s.directory
	}
	return nil
}

// close notes what the caches held, and lets go of all that only a run in progress needs.
func (s *site) close() {
	for _, t := range s.caches {
		t.close()
	}
	s.directory = nil
	s.block, s.inbox, s.fills, s.out, s.letters = block{}, inbox{}, newFillQueue(), nil, letters{}
	s.waiters, s.calls = slab[waiter]{}, slab[call]{}
	s.computations, s.tries, s.crossings, s.ready = slab[computation]{}, slab[try]{}, slab[crossing]{}, slab[leavingAnswer]{}
	s.freight, s.leftovers = nil, nil
}

// next returns the instant of the next thing to happen, or unknown.
func (s *site) next() int64 {
	if s.block.pos >= len(s.block.arrivals) {
		s.refill()
	}
	return min(s.block.next(), s.fills.soonest, s.inbox.next())
}

// refill draws the next arrivals, and looks whether the run has been cancelled.
func (s *site) refill() {
	if s.err == nil {
		s.err = s.ctx.Err()
	}
	if s.err != nil {
		s.block.sources = nil
	}
	s.block.refill()
	s.meter.addRequests(len(s.block.arrivals))
	for i := range s.block.sources {
		if err := sourceError(s.block.sources[i].requests); err != nil && s.err == nil {
			s.err = err
		}
	}
	s.prefetchBlock()
}

// advance lets everything happen that comes before the instant end. What happens at the same instant
// goes in this order: fills, messages, users.
func (s *site) advance(end int64) {
	s.inbox.sort()
	for {
		s.soonest = min(s.inbox.next(), end)
		if s.isDue() {
			s.fillAndMeet(end)
		}
		if s.soonest == end {
			return
		}
		m := s.inbox.pop()
		s.happened.add(m.at, m.order|1<<63)
		s.now = m.at
		asks := m.kind == ask // then it goes back as its answer, now or later
		s.receive(m)
		if !asks {
			s.letters.release(m)
		}
	}
}

// isDue reports whether a fetch may end, or a user ask, before the soonest message is taken.
func (s *site) isDue() bool {
	b := &s.block
	switch {
	case s.fills.soonest <= s.soonest:
		return true
	case b.pos < len(b.arrivals):
		return b.arrivals[b.pos].at < s.soonest
	}
	return len(b.sources) > 0 // what comes next is not drawn yet
}

// fillAndMeet fills caches and serves users until the soonest message, which a user may make sooner.
func (s *site) fillAndMeet(end int64) {
	for {
		if s.block.pos == len(s.block.arrivals) && len(s.block.sources) > 0 {
			s.refill()
		}
		arrivals := s.block.arrivals[s.block.pos:]
		for i := range arrivals {
			v := &arrivals[i]
			for v.at >= s.fills.soonest {
				if s.fills.soonest > s.soonest || s.fills.soonest >= end {
					return
				}
				s.fill()
			}
			if v.at >= s.soonest {
				return
			}
			s.block.pos++
			s.happened.add(v.at, uint64(v.clients)<<32|uint64(v.key))
			c := &s.clients[v.clients]
			if v.key == lost {
				c.lose(v.clients, v.at)
			} else if c.kind == Cacheable {
				s.visitCacheable(v, c)
			} else {
				s.visitOther(v, c, c.kind)
			}
		}
		if len(arrivals) > 0 {
			continue // what comes next is not drawn yet
		}
		for s.fills.soonest <= s.soonest && s.fills.soonest < end {
			s.fill()
		}
		return
	}
}

// send puts a new message on its way and returns it, for the caller to fill in what it says.
func (s *site) send(target uint32, at int64) *message {
	m := s.letters.take()
	s.post(m, target, at)
	return m
}

// post puts a message on its way.
func (s *site) post(m *message, target uint32, at int64) {
	m.at, m.order = at, uint64(s.id)<<orderBits|s.sent
	s.sent++
	if target == s.id {
		s.inbox.push(m)
		s.soonest = min(s.soonest, at)
		return
	}
	s.out = append(s.out, sentMessage{at, m, target})
}

// sendLast sends this site a message that comes after all others of its instant.
func (s *site) sendLast(at int64) *message {
	m := s.letters.take()
	m.at, m.order = at, lastSender<<orderBits|s.sent
	s.sent++
	s.inbox.push(m)
	s.soonest = min(s.soonest, at)
	return m
}

// A history is a number that stands for what has happened at a site, in its order. It costs one
// multiplication on the way from one event to the next.
type history uint64

func (h *history) add(at int64, what uint64) {
	*h = (history(bits.RotateLeft64(uint64(*h), 29)) ^ history(uint64(at)+what*0xd1342543de82ef95)) * 0x2545f4914f6cdd1d
}
