package edgewise_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

func TestStudyRunsUntilItIsPrecise(t *testing.T) {
	s := queueStudy(t, 0.8)
	s.Replications = 0
	s.Until = &edgewise.Until{StoppingRule: stats.StoppingRule{RelativeError: 0.05, MaxReplications: 200}}
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	require.Equal(t, "precise", c.Stopping.Reason)
	require.Equal(t, "region only, api, mean", c.Stopping.Widest)
	require.Greater(t, c.Replications, 10)
	require.Less(t, c.Replications, 200)
	require.Equal(t, c.Replications, c.Planned)
	mean := found(t, figures(c, 0, 0), "ttfb", "mean")
	require.LessOrEqual(t, mean.HalfWidth()/mean.Value, 0.05/1.05)

	// As many replications asked for outright give the same figures, on any number of cores.
	fixed := queueStudy(t, 0.8)
	fixed.Replications, fixed.Workers = c.Replications, 1
	same, err := fixed.Run(context.Background())
	require.NoError(t, err)
	same.Stopping = c.Stopping
	require.Equal(t, asJSON(t, c), asJSON(t, same))

	s.Until = &edgewise.Until{StoppingRule: stats.StoppingRule{RelativeError: 0.001, MaxReplications: 12}, Quantiles: []float64{0.95}}
	c, err = s.Run(context.Background())
	require.NoError(t, err)
	require.Equal(t, &edgewise.Stopping{Reason: "budget used up", Widest: "region only, api, p95"}, c.Stopping)
	require.Equal(t, 12, c.Replications)
}

func TestStudyRunsUntilTheBestIsKnown(t *testing.T) {
	s := queueStudy(t, 0.8)
	s.Replications = 0
	fast := s.Placements[0].Named("two servers")
	fast.Sites = append(fast.Sites[:1:1], fast.Sites[1])
	fast.Sites[1].Servers = 2
	s.Placements = append(s.Placements, fast)
	s.Until = &edgewise.Until{Workload: "api", BestKnown: 0.95, Quantiles: []float64{0.95}}
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	require.Equal(t, &edgewise.Stopping{Reason: "best known", Best: "two servers"}, c.Stopping)
	require.Less(t, c.Replications, 100)
	require.Negative(t, found(t, figures(c, 1, 0), "ttfb", "mean").Difference.High)

	// Three servers against two: with so small an indifference the budget ends first.
	s.Placements = append(s.Placements[:1:1], s.Placements[0].Named("the same"))
	s.Placements[1].Sites = append(s.Placements[1].Sites[:0:0], s.Placements[1].Sites...)
	s.Placements[1].Sites[1].Servers = 2
	s.Placements[0].Sites[1].Servers = 3
	s.Until = &edgewise.Until{StoppingRule: stats.StoppingRule{MaxReplications: 11}, Workload: "api", BestKnown: 0.95, Indifference: time.Nanosecond}
	c, err = s.Run(context.Background())
	require.NoError(t, err)
	require.Equal(t, 11, c.Replications)
	require.NotEmpty(t, c.Stopping.Best)
}

// farStudy has a game whose players accept 50 ms, and two sites that keep them apart: near is at 20 ms, nearer at 10, and far at 200.
func farStudy(t *testing.T) *edgewise.Study {
	t.Helper()
	nodes := []topology.Node{{ID: "metro", Kind: topology.Metro, Users: 1}}
	var links []topology.Link
	s := &edgewise.Study{Title: "a game", Scenario: sim.Scenario{Duration: 10 * time.Minute, Seed: 1}}
	for site, way := range map[string]time.Duration{"far": 100 * time.Millisecond, "near": 10 * time.Millisecond, "nearer": 5 * time.Millisecond} {
		nodes = append(nodes, topology.Node{ID: site, Kind: topology.Region})
		links = append(links, topology.Link{From: "metro", To: site, Kind: topology.Internet, OneWay: way}.Both()...)
	}
	for _, site := range []string{"far", "near", "nearer"} {
		s.Placements = append(s.Placements, placement.Placement{Name: site, Sites: []placement.Assignment{{Site: site, Role: placement.Compute}}})
	}
	var err error
	s.Network, err = topology.New(nodes, links)
	require.NoError(t, err)
	s.Workloads = []workload.Workload{{
		Head:   workload.Head{Name: "game", Deadlines: []time.Duration{50 * time.Millisecond}},
		Demand: workload.Sessions{ConcurrentPlayers: 40, Length: workload.Weibull{Shape: 1, Scale: 20 * time.Minute}},
		Service: workload.Matched{
			MatchPlayers: 2, MatchLength: 3 * time.Minute, TickHz: 30, SampledUpdates: 0.01,
			Market: workload.Market{Choice: workload.LowestMean, MaxRTT: 50 * time.Millisecond, GiveUp: time.Minute},
		},
	}}
	return s
}

// A placement in which nobody plays ends no study: the others are compared, and what it lacks is said.
func TestAPlacementInWhichNobodyPlaysIsLeftOutOfTheRule(t *testing.T) {
	rule := stats.StoppingRule{MinReplications: 3, MaxReplications: 12}
	for name, test := range map[string]struct {
		until  edgewise.Until
		only   int // the first so many placements, where not all
		reason string
		best   string
		says   string
	}{
		"a figure": {
			until:  edgewise.Until{StoppingRule: rule, Workload: "game", BestKnown: 0.95, By: "player_rtt mean", Matters: 1},
			reason: "best known", best: "nearer", says: `in replication 0 it has no "player_rtt mean": nothing was counted: the denominator is 0`,
		},
		"latency": {
			until:  edgewise.Until{StoppingRule: rule, Workload: "game", BestKnown: 0.95},
			reason: "best known", best: "nearer", says: "in replication 0 it has no response: nothing was answered",
		},
		"the only one that is left": {
			until: edgewise.Until{StoppingRule: rule, Workload: "game", BestKnown: 0.95, By: "player_rtt mean", Matters: 1}, only: 2,
			reason: "best known", best: "near", says: `in replication 0 it has no "player_rtt mean": nothing was counted: the denominator is 0`,
		},
		"precision": {
			until:  edgewise.Until{StoppingRule: stats.StoppingRule{MinReplications: 3, MaxReplications: 12, RelativeError: 0.5}},
			reason: "precise", says: "game has no response: nothing was answered in 3 replications",
		},
		"none has it": {
			until: edgewise.Until{StoppingRule: rule}, only: 1,
			reason: "no value", says: "game has no response: nothing was answered in 3 replications",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := farStudy(t)
			s.Until = &test.until
			if test.only > 0 {
				s.Placements = s.Placements[:test.only]
			}
			c, err := s.Run(context.Background())
			require.NoError(t, err)
			require.Equal(t, test.reason, c.Stopping.Reason)
			require.Equal(t, test.best, c.Stopping.Best)
			require.Equal(t, []edgewise.Unvalued{{Placement: "far", Reason: test.says}}, c.Stopping.Unvalued)
			require.Less(t, c.Replications, 12)
			for _, r := range c.Stopping.Ranking {
				require.NotEqual(t, "far", r.Placement)
			}
			require.Equal(t, "one of 100 updates of each player is played", c.Sampled[0].String())
			_, err = c.Placement("far").Workload("game").Metric("response").Mean()
			require.ErrorContains(t, err, "response")
		})
	}
}

func TestBadStoppingRulesAreRefused(t *testing.T) {
	for want, u := range map[string]edgewise.Until{
		"RelativeError is -1":             {StoppingRule: stats.StoppingRule{RelativeError: -1}},
		"MaxReplications is 5":            {StoppingRule: stats.StoppingRule{MaxReplications: 5}},
		"maximum of 1000000 replications": {StoppingRule: stats.StoppingRule{MaxReplications: 1_000_000}},
		"quantile 95":                     {Quantiles: []float64{95}},
		`no workload is called "web"`:     {Workload: "web"},
		"indifference -1ns":               {Indifference: -1},
		"Name it":                         {BestKnown: 0.95},
		"2 quantiles to rank":             {BestKnown: 0.95, Workload: "api", Quantiles: []float64{0.5, 0.9}},
		"Placements is 1; want 2 or more": {BestKnown: 0.95, Workload: "api"},
		"want one of the two":             {},
	} {
		s := queueStudy(t, 0.5)
		s.Until = &u
		if want != "want one of the two" {
			s.Replications = 0
		}
		_, err := s.Run(context.Background())
		require.ErrorContains(t, err, want)
	}
}

func TestTheBestIsKnownByAnyFigure(t *testing.T) {
	s := queueStudy(t, 0.8)
	s.Replications = 0
	fast := s.Placements[0].Named("two servers")
	fast.Sites = append(fast.Sites[:1:1], fast.Sites[1])
	fast.Sites[1].Servers = 2
	s.Placements = append(s.Placements, fast, fast.Named("the same"))
	s.Measures = []edgewise.Measure{{
		Label: edgewise.Label{Metric: "queue", Statistic: "mean", Unit: "ms"},
		Of: edgewise.RatioOf(func(t *edgewise.Tallies) stats.Ratio {
			return stats.Ratio{Numerator: uint64(t.Causes[sim.Queue]), Denominator: t.Answered()}
		}, 1e-6),
	}}
	worst, err := edgewise.WorstMetroOf(must(s.MeasuresOf("api"))[0])
	require.ErrorContains(t, err, "a mean, a quantile or a share within a deadline")
	for _, m := range must(s.MeasuresOf("api")) {
		if m.IsCalled("ttfb mean") {
			worst, err = edgewise.WorstMetroOf(m)
			require.NoError(t, err)
		}
	}
	s.Measures = append(s.Measures, worst)
	for _, u := range []edgewise.Until{
		{By: "queue mean", Better: edgewise.Less, Matters: 0.5},
		{By: "worst metro ttfb mean", Matters: 0.5},
	} {
		u.Workload, u.BestKnown, u.Among = "api", 0.95, []string{"region only", "two servers"}
		s.Until = &u
		c, err := s.Run(context.Background())
		require.NoError(t, err)
		require.Equal(t, "best known", c.Stopping.Reason)
		require.Equal(t, "two servers", c.Stopping.Best)
		require.Len(t, c.Stopping.Ranking, 2, "the third is not among them")
		first, second := c.Stopping.Ranking[0], c.Stopping.Ranking[1]
		require.Equal(t, "two servers", first.Placement)
		require.Greater(t, first.Best, 0.99)
		require.Positive(t, second.Behind.Low)
		require.Positive(t, second.Dropped)
		require.InDelta(t, second.Mean-first.Mean, second.Behind.Value, 1e-9)
		require.Len(t, first.Observed, c.Replications)
	}
	// More is better.
	s.Until = &edgewise.Until{Workload: "api", BestKnown: 0.95, By: "queue mean", Better: edgewise.More, Matters: 0.5}
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	require.Equal(t, "region only", c.Stopping.Best)
	require.Positive(t, c.Stopping.Ranking[0].Mean)
	for want, u := range map[string]edgewise.Until{
		`Until.By is "nothing mean"; want one of`:          {By: "nothing mean", Matters: 1},
		"Until.Matters is 0; want a finite number above 0": {By: "ttfb mean"},
		"Until.Better is ":                          {By: "queue mean", Matters: 1},
		"Until.Among is nobody; want names":         {By: "ttfb mean", Matters: 1, Among: []string{"nobody"}},
		"quantiles or an indifference in ms beside": {By: "ttfb mean", Matters: 1, Indifference: time.Second},
		`Until.By is "bill"; want one of`:           {By: "bill", Matters: 1},
	} {
		u.Workload, u.BestKnown = "api", 0.95
		s.Until = &u
		require.ErrorContains(t, s.Validate(), want)
	}
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}
