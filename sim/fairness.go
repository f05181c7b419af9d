package sim

import "time"

// compareSeats tallies how alike the players of a match are: of one that starts in recorded time with as many players as it
// is made for.
func (a *arena) compareSeats(m *playedMatch) {
	n := 0
	for n < len(m.seats) && m.seats[n].from == m.tick {
		n++
	}
	if m.begin != m.tick || n < max(a.MatchPlayers, 2) {
		return
	}
	seats := m.seats[:n]
	least, most, worst := int64(0), int64(0), 0
	var sum, squares float64
	for i := range seats {
		rtt := a.wayOf(m, &seats[i]).ping(&seats[i].player)
		if i == 0 || rtt < least {
			least = rtt
		}
		if i == 0 || rtt > most {
			most, worst = rtt, i
		}
		sum += float64(rtt)
		squares += float64(float64(rtt) * float64(rtt))
	}
	t := a.tallyOf(m.site, seats[worst].metro)
	t.record(MatchSpread, most-least, a.deadlines)
	jain := 1.0 // of players who all have nothing
	if squares > 0 {
		jain = float64(sum*sum) / float64(float64(n)*squares)
	}
	t.Counters[JainPpm] += uint64(float64(1e6*jain) + 0.5)
	if a.screen.isKnown && a.Cloud.BitsPerSecond == 0 {
		a.peek(m, seats)
	}
}

// peek tallies the advantage that each player gives to the next one in the order of the lobby, who steps round a corner: so every
// player holds once and peeks once, and who meets whom is chance.
func (a *arena) peek(m *playedMatch, seats []seat) {
	for i := range seats {
		holder, peeker := &seats[i], &seats[(i+1)%len(seats)]
		up, peekerDown := a.wayOf(m, peeker).oneWays(&peeker.player)
		_, holderDown := a.wayOf(m, holder).oneWays(&holder.player)
		advantage := a.PeekersAdvantage(len(seats), time.Duration(up), time.Duration(peekerDown), time.Duration(holderDown))
		a.tallyOf(m.site, holder.metro).record(PeekersAdvantage, int64(advantage), nil)
	}
}

// wayOf returns the way of a player to the site of a match, as it is when the player begins.
func (a *arena) wayOf(m *playedMatch, s *seat) *playerWay {
	if turns := a.turnsOf(m, s); turns != nil {
		return &turns[turnAt(turns, max(s.from, m.begin))].way
	}
	return &a.ways[m.site][s.metro]
}

// turnsOf returns the ways that a player takes in turn to the site of a match; nil where it is always the same.
func (a *arena) turnsOf(m *playedMatch, s *seat) []playerTurn {
	if a.turns == nil {
		return nil
	}
	return a.turns[m.site][s.metro]
}

// ping returns the round trip of a player as a ping shows it: with the median jitter of the last mile and of the links.
func (w *playerWay) ping(p *player) int64 {
	if w.law == nil {
		return w.base()
	}
	return w.base() + p.own(w.law)
}

// oneWays returns how long a packet of a player takes to the server and back: half of the last mile and of the median jitter on
// each.
func (w *playerWay) oneWays(p *player) (there, back int64) {
	rtt := w.ping(p)
	half := (rtt - w.there - w.back) / 2
	return w.there + half, rtt - w.there - half
}
