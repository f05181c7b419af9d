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
	s.Workloads[0].Deadlines = []time.Duration{time.Hour}
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

func TestFailuresThatNoResultWouldShowAreRefused(t *testing.T) {
	down := sim.Failure{Site: "pop-lax", At: 12 * time.Second, For: time.Second}
	for _, c := range []struct {
		change func(*sim.Failure)
		want   string
	}{
		{func(*sim.Failure) {}, ""},
		{func(f *sim.Failure) { f.At, f.For = 9*time.Second, 1001*time.Millisecond }, ""},
		{func(f *sim.Failure) { f.At, f.For = 9*time.Second, time.Second }, "Failures[0].For is 1s; want more than 1s, for recording begins"},
		{func(f *sim.Failure) { f.At = 30 * time.Second }, "Failures[0].At is 30s; want less than 30s, when the run ends"},
		{func(f *sim.Failure) { f.Site = "us-west-2" }, ""},
		{func(f *sim.Failure) { f.Site = "pop-den" }, "Failures[0].Site is pop-den; want a site that a placement uses"},
	} {
		s := smallStudy(t)
		s.Placements[1] = s.Placements[0].WithPoPs(32<<20, "pop-lax")
		failure := down
		c.change(&failure)
		s.Failures = []sim.Failure{failure}
		if c.want == "" {
			require.NoError(t, s.Validate())
		} else {
			require.ErrorContains(t, s.Validate(), c.want)
		}
	}
	s := smallStudy(t)
	s.Placements = s.Placements[2:]
	s.Placements[0].Sites = s.Placements[0].Sites[2:]
	s.Workloads, s.Failures = s.Workloads[1:], []sim.Failure{{Site: "us-west-2", At: 12 * time.Second, For: time.Second}}
	require.NoError(t, s.Validate(), "the parent of a Local Zone")
}
