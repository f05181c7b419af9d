package sim

import (
	"context"
	"time"
)

// rules are what all matches of a game share.
type rules struct {
	meter     *Meter
	deadlines []int64
	update    int64         // ns between the simulated updates of a player
	resend    time.Duration // between all updates: the next says what a lost or late one said
	data      dataCalls
	coin      uint64 // below this, of 2^32, an update needs the data
}

// A segment is a part of a match in which its players stay the same. Its ticks are periodic, so that all that
// happens in it is arithmetic: a pure function of the players and these numbers.
type segment struct {
	players     []*player
	from, until int64 // updates sent in [from, until) are played
	// tick is the instant of some tick, period the time between two, work what the server has to do in each.
	tick, period, work int64
}

// play simulates the updates of a segment and tallies them. The players' next updates are past its end then.
func (r *rules) play(ctx context.Context, s *segment) error {
	for _, p := range s.players {
		if err := ctx.Err(); err != nil {
			return err // a long match must not hold up a cancelled run
		}
		p.skipTo(s.from, r.update)
		if p.send < s.until {
			r.meter.addUpdates((s.until-p.send-1)/r.update + 1)
			r.playOne(p, s)
		}
	}
	return nil
}

// playOne simulates a player's updates. This is the loop that a gaming run spends its time in: with ticks and
// updates periodic, the wait for the tick shifts by a constant from one update to the next, and only what
// differs between updates must be drawn.
func (r *rules) playOne(p *player, s *segment) {
	// wait is how long after its undisturbed arrival an update meets a tick, in [0, period).
	wait := (s.tick - p.send - p.there) % s.period
	if wait < 0 {
		wait += s.period
	}
	step := r.update % s.period
	t := p.way.tally
	recent := latencies{tally: t, deadlines: r.deadlines}
	var updates, failed, jitters, losses, waits, calls, services, inVain int64
	for ; p.send < s.until; p.send += r.update {
		ahead := wait
		if wait -= step; wait < 0 {
			wait += s.period
		}
		jitter, inEffect, late := p.drawJitter(int64(r.resend))
		lost := int64(0)
		if p.way.loss > 0 {
			var lateToo int64
			lost, lateToo = p.drawLoss(r.resend)
			late += lateToo
		}
		way := p.there + p.back + lost
		called := int64(0)
		if r.coin > 0 && p.rand.Uint64()&(1<<32-1) < r.coin {
			arrives := p.send + p.there + late
			e := r.data.makeAll(arrives, &p.rand)
			called = e.at - arrives
			if e.failed {
				failed++
				t.fail(DataHomeDown, way+inEffect+called)
				continue
			}
			calls += called
			services += e.service
			inVain += e.inVain
		}
		met := untilTick(ahead-late-called, s.period)
		recent.put(way+inEffect+called+met+s.work, way+jitter)
		if recent.isFull() {
			recent.record()
		}
		updates++
		jitters += inEffect
		losses += lost
		waits += met
	}
	recent.record()
	t.Counters[Requests] += uint64(updates + failed)
	t.Outcomes[Played] += uint64(updates)
	t.Causes[Access] += updates*p.access + jitters
	t.Causes[Propagation] += updates * (p.way.there + p.way.back)
	t.Causes[Loss] += losses
	t.Causes[TickWait] += waits
	t.Causes[Service] += updates*s.work + services
	t.Causes[Upstream] += calls - services - inVain
	t.Causes[Timeout] += inVain
}

// untilTick returns the time to the next tick, in [0, period), from that to some tick: less than a period, and
// negative where that one is missed.
func untilTick(ns, period int64) int64 {
	for ns < 0 {
		ns += period
		if ns < -8*period {
			ns %= period
		}
	}
	return ns
}
