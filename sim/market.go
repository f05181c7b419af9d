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
	apart       [][]peerWay // between metros, of players who exchange their inputs directly; nil else
}

// A gameSite is a site of a game.
type gameSite struct {
	id      int // of the plan
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
	metro    uint32 // of the plan
	law      *accessLaw
	base     []int64 // by site of the game: the round trip without what is the player's own
	order    []int   // the sites, the nearest first
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

// A match is a group of players on one server.
type match struct {
	tickets    []uint32
	players    int
	site       int    // of the game
	generation uint32 // tells the matches of a number apart
	begin      int64
	core       uint32
	also       []uint32 // further cores
	busyNs     int64    // its work a second
	low, high  float64  // skill
	apart      int64    // the round trip between two players who exchange their inputs directly
	isOpen     bool     // it is in the list of those with empty seats
	isPlayed   bool     // it is one of the sample
	isSlow     bool     // its core does not keep up with its ticks
	played     playedMatch
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
		if t := g.tickets.at(arg); t.where == offline && t.due == g.now {
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
			if !slices.ContainsFunc(g.sites[s].outages, func(o outage) bool { return o.to == away.to }) {
				g.queue.Push(away.to, upHandler, uint64(g.number)<<32|uint64(s))
			}
		}
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
			t.where, t.due = offline, e.at
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
			tally := g.tallyAt(t, t.home)
			tally.Counters[PlayerUs] += us
			tally.Counters[WaitingUs] += us
			g.stay(t, t.home, t.since, g.now, true)
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
	if inFull && !t.hasPlayed {
		return now + t.stay
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
			g.tallyAt(t, t.home).Counters[GaveUpSessions] += uint64(len(t.party))
		case TurnedAway:
			g.tallyAt(t, t.home).Counters[TurnedAwaySessions] += uint64(len(t.party))
		}
	}
	g.vanish(n)
}

// vanish frees a party's number: at once if no event is to come of it, else with the end of the session.
func (g *game) vanish(n uint32) {
	t := g.tickets.at(n)
	t.where = nowhere
	if g.Market.PlaysInFull && !t.hasPlayed {
		g.tickets.remove(n)
	}
}

// countSession counts the sessions of a party that ends.
func (g *game) countSession(t *ticket) {
	g.tallyAt(t, t.home).Counters[Sessions] += uint64(len(t.party))
}

// giveUp lets a party go that has waited for too long.
func (g *game) giveUp(n uint32) {
	t := g.tickets.at(n)
	g.leaveLobby(n, g.now)
	if g.now >= g.from && !t.hasPlayed {
		g.tallyAt(t, t.home).Metric(GaveUpWait).RecordN(g.now-t.came, uint64(len(t.party)))
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

// startMatch makes a match of a meeting at a site. hasMoved says that another site would have been chosen if it had had room.
func (g *game) startMatch(s int, of *meeting, hasMoved bool) {
	n := g.matches.add()
	m := g.matches.at(n)
	site := &g.sites[s]
	key := random.Key(g.key.At(g.made))
	draws := key.Stream()
	m.isPlayed = g.sample <= 1 || uint64(key)%g.sample == 0
	g.made++
	m.tickets, m.players, m.site, m.begin, m.isOpen = m.tickets[:0], 0, s, g.now, false
	m.busyNs = 0
	if g.take > 0 {
		m.core, m.also = site.pool.place(g.now, g.matchNumber(n), g.take, 0, m.also[:0])
	}
	length := int64(g.MatchLength)
	if g.now == 0 {
		// A match found under way when the run starts has a part of its length behind it.
		length = max(1, int64(float64(length)*draws.Float64()))
	} else if g.set.Calls > 0 {
		m.begin = site.set.makeAll(g.now, &draws).at
	}
	m.played = playedMatch{
		site: site.id, key: key, begin: max(m.begin, g.from), tick: m.begin, seats: m.played.seats[:0], spans: m.played.spans[:0],
	}
	site.hosted.change(g.now, 1)
	var worst *ticket
	for i, p := range of.parties {
		t := g.tickets.at(p)
		if i == 0 {
			m.low, m.high = t.skill, t.skill
		}
		g.seat(p, n)
		if t = g.tickets.at(p); worst == nil || t.from.base[s]+t.worst > worst.from.base[s]+worst.worst {
			worst = t
		}
	}
	if g.isPeer() {
		g.setApart(m)
	}
	g.resize(n)
	if g.now >= g.from {
		c := &site.tally.Counters
		c[Matches]++
		c[Seats] += uint64(g.MatchPlayers)
		c[SeatsTaken] += uint64(m.players)
		c[SkillSpread] += uint64((m.high - m.low) * 1000)
		if m.players == g.MatchPlayers {
			g.tallyAt(worst, s).record(WorstRTT, g.rttIn(m, worst, worst.worst), g.deadlines)
		}
		if hasMoved {
			for _, p := range m.tickets {
				t := g.tickets.at(p)
				g.tallyAt(t, s).Counters[Overflowed] += uint64(len(t.party))
			}
		}
		g.pairs.add(g, m)
	}
	g.trace.starts(g, n, hasMoved)
	g.queue.Push(m.begin+length, matchEndHandler+uint32(g.number), uint64(n)|uint64(m.generation)<<32)
	if site.isDown {
		g.cutMatch(n)
		return
	}
	g.offer(n)
}

// matchNumber returns the number of a match among those of all games.
func (g *game) matchNumber(n uint32) uint64 { return uint64(g.number)<<32 | uint64(n) }

// seat lets a party that waits play in a match.
func (g *game) seat(p, n uint32) {
	m, t := g.matches.at(n), g.tickets.at(p)
	begin := max(g.now, m.begin)
	g.leaveLobby(p, begin)
	if !t.hasPlayed {
		t.hasPlayed = true
		if g.Market.PlaysInFull {
			t.leaves = begin + t.stay
			g.queue.Push(t.leaves, leaveHandler, uint64(g.number)<<32|uint64(p))
		}
		if g.now >= g.from && g.now > 0 {
			g.tallyAt(t, m.site).Metric(FirstWait).RecordN(begin-t.came, uint64(len(t.party)))
		}
	}
	t.where, t.match = playing, n
	m.tickets = append(m.tickets, p)
	m.players += len(t.party)
	m.low, m.high = min(m.low, t.skill), max(m.high, t.skill)
	g.sites[m.site].present.change(g.now, len(t.party))
	for i := range t.party {
		one := &t.party[i]
		if m.isPlayed {
			one.seat = len(m.played.seats)
			m.played.seats = append(m.played.seats, seat{player: one.player, from: begin, until: g.end, count: one.played})
		}
		one.played++
	}
	t.since = begin // from here on it plays
}

// join lets a party that waits take seats of a match that has begun.
func (g *game) join(p, n uint32) {
	m := g.matches.at(n)
	g.trace.joins(g, p, n)
	g.seat(p, n)
	if g.now >= g.from {
		t := g.tickets.at(p)
		g.sites[m.site].tally.Counters[Backfilled] += uint64(len(t.party))
	}
	g.resize(n)
}

// leaveMatch ends a party's time in its match, which goes on for the others.
func (g *game) leaveMatch(p uint32) {
	n := g.tickets.at(p).match
	m := g.matches.at(n)
	last := len(m.tickets) - 1
	m.tickets[slices.Index(m.tickets, p)] = m.tickets[last]
	m.tickets = m.tickets[:last]
	g.stopPlaying(p, m)
	if m.players > 0 {
		g.resize(n)
	}
}

// stopPlaying takes a party from the players of its match, and tallies its time there.
func (g *game) stopPlaying(p uint32, m *match) {
	t := g.tickets.at(p)
	begin := t.since
	m.players -= len(t.party)
	g.sites[m.site].present.change(g.now, -len(t.party))
	tally := g.tallyAt(t, m.site)
	tally.Counters[PlayerUs] += g.recordedUs(t, begin, g.now)
	g.stay(t, m.site, begin, g.now, false)
	isRecorded := g.now > max(begin, g.from)
	for i := range t.party {
		one := &t.party[i]
		if m.isPlayed {
			m.played.seats[one.seat].until = g.now
		}
		one.counted = max(one.counted, g.now)
		if isRecorded && !one.isKnown {
			one.isKnown = true
			tally.record(PlayerRTT, g.rttIn(m, t, one.ownMiles), g.deadlines)
		}
	}
}

// resize notes that the number of players of a match has changed, in it and in those that share its core.
func (g *game) resize(n uint32) {
	if g.take == 0 {
		return
	}
	m := g.matches.at(n)
	busyNs := int64(float64(g.TickWork(m.players)) * g.TickHz)
	more := busyNs - m.busyNs
	m.busyNs = busyNs
	c := &g.sites[m.site].pool.cores[m.core]
	c.busyNs += more
	for _, other := range c.matches {
		g.market.games[other>>32].note(uint32(other), c)
	}
}

// note lets a match know what it shares its core with from now on.
func (g *game) note(n uint32, c *core) {
	m := g.matches.at(n)
	g.watchTicks(m, c)
	if !m.isPlayed {
		return
	}
	s := stretch{from: max(g.now, m.begin), players: int32(m.players), beside: int32(len(c.matches) - 1), busyNs: c.busyNs - m.busyNs}
	if last := len(m.played.spans) - 1; last >= 0 && m.played.spans[last].from == s.from {
		m.played.spans[last] = s
		return
	}
	m.played.spans = append(m.played.spans, s)
}

// endMatch frees the cores; players who stay look for the next match.
func (g *game) endMatch(n uint32) {
	m := g.matches.at(n)
	again := append(g.again[:0], m.tickets...)
	g.again = again
	g.finish(n)
	for _, p := range again {
		t := g.tickets.at(p)
		t.since = g.now
		if g.isPeer() && g.sites[t.home].isDown {
			g.cut(p) // its match went on, but there is nobody to find the next
			continue
		}
		g.enterLobby(p)
	}
	if g.take > 0 {
		g.freed(g.sites[m.site].pool)
	}
	for _, p := range again {
		if g.tickets.at(p).where == waiting {
			g.meet(p)
		}
	}
}

// finish ends a match without a word of its players' future.
func (g *game) finish(n uint32) {
	m := g.matches.at(n)
	for i := len(m.tickets) - 1; i >= 0; i-- {
		g.stopPlaying(m.tickets[i], m)
	}
	m.tickets = m.tickets[:0]
	m.generation++
	site := &g.sites[m.site]
	site.hosted.change(g.now, -1)
	if g.take > 0 {
		g.leaveCores(n)
	}
	if m.isPlayed {
		g.yield(&m.played)
	}
	g.matches.remove(n)
}

// leaveCores frees the cores of a match; those that share one with it know.
func (g *game) leaveCores(n uint32) {
	m := g.matches.at(n)
	pool := g.sites[m.site].pool
	pool.free(g.now, m.core, g.matchNumber(n), min(g.take, coreUnit), m.busyNs)
	for _, also := range m.also {
		pool.free(g.now, also, g.matchNumber(n), coreUnit, 0)
	}
	g.watchTicks(m, &pool.cores[m.core])
	for _, other := range pool.cores[m.core].matches {
		g.market.games[other>>32].note(uint32(other), &pool.cores[m.core])
	}
}

// yield hands over a match that ends now, to be played.
func (g *game) yield(p *playedMatch) {
	p.end = min(g.now, g.end)
	if p.end <= p.begin || len(p.seats) == 0 || g.err != nil {
		return
	}
	if g.batch == nil {
		g.batch = g.crew.batch(g.number)
	}
	g.batch.add(p)
	if g.batch.isFull() {
		g.err = g.crew.take(g.batch)
		g.batch = nil
	}
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
