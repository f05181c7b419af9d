package search

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/workload"
)

// game returns a problem of a shooter in some countries: which Local Zones of the continent, of so many.
func game(t testing.TB, countries []string, top int, region string, zones ...string) *Problem {
	t.Helper()
	selection := catalog.Selection{Countries: countries, TopMetros: top, Regions: []string{region}, LocalZones: zones}
	metros, err := selection.SelectMetros()
	require.NoError(t, err)
	sites, err := selection.SelectSites(catalog.ProviderAWS)
	require.NoError(t, err)
	network, err := catalog.Build(metros, sites)
	require.NoError(t, err)
	shooter := workload.Change(workload.CompetitiveFPS().Named("shooter"), func(m *workload.Matched) { m.SampledUpdates, m.Market = 0.002, workload.Market{} })
	shooter.Demand = workload.Sessions{ConcurrentPlayers: 3000, Length: workload.Weibull{Shape: 1.5, Scale: 2 * time.Hour}}
	fixed := placement.Placement{Name: region, Sites: []placement.Assignment{{Site: region, Role: placement.Compute}}}
	p := &Problem{
		Study: &edgewise.Study{
			Title: "a shooter",
			Scenario: sim.Scenario{
				Network: network, Workloads: []workload.Workload{shooter}, Seed: 1,
				Start: time.Date(2026, 3, 3, 20, 0, 0, 0, time.UTC), Duration: time.Minute,
			},
			Placements: []placement.Placement{fixed},
		},
		Fixed: fixed, Least: 3, Most: 3,
		Objectives: []Objective{{Figure: Figure{By: "player_rtt within 35ms"}}},
	}
	for _, i := range network.OfKind(topology.LocalZone) {
		p.Candidates = append(p.Candidates, Candidate{Site: network.At(i).ID, Role: placement.Compute})
	}
	return p
}

// american is a problem of all Local Zones of the United States.
func american(t testing.TB, top int) *Problem {
	t.Helper()
	return game(t, []string{"US"}, top, "us-west-2", "country:US")
}

func explored(t testing.TB, p *Problem) *Exploration {
	t.Helper()
	e, err := Explore(context.Background(), p)
	require.NoError(t, err)
	return e
}

// prepareSpace returns the space of a problem.
func prepareSpace(t testing.TB, p *Problem) *space {
	t.Helper()
	prepared, err := p.prepare()
	require.NoError(t, err)
	sp, err := newSpace(context.Background(), prepared)
	require.NoError(t, err)
	return sp
}

func TestTablesSayWhatCompiledAlternativesSay(t *testing.T) {
	for _, by := range []string{
		"player_rtt within 35ms", "player_rtt mean", "response within 50ms", "rtt p95", "player_rtt p50",
		"worst metro player_rtt mean", "worst metro player_rtt within 50ms", "worst metro player_rtt p95",
	} {
		t.Run(by, func(t *testing.T) {
			p := american(t, 25)
			p.Objectives[0].By = by
			sp := prepareSpace(t, p)
			require.NotNil(t, sp.near, sp.why)
			sets := [][]int{{0, 1, 2}, {2, 5, 9}, {1, 7, 11}, {3, 4, 12}}
			compiled, err := sp.compile(context.Background(), sets)
			require.NoError(t, err)
			tabulated, err := sp.scoreAll(context.Background(), sets)
			require.NoError(t, err)
			for i := range sets {
				want := compiled[i].values[0]
				require.InDelta(t, want, tabulated[i].values[0], 0.006*math.Max(want, 0.05), "set %v", sets[i])
			}
		})
	}
}

func TestTheBestOfAllSetsIsFound(t *testing.T) {
	p := american(t, 25)
	e := explored(t, p)
	require.True(t, e.found.isWhole)
	require.Equal(t, count(len(p.Candidates), 3, 3), e.found.scored)
	best := e.space
	value := math.Inf(-1)
	scores := make([]uint16, best.near.users)
	best.near.each(3, 3, 0, len(p.Candidates), func(set []int, _ []uint16) bool {
		best.near.of(set, scores)
		value = math.Max(value, best.tables[0].of(scores))
		return true
	})
	require.Equal(t, value, e.found.ranked[0].values[0])
	// The swaps find the same, and the bound is no better than it.
	swapped, err := e.space.swap(context.Background(), 10, e.found.total)
	require.NoError(t, err)
	require.Equal(t, e.found.ranked[0].set, swapped.ranked[0].set)
	require.GreaterOrEqual(t, swapped.bound, value-1e-6)
	require.InDelta(t, value, swapped.bound, 0.01)
}

func TestARunSaysWhichSitesToChoose(t *testing.T) {
	p := american(t, 12)
	p.Simulated, p.Variations = 5, 20
	p.MaxReplications = 20
	a, err := Run(context.Background(), p)
	require.NoError(t, err)
	t.Log(a.Sentence)
	t.Log(a.Lacks)
	t.Logf("%+v", a.Surrogate)
	if a.Surrogate.RankCorrelation != nil {
		t.Log(*a.Surrogate.RankCorrelation)
	}
	for _, x := range a.Alternatives {
		t.Logf("%s %v %v expected %v best %v", x.Name, x.Figures[0].Value, x.Figures[0].HalfWidth(), x.Expected, *x.Best)
	}
	t.Logf("%+v", a.Robustness)
}

// What happens at a time in a study and is not in what the surrogate expects is named in the answer.
func TestTheAnswerNamesWhatTheSurrogateLeavesOut(t *testing.T) {
	p := american(t, 3)
	sp := prepareSpace(t, p)
	require.Empty(t, sp.leftOut())
	sp.study.Drains = []sim.Drain{{Site: "us-west-2", For: time.Second}}
	sp.study.Workloads[0].Flashes = []workload.Flash{{For: time.Second, Factor: 2}}
	require.Equal(t, "drains", sp.leftOut(), "crowds of players are in the short runs of games")
	sp.study.LinkFailures = []sim.LinkFailure{{For: time.Second}}
	require.Equal(t, "drains, links that fail", sp.leftOut())
	sp.study.LinkFailures = nil
	sp.Fixed.Openings = []placement.Opening{{Site: "us-west-2", Closes: time.Minute}}
	require.Equal(t, "drains, sites that open or close, but for how it is in the end", sp.leftOut())
	sp.Fixed.Openings = nil
	site := workload.WebStatic()
	site.Flashes = sp.study.Workloads[0].Flashes
	sp.study.Workloads = append(sp.study.Workloads, site)
	require.Equal(t, "drains, flash crowds but for what they ask on the mean", sp.leftOut())
	a := Answer{Objectives: []Named{{}}, Surrogate: SurrogateReport{Total: 6, IsWhole: true, LeftOut: sp.leftOut()}}
	require.Contains(t, a.Steps()[0], "scored all 6 alternatives, without drains, flash crowds but for what they ask on the mean.")
}
