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
// matchmaker keeps who was in it when; when it ends, it yields a [playedMatch], to be played by arithmetic. It shares nothing with other sites, so it runs to the
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
	arena     arena

	members   slab[member]
	lobby     lobby
	timeoutAt int64 // of the last timeout scheduled

	matches  slab[match]
	running  int
	isFull   bool      // all the matches are under way that the servers can host; as the lobby has last been told
	at       int       // the site, by its number in the plan
	present  occupancy // of players
	hosted   occupancy // of matches
	site     *SiteTally
	happened event.Fingerprint // all events, in order
	err      error
}

// gamers are the players of one metro.
type gamers struct {
	way      *playerWay
	metro    uint32 // of the plan
	tally    *Tally
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
	gamers     *gamers
	counted    int64  // up to here it is known what the player could not send
	hasPlayed  bool   // in recorded time
	seat       int    // in the match
	played     uint32 // matches
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
	played     playedMatch
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
	g.now = g.end
	for n := range g.matches.all {
		m := &g.matches.all[n]
		for _, p := range m.players {
			g.leaveMatch(m, g.members.at(p))
		}
		if len(m.players) > 0 {
			g.yield(ctx, m)
		}
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
	p := member{
		player: newPlayer(m.way, m.metro, random.Key(m.key.At(session.Number)), g.now, g.arena.update),
		gamers: m, leaves: leaves, counted: max(g.now, g.from),
	}
	if during(g.outages, g.now) != nil {
		g.lose(&p)
		return
	}
	g.present.change(g.now, 1)
	m.tally.Counters[PlayerUs] += g.recordedUs(g.now, leaves)
	n := g.members.add()
	*g.members.at(n) = p
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
		i := slices.Index(m.players, n)
		m.players = slices.Delete(m.players, i, i+1)
		g.leaveMatch(m, p)
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
		for _, p := range m.players {
			g.leaveMatch(m, g.members.at(p))
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
	p.gamers.tally.Counters[PlayerUs] -= g.recordedUs(g.now, p.leaves)
	g.lose(p)
}

// lose counts a session that is cut off or cannot begin, and what its player cannot play in what would have been the rest
// of it. Of one that is lost before recording begins nothing is recorded.
func (g *matchmaker) lose(p *member) {
	t := p.gamers.tally
	switch {
	case g.now >= g.from:
		t.Counters[LostSessions]++
		g.miss(p, p.leaves, SessionLost)
	case p.leaves >= g.from:
		t.Counters[Sessions]--
	}
}

// miss counts the updates that a player sends to nobody up to an instant.
func (g *matchmaker) miss(p *member, until int64, why Reason) {
	until = min(until, g.end)
	if n := p.sends(p.counted, until, g.arena.update); n > 0 {
		p.gamers.tally.miss(why, uint64(n))
	}
	p.counted = max(p.counted, until)
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
	key := random.Key(g.matchKey.At(g.made))
	draws := key.Stream()
	g.made++
	m.played = playedMatch{
		site: g.at, key: key, begin: max(g.now, g.from), tick: g.now,
		seats: m.played.seats[:0], spans: m.played.spans[:0],
	}
	length := int64(g.MatchLength)
	if g.now == 0 {
		// A match found under way when the run starts has a part of its length behind it.
		length = max(1, int64(float64(length)*draws.Float64()))
	}
	var worst *member
	for range size {
		number := g.lobby.head
		g.leaveLobby(number)
		p := g.members.at(number)
		p.match = n
		p.seat = len(m.players)
		m.players = append(m.players, number)
		m.played.seats = append(m.played.seats, seat{player: p.player, from: g.now, until: p.leaves, count: p.played})
		p.played++
		if worst == nil || p.rtt(p.gamers.way) > worst.rtt(worst.gamers.way) {
			worst = p
		}
	}
	m.played.spans = append(m.played.spans, span{from: g.now, players: int32(size)})
	if g.now >= g.from {
		g.site.Counters[Matches]++
		g.site.Counters[Seats] += uint64(g.MatchPlayers)
		g.site.Counters[SeatsTaken] += uint64(size)
		if size == g.MatchPlayers {
			worst.gamers.tally.record(WorstRTT, worst.rtt(worst.gamers.way), g.arena.deadlines)
		}
	}
	g.queue.Push(g.now+length, matchEndHandler, uint64(n)|uint64(m.generation)<<32)
}

// endMatch frees the server; players who stay queue for the next match.
func (g *matchmaker) endMatch(ctx context.Context, n uint32) {
	m := g.matches.at(n)
	for _, p := range m.players {
		g.leaveMatch(m, g.members.at(p))
	}
	g.yield(ctx, m)
	for _, p := range m.players {
		g.enterLobby(p)
	}
	m.players = m.players[:0]
	m.played.seats = m.played.seats[:0]
	m.generation++
	g.running--
	g.hosted.change(g.now, -1)
	g.matches.remove(n)
}

// yield plays a match that ends now.
func (g *matchmaker) yield(ctx context.Context, m *match) {
	p := &m.played
	p.end = g.now
	if len(p.seats) == 0 || p.end <= p.begin || g.err != nil {
		return
	}
	g.err = g.arena.play(ctx, p)
}

// leaveMatch ends a player's time in a match.
func (g *matchmaker) leaveMatch(m *match, p *member) {
	m.played.seats[p.seat].until = g.now
	if last := &m.played.spans[len(m.played.spans)-1]; last.from < g.now {
		m.played.spans = append(m.played.spans, span{from: g.now, players: last.players - 1})
	} else {
		last.players--
	}
	p.counted = max(p.counted, g.now)
	if g.now > m.played.begin && !p.hasPlayed {
		p.hasPlayed = true
		p.gamers.tally.record(PlayerRTT, p.rtt(p.gamers.way), g.arena.deadlines)
	}
}
