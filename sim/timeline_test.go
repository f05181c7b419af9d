package sim

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

func TestCourseHoldsEveryRequestByTime(t *testing.T) {
	n, pops := star(t, 2, 20)
	w := workload.Workload{
		Head:    workload.Head{Name: "site"},
		Demand:  workload.Poisson{RequestsPerSecond: 400, Objects: 1000, ZipfExponent: 0.8},
		Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 10, MaxBytes: 10}},
	}
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 100 * time.Second, Seed: 1}
	p := placement.RegionOnly("region").WithPoPs(5000, pops...)
	r, err := Run(context.Background(), Job{Scenario: s, Placement: p})
	require.NoError(t, err)
	c := r.Workloads[0].Timeline
	require.GreaterOrEqual(t, len(c.Batches), 200)
	require.Less(t, len(c.Batches), 400)
	require.LessOrEqual(t, int64(len(c.Batches))*c.BatchNs, int64(s.Duration))
	require.Greater(t, int64(len(c.Batches)+1)*c.BatchNs, int64(s.Duration))
	total, err := r.Workloads[0].Total()
	require.NoError(t, err)
	var sum TimelineBatch
	for _, b := range c.Batches {
		sum.Requests += b.Requests
		sum.SumNs += b.SumNs
		sum.Hits += b.Hits
	}
	// All but those of the last, cut batch.
	require.InEpsilon(t, total.Count(Requests), sum.Requests, 0.02)
	require.Less(t, sum.Requests, total.Count(Requests))
	require.InEpsilon(t, total.Metric(TTFB).MeanNs(), float64(sum.SumNs)/float64(sum.Requests), 0.01)
	require.InEpsilon(t, total.Outcomes[Hit]+total.Outcomes[DelayedHit], sum.Hits, 0.02)
	require.Less(t, 3*c.Batches[0].Hits, 2*c.Batches[len(c.Batches)-1].Hits, "caches begin empty")

	require.Equal(t, int64(10_000), r.Tiers[0].Fill.CapacityBytes)
	require.Len(t, r.Tiers[0].Fill.UsedBytes, len(c.Batches))
	require.Less(t, r.Tiers[0].Fill.UsedBytes[0], int64(2000))
	require.Equal(t, int64(10_000), r.Tiers[0].Fill.UsedBytes[len(c.Batches)-1])
	for i := 1; i < len(r.Tiers[0].Fill.UsedBytes); i++ {
		require.GreaterOrEqual(t, r.Tiers[0].Fill.UsedBytes[i], r.Tiers[0].Fill.UsedBytes[i-1], "caches of objects of one size only fill")
	}
	require.Len(t, r.Tiers, 1)

	// The warm-up is part of the timeline and changes nothing in it.
	s.WarmUp, s.Duration = 30*time.Second, 70*time.Second
	warm, err := Run(context.Background(), Job{Scenario: s, Placement: p})
	require.NoError(t, err)
	require.Equal(t, c, warm.Workloads[0].Timeline)

	require.NoError(t, warm.Merge(r))
	require.Equal(t, 2*c.Batches[7].SumNs, warm.Workloads[0].Timeline.Batches[7].SumNs)
	require.Equal(t, int64(20_000), warm.Tiers[0].Fill.CapacityBytes)
}

func TestFillingKeepsWhatItSawLast(t *testing.T) {
	f := newFillTimeline(1000) // batches of 4 ns
	require.Len(t, f.used, 250)
	f.take(9, 50)
	require.False(t, f.isDue(11))
	require.True(t, f.isDue(12))
	f.take(24, 70)
	f.take(5000, 90) // after the end of the run
	f.finish()
	require.Equal(t, []int64{0, 0, 50, 50, 50, 50, 70, 70}, f.used[:8])
	require.Equal(t, int64(70), f.used[248])
	short := newFillTimeline(5)
	require.Len(t, short.used, 5)
}

// BenchmarkCourse is what following the timeline costs a request.
func BenchmarkCourse(b *testing.B) {
	c := newTimeline(int64(15 * time.Minute))
	at := int64(0)
	for b.Loop() {
		at += int64(500 * time.Microsecond)
		if at > int64(15*time.Minute) {
			at = 0
		}
		c.add(at, at&1023, Outcome(at&3))
	}
}
