package sim

import (
	"slices"

	"github.com/edgewise-sim/edgewise/random"
)

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
		if t = g.tickets.at(p); worst == nil || t.from.baseAt(s, g.now)+t.worst > worst.from.baseAt(s, g.now)+worst.worst {
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
	if t.played == 0 {
		if g.Market.PlaysInFull {
			t.leaves += begin - t.came
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
	if m.isPlayed {
		for i := range t.party {
			one := &t.party[i]
			one.seat = len(m.played.seats)
			m.played.seats = append(m.played.seats, seat{player: one.player, from: begin, until: g.end, count: t.played})
		}
	}
	t.played++
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
	t.counted = max(t.counted, g.now)
	if m.isPlayed {
		for i := range t.party {
			m.played.seats[t.party[i].seat].until = g.now
		}
	}
	if g.now > max(begin, g.from) && !t.isKnown {
		t.isKnown = true
		for i := range t.party {
			tally.record(PlayerRTT, g.rttIn(m, t, t.party[i].ownMiles), g.deadlines)
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

// endMatch frees the cores; players who stay look for the next match. Who waits while there is room for a match of any game could not
// make one, and goes on waiting unless those who stay take part; where there was none, whoever waits for cores comes first.
func (g *game) endMatch(n uint32) {
	m := g.matches.at(n)
	pool := g.sites[m.site].pool
	wasFull := g.take > 0 && !pool.hasRoom(pool.largest)
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
	if wasFull {
		g.freed(pool)
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
