package sim

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// entries says where the users of each metro enter for a workload: in one place, or in several by user and
// time.
func (c *compiler) entries(ctx context.Context, p *Plan, w *workload.Workload, kind Kind) ([][]entry, error) {
	name := w.Name
	role := needs(p.placement, kind)
	route := p.placement.RouteOf(name, role)
	serving := c.newChoice(p, route.Routing, p.serving(role, name, false), p.serving(role, name, true))
	var pops *choice
	if goesViaPoP(&route, kind) {
		enter := p.placement.EntryRole()
		pops = c.newChoice(p, p.placement.Rule(), p.serving(enter, name, false), p.serving(enter, name, true))
	}
	epochs := c.choiceEpochs(p)
	serving.isBeyond, serving.asksAgain = pops != nil, w.Patience().Retries > 0
	entries := make([][]entry, len(c.metros))
	for m := range c.metros {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var err error
		if entries[m], err = c.entriesOf(p, m, serving, pops, epochs); err != nil {
			return nil, fmt.Errorf("metro %q: %w", c.people[m].Metro, err)
		}
	}
	return entries, nil
}

// needs returns the role of the sites that serve the users of a kind of workload.
func needs(p placement.Placement, kind Kind) placement.Role {
	if kind.MeetsCaches() {
		return p.EntryRole()
	}
	return kind.Role()
}

// goesViaPoP reports whether a workload with a route enters at the first tier on its way to who computes.
func goesViaPoP(route *placement.Route, kind Kind) bool {
	return route.ViaPoP && !kind.MeetsCaches() && (kinds[kind].viaPoP || len(route.Workloads) > 0)
}

// A choice is how users find one of the sites that can serve them.
type choice struct {
	rule           placement.Routing
	sites, backups []int // of the plan
	candidates     []placement.Candidate
	// isBeyond says that users come there through a PoP, whatever the ways between them and the sites.
	isBeyond bool
	// asksAgain says that users may ask a site again when their requests go elsewhere, by the way that leads there then.
	asksAgain bool
}

func (c *compiler) newChoice(p *Plan, rule placement.Routing, sites, backups []int) *choice {
	ch := &choice{rule: rule, sites: sites, backups: backups}
	for _, n := range sites {
		node := c.net.At(c.nodes[c.siteOf[p.sites[n].id]])
		ch.candidates = append(ch.candidates, placement.Candidate{Site: node.ID, Kind: node.Kind, Place: node.Place()})
	}
	return ch
}

// shares returns who goes to which site of the plan in an epoch, when some sites are to be avoided, or cannot be reached. If that leaves
// none, users go to the nearest backup; if there is none either, they go where the rule says that they would.
func (c *compiler) shares(p *Plan, m int, ch *choice, of *epoch) ([]placement.Share, error) {
	whole := routedNetwork{there: c.there, back: c.back}
	net := &whole
	if of.net != nil && !ch.isBeyond {
		net = of.net
	}
	siteOf := func(n int) int { return c.siteOf[p.sites[n].id] }
	isAway := func(n int) bool { return slices.Contains(of.away, p.sites[n].id) || !net.reaches(m, siteOf(n)) }
	rtt := func(n int) time.Duration {
		if s := siteOf(n); net.reaches(m, s) {
			return net.rtt(m, s)
		}
		return whole.rtt(m, siteOf(n))
	}
	nobody := !slices.ContainsFunc(ch.sites, func(n int) bool { return !isAway(n) })
	if nobody {
		if n := nearestByRTT(slices.DeleteFunc(slices.Clone(ch.backups), isAway), rtt); n >= 0 {
			return []placement.Share{{Site: n, UpTo: placement.Everybody}}, nil
		}
	}
	v := placement.View{
		Metro: c.people[m].Metro,
		Place: c.net.At(c.metros[m]).Place(),
		Sites: ch.candidates,
		Draws: random.NewKey(c.scenario.Seed, 0, random.Entity(c.people[m].Metro), purpose.Route),
	}
	for i, n := range ch.sites {
		v.Sites[i].RTT = rtt(n)
		v.Sites[i].Away = !nobody && isAway(n)
	}
	shares := ch.rule.Shares(v)
	if err := v.CheckShares(shares); err != nil {
		return nil, fmt.Errorf("routing rule %T: %w", ch.rule, err)
	}
	found := make([]placement.Share, len(shares))
	for i, s := range shares {
		found[i] = placement.Share{Site: ch.sites[s.Site], UpTo: s.UpTo}
	}
	return found, nil
}

// siteAt returns where a user goes.
func siteAt(shares []placement.Share, who uint64) int {
	return shares[sort.Search(len(shares), func(i int) bool { return who < shares[i].UpTo })].Site
}

// ends returns the ends of all shares, in order: where the groups of users end that shares tell apart.
func ends(lists ...[]placement.Share) []uint64 {
	var all []uint64
	for _, shares := range lists {
		for _, s := range shares {
			if s.UpTo > 0 {
				all = append(all, s.UpTo)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// entriesOf finds the entries of metro m: in each epoch the shares of the users that go to a site, by way of
// a PoP where there are any.
func (c *compiler) entriesOf(p *Plan, m int, serving, pops *choice, epochs []epoch) ([]entry, error) {
	starts := make([]int64, len(epochs))
	// The shares in each epoch of the sites and, where they are asked for, of the PoPs.
	var lists [][]placement.Share
	choices := []*choice{serving}
	if pops != nil {
		choices = append(choices, pops)
	}
	for e := range epochs {
		starts[e] = epochs[e].from
	}
	if len(p.placement.Openings) > 0 {
		epochs = slices.Clone(epochs)
		for _, at := range p.phases {
			epochs = append(epochs, c.inPhase(p, &epochs[0], at))
		}
	}
	for e := range epochs {
		for _, ch := range choices {
			shares, err := c.shares(p, m, ch, &epochs[e])
			if err != nil {
				return nil, err
			}
			lists = append(lists, shares)
		}
	}
	groups := ends(lists...)
	type way struct{ site, pop int }
	var found []way
	var rules []*shareRule
	for e := range epochs {
		of := lists[e*len(choices) : (e+1)*len(choices)]
		who := uint64(0) // the first user of a group stands for all
		for g, end := range groups {
			at := way{site: siteAt(of[0], who), pop: -1}
			if pops != nil {
				at.pop = siteAt(of[1], who)
			}
			who = end
			i := slices.Index(found, at)
			if i < 0 {
				i = len(found)
				found = append(found, at)
				rule := &shareRule{epochs: starts, upTo: groups, takes: make([][]bool, len(epochs)), resolvers: newResolvers(p.placement.DNS)}
				for k := range rule.takes {
					rule.takes[k] = make([]bool, len(groups))
				}
				rules = append(rules, rule)
			}
			rules[i].takes[e][g] = true
		}
	}
	var all []entry
	for i, at := range found {
		ways, err := c.waysOf(p, m, at.site, at.pop)
		if err != nil {
			return nil, err
		}
		for k := range ways {
			e := ways[k].entry
			if len(found) > 1 || len(ways) > 1 {
				rule := *rules[i]
				if rule.times = ways[k].times; !rule.comesUp() && !rule.isPlanned() && !serving.asksAgain {
					continue
				}
				e.share = &rule
			}
			all = append(all, e)
		}
	}
	if len(all) == 1 {
		all[0].share = nil
	}
	return all, nil
}

// entry returns the entry of metro m at a site, through a PoP unless that is -1.
func (c *compiler) entry(p *Plan, m, site, pop int) (entry, error) {
	e := c.way(m, p.sites[site].id)
	if pop >= 0 {
		beyond, err := c.leg(p, p.sites[pop].id, p.sites[site].id)
		if err != nil {
			return entry{}, err
		}
		e = c.way(m, p.sites[pop].id)
		e.beyond = beyond
	}
	c.meetOutages(p, &e, site, pop)
	return e, nil
}

// meetOutages lets an entry at a site, through a PoP unless that is -1, meet their outages.
func (c *compiler) meetOutages(p *Plan, e *entry, site, pop int) {
	e.site, e.enters = site, site
	if pop >= 0 {
		e.enters = pop
		e.outages = shifted(c.scenario.outagesOf(p.sites[pop].id), e.up+e.access)
		for i := range e.outages {
			e.outages[i].after = e.beyond.rtt()
		}
	}
	e.outages = append(e.outages, shifted(c.scenario.outagesOf(p.sites[site].id), e.delay())...)
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
func (c *compiler) way(m int, site string) entry { return c.wayOver(c.there, c.back, m, site) }

// wayOver is way over some routes there and back.
func (c *compiler) wayOver(there, back *topology.Routes, m int, site string) entry {
	s := c.siteOf[site]
	accessUp, _, _ := there.Parts(m, s)
	accessDown, _, _ := back.Parts(m, s)
	e := entry{
		up:        int64(there.OneWay(m, s) - accessUp),
		down:      int64(back.OneWay(m, s) - accessDown),
		access:    int64(accessUp+accessDown) / 2,
		jitter:    float64(there.Jitter(m, s) + back.Jitter(m, s)),
		loss:      1 - float64((1-there.Loss(m, s))*(1-back.Loss(m, s))),
		lossDown:  back.Loss(m, s),
		narrowest: narrowestOf(backwards(back.Narrowest(m, s))),
	}
	if c.net.HasShared() {
		e.shared = sharedOf(back.Returning(m, s))
	}
	return e
}

// backwards returns a link of a way back, which is listed from its end, as it is passed.
func backwards(l topology.Link) topology.Link {
	l.From, l.To = l.To, l.From
	return l
}

// nearestByRTT returns the site with the least round trip, -1 if there is none; ties go to the first.
func nearestByRTT(sites []int, rtt func(int) time.Duration) int {
	if len(sites) == 0 {
		return -1
	}
	return slices.MinFunc(sites, func(a, b int) int { return cmp.Compare(rtt(a), rtt(b)) })
}
