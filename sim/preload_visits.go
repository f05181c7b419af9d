package sim

import (
	"slices"

	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/workload"
)

// gapsOf returns the law of the times between requests for a thing of a workload that come to a server of a cache at a rate. Users come in visits where the
// workload says so; what caches ask for is taken for asked each on its own.
func (p *preloader) gapsOf(t *tier, number int, rate float64) workload.Gaps {
	all, w := 0.0, &p.plan.scenario.Workloads[number]
	if w.Visits.Requests > 0 {
		if s := p.users[t]; s != nil {
			all = p.workloads[number].perSecond[s.id]
		}
	}
	return w.GapsOf(rate, all)
}

// findVisits counts the visits of a workload that are under way at each site as the run begins. They come to a site as they will in the run. Where there are flash crowds, and the
// metro has several ways, it is others who come to one of them, though as many on the mean: the names by which they go there are given later (assumed).
func (p *preloader) findVisits(number int) error {
	s, of, planned := &p.plan.scenario, &p.workloads[number], &p.plan.workloads[number]
	found, err := s.Workloads[number].FoundVisits(s.Begun, planned.audiences, s.Start, s.Seed, p.rep)
	if found == nil || err != nil {
		return err
	}
	of.underWay = make([]uint64, len(p.sites))
	for m := range planned.entries {
		if len(planned.entries[m]) == 0 {
			continue
		}
		visits := found(m)
		key := random.NewKey(s.Seed, p.rep, purpose.EntityOf(planned.name, p.plan.metros[m]), purpose.Route)
		for i := range planned.entries[m] {
			e := &planned.entries[m][i]
			if e.share == nil {
				of.underWay[e.site] += uint64(len(visits))
				continue
			}
			for _, visit := range visits {
				if e.share.admits(0, who(key, uint64(visit.Name()))) {
					of.underWay[e.site]++
				}
			}
		}
	}
	return nil
}

// A requestClock tells how long ago requests were. An even clock would have them come as a Poisson process; but they come in visits. What a request is for does not depend on who asks, so objects were
// asked for last in the order that the even clock has: each an exponential time ago by that clock. When that was follows from the requests of all visits, drawn back in time from
// those that are under way as the run begins. The same visits ask next, so that there are more hits soon where there were many requests lately. And the times of several objects depend on
// each other, as they should: by a law of each by itself they would not.
//
// The requests of some visits are drawn, [clockVisits], for all servers of a cache and all objects. Before them time goes evenly. A nil clock is even.
type requestClock struct {
	even, ago []float64 // of each request, in seconds, from the last
	perSecond float64
}

const (
	// clockVisits is how many visits' requests are drawn: what is asked for less often than once in so many of them is hardly asked for twice by one.
	clockVisits = 256
	// clockRequests bounds the requests that are drawn.
	clockRequests = 1 << 16
)

// requestClocks are those of a workload's requests to a cache.
type requestClocks struct {
	now    *requestClock // back from when the run begins
	before *requestClock // back from any instant before that
}

// clocksOf returns the clocks of a workload's requests to a cache.
func (p *preloader) clocksOf(t *tier, number int) *requestClocks {
	all := p.clocks[t]
	if all == nil {
		all = make([]requestClocks, len(p.workloads))
		p.clocks[t] = all
	}
	c, w, s := &all[number], &p.workloads[number], p.users[t]
	if c.now == nil && s != nil && w.underWay != nil {
		entity := purpose.EntityOf(p.plan.scenario.Workloads[number].Name, s.name)
		stream := random.NewKey(p.plan.scenario.Seed, p.rep, entity, purpose.PreloadOfTier(0)).StreamAt(1 << 62)
		usual := p.gapsOf(t, number, w.perSecond[s.id])
		now := usual.With(w.underWay[s.id])
		c.now = p.newClock(&now, number, w.perSecond[s.id], &stream)
		if w.sliced != nil && w.renewal.Lifetime > 0 {
			c.before = p.newClock(&usual, number, w.perSecond[s.id], &stream)
		}
	}
	return c
}

// newClock draws the requests of all visits, so many a second, of a law.
func (p *preloader) newClock(all *workload.Gaps, number int, perSecond float64, stream *random.Stream) *requestClock {
	c := &requestClock{perSecond: perSecond}
	if !all.ComeInVisits() {
		return c
	}
	n := int(min(clockVisits*p.plan.scenario.Workloads[number].Visits.Requests, clockRequests))
	c.even, c.ago = make([]float64, n), make([]float64, n)
	asks, even, ago := all.AsksAt(stream), 0.0, 0.0
	for k := range n {
		even += stream.Exp() / perSecond
		ago += asks.Next(stream)
		c.even[k], c.ago[k] = even, ago
	}
	return c
}

// at returns how long ago a request for a thing was, in seconds, that was so long ago by the even clock. The thing is asked for at a rate, and so many requests for it came later.
// The other requests since then were for other things: as many as come by the even clock in that time, less the share of the thing.
func (c *requestClock) at(even, rate float64, behind int) float64 {
	if c == nil || len(c.even) == 0 {
		return even
	}
	others, _ := slices.BinarySearch(c.even, even*(1-rate/c.perSecond))
	if n := others + behind; n < len(c.ago) {
		return c.ago[n] + float64(even*inTurn)
	}
	last := len(c.even) - 1
	return max(c.ago[last], c.ago[last]+(even-c.even[last])) + float64(even*inTurn)
}

// inTurn keeps things in the order of the even clock of which one request is taken for the last for each.
const inTurn = 0x1p-40
