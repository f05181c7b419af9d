package event_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/event"
	"github.com/edgewise-sim/edgewise/random"
)

func TestFingerprintKnowsEveryBitAndTheOrder(t *testing.T) {
	type step struct {
		time      int64
		what, arg uint64
	}
	of := func(steps ...step) event.Fingerprint {
		var f event.Fingerprint
		for _, s := range steps {
			f.Add(s.time, s.what, s.arg)
		}
		return f
	}
	seen := map[uint64]bool{event.Fingerprint{}.Uint64(): true}
	add := func(f event.Fingerprint) {
		require.False(t, seen[f.Uint64()], "%+v", f)
		seen[f.Uint64()] = true
	}
	add(of(step{}))
	add(of(step{}, step{}))
	for bit := range 64 {
		add(of(step{time: 1 << bit}))
		add(of(step{what: 1 << bit}))
		add(of(step{arg: 1 << bit}))
		add(of(step{1 << bit, 0, 0}, step{}))
	}
	add(of(step{1, 2, 3}, step{4, 5, 6}))
	add(of(step{4, 5, 6}, step{1, 2, 3}))
}

func TestFingerprintsMergeInAnyOrder(t *testing.T) {
	parts := make([]event.Fingerprint, 5)
	for i := range parts {
		for j := range i { // the first has no events
			parts[i].Add(int64(j), 1, uint64(i))
		}
	}
	merge := func(order ...int) uint64 {
		var f event.Fingerprint
		for _, i := range order {
			f.Merge(uint64(i), parts[i])
		}
		return f.Uint64()
	}
	want := merge(0, 1, 2, 3, 4)
	require.Equal(t, want, merge(4, 2, 0, 3, 1))
	require.NotEqual(t, want, merge(0, 1, 2, 3))
	require.Equal(t, merge(1, 2, 3, 4), want, "a part without events counts for nothing")

	var left, right event.Fingerprint
	left.Merge(1, parts[1])
	left.Merge(2, parts[2])
	right.Merge(3, parts[3])
	right.Merge(4, parts[4])
	left.Merge(99, right)
	require.Equal(t, want, left.Uint64(), "in any grouping")

	var swapped event.Fingerprint
	swapped.Merge(2, parts[1])
	swapped.Merge(1, parts[2])
	swapped.Merge(3, parts[3])
	swapped.Merge(4, parts[4])
	require.NotEqual(t, want, swapped.Uint64(), "whose events they are counts")
}

func TestEventsOfARunNeverChange(t *testing.T) {
	// Every event of a short M/M/1 run and of timers, down to the nanosecond. Whoever changes this
	// number changes every simulation.
	var s event.Simulation
	var f event.Fingerprint
	s.Trace = func(e event.Event) { f.Add(e.Time, uint64(e.Handler()), e.Arg) }
	d := newDesk(&s, 10_000)
	stream := random.New(1, 0, 0, 7)
	var l log
	h := s.Register(&l)
	timers := make([]event.Timer, 50)
	for i := range timers {
		timers[i] = s.NewTimer(h, uint64(i))
	}
	for i := range 2000 {
		s.ArmAfter(timers[i%len(timers)], time.Duration(stream.Exp()*meanService))
	}
	require.NoError(t, s.Run(event.Forever))
	require.Equal(t, 10_000, d.served)
	require.Len(t, l.lines, 50)
	require.Equal(t, uint64(0x639893a0794c8c88), f.Uint64())
}
