package event_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/event"
	"github.com/edgewise-sim/edgewise/random"
)

func TestPoissonSourceMeetsItsRate(t *testing.T) {
	for _, perSecond := range []float64{0.5, 1000, 1e9, 2e10} { // the last two: gaps of a nanosecond and less
		source, err := event.NewPoisson(time.Minute, perSecond, random.New(1, 0, 0, 0))
		require.NoError(t, err)
		const n = 200_000
		last, squares := time.Minute, 0.0
		for range n {
			peeked := source.Peek()
			next := source.Next()
			if next != peeked || next < last {
				require.FailNow(t, "out of order", "%v peeked, %v given after %v", peeked, next, last)
			}
			gap := float64(next-last) / 1e9 * perSecond
			squares += gap * gap
			last = next
		}
		rate := n / (last - time.Minute).Seconds()
		require.InEpsilon(t, perSecond, rate, 4/math.Sqrt(n))
		if perSecond <= 1000 {
			require.InDelta(t, 2, squares/n, 4*math.Sqrt(20./n), "second moment of exponential gaps")
		}
		require.NoError(t, source.Err())
	}
}

func TestPoissonSourceEndsAtTheEndOfTime(t *testing.T) {
	source, err := event.NewPoisson(event.Forever-10*time.Second, 1, random.New(1, 0, 0, 0))
	require.NoError(t, err)
	count := 0
	for source.Next() != event.Forever {
		count++
	}
	require.Less(t, count, 40)
	require.Equal(t, event.Forever, source.Peek())
	require.Equal(t, event.Forever, source.Next())
	require.NoError(t, source.Err())
}

func TestSourceGivesWhatItsFunctionWrites(t *testing.T) {
	calls := 0
	source, err := event.NewSource(func(block []time.Duration) int {
		calls++
		for i := range block {
			if calls == 3 && i == 5 {
				return i
			}
			block[i] = time.Duration((calls-1)*len(block) + i)
		}
		return len(block)
	})
	require.NoError(t, err)
	want := time.Duration(0)
	for source.Peek() != event.Forever {
		require.Equal(t, want, source.Next())
		want++
	}
	require.Equal(t, time.Duration(2*256+5), want)
	require.Equal(t, 3, calls)
}

func TestSourceThatGoesBackInTimeEndsWithAnError(t *testing.T) {
	source, err := event.NewSource(func(block []time.Duration) int { return copy(block, []time.Duration{1, 5, 4, 9}) })
	require.NoError(t, err)
	require.Equal(t, time.Duration(1), source.Next())
	require.Equal(t, time.Duration(5), source.Next())
	require.Equal(t, event.Forever, source.Next())
	require.ErrorContains(t, source.Err(), "gave the time 4ns after 5ns")

	source, err = event.NewSource(func([]time.Duration) int { return 1 << 20 })
	require.NoError(t, err)
	require.Equal(t, event.Forever, source.Next())
	require.ErrorContains(t, source.Err(), "wrote 1048576 times")
}

func TestSourcesRefuseImpossibleParameters(t *testing.T) {
	for _, perSecond := range []float64{0, -1, 1e-9, 2e12, math.NaN(), math.Inf(1)} {
		_, err := event.NewPoisson(0, perSecond, random.New(1, 0, 0, 0))
		require.ErrorContains(t, err, "want more than 1e-08")
	}
	_, err := event.NewPoisson(-time.Second, 1, random.New(1, 0, 0, 0))
	require.ErrorContains(t, err, "from is -1s; want 0 or later")
	_, err = event.NewPoisson(0, 1, random.New(1, 0, 0, 0))
	require.NoError(t, err)
	_, err = event.NewSource(nil)
	require.ErrorContains(t, err, "fill is nil")
}
