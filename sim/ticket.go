package sim

import "github.com/edgewise-sim/edgewise/random"

// A ticket is a party as the market knows it: players who come, wait, play and leave together. There are as many as there are players
// who are there, each looked at for some moments in a match: it is two lines of a processor's cache.
type ticket struct {
	party []partyPlayer
	from  *gamers
	// came is when the session began, leaves when it ends: with [workload.Market].PlaysInFull that is not known before the first match, and
	// it is so long after it began as it is to last. since is the start of the wait, or of the play in a match, joined when the party entered
	// the lobby, or is to enter it where it is offline, counted up to when it is known what the party could not send.
	came, leaves, since, joined, counted int64
	session                              uint64
	// worst is the largest part of a round trip that is the player's own, of the party, sum that of all.
	worst, sum int64
	skill      float64
	home       int32  // the site, by its number in the game, that the routing rule names
	match      uint32 // where the party plays
	played     uint32 // how many matches, that one included
	place      uint32 // in the lobby, while it waits
	step       uint16 // how many of the lobby's steps are behind it
	bin        uint8
	where      ticketState
	why        Reason
	isLost     bool
	isKnown    bool // the players' round trips have been recorded
}

// A partyPlayer is one of a party.
type partyPlayer struct {
	player
	seat     int // in the match
	ownMiles int64
}

// A ticketState is where a party is.
type ticketState uint8

const (
	// nowhere is where a party is that has gone: its number is free when the session would have ended.
	nowhere ticketState = iota
	waiting
	playing
	// offline is where a party is that a failure has cut off and that will come back.
	offline
)

// newTicket draws a party that comes at an instant with a session, and returns its number.
func (g *game) newTicket(metro int, s session, size int) uint32 {
	from := &g.metros[metro]
	n := g.tickets.add()
	t := g.tickets.at(n)
	*t = ticket{
		party: t.party[:0], from: from, came: g.now, leaves: g.now + s.LengthNs, since: g.now, session: s.Number,
		counted: max(g.now, g.from),
	}
	key := random.Key(from.key.At(s.Number))
	for i := range size {
		if i > 0 {
			key = random.Key(key.At(uint64(i)))
		}
		p := partyPlayer{player: newPlayer(from.law, from.metro, key, g.now, g.update)}
		p.ownMiles = p.own(from.law)
		t.worst = max(t.worst, p.ownMiles)
		t.sum += p.ownMiles
		t.party = append(t.party, p)
	}
	if g.skillSD > 0 {
		stream := from.skills.StreamAt(s.Number)
		for range size {
			t.skill += float64(g.skillSD*stream.Normal()) / float64(size)
		}
		t.bin = g.binOf(t.skill)
	}
	return n
}

// homeAt returns the site that the routing rule names for a metro's player of a session who asks at an instant.
func (g *gamers) homeAt(at int64, session uint64) int32 {
	if len(g.homes) == 1 {
		return int32(g.homes[0].site)
	}
	user := who(g.who, session)
	for i := range g.homes {
		if g.homes[i].share.admits(at, user) {
			return int32(g.homes[i].site)
		}
	}
	return int32(g.homes[0].site)
}

// partySize draws how many players come with a session, 0 where nobody leads a party at it: every party stands for as many
// sessions as it has players on the mean, so that there are as many players as the demand says.
func (g *game) partySize(from *gamers, session uint64) int {
	if len(g.partiesUpTo) == 0 {
		return 1
	}
	stream := from.parties.StreamAt(session)
	if stream.Float64() >= g.leads {
		return 0
	}
	u := stream.Float64()
	for i, upTo := range g.partiesUpTo {
		if u < upTo {
			return i + 1
		}
	}
	return len(g.partiesUpTo)
}

// miss counts the updates that a party sends to nobody up to an instant.
func (g *game) miss(t *ticket, until int64, why Reason) {
	until = min(until, g.end)
	if until <= t.counted {
		return
	}
	for i := range t.party {
		if n := t.party[i].sends(t.counted, until, g.update); n > 0 {
			g.tallyAtHome(t).miss(why, uint64(n))
		}
	}
	t.counted = until
}

// tallyAt returns the tally of a party at a site of the game.
func (g *game) tallyAt(t *ticket, site int) *Tally { return g.book.at(g.sites[site].id, t.from.metro) }

// tallyAtHome returns the tally of a party at the site that the routing rule names.
func (g *game) tallyAtHome(t *ticket) *Tally { return g.tallyAt(t, int(t.home)) }

// recordedUs returns how much of the time from one instant to another is recorded, in us, of all players of a party.
func (g *game) recordedUs(t *ticket, from, to int64) uint64 {
	from, to = max(from, g.from), min(to, g.end)
	if from >= to {
		return 0
	}
	return usOf(len(t.party), from, to)
}

// offlineFor returns why a party is offline.
func (t *ticket) offlineFor() Reason {
	if t.isLost {
		return SessionLost
	}
	return LoggingIn
}
