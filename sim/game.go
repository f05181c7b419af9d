package sim

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/event"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// A game is one gaming workload at one site: its lobby, its matches and its calendar. It shares nothing
// with other sites, so it runs to the end alone.
type game struct {
	*workload.Gaming
	ctx       context.Context
	cells     []gameCell
	perSecond float64 // about how many updates are simulated
	queue     event.Queue
	now       int64
	from, end int64 // recorded are the updates sent in [from, end)
	capacity  int   // matches at once, 0: no limit
	deadlines []int64
	update    int64         // ns between the simulated updates of a player
	resend    time.Duration // between all updates: the next says what a lost one said
	coin      uint64
	parentRTT int64
	parents   []upstream // where the parent may fail
	matchKey  random.Key
	made      uint64 // matches so far

	players    []player // number 0 stands for none
	freePlayer uint32
	lobbyHead  uint32
	lobbyTail  uint32
	lobby      int
	timeoutAt  int64 // of the last timeout scheduled

	matches     []match
	freeMatches []uint32
	running     int
	outages     []outage
	happened    event.Fingerprint // all events of the game, in order
	err         error
}

// A gameCell is the players of one metro.
type gameCell struct {
	tally    *Tally
	sessions workload.SessionStream
	upcoming workload.Session
	key      random.Key // addresses the players' random numbers
	law      *accessLaw
	// up and down are the fixed one-way delays without the last mile, access the last mile's RTT
	// where there is no law.
	up, down, access int64
	linkJitter, loss float64
	// gate says which players the cell has, nil if all of its metro; who addresses who they are.
	gate *gateRule
	who  random.Key
}

// next draws the cell's next session; after the end of the run any will do.
func (c *gameCell) next(end int64) {
	for {
		c.upcoming = c.sessions.Next()
		if c.gate == nil || c.upcoming.At >= end || c.gate.admits(c.upcoming.At, who(c.who, c.upcoming.Number)) {
			return
		}
	}
}

// A player is in the lobby or in a match.
type player struct {
	cell       uint32
	match      uint32 // 0: in the lobby
	prev, next uint32 // in the lobby; next is also that of the free list
	leaves     int64
	joined     int64 // the lobby
	send       int64 // instant of the next update
	up, down   int64 // one-way, with this player's last mile
	access     int64 // RTT of the last mile
	jitter     *random.Quantiles
	rand       random.Stream
}

// A match is a group of players on one server. Between two changes of its group every tick is
// arithmetic: nothing is scheduled for it.
type match struct {
	players    []uint32
	generation uint32
	tick       int64 // the instant of some tick that is not after played
	played     int64 // up to here the updates have been simulated
}

// The handlers of a game's events.
const (
	arriveHandler   uint32 = iota // argument: the cell
	leaveHandler                  // the player
	matchEndHandler               // match | generation<<32
	timeoutHandler
	failHandler
)

// play runs the game to its end.
func (g *game) play() error {
	g.players = append(g.players, player{})
	g.matches = append(g.matches, match{})
	g.begin()
	for _, o := range g.outages {
		g.queue.Push(o.from, failHandler, 0)
	}
	for g.queue.Len() > 0 && g.queue.NextTime() < g.end {
		if g.err = g.ctx.Err(); g.err != nil {
			return g.err
		}
		e := g.queue.Pop()
		g.now = e.Time
		g.happened.Add(e.Time, uint64(e.Handler()), e.Arg)
		switch e.Handler() {
		case arriveHandler:
			g.arrive(uint32(e.Arg))
		case leaveHandler:
			g.leave(uint32(e.Arg))
		case matchEndHandler:
			if n := uint32(e.Arg); g.matches[n].generation == uint32(e.Arg>>32) {
				g.endMatch(n)
			}
		case failHandler:
			g.fail()
		}
		// After any event, a timeout included, the lobby may be ready for a match.
		g.fillMatches()
		g.awaitTimeout()
	}
	for n := range g.matches {
		g.playUntil(&g.matches[n], g.end)
	}
	return g.err
}

// A foundPlayer is one who plays already when the run starts.
type foundPlayer struct {
	order   uint64
	cell    uint32
	session workload.Session
}

// begin lets the players found at the start into the lobby, in random order: the matches found under way
// mix the metros as those do that begin later.
func (g *game) begin() {
	var found []foundPlayer
	for i := range g.cells {
		c := &g.cells[i]
		for c.next(g.end); c.upcoming.At == 0; c.next(g.end) {
			found = append(found, foundPlayer{order: c.key.At(c.upcoming.Number), cell: uint32(i), session: c.upcoming})
		}
		g.expect(uint32(i))
	}
	slices.SortFunc(found, func(a, b foundPlayer) int {
		return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.cell, b.cell))
	})
	for _, f := range found {
		g.enter(f.cell, f.session)
	}
	g.fillMatches()
	g.awaitTimeout()
}

// expect schedules the next arrival from a cell.
func (g *game) expect(cell uint32) {
	if at := g.cells[cell].upcoming.At; at < g.end {
		g.queue.Push(at, arriveHandler, uint64(cell))
	}
}

// arrive lets the next player of a cell in.
func (g *game) arrive(cell uint32) {
	c := &g.cells[cell]
	session := c.upcoming
	c.next(g.end)
	g.expect(cell)
	g.enter(cell, session)
}

// enter lets a player into the lobby, where the site is up.
func (g *game) enter(cell uint32, session workload.Session) {
	c := &g.cells[cell]
	leaves := g.now + session.LengthNs
	if leaves >= g.from {
		c.tally.Counters[Sessions]++
	}
	if during(g.outages, g.now) != nil {
		g.lose(c, leaves)
		return
	}
	stream := c.key.StreamAt(session.Number)

	n := g.freePlayer
	if n != 0 {
		g.freePlayer = g.players[n].next
	} else {
		n = uint32(len(g.players))
		g.players = append(g.players, player{})
	}
	p := &g.players[n]
	*p = player{cell: cell, leaves: leaves, access: c.access, rand: stream}
	if c.law != nil {
		t := c.law.technology(uint32(p.rand.Uint64()))
		p.access = int64(c.law.miles.base[t].Draw(&p.rand))
		p.jitter = c.law.miles.jitter[t]
	}
	p.up, p.down = c.up+p.access/2, c.down+p.access-p.access/2
	p.send = g.now + int64(p.rand.Float64()*float64(g.update))
	g.queue.Push(p.leaves, leaveHandler, uint64(n))
	g.enterLobby(n)
}

func (g *game) enterLobby(n uint32) {
	p := &g.players[n]
	p.match, p.joined, p.prev, p.next = 0, g.now, g.lobbyTail, 0
	if g.lobbyTail != 0 {
		g.players[g.lobbyTail].next = n
	} else {
		g.lobbyHead = n
	}
	g.lobbyTail = n
	g.lobby++
}

// awaitTimeout schedules the end of the patience of the player who has waited longest, unless an earlier
// one is still to come: it will look again.
func (g *game) awaitTimeout() {
	if g.timeoutAt > g.now || g.lobby == 0 {
		return
	}
	if at := g.players[g.lobbyHead].joined + int64(g.LobbyTimeout); at > g.now {
		g.timeoutAt = at
		g.queue.Push(at, timeoutHandler, 0)
	}
}

func (g *game) leaveLobby(n uint32) {
	p := &g.players[n]
	if p.prev != 0 {
		g.players[p.prev].next = p.next
	} else {
		g.lobbyHead = p.next
	}
	if p.next != 0 {
		g.players[p.next].prev = p.prev
	} else {
		g.lobbyTail = p.prev
	}
	g.lobby--
}

// leave ends a player's session.
func (g *game) leave(n uint32) {
	p := &g.players[n]
	switch {
	case p.match == nowhere:
	case p.match == 0:
		g.leaveLobby(n)
	default:
		m := &g.matches[p.match]
		g.playUntil(m, g.now)
		for i, other := range m.players {
			if other == n {
				m.players = append(m.players[:i], m.players[i+1:]...)
				break
			}
		}
		if len(m.players) == 0 {
			g.endMatch(p.match)
		}
	}
	p.next = g.freePlayer
	g.freePlayer = n
}

// nowhere is the match of a player whose site has failed: the player's number is free when the session
// would have ended.
const nowhere = math.MaxUint32

// fail ends all matches and sessions.
func (g *game) fail() {
	for n := range g.matches {
		m := &g.matches[n]
		if len(m.players) == 0 {
			continue
		}
		g.playUntil(m, g.now)
		for _, p := range m.players {
			g.drop(p)
		}
		m.players = m.players[:0]
		g.endMatch(uint32(n))
	}
	for g.lobbyHead != 0 {
		p := g.lobbyHead
		g.leaveLobby(p)
		g.drop(p)
	}
}

// drop throws a player out.
func (g *game) drop(n uint32) {
	p := &g.players[n]
	p.match = nowhere
	g.lose(&g.cells[p.cell], p.leaves)
}

// lose counts a session that is cut off or cannot begin, and that would have lasted until an instant. Of one
// that is lost before recording begins nothing is recorded.
func (g *game) lose(c *gameCell, leaves int64) {
	switch {
	case g.now >= g.from:
		c.tally.Counters[LostSessions]++
	case leaves >= g.from:
		c.tally.Counters[Sessions]--
	}
}

// fillMatches makes as many matches as the lobby and the servers allow.
func (g *game) fillMatches() {
	for g.lobby > 0 && (g.capacity == 0 || g.running < g.capacity) {
		size := min(g.lobby, g.MatchPlayers)
		waited := g.now - g.players[g.lobbyHead].joined
		if size < g.MatchPlayers && (waited < int64(g.LobbyTimeout) || !g.StartsShort(size)) {
			return
		}
		g.startMatch(size)
	}
}

// startMatch makes a match of those who have waited longest.
func (g *game) startMatch(size int) {
	var n uint32
	if last := len(g.freeMatches) - 1; last >= 0 {
		n = g.freeMatches[last]
		g.freeMatches = g.freeMatches[:last]
	} else {
		n = uint32(len(g.matches))
		g.matches = append(g.matches, match{})
	}
	m := &g.matches[n]
	g.running++
	random := g.matchKey.StreamAt(g.made)
	g.made++
	m.tick, m.played = g.now, g.now
	length := int64(g.MatchLength)
	if g.now == 0 {
		// A match found under way when the run starts has a part of its length behind it.
		length = max(1, int64(float64(length)*random.Float64()))
	}
	var worst uint32
	worstRTT := int64(-1)
	for range size {
		p := g.lobbyHead
		g.leaveLobby(p)
		at := &g.players[p]
		at.match = n
		m.players = append(m.players, p)
		g.skipTo(at, g.now)
		if rtt := at.up + at.down; rtt > worstRTT {
			worst, worstRTT = p, rtt
		}
		if g.now >= g.from && g.now > 0 {
			g.cells[at.cell].tally.record(LobbyWait, g.now-at.joined, g.deadlines)
		}
	}
	if g.now >= g.from {
		g.cells[g.players[worst].cell].tally.record(WorstRTT, worstRTT, g.deadlines)
	}
	g.queue.Push(g.now+length, matchEndHandler, uint64(n)|uint64(m.generation)<<32)
}

// endMatch frees the server; players who stay queue for the next match.
func (g *game) endMatch(n uint32) {
	m := &g.matches[n]
	g.playUntil(m, g.now)
	for _, p := range m.players {
		g.enterLobby(p)
	}
	m.players = m.players[:0]
	m.generation++
	g.running--
	g.freeMatches = append(g.freeMatches, n)
}

// skipTo moves a player's next update past an instant.
func (g *game) skipTo(p *player, at int64) {
	if p.send < at {
		p.send += (at - p.send + g.update - 1) / g.update * g.update
	}
}

// playUntil simulates the updates that the players of a match send before an instant.
func (g *game) playUntil(m *match, until int64) {
	if len(m.players) == 0 || until <= m.played {
		return
	}
	size := len(m.players)
	period, work := int64(g.TickPeriod(size)), int64(g.TickWork(size))
	if until > g.from {
		for _, n := range m.players {
			if g.err = g.ctx.Err(); g.err != nil {
				return // a long match must not hold up a cancelled run
			}
			p := &g.players[n]
			g.skipTo(p, g.from)
			if p.send < until {
				g.playOne(p, m.tick, period, work, until)
			}
		}
	} else {
		for _, n := range m.players {
			g.skipTo(&g.players[n], until)
		}
	}
	m.tick += (until - m.tick) / period * period
	m.played = until
}

// playOne simulates a player's updates up to an instant. This is the loop that a gaming run spends its
// time in: with ticks and updates periodic, the wait for the tick shifts by a constant from one update
// to the next, and only jitter must be drawn.
func (g *game) playOne(p *player, tick, period, work, until int64) {
	c := &g.cells[p.cell]
	t := c.tally
	// wait is how long after its undisturbed arrival an update meets a tick, in [0, period).
	wait := (tick - p.send - p.up) % period
	if wait < 0 {
		wait += period
	}
	step := g.update % period
	recent := latencies{tally: t, deadlines: g.deadlines}
	var updates, failed, jitters, losses, waits, parents, services, timeouts int64
	for ; p.send < until; p.send += g.update {
		met := wait
		jitter, extra, called, inVain := int64(0), int64(0), int64(0), int64(0)
		if p.jitter != nil {
			u := p.rand.Uint64()
			jitter = int64(p.jitter.At(u))
			jitter += linkJitter(c.linkJitter, u)
			if u&1 == 0 { // the coin: the jitter is on the way up
				met -= jitter
			}
		} else if c.linkJitter > 0 {
			u := p.rand.Uint64()
			jitter = linkJitter(c.linkJitter, u)
			if u&1 == 0 {
				met -= jitter
			}
		}
		resent := int64(0)
		if c.loss > 0 {
			u := p.rand.Uint64()
			resent = int64(topology.LossDelay(random.Unit(u), c.loss, g.resend))
			if p.rand.Uint64()&1 == 0 { // lost on the way up
				met -= resent
			}
		}
		if g.coin > 0 && p.rand.Uint64()&(1<<32-1) < g.coin {
			if g.parents != nil {
				var answered bool
				if called, extra, inVain, answered = g.callParents(p, p.send+p.up+wait-met); !answered {
					failed++
					t.fail(ParentDown, p.up+p.down+jitter+resent+extra+called+inVain)
					if wait -= step; wait < 0 {
						wait += period
					}
					continue
				}
			} else {
				for range g.Parent.Calls {
					called += g.Parent.Service.Draw(&p.rand)
					extra += g.parentRTT
				}
			}
			met -= extra + called + inVain
		}
		for met < 0 {
			met += period
			if met < -8*period {
				met %= period
			}
		}
		rtt := p.up + p.down + jitter + resent
		recent.put(rtt+extra+called+inVain+met+work, rtt)
		if recent.isFull() {
			recent.record()
		}
		updates++
		jitters += jitter
		losses += resent
		waits += met
		parents += extra
		services += called
		timeouts += inVain
		if wait -= step; wait < 0 {
			wait += period
		}
	}
	recent.record()
	t.Counters[Requests] += uint64(updates + failed)
	t.Outcomes[Played] += uint64(updates)
	t.Causes[Access] += updates*p.access + jitters
	t.Causes[Propagation] += updates * (c.up + c.down)
	t.Causes[Loss] += losses
	t.Causes[TickWait] += waits
	t.Causes[Service] += updates*work + services
	t.Causes[Upstream] += parents
	t.Causes[Timeout] += timeouts
}

// callParents makes the calls of an update that is at the match at an instant, and takes the time apart that
// they need; answered is false where one fails. The work of all is drawn in any case, so that a failure leaves
// the player's other random numbers alone.
func (g *game) callParents(p *player, now int64) (service, way, inVain int64, answered bool) {
	answered = true
	for range g.Parent.Calls {
		work := g.Parent.Service.Draw(&p.rand)
		if !answered {
			continue
		}
		try := newAttempt(g.parents, now)
		for {
			back, lost := g.parents[try.up].try(now, work)
			if lost == nil {
				service += work
				way += g.parents[try.up].rtt()
				now = back
				break
			}
			if now, answered = try.callAgain(g.parents, g.Parent.Waits, back, lost.to); !answered {
				try.waited += now - try.asked
				break
			}
		}
		inVain += try.waited
	}
	return service, way, inVain, answered
}
