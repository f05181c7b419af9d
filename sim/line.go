package sim

import (
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/workload"
)

// A lineLaw is how the lines of a game's players change over time, ready to be drawn from. Times are in ns.
type lineLaw struct {
	jitterTime float64 // mean time for which jitter lasts; 0: each update has its own
	// bad is the share of the updates that are sent in a burst of losses, 0 where the line loses nothing; inBurst the share of
	// those in one that is lost.
	bad, inBurst float64
	// flip is the probability that a burst ends (1) or begins (0) with the next update, perLog the inverse of the logarithm of
	// its complement.
	flip, perLog [2]float64
}

// newLineLaw returns the law of a valid line.
func newLineLaw(l *workload.PlayerLine) lineLaw {
	law := lineLaw{jitterTime: float64(l.JitterTime)}
	if l.Loss == 0 {
		return law
	}
	law.bad, law.inBurst = l.Bad(), 1
	if l.InBurst > 0 {
		law.inBurst = l.InBurst
	}
	ends := 1 / l.Burst()
	law.flip = [2]float64{min(1, float64(ends*law.bad)/(1-law.bad)), ends}
	for i, p := range law.flip {
		if p < 1 {
			law.perLog[i] = 1 / portable.Log1p(-p)
		}
	}
	return law
}

// A spell is a time in which a line keeps a jitter. Spells follow each other as a Poisson process; the numbers of each follow from
// its own, so that a later one can be looked at before it comes.
type spell struct {
	number uint64
	jitter int64
	u      uint64 // what the jitter follows from
	until  int64
}

// spellsAtOnce bounds how many spells are gone through to reach an instant: when it is further, the last of them lasts from
// there on as any does, for an exponential time has no memory.
const spellsAtOnce = 4

// spellAt moves on to the spell of an instant.
func (p *sender) spellAt(at int64, mean float64) {
	s := &p.spell
	from := s.until
	for n := 0; s.until <= at; n++ {
		if n == spellsAtOnce || s.number == 0 {
			from = at
		}
		s.number++
		s.u = p.spells.At(2 * s.number)
		s.until = from + p.spellLength(s.number, mean)
		from = s.until
	}
	s.jitter = p.jitterAt(s.u)
}

// spellLength returns how long a spell lasts, a ns at least.
func (p *sender) spellLength(number uint64, mean float64) int64 {
	u := random.Unit(p.spells.At(2*number + 1))
	return 1 + int64(min(float64(-portable.Log(u)*mean), math.MaxInt64/4))
}

// keptJitter is [sender.drawJitter] where jitter lasts.
func (p *sender) keptJitter(distance int64, mean float64) (jitter, inEffect, late int64) {
	if p.send >= p.spell.until {
		p.spellAt(p.send, mean)
	}
	jitter = p.spell.jitter
	inEffect = jitter
	if wait := p.spell.until - p.send; wait < jitter {
		inEffect = p.overtakenBySpell(jitter, wait, distance, mean)
	}
	if isThere(p.spell.u) {
		late = inEffect
	}
	return jitter, inEffect, late
}

// overtakenBySpell returns by how much what an update says takes effect late, whose spell ends after a wait that is shorter than
// its jitter: the first update of a later spell may come before it. Updates of the same spell keep their order.
func (p *sender) overtakenBySpell(jitter, wait, distance int64, mean float64) int64 {
	for number := p.spell.number + 1; ; number++ {
		after := (wait + distance - 1) / distance * distance
		if after >= jitter {
			return jitter
		}
		if wait += p.spellLength(number, mean); after < wait { // an update is sent in this spell
			jitter = min(jitter, after+p.jitterAt(p.spells.At(2*number)))
		}
	}
}

// A burst says whether a line loses updates, and up to which, that one not included, it stays so. There is none before the first
// update.
type burst struct {
	isBad   bool
	isKnown bool
	until   int64
}

// lineLoss returns the wait for the next update that gets through to say what a lost one said, and how much of it is on the way
// there; 0 where nothing was lost.
func (p *sender) lineLoss(law *lineLaw, distance int64) (wait, late int64) {
	if p.send >= p.burst.until || !p.burst.isKnown {
		p.moveBurst(law, distance)
	}
	if !p.burst.isBad {
		return 0, 0
	}
	draw := p.rand.Uint64()
	if random.Unit(draw) > law.inBurst {
		return 0, 0
	}
	lost := int64(1)
	left := (p.burst.until - p.send + distance - 1) / distance // updates of the burst, this one included
	if law.inBurst == 1 {
		lost = left
	} else {
		for later := random.Key(draw); lost < left && random.Unit(later.At(uint64(lost))) <= law.inBurst; {
			lost++
		}
	}
	wait = lost * distance
	if p.burstIsThere() {
		late = wait
	}
	return wait, late
}

// burstIsThere says whether a burst is on the way to the server: by a fair coin for each.
func (p *sender) burstIsThere() bool { return random.Key(p.burst.until).At(0)&1 == 0 }

// moveBurst finds whether the line loses updates when the next one is sent, and for how long it stays so.
func (p *sender) moveBurst(law *lineLaw, distance int64) {
	b := &p.burst
	u := random.Unit(p.rand.Uint64())
	if b.isKnown {
		// It has changed with the update at b.until; k updates later it is in that state again with the probability of the
		// two-state chain.
		k := (p.send - b.until) / distance
		b.isBad = !b.isBad
		stationary := 1 - law.bad
		if b.isBad {
			stationary = law.bad
		}
		if u >= stationary+float64((1-stationary)*power(1-law.flip[0]-law.flip[1], k)) {
			b.isBad = !b.isBad
		}
	} else {
		b.isBad = u < law.bad
	}
	b.isKnown = true
	i := 0
	if b.isBad {
		i = 1
	}
	b.until = p.send + law.run(i, p.rand.Uint64())*distance
}

// run returns for how many updates a state lasts that ends with each by its probability: geometric, at least 1.
func (l *lineLaw) run(state int, drawn uint64) int64 {
	if l.perLog[state] == 0 {
		return 1
	}
	return 1 + int64(min(float64(portable.Log(random.Unit(drawn))*l.perLog[state]), 1e12))
}

// power returns x^k by squaring, the same on every machine.
func power(x float64, k int64) float64 {
	y := 1.0
	for ; k > 0 && y != 0; k >>= 1 {
		if k&1 != 0 {
			y *= x
		}
		x *= x
	}
	return y
}

// lossInStream returns the wait for the next update that gets through, where each is lost on its own with a probability: as many
// distances as are lost in a row. A number says how lucky it is.
func lossInStream(u, loss float64, distance time.Duration) time.Duration {
	lost := time.Duration(0)
	for unlucky := loss; 1-float64(u) < unlucky && lost < mostLost; unlucky = float64(unlucky * loss) {
		lost++
	}
	return lost * distance
}

// mostLost bounds how many updates in a row are lost each on its own.
const mostLost = 1000
