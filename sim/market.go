package sim

import (
	"cmp"
	"context"
	"slices"

	"github.com/edgewise-sim/edgewise/event"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/workload"
)

// A market brings together the players of one game over all its sites, or of several games that share cores: it knows who waits for
// a match, which matches run where, and what is left of the sites' cores. Its events are few: parties come and leave, accept more
// with their wait, matches begin and end, sites fail. It needs nothing of what players see in a match, so that it runs before the
// sites and yields each match that ends as a [playedMatch], to be played by arithmetic.
type market struct {
	games     []*game
	queue     event.Queue
	now       int64
	from, end int64 // what happens in [from, end) is recorded
	elastic   []*corePool
	waiting   []*game           // of [market.freed]
	happened  event.Fingerprint // all events, in order
	crew      *playCrew
	trace     *marketTrace // nil: nobody is told
	err       error
}

// A game is what a market knows of one game.
type game struct {
	*market
	*rules
	number int // in the market
	sites  []gameSite
	metros []gamers
	book   *gameBook
	course *gameCourse // nil where nobody asks for it
	to     *WorkloadTally
	// newArena makes an arena where matches of the game are played.
	newArena func() (arena, *gameBook)

	tickets      slab[ticket]
	lobby        lobby
	matches      slab[match]
	made         uint64 // matches so far
	key          random.Key
	take         int64 // of a core, in coreUnit
	sample       uint64
	skillSD      float64
	binsPerPoint float64
	// leads is the share of the sessions at which a party is led, partiesUpTo the cumulated shares of parties by size.
	leads       float64
	partiesUpTo []float64
	startsShort bool // a match may begin short of players
	isPlain     bool // of the parties that wait at a site none is better off than the first
	login, set  workload.DataCalls
	meeting     meeting
	batch       *matchBatch
	limited     []int    // the sites that do not always have enough cores
	again       []uint32 // of [game.endMatch]
	pairs       *pairBook
	apart       [][]peerWay // between metros, of players who exchange their inputs directly, when the run begins; nil else
	peerTurns   *peerTurns
}

// A gameSite is a site of a game.
type gameSite struct {
	there   presence // of the site
	id      int      // of the plan
	pool    *corePool
	outages []outage
	away    []span
	isDown  bool
	isKnown bool // to be down
	// isBackup says that matches are put here only while all others are known to be down; isAway that none are put here.
	isBackup, isAway bool
	isFull           bool // as the lobby has last been told
	open             []uint32
	login            dataCalls
	set              dataCalls
	hosted           occupancy // of matches
	slow             occupancy // of matches whose core does not keep up with their ticks
	present          occupancy // of players, those included who wait for a match and whom the routing rule would send here
	tally            *SiteTally
}

// gamers are the players of one metro.
type gamers struct {
	metro uint32 // of the plan
	law   *accessLaw
	base  []int64 // by site of the game: the round trip without what is the player's own, as it is when the run begins
	// turns are the ways that they take in turn as links fail, by site of the game; nil where there are none.
	turns    [][]playerTurn
	order    []int // the sites, the nearest first
	sessions sessionStream
	upcoming session
	party    int // of the upcoming session
	homes    []home
	// key addresses the players' random numbers, who addresses who they are.
	key, who, parties, skills random.Key
}

// A home is a site that the routing rule names for some of a metro's players.
type home struct {
	site  int // of the game
	share *shareRule
}

// The handlers of a market's events. The argument is the number of the game in the upper half, and in the lower:
const (
	arriveHandler   uint32 = iota // the metro
	enterHandler                  // the ticket, which has logged in
	leaveHandler                  // the ticket
	stepHandler                   // the step of the lobby
	returnHandler                 // the ticket, which reconnects
	failHandler                   // the site
	awayHandler                   // the site
	upHandler                     // the site, which is up or not avoided any more
	coreHandler                   // the site
	matchEndHandler               // the match; its generation is that of the event
)

// run runs the market to its end.
func (k *market) run(ctx context.Context) error {
	for _, g := range k.games {
		g.begin()
	}
	for n := 0; k.queue.Len() > 0 && k.queue.NextTime() < k.end && k.err == nil; n++ {
		if n%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		e := k.queue.Pop()
		k.now = e.Time
		k.happened.Add(e.Time, uint64(e.Handler()), e.Arg)
		if e.Handler() >= matchEndHandler {
			k.games[0].endEvent(e)
		} else {
			k.games[e.Arg>>32].meets(e.Handler(), uint32(e.Arg))
		}
		k.settle()
	}
	k.now = k.end
	for _, g := range k.games {
		g.close()
	}
	return k.err
}

// endEvent ends the match of an event, unless it has ended before.
func (g *game) endEvent(e event.Event) {
	of := g.market.games[(e.Handler()-matchEndHandler)%uint32(len(g.market.games))]
	n := uint32(e.Arg)
	if m := of.matches.at(n); m.generation == uint32(e.Arg>>32) && m.players > 0 {
		of.endMatch(n)
	}
}

func (g *game) meets(handler, arg uint32) {
	switch handler {
	case arriveHandler:
		g.arrive(int(arg))
	case enterHandler:
		if t := g.tickets.at(arg); t.where == offline && t.joined == g.now {
			g.enter(arg)
		}
	case leaveHandler:
		g.leave(arg)
	case stepHandler:
		g.takeStep(int(arg))
	case returnHandler:
		g.comeBack(arg)
	case failHandler:
		g.fail(int(arg))
	case awayHandler:
		g.sites[arg].isKnown = true
		g.redirect()
	case upHandler:
		site := &g.sites[arg]
		if site.isDown = during(site.outages, g.now) != nil; !within(site.away, g.now) {
			site.isKnown = false
			g.redirect()
		}
		g.retry(int(arg))
	case coreHandler:
		g.sites[arg].pool.arrive()
		g.freed(g.sites[arg].pool)
	}
}

// settle leaves everything as it is until the next event: rented cores without matches are given back, and who waits knows for what.
func (k *market) settle() {
	for _, p := range k.elastic {
		p.giveBack()
	}
	for _, g := range k.games {
		if len(g.limited) > 0 {
			g.tellLobby()
		}
		g.awaitSteps()
	}
}

// freed lets the parties that wait at a site begin matches, of the game first whose party has waited longest.
func (k *market) freed(p *corePool) {
	waiting := k.waiting[:0]
	for _, g := range k.games {
		for s := range g.sites {
			if g.sites[s].pool == p && g.lobby.atSite[s].head != 0 {
				waiting = append(waiting, g)
			}
		}
	}
	if len(waiting) > 1 {
		slices.SortStableFunc(waiting, func(a, b *game) int {
			return cmp.Compare(a.tickets.at(a.lobby.head).joined, b.tickets.at(b.lobby.head).joined)
		})
	}
	k.waiting = waiting
	for _, g := range waiting {
		for s := range g.sites {
			if g.sites[s].pool == p {
				g.retry(s)
			}
		}
	}
}

// A foundParty plays already when the run starts.
type foundParty struct {
	order   uint64
	metro   int
	size    int
	session session
}

// begin lets the parties found at the start into the lobby, in random order: the matches found under way mix the metros as those do
// that begin later. Who finds no match on the first rung of the ladder and in the first band has come as far as to the next, and so on to
// the last: else whoever is far from all sites would play in no match that is found.
func (g *game) begin() {
	for s := range g.sites {
		g.sites[s].isKnown = within(g.sites[s].away, 0)
		for _, o := range g.sites[s].outages {
			g.queue.Push(o.from, failHandler, uint64(g.number)<<32|uint64(s))
			if o.away < o.to {
				g.queue.Push(o.away, awayHandler, uint64(g.number)<<32|uint64(s))
			}
			g.queue.Push(o.to, upHandler, uint64(g.number)<<32|uint64(s))
		}
		for _, away := range g.sites[s].away {
			if !slices.ContainsFunc(g.sites[s].outages, func(o outage) bool { return o.away == away.from && o.away < o.to }) {
				g.queue.Push(away.from, awayHandler, uint64(g.number)<<32|uint64(s))
			}
			if away.to < unknown && !slices.ContainsFunc(g.sites[s].outages, func(o outage) bool { return o.to == away.to }) {
				g.queue.Push(away.to, upHandler, uint64(g.number)<<32|uint64(s))
			}
		}
	}
	if slices.ContainsFunc(g.sites, func(s gameSite) bool { return s.isKnown }) {
		g.redirect()
	}
	var found []foundParty
	for i := range g.metros {
		m := &g.metros[i]
		for g.next(m); m.upcoming.At == 0; g.next(m) {
			found = append(found, foundParty{order: m.key.At(m.upcoming.Number), metro: i, size: m.party, session: m.upcoming})
		}
		g.expect(i)
	}
	slices.SortFunc(found, func(a, b foundParty) int {
		return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.metro, b.metro))
	})
	for _, f := range found {
		g.admit(f.metro, f.session, f.size)
	}
	g.relaxFound()
	g.tellLobby()
	g.awaitSteps()
}

// next draws the metro's next session that a party is led at; after the end of the run any will do.
func (g *game) next(m *gamers) {
	for {
		m.upcoming = m.sessions.next(g.end)
		if m.upcoming.At >= g.end {
			return
		}
		if m.party = g.partySize(m, m.upcoming.Number); m.party > 0 {
			return
		}
	}
}

// expect schedules the next arrival from a metro.
func (g *game) expect(metro int) {
	if at := g.metros[metro].upcoming.At; at < g.end {
		g.queue.Push(at, arriveHandler, uint64(g.number)<<32|uint64(metro))
	}
}

// arrive lets the next party of a metro come.
func (g *game) arrive(metro int) {
	m := &g.metros[metro]
	session, size := m.upcoming, m.party
	g.next(m)
	g.expect(metro)
	g.admit(metro, session, size)
}

// admit lets a party log in, where the site of its login is up, and then enter the lobby.
func (g *game) admit(metro int, s session, size int) {
	n := g.newTicket(metro, s, size)
	t := g.tickets.at(n)
	t.home = t.from.homeAt(g.now, s.Number)
	g.trace.admits(g, n)
	if !g.Market.PlaysInFull {
		g.queue.Push(t.leaves, leaveHandler, uint64(g.number)<<32|uint64(n))
	}
	if g.sites[t.home].isDown && g.Market.Choice == workload.ByRouting {
		g.cut(n)
		return
	}
	if g.login.Calls > 0 && g.now > 0 {
		draw := random.Key(t.party[0].key.At(0)).Stream()
		if e := g.sites[t.home].login.makeAll(g.now, &draw); e.at > g.now {
			t.where, t.joined = offline, e.at
			g.queue.Push(e.at, enterHandler, uint64(g.number)<<32|uint64(n))
			return
		}
	}
	g.enter(n)
}

// enter lets a party into the lobby, unless it is turned away.
func (g *game) enter(n uint32) {
	t := g.tickets.at(n)
	if g.now > t.since {
		g.miss(t, g.now, LoggingIn)
		if g.now >= g.from {
			us := g.recordedUs(t, t.since, g.now)
			tally := g.tallyAtHome(t)
			tally.Counters[PlayerUs] += us
			tally.Counters[WaitingUs] += us
			g.stay(t, int(t.home), t.since, g.now, true)
		}
	}
	if g.Market.Full == workload.TurnAway && g.isTurnedAway(t) {
		g.goAway(n, TurnedAway)
		return
	}
	g.enterLobby(n)
	g.meet(n)
}

// isTurnedAway reports whether a party comes while all sites are full that it would ever accept.
func (g *game) isTurnedAway(t *ticket) bool {
	for s := range g.sites {
		if !g.accepts(t, s, g.lobby.last().limit) || g.sites[s].isAway {
			continue
		}
		if g.sites[s].pool.hasRoom(g.take) || g.sites[s].pool.elastic || g.Market.Backfill > 0 && g.openMatch(t, s) != 0 {
			return false
		}
	}
	return true
}

// ends returns when a party's session ends, as far as that is known.
func (t *ticket) ends(now int64, inFull bool) int64 {
	if inFull && t.played == 0 {
		return now + t.leaves - t.came
	}
	return t.leaves
}

// goAway lets a party go before its time; what it cannot play in what would have been the rest of its session is missed. Of a session that
// a failure cuts off before recording begins nothing is recorded.
func (g *game) goAway(n uint32, why Reason) {
	t := g.tickets.at(n)
	g.trace.goes(g, n, why)
	ends := t.ends(g.now, g.Market.PlaysInFull)
	if g.now >= g.from || why != SessionLost && ends > g.from {
		g.countSession(t)
		g.miss(t, ends, why)
		switch why {
		case GaveUp:
			g.tallyAtHome(t).Counters[GaveUpSessions] += uint64(len(t.party))
		case TurnedAway:
			g.tallyAtHome(t).Counters[TurnedAwaySessions] += uint64(len(t.party))
		}
	}
	g.vanish(n)
}

// vanish frees a party's number: at once if no event is to come of it, else with the end of the session.
func (g *game) vanish(n uint32) {
	t := g.tickets.at(n)
	t.where = nowhere
	if g.Market.PlaysInFull && t.played == 0 {
		g.tickets.remove(n)
	}
}

// countSession counts the sessions of a party that ends.
func (g *game) countSession(t *ticket) {
	g.tallyAtHome(t).Counters[Sessions] += uint64(len(t.party))
}

// giveUp lets a party go that has waited for too long.
func (g *game) giveUp(n uint32) {
	t := g.tickets.at(n)
	g.leaveLobby(n, g.now)
	if g.now >= g.from && t.played == 0 {
		g.tallyAtHome(t).Metric(GaveUpWait).RecordN(g.now-t.came, uint64(len(t.party)))
	}
	g.goAway(n, GaveUp)
}

// leave ends a party's session.
func (g *game) leave(n uint32) {
	t := g.tickets.at(n)
	switch t.where {
	case nowhere:
		g.tickets.remove(n)
		return
	case waiting:
		g.leaveLobby(n, g.now)
	case offline:
		g.miss(t, g.now, t.offlineFor())
	case playing:
		m := t.match
		g.leaveMatch(n)
		if g.matches.at(m).players == 0 || g.isPeer() {
			g.endMatch(m)
		} else {
			g.offer(m)
		}
	}
	if t = g.tickets.at(n); g.now >= g.from {
		g.countSession(t)
	}
	t.where = nowhere
	g.tickets.remove(n)
}

// close lets the run end for all who are there.
func (g *game) close() {
	for n := range g.matches.all {
		if g.matches.all[n].players > 0 {
			g.finish(uint32(n))
		}
	}
	for n := range g.tickets.all {
		if t := &g.tickets.all[n]; t.where == waiting {
			g.trace.leaves(g, uint32(n))
			g.leaveLobby(uint32(n), g.end)
		} else if t.where == offline {
			g.miss(t, g.end, t.offlineFor())
		}
	}
	for n := range g.tickets.all {
		if t := &g.tickets.all[n]; t.where != nowhere && len(t.party) > 0 {
			g.countSession(t)
			t.where = nowhere
		}
	}
	if g.batch != nil && g.err == nil {
		g.err = g.crew.take(g.batch)
		g.batch = nil
	}
}
