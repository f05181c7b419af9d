package sim

import (
	"fmt"
	"strings"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// sliceShift is where the number of a slice stands in a key: above the key of its object and the number of a server.
const sliceShift = 42

// maxSlices bounds the slices of an object; their numbers leave one bit above them, see apartBit.
const (
	maxSlices = 1 << sliceBits
	sliceBits = 63 - sliceShift
)

// validateRanges names the first reason for which a valid placement cannot serve parts of objects, or slices, of a valid scenario.
func (s *Scenario) validateRanges(p *placement.Placement) error {
	if p.SliceBytes > 0 {
		for i := range p.Tiers {
			if err := validateSlicesOf(&p.Tiers[i]); err != nil {
				return fmt.Errorf("tier %q: %w", p.Tiers[i].Name, invalid.In(fmt.Sprintf("Tiers[%d]", i), err))
			}
		}
	}
	for i := range s.Workloads {
		w := &s.Workloads[i]
		service, ok := w.Service.(workload.Cacheable)
		switch {
		case !ok:
		case p.SliceBytes > 0 && service.Patience != (workload.Patience{}):
			return invalid.New("SliceBytes", p.SliceBytes, "0: clients of the workload %q give up or come back (patience), of which slices do not know", w.Name)
		case p.SliceBytes > 0 && w.RecordsSizes():
			return invalid.New("SliceBytes", p.SliceBytes, "0: the workload %q records how much each request asks for", w.Name)
		}
	}
	return nil
}

// validateSlicesOf names the first rules of a tier under which slices do not age as its profile has it.
func validateSlicesOf(t *placement.Tier) error {
	knows := func(r *freshness.Rules) error {
		return invalid.Check(freshness.KnowsSlices(r.Profile), "Profile", r.Profile,
			"another where caches keep slices: nginx's slice module does not work in updates in the background, as its documentation says; allowed are "+strings.Join(freshness.ProfilesOfSlices(), ", "))
	}
	if t.Freshness != nil {
		if err := knows(t.Freshness); err != nil {
			return invalid.In("Freshness", err)
		}
	}
	for i := range t.FreshnessOf {
		if err := knows(&t.FreshnessOf[i].Rules); err != nil {
			return invalid.In(fmt.Sprintf("FreshnessOf[%d].Rules", i), err)
		}
	}
	return nil
}

// A partAsked is a user's request for a part of an object, or for all of it, while a cache serves it slice by slice.
type partAsked struct {
	request
	number   uint64 // of the request among those of its clients
	key      uint32 // of the object
	outcome  Outcome
	isBegun  bool // the first byte is known
	size     int64
	from, to int64 // the bytes that are asked for, to is not among them
	// begin is the number of the first slice, slice that of the one that is due.
	begin, slice int64
	// first and last are the instants at which the first byte and the last one so far are at the site.
	first, last int64
	got         [Miss + 1]int64 // bytes by how they were got; what is missing there was fetched
	waits       served          // what the first byte has waited for
	agedPart
}

// visitRange serves a user's request for a part of an object.
func (s *site) visitRange(v *arrival, c *clients) {
	if c.workload.isWrite(v.key) {
		s.visitWrite(v, c)
		return
	}
	var r request
	c.arrive(&r, v.clients, v.at)
	c.draw(&r)
	w := c.workload
	size := w.variantBytes(v.key)
	from, to := c.drawPart(size)
	if s.trace != nil {
		s.trace.visit(s, c, r.number, v.at)
		s.trace.asksForPart(s, v.at, from, to, size)
	}
	if s.edge == nil {
		r.bytes = to - from
		s.serveAtOrigin(v, c, &r)
		return
	}
	n := s.parts.add()
	*s.parts.at(n) = partAsked{request: r, number: c.count, key: v.key, outcome: Hit, size: size, from: from, to: to, last: v.at}
	if bytes := s.edge.sliceBytes; bytes > 0 {
		if size > bytes*maxSlices && s.err == nil {
			s.err = fmt.Errorf("workload %d: an object of %d bytes has more than %d slices of %d", w.number, size, maxSlices, bytes)
		}
		p := s.parts.at(n)
		p.begin, p.slice = from/bytes, from/bytes
	}
	s.servePart(s.edge, n, v.at)
}

// drawPart draws which bytes of an object, of so many, the latest request is for: to is not among them.
func (c *clients) drawPart(size int64) (from, to int64) {
	stream := c.parts.StreamAt(c.count)
	return c.workload.ranges.Draw(&stream, size)
}

// goOnWithPart serves the next slice of what a user asks for.
func (s *site) goOnWithPart(m *message) {
	if s.trace != nil {
		s.trace.current, s.trace.asking = false, nil // what is followed is the way to the first byte
	}
	p := s.parts.at(m.token)
	if meets(s.outages, p.arrived, m.at) != nil {
		r := p.request
		s.forgetPart(m.token)
		s.clients[r.clients].fail(&r, m.at, SiteDown)
		return
	}
	s.servePart(s.edge, m.token, m.at)
}

func (s *site) forgetPart(n uint32) {
	if n != 0 {
		s.parts.remove(n)
	}
}

// due returns the slice of an object that is due: the bytes from its first on, up to the one behind it.
func (p *partAsked) due(sliceBytes int64) (begin, end int64) {
	if sliceBytes == 0 {
		return 0, p.size
	}
	begin = p.slice * sliceBytes
	return begin, min(begin+sliceBytes, p.size)
}

// servePart serves slices as long as the cache has them, and begins a fetch, or joins one, of the first that it lacks.
func (s *site) servePart(t *tier, n uint32, now int64) {
	if t.aging != nil {
		s.serveAgedPart(t, n, now)
		return
	}
	p := s.parts.at(n)
	c := &s.clients[p.clients]
	for {
		begin, end := p.due(t.sliceBytes)
		wanted := min(p.to, end) - max(p.from, begin)
		key := uint64(p.key) | uint64(p.slice)<<sliceShift
		if t.servers != nil {
			key = t.servers.keyOf(key, c.work.At(p.number))
			t.servers.count(key, wanted, p.recorded)
		}
		if _, hit := t.cache.Lookup(key); !hit {
			s.awaitPart(t, n, key, end-begin, now)
			return
		}
		p.got[Hit] += wanted
		ready := now
		if !p.isBegun {
			if t.servers != nil {
				p.waits.service = t.servers.readTime()
				ready += p.waits.service
			}
			p.isBegun, p.first = true, ready
		}
		p.last = max(p.first, now)
		if s.trace != nil {
			s.trace.hasSlice(s, t, p, key, now, ready)
		}
		if end >= p.to {
			s.concludePart(t, n)
			return
		}
		p.slice++
	}
}

// awaitPart begins a fetch of a slice, or joins it.
func (s *site) awaitPart(t *tier, n uint32, key uint64, bytes, now int64) {
	p := s.parts.at(n)
	c := &s.clients[p.clients]
	f, outcome := t.flights.find(key), DelayedHit
	if s.trace != nil {
		s.trace.lacksSlice(s, t, p, key, f, now)
	}
	if f == nil {
		outcome = Miss
		p.outcome = Miss
		w := c.workload
		// What the origin works on each slice is drawn by its number, that of the first as of a whole object.
		service := w.origin.At(c.work, p.number+uint64(p.slice-p.begin)<<40)
		var n uint32
		f, n = t.flights.add(key, bytes, service)
		if t.losses != nil {
			t.losses.begins(c, p.number+uint64(p.slice)<<40)
		}
		s.startFetch(t, f, n, now, w.number, p.recorded)
		if p.recorded {
			of := &t.tallies[w.number]
			of.Counters[TierFetches]++
			of.Counters[TierFetchedBytes] += uint64(bytes)
		}
	} else if p.outcome == Hit {
		p.outcome = DelayedHit
	}
	if f.first == unknown {
		w := s.wait(f)
		w.request, w.outcome, w.question, w.part = p.request, outcome, nil, n
		return
	}
	s.pourPart(t, n, f, outcome, now)
}

// pourPart takes what a fetch brings, whose first byte is known: the next slice is due when all of it is here.
func (s *site) pourPart(t *tier, n uint32, f *flight, outcome Outcome, now int64) {
	p := s.parts.at(n)
	begin, end := p.due(t.sliceBytes)
	upTo := min(p.to, end)
	if outcome == DelayedHit {
		p.got[DelayedHit] += upTo - max(p.from, begin)
	}
	first := max(now, f.first)
	if !p.isBegun {
		p.isBegun, p.first = true, first
		if outcome == Miss {
			f.waits(&p.waits)
		}
		p.waits.inVain = f.waitedInVain(p.arrived, first)
	}
	if end < p.to {
		if s.trace != nil {
			s.trace.gets(s, t, p, outcome, f, max(now, f.last))
		}
		m := s.send(s.id, max(now, f.last))
		m.kind, m.token = nextSlice, n
		p.slice++
		return
	}
	// The bytes come evenly; for those behind what is asked for nobody waits.
	p.last = max(first, f.first+proportion(f.last-f.first, upTo-begin, end-begin))
	if s.trace != nil {
		s.trace.gets(s, t, p, outcome, f, p.last)
	}
	s.concludePart(t, n)
}

// concludePart answers a user who has got all that he asked for.
func (s *site) concludePart(t *tier, n uint32) {
	p := s.parts.at(n)
	c := &s.clients[p.clients]
	r, bytes := p.request, p.to-p.from
	a := p.waits
	a.outcome, a.bytes, a.first, a.last = p.outcome, bytes, p.first, max(p.first, p.last)
	got, age := p.got, p.age
	waited := p.waitedForStale && p.outcome == Stale
	s.parts.remove(n)
	if c.answer(&r, &a) && r.recorded {
		// The bytes of one request come from where they were.
		of := &c.tally.OutcomeBytes
		of[a.outcome] -= uint64(bytes)
		rest := bytes
		for o, n := range got {
			of[o] += uint64(n)
			rest -= n
		}
		of[Miss] += uint64(rest)
		c.countAge(&age)
		c.countWaited(waited)
	}
}
