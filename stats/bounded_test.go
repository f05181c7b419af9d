package stats_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/stats"
)

func TestBoundedQueuesAreThoseOfTheirBirthsAndDeaths(t *testing.T) {
	for _, c := range []struct {
		servers, queue int
		offered        float64
	}{{1, 9, .8}, {1, 9, 1}, {1, 9, 1.25}, {5, 0, 6}, {4, 20, 3.2}, {8, 16, 8}, {3, 2, 9}, {2, 1000, 1.9}, {2, 1000, 2.1}} {
		// The states by their own recursion: as many jobs as come leave, each server with a rate of 1.
		states, sum := []float64{1}, 1.
		for n := 1; n <= c.servers+c.queue; n++ {
			states = append(states, states[n-1]*c.offered/float64(min(n, c.servers)))
			sum += states[n]
		}
		waits := 0.
		for n := c.servers; n < c.servers+c.queue; n++ {
			waits += states[n] / sum
		}
		turn := stats.BoundedQueue(c.servers, c.queue, c.offered)
		require.InEpsilon(t, states[c.servers+c.queue]/sum, turn.Rejected, 1e-11, "%+v", c)
		require.InDelta(t, waits, turn.Waits, 1e-11, "%+v", c)
	}
	require.InDelta(t, .0234929, stats.BoundedQueue(1, 9, .8).Rejected, 5e-8, "M/M/1/10 as tables have it")
	require.InDelta(t, stats.ErlangC(4, 3.2), stats.BoundedQueue(4, 1<<30, 3.2).Waits, 1e-12, "with room for all")
	require.Equal(t, stats.Turn{Rejected: stats.ErlangB(5, 6)}, stats.BoundedQueue(5, 0, 6), "with room for none")
	require.InEpsilon(t, 1-2/2.5, stats.BoundedQueue(2, 1<<30, 2.5).Rejected, 1e-6, "what is too much goes")
	require.Zero(t, stats.BoundedQueue(3, 2, 0))
}

func TestBoundedWaitsAreThoseOfTheirLimit(t *testing.T) {
	require.InDelta(t, .13535, stats.BoundedWait(1, .8, 3).Rejected, 5e-6, "virtual wait of M/M/1 with balking")
	for _, offered := range []float64{.5, 3.2, 4, 4.0000001, 6} {
		require.InDelta(t, stats.ErlangB(4, offered), stats.BoundedWait(4, offered, 0).Rejected, 1e-12, "who may not wait")
		require.Zero(t, stats.BoundedWait(4, offered, 0).Waits)
	}
	require.InDelta(t, stats.ErlangC(4, 3.2), stats.BoundedWait(4, 3.2, 1000).Waits, 1e-12, "who may wait for ever")
	// What is served is what the servers do: the work of a share of 1 - rejected never exceeds them, and comes to them as the limit grows.
	far, near := stats.BoundedWait(4, 6, 200), stats.BoundedWait(4, 6, 400)
	require.InEpsilon(t, 1./3, far.Rejected, 1e-9)
	require.InEpsilon(t, far.Rejected, near.Rejected, 1e-9)
	require.InDelta(t, 1, near.Waits+near.Rejected, 1e-9)
	require.Zero(t, stats.BoundedWait(3, 0, 2))
	require.False(t, math.IsNaN(stats.BoundedWait(1, 1, 5).Waits))
}
