package sim

import (
	"fmt"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/workload"
)

// A playerTurn is a time in which the players of a metro take a way to a site, which changes as links fail or are impaired: from an instant
// of theirs to that of the next.
type playerTurn struct {
	from int64
	way  playerWay
	cut  []outage // when what is sent, or its answer, is lost on links, by the instant of the update
}

// turnsOf returns the ways that players of metro m take to a site in turn, in order of time; nil where no event of links concerns them.
func turnsOf(ways []timedEntry, law *accessLaw) (turns []playerTurn) {
	for i := range ways {
		w := &ways[i]
		cut := slices.DeleteFunc(slices.Clone(w.outages), func(o outage) bool { return o.side == atSite })
		if len(ways) == 1 && len(cut) == 0 {
			return nil
		}
		times := w.times
		if times == nil {
			times = always
		}
		for _, time := range times {
			turns = append(turns, playerTurn{time.from, newPlayerWay(&w.entry, law), cut})
		}
	}
	slices.SortFunc(turns, func(a, b playerTurn) int { return int(min(max(a.from-b.from, -1), 1)) })
	return turns
}

// turnsOfGame finds the ways that the players of a game take in turn, by metro and site.
func (c *compiler) turnsOfGame(p *Plan, planned *plannedWorkload, game *workload.Matched) error {
	if len(c.states) == 0 {
		return nil
	}
	planned.turns = make([][][]playerTurn, len(planned.reach))
	for m := range planned.reach {
		planned.turns[m] = make([][]playerTurn, len(planned.reach[m]))
		for i := range planned.reach[m] {
			e := &planned.reach[m][i]
			pop := -1
			if e.enters != e.site {
				pop = e.enters
			}
			ways, err := c.waysOf(p, m, e.site, pop)
			if err != nil {
				return err
			}
			if n := c.cutOff(p, m, e); n >= 0 && game.Market.Choice != workload.ByRouting {
				return fmt.Errorf("metro %q: %w", p.metros[m], invalid.New(fmt.Sprintf("LinkFailures[%d].Between", n), c.scenario.LinkFailures[n].Between,
					"links without which players reach %q: the matchmaker would send them there all the same; or let the routing rule choose", p.sites[e.site].id))
			}
			planned.turns[m][i] = turnsOf(ways, planned.access[m])
		}
	}
	return nil
}

// cutOff returns the first failure while which routes lead nowhere from metro m to where an entry enters; -1 if there is none.
func (c *compiler) cutOff(p *Plan, m int, e *entry) int {
	s := c.siteOf[p.sites[e.enters].id]
	for k := range c.conditions {
		of := &c.conditions[k]
		if len(of.down) > 0 && !of.net.reaches(m, s) {
			return of.down[0]
		}
	}
	return -1
}

// turnAt returns which of the turns is that of an instant.
func turnAt(turns []playerTurn, at int64) int {
	n := 0
	for n+1 < len(turns) && turns[n+1].from <= at {
		n++
	}
	return n
}

// baseAt returns the round trip to a site of the game without what is the player's own, as it is at an instant.
func (f *gamers) baseAt(site int, at int64) int64 {
	if f.turns == nil || f.turns[site] == nil {
		return f.base[site]
	}
	return f.turns[site][turnAt(f.turns[site], at)].way.base()
}

// take lets the player take a way from now on.
func (p *sender) take(way *playerWay) {
	p.way = way
	if way.law == nil {
		p.mile = way.access
	}
	p.there, p.back = way.there+p.mile/2, way.back+p.mile-p.mile/2
}

// leastOf returns the least round trip of a player without jitter up to an instant, over the way now and those that are taken in turn.
func (p *sender) leastOf(turns []playerTurn, until int64) int64 {
	least := p.there + p.back
	for i := range turns {
		if w := &turns[i].way; turns[i].from < until && (i+1 == len(turns) || turns[i+1].from > p.send) {
			least = min(least, w.there+w.back+p.mile)
		}
	}
	return least
}

// playInTurn plays a player's updates up to an instant over ways that are taken in turn.
func (a *arena) playInTurn(p *sender, c *ticking, until int64, site int, metro uint32, t *Tally, turns []playerTurn) {
	for p.send < until {
		n := turnAt(turns, p.send)
		stop := until
		if n+1 < len(turns) {
			stop = min(until, turns[n+1].from)
		}
		p.take(&turns[n].way)
		a.steps.begin(site, metro)
		a.playOne(p, c, stop, &a.data[site], t, turns[n].cut)
	}
}

// isCut reports whether an update that is sent at an instant, or its answer, which leaves so long after the update has come, is lost on links
// that are down.
func (o *volley) isCut(takes int64) bool {
	return meets(o.cut, o.sender.send, o.sender.send+takes) != nil
}

// loseOnLinks tallies an update that is lost on a link, or whose answer is: the player goes on, and waits for nothing.
func (o *volley) loseOnLinks() {
	o.cutOff++
	o.recent.tally.fail(LinkDown, 0)
	o.last.response = 0
}
