package sim

import "github.com/edgewise-sim/edgewise/topology"

// A peerTurn is what the packets from the players of one metro to those of another meet while the links are in a condition.
type peerTurn struct {
	way    peerWay
	passes []linkPass // links on the way that are down at times
	isCut  bool       // there is no way
}

// A linkPass is a link that a packet passes so long after it was sent, which loses it at times.
type linkPass struct {
	after int64
	lost  []span
}

// loses reports whether a packet that is sent at an instant is lost on links that are down.
func (t *peerTurn) loses(at int64) bool {
	if t.isCut {
		return true
	}
	for i := range t.passes {
		if p := &t.passes[i]; within(p.lost, at+p.after) {
			return true
		}
	}
	return false
}

// peerTurns are the ways between the metros of a game without a server that packets take in turn.
type peerTurns struct {
	// from are the instants at which another condition of the links begins, the first 0, and condition is which.
	from      []int64
	condition []int
	// of has by the metro that sends, the one that gets and the condition what packets meet; nil where that is always the same, and nothing is lost.
	of [][][]peerTurn
}

// turnsOfPeers finds the ways between metros that packets take in turn; none where no event of links concerns any.
func (c *compiler) turnsOfPeers(w *plannedWorkload) error {
	if len(c.states) == 0 {
		return nil
	}
	turns := &peerTurns{from: make([]int64, len(c.states)), condition: make([]int, len(c.states)), of: make([][][]peerTurn, len(c.metros))}
	routes := make([]*topology.Routes, len(c.conditions))
	for k := range c.conditions {
		for _, n := range c.conditions[k].states {
			turns.from[n], turns.condition[n] = c.states[n].from, k
		}
		var err error
		if routes[k], err = c.conditions[k].net.betweenMetros(c.metros); err != nil {
			return err
		}
	}
	lost := make([][]span, len(c.scenario.LinkFailures))
	for i := range lost {
		lost[i] = c.scenario.LinkFailures[i].lost()
	}
	for a := range c.metros {
		turns.of[a] = make([][]peerTurn, len(c.metros))
		for b := range c.metros {
			all, isSame := make([]peerTurn, len(c.conditions)), true
			for k := range c.conditions {
				all[k] = c.peerTurnIn(&c.conditions[k], routes[k], a, b, w.apart[a][b], lost)
				isSame = isSame && all[k].way == all[0].way && !all[k].isCut && all[k].passes == nil
			}
			w.apart[a][b] = all[turns.condition[0]].way // by which the matchmaker goes
			if !isSame {
				turns.of[a][b], w.peerTurns = all, turns
			}
		}
	}
	return nil
}

// betweenMetros returns the routes between metros, over public links, as players reach each other.
func (n *routedNetwork) betweenMetros(metros []int) (*topology.Routes, error) {
	if n.apart != nil {
		return n.apart, nil
	}
	var err error
	n.apart, err = n.net.RoutesWherePossible(metros, metros, topology.Public)
	return n.apart, err
}

// peerTurnIn returns what packets between two metros meet in a condition of the links, with its routes, whose way is another where nothing happens;
// links that fail lose what comes to them at times, by the number of the failure.
func (c *compiler) peerTurnIn(in *linkCondition, routes *topology.Routes, a, b int, usual peerWay, lost [][]span) peerTurn {
	if a == b {
		return peerTurn{way: usual}
	}
	if !routes.Has(a, b) {
		return peerTurn{way: usual, isCut: true}
	}
	links := routes.Links(a, b)
	adds, kept := c.impair(in.linkState, links)
	access, _, _ := routes.Parts(a, b)
	t := peerTurn{way: peerWay{
		law: usual.law, oneWay: int64(routes.OneWay(a, b)-access) + adds, jitter: float64(routes.Jitter(a, b)),
		loss: 1 - float64((1-routes.Loss(a, b))*kept),
	}}
	after := int64(0)
	for _, l := range c.addsTo(in.linkState, links) {
		for i := range lost {
			if len(lost[i]) > 0 && joins(c.scenario.LinkFailures[i].Between, &l) {
				t.passes = append(t.passes, linkPass{after, lost[i]})
			}
		}
		after += int64(l.OneWay)
	}
	return t
}

// A pairTurn is the way between two players as it is up to an instant. The packets of the first meet what they do in a turn, nil where none is ever lost.
type pairTurn struct {
	pairWay
	turn  *peerTurn
	until int64
}

// pairTurn returns the way between two players of given metros at an instant.
func (a *arena) pairTurn(from, to uint32, at int64) pairTurn {
	w := pairTurn{pairWay: pairWay{&a.apart[from][to], &a.apart[to][from]}, until: unknown}
	if a.peerTurns != nil {
		a.peerTurns.turn(&w, from, to, at)
	}
	return w
}

// turn lets a way be as it is at an instant.
func (p *peerTurns) turn(w *pairTurn, from, to uint32, at int64) {
	there, back := p.of[from][to], p.of[to][from]
	if there == nil && back == nil {
		return
	}
	n := 0
	for n+1 < len(p.from) && p.from[n+1] <= at {
		n++
	}
	if n+1 < len(p.from) {
		w.until = p.from[n+1]
	}
	if there != nil {
		w.turn = &there[p.condition[n]]
		w.there = &w.turn.way
	}
	if back != nil {
		w.back = &back[p.condition[n]].way
	}
}

// leastPair returns the least of the delays there, and of the round trips, between players of given metros from an instant until another, without their last
// miles.
func (a *arena) leastPair(from, to uint32, at, until int64) (there, rtt int64) {
	there, rtt = unknown, unknown
	for at < until {
		w := a.pairTurn(from, to, at)
		there, rtt = min(there, w.there.oneWay), min(rtt, w.there.oneWay+w.back.oneWay)
		at = w.until
	}
	return there, rtt
}
