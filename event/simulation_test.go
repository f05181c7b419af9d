package event_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/event"
	"github.com/edgewise-sim/edgewise/random"
)

// A log keeps what it is told.
type log struct {
	lines []line
}

type line struct {
	at  time.Duration
	arg uint64
}

func (l *log) Handle(s *event.Simulation, arg uint64) { l.lines = append(l.lines, line{s.Now(), arg}) }

func TestHandlersAreToldInTheOrderOfTimeAndScheduling(t *testing.T) {
	var s event.Simulation
	var l log
	h := s.Register(&l)
	for i, at := range []time.Duration{3, 1, 3, 0, 1} {
		s.At(at, h, uint64(i))
	}
	require.Equal(t, 5, s.Pending())
	require.NoError(t, s.Run(event.Forever))
	require.Equal(t, []line{{0, 3}, {1, 1}, {1, 4}, {3, 0}, {3, 2}}, l.lines)
	require.Equal(t, time.Duration(3), s.Now(), "Forever leaves the clock at the last event")
	require.Zero(t, s.Pending())
}

func TestRunHandlesUpToAndIncludingItsEnd(t *testing.T) {
	var s event.Simulation
	var l log
	h := s.Register(&l)
	for i := range 10 {
		s.At(time.Duration(i)*10, h, uint64(i))
	}
	require.NoError(t, s.Run(30))
	require.Len(t, l.lines, 4)
	require.Equal(t, time.Duration(30), s.Now())
	require.NoError(t, s.Run(35))
	require.Len(t, l.lines, 4)
	require.Equal(t, time.Duration(35), s.Now())
	s.After(1, h, 99)
	require.NoError(t, s.Run(1000))
	require.Equal(t, line{36, 99}, l.lines[4])
	require.Equal(t, time.Duration(1000), s.Now())
	require.ErrorContains(t, s.Run(999), "cannot run until 999ns, now is 1µs already")
	require.NoError(t, s.Run(1000))
}

func TestAnEventAtTheEndOfTimeIsHandled(t *testing.T) {
	var s event.Simulation
	var l log
	s.At(event.Forever, s.Register(&l), 1)
	require.NoError(t, s.Run(event.Forever))
	require.Len(t, l.lines, 1)
}

func TestStopEndsTheRunAndTheNextGoesOn(t *testing.T) {
	var s event.Simulation
	count := 0
	var h event.HandlerID
	h = s.Register(event.HandlerFunc(func(s *event.Simulation, _ uint64) {
		if count++; count%3 == 0 {
			s.Stop()
		}
		s.After(1, h, 0)
	}))
	s.At(0, h, 0)
	require.NoError(t, s.Run(100))
	require.Equal(t, 3, count)
	require.Equal(t, time.Duration(2), s.Now(), "the clock stays at the event that stopped")
	require.NoError(t, s.Run(100))
	require.Equal(t, 6, count)
}

func TestStepHandlesOneEvent(t *testing.T) {
	var s event.Simulation
	var l log
	h := s.Register(&l)
	s.At(5, h, 1)
	s.At(6, h, 2)
	for want := 1; want <= 2; want++ {
		more, err := s.Step()
		require.NoError(t, err)
		require.True(t, more)
		require.Len(t, l.lines, want)
	}
	more, err := s.Step()
	require.NoError(t, err)
	require.False(t, more)
}

func TestMistakesInSchedulingEndTheRun(t *testing.T) {
	for name, test := range map[string]struct {
		mistake func(s *event.Simulation, h event.HandlerID)
		says    string
	}{
		"past": {func(s *event.Simulation, h event.HandlerID) { s.At(9, h, 0) },
			"event for 9ns scheduled at 10ns, when that was past"},
		"negative delay": {func(s *event.Simulation, h event.HandlerID) { s.After(-3, h, 0) },
			"event for 7ns scheduled at 10ns"},
		"end of time": {func(s *event.Simulation, h event.HandlerID) { s.After(event.Forever, h, 0) },
			"ends after the end of time"},
		"unknown handler": {func(s *event.Simulation, h event.HandlerID) { s.At(11, h+7, 0) },
			"scheduled for handler 9; want one of the 2"},
		"zero handler": {func(s *event.Simulation, _ event.HandlerID) { s.At(11, 0, 0) },
			"for handler 0"},
		"nil handler": {func(s *event.Simulation, _ event.HandlerID) { s.Register(nil) },
			"handler is nil"},
		"timer in the past": {func(s *event.Simulation, h event.HandlerID) { s.ArmAt(s.NewTimer(h, 0), 4) },
			"event for 4ns scheduled at 10ns"},
		"timer of unknown handler": {func(s *event.Simulation, h event.HandlerID) { s.NewTimer(h+7, 0) },
			"timer for handler 9"},
		"zero timer": {func(s *event.Simulation, _ event.HandlerID) { s.ArmAfter(event.Timer{}, 1) },
			"timer that was freed or that NewTimer did not return"},
		"freed timer": {func(s *event.Simulation, h event.HandlerID) {
			timer := s.NewTimer(h, 0)
			s.FreeTimer(timer)
			s.NewTimer(h, 0) // takes its place
			s.Disarm(timer)
		}, "timer that was freed"},
	} {
		t.Run(name, func(t *testing.T) {
			var s event.Simulation
			var l log
			logging := s.Register(&l)
			s.At(10, s.Register(event.HandlerFunc(func(s *event.Simulation, _ uint64) { test.mistake(s, logging+1) })), 0)
			s.At(20, logging, 0)
			err := s.Run(event.Forever)
			require.ErrorContains(t, err, test.says)
			require.Equal(t, time.Duration(10), s.Now(), "the run stops at once")
			require.Empty(t, l.lines, "no event is moved to fit")
			require.Equal(t, err, s.Err())
			require.Equal(t, err, s.Run(event.Forever), "and for good")
			_, stepErr := s.Step()
			require.Equal(t, err, stepErr)
		})
	}
}

func TestSchedulingBeforeAnyHandlerIsRegisteredIsAMistake(t *testing.T) {
	for _, h := range []event.HandlerID{0, 1} {
		var s event.Simulation
		s.At(1, h, 0)
		require.ErrorContains(t, s.Run(10), "want one of the 0 that Register returned")
	}
}

func TestOnlyTheFirstMistakeIsKept(t *testing.T) {
	var s event.Simulation
	s.Register(nil)
	s.At(1, 5, 0)
	require.ErrorContains(t, s.Err(), "handler is nil")
	require.Nil(t, errors.Unwrap(s.Err()))
}

func TestTimerRunsOutOnceWhereItWasLastArmed(t *testing.T) {
	var s event.Simulation
	var l log
	h := s.Register(&l)
	timer := s.NewTimer(h, 7)
	require.False(t, s.Armed(timer))
	s.ArmAt(timer, 10)
	s.ArmAt(timer, 5)
	s.ArmAt(timer, 20)
	require.True(t, s.Armed(timer))
	require.Equal(t, 1, s.Pending())
	require.NoError(t, s.Run(event.Forever))
	require.Equal(t, []line{{20, 7}}, l.lines)
	require.False(t, s.Armed(timer))
	require.False(t, s.Disarm(timer))

	s.ArmAfter(timer, 5)
	require.True(t, s.Disarm(timer))
	require.Zero(t, s.Pending())
	require.NoError(t, s.Run(event.Forever))
	require.Len(t, l.lines, 1)
	require.Equal(t, time.Duration(20), s.Now(), "what is left of a disarmed timer does not move the clock")
	more, err := s.Step()
	require.NoError(t, err)
	require.False(t, more)
}

func TestTraceIsToldOfWhatHandlersAreTold(t *testing.T) {
	for _, run := range []func(s *event.Simulation) error{
		func(s *event.Simulation) error { return s.Run(event.Forever) },
		func(s *event.Simulation) error {
			for {
				if more, err := s.Step(); !more {
					return err
				}
			}
		},
	} {
		var s event.Simulation
		var l log
		h := s.Register(&l)
		var traced []line
		s.Trace = func(e event.Event) {
			require.EqualValues(t, h, e.Handler(), "a timer's event is for the timer's handler")
			require.Len(t, traced, len(l.lines), "before the handler")
			traced = append(traced, line{time.Duration(e.Time), e.Arg})
		}
		timer := s.NewTimer(h, 5)
		s.ArmAt(timer, 3)
		s.At(2, h, 6)
		s.ArmAt(timer, 4)
		require.NoError(t, run(&s))
		require.Equal(t, []line{{2, 6}, {4, 5}}, traced)
		require.Equal(t, traced, l.lines)
	}
}

func TestRearmedTimerCountsAsScheduledWhenRearmed(t *testing.T) {
	var s event.Simulation
	var l log
	h := s.Register(&l)
	timer := s.NewTimer(h, 1)
	s.ArmAt(timer, 10)
	s.At(10, h, 2)
	s.ArmAt(timer, 10)
	require.NoError(t, s.Run(event.Forever))
	require.Equal(t, []line{{10, 2}, {10, 1}}, l.lines)
}

func TestFreedTimersGiveTheirPlaceToNewOnes(t *testing.T) {
	var s event.Simulation
	var l log
	h := s.Register(&l)
	for i := range uint64(1000) {
		timer := s.NewTimer(h, i)
		s.ArmAfter(timer, 10)
		if i%2 == 0 {
			s.FreeTimer(timer)
		}
	}
	require.Equal(t, 500, s.Pending())
	require.NoError(t, s.Run(event.Forever))
	require.Len(t, l.lines, 500)
	for _, line := range l.lines {
		require.EqualValues(t, 1, line.arg%2)
	}
}

func TestMovingTimersForeverTakesNoMemory(t *testing.T) {
	// A hundred time-outs that are put off again and again and never run out.
	var s event.Simulation
	var h event.HandlerID
	stream := random.New(1, 0, 0, 0)
	timers := make([]event.Timer, 100)
	h = s.Register(event.HandlerFunc(func(s *event.Simulation, _ uint64) {
		s.ArmAfter(timers[stream.Uint64N(100)], time.Hour)
		s.After(time.Millisecond, h, 0)
	}))
	for i := range timers {
		timers[i] = s.NewTimer(h, 0)
	}
	s.At(0, h, 0)
	end := time.Duration(0)
	run := func() {
		end += time.Minute
		require.NoError(t, s.Run(end))
	}
	for range 5 { // grows and tunes itself
		run()
	}
	// 60,000 events a run; only a queue that tunes itself anew allocates.
	require.Less(t, testing.AllocsPerRun(5, run), 60.0)
	require.Equal(t, 101, s.Pending())
}

func TestHandlingEventsAllocatesNothing(t *testing.T) {
	var s event.Simulation
	stream := random.New(1, 0, 0, 0)
	var h event.HandlerID
	h = s.Register(event.HandlerFunc(func(s *event.Simulation, arg uint64) {
		s.After(time.Duration(stream.Exp()*1e6), h, arg)
	}))
	for i := range uint64(100) {
		s.At(0, h, i)
	}
	end := time.Duration(0)
	run := func() {
		end += 10 * time.Millisecond
		require.NoError(t, s.Run(end))
	}
	for range 100 {
		run()
	}
	require.Zero(t, testing.AllocsPerRun(100, run))
}
