package sim

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// maxRetrySites bounds the sites that clients ask in turn; their number is a byte of a message.
const maxRetrySites = 255

// validateAgain names the first workload whose clients cannot ask the next site again under a placement.
func (s *Scenario) validateAgain(p *placement.Placement) error {
	for i := range s.Workloads {
		w := &s.Workloads[i]
		if w.Patience().At != workload.NextSite {
			continue
		}
		refused := func(want string, args ...any) error {
			return fmt.Errorf("clients of workload %q ask the next site again (Service.Patience.At); want the "+want, append([]any{w.Name}, args...)...)
		}
		route := p.RouteOf(w.Name, placement.Compute)
		sites := slices.DeleteFunc(p.Of(placement.Compute), func(a placement.Assignment) bool { return a.Backup || !a.Serves(w.Name) })
		switch {
		case len(sites) > maxRetrySites:
			return refused("same where %d sites compute it: clients know %d at most", len(sites), maxRetrySites)
		case goesViaPoP(&route, s.kind(i)):
			return refused("same where requests go through a PoP, which clients ask whatever site is behind it")
		}
	}
	return nil
}

// waysAgain returns the ways of each metro to all sites that clients of a workload may ask again, nearest first where nothing happens to links, and to each
// those that they take in turn as links fail; nil where they ask the same site.
func (c *compiler) waysAgain(p *Plan, w *workload.Workload, planned *plannedWorkload) ([][]timedEntry, error) {
	if w.Patience().At != workload.NextSite {
		return nil, nil
	}
	all := make([][]timedEntry, len(c.metros))
	for m := range c.metros {
		sites := p.serving(placement.Compute, w.Name, false)
		slices.SortStableFunc(sites, func(a, b int) int {
			to := func(n int) int64 { e := c.way(m, p.sites[n].id); return e.up + e.down }
			return cmp.Compare(to(a), to(b))
		})
		for _, n := range sites {
			ways, err := c.waysOf(p, m, n, -1)
			if err != nil {
				return nil, fmt.Errorf("metro %q: %w", c.people[m].Metro, err)
			}
			for k := range ways {
				for i := range planned.entries[m] {
					if from := &planned.entries[m][i]; from.access != ways[k].access {
						return nil, fmt.Errorf("metro %q: %w", c.people[m].Metro, invalid.In("Service.Patience",
							invalid.New("At", workload.NextSite, "same where the last mile to %q is another than to %q", p.sites[n].id, p.sites[from.site].id)))
					}
				}
			}
			all[m] = append(all[m], ways...)
		}
	}
	return all, nil
}

// A retrySite is one of the sites that clients ask in turn.
type retrySite struct {
	site int
	ways []retryWay // to it, one or those that links which fail let them take in turn
	away []span     // when it is held to be down, is not open, or cannot be reached
}

// joinAgain lets clients of metro m, which sites have got last and who are given by entry, be clients of all sites that they may ask again. Where nobody enters
// they have no requests but those.
func (r *run) joinAgain(number, m int, shared *workloadRun, users []uint32, perSecond float64) {
	w := &r.plan.workloads[number]
	var sites []retrySite
	for ways := slices.Clone(w.again[m]); len(ways) > 0; {
		n := ways[0].site
		there := slices.DeleteFunc(slices.Clone(ways), func(o timedEntry) bool { return o.site != n })
		sites = append(sites, r.joinSite(number, m, shared, users, there, perSecond))
		ways = slices.DeleteFunc(ways, func(o timedEntry) bool { return o.site == n })
	}
	for k := range sites {
		all := r.sites[sites[k].site].clientsOf(shared, m)
		for i := range all { // one for each way
			all[i].patience.sites, all[i].patience.own = sites, k
			all[i].hearInTime()
		}
	}
}

// joinSite lets clients of metro m be clients of a site over all ways there, and returns how they ask it again. Those who enter there over a way are its clients
// for that.
func (r *run) joinSite(number, m int, shared *workloadRun, users []uint32, ways []timedEntry, perSecond float64) retrySite {
	w, n := &r.plan.workloads[number], ways[0].site
	at, of := r.sites[n], retrySite{site: n, away: r.plan.scenario.awayIn(&r.plan.placement, r.plan.sites[n].id)}
	areNew := false
	for k := range ways {
		way := &ways[k]
		i := slices.IndexFunc(w.entries[m], func(e entry) bool { return e.isOver(way) })
		to := retryWay{delay: way.delay(), times: way.times}
		if i >= 0 {
			to.clients = users[i]
		} else {
			c, _ := r.newClients(number, w, m, &way.entry, r.tally(number, w, m, n, false), nil, perSecond)
			r.complete(&c, number, m, &way.entry, w.kind, shared)
			to.clients, areNew = at.addClients(c), true
		}
		of.ways = append(of.ways, to)
		if way.isCut {
			of.away = union(append(slices.Clone(of.away), way.times...))
		}
	}
	if areNew && len(ways) > 1 {
		at.joinWays(of.ways)
	}
	return of
}

// isOver reports whether users enter over a way while the links are so.
func (e *entry) isOver(way *timedEntry) bool {
	var times []span
	if e.share != nil {
		times = e.share.times
	}
	return e.site == way.site && e.enters == way.enters && e.delay() == way.delay() && slices.Equal(times, way.times)
}

// clientsOf returns the clients of a workload and metro m, if they are the last that the site has got.
func (at *site) clientsOf(of *workloadRun, m int) []clients {
	first := len(at.clients)
	for first > 0 && at.clients[first-1].workload == of && int(at.clients[first-1].metro) == m {
		first--
	}
	return at.clients[first:]
}

// asksAgain returns the sites that clients ask in turn.
func (c *clients) asksAgain() []retrySite {
	if c.patience == nil {
		return nil
	}
	return c.patience.sites
}

// leastOver returns the least time from what makes clients ask another site again to when they reach it over a way: they learn of it, and go there.
func (c *clients) leastOver(way *retryWay) int64 { return c.rtt - c.delay + way.delay }

// leastNotice returns the least time from when their site knows of that to when they reach the other.
func (c *clients) leastNotice(way *retryWay) int64 {
	least := c.leastOver(way)
	if c.links != nil && c.links.isApart {
		least -= c.links.told()
	}
	return max(least, 1)
}

// hearInTime has the site of clients told of answers in half the time in which who gets none reaches the next site: the other half is for the word that he does.
func (c *clients) hearInTime() {
	if c.links == nil || !c.links.isApart {
		return
	}
	least := int64(unknown)
	for k, to := range c.patience.sites {
		for n := range to.ways {
			if k != c.patience.own {
				least = min(least, c.leastOver(&to.ways[n]))
			}
		}
	}
	after := c.links.told() - c.links.rest
	c.links.tellWithin(after + (least-after)/2)
}

// next returns the site that a client asks again at an instant, after a try; nil for this one.
func (p *patience) next(t *try, at int64) *retrySite {
	for k := range p.sites {
		n := (t.made + k) % len(p.sites)
		switch { // the site that was asked first comes first, the others in their order
		case n == 0:
			n = int(t.begun)
		case n <= int(t.begun):
			n--
		}
		if to := &p.sites[n]; !within(to.away, at) {
			if n == p.own {
				return nil
			}
			return to
		}
	}
	return nil
}

// What a message says of a retry that comes from another site, beside what has a field of its own: in its key the number of the request, how often it has been
// asked, the site that was asked first and the line of the client; in its token and low the draws of the client; in its high and verdict the number of
// the clients; in its service when it was asked first; in what it says two times of the last mile, of 18 minutes at most, and in the rest of both what
// handshakes have taken.
const (
	retryNumberBits = 40
	retryMadeBits   = 7
	retryBegunBits  = 8
	retryTimeBits   = 40
	retryTime       = 1<<retryTimeBits - 1
)

// moveOn has a request asked again at another site, by an instant at this one. A message takes all along that is known of the client, who opens a
// connection there; what opening one here took is over, too. If he has given up before his request was here, the message leaves when it is.
func (c *clients) moveOn(t *try, at int64, to *retrySite) {
	s, way := c.patience.site, wayAt(to.ways, at-c.delay)
	took := int64(0)
	if isConnecting(c, t) {
		if c.stacks != nil {
			var x exchange
			c.setUp(&t.request, &x)
			took = x.connect + x.tls
		} else {
			connect, tls := c.handshakes(&t.request)
			took = connect + tls
		}
	}
	m := s.send(uint32(to.site), max(at-c.delay+way.delay, t.arrived+c.leastOver(way), s.now+c.leastNotice(way)))
	m.kind, m.index, m.recorded = comes, c.workload.number, t.recorded
	m.key = t.number | (uint64(t.made)|uint64(t.begun)<<retryMadeBits|uint64(t.line)<<(retryMadeBits+retryBegunBits))<<retryNumberBits
	m.token, m.low = uint32(t.shake), uint32(uint64(t.shake)>>32)
	m.high, m.verdict = uint16(way.clients), uint8(way.clients>>16)
	m.service = t.first - c.delay
	access := t.access - linkJitter(c.jitter, uint64(t.shake))
	spent := took + t.spent
	m.says = [2]int64{access&retryTime | spent<<retryTimeBits, t.quiet&retryTime | spent>>(64-retryTimeBits)<<retryTimeBits}
	if t.recorded {
		c.asked--
	}
	if s.trace != nil {
		s.trace.leaves(c, t, m.at-way.delay-(at-c.delay), took)
	}
}

// takeOver serves a request that another site has served before.
func (s *site) takeOver(m *message) {
	number := uint32(m.high) | uint32(m.verdict)<<16
	c := &s.clients[number]
	rest := m.key >> retryNumberBits
	t := &try{
		request: request{
			clients: number, number: m.key & (1<<retryNumberBits - 1), isNew: true, recorded: m.recorded, arrived: m.at, shake: random.Key(uint64(m.token) | uint64(m.low)<<32), quiet: m.says[1] & retryTime,
			line: topology.Technology(rest >> (retryMadeBits + retryBegunBits)),
		},
		made: int(rest&(1<<retryMadeBits-1)) + 1, begun: uint8(rest >> retryMadeBits),
		first: m.service + c.delay, spent: int64(uint64(m.says[0])>>retryTimeBits) | m.says[1]>>retryTimeBits<<(64-retryTimeBits), waiting: true,
	}
	t.access = m.says[0]&retryTime + linkJitter(c.jitter, uint64(t.shake))
	if m.recorded {
		c.asked++
	}
	s.askNow(c.patience.add(t), m.at)
}
