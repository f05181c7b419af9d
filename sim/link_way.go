package sim

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/edgewise-sim/edgewise/topology"
)

// A timedEntry is the way of a metro's users to a site while the links are as they are.
type timedEntry struct {
	entry
	times []span
	isCut bool // there is none then, so that what goes this way is lost
}

// waysOf returns the ways of metro m to a site, through a PoP unless that is -1, which its users take in turn as links fail; times is nil
// of one that they always take.
func (c *compiler) waysOf(p *Plan, m, site, pop int) ([]timedEntry, error) {
	usual, err := c.entry(p, m, site, pop)
	if err != nil || len(c.states) == 0 {
		return []timedEntry{{entry: usual}}, err
	}
	var all []timedEntry
	var none []span
	for k := range c.conditions {
		in := &c.conditions[k]
		e, ok, err := c.entryIn(p, m, site, pop, in.linkState)
		if err != nil {
			return nil, err
		}
		if !ok {
			none = append(none, in.times...)
			continue
		}
		n := slices.IndexFunc(all, func(o timedEntry) bool { return reflect.DeepEqual(o.entry, e) })
		if n < 0 {
			n = len(all)
			all = append(all, timedEntry{entry: e})
		}
		all[n].times = append(all[n].times, in.times...)
	}
	if none != nil {
		usual.outages = append(usual.outages, c.unreachable(none, 0)...)
		all = append(all, timedEntry{usual, none, true})
	}
	for i := range all {
		all[i].times = union(all[i].times)
	}
	if len(all) == 1 {
		all[0].times = nil
	}
	return all, nil
}

// timeOf returns when the links are in a state, by its number.
func (c *compiler) timeOf(state int) span {
	if state+1 < len(c.states) {
		return span{c.states[state].from, c.states[state+1].from}
	}
	return span{c.states[state].from, unknown}
}

// entryIn is entry in a state of the links; it returns false where there is no way.
func (c *compiler) entryIn(p *Plan, m, site, pop int, state *linkState) (e entry, ok bool, err error) {
	enters := site
	if pop >= 0 {
		enters = pop
	}
	s := c.siteOf[p.sites[enters].id]
	n := state.net
	if !n.reaches(m, s) {
		return entry{}, false, nil
	}
	e = c.wayOver(n.there, n.back, m, p.sites[enters].id)
	there, back := n.there.Links(m, s), n.back.Returning(m, s)
	up, keptUp := c.impair(state, there)
	down, keptDown := c.impair(state, back)
	e.up += up
	e.down += down
	e.loss = 1 - float64(float64((1-e.loss)*keptUp)*keptDown)
	e.lossDown = 1 - float64((1-e.lossDown)*keptDown)
	if len(e.shared) > 0 {
		e.shared = sharedOf(c.addsTo(state, back))
	}
	ways, answers := []partOfWay{{links: c.addsTo(state, there)}}, []partOfWay{{links: c.addsTo(state, back)}}
	if pop >= 0 {
		var links [2][]topology.Link
		if e.beyond, links, ok = c.legIn(p.sites[pop].id, p.sites[site].id, state); !ok {
			return entry{}, false, nil
		}
		ways = append(ways, partOfWay{links[0], e.up + e.access})
		answers = append(answers, partOfWay{links: links[1]})
		answers[0].after = e.beyond.back
	}
	for i := range answers {
		answers[i].after += e.delay()
	}
	c.meetOutages(p, &e, site, pop)
	e.outages = append(append(e.outages, c.lossesOn(onTheWayThere, ways...)...), c.lossesOn(onTheWayBack, answers...)...)
	return e, true, nil
}

// legIn returns the way between two sites in a state of the links, with the links there and back; it returns false where there is none.
func (c *compiler) legIn(from, to string, state *linkState) (l leg, links [2][]topology.Link, ok bool) {
	a, _ := c.net.Index(from)
	b, _ := c.net.Index(to)
	path := state.net.path(a, b)
	if path == nil {
		return leg{}, links, false
	}
	there, keptThere := c.impair(state, path.ThereLinks)
	back, keptBack := c.impair(state, path.BackLinks)
	l = legOf(path)
	l.loss = 1 - float64(float64((1-l.loss)*keptThere)*keptBack)
	l.lossBack = 1 - float64((1-l.lossBack)*keptBack)
	l.there += there
	l.back += back
	l.shared = sharedOf(c.addsTo(state, path.BackLinks))
	return l, [2][]topology.Link{c.addsTo(state, path.ThereLinks), c.addsTo(state, path.BackLinks)}, true
}

// inTurn returns a hop once for each way to it that whoever asks takes in turn as links fail.
func (c *compiler) inTurn(from string, h nextHop, to string) ([]nextHop, error) {
	if len(c.states) == 0 {
		return []nextHop{h}, nil
	}
	var all []nextHop
	var times [][]span
	var none []span
	for k := range c.conditions {
		in := &c.conditions[k]
		l, links, ok := c.legIn(from, to, in.linkState)
		if !ok {
			none = append(none, in.times...)
			continue
		}
		l.to = h.to
		way := h
		way.leg = l
		// What is lost is told in the time of the site that is asked.
		way.outages = slices.Concat(h.outages, c.lossesOn(onTheWayThere, partOfWay{links[0], -l.there}), c.lossesOn(onTheWayBack, partOfWay{links[1], 0}))
		n := slices.IndexFunc(all, func(o nextHop) bool {
			return reflect.DeepEqual(o.leg, way.leg) && reflect.DeepEqual(o.outages, way.outages)
		})
		if n < 0 {
			n = len(all)
			all, times = append(all, way), append(times, nil)
		}
		times[n] = append(times[n], in.times...)
	}
	if none != nil {
		all[0].outages = append(all[0].outages, c.unreachable(none, all[0].there)...)
	}
	for n := range all {
		all[n].closed = without(union(times[n]))
		if (len(all) > 1 || len(all[n].outages) > len(h.outages)) && len(all[n].shared) > 0 {
			l := all[n].shared[0]
			return nil, fmt.Errorf("link %q -> %q is shared (%v) on a way to %q that fails or changes as links do; want sharing: none", l.From, l.To, l.Sharing, to)
		}
	}
	return all, nil
}

// without returns the times that lie in none of some, which are in order.
func without(all []span) (others []span) {
	at := int64(0)
	for _, s := range all {
		if at < s.from {
			others = append(others, span{at, s.from})
		}
		at = s.to
	}
	if at < unknown {
		others = append(others, span{at, unknown})
	}
	return others
}

// choiceEpochs returns the times in which users are routed in the same way, with the routes of each where links fail.
func (c *compiler) choiceEpochs(p *Plan) []epoch {
	epochs := c.scenario.epochs(p.placement)
	if len(c.states) == 0 {
		return epochs
	}
	var starts []int64
	for e := range epochs {
		starts = append(starts, epochs[e].from)
	}
	for k := range c.states {
		starts = append(starts, c.states[k].from)
	}
	slices.Sort(starts)
	var all []epoch
	e, k := 0, 0
	for _, at := range slices.Compact(starts) {
		for e+1 < len(epochs) && epochs[e+1].from <= at {
			e++
		}
		for k+1 < len(c.states) && c.states[k+1].from <= at {
			k++
		}
		one := epoch{from: at, away: epochs[e].away, net: c.states[k].net}
		if last := len(all) - 1; last < 0 || all[last].net != one.net || !slices.Equal(all[last].away, one.away) {
			all = append(all, one)
		}
	}
	return all
}

// isLostOnWay reports whether the answer to a question of this site, or its refusal, was lost before it came here. Its bytes count as
// received, for they were sent.
func (s *site) isLostOnWay(m *message) bool {
	switch m.of {
	case computePart:
		k := s.calls.at(m.token)
		return s.data[s.computations.at(k.of).number].hops[k.choice].losesAnswer(m.at)
	case spillPart:
		p := s.computations.at(m.token)
		return s.spills[p.number].hops[p.hop].losesAnswer(m.at)
	}
	t := s.tier(m.of)
	f := &t.flights.pool[m.token]
	if !t.hops[f.number][f.choice].losesAnswer(m.at) {
		return false
	}
	if m.kind == answer {
		bytes := f.bytes
		if t.aging != nil {
			is := m.came()
			bytes = is.carries(t.aging.renewals[m.token].bytes)
		}
		t.books[f.number][f.choice].received += uint64(bytes)
	}
	return true
}
