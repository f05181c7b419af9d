package main

import (
	"github.com/sarchlab/akita/v4/sim"

	"github.com/edgewise-sim/edgewise/random"
)

// An akitaEvent is an event as akita wants it: an object behind an interface. Its base has an identifier
// that akita's own constructor would make a string of; that is left out, in akita's favour.
type akitaEvent struct {
	time    sim.VTimeInSec
	handler sim.Handler
	arg     uint64
}

func (e *akitaEvent) Time() sim.VTimeInSec { return e.time }
func (e *akitaEvent) Handler() sim.Handler { return e.handler }
func (e *akitaEvent) IsSecondary() bool    { return false }

// An akitaHandler is a function that is told the argument.
type akitaHandler struct {
	engine *sim.SerialEngine
	do     func(now sim.VTimeInSec, arg uint64)
}

func (h *akitaHandler) Handle(e sim.Event) error {
	event := e.(*akitaEvent)
	h.do(event.time, event.arg)
	return nil
}

// at schedules; akita has no way to stop a run but not to schedule any more.
func (h *akitaHandler) at(t sim.VTimeInSec, arg uint64) {
	h.engine.Schedule(&akitaEvent{t, h, arg})
}

func w1Akita(_, customers int) (outcome, error) {
	engine := sim.NewSerialEngine()
	arrivals, services := w1Streams()
	var line []sim.VTimeInSec
	waited, toCome := sim.VTimeInSec(0), customers
	arrive, depart := &akitaHandler{engine: engine}, &akitaHandler{engine: engine}
	arrive.do = func(now sim.VTimeInSec, _ uint64) {
		if line = append(line, now); len(line) == 1 {
			depart.at(now+sim.VTimeInSec(services.Exp()), 0)
		}
		if toCome--; toCome > 0 {
			arrive.at(now+sim.VTimeInSec(arrivals.Exp()/0.8), 0)
		}
	}
	depart.do = func(now sim.VTimeInSec, _ uint64) {
		if line = line[1:]; len(line) > 0 {
			waited += now - line[0]
			depart.at(now+sim.VTimeInSec(services.Exp()), 0)
		}
	}
	arrive.at(0, 0)
	cpu, err := timed(engine.Run)
	return outcome{customers, cpu, float64(waited) / float64(customers)}, err
}

func w2Akita(pending, holds int) (outcome, error) {
	engine := sim.NewSerialEngine()
	s := random.New(1, 0, 0, 0)
	handler := &akitaHandler{engine: engine}
	left := warmUp(pending) + holds
	var begin, end int64
	var err error
	clock := func(to *int64) {
		if t, clockErr := cpuTime(); clockErr != nil {
			err = clockErr
		} else {
			*to = t
		}
	}
	handler.do = func(now sim.VTimeInSec, arg uint64) {
		switch left--; {
		case left < 0: // what is still pending after the last hold
			return
		case left == holds:
			clock(&begin)
		case left == 0:
			clock(&end)
		}
		handler.at(now+sim.VTimeInSec(s.Exp()), arg)
	}
	for i := range pending {
		handler.at(sim.VTimeInSec(s.Exp()), uint64(i))
	}
	if runErr := engine.Run(); runErr != nil {
		return outcome{}, runErr
	}
	return outcome{Operations: holds, CPU: end - begin}, err
}

func w3Akita(_, requests int) (outcome, error) {
	t := standardToy
	engine := sim.NewSerialEngine()
	zipf, err := random.NewZipf(t.objects, t.exponent)
	if err != nil {
		return outcome{}, err
	}
	hits, toCome, latencies := 0, requests, &histogram{}
	pops := make([]pop, t.pops)
	arrive, fill := &akitaHandler{engine: engine}, &akitaHandler{engine: engine}
	arrive.do = func(now sim.VTimeInSec, arg uint64) {
		p := &pops[arg]
		if toCome == 0 {
			return
		}
		toCome--
		object := zipf.Draw(&p.objects)
		if p.cache.get(object) {
			hits++
			latencies.record(int64(t.hit))
		} else {
			latencies.record(int64(t.hit + t.fill))
			fill.at(now+sim.VTimeInSec(t.fill.Seconds()), arg<<32|uint64(object))
		}
		arrive.at(now+sim.VTimeInSec(p.arrivals.Exp()/t.perSecond), arg)
	}
	fill.do = func(_ sim.VTimeInSec, arg uint64) { pops[arg>>32].cache.put(uint32(arg)) }
	for i := range pops {
		if pops[i], err = t.newPop(i); err != nil {
			return outcome{}, err
		}
		arrive.at(sim.VTimeInSec(pops[i].arrivals.Exp()/t.perSecond), uint64(i))
	}
	cpu, err := timed(engine.Run)
	if err != nil {
		return outcome{}, err
	}
	return t.outcome(requests, hits, cpu, latencies)
}
