package search_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/search"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/workload"
)

// ownProblem searches by a measure that edgewise does not have: how much of the response time is on the way.
func ownProblem(t testing.TB) *search.Problem {
	network, err := catalog.AWS(catalog.Selection{
		Countries: []string{"US"}, TopMetros: 8, Regions: []string{"us-west-2"}, LocalZones: []string{"us-east-1-nyc-1", "us-west-2-den-1", "us-east-1-mia-1", "us-east-1-chi-2"},
	})
	require.NoError(t, err)
	shooter := workload.Change(workload.CompetitiveFPS().Named("shooter"), func(m *workload.Matched) { m.SampledUpdates, m.Market = 0.01, workload.Market{} })
	shooter.Demand = workload.Sessions{ConcurrentPlayers: 300, Length: workload.Weibull{Shape: 1.5, Scale: 2 * time.Hour}}
	fixed := placement.Placement{Name: "one region", Sites: []placement.Assignment{{Site: "us-west-2", Role: placement.Compute}}}
	p := &search.Problem{
		Study: &edgewise.Study{
			Title:    "own",
			Scenario: sim.Scenario{Network: network, Workloads: []workload.Workload{shooter}, Duration: 20 * time.Second},
			Measures: []edgewise.Measure{{
				Label: edgewise.Label{Metric: "way", Statistic: "per update", Unit: "ms", Better: edgewise.Less},
				Of: edgewise.RatioOf(func(t *edgewise.Tallies) stats.Ratio {
					return stats.Ratio{Numerator: uint64(t.Causes[sim.Propagation]), Denominator: t.Answered()}
				}, 1e-6),
			}},
			Placements: []placement.Placement{fixed},
		},
		Fixed: fixed, Least: 2, Most: 2, Simulated: 6, Variations: -1,
		Objectives: []search.Objective{{Figure: search.Figure{By: "way per update"}, Matters: 0.5}},
	}
	for _, site := range []string{"us-east-1-nyc-1", "us-west-2-den-1", "us-east-1-mia-1", "us-east-1-chi-2"} {
		p.Candidates = append(p.Candidates, search.Candidate{Site: site, Role: placement.Compute})
	}
	return p
}

func TestAnOwnMeasureIsAnObjective(t *testing.T) {
	a, err := search.Run(context.Background(), ownProblem(t))
	require.NoError(t, err)
	require.Equal(t, "response mean", a.Surrogate.Proxy)
	require.Len(t, a.Alternatives, 6)
	for i, x := range a.Alternatives {
		require.Equal(t, "way per update", x.Figures[0].Name())
		if i > 0 {
			require.GreaterOrEqual(t, x.Figures[0].Value, a.Alternatives[i-1].Figures[0].Value)
		}
	}
	require.Less(t, a.Alternatives[0].Figures[0].Difference.Value, -5.0)
	require.True(t, a.Selection.IsKnown)
}

func TestAnAnswerReadsAsASentence(t *testing.T) {
	p := ownProblem(t)
	p.Objectives = []search.Objective{{Figure: search.Figure{By: "player_rtt within 50ms"}}}
	a, err := search.Run(context.Background(), p)
	require.NoError(t, err)
	require.Regexp(t, `^Choose us-east-1-.*, .*: player_rtt within 50 ms of [\d.]+ % ± [\d.]+ %, \+[\d.]+ points against one region\. `, a.Sentence)
	require.Len(t, a.Steps(), 3)
	require.Contains(t, a.Steps()[0], "scored all 6 alternatives")
}

func Example() {
	distances := [][]float64{{0, 1, 9}, {1, 0, 8}, {9, 8, 0}}
	found, err := search.PMedian(context.Background(), distances, 1, 1)
	fmt.Println(found.Open, found.Cost, err)
	// Output: [1] 9 <nil>
}
