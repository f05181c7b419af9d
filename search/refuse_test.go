package search

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
)

func TestProblemsThatMakeNoSenseAreRefusedByTheirField(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*Problem)
		want   string
	}{
		"no study":                   {func(p *Problem) { p.Study = nil }, "no study"},
		"no candidates":              {func(p *Problem) { p.Candidates = nil }, "Candidates is 0 candidates; want 1 to 10000"},
		"more than there are":        {func(p *Problem) { p.Most = 100 }, "Most is 100; want 1 to 2"},
		"more at least than at most": {func(p *Problem) { p.Least = 4 }, "Least is 4; want 0 to 3"},
		"an unknown site":            {func(p *Problem) { p.Candidates[1].Site = "atlantis" }, `Candidates[1], atlantis`},
		"a site twice":               {func(p *Problem) { p.Candidates[1] = p.Candidates[0] }, "Candidates[1].Site"},
		"what is fixed":              {func(p *Problem) { p.Candidates[0].Site = "us-west-2" }, "has this one already"},
		"no objective":               {func(p *Problem) { p.Objectives = nil }, "Objectives is 0 objectives; want one, or two"},
		"an unknown workload":        {func(p *Problem) { p.Objectives[0].Workload = "web" }, `Objectives[0].Workload is "web"; want one of shooter`},
		"a figure of no workload":    {func(p *Problem) { p.Objectives[0].By = "ttfb p95" }, `Objectives[0].By is "ttfb p95"; want a figure of workload "shooter": `},
		"a deadline of no workload":  {func(p *Problem) { p.Objectives[0].By = "player_rtt within 36ms" }, `Objectives[0].By is "player_rtt within 36ms"`},
		"the worst metro of a wait":  {func(p *Problem) { p.Objectives[0].By = "worst metro lobby_wait p95" }, "a mean, a quantile or a share within a deadline of a latency"},
		"no direction":               {func(p *Problem) { p.Objectives[0].By = "players mean" }, "Objectives[0].Better is Neither"},
		"the same twice":             {func(p *Problem) { p.Objectives = append(p.Objectives, p.Objectives[0]) }, "Objectives[1].By"},
		"a negative difference":      {func(p *Problem) { p.Objectives[0].Matters = -1 }, "Objectives[0].Matters is -1"},
		"no bound": {func(p *Problem) {
			p.Constraints = []Constraint{{Figure{By: "player_rtt mean"}, math.NaN(), math.NaN()}}
		}, "Constraints[0].AtLeast is none"},
		"bounds that exclude each other": {func(p *Problem) {
			p.Constraints = []Constraint{{Figure{By: "player_rtt mean"}, 40, 30}}
		}, "Constraints[0].AtLeast is 40; want 30 at most, the other bound: both at once cannot be kept"},
		"a share of more than all": {func(p *Problem) {
			p.Constraints = []Constraint{{Figure{By: "player_rtt within 35ms"}, 1.5, math.NaN()}}
		}, "Constraints[0].AtLeast is 1.5; want 0 to 1"},
		"a constraint that is not known before": {func(p *Problem) {
			p.Study.Measures = []edgewise.Measure{{
				Label: edgewise.Label{Metric: "own", Statistic: "count", Unit: "things", Better: edgewise.Less},
				Of:    edgewise.CountOf(func(*edgewise.Tallies) uint64 { return 1 }),
			}}
			p.Constraints = []Constraint{{Figure{By: "own count"}, 0.5, math.NaN()}}
		}, "Constraints[0].By"},
		"a country without sites":        {func(p *Problem) { p.Countries = []string{"FR"} }, `Countries[0] is "FR"; want a country that a candidate is in: US`},
		"a guess in place of confidence": {func(p *Problem) { p.Confidence = 0.2 }, "Confidence is 0.2"},
		"replications of the study":      {func(p *Problem) { p.Study.Replications = 3 }, "Study.Replications is 3"},
		"more first than in all":         {func(p *Problem) { p.MinReplications, p.MaxReplications = 20, 10 }, "MaxReplications is 10; want 0 (100), or 20 or more"},
	} {
		t.Run(name, func(t *testing.T) {
			p := american(t, 3)
			test.change(p)
			require.ErrorContains(t, p.Validate(), test.want)
			_, err := Explore(context.Background(), p)
			require.Error(t, err)
		})
	}
}

func TestNoSetReachesItIsAnAnswer(t *testing.T) {
	p := american(t, 12)
	p.Least, p.Most, p.Simulated, p.Variations = 1, 1, 3, -1
	p.Objectives = []Objective{{Figure: Figure{By: "player_rtt mean"}}}
	p.Constraints = []Constraint{{Figure{By: "player_rtt within 35ms"}, 0.95, math.NaN()}}
	a, err := Run(context.Background(), p)
	require.NoError(t, err)
	require.False(t, a.IsReached)
	require.Contains(t, a.Sentence, "No set reaches it. The nearest, + ")
	require.Contains(t, a.Alternatives[0].Breaks, "less than 95.0 %")
	require.Contains(t, a.Steps()[2], "None of them keeps the constraints")
	require.False(t, a.Selection.IsKnown)
	for _, x := range a.Alternatives {
		require.Nil(t, x.Best, "where none keeps the constraints there is no best")
		require.Nil(t, x.Behind)
	}
	// It is the one that misses the bound by least.
	for _, x := range a.Alternatives[1:] {
		require.GreaterOrEqual(t, a.Alternatives[0].Figures[1].Value, x.Figures[1].Value)
	}
}

func TestConstraintsAreKept(t *testing.T) {
	p := game(t, []string{"US", "MX", "CA"}, 12, "us-west-2", "continent:North America")
	p.Least, p.Most = 2, 2
	p.Countries = []string{"MX"}
	e := explored(t, p)
	require.NotEmpty(t, e.found.ranked)
	for _, s := range e.found.ranked {
		has := e.problem.countryOf(p.Candidates[s.set[0]].Site) == "MX" || e.problem.countryOf(p.Candidates[s.set[1]].Site) == "MX"
		require.True(t, has, "%v", s.set)
	}
}

func TestServersLimitWhatASiteServes(t *testing.T) {
	p := american(t, 12)
	for i := range p.Candidates {
		p.Candidates[i].Servers = 3 // 90 players
	}
	limited, free := explored(t, p), explored(t, american(t, 12))
	require.Less(t, limited.found.ranked[0].values[0], free.found.ranked[0].values[0]-0.05)
	p.WithinCapacity = true
	_, err := Explore(context.Background(), p)
	require.ErrorContains(t, err, " is full; ")
}

// TestWhatCannotBeChosenIsCountedByReason has one candidate in Mexico, where a site must be: the sets that it is not in are left out,
// and said.
func TestWhatCannotBeChosenIsCountedByReason(t *testing.T) {
	p := game(t, []string{"US", "MX", "CA"}, 6, "us-west-2", "us-east-1-bos-1", "us-east-1-chi-1", "us-east-1-mia-1", "us-east-1-qro-1")
	p.Least, p.Most, p.Simulated, p.Variations = 2, 2, 2, -1
	p.MinReplications, p.MaxReplications = 2, 2
	p.Countries = []string{"MX"}
	a, err := Run(context.Background(), p)
	require.NoError(t, err)
	require.Equal(t, []Refused{{Why: "no site in MX", Sets: 3}}, a.Surrogate.Refused) // of six sets the pairs of the three in the US
	require.Contains(t, a.Steps()[0], "It left out 3 for this: no site in MX.")
}

// TestTheBaselineMayBeBetterThanAllThatIsChosen asks for long round trips, which no site that is added makes longer.
func TestTheBaselineMayBeBetterThanAllThatIsChosen(t *testing.T) {
	p := american(t, 6)
	p.Candidates = p.Candidates[:3]
	p.Least, p.Most, p.Simulated, p.Variations = 1, 1, 3, -1
	p.MinReplications = 2
	p.Objectives = []Objective{{Figure: Figure{By: "player_rtt mean"}, Better: edgewise.More}, {Figure: Figure{By: "player_rtt p95"}, Better: edgewise.More}}
	a, err := Run(context.Background(), p)
	require.NoError(t, err)
	require.True(t, a.Baseline.OnFront, "sites that are added make no round trip longer")
	behind := 0
	for _, x := range a.Alternatives {
		require.Less(t, x.Figures[0].Value, a.Baseline.Figures[0].Value)
		require.LessOrEqual(t, x.Figures[1].Value, a.Baseline.Figures[1].Value)
		require.True(t, x.BehindBaseline)
		require.False(t, x.OnFront && x.BehindBaseline)
		if x.BehindBaseline {
			behind++
		}
	}
	require.Positive(t, behind)
	require.Contains(t, a.Sentence, "nor is "+a.Baseline.Name+" as it is")
}

// TestTheSetThatAddsNothingIsHeldToTheBoundsToo and is not told twice.
func TestTheSetThatAddsNothingIsHeldToTheBoundsToo(t *testing.T) {
	p := american(t, 6)
	p.Candidates, p.Least, p.Most, p.Simulated, p.Variations = p.Candidates[:2], 0, 1, 3, -1
	p.MinReplications, p.MaxReplications = 2, 2
	p.Objectives = []Objective{{Figure: Figure{By: "player_rtt mean"}}}
	p.Constraints = []Constraint{{Figure{By: "player_rtt mean"}, math.NaN(), 0.001}}
	a, err := Run(context.Background(), p)
	require.NoError(t, err)
	require.Len(t, a.Alternatives, 3)
	require.Empty(t, a.BaselineApart(), "the baseline is the set that adds nothing")
	for _, x := range a.Alternatives {
		require.NotEmpty(t, x.Breaks, x.Name)
	}
}

func TestTwoObjectivesGiveAFront(t *testing.T) {
	p := american(t, 15)
	p.Least, p.Most, p.Simulated = 2, 2, 6
	p.Objectives = []Objective{{Figure: Figure{By: "player_rtt within 35ms"}}, {Figure: Figure{By: "worst metro player_rtt mean"}}}
	a, err := Run(context.Background(), p)
	require.NoError(t, err)
	require.Nil(t, a.Selection)
	n := 0
	for _, x := range a.Alternatives {
		if x.OnFront {
			n++
		}
	}
	require.Positive(t, n)
	require.Contains(t, a.Sentence, "on the front of player_rtt within 35 ms and worst metro player_rtt mean")
}

func TestAlternativesThatAreCompiledGiveTheSame(t *testing.T) {
	p := american(t, 12)
	p.Candidates, p.Least, p.Most = p.Candidates[:7], 2, 2
	tables := explored(t, p)
	// A rule that looks at all sites has no tables; with no misdirected provider it is the nearest.
	p.Fixed.Routes = []placement.Route{{Role: placement.Compute, Routing: placement.Anycast{Misdirected: placement.FractionOf(0)}}}
	p.Study.Placements = []placement.Placement{p.Fixed}
	compiled := explored(t, p)
	require.Nil(t, compiled.space.near)
	require.Equal(t, tables.found.ranked[0].set, compiled.found.ranked[0].set)
	require.InDelta(t, tables.found.ranked[0].values[0], compiled.found.ranked[0].values[0], 1e-6)
}

func TestAnAnswerDoesNotDependOnTheNumberOfCores(t *testing.T) {
	answer := func(workers int) *Answer {
		p := american(t, 10)
		p.Simulated, p.Variations, p.Study.Workers = 3, 4, workers
		p.MinReplications, p.MaxReplications = 3, 4
		a, err := Run(context.Background(), p)
		require.NoError(t, err)
		a.Comparison = nil
		return a
	}
	require.Equal(t, answer(1), answer(3))
}

func TestASetIsNotBetterForItsNameAlone(t *testing.T) {
	require.InDelta(t, 1, rankCorrelation([]float64{1, 2, 3, 4}, []float64{10, 20, 30, 40}), 1e-12)
	require.InDelta(t, -1, rankCorrelation([]float64{1, 2, 3}, []float64{3, 2, 1}), 1e-12)
	require.InDelta(t, 0.8660254, rankCorrelation([]float64{1, 1, 2}, []float64{1, 2, 3}), 1e-6)
	require.Equal(t, 5984.0, count(34, 3, 3))
	require.Equal(t, 1+34+561.0, count(34, 0, 2))
}
