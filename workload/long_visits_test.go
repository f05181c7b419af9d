package workload

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/random"
)

// neverBegins has no visits begin.
type neverBegins struct{}

func (neverBegins) Next() int64 { return math.MaxInt64 }

// Of a visit with more requests than an event has room for it is drawn anew how many follow: those are geometric from 0 on, whatever was before.
func TestLongVisitsGoOnAsIfTheyHadJustBegun(t *testing.T) {
	const n, requests = 20_000, 10.0
	s := newVisiting(&Visits{Requests: requests, Gap: time.Second}, neverBegins{}, random.NewKey(1, 0, 0, 0).StreamAt(0))
	for range n {
		s.going.Push(s.later(0), longVisit, uint64(s.seats.open()))
	}
	asked, over, alone := map[Visit]int{}, 0, 0
	for over < n {
		at, visit := s.draw()
		require.NotEqual(t, int64(math.MaxInt64), at)
		is := visit &^ lastOfVisit
		if asked[is]++; visit != is {
			over++
			if asked[is] == 1 {
				alone++
			}
		}
	}
	require.Empty(t, s.going.Len())
	sum := 0
	for _, count := range asked {
		sum += count
	}
	// 1 and a geometric number of more: mean 10 with a deviation of sqrt(90), and none with the probability of a tenth.
	require.InDelta(t, requests, float64(sum)/n, 4*math.Sqrt(90./n))
	require.InDelta(t, 1/requests, float64(alone)/n, 4*math.Sqrt(.09/n))
}

// As many follow as an event has room for, and it is noted that it is not known how many more.
func TestVisitsThatAreLongerThanAnEventHasRoomForSaySo(t *testing.T) {
	s := newVisiting(&Visits{Requests: 1e15, Gap: time.Second}, neverBegins{}, random.NewKey(1, 0, 0, 0).StreamAt(0))
	require.EqualValues(t, longVisit|(longVisit-1), s.following())
	visit := s.seats.open()
	require.Equal(t, visit, s.goOn(0, visit, longVisit|1))
	require.EqualValues(t, longVisit, s.going.Pop().Handler(), "one more, and then it is drawn")
}
