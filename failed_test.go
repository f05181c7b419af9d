package edgewise_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
)

func TestFailedRequestsAreCountedApartFromLatencies(t *testing.T) {
	s := smallStudy(t)
	s.Workloads[0].Deadlines = []time.Duration{time.Hour}
	whole, err := s.Run(context.Background())
	require.NoError(t, err)
	requireNone(t, figures(whole, 1, 0), "failed")
	_, ok := figures(whole, 2, 2).Find("sessions", "lost share")
	require.False(t, ok, "nothing can be lost")

	s.Failures = []sim.Failure{
		{Site: "pop-lax", At: 15 * time.Second, For: 10 * time.Second, Detection: 5 * time.Second},
		{Site: "us-west-2-lax-1", At: 15 * time.Second, For: 10 * time.Second, Detection: 5 * time.Second},
	}
	c, err := s.Run(context.Background())
	require.NoError(t, err)

	require.Zero(t, found(t, figures(c, 0, 0), "failed", "share").Value, "no PoP")
	require.Len(t, c.Failures, 2)
	require.Equal(t, edgewise.SiteFailure{
		Site: "us-west-2-lax-1", At: 15 * time.Second, For: 10 * time.Second, Detection: 5 * time.Second, Timeout: sim.DefaultFailureTimeout,
	}, c.Failures[1])

	site := &c.Placements[1].Workloads[0]
	failed, requests := found(t, site.Figures, "failed", "share"), found(t, site.Figures, "requests", "count")
	require.Positive(t, failed.Value)
	require.Equal(t, failed.Value, failed.Difference.Value)
	require.InDelta(t, found(t, site.Figures, "failed", "count").Value/requests.Value, failed.Value, 1e-12)
	require.InDelta(t, 3000, found(t, site.Figures, "failed", "mean time to error").Value, 1e-9)
	require.Equal(t, failed.Value, found(t, site.Figures, "failed", "site down").Value)
	_, ok = site.Figures.Find("failed", "next tier down")
	require.False(t, ok, "that has not happened")
	require.Equal(t, found(t, figures(whole, 1, 0), "requests", "count").Value, requests.Value, "failed requests are requests")
	for _, metric := range []string{"ttfb", "ttlb"} {
		inTime, err := site.Metric(metric).Within(time.Hour)
		require.NoError(t, err)
		require.InDelta(t, 1-failed.Value, inTime.Value, 1e-12, "all are answered within an hour but those that failed")
	}
	_, ok = site.Figures.Find("breakdown", "timeout")
	require.False(t, ok)
	require.InDelta(t, found(t, site.Figures, "ttfb", "mean").Value, sumOf(site.Figures, "breakdown"), 1e-6, "the causes are those of the answered")
	share, all := 0.0, 0.0
	for _, m := range site.Metros {
		n := found(t, m.Figures, "requests", "count").Value
		share += found(t, m.Figures, "failed", "share").Value * n
		all += n
	}
	require.InDelta(t, failed.Value, share/all, 0.01)

	require.NotEmpty(t, whole.Placements[0].Workloads[0].Series.Steps)
	for p := range c.Placements {
		require.Empty(t, c.Placements[p].Workloads[0].Series.Steps, "what failed would be missing over time")
	}

	game := figures(c, 2, 2)
	lost := found(t, game, "sessions", "lost").Value
	require.Positive(t, lost)
	require.InDelta(t, lost/found(t, game, "sessions", "count").Value, found(t, game, "sessions", "lost share").Value, 1e-12)
	require.Zero(t, found(t, game, "failed", "share").Value, "updates need no parent here")
	require.Zero(t, found(t, figures(c, 0, 2), "sessions", "lost").Value)
}

func TestPurgesAndErrorsThatNoResultWouldShowAreRefused(t *testing.T) {
	for _, c := range []struct {
		errors []sim.OriginErrors
		purges []sim.Purge
		want   string
	}{
		{errors: []sim.OriginErrors{{Site: "us-west-2", At: 12 * time.Second, For: time.Second}}},
		{errors: []sim.OriginErrors{{Site: "us-west-2", At: 9 * time.Second, For: time.Second}}, want: "OriginErrors[0].For is 1s; want more than 1s, for recording begins"},
		{errors: []sim.OriginErrors{{Site: "us-west-2", At: 30 * time.Second, For: time.Second}}, want: "OriginErrors[0].At is 30s; want less than 30s, when the run ends"},
		{errors: []sim.OriginErrors{{Site: "pop-den", At: 12 * time.Second, For: time.Second}}, want: "OriginErrors[0].Site is pop-den; want a site that is an origin of a placement"},
		{purges: []sim.Purge{{At: 30 * time.Second}}, want: "Purges[0].At is 30s; want less than 30s, when the run ends"},
		{purges: []sim.Purge{{At: 12 * time.Second}}, want: "Purges[0].At is 12s; want no purge: no placement has caches"},
	} {
		s := smallStudy(t)
		s.Placements = s.Placements[:1]
		s.OriginErrors, s.Purges = c.errors, c.purges
		if c.want == "" {
			require.NoError(t, s.Validate())
		} else {
			require.ErrorContains(t, s.Validate(), c.want)
		}
	}
	s := smallStudy(t)
	s.Placements = []placement.Placement{s.Placements[0].WithPoPs(32<<20, "pop-lax")}
	s.Purges = []sim.Purge{{At: 12 * time.Second}}
	require.NoError(t, s.Validate())
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
