package sim

import (
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/workload"
)

// The slowest requests are those that sorting all of them finds, in all and by metro, and their causes sum to their times.
func TestTailsAreThoseOfAllRequestsInOrder(t *testing.T) {
	d := workload.Poisson{RequestsPerSecond: 100, Objects: 300, ZipfExponent: .8}
	s, p := agesThroughTiers(t, d, freshness.Control{MaxAge: freshness.For(3 * time.Second)})
	s.Duration = 60 * time.Second
	s.Workloads[0].Client.NewShare = .3
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	var all []Sighting
	watched, err := plans[0].Watch(context.Background(), 0, func(s *Sighting) { all = append(all, *s) })
	require.NoError(t, err)
	plain, err := plans[0].Run(context.Background(), 0)
	require.NoError(t, err)
	require.Equal(t, plain, watched, "who watches changes nothing")
	for i := range all {
		sum := int64(0)
		for _, ns := range all[i].Causes {
			sum += ns
		}
		require.Equal(t, all[i].TTFB, sum)
	}
	slices.SortFunc(all, func(a, b Sighting) int { return int(a.TTFB - b.TTFB) })
	tails, err := plans[0].Tails(context.Background(), 0)
	require.NoError(t, err)
	require.Equal(t, tails[0].All, tails[0].Metros[0], "there is one metro")
	require.Len(t, tails[0].All, 1+len(TailMarks))
	for _, got := range tails[0].All {
		want := Tail{Above: got.Above}
		if got.Above > 0 {
			want.ThresholdNs = all[int(math.Ceil(got.Above*float64(len(all))))-1].TTFB
		}
		for i := range all {
			if got.Above == 0 || all[i].TTFB >= want.ThresholdNs {
				want.add(&all[i])
			}
		}
		require.Equal(t, want, got)
		require.Positive(t, got.Requests)
	}
	total, err := plain.Workloads[0].Total()
	require.NoError(t, err)
	require.Equal(t, total.Causes, tails[0].All[0].Causes)
}
