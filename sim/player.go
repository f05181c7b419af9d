package sim

import (
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/topology"
)

// A playerWay is what the players of one metro have in common on their way to a site, and where they are tallied.
// Times are in ns.
type playerWay struct {
	tally *Tally
	law   *accessLaw
	// there and back are the fixed one-way delays without the last mile, access the last mile's RTT where there is
	// no law.
	there, back, access int64
	jitter              float64 // the mean of the links', both ways
	loss                float64 // the probability that an exchange loses a packet
}

// A player sends updates to a match, at a fixed distance of time, and sees what comes back.
type player struct {
	way         *playerWay
	send        int64 // instant of the next update
	there, back int64 // one-way, with this player's last mile
	access      int64 // RTT of the last mile
	shake       int64 // the median of the jitter, both ways
	jitter      *random.Quantiles
	rand        random.Stream
}

// newPlayer draws a player who comes at an instant and sends an update every so many ns.
func newPlayer(way *playerWay, draw random.Stream, now, update int64) player {
	p := player{way: way, access: way.access, shake: int64(way.jitter * math.Ln2), rand: draw}
	if way.law != nil {
		t := way.law.technology(uint32(p.rand.Uint64()))
		p.access = way.law.base(t, &p.rand)
		p.jitter = way.law.miles.jitter[t]
		p.shake += way.law.miles.median[t]
	}
	p.there, p.back = way.there+p.access/2, way.back+p.access-p.access/2
	p.send = now + int64(p.rand.Float64()*float64(update))
	return p
}

// rtt returns the player's round trip with the median jitter of the last mile and, where the links have some, theirs.
func (p *player) rtt() int64 { return p.there + p.back + p.shake }

// skipTo moves the player's next update past an instant and returns how many it leaves out.
func (p *player) skipTo(at, update int64) (skipped int64) {
	if p.send < at {
		skipped = (at - p.send + update - 1) / update
		p.send += skipped * update
	}
	return skipped
}

// drawJitter returns the jitter of one exchange, by how much what it says takes effect late, and how much of that is on the
// way there: all or nothing, by a fair coin. Updates are sent at a distance of so many ns.
func (p *player) drawJitter(distance int64) (jitter, inEffect, late int64) {
	if p.jitter == nil && !(p.way.jitter > 0) {
		return 0, 0, 0
	}
	u := p.rand.Uint64()
	jitter = p.jitterAt(u)
	inEffect = jitter
	if jitter > distance {
		inEffect = p.overtaken(jitter, distance, u)
	}
	if u&1 == 0 {
		late = inEffect
	}
	return jitter, inEffect, late
}

// jitterAt returns the jitter of an exchange at a random number.
func (p *player) jitterAt(u uint64) int64 {
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
func (p *player) overtaken(jitter, distance int64, u uint64) int64 {
	later := random.Key(u)
	for k := uint64(1); int64(k)*distance < jitter; k++ {
		jitter = min(jitter, int64(k)*distance+p.jitterAt(later.At(k)))
	}
	return jitter
}

// drawLoss returns the wait for the next update to say what a lost one said, and how much of it is on the way
// there.
func (p *player) drawLoss(resend time.Duration) (wait, late int64) {
	wait = int64(topology.LossDelay(random.Unit(p.rand.Uint64()), p.way.loss, resend))
	if p.rand.Uint64()&1 == 0 {
		late = wait
	}
	return wait, late
}
