package event

import (
	"errors"
	"iter"
	"time"
)

// A Process is a piece of a simulation written as a story: do this, wait, do that. It suits who comes
// from SimPy and things with a course of life; its body is a function that calls Wait where time passes.
//
// It is a convenience with a price. A process runs on a coroutine (package iter), so each wait costs two
// switches of stack, 100 to 200 ns beside the 30 ns of a handler's event, and every process that lives
// keeps a stack of some kilobytes. Use handlers for what happens millions of times.
type Process struct {
	s         *Simulation
	slot      uint32
	suspended bool // by Suspend: nothing will wake it but Resume
	on        *coroutine
}

// processes holds the processes of one simulation that have not ended.
type processes struct {
	handler HandlerID
	slots   []*Process
	free    []uint32
	idle    []*coroutine
	closed  bool
}

// A coroutine runs the body of one process after the other: making one takes longer than most bodies.
type coroutine struct {
	resume func() (struct{}, bool)
	end    func()
	yield  func(struct{}) bool
	p      *Process
	body   func(p *Process) // nil between two processes
}

func newCoroutine() *coroutine {
	c := &coroutine{}
	c.resume, c.end = iter.Pull(func(yield func(struct{}) bool) {
		c.yield = yield
		for {
			c.body(c.p)
			c.body, c.p = nil, nil
			if !yield(struct{}{}) {
				return
			}
		}
	})
	return c
}

// Go starts a process now, after the events already scheduled for now. Its body runs inside
// [Simulation.Run], one process at a time, and ends by returning.
//
// Call [Simulation.Close] when done with a simulation that has processes.
func (s *Simulation) Go(body func(p *Process)) {
	procs := &s.procs
	switch {
	case body == nil:
		s.fail(errors.New("event: process without a body"))
		return
	case procs.closed:
		s.fail(errors.New("event: process started in a simulation that was closed"))
		return
	case procs.handler == 0:
		procs.handler = s.Register(procs)
		if procs.handler == 0 {
			return
		}
	}
	p := &Process{s: s}
	if n := len(procs.idle); n > 0 {
		p.on = procs.idle[n-1]
		procs.idle = procs.idle[:n-1]
	} else {
		p.on = newCoroutine()
	}
	p.on.p, p.on.body = p, body
	if n := len(procs.free); n > 0 {
		p.slot = procs.free[n-1]
		procs.free = procs.free[:n-1]
		procs.slots[p.slot] = p
	} else {
		p.slot = uint32(len(procs.slots))
		procs.slots = append(procs.slots, p)
	}
	s.At(s.Now(), procs.handler, uint64(p.slot))
}

// Handle lets a process go on.
func (procs *processes) Handle(_ *Simulation, slot uint64) {
	p := procs.slots[slot]
	if p == nil { // ended by Close
		return
	}
	c := p.on
	c.resume()
	if c.body == nil && !procs.closed {
		procs.slots[slot] = nil
		procs.free = append(procs.free, p.slot)
		procs.idle = append(procs.idle, c)
	}
}

// Close ends all processes: those that wait, wait no longer and are told so. Without it they would be
// kept in memory for good. A simulation can still be run and asked afterwards, but has no processes. Close
// must not be called by a process or a handler.
func (s *Simulation) Close() {
	s.procs.closed = true
	for i, p := range s.procs.slots {
		if p != nil {
			s.procs.slots[i] = nil
			p.on.end()
		}
	}
	for _, c := range s.procs.idle {
		c.end()
	}
	s.procs.idle = nil
}

// Now returns the simulation's time.
func (p *Process) Now() time.Duration { return p.s.Now() }

// Simulation returns the simulation that the process lives in.
func (p *Process) Simulation() *Simulation { return p.s }

// Wait lets a delay of at least 0 pass. It returns false if the simulation was closed meanwhile: the body
// should return then.
func (p *Process) Wait(delay time.Duration) bool {
	p.s.After(delay, p.s.procs.handler, uint64(p.slot))
	return p.on.yield(struct{}{})
}

// Suspend waits until another process or a handler calls Resume. It returns false if the simulation was
// closed meanwhile: the body should return then.
func (p *Process) Suspend() bool {
	p.suspended = true
	return p.on.yield(struct{}{})
}

// Resume lets a process that is in Suspend go on now, after the events already scheduled for now. It
// says whether it was: a process that waits for its time is left alone.
func (p *Process) Resume() bool {
	if !p.suspended {
		return false
	}
	p.suspended = false
	p.s.After(0, p.s.procs.handler, uint64(p.slot))
	return true
}
