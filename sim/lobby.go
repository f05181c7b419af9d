package sim

// A lobby is the players who wait for a match, in the order in which they have come: a list through the members.
type lobby struct {
	head, tail uint32
	size       int
}

func (g *matchmaker) enterLobby(n uint32) {
	p, l := g.members.at(n), &g.lobby
	p.match, p.joined, p.prev, p.next = inLobby, g.now, l.tail, 0
	if l.tail != 0 {
		g.members.at(l.tail).next = n
	} else {
		l.head = n
	}
	l.tail = n
	l.size++
}

// leaveLobby takes a player out of the lobby and tallies the wait, however it ends. Those who are found playing when the
// run starts have waited for nothing.
func (g *matchmaker) leaveLobby(n uint32) {
	p, l := g.members.at(n), &g.lobby
	g.miss(p, g.now, g.waitsFor())
	if g.now >= g.from && g.now > 0 {
		t := p.gamers.tally
		t.record(LobbyWait, g.now-p.joined, g.arena.deadlines)
		t.Counters[WaitingUs] += g.recordedUs(p.joined, g.now)
	}
	if p.prev != 0 {
		g.members.at(p.prev).next = p.next
	} else {
		l.head = p.next
	}
	if p.next != 0 {
		g.members.at(p.next).prev = p.prev
	} else {
		l.tail = p.prev
	}
	l.size--
}

// waitsFor returns what the players in the lobby have been waiting for.
func (g *matchmaker) waitsFor() Reason {
	if g.isFull {
		return WaitsForServer
	}
	return WaitsForPlayers
}

// tellLobby notes whether the site is full; where that has changed, what the players in the lobby have missed so far was for
// the other reason.
func (g *matchmaker) tellLobby() {
	isFull := g.capacity > 0 && g.running >= g.capacity
	if isFull == g.isFull {
		return
	}
	for n := g.lobby.head; n != 0; n = g.members.at(n).next {
		g.miss(g.members.at(n), g.now, g.waitsFor())
	}
	g.isFull = isFull
}

// closeLobby lets the run end for those who still wait.
func (g *matchmaker) closeLobby() {
	g.now = g.end
	for g.lobby.head != 0 {
		g.leaveLobby(g.lobby.head)
	}
}

// awaitTimeout schedules the end of the patience of the player who has waited longest, unless an earlier one is
// still to come: it will look again.
func (g *matchmaker) awaitTimeout() {
	if g.timeoutAt > g.now || g.lobby.size == 0 {
		return
	}
	if at := g.members.at(g.lobby.head).joined + int64(g.LobbyTimeout); at > g.now {
		g.timeoutAt = at
		g.queue.Push(at, timeoutHandler, 0)
	}
}
