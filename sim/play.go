package sim

import (
	"context"
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/workload"
)

// rules are what all matches of a game share.
type rules struct {
	*workload.Matched
	meter     *Meter
	deadlines []int64
	update    int64         // ns between the simulated updates of a player
	resend    time.Duration // between all updates: the next says what a lost or late one said
	coin      uint64        // below this, of 2^32, an update needs the data
	line      lineLaw
	screen    screen
	tooLate   int64 // ns of jitter on the way back beyond which what an update says misses the picture that it is for
}

func newRules(service *workload.Matched, w *plannedWorkload, meter *Meter) (*rules, error) {
	r := &rules{
		Matched: service, meter: meter, deadlines: w.deadlines,
		update: int64(service.UpdatePeriod()), resend: service.SendPeriod(), coin: outOf32(service.Data.Probability),
		line: newLineLaw(&service.Line), tooLate: math.MaxInt64,
	}
	if service.Display.Interpolation > 0 {
		r.tooLate = int64(service.Display.Interpolation)
	}
	var err error
	r.screen, err = newScreen(service, w.display, w.classes)
	return r, err
}

// An arena plays matches of one game, one after the other, and tallies what their players see. What a match adds to the
// tallies does not depend on the matches before it, so that several arenas may share the matches of a game.
type arena struct {
	*rules
	ways [][]playerWay // by site of the plan and metro
	// turns are those which players take in turn as links fail, by site and metro; nil where there are none.
	turns [][][]playerTurn
	// apart are the ways between the metros of players who exchange their inputs directly.
	apart [][]peerWay
	// peerTurns are those that their packets take in turn as links fail; nil where there are none.
	peerTurns *peerTurns
	data      []dataCalls // by site
	// tallyOf returns the tally of the players of a metro at a site.
	tallyOf func(site int, metro uint32) *Tally
	steps   stepTally
	ticking []ticking // of the match that is played
	core    coreShare
	// rtts and displays hold the round trips, and the times from input to display, of the updates of one player in one match
	// that are followed.
	rtts, displays excess
}

// A ticking is a part of a match in which its ticks are periodic.
type ticking struct {
	from, until int64
	// tick is the instant of some tick, period the time between two, work what the server has to do in each, queue how long it
	// is not free for it.
	tick, period, work, queue int64
	isOverrun                 bool // the server does not keep up
}

// play simulates the updates of a match and tallies them.
func (a *arena) play(ctx context.Context, m *playedMatch) error {
	if a.isPeer() {
		return a.exchange(ctx, m)
	}
	a.setTicking(m)
	a.compareSeats(m)
	for i := range m.seats {
		if err := ctx.Err(); err != nil {
			return err // a long match must not hold up a cancelled run
		}
		s := &m.seats[i]
		from, until := max(s.from, m.begin), min(s.until, m.end)
		a.meter.addUpdates(s.sends(from, until, a.update))
		way := a.wayOf(m, s)
		p := newSender(s, way, s.sendsFrom(from, a.update))
		t := a.tallyOf(m.site, s.metro)
		a.beginSeat(&p, p.leastOf(a.turnsOf(m, s), until))
		for k := range a.ticking {
			if p.send >= until {
				break
			}
			if c := &a.ticking[k]; p.send < c.until {
				if turns := a.turnsOf(m, s); turns != nil {
					a.playInTurn(&p, c, min(until, c.until), m.site, s.metro, t, turns)
				} else {
					a.steps.begin(m.site, s.metro)
					a.playOne(&p, c, min(until, c.until), &a.data[m.site], t, nil)
				}
			}
		}
		a.settleSeat(way.ping(&s.player), t)
	}
	return nil
}

// setTicking finds when the match ticks: each span goes on from the last tick of the one before.
func (a *arena) setTicking(m *playedMatch) {
	a.ticking = a.ticking[:0]
	tick := m.tick
	for i := range m.spans {
		s := &m.spans[i]
		c := ticking{from: s.from, until: m.until(i), tick: tick, work: int64(a.TickWork(int(s.players)))}
		nominal := int64(a.NominalPeriod())
		c.period, c.queue = a.core.of(nominal, c.work, int(s.beside), theirWork(s.busyNs, nominal), m.key)
		c.isOverrun = a.isOverrun(c.work, s.busyNs)
		a.ticking = append(a.ticking, c)
		tick += (c.until - tick) / c.period * c.period
	}
}

// playOne simulates a player's updates up to an instant, some of which are lost on links.
func (a *arena) playOne(p *sender, c *ticking, until int64, data *dataCalls, t *Tally, cut []outage) {
	o := volley{arena: a, sender: p, ticking: c, data: data, cut: cut, recent: latencies{tally: t, deadlines: a.deadlines}}
	o.wait = (c.tick - p.send - p.there) % c.period
	if o.wait < 0 {
		o.wait += c.period
	}
	quiet := p.isQuiet() && a.line.bad == 0 && a.coin == 0 && cut == nil
	for p.send < until {
		// Up to the next update that is followed to the screen, that one included.
		stop := min(until, p.followAt+a.update)
		if a.steps.course != nil {
			a.steps.enter(p.send, o.sums(), &o.recent)
			stop = min(stop, a.steps.ends)
		}
		if quiet {
			o.sendQuiet(stop)
		} else {
			o.send(stop)
		}
		if p.send > p.followAt {
			if o.last.response > 0 {
				a.showOne(p, &o.last, max(0, a.screen.buffer-o.last.lateBack), t)
			}
			a.nextFollowed(p, p.blockEnd)
		}
	}
	o.settle(t)
}

// A volley is the updates of a player in a part of a match in which its ticks are periodic, and what they come to. Times are in
// ns.
type volley struct {
	*arena
	*sender
	*ticking
	data *dataCalls
	cut  []outage // when updates or their answers are lost on links, nil where they never are
	// wait is how long after its undisturbed arrival the next update meets a tick, in [0, period).
	wait   int64
	last   echo // of the last update; its response is 0 where that has failed
	recent latencies
	// updates are those played, lost and late some of them. The others are sums over them.
	updates, failed, cutOff, lost, late             int64
	jitters, losses, waits, calls, services, inVain int64
}

// sendQuiet plays the updates up to an instant of a player whose line has neither jitter nor loss, and who needs no data: all are
// alike but for the wait for the tick.
func (o *volley) sendQuiet(stop int64) {
	p := o.sender
	rtt := p.there + p.back
	least := rtt + o.queue + o.work
	step, period, wait := o.update%o.period, o.period, o.wait
	n := (stop - p.send + o.update - 1) / o.update
	p.send += n * o.update
	o.updates += n
	met := int64(0)
	for left := n; left > 0; {
		first, second := o.recent.room(left)
		second = second[:len(first)]
		left -= int64(len(first))
		for i := range first {
			met = wait
			if wait -= step; wait < 0 {
				wait += period
			}
			o.waits += met
			first[i], second[i] = least+met, rtt
		}
		if o.recent.isFull() {
			o.recent.record()
		}
	}
	o.wait = wait
	o.last = echo{response: least + met, rtt: rtt}
}

// send plays the updates up to an instant. This is the loop that a gaming run spends its time in: with ticks and
// updates periodic, the wait for the tick shifts by a constant from one update to the next, and only what
// differs between updates must be drawn.
func (o *volley) send(stop int64) {
	a, p, c := o.arena, o.sender, o.ticking
	step, distance := a.update%c.period, int64(a.resend)
	wait, failed := o.wait, o.failed+o.cutOff
	o.updates += (stop - p.send + a.update - 1) / a.update
	isKept := a.line.jitterTime > 0
	for ; p.send < stop; p.send += a.update {
		ahead := wait
		if wait -= step; wait < 0 {
			wait += c.period
		}
		var jitter, inEffect, late int64
		if isKept {
			jitter, inEffect, late = p.keptJitter(distance, a.line.jitterTime)
		} else {
			jitter, inEffect, late = p.drawJitter(distance)
		}
		if jitter > a.tooLate && late == 0 {
			o.late++
		}
		lost := int64(0)
		if p.way.loss > 0 {
			var lateToo int64
			lost, lateToo = p.drawLoss(a.resend)
			late += lateToo
		}
		if a.line.bad > 0 {
			more, lateToo := p.lineLoss(&a.line, distance)
			lost += more
			late += lateToo
		}
		if lost > 0 {
			o.lost++
		}
		way := p.there + p.back + lost
		called := int64(0)
		if a.coin > 0 && p.rand.Uint64()&(1<<32-1) < a.coin {
			arrives := p.send + p.there + late
			e := o.data.makeAll(arrives, &p.rand)
			called = e.at - arrives
			if e.failed {
				o.failed++
				o.recent.tally.fail(DataHomeDown, way+inEffect+called)
				o.last.response = 0
				continue
			}
			if o.cut != nil && o.isCut(late+called+untilTick(ahead-late-called, c.period)+c.queue+c.work) {
				o.loseOnLinks()
				continue
			}
			o.calls += called
			o.services += e.service
			o.inVain += e.inVain
		}
		met := untilTick(ahead-late-called, c.period)
		if o.cut != nil && o.isCut(late+called+met+c.queue+c.work) {
			o.loseOnLinks()
			continue
		}
		o.last = echo{response: way + inEffect + called + met + c.queue + c.work, rtt: way + jitter, lateBack: inEffect + lost - late}
		o.recent.put(o.last.response, o.last.rtt)
		if o.recent.isFull() {
			o.recent.record()
		}
		o.jitters += inEffect
		o.losses += lost
		o.waits += met
	}
	o.wait = wait
	o.updates -= o.failed + o.cutOff - failed
}

// sums returns what the updates came to so far.
func (o *volley) sums() updateSums { return updateSums{o.updates, o.failed, o.cutOff, o.lost} }

// settle tallies what the updates came to.
func (o *volley) settle(t *Tally) {
	o.steps.settle(o.sums(), &o.recent)
	o.recent.record()
	p := o.sender
	t.Counters[Requests] += uint64(o.updates + o.failed + o.cutOff)
	t.Counters[LateUpdates] += uint64(o.late)
	t.Counters[LostUpdates] += uint64(o.lost)
	if o.isOverrun {
		t.Counters[OverrunUpdates] += uint64(o.updates + o.failed + o.cutOff)
	}
	t.Outcomes[Played] += uint64(o.updates)
	t.Causes[Access] += o.updates*p.mile + o.jitters
	t.Causes[Propagation] += o.updates * (p.way.there + p.way.back)
	t.Causes[Loss] += o.losses
	t.Causes[TickWait] += o.waits
	t.Causes[Queue] += o.updates * o.queue
	t.Causes[Service] += o.updates*o.work + o.services
	t.Causes[Upstream] += o.calls - o.services - o.inVain
	t.Causes[Timeout] += o.inVain
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
