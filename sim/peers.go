package sim

import (
	"context"
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// reachPeers finds the ways between the metros of a game whose players exchange their inputs directly, by the metro that sends and
// the one that gets: over public links, as users reach a site.
func (c *compiler) reachPeers(w *plannedWorkload) error {
	ways, err := c.net.Routes(c.metros, c.metros, topology.Public)
	if err != nil {
		return err
	}
	w.apart = make([][]peerWay, len(c.metros))
	for a := range c.metros {
		w.apart[a] = make([]peerWay, len(c.metros))
		for b := range c.metros {
			access, _, _ := ways.Parts(a, b)
			w.apart[a][b] = peerWay{
				law: w.access[a], oneWay: int64(ways.OneWay(a, b) - access), jitter: float64(ways.Jitter(a, b)), loss: ways.Loss(a, b),
			}
		}
	}
	return nil
}

// A peerWay is what the packets from the players of one metro to those of another have in common. Within a metro it is nothing but the
// players' last miles.
type peerWay struct {
	law    *accessLaw // of the last mile of who sends
	oneWay int64      // the fixed delay without the last miles
	jitter float64    // the mean of the links'
	loss   float64    // the probability that a packet is lost
}

// pairWay is the way between two players of given metros, there and back.
type pairWay struct{ there, back *peerWay }

func (g *game) pairWay(a, b uint32) pairWay { return pairWay{&g.apart[a][b], &g.apart[b][a]} }

// ping returns the round trip between two players as a ping shows it, given what of it is their own: see [player.own].
func (w pairWay) ping(own int64) int64 {
	return w.there.oneWay + w.back.oneWay + own + int64((w.there.jitter+w.back.jitter)*math.Ln2)
}

// isPeer reports whether the players of the game exchange their inputs directly.
func (r *rules) isPeer() bool { return !r.Peers.IsZero() }

// pairWayNow returns the way between two players of given metros as it is now.
func (g *game) pairWayNow(a, b uint32) pairWay {
	w := pairTurn{pairWay: g.pairWay(a, b)}
	if g.peerTurns != nil {
		g.peerTurns.turn(&w, a, b, g.now)
	}
	return w.pairWay
}

// apartOf returns the round trip between two parties that could meet, each of one player, as it is when the run begins.
func (g *game) apartOf(a, b *ticket) int64 {
	return g.pairWay(a.from.metro, b.from.metro).ping(a.sum + b.sum)
}

// mayExchange reports whether two parties accept the round trip between them, each by its wait or both by that of one of them.
func (g *game) mayExchange(a, b *ticket) bool {
	l := &g.lobby
	var limit int64
	switch g.Market.Relax {
	case workload.Newest:
		limit = l.stepOf(g.now - max(a.joined, b.joined)).limit
	case workload.Oldest:
		limit = l.stepOf(g.now - min(a.joined, b.joined)).limit
	default:
		limit = min(l.steps[a.step].limit, l.steps[b.step].limit)
	}
	return g.apartOf(a, b) <= limit
}

// setApart notes the round trip between the two players of a match that starts: a pair that has come together, or two who have met.
func (g *game) setApart(m *match) {
	a := g.tickets.at(m.tickets[0])
	if len(m.tickets) == 1 {
		m.apart = g.pairWay(a.from.metro, a.from.metro).ping(a.sum)
		return
	}
	b := g.tickets.at(m.tickets[1])
	m.apart = g.pairWayNow(a.from.metro, b.from.metro).ping(a.sum + b.sum)
}

// rttIn returns the round trip of a player of a party in a match, given what of it is the player's own: to the site, or to the other player.
func (g *game) rttIn(m *match, t *ticket, own int64) int64 {
	if g.isPeer() {
		return m.apart
	}
	return t.from.baseAt(m.site, g.now) + own
}

// A peer is one of two players who exchange their inputs: what the packets between them meet on the player's own line.
type peer struct{ sender }

// jitterOf returns how much the peer's line delays an update that is sent at an instant: the jitter of a whole exchange, and what of
// it is in effect on the way from the peer and to it.
func (p *peer) jitterOf(at, distance int64, line *lineLaw) (jitter, up, down int64) {
	p.send = at
	var inEffect, late int64
	if line.jitterTime > 0 {
		jitter, inEffect, late = p.keptJitter(distance, line.jitterTime)
	} else {
		jitter, inEffect, late = p.drawJitter(distance)
	}
	return jitter, late, inEffect - late
}

// lossOf returns the wait for the next packet that gets through, where the peer's line loses what is sent at an instant: on the way from
// the peer and to it.
func (p *peer) lossOf(at, distance int64, line *lineLaw) (up, down int64) {
	if line.bad == 0 {
		return 0, 0
	}
	p.send = at
	wait, late := p.lineLoss(line, distance)
	return late, wait - late
}

// newPeer returns one of two players. Of each there are two copies with random numbers of their own: who sends, and who gets what the other
// sends. Both see the same spells of jitter, for those have addresses.
func newPeer(s *seat, way *peerWay, gets bool) peer {
	own := random.Key(s.key.At(1<<40 + uint64(s.count)))
	p := peer{sender{way: &noWay, rand: s.stream(), spells: random.Key(own.At(0)), follow: random.Key(own.At(1))}}
	if gets {
		p.rand = random.Key(own.At(2)).Stream()
	}
	if s.hasMile {
		p.mile, p.jitter = s.mile, way.law.miles.jitter[s.tech]
	}
	return p
}

// noWay is a way without links.
var noWay playerWay

// exchange plays a match of two players who send each other an input a frame, and tallies what they see.
func (a *arena) exchange(ctx context.Context, m *playedMatch) error {
	if len(m.seats) != 2 {
		return nil // somebody left as it began
	}
	for i := range m.seats {
		if err := ctx.Err(); err != nil {
			return err
		}
		a.sendInputs(m, &m.seats[i], &m.seats[1-i])
	}
	return nil
}

// sendInputs plays the inputs that one player sends the other. What it tallies is of the one who sends: how long it takes until the other
// has an input.
func (a *arena) sendInputs(m *playedMatch, s, o *seat) {
	until := min(s.until, o.until, m.end)
	first := max(s.from, o.from, m.begin)
	way := a.pairTurn(s.metro, o.metro, first)
	ping := way.ping(s.own(way.there.law) + o.own(way.back.law))
	from, to := newPeer(s, way.there, false), newPeer(o, way.back, true)
	t := a.tallyOf(m.site, s.metro)
	a.meter.addUpdates(s.sends(first, until, a.update))
	distance, frame := int64(a.resend), a.NominalPeriod()
	held := int64(a.Peers.InputDelay) * int64(frame)
	mile := from.mile/2 + to.mile - to.mile/2
	least, leastRTT := a.leastPair(s.metro, o.metro, first, max(until, first+1))
	a.rtts.begin(leastRTT + from.mile + to.mile)
	a.displays.begin(a.screen.least(max(least+mile, held)))
	from.send = s.sendsFrom(first, a.update)
	a.nextFollowed(&from.sender, from.send)
	recent := latencies{tally: t, deadlines: a.deadlines}
	var updates, cutOff, lost, late, stalled, frames, ways, jitters, losses, waits int64
	a.steps.begin(m.site, s.metro)
	for at := from.send; at < until; at += a.update { // from.send is that of the line's jitter and losses from here on
		if a.steps.course != nil {
			a.steps.enter(at, updateSums{played: updates, cutOff: cutOff, lost: lost}, &recent)
		}
		if at >= way.until {
			way = a.pairTurn(s.metro, o.metro, at)
		}
		there, back := way.there, way.back
		whole, up, _ := from.jitterOf(at, distance, &a.line)
		other, _, down := to.jitterOf(at, distance, &a.line)
		wait := int64(lossInStream(random.Unit(from.rand.Uint64()), there.loss, a.resend))
		lostUp, _ := from.lossOf(at, distance, &a.line)
		_, lostDown := to.lossOf(at, distance, &a.line)
		wait += lostUp + lostDown
		links, linksBack := linkJitter(there.jitter, from.rand.Uint64()), from.rand.Uint64()
		if way.turn != nil && way.turn.loses(at) {
			cutOff++
			t.fail(LinkDown, 0)
			if at >= from.followAt {
				a.nextFollowed(&from.sender, from.blockEnd)
			}
			continue
		}
		jitter := up + down + links
		delay := there.oneWay + mile + jitter + wait
		takenIn, rolledBack, stoodStill := a.Peers.Meets(time.Duration(delay), frame)
		met := int64(0)
		if rolledBack > 0 || stoodStill {
			late++
			met = int64(takenIn) - delay
		}
		if stoodStill {
			stalled++
		}
		if wait > 0 {
			lost++
		}
		updates++
		ways += there.oneWay
		frames += int64(rolledBack)
		jitters += jitter
		losses += wait
		waits += met
		e := echo{response: delay + met, rtt: there.oneWay + back.oneWay + from.mile + to.mile + whole + other + links + linkJitter(back.jitter, linksBack)}
		recent.put(e.response, e.rtt)
		if recent.isFull() {
			recent.record()
		}
		if at >= from.followAt {
			// What has come before its frame waits for that as for a picture in a buffer.
			a.showOne(&from.sender, &e, max(0, held-e.response), t)
			if a.screen.isKnown {
				t.Counters[HeldNs] += uint64(held)
			}
			a.nextFollowed(&from.sender, from.blockEnd)
		}
	}
	a.steps.settle(updateSums{played: updates, cutOff: cutOff, lost: lost}, &recent)
	recent.record()
	t.Counters[Requests] += uint64(updates + cutOff)
	t.Counters[LostUpdates] += uint64(lost)
	t.Counters[LateUpdates] += uint64(late)
	t.Counters[StalledUpdates] += uint64(stalled)
	t.Counters[RollbackFrames] += uint64(frames)
	t.Outcomes[Played] += uint64(updates)
	t.Causes[Access] += updates*mile + jitters
	t.Causes[Propagation] += ways
	t.Causes[Loss] += losses
	t.Causes[TickWait] += waits
	a.settleSeat(ping, t)
}
