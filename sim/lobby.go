package sim

import (
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise/workload"
)

// A lobby is the parties of a game that wait for a match, in the order in which they have come, and for each site those that
// accept it so far.
type lobby struct {
	head, tail uint32
	parties    int
	steps      []lobbyStep
	atSite     []siteQueue
	links      []link // by place of the lobby, of which each party has one, and site; the last of a place is that in the lobby itself
	free       []uint32
	bins       int // of skill
	// due is when each step comes for the party that waits for it longest, as far as an event has been scheduled.
	due []int64
	// next is, by step, the party that has waited longest of those that have not come to it.
	next []uint32
}

// A lobbyStep is what changes for a party after a wait.
type lobbyStep struct {
	after      int64
	limit      int64   // of the round trip, from now on
	band       float64 // of skill
	startShort bool    // a match may begin short of players
	givesUp    bool
}

// A siteQueue is the parties that accept a site, in the order in which they have come.
type siteQueue struct {
	head, tail uint32
	players    int
	byBin      []int // players by bin of skill
}

// A link is a party's place in the queue of a site.
type link struct {
	prev, next uint32
	in         bool
}

// unlimited stands for no limit of a round trip.
const unlimited = math.MaxInt64

// newSteps returns what changes for a party with the wait, the first at once.
func newSteps(m *workload.Matched) []lobbyStep {
	k := &m.Market
	last := int64(unlimited)
	if k.MaxRTT > 0 {
		last = int64(k.MaxRTT)
	}
	short := m.MatchPlayers > max(m.MinPlayers, 1)
	instants := []int64{0}
	for _, r := range k.Ladder {
		instants = append(instants, int64(r.After))
	}
	for _, b := range k.Skill.Bands {
		instants = append(instants, int64(b.After))
	}
	if short {
		instants = append(instants, int64(m.LobbyTimeout))
	}
	if k.GiveUp > 0 {
		instants = append(instants, int64(k.GiveUp))
	}
	slices.Sort(instants)
	var steps []lobbyStep
	for _, at := range slices.Compact(instants) {
		s := lobbyStep{after: at, limit: last, band: math.Inf(1), startShort: short && at >= int64(m.LobbyTimeout), givesUp: k.GiveUp > 0 && at >= int64(k.GiveUp)}
		for _, r := range k.Ladder {
			if int64(r.After) <= at {
				s.limit = int64(r.Limit)
			}
		}
		for _, b := range k.Skill.Bands {
			if int64(b.After) <= at {
				s.band = b.Width
			}
		}
		steps = append(steps, s)
		if s.givesUp {
			break // nobody waits for longer
		}
	}
	return steps
}

func newLobby(m *workload.Matched, sites int) lobby {
	l := lobby{steps: newSteps(m), atSite: make([]siteQueue, sites), bins: 1}
	if m.Market.Skill.SD > 0 && len(m.Market.Skill.Bands) > 0 {
		l.bins = skillBins
	}
	for s := range l.atSite {
		l.atSite[s].byBin = make([]int, l.bins)
	}
	l.due, l.next = make([]int64, len(l.steps)), make([]uint32, len(l.steps))
	return l
}

// skillBins is in how many parts players are counted by skill: of an eighth of the standard deviation, the first and the
// last without end.
const skillBins = 48

// binOf returns the bin of a rating, given from the mean.
func (g *game) binOf(points float64) uint8 {
	if g.lobby.bins == 1 {
		return 0
	}
	x := float64(points*g.binsPerPoint) + skillBins/2
	return uint8(min(max(x, 0), skillBins-1))
}

// last returns the step from which on nothing changes any more.
func (l *lobby) last() *lobbyStep { return &l.steps[len(l.steps)-1] }

// stepOf returns the step that a wait has come to.
func (l *lobby) stepOf(waited int64) *lobbyStep {
	for i := len(l.steps) - 1; i > 0; i-- {
		if waited >= l.steps[i].after {
			return &l.steps[i]
		}
	}
	return &l.steps[0]
}

// enterLobby lets a party wait from now on.
func (g *game) enterLobby(n uint32) {
	t, l := g.tickets.at(n), &g.lobby
	t.where, t.joined, t.step = waiting, g.now, 0
	t.place = g.newPlace()
	all := len(g.sites)
	g.linkOf(n, all).prev = l.tail
	if l.tail != 0 {
		g.linkOf(l.tail, all).next = n
	} else {
		l.head = n
	}
	l.tail = n
	l.parties++
	for i := range l.next {
		if l.next[i] == 0 {
			l.next[i] = n
		}
	}
	l.next[0] = 0
	g.sites[t.home].present.change(g.now, len(t.party))
	g.widen(n)
	t.why = g.waitsFor(n)
}

// widen lets a party wait at all sites that it accepts by now.
func (g *game) widen(n uint32) {
	t := g.tickets.at(n)
	limit := g.lobby.steps[t.step].limit
	if g.Market.Relax == workload.Oldest {
		limit = g.lobby.last().limit // the others of a match may have waited for longer
	}
	links := g.linksOf(n)
	if g.Market.Choice == workload.ByRouting {
		if !links[t.home].in && g.accepts(t, int(t.home), limit) {
			g.link(n, t, int(t.home))
		}
		return
	}
	limit -= t.worst
	for s, base := range t.from.base {
		if base <= limit && !links[s].in {
			g.link(n, t, s)
		}
	}
}

// newPlace returns a free place of the lobby. Those of parties that have left are used again: few wait at a time, so that what is read
// for all of them over and over lies close together.
func (g *game) newPlace() uint32 {
	l := &g.lobby
	if last := len(l.free) - 1; last >= 0 {
		place := l.free[last]
		l.free = l.free[:last]
		return place
	}
	width := len(g.sites) + 1
	place := len(l.links) / width
	l.links = slices.Grow(l.links, width)[:len(l.links)+width]
	clear(l.links[place*width:])
	return uint32(place)
}

// linksOf returns a waiting party's links in the queues of the sites.
func (g *game) linksOf(n uint32) []link {
	width := len(g.sites)
	return g.lobby.links[int(g.tickets.at(n).place)*(width+1):][:width]
}

// linkOf returns a waiting party's link in the queue of a site, or with the number of sites that in the lobby.
func (g *game) linkOf(n uint32, s int) *link {
	return &g.lobby.links[int(g.tickets.at(n).place)*(len(g.sites)+1)+s]
}

// accepts reports whether a site is within a limit for all of a party. Where players exchange their inputs directly the way to a site
// is that to the lobby alone.
func (g *game) accepts(t *ticket, s int, limit int64) bool {
	if g.Market.Choice == workload.ByRouting && s != int(t.home) {
		return false
	}
	return g.isPeer() || t.from.base[s]+t.worst <= limit
}

// link puts a party into the queue of a site, behind those that have waited for longer.
func (g *game) link(n uint32, t *ticket, s int) {
	q := &g.lobby.atSite[s]
	after := q.tail
	for after != 0 && g.tickets.at(after).joined > t.joined {
		after = g.linkOf(after, s).prev
	}
	at := link{prev: after, in: true}
	if after == 0 {
		at.next, q.head = q.head, n
	} else {
		before := g.linkOf(after, s)
		at.next, before.next = before.next, n
	}
	if at.next == 0 {
		q.tail = n
	} else {
		g.linkOf(at.next, s).prev = n
	}
	*g.linkOf(n, s) = at
	q.players += len(t.party)
	q.byBin[t.bin] += len(t.party)
}

// leaveLobby takes a party out of the lobby and tallies the wait, which ends at an instant, however it ends. Those who are found playing
// when the run starts have waited for nothing.
func (g *game) leaveLobby(n uint32, until int64) {
	t, l := g.tickets.at(n), &g.lobby
	links := g.linksOf(n)
	for s := range links {
		at := &links[s]
		if !at.in {
			continue
		}
		q := &l.atSite[s]
		if at.prev != 0 {
			g.linkOf(at.prev, s).next = at.next
		} else {
			q.head = at.next
		}
		if at.next != 0 {
			g.linkOf(at.next, s).prev = at.prev
		} else {
			q.tail = at.prev
		}
		*at = link{}
		q.players -= len(t.party)
		q.byBin[t.bin] -= len(t.party)
	}
	all := len(g.sites)
	own := g.linkOf(n, all)
	if own.prev != 0 {
		g.linkOf(own.prev, all).next = own.next
	} else {
		l.head = own.next
	}
	if own.next != 0 {
		g.linkOf(own.next, all).prev = own.prev
	} else {
		l.tail = own.prev
	}
	for i := int(t.step) + 1; i < len(l.next); i++ {
		if l.next[i] == n {
			l.next[i] = own.next
		}
	}
	*own = link{}
	l.free = append(l.free, t.place)
	l.parties--
	g.sites[t.home].present.change(g.now, -len(t.party))
	g.miss(t, g.now, t.why)
	g.miss(t, until, LoggingIn)
	if g.now < g.from || g.now == 0 {
		return
	}
	tally := g.tallyAtHome(t)
	us := g.recordedUs(t, t.joined, until)
	tally.Counters[WaitingUs] += us
	tally.Counters[PlayerUs] += us
	g.stay(t, int(t.home), t.joined, until, true)
	tally.Metric(LobbyWait).RecordN(until-t.since, uint64(len(t.party)))
}

// waitsFor returns what a party in the lobby waits for: for a server where all sites are full that it accepts by now.
func (g *game) waitsFor(n uint32) Reason {
	accepts := false
	for s, at := range g.linksOf(n) {
		if at.in {
			if !g.sites[s].isFull {
				return WaitsForPlayers
			}
			accepts = true
		}
	}
	if !accepts {
		return WaitsForPlayers
	}
	return WaitsForServer
}

// tellLobby notes which sites are full by now; where that has changed, what parties have missed so far may have been for another
// reason.
func (g *game) tellLobby() {
	for _, s := range g.limited {
		site := &g.sites[s]
		full := !site.pool.hasRoom(g.take)
		if full == site.isFull {
			continue
		}
		site.isFull = full
		for n := g.lobby.atSite[s].head; n != 0; n = g.linkOf(n, s).next {
			if why, t := g.waitsFor(n), g.tickets.at(n); why != t.why {
				g.miss(t, g.now, t.why)
				t.why = why
			}
		}
	}
}

// awaitSteps schedules what comes next for those who wait.
func (g *game) awaitSteps() {
	l := &g.lobby
	for i := 1; i < len(l.steps); i++ {
		n := l.next[i]
		if n == 0 || l.due[i] > g.now {
			continue
		}
		if at := g.tickets.at(n).joined + l.steps[i].after; at > g.now && at < g.end {
			l.due[i] = at
			g.queue.Push(at, stepHandler, uint64(g.number)<<32|uint64(i))
		}
	}
}

// takeStep lets all parties come to a step whose time it is.
func (g *game) takeStep(i int) {
	l := &g.lobby
	for n := l.next[i]; n != 0; n = l.next[i] {
		t := g.tickets.at(n)
		if t.joined+l.steps[i].after > g.now {
			return
		}
		l.next[i] = g.linkOf(n, len(g.sites)).next
		t.step = uint16(i)
		if l.steps[i].givesUp {
			g.giveUp(n)
			continue
		}
		before := t.why
		g.widen(n)
		if t.why = g.waitsFor(n); t.why != before {
			g.miss(t, g.now, before)
		}
		g.meet(n)
	}
}

// relaxFound lets those who are found in the lobby when the run starts have waited until no limit and no band widens any more.
func (g *game) relaxFound() {
	l := &g.lobby
	last := 0
	for i := 1; i < len(l.steps); i++ {
		if s, before := &l.steps[i], &l.steps[i-1]; !s.givesUp && (s.limit != before.limit || s.band != before.band) {
			last = i
		}
	}
	for i := 1; i <= last; i++ {
		for n := l.head; n != 0; n = g.linkOf(n, len(g.sites)).next {
			g.tickets.at(n).joined = -l.steps[i].after
		}
		g.takeStep(i)
	}
}
