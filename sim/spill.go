package sim

import (
	"fmt"
	"slices"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/transport"
)

// A spilling is where requests of users of one workload go for which a site has no room, and what comes here so from others.
type spilling struct {
	work   *workloadRun
	hops   []nextHop
	relays []*lossyWay // of responses, by hop
	// asked counts the questions in recorded time, to the answers by site, takenIn the questions of others here.
	asked, takenIn uint64
	to             []uint64
}

// newSpilling returns that of a workload at a site, of so many.
func newSpilling(work *workloadRun, hops [][]nextHop, site, sites int) spilling {
	s := spilling{work: work}
	if hops == nil || len(hops[site]) == 0 {
		return s
	}
	s.hops, s.to = hops[site], make([]uint64, sites)
	for i := range s.hops {
		s.relays = append(s.relays, newLossyWay(&transport.Upstream{AlwaysOpen: true}, &s.hops[i].leg))
	}
	return s
}

// settle adds what was counted to the tally of the site.
func (s *spilling) settle(to *SiteTally) {
	to.Counters[Spilled] += s.asked
	to.Counters[TakenIn] += s.takenIn
	to.SpilledTo = s.to
}

// spills returns, by site, where requests of a workload go that its servers reject; nil where they go nowhere.
func (c *compiler) spills(p *Plan, workload string, kind Kind) ([][]nextHop, error) {
	if kind != Computed {
		return nil, nil
	}
	var all [][]nextHop
	for i := range p.sites {
		a := p.sites[i].compute
		if a == nil || !a.Serves(workload) {
			continue
		}
		n, ok := a.PoolOf(workload)
		if !ok || a.Pools[n].Spill.Rule == placement.NoSpill {
			continue
		}
		hops, err := c.spillHops(p, workload, i, &a.Pools[n].Spill)
		if err != nil {
			return nil, fmt.Errorf("site %q: %w", p.sites[i].id, err)
		}
		if all == nil {
			all = make([][]nextHop, len(p.sites))
		}
		all[i] = hops
	}
	return all, nil
}

// spillHops returns whom a site asks, in order.
func (c *compiler) spillHops(p *Plan, workload string, site int, s *placement.Spill) ([]nextHop, error) {
	others := slices.DeleteFunc(p.serving(placement.Compute, workload, s.Rule == placement.SpillToBackup), func(n int) bool { return n == site })
	if s.Rule == placement.SpillToSites {
		others = append(others, slices.DeleteFunc(p.serving(placement.Compute, workload, true), func(n int) bool { return n == site })...)
	}
	hops, err := c.byRoundTrip(p, p.sites[site].id, others)
	if err != nil {
		return nil, err
	}
	if s.Rule == placement.SpillToSites {
		var listed []nextHop
		for _, id := range s.To { // the site itself is not among hops
			for _, h := range hops {
				if p.sites[h.to].id == id {
					listed = append(listed, h) // each way to it
				}
			}
		}
		hops = listed
	}
	for i := range hops {
		hops[i].part, hops[i].remote = spillPart, true
	}
	return hops, nil
}

// A spilled request is one that servers have rejected, while other sites are asked.
type spilled struct {
	key    uint64 // of the stream of its draws
	hop    int    // which is asked
	passed int    // how often it has been passed on
	asks   int64  // since when
	why    Reason // for which it was rejected last
	lost   int64  // ns for sites that did not answer
}

// losses draws what a request that was passed on loses over a way. That is a matter of the request and of how often it was passed on, so that placements
// share it.
func (p *spilled) losses(over *lossyWay) transport.Losses {
	if over.loss == 0 {
		return transport.Losses{}
	}
	return over.draw(random.Key(random.Key(p.key).At(uint64(p.passed))))
}

// spill passes on a request, by its number among those of its clients, that servers here have rejected; where nobody can be asked it is rejected.
func (s *site) spill(c *clients, r *request, a *served, number uint64, now int64, why Reason) {
	workload := c.workload.number
	if s.spills[workload].hops == nil {
		s.failComputed(c, r, now, why)
		return
	}
	n := s.computations.add()
	*s.computations.at(n) = computation{
		request: *r, served: *a, number: workload, spilled: spilled{key: ^c.work.At(number), hop: -1, asks: now, why: why},
	}
	if s.trace != nil {
		s.trace.hasNoRoom(s, c, r, n, now, why)
	}
	s.spillOn(n, now)
}

// spillOn asks the next site for a request that was rejected here, and by those that were asked before, or rejects it.
func (s *site) spillOn(n uint32, now int64) {
	p := s.computations.at(n)
	of := &s.spills[p.number]
	for p.hop++; p.hop < len(of.hops); p.hop++ {
		h := &of.hops[p.hop]
		if h.isAvoided(now) {
			continue
		}
		p.passed++
		if p.asks = now; h.missing(now) == nil {
			p.asks += p.losses(of.relays[p.hop]).Exchange
		}
		if o := h.missing(p.asks); o != nil { // nobody knows yet that it is down
			p.lost += o.timeout
			if s.trace != nil {
				s.trace.passesOn(s, n, h, now, p.asks, nil)
			}
			s.awaitNothing(n, p.asks+o.timeout)
			return
		}
		m := s.ask(h, p.asks, spillPart, n, 0)
		m.index, m.service, m.key, m.recorded = p.number, p.service, p.key, p.recorded
		if p.recorded {
			of.asked++
		}
		if s.trace != nil {
			s.trace.passesOn(s, n, h, now, p.asks, m)
		}
		return
	}
	s.failComputed(&s.clients[p.clients], &p.request, now, p.why)
	s.computations.remove(n)
}

// awaitNothing lets a request wait in vain until an instant, at which the next site is asked.
func (s *site) awaitNothing(n uint32, at int64) {
	m := s.send(s.id, at)
	m.kind, m.of, m.token = timer, spillPart, n
}

// takeIn works on a request that another site had no room for.
func (s *site) takeIn(m *message) {
	of, servers := &s.spills[m.index], s.computers[m.index]
	if m.recorded {
		of.takenIn++
	}
	work := random.Key(m.key).Stream()
	needsData, service := of.work.drawWork(&work)
	service = slowed(s.slow, m.at, service)
	if !servers.isShared() {
		start, done, ok := servers.arrive(m.at, service)
		if !ok {
			s.reject(m, servers.whyNot())
			return
		}
		if s.trace != nil {
			s.trace.worksOn(s, m, start, done)
		}
		s.goOn(s.addGuest(m, &work, needsData, service, start-m.at), done)
		return
	}
	n := s.addGuest(m, &work, needsData, service, 0)
	if !s.join(servers, job{of: visitJob, workload: m.index, waits: n, service: service}, m.at) {
		s.computations.remove(n)
		s.reject(m, QueueFull)
	}
}

// addGuest notes a request of another site that is worked on here.
func (s *site) addGuest(m *message, work *random.Stream, needsData bool, service, queue int64) uint32 {
	n := s.computations.add()
	*s.computations.at(n) = computation{
		served: served{service: service, queue: queue}, work: *work, needsData: needsData, number: m.index, isGuest: true, question: m,
	}
	return n
}

// endedBit of the verdict of a refusal says that a request has failed at the site that took it, so that no other is asked.
const endedBit = 64

// endGuest answers the site whose request was worked on here, when its calls have ended.
func (s *site) endGuest(p *computation, e callEnd) {
	m := p.question
	if s.trace != nil {
		s.trace.isDone(s, m, s.computers[p.number], e.at)
	}
	if !e.failed {
		s.reply(m, e.at, reply{queue: p.queue + e.queue, pours: e.inVain}, p.service+e.service)
	} else if !s.sendNoAnswerIfDown(m, e.at) {
		s.sendBack(m, refusal, e.at)
		m.verdict = uint8(e.why) | endedBit
	}
}

// landSpilled answers a request that another site has worked on. Its parts there come to what was waited for in vain here.
func (s *site) landSpilled(m *message) {
	p, r := s.computations.at(m.token), m.reply()
	of, c := &s.spills[p.number], &s.clients[p.clients]
	a := &p.served
	a.queue, a.service, a.inVain = r.queue, m.service, p.lost+r.pours
	a.first = m.at
	relay, line := of.relays[p.hop], transport.Unused()
	_, _, takes := relay.Ask(&line, a.bytes, m.at, p.losses(relay))
	a.last = m.at + takes
	if p.recorded {
		of.to[of.hops[p.hop].to]++
	}
	if s.trace != nil {
		s.trace.comesBack(s, m.token, &of.hops[p.hop], m.at, "the answer")
		s.trace.relays(s, m.token, &of.hops[p.hop], relay, a.bytes, takes, a.last-a.first, p.losses(relay))
	}
	s.answerComputed(c, &p.request, a)
	s.computations.remove(m.token)
}

// landSpilledRejected asks the next site for a request that another has rejected, or ends one that has failed there.
func (s *site) landSpilledRejected(m *message) {
	p := s.computations.at(m.token)
	if s.trace != nil {
		with := "the word that it has no room either"
		if m.verdict&endedBit != 0 {
			with = "an error"
		}
		s.trace.comesBack(s, m.token, &s.spills[p.number].hops[p.hop], m.at, with)
	}
	if m.verdict&endedBit != 0 {
		s.failComputed(&s.clients[p.clients], &p.request, m.at, Reason(m.verdict&^endedBit))
		s.computations.remove(m.token)
		return
	}
	p.why = m.why()
	s.spillOn(m.token, m.at)
}

// landSpilledUnanswered asks the next site for a request which that asked before has not answered, once it is given up.
func (s *site) landSpilledUnanswered(m *message) {
	p := s.computations.at(m.token)
	gaveUp, _ := s.spills[p.number].hops[p.hop].silence(p.asks, m.at)
	p.lost += gaveUp - p.asks
	if s.trace != nil {
		s.trace.comesNoAnswer(s, m.token, &s.spills[p.number].hops[p.hop], gaveUp)
	}
	s.awaitNothing(m.token, gaveUp)
}
