package sim

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

func TestMatchesFoundAtTheStartMixTheMetros(t *testing.T) {
	// Nine of ten players are 5 ms away, one of ten 40 ms: a random match of ten has a far player with
	// probability 1 - 0.9^10, so that its worst RTT is 10 + 70 (1 - 0.9^10) = 55.59 ms on average.
	n, err := topology.New([]topology.Node{
		{ID: "near", Kind: topology.Metro, Users: 9}, {ID: "far", Kind: topology.Metro, Users: 1},
		{ID: "region", Kind: topology.Region},
	}, append(both("near", "region", topology.Internet, 5), both("far", "region", topology.Internet, 40)...))
	require.NoError(t, err)
	w := shooter()
	w = w.WithPlayers(2000)
	w = workload.Change(w, func(m *workload.Matched) { m.SampledUpdates = 0.001 })
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: time.Second, Seed: 2}
	worst := replicate(t, s, placement.RegionOnly("region"), func(r *Result) float64 {
		total, err := r.Workloads[0].Total()
		require.NoError(t, err)
		require.Greater(t, total.Metric(WorstRTT).Count(), uint64(100))
		return total.Metric(WorstRTT).MeanNs() / float64(ms)
	})
	requireInside(t, worst, 55.593, 0.05)
}

func TestLobbyWaitEndsWithPatience(t *testing.T) {
	// One player an hour or so, matches of ten, patience of a minute: everybody waits exactly a minute,
	// and plays alone.
	w := shooter()
	w = workload.Change(w, func(p *workload.Sessions) {
		p.ConcurrentPlayers, p.Length = 0.05, workload.Weibull{Shape: 1, Scale: 10 * time.Minute}
	})
	w = workload.Change(w, func(m *workload.Matched) { m.MinPlayers, m.SampledUpdates = 1, 0.01 })
	s := Scenario{Network: fourNodes(t), Workloads: []workload.Workload{w}, Duration: 300 * time.Hour, Seed: 2}
	tally := &runOne(t, s, placement.RegionOnly("region")).Workloads[0].Metros[0]
	wait := tally.Metric(LobbyWait)
	require.Greater(t, wait.Count(), uint64(50))
	require.Equal(t, int64(time.Minute), wait.MaxNs())
	require.InDelta(t, float64(time.Minute), wait.QuantileNs(0.5), 1e9)
}

func TestCancelledGameStopsWithinAMatch(t *testing.T) {
	w := shooter()
	w = w.WithPlayers(3000)
	w = workload.Change(w, func(m *workload.Matched) { m.MatchLength = 100 * time.Hour })
	plans, err := Compile(context.Background(), Scenario{Network: fourNodes(t), Workloads: []workload.Workload{w}, Duration: 10 * time.Hour, Seed: 1}, placement.RegionOnly("region"))
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err = plans[0].Run(ctx, 0) // the whole would be 14 billion updates
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestJitterOfLinksLeavesAllOtherDrawsAlone(t *testing.T) {
	// The same users on a way with and without jitter: base last mile and connections are the same, so
	// that the least latency differs by no more than the jitter.
	s, p := cdn(t, 2)
	plain := runOne(t, s, p)
	links := s.Network.Links()
	for i := range links {
		links[i].Jitter = 100 * time.Microsecond
	}
	var err error
	s.Network, err = topology.New(s.Network.AllNodes(), links)
	require.NoError(t, err)
	shaky := runOne(t, s, p)
	a, b := &plain.Workloads[0].Metros[0], &shaky.Workloads[0].Metros[0]
	require.Equal(t, a.Count(Requests), b.Count(Requests))
	require.Equal(t, a.Causes[Connect] > 0, b.Causes[Connect] > 0)
	// Two ways of a mean of 0.1 ms each.
	require.InDelta(t, float64(a.Causes[Access])+0.2e6*float64(a.Count(Requests)), float64(b.Causes[Access]), 0.01e6*float64(a.Count(Requests)))
}
