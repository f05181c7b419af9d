package edgewise_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/workload"
)

func TestPredictedWorkIsWhatIsDone(t *testing.T) {
	s := smallStudy(t)
	s.WarmUp, s.Duration, s.Replications = 0, 30*time.Second, 2
	for i := range s.Workloads {
		s.Workloads[i].Day = workload.Profile{} // flat
	}
	p := s.Predict()
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	require.Equal(t, 2, p.Replications)
	require.Len(t, p.Placements, 3)
	require.InEpsilon(t, p.Run.Requests*6, p.All.Requests, 1e-12)

	got := 0.0
	for w := range 2 {
		got += found(t, figures(c, 0, w), "requests", "count").Value
	}
	require.InDelta(t, p.Run.Requests, got, 5*math.Sqrt(p.Run.Requests))
	require.InEpsilon(t, p.Run.Updates, 60*30*128., 1e-12)
	game := s.Workloads[2]
	require.InEpsilon(t, 60+30*game.Demand.(workload.Rated).PerSecond(), p.Run.Sessions, 1e-12)
}

func TestAPilotTellsWhatTimelinesOfAllReplicationsKeep(t *testing.T) {
	s := smallStudy(t)
	s.WarmUp, s.Duration, s.Replications = 10*time.Second, 2*time.Minute, 3
	without := s.Predict().SharedBytes
	s.Timeline = &sim.Steps{Step: time.Second, ByMetro: true, BySite: true}
	p := s.Predict()
	require.NoError(t, s.Pilot(context.Background(), p, time.Minute))
	kept := 0
	for i := range s.Placements {
		plans, err := sim.Compile(context.Background(), s.Scenario, s.Placements[i])
		require.NoError(t, err)
		for rep := range s.Replications {
			r, err := plans[0].Run(context.Background(), rep)
			require.NoError(t, err)
			for w := range r.Workloads {
				of := &r.Workloads[w]
				for _, c := range append([]*sim.Course{of.Course}, coursesOf(of.Sites)...) {
					data, err := c.MarshalBinary()
					require.NoError(t, err)
					kept += len(data)
				}
			}
		}
	}
	told := p.SharedBytes - without
	t.Logf("told %d of %d bytes", told, kept)
	require.Greater(t, told, int64(kept))
	require.Less(t, float64(told), 1.2*float64(kept))
}

func coursesOf(sites []sim.SiteTally) (all []*sim.Course) {
	for i := range sites {
		all = append(all, sites[i].Course)
	}
	return all
}

func TestPilotPredictsTheTimeOfEveryPlacement(t *testing.T) {
	s := smallStudy(t)
	p := s.Predict()
	require.Zero(t, p.Time)
	require.NoError(t, s.Pilot(context.Background(), p, time.Minute))
	require.Positive(t, p.Time)
	for _, of := range p.Placements {
		require.Positive(t, of.Time, of.Name)
		require.Positive(t, of.MemoryBytes, of.Name)
	}

	// A timeline may have longer steps than the pilot lasts.
	s.Duration, s.Timeline = 24*time.Hour, &sim.Steps{Step: time.Hour}
	p = s.Predict()
	require.NoError(t, s.Pilot(context.Background(), p, time.Minute))
	require.Positive(t, p.Time)

	// No budget, no time; a cancelled pilot says so.
	p = s.Predict()
	require.NoError(t, s.Pilot(context.Background(), p, 1))
	require.Zero(t, p.Time)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorIs(t, s.Pilot(ctx, p, time.Minute), context.Canceled)
}

func TestWorkBeyondBoundsIsRefusedWithARemedy(t *testing.T) {
	bounds := edgewise.Bounds{Steps: edgewise.MostSteps, MemoryBytes: 8 << 30}
	for name, test := range map[string]struct {
		change func(*edgewise.Study)
		want   string
	}{
		"requests": {func(s *edgewise.Study) {
			s.Workloads[0] = s.Workloads[0].WithRequestsPerSecond(1e9)
			s.Duration = 366 * 24 * time.Hour
		}, "warm_up and duration of 9m15s together would do"},
		"sessions": {func(s *edgewise.Study) {
			s.Workloads[2] = workload.Change(s.Workloads[2], func(d *workload.Sessions) { d.Length.Scale, d.ConcurrentPlayers = time.Second, 1e7 })
			s.Duration = 366 * 24 * time.Hour
		}, "longer sessions than"},
		"updates": {func(s *edgewise.Study) {
			s.Workloads[2] = s.Workloads[2].WithPlayers(1e7)
			s.Duration = 30 * 24 * time.Hour
		}, `in workload "competitive-fps", sampled_matches: 0.0`},
		"memory": {func(s *edgewise.Study) {
			s.Workloads[0] = workload.Change(s.Workloads[0], func(p *workload.Poisson) { p.Objects = 1e9 })
			s.Placements[1] = s.Placements[0].WithPoPs(1<<60, "pop-lax")
			for i := range s.Placements[1].Tiers[0].Caches {
				s.Placements[1].Tiers[0].Caches[i].Preload = true
			}
		}, "bytes of memory"},
	} {
		t.Run(name, func(t *testing.T) {
			s := smallStudy(t)
			require.NoError(t, s.Check(s.Predict(), bounds))
			test.change(s)
			err := s.Check(s.Predict(), bounds)
			var excess *edgewise.ExcessError
			require.ErrorAs(t, err, &excess)
			require.ErrorContains(t, err, test.want)
			require.Greater(t, excess.Predicted, excess.Allowed)
		})
	}
}

// What the remedy says is enough.
func TestRemedyForUpdatesIsEnough(t *testing.T) {
	s := smallStudy(t)
	s.Workloads[2] = s.Workloads[2].WithPlayers(1e6)
	s.Duration = 24 * time.Hour
	bounds := edgewise.Bounds{Steps: 1e11}
	var share float64
	err := s.Check(s.Predict(), bounds)
	require.Error(t, err)
	_, serr := fmt.Sscanf(err.Error()[strings.Index(err.Error(), "sampled_matches: "):], "sampled_matches: %g", &share)
	require.NoError(t, serr)
	s.Workloads[2] = workload.Change(s.Workloads[2], func(m *workload.Matched) { m.SampledMatches = share })
	require.NoError(t, s.Check(s.Predict(), bounds))
}

// Requests are announced as the day has them in the time of a run, with its crowds and from its launch on, not on the day's mean.
func TestPredictedRequestsFollowTheDay(t *testing.T) {
	s := slowStudy(t, 20, 0, 0)
	s.Workloads = []workload.Workload{workload.APIDynamic().WithRequestsPerSecond(20)}
	s.Start, s.WarmUp, s.Duration = time.Date(2026, 3, 2, 20, 0, 0, 0, time.UTC), 0, 10*time.Minute
	s.Replications, s.SkipWarmUpCheck = 5, true
	for _, change := range []func(w *workload.Workload){
		func(*workload.Workload) {},
		func(w *workload.Workload) { w.Begins = 4 * time.Minute },
		func(w *workload.Workload) {
			w.Flashes = []workload.Flash{{At: 5 * time.Minute, For: 2 * time.Minute, Factor: 6}}
		},
	} {
		change(&s.Workloads[0])
		said := s.Predict().Run.Requests
		if s.Workloads[0].Begins == 0 {
			require.Greater(t, said, 1.2*20*600, "it is evening")
		}
		c, err := s.Run(context.Background())
		require.NoError(t, err)
		came, err := c.Placements[0].Workload("api-dynamic").Figure("requests", "count")
		require.NoError(t, err)
		require.InDelta(t, said, came.Value, 4*math.Sqrt(said/5), "Poisson")
	}
}
