package main

import (
	"time"

	"github.com/edgewise-sim/edgewise/event"
	"github.com/edgewise-sim/edgewise/random"
)

// W1: a second is the mean service, so that waits come out in services.
const (
	meanService = float64(time.Second)
	meanGap     = meanService / 0.8
)

func w1Streams() (arrivals, services random.Stream) {
	return random.New(1, 0, 0, 0), random.New(1, 0, 0, 1)
}

// A desk is the queue with an event for each arrival and each departure.
type desk struct {
	arrivals, services random.Stream
	arrive, depart     event.HandlerID
	toCome, served     int
	line               []time.Duration // arrivals of those present: line[head:]
	head               int
	waited             time.Duration
}

func w1Events(_, customers int) (outcome, error) {
	var s event.Simulation
	d := &desk{toCome: customers}
	d.arrivals, d.services = w1Streams()
	d.arrive = s.Register((*deskArrival)(d))
	d.depart = s.Register((*deskDeparture)(d))
	s.At(0, d.arrive, 0)
	cpu, err := timed(func() error { return s.Run(event.Forever) })
	return outcome{d.served, cpu, d.waited.Seconds() / float64(d.served)}, err
}

// deskArrival and deskDeparture are the desk as a handler of either event.
type (
	deskArrival   desk
	deskDeparture desk
)

func (d *deskArrival) Handle(s *event.Simulation, _ uint64) {
	if len(d.line) == cap(d.line) && d.head > len(d.line)/2 {
		d.line = d.line[:copy(d.line, d.line[d.head:])]
		d.head = 0
	}
	d.line = append(d.line, s.Now())
	if len(d.line)-d.head == 1 {
		s.After(time.Duration(d.services.Exp()*meanService), d.depart, 0)
	}
	if d.toCome--; d.toCome > 0 {
		s.After(time.Duration(d.arrivals.Exp()*meanGap), d.arrive, 0)
	}
}

func (d *deskDeparture) Handle(s *event.Simulation, _ uint64) {
	d.served++
	d.head++
	if d.head < len(d.line) {
		d.waited += s.Now() - d.line[d.head]
		s.After(time.Duration(d.services.Exp()*meanService), d.depart, 0)
	}
}

func w1Station(_, customers int) (outcome, error) {
	station, err := event.NewStation(1)
	if err != nil {
		return outcome{}, err
	}
	var s event.Simulation
	arrivals, services := w1Streams()
	waited, toCome := time.Duration(0), customers
	var arrive event.HandlerID
	arrive = s.Register(event.HandlerFunc(func(s *event.Simulation, _ uint64) {
		start, _ := station.Arrive(s.Now(), time.Duration(services.Exp()*meanService))
		waited += start - s.Now()
		if toCome--; toCome > 0 {
			s.After(time.Duration(arrivals.Exp()*meanGap), arrive, 0)
		}
	}))
	s.At(0, arrive, 0)
	cpu, err := timed(func() error { return s.Run(event.Forever) })
	if err == nil {
		err = station.Err()
	}
	return outcome{customers, cpu, waited.Seconds() / float64(customers)}, err
}

func w1Source(_, customers int) (outcome, error) {
	station, err := event.NewStation(1)
	if err != nil {
		return outcome{}, err
	}
	arrivals, services := w1Streams()
	source, err := event.NewPoisson(0, float64(time.Second)/meanGap, arrivals)
	if err != nil {
		return outcome{}, err
	}
	waited := time.Duration(0)
	cpu, err := timed(func() error {
		for range customers {
			now := source.Next()
			start, _ := station.Arrive(now, time.Duration(services.Exp()*meanService))
			waited += start - now
		}
		return station.Err()
	})
	return outcome{customers, cpu, waited.Seconds() / float64(customers)}, err
}

func w1Processes(_, customers int) (outcome, error) {
	var s event.Simulation
	defer s.Close()
	server, err := event.NewResource(1)
	if err != nil {
		return outcome{}, err
	}
	arrivals, services := w1Streams()
	waited := time.Duration(0)
	s.Go(func(p *event.Process) {
		for range customers {
			p.Wait(time.Duration(arrivals.Exp() * meanGap))
			s.Go(func(p *event.Process) {
				arrived := p.Now()
				server.Acquire(p)
				waited += p.Now() - arrived
				p.Wait(time.Duration(services.Exp() * meanService))
				server.Release(p)
			})
		}
	})
	cpu, err := timed(func() error { return s.Run(event.Forever) })
	return outcome{customers, cpu, waited.Seconds() / float64(customers)}, err
}
