package main

import (
	"time"

	"github.com/edgewise-sim/edgewise/event"
	"github.com/edgewise-sim/edgewise/random"
)

// W2: the mean delay, in nanoseconds.
const meanDelay = 1e6

func w2Queue(pending, holds int) (outcome, error) {
	s := random.New(1, 0, 0, 0)
	var q event.Queue
	for range pending {
		q.Push(int64(s.Exp()*meanDelay), 0, 0)
	}
	run := func(n int) {
		for range n {
			e := q.Pop()
			q.Push(e.Time+int64(s.Exp()*meanDelay), 0, 0)
		}
	}
	run(warmUp(pending))
	cpu, err := timed(func() error { run(holds); return nil })
	return outcome{Operations: holds, CPU: cpu}, err
}

func w2Events(pending, holds int) (outcome, error) {
	stream := random.New(1, 0, 0, 0)
	var s event.Simulation
	left := warmUp(pending)
	var h event.HandlerID
	h = s.Register(event.HandlerFunc(func(s *event.Simulation, arg uint64) {
		s.After(time.Duration(stream.Exp()*meanDelay), h, arg)
		if left--; left == 0 {
			s.Stop()
		}
	}))
	for i := range pending {
		s.After(time.Duration(stream.Exp()*meanDelay), h, uint64(i))
	}
	if err := s.Run(event.Forever); err != nil {
		return outcome{}, err
	}
	left = holds
	cpu, err := timed(func() error { return s.Run(event.Forever) })
	return outcome{Operations: holds, CPU: cpu}, err
}

// warmUp is the number of holds before measuring: until the pending events are of the steady kind.
func warmUp(pending int) int { return max(10_000, 2*pending) }
