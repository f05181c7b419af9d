package sim

import (
	"math"

	"github.com/edgewise-sim/edgewise/workload"
)

// A meeting is a group of parties that could be a match.
type meeting struct {
	parties        []uint32
	players        int
	host           uint32 // has waited longest
	oldest, newest int64  // the first and the last to have come
	low, high      float64
	fromBin, toBin int // where those must be whom the party takes that is looked at
	window         int // in how many bins those of one match are at most
}

// meet lets a party that has come, or accepts more than before, join a match that has empty seats or begin one with others who wait. It
// returns false where the party goes on waiting.
//
// Who waits when nothing changes could not make a match, so that a new one has the party in it that has changed: it is the first of
// the group. The others are gathered at the site nearest to the party where there are enough, in the order of their waits, as far as
// they fit: by number, skill and round trip. Then the rule of the game chooses among the sites that all of them accept.
func (g *game) meet(n uint32) bool {
	if g.backfills(n) {
		return true
	}
	if !g.hasRoomAnywhere() {
		return false // nothing to be had: the rest would be in vain
	}
	t := g.tickets.at(n)
	if g.lobby.bins > 1 {
		band := g.bandOf(t)
		g.meeting.fromBin, g.meeting.toBin = int(g.binOf(t.skill-band)), int(g.binOf(t.skill+band))
		g.meeting.window = int(min(band*g.binsPerPoint, skillBins)) + 2
	}
	for _, s := range t.from.order {
		if !g.linkOf(n, s).in || g.sites[s].isAway || !g.couldMeet(s) || !g.gather(n, s) {
			continue
		}
		preferred, best, rentable := g.choose()
		if preferred < 0 {
			continue
		}
		if preferred != best && g.Market.Full == workload.Wait {
			g.order(preferred)
			return false
		}
		if best < 0 && rentable >= 0 {
			g.order(rentable)
		}
		if best >= 0 {
			g.startMatch(best, &g.meeting, preferred != best)
			return true
		}
	}
	return false
}

// hasRoomAnywhere reports whether a match would find a place at some site, or one may be made.
func (g *game) hasRoomAnywhere() bool {
	if len(g.limited) < len(g.sites) {
		return true
	}
	for _, s := range g.limited {
		if p := g.sites[s].pool; p.hasRoom(g.take) || p.elastic {
			return true
		}
	}
	return false
}

// choose returns the site that is best for the meeting by the rule of the game, the best of those that have room, and the best of those that
// can rent more; -1 where there is none.
func (g *game) choose() (preferred, best, rentable int) {
	m := &g.meeting
	preferred, best, rentable = -1, -1, -1
	var preferredScore, bestScore, rentableScore float64
	step := g.lobby.last()
	switch g.Market.Relax {
	case workload.Newest:
		step = g.lobby.stepOf(g.now - m.newest)
	case workload.Oldest:
		step = g.lobby.stepOf(g.now - m.oldest)
	}
sites:
	for s := range g.sites {
		if g.sites[s].isAway {
			continue
		}
		worst, sum := int64(0), int64(0)
		for _, p := range m.parties {
			if !g.linkOf(p, s).in {
				continue sites
			}
			t := g.tickets.at(p)
			base := t.from.base[s]
			worst = max(worst, base+t.worst)
			sum += base*int64(len(t.party)) + t.sum
		}
		if worst > step.limit && !g.isPeer() {
			continue
		}
		score := g.scoreOf(s, m.players, worst, sum, m.host)
		if preferred < 0 || score < preferredScore {
			preferred, preferredScore = s, score
		}
		if (best < 0 || score < bestScore) && g.sites[s].pool.hasRoom(g.take) {
			best, bestScore = s, score
		}
		if (rentable < 0 || score < rentableScore) && g.sites[s].pool.elastic {
			rentable, rentableScore = s, score
		}
	}
	return preferred, best, rentable
}

// couldMeet reports whether enough players wait at a site for a match with the party that is looked at, as far as their number
// says.
func (g *game) couldMeet(s int) bool {
	q := &g.lobby.atSite[s]
	need := g.MatchPlayers
	if g.startsShort {
		need = min(need, max(g.MinPlayers, 1)) // whether they may is seen later
		if oldest := g.tickets.at(q.head); q.players < g.MatchPlayers && !g.lobby.stepOf(g.now-oldest.joined).startShort {
			return false
		}
	}
	if q.players < need {
		return false
	}
	if g.lobby.bins == 1 {
		return true
	}
	// Those of a match are within one band: look for a window of bins with enough of them.
	bins, wide := q.byBin[g.meeting.fromBin:g.meeting.toBin+1], g.meeting.window
	inWindow := 0
	for i, players := range bins {
		if inWindow += players; i >= wide {
			inWindow -= bins[i-wide]
		}
		if inWindow >= need {
			return true
		}
	}
	return false
}

// bandOf returns the band that holds for a match with a party in it, as far as the party says.
func (g *game) bandOf(t *ticket) float64 {
	if g.Market.Relax == workload.Oldest {
		return g.lobby.last().band
	}
	return g.lobby.steps[t.step].band
}

// gather finds who would be in a match with a party at a site; false where they are too few, or may not be in one match.
func (g *game) gather(n uint32, s int) bool {
	if g.gatherFrom(n, s, 0) {
		return true
	}
	if g.startsShort && g.Market.Relax == workload.Newest {
		// Those who have come of late may hold up those who may start without them.
		for i := range g.lobby.steps {
			if step := &g.lobby.steps[i]; step.startShort {
				return g.lobby.stepOf(g.now-g.tickets.at(n).joined).startShort && g.gatherFrom(n, s, step.after)
			}
		}
	}
	return false
}

// gatherFrom gathers among those who have waited for so long.
func (g *game) gatherFrom(n uint32, s int, waited int64) bool {
	m, l := &g.meeting, &g.lobby
	t := g.tickets.at(n)
	m.parties, m.players, m.host = append(m.parties[:0], n), len(t.party), n
	m.oldest, m.newest, m.low, m.high = t.joined, t.joined, t.skill, t.skill
	band, relax := g.bandOf(t), g.Market.Relax
	worst := t.from.base[s] + t.worst
	for k := l.atSite[s].head; k != 0 && m.players < g.MatchPlayers; k = g.linkOf(k, s).next {
		o := g.tickets.at(k)
		if g.now-o.joined < waited {
			break
		}
		if k == n || m.players+len(o.party) > g.MatchPlayers {
			continue
		}
		if l.bins > 1 {
			narrow := min(band, g.bandOf(o))
			if max(m.high, o.skill)-min(m.low, o.skill) > narrow {
				continue
			}
			if relax != workload.Newest {
				m.low, m.high, band = min(m.low, o.skill), max(m.high, o.skill), narrow
			}
		}
		if g.isPeer() && !g.mayExchange(t, o) {
			continue
		}
		if relax == workload.Newest {
			// Who has waited for longer accepts what the newest does, not the other way round.
			far := o.from.base[s] + o.worst
			if !g.isPeer() && max(far, worst) > l.stepOf(g.now-max(m.newest, o.joined)).limit {
				continue
			}
			worst = max(worst, far)
			if l.bins > 1 {
				m.low, m.high, band = min(m.low, o.skill), max(m.high, o.skill), min(band, g.bandOf(o))
			}
		}
		m.parties = append(m.parties, k)
		m.players += len(o.party)
		m.newest = max(m.newest, o.joined)
		if o.joined < m.oldest {
			m.oldest, m.host = o.joined, k
		}
	}
	if relax == workload.Oldest && m.high-m.low > l.stepOf(g.now-m.oldest).band {
		return false
	}
	if m.players < g.MatchPlayers {
		since := m.oldest
		if relax == workload.Newest {
			since = m.newest
		}
		return g.startsShort && g.StartsShort(m.players) && l.stepOf(g.now-since).startShort
	}
	return true
}

// scoreOf returns how good a site is for a match by the rule of the game, the least the best.
func (g *game) scoreOf(s, players int, worst, sum int64, host uint32) float64 {
	switch g.Market.Choice {
	case workload.LowestMean:
		return float64(sum) / float64(players)
	case workload.MinMax:
		return float64(worst)
	case workload.Host:
		t := g.tickets.at(host)
		return float64(t.from.base[s] + t.worst)
	case workload.FewestEmptySeats:
		p := g.sites[s].pool
		cores, limited := p.capacity()
		switch {
		case !p.hasRoom(g.take):
			return math.Inf(1)
		case !limited:
			return math.MaxFloat64
		}
		return float64(int64(cores)*coreUnit - p.used)
	}
	return 0
}

// backfills lets a party join a match that has empty seats, at the site that is nearest to the party.
func (g *game) backfills(n uint32) bool {
	if g.Market.Backfill == 0 {
		return false
	}
	t := g.tickets.at(n)
	best, at := -1, uint32(0)
	for s := range g.sites {
		if !g.linkOf(n, s).in || g.sites[s].isAway || best >= 0 && t.from.base[s] >= t.from.base[best] {
			continue
		}
		if m := g.openMatch(t, s); m != 0 {
			best, at = s, m
		}
	}
	if best < 0 {
		return false
	}
	g.join(n, at)
	return true
}

// openMatch returns a match at a site that has seats for a party, the one that has been open longest; 0 where there is none. Matches that
// take nobody any more leave the list.
func (g *game) openMatch(t *ticket, s int) uint32 {
	site := &g.sites[s]
	kept := site.open[:0]
	found := uint32(0)
	for i, n := range site.open {
		m := g.matches.at(n)
		if m.site != s || m.players == 0 || m.players >= g.MatchPlayers || g.now-m.begin > int64(g.Market.Backfill) {
			m.isOpen = false
			continue
		}
		kept = append(kept, n)
		if m.players+len(t.party) <= g.MatchPlayers && g.isAlike(m, t) {
			found = n
			kept = append(kept, site.open[i+1:]...)
			break
		}
	}
	site.open = kept
	return found
}

// isAlike reports whether a party may be in a match by its skill.
func (g *game) isAlike(m *match, t *ticket) bool {
	if g.lobby.bins == 1 {
		return true
	}
	return max(m.high, t.skill)-min(m.low, t.skill) <= g.lobby.stepOf(g.now-t.joined).band
}

// offer lets those who wait take the seats of a match that have become empty.
func (g *game) offer(n uint32) {
	m := g.matches.at(n)
	if g.Market.Backfill == 0 || m.players == 0 || m.players >= g.MatchPlayers || g.now-m.begin > int64(g.Market.Backfill) {
		return
	}
	if !m.isOpen {
		m.isOpen = true
		g.sites[m.site].open = append(g.sites[m.site].open, n)
	}
	s := m.site
	for k := g.lobby.atSite[s].head; k != 0 && m.players < g.MatchPlayers; {
		next := g.linkOf(k, s).next
		t := g.tickets.at(k)
		if m.players+len(t.party) <= g.MatchPlayers && g.isAlike(m, t) && g.accepts(t, s, g.lobby.steps[t.step].limit) {
			g.join(k, n)
		}
		k = next
	}
}

// retry lets those who wait at a site begin matches there, for there may be room now.
func (g *game) retry(s int) {
	for again := true; again; {
		again = false
		for n := g.lobby.atSite[s].head; n != 0 && g.sites[s].pool.hasRoom(g.take); n = g.linkOf(n, s).next {
			if g.meet(n) {
				again = true
				break // the queue has changed
			}
			if g.isPlain {
				break // the others are no better off
			}
		}
	}
}

// order rents a core at a site that is elastic and full, if those on their way are not enough for who waits.
func (g *game) order(s int) {
	p := g.sites[s].pool
	if !p.elastic || p.delay == 0 {
		return
	}
	matches := int64(max(1, g.lobby.atSite[s].players/g.MatchPlayers))
	for int64(p.ordered)*coreUnit < matches*g.take {
		p.order()
		g.queue.Push(g.now+p.delay, coreHandler, uint64(g.number)<<32|uint64(s))
	}
}
