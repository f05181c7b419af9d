package sim

import (
	"fmt"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/topology"
)

// A linkState is a time in which links are as they are: from an instant on to that of the next state.
type linkState struct {
	from     int64
	down     []int // the links around which routing leads, by the number of their failure
	impaired []int // those that are slow or lose packets, by the number of their impairment
	net      *routedNetwork
}

// A routedNetwork is a network with its routes, as far as there are any.
type routedNetwork struct {
	net         *topology.Network
	there, back *topology.Routes
	apart       *topology.Routes              // between metros, nil where nobody has asked
	paths       map[[2]int]*topology.SitePath // between sites, as they are asked for; nil where there is none
}

// findLinkStates finds the states of the links, one where nothing happens to them, and the routes in each: once for each set of links
// around which routing leads.
func (c *compiler) findLinkStates() error {
	s := &c.scenario
	if len(s.LinkFailures)+len(s.LinkImpairments) == 0 {
		return nil
	}
	starts := []int64{0}
	for i := range s.LinkFailures {
		for _, around := range s.LinkFailures[i].around() {
			starts = append(starts, around.from, around.to)
		}
	}
	for i := range s.LinkImpairments {
		d := &s.LinkImpairments[i]
		starts = append(starts, int64(d.At), int64(d.At+d.For))
	}
	slices.Sort(starts)
	whole := &routedNetwork{net: c.net, there: c.there, back: c.back, paths: make(map[[2]int]*topology.SitePath)}
	c.networks = map[string]*routedNetwork{fmt.Sprint([][2]string{}): whole}
	for _, at := range slices.Compact(starts) {
		state := linkState{from: at}
		for i := range s.LinkFailures {
			if within(s.LinkFailures[i].around(), at) {
				state.down = append(state.down, i)
			}
		}
		for i := range s.LinkImpairments {
			if d := &s.LinkImpairments[i]; int64(d.At) <= at && at < int64(d.At+d.For) {
				state.impaired = append(state.impaired, i)
			}
		}
		var err error
		if state.net, err = c.routedWithout(state.down); err != nil {
			return err
		}
		c.states = append(c.states, state)
	}
	c.findConditions()
	return nil
}

// A linkCondition is a state of the links that is the same at several times: those in order, and the numbers of the states.
type linkCondition struct {
	*linkState
	times  []span
	states []int
}

// findConditions finds the states that are the same: links that flap come to each of theirs time and again.
func (c *compiler) findConditions() {
	for k := range c.states {
		state := &c.states[k]
		n := slices.IndexFunc(c.conditions, func(o linkCondition) bool {
			return slices.Equal(o.down, state.down) && slices.Equal(o.impaired, state.impaired)
		})
		if n < 0 {
			n = len(c.conditions)
			c.conditions = append(c.conditions, linkCondition{linkState: state})
		}
		of := &c.conditions[n]
		of.times, of.states = append(of.times, c.timeOf(k)), append(of.states, k)
	}
	for n := range c.conditions {
		c.conditions[n].times = union(c.conditions[n].times)
	}
}

// routedWithout returns the network without the links of some failures, once for all who ask for the same.
func (c *compiler) routedWithout(failures []int) (n *routedNetwork, err error) {
	cut := make([][2]string, len(failures))
	for k, i := range failures {
		cut[k] = c.scenario.LinkFailures[i].Between
	}
	key := fmt.Sprint(cut)
	if c.networks[key] != nil {
		return c.networks[key], nil
	}
	n = &routedNetwork{paths: make(map[[2]int]*topology.SitePath)}
	if n.net, err = c.net.With(topology.Change{CutLinks: cut}); err != nil {
		return nil, err
	}
	if n.there, err = n.net.RoutesWherePossible(c.metros, c.nodes, topology.Public); err != nil {
		return nil, err
	}
	if n.back, err = n.there.Back(); err != nil {
		return nil, err
	}
	c.networks[key] = n
	return n, nil
}

// reaches reports whether there is a way between metro m and a site of the route tables, and back.
func (n *routedNetwork) reaches(m, s int) bool { return n.there.Has(m, s) && n.back.Has(m, s) }

// rtt returns the round trip between metro m and a site of the route tables that it reaches.
func (n *routedNetwork) rtt(m, s int) time.Duration {
	return n.there.OneWay(m, s) + n.back.OneWay(m, s)
}

// path returns the way between two nodes and back, nil if there is none.
func (n *routedNetwork) path(a, b int) *topology.SitePath {
	if p, ok := n.paths[[2]int{a, b}]; ok {
		return p
	}
	var p *topology.SitePath
	if paths, err := n.net.BetweenSitesInFull([]int{a}, b); err == nil {
		p = &paths[0]
	}
	n.paths[[2]int{a, b}] = p
	return p
}

// A partOfWay is links that follow each other on a way, in order, and how long after a packet has left it comes to the first.
type partOfWay struct {
	links []topology.Link
	after int64
}

// lossesOn returns when what is sent over links is lost, since they are down and routing has not converged, in the time of whoever
// sends, to which a side of the exchange belongs.
func (c *compiler) lossesOn(side outageSide, way ...partOfWay) (all []outage) {
	for _, of := range way {
		at := of.after
		for k := range of.links {
			for i := range c.scenario.LinkFailures {
				f := &c.scenario.LinkFailures[i]
				if !joins(f.Between, &of.links[k]) {
					continue
				}
				for _, lost := range f.lost() {
					all = append(all, outage{side: side, from: lost.from - at, to: lost.to - at, timeout: int64(f.timeout())})
				}
			}
			at += int64(of.links[k].OneWay)
		}
	}
	return all
}

// impair returns what links add to a way in a state, and the probability that a packet passes them all besides their own losses.
func (c *compiler) impair(state *linkState, links []topology.Link) (adds int64, kept float64) {
	kept = 1
	for k := range links {
		for _, i := range state.impaired {
			if d := &c.scenario.LinkImpairments[i]; joins(d.Between, &links[k]) {
				adds += int64(d.Adds)
				kept *= 1 - d.LossRatio
			}
		}
	}
	return adds, kept
}

// addsTo adds to the delays of links what a state adds, so that they sum to what a way takes then.
func (c *compiler) addsTo(state *linkState, links []topology.Link) []topology.Link {
	links = slices.Clone(links)
	for k := range links {
		adds, _ := c.impair(state, links[k:k+1])
		links[k].OneWay += time.Duration(adds)
	}
	return links
}

// unreachable returns when a question is lost since there is no way, in the time of a far end that it would reach so much later. It is
// given up as soon as the least of the timeouts says of those links that are down.
func (c *compiler) unreachable(spans []span, later int64) (all []outage) {
	for _, s := range spans {
		timeout := int64(unknown)
		for i := range c.scenario.LinkFailures {
			if f := &c.scenario.LinkFailures[i]; within(f.around(), s.from) {
				timeout = min(timeout, int64(f.timeout()))
			}
		}
		all = append(all, outage{side: onTheWayThere, from: s.from + later, to: s.to + later, timeout: timeout})
	}
	return all
}
