package sim

import (
	"context"
	"slices"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
)

// A LinkOnWay is what an event of links did to the way of a request, or of what a site asked another for it.
type LinkOnWay struct {
	// From and To are the ids of the ends of the way, Path those of the nodes from one to the other, both included, as routes had it.
	From, To string
	Path     []string
	// What is what the event did. Failure is set where links were down, Impairment where they were impaired; the other is nil.
	What       LinkEffect
	Failure    *LinkFailure
	Impairment *LinkImpairment
	// Down is, of a failure, the time in which the links were down then, or since which routes lead around them.
	Down LinkDowntime
}

// A LinkEffect is what an event of links did to a way.
type LinkEffect uint8

// The effects of events of links.
const (
	// LedAround says that routes led around links that were down: without the failure the way would have been another.
	LedAround LinkEffect = iota
	// LostOn says that what was sent, or its answer, came to links that were down, and was lost.
	LostOn
	// WentOver says that the way went over links that were impaired.
	WentOver
)

// An askedWay is a way between two sites over which something was asked at an instant for a request that is followed.
type askedWay struct {
	from, to string
	at       int64
	lost     bool // without an answer
}

// linksOnWays returns what events of links did to the way of a request that came by an entry, and to those between sites on which
// something was asked for it.
func (p *Plan) linksOnWays(ctx context.Context, e *Explanation, by *entry, asked []askedWay) ([]LinkOnWay, error) {
	if len(p.scenario.LinkFailures)+len(p.scenario.LinkImpairments) == 0 {
		return nil, nil
	}
	c := compiler{scenario: p.scenario, net: p.scenario.Network}
	if err := c.audiences(); err != nil {
		return nil, err
	}
	if err := c.routes(ctx, []placement.Placement{p.placement}); err != nil {
		return nil, err
	}
	enters, site := p.sites[by.enters].id, p.sites[by.site].id
	s := c.siteOf[enters]
	all, err := c.linksOnWay(LinkOnWay{From: e.MetroName, To: enters}, e.At, e.At+e.TTFB, e.Reason == LinkDown, func(n *routedNetwork) (there, back []topology.Link) {
		if !n.reaches(e.Metro, s) {
			return nil, nil
		}
		return n.there.Links(e.Metro, s), n.back.Returning(e.Metro, s)
	})
	if enters != site {
		asked = append([]askedWay{{from: enters, to: site, at: e.At + by.up + by.access, lost: e.Reason == LinkDown}}, asked...)
	}
	for _, a := range asked {
		if err != nil || a.from == a.to || a.at > e.At+e.TTFB { // of another request
			continue
		}
		var more []LinkOnWay
		from, _ := c.net.Index(a.from)
		to, _ := c.net.Index(a.to)
		more, err = c.linksOnWay(LinkOnWay{From: a.from, To: a.to}, a.at, e.At+e.TTFB, a.lost, func(n *routedNetwork) (there, back []topology.Link) {
			if path := n.path(from, to); path != nil {
				return path.ThereLinks, path.BackLinks
			}
			return nil, nil
		})
		all = append(all, more...)
	}
	return all, err
}

// linksOnWay returns what events of links did to a way, with its links there and back in a network, that was taken at an instant. What is
// lost has no answer, for which nobody waited longer than until another instant.
func (c *compiler) linksOnWay(of LinkOnWay, at, until int64, isLost bool, links func(*routedNetwork) (there, back []topology.Link)) (all []LinkOnWay, err error) {
	number := 0
	for number+1 < len(c.states) && c.states[number+1].from <= at {
		number++
	}
	state := &c.states[number]
	there, back := links(state.net)
	of.Path = []string{of.From}
	for _, l := range there {
		of.Path = append(of.Path, l.To)
	}
	for _, i := range state.down {
		n, err := c.routedWithout(slices.DeleteFunc(slices.Clone(state.down), func(o int) bool { return o == i }))
		if err != nil {
			return nil, err
		}
		otherThere, otherBack := links(n)
		if !slices.Equal(there, otherThere) || !slices.Equal(back, otherBack) {
			of.What, of.Failure = LedAround, &c.scenario.LinkFailures[i]
			of.Down = of.Failure.last(at)
			all = append(all, of)
		}
	}
	if isLost {
		for i := range c.scenario.LinkFailures {
			f := &c.scenario.LinkFailures[i]
			lost, ok := f.losesOn(there, at)
			if n := slices.IndexFunc(f.lost(), func(s span) bool { return s.from < until && at < s.to }); !ok && n >= 0 {
				lost = f.lost()[n].from
				ok = slices.ContainsFunc(back, func(l topology.Link) bool { return joins(f.Between, &l) })
			}
			if ok {
				of.What, of.Failure, of.Down = LostOn, f, f.last(lost)
				all = append(all, of)
			}
		}
	}
	of.Failure, of.Down = nil, LinkDowntime{}
	for _, i := range state.impaired {
		d := &c.scenario.LinkImpairments[i]
		if slices.ContainsFunc(slices.Concat(there, back), func(l topology.Link) bool { return joins(d.Between, &l) }) {
			of.What, of.Impairment = WentOver, d
			all = append(all, of)
		}
	}
	return all, nil
}

// losesOn returns when what is sent over links at an instant comes to the links of a failure, if it is lost there.
func (f *LinkFailure) losesOn(way []topology.Link, at int64) (comes int64, ok bool) {
	for k := range way {
		if joins(f.Between, &way[k]) && within(f.lost(), at) {
			return at, true
		}
		at += int64(way[k].OneWay)
	}
	return 0, false
}

// last returns the last time in which the links go down that has begun at an instant.
func (f *LinkFailure) last(at int64) (d LinkDowntime) {
	for _, of := range f.Downtimes() {
		if int64(of.At) <= at {
			d = of
		}
	}
	return d
}
