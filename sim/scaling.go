package sim

import (
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/placement"
)

// A scaling lets the number of servers of a pool follow the work: see [placement.Scale]. Times are in ns.
type scaling struct {
	placement.Scale
	least int
	// asked is how many have been asked for and are not there yet, warming how many are there to which no requests come yet.
	asked, warming int
	// worked is how long servers have worked since it last looked, all together; noted up to when that, and what follows, is known.
	worked, noted int64
	// enough is the last time at which no fewer servers would have done, needed the most that were since.
	enough int64
	needed int
	// there is how long servers took requests or ended their last, in recorded time, rented how long there were more than at least: those who
	// warm up, too. steps is the same as there by steps of a [usage].
	there, rented int64
	steps         usage
}

// newScaling returns that of a pool, nil where the number of servers stays.
func newScaling(of *placement.Pool, end int64) *scaling {
	if !of.Scale.Is() {
		return nil
	}
	return &scaling{Scale: of.Scale, least: of.Servers, steps: newUsage(end)}
}

// beginScaling lets a pool look for the first time.
func (s *site) beginScaling(p *pool) {
	s.sendScaling(p, int64(p.scaling.EveryOr()), scaleLook, 0)
}

// sendScaling has the pool told something, of so many servers, unless the run is over by then.
func (s *site) sendScaling(p *pool, at int64, kind messageKind, servers int) {
	if at < p.end {
		m := s.send(s.id, at)
		m.kind, m.token, m.service = kind, p.number, int64(servers)
	}
}

// note brings what is known of the servers up to an instant, of a pool where so many have worked since the last.
func (g *scaling) note(p *pool, now int64, working int) {
	g.worked += (now - g.noted) * int64(working)
	from, to := max(g.noted, p.from, p.there.opens), min(now, p.end)
	if closes := max(p.there.closes, from); closes < to { // then there are those that work on
		g.add(closes, to, working, working)
		to = closes
	}
	if from < to {
		there := max(p.count, working)
		g.add(from, to, there, there+g.warming)
	}
	g.noted = now
}

// add notes that so many servers took requests, or ended their last, from an instant to another, and so many were paid for.
func (g *scaling) add(from, to int64, there, paid int) {
	g.there += (to - from) * int64(there)
	g.rented += (to - from) * int64(max(paid-g.least, 0))
	g.steps.add(from, to, int64(there))
}

// lookAtScale asks for servers, or lets some go.
func (s *site) lookAtScale(p *pool, now int64) {
	g := p.scaling
	p.sharing.note(p, now)
	busy := float64(g.worked) / float64(g.EveryOr())
	needed := min(max(int(math.Ceil(busy/g.Target-1e-9)), g.least), g.Most)
	g.worked = 0
	has := p.count + g.asked + g.warming
	switch {
	case needed >= has:
		g.enough, g.needed = now, 0
	case now-g.enough >= int64(g.DownAfterOr()):
		needed = max(needed, g.needed)
		g.enough, g.needed = now, 0
	default:
		g.needed = max(g.needed, needed)
		needed = has
	}
	change := needed - has
	if g.Step > 0 {
		change = min(max(change, -g.Step), g.Step)
	}
	if change > 0 {
		g.asked += change
		s.launch(p, now, change)
	} else if change < 0 {
		s.setServers(p, now, max(p.count+change, g.least))
	}
	s.sendScaling(p, now+int64(g.EveryOr()), scaleLook, 0)
}

// launch lets servers come that have been asked for, at once where nothing takes time.
func (s *site) launch(p *pool, now int64, servers int) {
	if g := p.scaling; g.Delay > 0 {
		s.sendScaling(p, now+int64(g.Delay), scaleLaunch, servers)
	} else {
		s.warmUp(p, now, servers)
	}
}

// warmUp makes servers that have been asked for be there.
func (s *site) warmUp(p *pool, now int64, servers int) {
	g := p.scaling
	p.sharing.note(p, now)
	g.asked -= servers
	g.warming += servers
	if g.WarmUp > 0 {
		s.sendScaling(p, now+int64(g.WarmUp), scaleReady, servers)
	} else {
		s.addServers(p, now, servers)
	}
}

// addServers gives the pool servers that have warmed up.
func (s *site) addServers(p *pool, now int64, servers int) {
	p.sharing.note(p, now)
	p.scaling.warming -= servers
	s.setServers(p, now, p.count+servers)
}

// setServers changes the number of servers of a pool at an instant.
func (s *site) setServers(p *pool, now int64, servers int) {
	p.sharing.note(p, now)
	p.count = servers
	p.sharing.station.SetServers(time.Duration(now), servers)
	s.arm(p)
}

// settleScaling adds what there was of servers to the tally of the site: what was rented to that of the first of the workloads.
func (s *servers) settleScaling(to *SiteTally) {
	g := s.scaling
	s.sharing.note(s.pool, max(s.end, g.noted))
	to.Counters[ServerUs] += uint64(g.there / nsPerUs)
	if !s.isRented {
		to.Counters[RentedUs] += uint64(g.rented / nsPerUs)
		s.isRented = true
	}
	if recorded := int64(usIn(nsPerUs, s.inService())); recorded > 0 {
		to.PeakBusyUs = uint64(g.peak(&s.use, (g.there+recorded/2)/recorded) / nsPerUs)
	}
}

// peak returns how long, in the busiest step for what there was of servers, those that there were on the mean would have worked.
func (g *scaling) peak(u *usage, mean int64) (most int64) {
	length := int64(1) << u.shift
	for i, busy := range u.steps {
		most = max(most, proportion(length*mean, busy, max(g.steps.steps[i], length*int64(g.least))))
	}
	return most
}
