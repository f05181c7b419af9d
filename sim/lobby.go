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

func (g *matchmaker) leaveLobby(n uint32) {
	p, l := g.members.at(n), &g.lobby
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
