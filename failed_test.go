package edgewise_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/sim"
)

func TestFailedRequestsAreCountedApartFromLatencies(t *testing.T) {
	s := smallStudy(t)
	for i := range s.Static {
		s.Static[i].Deadlines = []time.Duration{time.Hour}
	}
	whole, err := s.Run(context.Background())
	require.NoError(t, err)
	require.Nil(t, whole.Placements[1].Workloads[0].Failed)
	require.Nil(t, whole.Placements[2].Workloads[2].Sessions)

	s.Failures = []sim.Failure{
		{Site: "pop-lax", At: 15 * time.Second, For: 10 * time.Second, Detection: 5 * time.Second},
		{Site: "us-west-2-lax-1", At: 15 * time.Second, For: 10 * time.Second, Detection: 5 * time.Second},
	}
	c, err := s.Run(context.Background())
	require.NoError(t, err)

	site := func(placement int) *edgewise.WorkloadResult { return &c.Placements[placement].Workloads[0] }
	require.Zero(t, site(0).Failed.Share.Value, "no PoP")

	failed := site(1).Failed
	require.Positive(t, failed.Share.Value)
	require.Equal(t, failed.Share.Value, failed.Share.Difference.Value)
	require.InDelta(t, failed.Requests.Value/site(1).Requests.Value, failed.Share.Value, 1e-12)
	require.InDelta(t, 3000, failed.TimeToError.Value, 1e-9)
	require.Len(t, failed.Reasons, 1)
	require.Equal(t, "site down", failed.Reasons[0].Reason)
	require.Equal(t, failed.Share.Value, failed.Reasons[0].Share.Value)
	require.Equal(t, whole.Placements[1].Workloads[0].Requests.Value, site(1).Requests.Value, "failed requests are requests")
	for _, m := range site(1).Latency {
		require.InDelta(t, 1-failed.Share.Value, m.Within[0].Share.Value, 1e-12, "all are answered within an hour but those that failed")
	}
	sum := 0.0
	for _, part := range site(1).Breakdown {
		require.NotEqual(t, "timeout", part.Cause)
		sum += part.Mean.Value
	}
	require.InDelta(t, site(1).Latency[0].Mean.Value, sum, 1e-6, "the causes are those of the answered")
	share, requests := 0.0, 0.0
	for _, m := range site(1).Metros {
		share += m.Failed.Value * m.Requests.Value
		requests += m.Requests.Value
	}
	require.InDelta(t, failed.Share.Value, share/requests, 0.01)

	game := &c.Placements[2].Workloads[2]
	require.Positive(t, game.Sessions.Lost.Value)
	require.InDelta(t, game.Sessions.Lost.Value/game.Sessions.Sessions.Value, game.Sessions.LostShare.Value, 1e-12)
	require.Zero(t, game.Failed.Share.Value, "updates need no parent here")
	require.Zero(t, c.Placements[0].Workloads[2].Sessions.Lost.Value)
}
