package event

import (
	"errors"
	"fmt"
	"time"
)

// A Handler is told of the events that were scheduled for it. It may schedule, stop and ask for the time.
type Handler interface {
	Handle(s *Simulation, arg uint64)
}

// A HandlerFunc is a function as a [Handler].
type HandlerFunc func(s *Simulation, arg uint64)

// Handle calls f.
func (f HandlerFunc) Handle(s *Simulation, arg uint64) { f(s, arg) }

// A HandlerID names a handler of one simulation, as [Simulation.Register] gave it. The zero HandlerID
// names none.
type HandlerID uint32

// Forever, given to [Simulation.Run], means until no event is left.
const Forever = time.Duration(Never)

// A Simulation is a clock and the events that will move it: it tells each event's handler in the order of
// time, and at equal times in the order of scheduling. Time starts at 0 and counts nanoseconds, for some
// 292 years.
//
// The zero Simulation is ready to use. It belongs to one goroutine; independent simulations may run on as
// many as there are.
//
// A mistake such as scheduling into the past does not disturb the run's order: the event is refused, the
// run stops before the next event, and Run returns the error. Whether [Simulation.At] worked need not be
// looked at in every handler, therefore.
type Simulation struct {
	// Trace, if it is not nil, is told of every event before its handler is: for a log, or for a
	// [Fingerprint].
	Trace func(e Event)

	now      int64
	queue    Queue
	handlers []Handler // handlers[0] stands for the timers
	last     HandlerID // the last handler registered
	stopped  bool
	err      error

	timers timers
	procs  processes
}

const (
	// timerHandler is the number of the events that belong to timers.
	timerHandler = 0

	maxHandlers = handlerMask
)

// Now returns the time of the event being handled, or the end of the last run.
func (s *Simulation) Now() time.Duration { return time.Duration(s.now) }

// Pending returns the number of events scheduled and not yet handled.
func (s *Simulation) Pending() int { return s.queue.Len() - s.timers.stale }

// Err returns the first mistake made in scheduling, or nil. It stays for good.
func (s *Simulation) Err() error { return s.err }

// Register makes a handler known and returns the name to schedule events for it by. A simulation has room
// for 16 million handlers; a nil handler, or one too many, is an error that [Simulation.Err] and Run
// return.
func (s *Simulation) Register(h Handler) HandlerID {
	switch {
	case h == nil:
		s.fail(errors.New("event: handler is nil"))
		return 0
	case s.last == maxHandlers:
		s.fail(fmt.Errorf("event: more than %d handlers", maxHandlers))
		return 0
	case s.last == 0:
		s.handlers = append(s.handlers, nil)
	}
	s.handlers = append(s.handlers, h)
	s.last++
	return s.last
}

// At schedules an event for the handler h at time t, which must not be before Now. It is handled after
// all events already scheduled for that time.
func (s *Simulation) At(t time.Duration, h HandlerID, arg uint64) {
	if int64(t) < s.now || h-1 >= s.last {
		s.refuse(int64(t), h)
		return
	}
	s.queue.Push(int64(t), uint32(h), arg)
}

// After schedules an event for the handler h at a delay of at least 0 from Now.
func (s *Simulation) After(delay time.Duration, h HandlerID, arg uint64) {
	t := s.now + int64(delay)
	if t < s.now || h-1 >= s.last {
		if t, ok := s.after(delay); ok {
			s.refuse(int64(t), h)
		}
		return
	}
	s.queue.Push(t, uint32(h), arg)
}

// after returns the time at a delay from now.
func (s *Simulation) after(delay time.Duration) (time.Duration, bool) {
	t := time.Duration(s.now) + delay
	if delay > 0 && int64(t) < s.now {
		s.fail(fmt.Errorf("event: a delay of %v from %v ends after the end of time, %v", delay, s.Now(), Forever))
		return 0, false
	}
	return t, true
}

// refuse keeps the reason why an event cannot be scheduled.
func (s *Simulation) refuse(t int64, h HandlerID) {
	if t < s.now {
		s.fail(fmt.Errorf("event: event for %v scheduled at %v, when that was past; want a time not before now",
			time.Duration(t), s.Now()))
		return
	}
	s.fail(fmt.Errorf("event: event for %v scheduled for handler %d; want one of the %d that Register returned, from 1",
		time.Duration(t), h, s.last))
}

// fail stops the run for good with an error, unless there was one before.
func (s *Simulation) fail(err error) {
	if s.err == nil {
		s.err = err
	}
	s.stopped = true
}

// Stop ends the run after the event being handled. A later Run goes on from there.
func (s *Simulation) Stop() { s.stopped = true }

// Run handles all events up to and including the time until, then sets the clock to until; with
// [Forever] it handles all there are and leaves the clock at the last. It returns early, with the clock
// at the last event handled, after [Simulation.Stop] and with an error after a mistake in scheduling.
func (s *Simulation) Run(until time.Duration) error {
	if s.err != nil {
		return s.err
	}
	if int64(until) < s.now {
		return fmt.Errorf("event: cannot run until %v, now is %v already", until, s.Now())
	}
	s.stopped = false
	q, limit := &s.queue, int64(until)
	for !s.stopped {
		var e Event
		if q.head < len(q.run) && q.run[q.head].Time < min(q.spillTime, limit) { // as in Queue.Pop
			e = q.run[q.head]
			q.head++
		} else if first, ok := q.popUntil(limit); ok {
			e = first
		} else {
			if until != Forever {
				s.now = limit
			}
			return nil
		}
		if h := e.order & handlerMask; h != timerHandler && s.Trace == nil {
			s.now = e.Time
			s.handlers[h].Handle(s, e.Arg)
		} else {
			s.handleOther(e)
		}
	}
	return s.err
}

// Step handles the next event and says whether there was one. Its error is that of Run.
func (s *Simulation) Step() (bool, error) {
	for s.err == nil && s.queue.Len() > 0 {
		if s.handleOther(s.queue.Pop()) {
			return true, s.err
		}
	}
	return false, s.err
}

// handleOther handles any event: one of a timer unless that was armed anew or disarmed since, and one that
// is traced. It says whether there was something to handle.
func (s *Simulation) handleOther(e Event) bool {
	if e.Handler() == timerHandler {
		if s.timers.isStale(e) {
			s.timers.stale--
			return false
		}
		r := &s.timers.records[e.Arg>>32]
		r.armed = false
		r.turn++
		e.order += uint64(r.handler) // from here on it is an event like others
		e.Arg = r.arg
	}
	if s.Trace != nil {
		s.Trace(e)
	}
	s.now = e.Time
	s.handlers[e.Handler()].Handle(s, e.Arg)
	return true
}
