package sim

import (
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
	jitter      *random.Quantiles
	rand        random.Stream
}

// newPlayer draws a player who comes at an instant and sends an update every so many ns.
func newPlayer(way *playerWay, draw random.Stream, now, update int64) player {
	p := player{way: way, access: way.access, rand: draw}
	if way.law != nil {
		t := way.law.technology(uint32(p.rand.Uint64()))
		p.access = int64(way.law.miles.base[t].Draw(&p.rand))
		p.jitter = way.law.miles.jitter[t]
	}
	p.there, p.back = way.there+p.access/2, way.back+p.access-p.access/2
	p.send = now + int64(p.rand.Float64()*float64(update))
	return p
}

// rtt returns the player's round trip without jitter.
func (p *player) rtt() int64 { return p.there + p.back }

// skipTo moves the player's next update past an instant.
func (p *player) skipTo(at, update int64) {
	if p.send < at {
		p.send += (at - p.send + update - 1) / update * update
	}
}

// drawJitter returns the jitter of one exchange, and how much of it delays the way there: all or nothing, by a
// fair coin.
func (p *player) drawJitter() (jitter, late int64) {
	if p.jitter == nil && !(p.way.jitter > 0) {
		return 0, 0
	}
	u := p.rand.Uint64()
	if p.jitter != nil {
		jitter = int64(p.jitter.At(u))
	}
	jitter += linkJitter(p.way.jitter, u)
	if u&1 == 0 {
		late = jitter
	}
	return jitter, late
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
