package sim

import (
	"cmp"
	"context"
	"slices"

	"github.com/edgewise-sim/edgewise/event"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/workload"
)

// A matchmaker runs the matches of one matched workload at one site. Its events are few: players come and leave,
// matches begin and end, the site fails. Between two changes of a match's group nothing is scheduled for it: the
// matchmaker yields a [segment], to be played by arithmetic. It shares nothing with other sites, so it runs to the
// end alone.
type matchmaker struct {
	*workload.Matched
	metros    []gamers
	perSecond float64 // about how many updates are simulated
	queue     event.Queue
	now       int64
	from, end int64 // updates sent in [from, end) are recorded
	capacity  int   // matches at once, 0: no limit
	outages   []outage
	matchKey  random.Key
	made      uint64 // matches so far
	rules     rules

	members   slab[member]
	lobby     lobby
	timeoutAt int64 // of the last timeout scheduled

	matches  slab[match]
	running  int
	isFull   bool      // all the matches are under way that the servers can host; as the lobby has last been told
	present  occupancy // of players
	hosted   occupancy // of matches
	site     *SiteTally
	playing  []*player         // of the segment that is yielded
	happened event.Fingerprint // all events, in order
	err      error
}

// gamers are the players of one metro.
type gamers struct {
	playerWay
	sessions sessionStream
	upcoming session
	key      random.Key // addresses the players' random numbers
	// share says which players come here, nil if all of their metro; who addresses who they are.
	share *shareRule
	who   random.Key
}

// next draws the metro's next session; after the end of the run any will do.
func (g *gamers) next(end int64) {
	for {
		g.upcoming = g.sessions.next(end)
		if g.share == nil || g.upcoming.At >= end || g.share.admits(g.upcoming.At, who(g.who, g.upcoming.Number)) {
			return
		}
	}
}

// A member is a player as the matchmaker knows one: in the lobby or in a match.
type member struct {
	player
	match      uint32 // inLobby, nowhere, or the number of a match
	prev, next uint32 // in the lobby
	leaves     int64
	joined     int64 // the lobby
	hasPlayed  bool  // in recorded time
}

// What stands in the place of a match's number.
const (
	inLobby = 0
	// nowhere is where a player is whose site has failed: the player's number is free when the session would have
	// ended.
	nowhere = 1<<32 - 1
)

// A match is a group of players on one server.
type match struct {
	players    []uint32 // members
	generation uint32   // tells the matches of a number apart
	tick       int64    // the instant of some tick that is not after yielded
	yielded    int64    // up to here the match has been played
}

// The handlers of a matchmaker's events.
const (
	arriveHandler   uint32 = iota // argument: the metro
	leaveHandler                  // the member
	matchEndHandler               // match | generation<<32
	timeoutHandler
	failHandler
)

// run plays all matches, from the start of the run to its end.
func (g *matchmaker) run(ctx context.Context) error {
	g.begin()
	for _, o := range g.outages {
		g.queue.Push(o.from, failHandler, 0)
	}
	for g.queue.Len() > 0 && g.queue.NextTime() < g.end && g.err == nil {
		if err := ctx.Err(); err != nil {
			return err
		}
		e := g.queue.Pop()
		g.now = e.Time
		g.happened.Add(e.Time, uint64(e.Handler()), e.Arg)
		switch e.Handler() {
		case arriveHandler:
			g.arrive(uint32(e.Arg))
		case leaveHandler:
			g.leave(ctx, uint32(e.Arg))
		case matchEndHandler:
			if n := uint32(e.Arg); g.matches.at(n).generation == uint32(e.Arg>>32) {
				g.endMatch(ctx, n)
			}
		case failHandler:
			g.fail(ctx)
		}
		// After any event, a timeout included, the lobby may be ready for a match.
		g.fillMatches()
		g.tellLobby()
		g.awaitTimeout()
	}
	for n := range g.matches.all {
		g.yield(ctx, &g.matches.all[n], g.end)
	}
	g.closeLobby()
	g.settleSite()
	return g.err
}

// A foundPlayer is one who plays already when the run starts.
type foundPlayer struct {
	order   uint64
	metro   uint32
	session session
}

// begin lets the players found at the start into the lobby, in random order: the matches found under way mix the
// metros as those do that begin later.
func (g *matchmaker) begin() {
	var found []foundPlayer
	for i := range g.metros {
		m := &g.metros[i]
		for m.next(g.end); m.upcoming.At == 0; m.next(g.end) {
			found = append(found, foundPlayer{order: m.key.At(m.upcoming.Number), metro: uint32(i), session: m.upcoming})
		}
		g.expect(uint32(i))
	}
	slices.SortFunc(found, func(a, b foundPlayer) int {
		return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.metro, b.metro))
	})
	for _, f := range found {
		g.enter(f.metro, f.session)
	}
	g.fillMatches()
	g.tellLobby()
	g.awaitTimeout()
}

// expect schedules the next arrival from a metro.
func (g *matchmaker) expect(metro uint32) {
	if at := g.metros[metro].upcoming.At; at < g.end {
		g.queue.Push(at, arriveHandler, uint64(metro))
	}
}

// arrive lets the next player of a metro in.
func (g *matchmaker) arrive(metro uint32) {
	m := &g.metros[metro]
	session := m.upcoming
	m.next(g.end)
	g.expect(metro)
	g.enter(metro, session)
}

// enter lets a player into the lobby, where the site is up.
func (g *matchmaker) enter(metro uint32, session session) {
	m := &g.metros[metro]
	leaves := g.now + session.LengthNs
	if leaves >= g.from {
		m.tally.Counters[Sessions]++
	}
	p := newPlayer(&m.playerWay, m.key.StreamAt(session.Number), g.now, g.rules.update)
	if during(g.outages, g.now) != nil {
		g.lose(&p, leaves)
		return
	}
	g.present.change(g.now, 1)
	m.tally.Counters[PlayerUs] += g.recordedUs(g.now, leaves)
	n := g.members.add()
	*g.members.at(n) = member{player: p, leaves: leaves}
	g.queue.Push(leaves, leaveHandler, uint64(n))
	g.enterLobby(n)
}

// leave ends a player's session.
func (g *matchmaker) leave(ctx context.Context, n uint32) {
	if g.members.at(n).match != nowhere {
		g.present.change(g.now, -1)
	}
	switch p := g.members.at(n); p.match {
	case nowhere:
	case inLobby:
		g.leaveLobby(n)
	default:
		m := g.matches.at(p.match)
		g.yield(ctx, m, g.now)
		i := slices.Index(m.players, n)
		m.players = slices.Delete(m.players, i, i+1)
		if len(m.players) == 0 {
			g.endMatch(ctx, p.match)
		}
	}
	g.members.remove(n)
}

// fail ends all matches and sessions.
func (g *matchmaker) fail(ctx context.Context) {
	for n := range g.matches.all {
		m := &g.matches.all[n]
		if len(m.players) == 0 {
			continue
		}
		g.yield(ctx, m, g.now)
		for _, p := range m.players {
			g.drop(p)
		}
		m.players = m.players[:0]
		g.endMatch(ctx, uint32(n))
	}
	for g.lobby.head != 0 {
		n := g.lobby.head
		g.leaveLobby(n)
		g.drop(n)
	}
}

// drop throws a player out.
func (g *matchmaker) drop(n uint32) {
	p := g.members.at(n)
	p.match = nowhere
	g.present.change(g.now, -1)
	p.way.tally.Counters[PlayerUs] -= g.recordedUs(g.now, p.leaves)
	g.lose(&p.player, p.leaves)
}

// lose counts a session that is cut off or cannot begin, and that would have lasted until an instant, and what its
// player cannot play. Of one that is lost before recording begins nothing is recorded.
func (g *matchmaker) lose(p *player, leaves int64) {
	t := p.way.tally
	switch {
	case g.now >= g.from:
		t.Counters[LostSessions]++
		g.miss(p, leaves, SessionLost)
	case leaves >= g.from:
		t.Counters[Sessions]--
	}
}

// miss counts the updates that a player sends to nobody up to an instant.
func (g *matchmaker) miss(p *player, until int64, why Reason) {
	p.skipTo(min(until, g.from), g.rules.update) // before recording begins
	if n := p.skipTo(min(until, g.end), g.rules.update); n > 0 {
		p.way.tally.miss(why, uint64(n))
	}
}

// recordedUs returns how much of the time from one instant to another is recorded, in us.
func (g *matchmaker) recordedUs(from, to int64) uint64 {
	from, to = max(from, g.from), min(to, g.end)
	if from >= to {
		return 0
	}
	return usOf(1, from, to)
}

// fillMatches makes as many matches as the lobby and the servers allow.
func (g *matchmaker) fillMatches() {
	for g.lobby.size > 0 && (g.capacity == 0 || g.running < g.capacity) {
		size := min(g.lobby.size, g.MatchPlayers)
		waited := g.now - g.members.at(g.lobby.head).joined
		if size < g.MatchPlayers && (waited < int64(g.LobbyTimeout) || !g.StartsShort(size)) {
			return
		}
		g.startMatch(size)
	}
}

// startMatch makes a match of those who have waited longest.
func (g *matchmaker) startMatch(size int) {
	n := g.matches.add()
	m := g.matches.at(n)
	g.running++
	g.hosted.change(g.now, 1)
	random := g.matchKey.StreamAt(g.made)
	g.made++
	m.tick, m.yielded = g.now, g.now
	length := int64(g.MatchLength)
	if g.now == 0 {
		// A match found under way when the run starts has a part of its length behind it.
		length = max(1, int64(float64(length)*random.Float64()))
	}
	var worst *member
	for range size {
		number := g.lobby.head
		g.leaveLobby(number)
		p := g.members.at(number)
		p.match = n
		m.players = append(m.players, number)
		if worst == nil || p.rtt() > worst.rtt() {
			worst = p
		}
	}
	if g.now >= g.from {
		g.site.Counters[Matches]++
		g.site.Counters[Seats] += uint64(g.MatchPlayers)
		g.site.Counters[SeatsTaken] += uint64(size)
		if size == g.MatchPlayers {
			worst.way.tally.record(WorstRTT, worst.rtt(), g.rules.deadlines)
		}
	}
	g.queue.Push(g.now+length, matchEndHandler, uint64(n)|uint64(m.generation)<<32)
}

// endMatch frees the server; players who stay queue for the next match.
func (g *matchmaker) endMatch(ctx context.Context, n uint32) {
	m := g.matches.at(n)
	g.yield(ctx, m, g.now)
	for _, p := range m.players {
		g.enterLobby(p)
	}
	m.players = m.players[:0]
	m.generation++
	g.running--
	g.hosted.change(g.now, -1)
	g.matches.remove(n)
}

// yield plays a match up to an instant: a segment in which its players stay the same.
func (g *matchmaker) yield(ctx context.Context, m *match, until int64) {
	if len(m.players) == 0 || until <= m.yielded {
		return
	}
	size := len(m.players)
	period := int64(g.TickPeriod(size))
	if until > g.from && g.err == nil {
		g.playing = g.playing[:0]
		for _, n := range m.players {
			p := g.members.at(n)
			if !p.hasPlayed {
				p.hasPlayed = true
				p.way.tally.record(PlayerRTT, p.rtt(), g.rules.deadlines)
			}
			g.playing = append(g.playing, &p.player)
		}
		s := segment{
			players: g.playing, from: max(m.yielded, g.from), until: until,
			tick: m.tick, period: period, work: int64(g.TickWork(size)),
		}
		g.err = g.rules.play(ctx, &s)
	}
	m.tick += (until - m.tick) / period * period
	m.yielded = until
}
