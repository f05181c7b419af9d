package sim

import (
	"cmp"
	"slices"

	"github.com/edgewise-sim/edgewise/topology"
)

// LinkCrossings say which events of links concern a placement: some way that is taken there goes over the links while they are down or
// impaired, or would if routes did not lead around them. They are by the numbers of the events in the scenario.
type LinkCrossings struct {
	// Failures are of [Scenario].LinkFailures, Impairments of [Scenario].LinkImpairments.
	Failures, Impairments []bool
	// Joined are, of each node of an event, the nodes at the other ends of links over which a way goes at some time.
	Joined map[string][]string
}

// LinkCrossings returns which events of links concern the placement. The ways are those of users to the sites where they are served,
// of metros that have users; and between sites those of fetches, of calls for data and of requests that are passed on, which come into
// play at some time: that to a backup does where what comes before it may not answer.
func (p *Plan) LinkCrossings() LinkCrossings { return p.crosses }

// A crossingFinder finds the events of links that concern a plan.
type crossingFinder struct {
	LinkCrossings
	*compiler
	plan *Plan
	lost [][]bool // whether what comes to the links of a failure is lost, by failure and state of the links
}

// findCrossings finds the events of links that concern a plan.
func (c *compiler) findCrossings(p *Plan) error {
	if len(c.states) == 0 {
		return nil
	}
	f := crossingFinder{compiler: c, plan: p, LinkCrossings: LinkCrossings{
		Failures: make([]bool, len(c.scenario.LinkFailures)), Impairments: make([]bool, len(c.scenario.LinkImpairments)),
		Joined: make(map[string][]string),
	}}
	for i := range c.scenario.LinkFailures {
		of := &c.scenario.LinkFailures[i]
		f.watch(of.Between)
		f.lost = append(f.lost, f.whenever(of.lost()))
	}
	for i := range c.scenario.LinkImpairments {
		f.watch(c.scenario.LinkImpairments[i].Between)
	}
	for i := range p.workloads {
		if err := f.ofWorkload(&p.workloads[i], i); err != nil {
			return err
		}
	}
	for node := range f.Joined {
		slices.Sort(f.Joined[node])
	}
	p.crosses = f.LinkCrossings
	return nil
}

func (f *crossingFinder) watch(nodes [2]string) {
	for _, n := range nodes {
		f.Joined[n] = []string{}
	}
}

// pass notes to whom a link joins a node of an event.
func (f *crossingFinder) pass(from, to string) {
	if of, ok := f.Joined[from]; ok && !slices.Contains(of, to) {
		f.Joined[from] = append(of, to)
	}
}

// A questioned site is asked for something.
type questioned struct {
	site int
	what part
}

// ofWorkload finds the events that concern a workload: on the ways of its users, and on those of the sites that they ask.
func (f *crossingFinder) ofWorkload(w *plannedWorkload, number int) error {
	asked := make(map[questioned][]bool) // by state of the links
	var left []questioned
	ask := func(q questioned, when []bool) {
		of, isNew := asked[q], false
		if of == nil {
			of, isNew = make([]bool, len(when)), true
			asked[q] = of
		}
		for k := range when {
			isNew = isNew || when[k] && !of[k]
			of[k] = of[k] || when[k]
		}
		if isNew {
			left = append(left, q)
		}
	}
	serves := firstTier
	if !w.kind.MeetsCaches() {
		serves = spillPart // as who takes requests of users
	}
	for m := range w.audiences {
		if w.audiences[m].Users == 0 {
			continue
		}
		ways := w.entries[m]
		if w.kind == Matched {
			ways = w.reach[m]
		}
		for i := range ways {
			e := &ways[i]
			when := f.whenever(always)
			if e.share != nil {
				when = f.whenever(e.share.open())
			}
			if err := f.ofUsers(m, e, when); err != nil {
				return err
			}
			ask(questioned{e.site, serves}, when)
		}
	}
	for m := range w.again {
		for i := range w.again[m] {
			if e := &w.again[m][i]; w.audiences[m].Users > 0 && !e.isCut {
				when := f.whenever(always)
				if e.times != nil {
					when = f.whenever(e.times)
				}
				if err := f.ofUsers(m, &e.entry, when); err != nil {
					return err
				}
				ask(questioned{e.site, serves}, when)
			}
		}
	}
	if w.apart != nil {
		if err := f.ofPeers(w); err != nil {
			return err
		}
	}
	for len(left) > 0 {
		q := left[0]
		left = left[1:]
		if err := f.ofSite(w, number, q, asked[q], ask); err != nil {
			return err
		}
	}
	return nil
}

// whenever returns by state of the links whether one of some times, which are in order, meets its time.
func (f *crossingFinder) whenever(times []span) []bool {
	in := make([]bool, len(f.states))
	n := 0
	for k := range in {
		time := f.timeOf(k)
		for n < len(times) && times[n].to <= time.from {
			n++
		}
		in[k] = n < len(times) && times[n].from < time.to
	}
	return in
}

// ofUsers finds the events that concern the users of a metro who come to a site over an entry, in some states.
func (f *crossingFinder) ofUsers(m int, e *entry, when []bool) error {
	from, site := f.plan.sites[e.enters].id, f.plan.sites[e.site].id
	return f.follow(when, slices.Repeat([]bool{true}, len(when)), func(n *routedNetwork) []topology.Link {
		s := f.siteOf[from]
		if !n.reaches(m, s) {
			return nil
		}
		links := append(n.there.Links(m, s), n.back.Links(m, s)...)
		if e.enters != e.site {
			links = append(links, f.between(n, from, site)...)
		}
		return links
	})
}

// ofPeers finds the events that concern what players of a game without a server send each other.
func (f *crossingFinder) ofPeers(w *plannedWorkload) error {
	when := f.whenever(always)
	for a := range w.apart {
		for b := range w.apart {
			if a == b || w.audiences[a].Users == 0 || w.audiences[b].Users == 0 {
				continue
			}
			var failed error
			err := f.follow(when, when, func(n *routedNetwork) []topology.Link {
				routes, err := n.betweenMetros(f.metros)
				if failed = cmp.Or(failed, err); err != nil || !routes.Has(a, b) {
					return nil
				}
				return routes.Links(a, b)
			})
			if err = cmp.Or(failed, err); err != nil {
				return err
			}
		}
	}
	return nil
}

// ofSite finds the events that concern what a site asks others for, when it is asked for something in some states, and lets those
// be asked.
func (f *crossingFinder) ofSite(w *plannedWorkload, number int, q questioned, when []bool, ask func(questioned, []bool)) error {
	from := f.plan.sites[q.site].id
	var lists [][]nextHop
	switch {
	case q.what == spillPart:
		if w.spills != nil {
			lists = append(lists, w.spills[q.site])
		}
		lists = append(lists, w.homes[q.site])
	case w.hops != nil && int(q.what) < len(w.hops[q.site]):
		lists = append(lists, w.hops[q.site][q.what])
	}
	home := ""
	if w.homes != nil {
		home = f.scenario.homeOfSite(f.plan.placement, &f.scenario.Workloads[number], from)
	}
	for _, hops := range lists {
		wanted := slices.Clone(when) // a hop comes into play where those before it may not answer
		for i := range hops {
			h := &hops[i]
			taken := f.whenever(without(union(slices.Clone(h.closed))))
			for k := range taken {
				taken[k] = taken[k] && wanted[k]
			}
			to := home // where it is no site of the placement
			if h.to >= 0 {
				to = f.plan.sites[h.to].id
				ask(questioned{h.to, h.part}, taken)
			}
			if to != from {
				if err := f.follow(taken, wanted, func(n *routedNetwork) []topology.Link { return f.between(n, from, to) }); err != nil {
					return err
				}
			}
			for k, isUnsafe := range f.whenever(h.unsafe()) {
				wanted[k] = wanted[k] && isUnsafe
			}
		}
	}
	return nil
}

// unsafe returns when the site may not be there, or the way to it, so that another may be asked, in order.
func (h *nextHop) unsafe() []span {
	all := slices.Concat(h.away, h.closed)
	for _, o := range h.outages {
		all = append(all, span{o.from, o.to})
	}
	return union(all)
}

// between returns the links between two sites, there and back; none where there is no way.
func (f *crossingFinder) between(n *routedNetwork, from, to string) []topology.Link {
	a, _ := f.net.Index(from)
	b, _ := f.net.Index(to)
	path := n.path(a, b)
	if path == nil {
		return nil
	}
	return slices.Concat(path.ThereLinks, path.BackLinks)
}

// follow notes the events that a way meets, which has links in a network: those of the states in which it is taken and, of those in which it
// is wanted, the failures around which routes lead, if without one of them it would lead over that.
func (f *crossingFinder) follow(taken, wanted []bool, links func(*routedNetwork) []topology.Link) error {
	for c := range f.conditions {
		of := &f.conditions[c]
		isIn := func(when []bool) bool { return slices.ContainsFunc(of.states, func(k int) bool { return when[k] }) }
		if isIn(taken) {
			for _, l := range links(of.net) {
				f.meet(&l, of, taken)
				f.pass(l.From, l.To)
				f.pass(l.To, l.From)
			}
		}
		if !isIn(wanted) {
			continue
		}
		for _, i := range of.down {
			if f.Failures[i] {
				continue
			}
			n, err := f.routedWithout(slices.DeleteFunc(slices.Clone(of.down), func(o int) bool { return o == i }))
			if err != nil {
				return err
			}
			for _, l := range links(n) {
				f.Failures[i] = f.Failures[i] || joins(f.scenario.LinkFailures[i].Between, &l)
			}
		}
	}
	return nil
}

// meet notes the events of a link that is passed in some states of a condition.
func (f *crossingFinder) meet(l *topology.Link, of *linkCondition, taken []bool) {
	for i := range f.scenario.LinkFailures {
		if !f.Failures[i] && joins(f.scenario.LinkFailures[i].Between, l) {
			f.Failures[i] = slices.ContainsFunc(of.states, func(k int) bool { return taken[k] && f.lost[i][k] })
		}
	}
	for _, i := range of.impaired {
		f.Impairments[i] = f.Impairments[i] || joins(f.scenario.LinkImpairments[i].Between, l)
	}
}
