package sim

import (
	"cmp"
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/topology"
)

// entries says where the users of each metro enter for a kind of workload: in one place, or in several by
// user and time.
func (c *compiler) entries(p *Plan, kind Kind) ([][]entry, error) {
	role := kinds[kind].entry
	serving := p.with(role)
	if len(serving) == 0 {
		role = kinds[kind].role
		serving = p.with(role)
	}
	var pops []int
	if kinds[kind].viaPoP && p.placement.DynamicViaPoP {
		pops = p.with(placement.EdgeCache)
	}
	epochs, backups := c.scenario.epochs(p.placement), p.backups(role)
	groups := p.groups(serving, pops)
	entries := make([][]entry, len(c.metros))
	for m := range c.metros {
		var err error
		if entries[m], err = c.entriesOf(p, m, serving, backups, pops, epochs, groups); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

// entriesOf finds the entries of metro m.
func (c *compiler) entriesOf(p *Plan, m int, serving, backups, pops []int, epochs []epoch, groups []uint64) ([]entry, error) {
	type choice struct{ site, pop int }
	var found []choice
	var rules []*gateRule
	starts := make([]int64, len(epochs))
	for e := range epochs {
		starts[e] = epochs[e].from
	}
	for e := range epochs {
		for g := range groups {
			who := uint64(0) // the first user of the group stands for all
			if g > 0 {
				who = groups[g-1]
			}
			at := choice{site: c.choose(p, m, serving, backups, who, epochs[e].away), pop: -1}
			if len(pops) > 0 {
				at.pop = c.choose(p, m, pops, p.backups(placement.EdgeCache), who, epochs[e].away)
			}
			i := slices.Index(found, at)
			if i < 0 {
				i = len(found)
				found = append(found, at)
				rule := &gateRule{epochs: starts, upTo: groups, takes: make([][]bool, len(epochs))}
				for k := range rule.takes {
					rule.takes[k] = make([]bool, len(groups))
				}
				rules = append(rules, rule)
			}
			rules[i].takes[e][g] = true
		}
	}
	all := make([]entry, len(found))
	for i, at := range found {
		e := c.way(m, p.sites[at.site].id)
		if at.pop >= 0 {
			beyond, err := c.leg(p.sites[at.pop].id, p.sites[at.site].id)
			if err != nil {
				return nil, err
			}
			e = c.way(m, p.sites[at.pop].id)
			e.beyond = beyond
			e.outages = shifted(c.scenario.outagesOf(p.sites[at.pop].id), e.up+e.access)
			for i := range e.outages {
				e.outages[i].after = beyond.rtt()
			}
		}
		e.outages = append(e.outages, shifted(c.scenario.outagesOf(p.sites[at.site].id), e.delay())...)
		e.site = at.site
		if len(found) > 1 {
			e.gate = rules[i]
		}
		all[i] = e
	}
	return all, nil
}

// shifted returns outages of a site in the time of users who reach it after a delay.
func shifted(outages []outage, delay int64) []outage {
	for i := range outages {
		outages[i].from -= delay
		outages[i].to -= delay
	}
	return outages
}

// way returns the entry of metro m at a site.
func (c *compiler) way(m int, site string) entry {
	s := c.siteOf[site]
	accessUp, _, _ := c.there.Parts(m, s)
	accessDown, _, _ := c.back.Parts(m, s)
	return entry{
		up:       int64(c.there.OneWay(m, s) - accessUp),
		down:     int64(c.back.OneWay(m, s) - accessDown),
		access:   int64(accessUp+accessDown) / 2,
		jitter:   float64(c.there.Jitter(m, s) + c.back.Jitter(m, s)),
		loss:     1 - (1-c.there.Loss(m, s))*(1-c.back.Loss(m, s)),
		lossDown: c.back.Loss(m, s),
	}
}

// everybody is one more than the largest number of a user.
const everybody = 1 << 32

// groups returns the ends of the groups of users that the routing rule tells apart.
func (p *Plan) groups(lists ...[]int) []uint64 {
	ends := []uint64{everybody}
	switch p.placement.Routing {
	case placement.Anycast:
		for i := range uint64(placement.ProvidersPerMetro - 1) {
			ends = append(ends, (i+1)*everybody/placement.ProvidersPerMetro)
		}
	case placement.Weighted:
		for _, sites := range lists {
			ends = append(ends, p.weightEnds(sites)...)
		}
	}
	slices.Sort(ends)
	ends = slices.Compact(ends)
	if ends[0] == 0 { // a site without weight
		ends = ends[1:]
	}
	return ends
}

// weightEnds returns by site where its share of the users ends, if they stand in a row; 0 for all if none
// has a weight.
func (p *Plan) weightEnds(sites []int) []uint64 {
	total, sum := 0.0, 0.0
	for _, n := range sites {
		total += p.placement.WeightOf(p.sites[n].id)
	}
	ends := make([]uint64, len(sites))
	for i, n := range sites {
		sum += p.placement.WeightOf(p.sites[n].id)
		if total > 0 {
			ends[i] = uint64(math.Round(sum / total * everybody))
		}
	}
	return ends
}

// choose applies the routing rule: the site of several that serves a user of metro m, when some sites are
// to be avoided. If that leaves none, users go to the nearest backup; if that is none either, they stay with what
// the rule says.
func (c *compiler) choose(p *Plan, m int, sites, backups []int, who uint64, away []string) int {
	isAway := func(n int) bool { return slices.Contains(away, p.sites[n].id) }
	left := sites
	if slices.ContainsFunc(sites, isAway) {
		left = slices.DeleteFunc(slices.Clone(sites), isAway)
	}
	if len(left) == 0 {
		if backup := c.nearestByRTT(p, m, slices.DeleteFunc(slices.Clone(backups), isAway)); backup >= 0 {
			return backup
		}
		left = sites
	}
	switch p.placement.Routing {
	case placement.NearestDistance:
		return c.nearest(p, left, func(s int) float64 {
			return topology.DistanceKm(c.net.At(c.metros[m]).Place(), c.net.At(c.nodes[s]).Place())
		})
	case placement.Anycast:
		return c.anycast(p, m, sites, left, who)
	case placement.Weighted:
		return c.weighted(p, m, sites, left, who)
	case placement.Pinned:
		metro := c.people[m].Metro
		for _, pin := range p.placement.Pins {
			if pin.Metro != metro {
				continue
			}
			if i := slices.IndexFunc(left, func(n int) bool { return p.sites[n].id == pin.Site }); i >= 0 {
				return left[i]
			}
		}
	}
	return c.nearestByRTT(p, m, left)
}

// rttNs returns the round trip between metro m and a site of the route tables.
func (c *compiler) rttNs(m, s int) float64 {
	return float64(c.there.OneWay(m, s) + c.back.OneWay(m, s))
}

func (c *compiler) nearestByRTT(p *Plan, m int, sites []int) int {
	return c.nearest(p, sites, func(s int) float64 { return c.rttNs(m, s) })
}

// nearest returns the site that is least far; ties go to the first.
func (c *compiler) nearest(p *Plan, sites []int, far func(s int) float64) int {
	best, least := -1, math.Inf(1)
	for _, n := range sites {
		if f := far(c.siteOf[p.sites[n].id]); f < least {
			best, least = n, f
		}
	}
	return best
}

// anycast returns the site to which a user's internet provider leads: drawn by metro and provider, and so
// the same for all workloads and replications, until that site is one to avoid.
func (c *compiler) anycast(p *Plan, m int, all, left []int, who uint64) int {
	provider := who * placement.ProvidersPerMetro / everybody
	key := random.NewKey(c.scenario.Seed, 0, random.Entity(c.people[m].Metro), purpose.Route)
	draw := key.StreamAt(provider)
	if draw.Float64() >= p.placement.MisdirectedShare() {
		return c.nearestByRTT(p, m, left)
	}
	missed := 1
	for missed < len(all)-1 && draw.Float64() < placement.NextWorse {
		missed++
	}
	ranked := slices.Clone(all)
	slices.SortStableFunc(ranked, func(a, b int) int {
		return cmp.Compare(c.rttNs(m, c.siteOf[p.sites[a].id]), c.rttNs(m, c.siteOf[p.sites[b].id]))
	})
	if site := ranked[min(missed, len(ranked)-1)]; slices.Contains(left, site) {
		return site
	}
	return c.nearestByRTT(p, m, left)
}

// weighted returns the site in whose share of all sites the user falls. If that is not among those left,
// the user goes to the nearest of them that has a weight; where none has, to the nearest.
func (c *compiler) weighted(p *Plan, m int, all, left []int, who uint64) int {
	for i, end := range p.weightEnds(all) {
		if who < end {
			if slices.Contains(left, all[i]) {
				return all[i]
			}
			break
		}
	}
	open := slices.DeleteFunc(slices.Clone(left), func(n int) bool { return p.placement.WeightOf(p.sites[n].id) == 0 })
	if len(open) == 0 {
		open = left
	}
	return c.nearestByRTT(p, m, open)
}
