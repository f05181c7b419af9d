package sim

import (
	"math"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/topology"
)

// A playedMatch is a match as the market found it: who played, from when to when, on which site, and what shared its
// core. What its players saw follows from it and from the rules of the game alone, so that matches play in any
// order and on any core. Times are in ns.
type playedMatch struct {
	site int        // of the plan
	key  random.Key // addresses the draws of the match, beside those of its players
	// begin and end bound what is recorded: updates sent in [begin, end).
	begin, end int64
	tick       int64 // the instant of some tick, not after begin
	seats      []seat
	spans      []stretch // in order of time, the first from begin on or from before, each up to the next
}

// A seat is a player's time in a match: updates sent in [from, until) are played.
type seat struct {
	player
	from, until int64
	// count is how many matches the player has been in before: with the player's key it addresses what the player draws in this
	// one, so that placements stay paired.
	count uint32
}

// stream returns the random numbers of the player in this match.
func (s *seat) stream() random.Stream { return s.key.StreamAt(uint64(s.count)) }

// A stretch is a part of a match in which its load, and that of its core, stay the same.
type stretch struct {
	from    int64
	players int32 // in the match
	// beside is how many other matches run on the core, busyNs how much work they are for it: ns a second, each at its nominal
	// tick rate.
	beside int32
	busyNs int64
}

// until returns where the i-th span ends.
func (m *playedMatch) until(i int) int64 {
	if i+1 < len(m.spans) {
		return m.spans[i+1].from
	}
	return m.end
}

// A player is one who plays, as drawn when the session begins. Nothing of it changes.
type player struct {
	key   random.Key // addresses the player's random numbers
	metro uint32     // of the plan
	tech  topology.Technology
	// hasMile says that the way begins with a last mile of the technology, whose RTT without jitter is mile.
	hasMile bool
	mile    int64
	// phase is when updates are sent: at phase + k*period for any k.
	phase int64
}

// A playerWay is what the players of one metro have in common on their way to a site.
type playerWay struct {
	law *accessLaw // of the last mile, nil where there is none
	// there and back are the fixed one-way delays without the last mile, access the last mile's RTT where there is
	// no law.
	there, back, access int64
	jitter              float64 // the mean of the links', both ways
	loss                float64 // the probability that an exchange loses a packet
}

// base returns the round trip of a way without what is the player's own: the last mile where there is one.
func (w *playerWay) base() int64 {
	rtt := w.there + w.back + int64(w.jitter*math.Ln2)
	if w.law == nil {
		rtt += w.access
	}
	return rtt
}

// newPlayer draws a player of a metro who comes at an instant and sends an update every so many ns. The law of the last mile is nil
// where no way has one.
func newPlayer(law *accessLaw, metro uint32, key random.Key, now, update int64) player {
	draw := key.Stream()
	p := player{key: key, metro: metro}
	if law != nil {
		p.hasMile = true
		p.tech = law.technology(uint32(draw.Uint64()))
		p.mile = law.base(p.tech, &draw)
	}
	p.phase = now + int64(draw.Float64()*float64(update))
	return p
}

// own returns the part of a round trip, as a ping shows it, that is the player's own: the last mile and the median of its jitter.
func (p *player) own(law *accessLaw) int64 {
	if !p.hasMile {
		return 0
	}
	return p.mile + law.miles.median[p.tech]
}

// sendsFrom returns when the player sends the first update at an instant or after it.
func (p *player) sendsFrom(at, update int64) int64 {
	return p.phase + updatesBetween(p.phase, at, update)*update
}

// sends returns how many updates the player sends in [from, until).
func (p *player) sends(from, until, update int64) int64 {
	if until <= from {
		return 0
	}
	return updatesBetween(p.phase, until, update) - updatesBetween(p.phase, from, update)
}

// updatesBetween returns the least k for which phase + k*update is not before an instant.
func updatesBetween(phase, at, update int64) int64 {
	k := (at - phase) / update
	if at > phase && (at-phase)%update > 0 {
		k++
	}
	return k
}
