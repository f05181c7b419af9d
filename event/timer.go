package event

import (
	"fmt"
	"time"
)

// A Timer is an event that can be moved or called off: a time-out, for example. It belongs to the
// simulation that made it with [Simulation.NewTimer]; the zero Timer belongs to none.
//
// Arming a timer that is armed moves it. An armed timer costs one pending event; what it leaves behind
// when it is moved or disarmed is dropped when its time comes, or when such remains are the greater part
// of all pending events.
type Timer struct {
	index, life uint32
}

// timers holds the timers of one simulation.
type timers struct {
	records []timerRecord
	free    []uint32
	stale   int // pending events of no timer any more
}

// A timerRecord is one timer. Its pending events carry the turn in which they were armed, only that of
// the present turn is alive.
type timerRecord struct {
	handler    HandlerID
	turn, life uint32
	armed      bool
	arg        uint64
}

// manyStale is the number of stale events below which they are left where they are.
const manyStale = 64

// NewTimer returns a timer that will tell the handler h, with arg, each time it runs out. It is not armed
// yet.
func (s *Simulation) NewTimer(h HandlerID, arg uint64) Timer {
	if h-1 >= s.last {
		s.fail(fmt.Errorf("event: timer for handler %d; want one of the %d that Register returned, from 1", h, s.last))
		return Timer{}
	}
	t := &s.timers
	var index uint32
	if n := len(t.free); n > 0 {
		index = t.free[n-1]
		t.free = t.free[:n-1]
	} else {
		index = uint32(len(t.records))
		t.records = append(t.records, timerRecord{})
	}
	r := &t.records[index]
	r.handler, r.arg = h, arg
	r.life++ // from 1, so that the zero Timer is none
	return Timer{index, r.life}
}

// ArmAt lets the timer run out at time at, which must not be before Now, and not when it would have
// otherwise. Among events of one time it counts as scheduled at this moment.
func (s *Simulation) ArmAt(t Timer, at time.Duration) {
	r := s.record(t)
	if r == nil {
		return
	}
	if int64(at) < s.now {
		s.refuse(int64(at), r.handler)
		return
	}
	s.disarm(r)
	r.armed = true
	s.queue.Push(int64(at), timerHandler, uint64(t.index)<<32|uint64(r.turn))
}

// ArmAfter lets the timer run out at a delay of at least 0 from Now, and not when it would have otherwise.
func (s *Simulation) ArmAfter(t Timer, delay time.Duration) {
	if at, ok := s.after(delay); ok {
		s.ArmAt(t, at)
	}
}

// Disarm calls the timer off and says whether it was armed.
func (s *Simulation) Disarm(t Timer) bool {
	r := s.record(t)
	return r != nil && s.disarm(r)
}

// Armed says whether the timer is still to run out.
func (s *Simulation) Armed(t Timer) bool {
	r := s.record(t)
	return r != nil && r.armed
}

// FreeTimer disarms the timer and gives its place to the next one made. The timer must not be used again.
func (s *Simulation) FreeTimer(t Timer) {
	if r := s.record(t); r != nil {
		s.disarm(r)
		r.life++
		s.timers.free = append(s.timers.free, t.index)
	}
}

// record returns the record of a timer of this simulation.
func (s *Simulation) record(t Timer) *timerRecord {
	if int(t.index) < len(s.timers.records) {
		if r := &s.timers.records[t.index]; r.life == t.life {
			return r
		}
	}
	s.fail(fmt.Errorf("event: at %v, use of a timer that was freed or that NewTimer did not return", s.Now()))
	return nil
}

func (s *Simulation) disarm(r *timerRecord) bool {
	if !r.armed {
		return false
	}
	r.armed = false
	r.turn++
	if s.timers.stale++; s.timers.stale > manyStale && s.timers.stale*2 > s.queue.Len() {
		s.queue.DropIf(s.timers.isStale)
		s.timers.stale = 0
	}
	return true
}

// isStale says whether an event belongs to a timer that was armed anew or disarmed since.
func (t *timers) isStale(e Event) bool {
	if e.Handler() != timerHandler {
		return false
	}
	r := &t.records[e.Arg>>32]
	return !r.armed || r.turn != uint32(e.Arg)
}
