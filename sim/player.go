package sim

import (
	"time"

	"github.com/edgewise-sim/edgewise/random"
)

// A sender is a player in a match, who sends updates at a fixed distance of time and sees what comes back.
type sender struct {
	way         *playerWay
	send        int64 // instant of the next update
	there, back int64 // one-way, with this player's last mile
	mile        int64 // RTT of the last mile
	jitter      *random.Quantiles
	rand        random.Stream
	spells      random.Key // addresses the spells of its jitter
	spell       spell
	burst       burst
	// follow addresses which updates are followed to the screen: the next one is sent at followAt, in a block of updates that ends
	// at blockEnd, as the number drawn says.
	follow             random.Key
	followed, drawn    uint64
	followAt, blockEnd int64
}

// newSender returns a player in a match, whose next update is sent at an instant.
func newSender(p *seat, way *playerWay, send int64) sender {
	own := random.Key(p.key.At(1<<40 + uint64(p.count)))
	s := sender{
		way: way, send: send, mile: way.access,
		rand: p.stream(), spells: random.Key(own.At(0)), follow: random.Key(own.At(1)),
	}
	if way.law != nil {
		s.mile, s.jitter = p.mile, way.law.miles.jitter[p.tech]
	}
	s.there, s.back = way.there+s.mile/2, way.back+s.mile-s.mile/2
	return s
}

// isQuiet reports whether the network has neither jitter nor loss for the player.
func (p *sender) isQuiet() bool { return p.jitter == nil && !(p.way.jitter > 0) && !(p.way.loss > 0) }

// drawJitter returns the jitter of one exchange, by how much what it says takes effect late, and how much of that is on the
// way there: all or nothing, by a fair coin. Updates are sent at a distance of so many ns.
func (p *sender) drawJitter(distance int64) (jitter, inEffect, late int64) {
	if p.jitter == nil && !(p.way.jitter > 0) {
		return 0, 0, 0
	}
	u := p.rand.Uint64()
	jitter = p.jitterAt(u)
	inEffect = jitter
	if jitter > distance {
		inEffect = p.overtaken(jitter, distance, u)
	}
	if isThere(u) {
		late = inEffect
	}
	return jitter, inEffect, late
}

// isThere says whether a jitter that follows from a number is on the way there: by bit 1, for bit 0 says whether it is above the
// median ([random.Quantiles.At]), and the others move it by less than a millionth of the distance between two knots.
func isThere(u uint64) bool { return u&2 == 0 }

// jitterAt returns the jitter of an exchange at a random number.
func (p *sender) jitterAt(u uint64) int64 {
	jitter := linkJitter(p.way.jitter, u)
	if p.jitter != nil {
		jitter += int64(p.jitter.At(u))
	}
	return jitter
}

// overtaken returns by how much what an update says takes effect late. A later update says it too, and may come before a
// late one does: the least counts of k distances and the jitter of the k-th update after it. Jitter is drawn for each
// exchange on its own (assumed: that of real lines comes in bursts, in which the next update is late as well). The
// numbers follow from that of the exchange, so that all other draws stay the same.
func (p *sender) overtaken(jitter, distance int64, u uint64) int64 {
	later := random.Key(u)
	for k := uint64(1); int64(k)*distance < jitter; k++ {
		jitter = min(jitter, int64(k)*distance+p.jitterAt(later.At(k)))
	}
	return jitter
}

// drawLoss returns the wait for the next update to say what a lost one said, and how much of it is on the way
// there.
func (p *sender) drawLoss(resend time.Duration) (wait, late int64) {
	wait = int64(lossInStream(random.Unit(p.rand.Uint64()), p.way.loss, resend))
	if p.rand.Uint64()&1 == 0 {
		late = wait
	}
	return wait, late
}
