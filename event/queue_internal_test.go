package event

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSequenceNumbersAreGivenOutAnewBeforeTheyEnd(t *testing.T) {
	for _, n := range []uint64{100, 1000} {
		q := Queue{next: renumberAt - n/2*oneSequence}
		for i := range n {
			q.Push(5, uint32(i), i)
		}
		for i := range n { // reviews come at pushes
			q.Push(6, uint32(i), n+i)
		}
		require.Less(t, q.next, uint64(3*n*oneSequence))
		for i := range 2 * n {
			e := q.Pop()
			require.Equal(t, i, e.Arg)
			require.Equal(t, uint32(i%n), e.Handler())
		}
	}
}

func TestHandlersAboveTheLimitDoNotDisturbTheOrder(t *testing.T) {
	var q Queue
	q.Push(1, 1<<32-1, 0)
	q.Push(1, 0, 1)
	require.Equal(t, uint32(1<<24-1), q.Pop().Handler())
	require.Equal(t, uint64(1), q.Pop().Arg)
}

func TestCrowdedCellsAreSortedToo(t *testing.T) {
	// All events in one cell of the scatter, in the worst order for insertion.
	const n = 100_000
	events := make([]Event, n)
	for i := range events {
		events[i] = Event{Time: int64(n - i)}
	}
	sortNearlySorted(events)
	for i := range events {
		require.Equal(t, int64(i+1), events[i].Time)
	}
}

func TestASimulationHasRoomForSixteenMillionHandlers(t *testing.T) {
	s := Simulation{last: maxHandlers - 1, handlers: make([]Handler, 1)}
	h := HandlerFunc(func(*Simulation, uint64) {})
	require.EqualValues(t, maxHandlers, s.Register(h))
	require.NoError(t, s.Err())
	require.Zero(t, s.Register(h))
	require.ErrorContains(t, s.Err(), "more than 16777215 handlers")
}
