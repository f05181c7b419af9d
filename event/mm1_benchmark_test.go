package event_test

import (
	"testing"
	"time"

	"github.com/edgewise-sim/edgewise/event"
	"github.com/edgewise-sim/edgewise/random"
)

// An M/M/1 queue with load 0.8 in all the styles that the package offers; one operation is one customer.
func BenchmarkMM1(b *testing.B) {
	b.Run("two events", func(b *testing.B) {
		var s event.Simulation
		d := newDesk(&s, b.N)
		b.ReportAllocs()
		b.ResetTimer()
		if err := s.Run(event.Forever); err != nil || d.served != b.N {
			b.Fatal(err, d.served)
		}
	})
	b.Run("station and events", func(b *testing.B) {
		var s event.Simulation
		station, err := event.NewStation(1)
		if err != nil {
			b.Fatal(err)
		}
		c := &checkout{arrivals: random.New(1, 0, 0, 0), services: random.New(1, 0, 0, 1), desk: station}
		c.self = s.Register(c)
		s.At(0, c.self, 0)
		b.ResetTimer()
		for c.customers < b.N {
			if err := s.Run(s.Now() + time.Hour); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("station and source", func(b *testing.B) {
		station, err := event.NewStation(1)
		if err != nil {
			b.Fatal(err)
		}
		source, err := event.NewPoisson(0, 0.8, random.New(1, 0, 0, 0))
		if err != nil {
			b.Fatal(err)
		}
		services := random.New(1, 0, 0, 1)
		waited := time.Duration(0)
		b.ResetTimer()
		for range b.N {
			now := source.Next()
			start, _ := station.Arrive(now, time.Duration(services.Exp()*meanService))
			waited += start - now
		}
	})
	b.Run("processes", func(b *testing.B) {
		var s event.Simulation
		defer s.Close()
		r, err := event.NewResource(1)
		if err != nil {
			b.Fatal(err)
		}
		// As in SimPy's textbook example but without a process a customer: one brings, one serves.
		arrivals, services := random.New(1, 0, 0, 0), random.New(1, 0, 0, 1)
		s.Go(func(p *event.Process) {
			for range b.N {
				p.Wait(time.Duration(arrivals.Exp() * meanGap))
				s.Go(func(p *event.Process) {
					r.Acquire(p)
					p.Wait(time.Duration(services.Exp() * meanService))
					r.Release(p)
				})
			}
		})
		b.ReportAllocs()
		b.ResetTimer()
		if err := s.Run(event.Forever); err != nil {
			b.Fatal(err)
		}
	})
}

// A desk serves customers with an event for each arrival and one for each departure.
type desk struct {
	arrivals, services random.Stream
	arrive, depart     event.HandlerID
	toCome, served     int
	line               []time.Duration // arrivals of those in the desk, the first in line[head]
	head               int
	waited             time.Duration
}

func newDesk(s *event.Simulation, customers int) *desk {
	d := &desk{
		arrivals: random.New(1, 0, 0, 0), services: random.New(1, 0, 0, 1),
		toCome: customers, line: make([]time.Duration, 0, 1024),
	}
	d.arrive = s.Register((*deskArrival)(d))
	d.depart = s.Register((*deskDeparture)(d))
	s.After(time.Duration(d.arrivals.Exp()*meanGap), d.arrive, 0)
	return d
}

type deskArrival desk

func (a *deskArrival) Handle(s *event.Simulation, _ uint64) {
	d := (*desk)(a)
	if len(d.line) == cap(d.line) {
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

type deskDeparture desk

func (e *deskDeparture) Handle(s *event.Simulation, _ uint64) {
	d := (*desk)(e)
	d.served++
	d.head++
	if d.head < len(d.line) {
		d.waited += s.Now() - d.line[d.head]
		s.After(time.Duration(d.services.Exp()*meanService), d.depart, 0)
	}
}
