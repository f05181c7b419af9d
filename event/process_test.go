package event_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/event"
	"github.com/edgewise-sim/edgewise/random"
)

func TestProcessesTakeTurnsInTheOrderOfTime(t *testing.T) {
	var s event.Simulation
	defer s.Close()
	var lines []line
	for i, delay := range []time.Duration{3, 2} {
		s.Go(func(p *event.Process) {
			require.Same(t, &s, p.Simulation())
			for range 3 {
				lines = append(lines, line{p.Now(), uint64(i)})
				if !p.Wait(delay) {
					return
				}
			}
		})
	}
	require.NoError(t, s.Run(event.Forever))
	require.Equal(t, []line{{0, 0}, {0, 1}, {2, 1}, {3, 0}, {4, 1}, {6, 0}}, lines)
	require.Equal(t, time.Duration(9), s.Now())
}

func TestResourceServesProcessesFirstComeFirstServed(t *testing.T) {
	var s event.Simulation
	defer s.Close()
	r, err := event.NewResource(2)
	require.NoError(t, err)
	var started []line
	for i := range uint64(5) {
		s.Go(func(p *event.Process) {
			p.Wait(time.Duration(i))
			require.True(t, r.Acquire(p))
			started = append(started, line{p.Now(), i})
			p.Wait(10)
			r.Release(p)
		})
	}
	require.NoError(t, s.Run(5))
	require.Equal(t, 3, r.Waiting())
	require.Zero(t, r.Free())
	require.NoError(t, s.Run(event.Forever))
	require.Equal(t, []line{{0, 0}, {1, 1}, {10, 2}, {11, 3}, {20, 4}}, started)
	require.Equal(t, 2, r.Free())
	require.Zero(t, r.Waiting())
}

func TestProcessesGiveTheQueueOfAStation(t *testing.T) {
	// The same customers, as processes and through the recursion, start at the very same times.
	const customers = 5000
	var s event.Simulation
	defer s.Close()
	r, err := event.NewResource(3)
	require.NoError(t, err)
	station, err := event.NewStation(3)
	require.NoError(t, err)
	stream := random.New(1, 0, 0, 0)
	s.Go(func(p *event.Process) {
		for range customers {
			p.Wait(time.Duration(stream.Exp() * 1e6 / 3))
			service := time.Duration(stream.Exp() * 0.9e6)
			want, _ := station.Arrive(p.Now(), service)
			s.Go(func(p *event.Process) {
				r.Acquire(p)
				require.Equal(t, want, p.Now())
				p.Wait(service)
				r.Release(p)
			})
		}
	})
	require.NoError(t, s.Run(event.Forever))
	require.Equal(t, 3, r.Free())
}

func TestResumeWakesOnlyWhoIsSuspended(t *testing.T) {
	var s event.Simulation
	defer s.Close()
	var sleeper *event.Process
	var woken []time.Duration
	s.Go(func(p *event.Process) {
		sleeper = p
		for p.Suspend() {
			woken = append(woken, p.Now())
			p.Wait(10)
		}
	})
	var resumed []bool
	s.Go(func(p *event.Process) {
		for _, wait := range []time.Duration{5, 0, 5, 20} { // suspended, going to be, waiting, suspended
			p.Wait(wait)
			resumed = append(resumed, sleeper.Resume())
		}
	})
	require.NoError(t, s.Run(event.Forever))
	require.Equal(t, []bool{true, false, false, true}, resumed)
	require.Equal(t, []time.Duration{5, 30}, woken)
}

func TestCloseEndsTheProcessesThatWait(t *testing.T) {
	before := runtime.NumGoroutine()
	var s event.Simulation
	r, err := event.NewResource(1)
	require.NoError(t, err)
	ended := 0
	for range 100 {
		s.Go(func(p *event.Process) {
			for r.Acquire(p) && p.Wait(time.Hour) {
				r.Release(p)
			}
			ended++
		})
	}
	require.NoError(t, s.Run(3*time.Hour))
	require.Zero(t, ended)
	s.Close()
	require.Equal(t, 100, ended)
	// Goroutines of the test binary come and go by themselves; a hundred coroutines that stayed would show.
	require.Less(t, runtime.NumGoroutine(), before+ended/2, "no coroutine is left")
	require.NoError(t, s.Run(5*time.Hour), "what they had scheduled does no harm")
	s.Close()
	s.Go(func(*event.Process) {})
	require.ErrorContains(t, s.Err(), "simulation that was closed")
}

func TestMistakesOfProcessesEndTheRun(t *testing.T) {
	for name, test := range map[string]struct {
		body func(p *event.Process)
		says string
	}{
		"negative wait": {func(p *event.Process) { p.Wait(-1) }, "scheduled at 10ns, when that was past"},
		"too much released": {func(p *event.Process) {
			r, _ := event.NewResource(3)
			r.Release(p)
		}, "at 10ns, a process released a unit of a resource whose 3 are all free"},
	} {
		var s event.Simulation
		s.Go(func(p *event.Process) {
			p.Wait(10)
			test.body(p)
		})
		require.ErrorContains(t, s.Run(event.Forever), test.says, name)
		s.Close()
	}
	var s event.Simulation
	s.Go(nil)
	require.ErrorContains(t, s.Err(), "process without a body")
	_, err := event.NewResource(0)
	require.ErrorContains(t, err, "units is 0")
}
