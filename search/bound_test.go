package search

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/placement/tariff"
)

// exhausted returns what a problem has when all alternatives are looked at, and when they are not.
func exhausted(t *testing.T, p *Problem) (all, swapped *finding, e *Exploration) {
	t.Helper()
	e = explored(t, p)
	require.True(t, e.found.isWhole)
	swapped, err := e.space.swap(context.Background(), 50, e.found.total)
	require.NoError(t, err)
	return e.found, swapped, e
}

// The bill of a search has a bound that no set is below, and swaps find the best of all sets. What is free, bands and plans are in the bills.
func TestNoBillIsBelowItsBound(t *testing.T) {
	for name, p := range map[string]*Problem{"game": american(t, 12), "api": api(t), "web": web(t)} {
		t.Run(name, func(t *testing.T) {
			p.Candidates, p.Least, p.Most = p.Candidates[:9], 2, 3
			priced(t, p)
			if name == "web" {
				read, err := tariff.Read("plans.csv", strings.NewReader(`kind,provider,item,name,place,from,to,unit,price,currency,date,source,standing
plan,aws,,all,world,,,month,300,USD,2026,test,assumed
included,aws,cdn-egress,all,world,,1000000,GB,,USD,2026,test,assumed
included,aws,cdn-requests,all,world,,1000000,million requests,,USD,2026,test,assumed
price,aws,cdn-egress,,world,,1000,GB,0.09,USD,2026,test,assumed
price,aws,cdn-egress,,world,1000,,GB,0.04,USD,2026,test,assumed
price,aws,cdn-requests,,world,,,million requests,1,USD,2026,test,assumed
free,aws,cdn-egress,,world,,50,GB,,USD,2026,test,assumed
price,aws,origin-fetch,,world,,,GB,0,USD,2026,test,assumed
price,aws,instance,m,world,,,hour,0.05,USD,2026,test,assumed
`), nil)
				require.NoError(t, err)
				p.Study.Billing.Book, err = tariff.NewBook(read)
				require.NoError(t, err)
			}
			p.Objectives = []Objective{{Figure: Figure{By: "bill"}}}
			all, swapped, _ := exhausted(t, p)
			best := all.ranked[0].values[0]
			require.InDelta(t, best, swapped.ranked[0].values[0], 1e-6)
			require.LessOrEqual(t, swapped.bound, best+1e-6)
			t.Logf("best %.2f, bound %.2f: %.1f %% off", best, swapped.bound, 100*(best-swapped.bound)/best)
			require.Greater(t, swapped.bound, 0.5*best)
		})
	}
}

// Every pair of figures of every set is on the right side of every line, and the front covers all of what there is less what bounds leave open.
func TestNoAlternativeIsBeyondTheBoundsOfAFront(t *testing.T) {
	p := american(t, 12)
	p.Candidates, p.Least, p.Most = p.Candidates[:9], 0, 3
	priced(t, p)
	p.Study.Billing.CallBytes = nil
	p.Objectives = []Objective{{Figure: Figure{By: "player_rtt within 35ms"}}, {Figure: Figure{By: "bill"}}}
	_, swapped, e := exhausted(t, p)
	require.Len(t, swapped.lines, len(frontWeights))
	for _, set := range append(allSets(9, 1), append(allSets(9, 2), allSets(9, 3)...)...) {
		scores, err := e.space.scoreAll(context.Background(), [][]int{set})
		require.NoError(t, err)
		x, y := e.space.cost(0, scores[0].values[0]), e.space.cost(1, scores[0].values[1])
		for _, l := range swapped.lines {
			require.GreaterOrEqual(t, l.x*x+l.y*y, l.least-1e-6)
		}
		require.LessOrEqual(t, scores[0].values[0], swapped.bounds[0]+1e-6)
		require.GreaterOrEqual(t, scores[0].values[1], swapped.bounds[1]-1e-6)
	}
	e.found = swapped
	share := e.covered()
	require.NotNil(t, share)
	t.Logf("bounds %v, covered %.3f", swapped.bounds, *share)
	require.Greater(t, *share, 0.7)
}

// By hand: of two alternatives with the costs (1, 3) and (2, 1) before the corner (4, 4), nine square units at most are open and
// 3*1 + 2*2 = 7 are dominated.
func TestAFrontCoversWhatItDominates(t *testing.T) {
	front := [][2]float64{{1, 3}, {2, 1}}
	require.InDelta(t, 7.0/9, covered(front, [2]float64{4, 4}, [2]float64{1, 1}, nil), 1e-9)
	// A line through both leaves a triangle of one square unit out, of the nine.
	require.InDelta(t, 7.0/8, covered(front, [2]float64{4, 4}, [2]float64{1, 1}, []line{{x: 2, y: 1, least: 5}}), 1e-3)
	require.True(t, math.IsNaN(covered(front, [2]float64{1, 1}, [2]float64{1, 1}, nil)))
}

// Where a routing rule looks at all sites alternatives are compiled. No set is better than the bound, and swaps find the best of all.
func TestCompiledAlternativesHaveABound(t *testing.T) {
	for name, c := range map[string]struct {
		problem *Problem
		by      string // "" is what the problem has
		off     float64
	}{
		"game":                           {american(t, 12), "", 0.4},
		"api":                            {api(t), "", 0.4},
		"web":                            {web(t), "", 0.4},
		"quantile of a game":             {american(t, 12), "player_rtt p95", 0.4},
		"quantile of an api":             {api(t), "p95", 0.4},
		"quantile of a site":             {web(t), "p95", 0.6},
		"worst metro of a game":          {american(t, 12), "worst metro player_rtt mean", 0.4},
		"share of the worst metro":       {american(t, 12), "worst metro player_rtt within 50ms", 0.6},
		"quantile of the worst metro":    {american(t, 12), "worst metro player_rtt p95", 0.4},
		"worst metro of an api, by mean": {api(t), "worst metro mean", 0.4},
	} {
		t.Run(name, func(t *testing.T) {
			p := c.problem
			p.Candidates, p.Least, p.Most, p.Simulated = p.Candidates[:7], 2, 2, 5
			if c.by != "" {
				p.Objectives = []Objective{{Figure: Figure{By: c.by}}}
			}
			role := p.Candidates[0].Role
			p.Fixed.Routes = []placement.Route{{Role: role, Routing: placement.Anycast{Misdirected: placement.FractionOf(0.2)}}}
			p.Study.Placements = []placement.Placement{p.Fixed}
			all, swapped, e := exhausted(t, p)
			require.Nil(t, e.space.near)
			best := all.ranked[0]
			require.InEpsilon(t, best.values[0], swapped.ranked[0].values[0], 1e-9)
			cost, bound := e.space.cost(0, best.values[0]), e.space.cost(0, swapped.bound)
			require.LessOrEqual(t, bound, cost+1e-9)
			t.Logf("best %v, bound %v", best.values[0], swapped.bound)
			require.InEpsilon(t, best.values[0], swapped.bound, c.off)
			e.found = swapped
			require.Empty(t, e.gapUnknown())
		})
	}
}

// The same of alternatives that are looked up: fewer users can be within a bound of a quantile than it asks for, whatever is chosen.
func TestNoQuantileIsBelowItsBound(t *testing.T) {
	for name, p := range map[string]*Problem{"game": american(t, 12), "api": api(t)} {
		t.Run(name, func(t *testing.T) {
			p.Candidates, p.Least, p.Most = p.Candidates[:9], 2, 2
			p.Objectives = []Objective{{Figure: Figure{By: map[string]string{"game": "player_rtt p95", "api": "p95"}[name]}}}
			all, swapped, e := exhausted(t, p)
			require.NotNil(t, e.space.near)
			best := all.ranked[0].values[0]
			require.InEpsilon(t, best, swapped.ranked[0].values[0], 1e-9)
			t.Logf("best %v, bound %v", best, swapped.bound)
			require.LessOrEqual(t, swapped.bound, best)
			require.Greater(t, swapped.bound, 0.925*best)
		})
	}
}

// Looking at most alternatives once, and no more than is needed to see that others are better, leaves out none of the best.
func TestTheBestAreRankedAsIfAllWereScored(t *testing.T) {
	for _, by := range []string{"player_rtt p95", "player_rtt mean", "player_rtt within 35ms", "worst metro player_rtt mean"} {
		p := american(t, 12)
		p.Candidates, p.Least, p.Most = p.Candidates[:9], 1, 3
		p.Objectives = []Objective{{Figure: Figure{By: by}}}
		sp := explored(t, p).space
		whole, err := sp.exhaust(t.Context(), 1000, 129)
		require.NoError(t, err)
		few, err := sp.exhaust(t.Context(), 4, 129)
		require.NoError(t, err)
		require.Equal(t, 129.0, few.scored)
		require.Equal(t, whole.ranked[:4], few.ranked, by)
	}
}

// Variations of compiled alternatives are searched over all candidates: each is counted as often as it is in the best of all sets.
func TestRobustnessOfCompiledAlternativesIsOverAllCandidates(t *testing.T) {
	p := american(t, 12)
	p.Candidates, p.Least, p.Most, p.Simulated, p.Variations = p.Candidates[:7], 2, 2, 2, 10
	p.Fixed.Routes = []placement.Route{{Role: placement.Compute, Routing: placement.Anycast{Misdirected: placement.FractionOf(0)}}}
	p.Study.Placements = []placement.Placement{p.Fixed}
	e := explored(t, p)
	r, err := e.vary(t.Context())
	require.NoError(t, err)
	require.True(t, r.AsRouted)
	times := make(map[string]float64)
	for i := range p.Variations {
		sp, err := e.space.moved(e.draw(i))
		require.NoError(t, err)
		scores, err := sp.compile(t.Context(), allSets(7, 2))
		require.NoError(t, err)
		best := 0
		for k := range scores {
			if sp.before(&scores[k], &scores[best]) < 0 {
				best = k
			}
		}
		for _, c := range scores[best].set {
			times[p.Candidates[c].Site] += 0.1
		}
	}
	for _, s := range r.Sites {
		require.InDelta(t, times[s.Site], s.Share, 1e-9, s.Site)
	}
}

func TestTheLeastOfAFacilityIsNeverAboveTheBest(t *testing.T) {
	draws := rand.New(rand.NewPCG(3, 4))
	tight := 0
	for range 200 {
		f := &facility{users: 3 + draws.IntN(5), most: 1 + draws.IntN(3), options: make([]opening, 4)}
		f.least = draws.IntN(f.most + 1)
		if draws.IntN(2) == 0 {
			f.fixed = make([]opening, 1)
		}
		for _, all := range [][]opening{f.options, f.fixed} {
			for i := range all {
				all[i] = opening{always: 10 * draws.Float64(), least: 5 * draws.Float64(), some: 2 * draws.Float64(), hasServers: true}
				for u := range f.users {
					all[i].goers = append(all[i].goers, goer{user: u, cost: 10 * draws.Float64(), work: 3 * draws.Float64()})
				}
			}
		}
		best := f.optimum()
		bound := f.bound(context.Background(), best)
		require.LessOrEqual(t, bound, best+1e-9)
		if bound > 0.95*best {
			tight++
		}
	}
	require.Greater(t, tight, 100)
}

// optimum returns the least cost over all choices and all ways to send users, each to one site that is open.
func (f *facility) optimum() float64 {
	best := math.Inf(1)
	for mask := range 1 << len(f.options) {
		var open []opening
		for i := range f.options {
			if mask>>i&1 == 1 {
				open = append(open, f.options[i])
			}
		}
		if n := len(open); n < f.least || n > f.most {
			continue
		}
		open = append(open, f.fixed...)
		if len(open) == 0 {
			continue
		}
		ways := 1
		for range f.users {
			ways *= len(open)
		}
		for way := range ways {
			work := make([]float64, len(open))
			cost := 0.0
			for u, rest := 0, way; u < f.users; u, rest = u+1, rest/len(open) {
				g := open[rest%len(open)].goers[u]
				cost += g.cost
				work[rest%len(open)] += g.work
			}
			for i := range open {
				cost += open[i].always + math.Max(open[i].least, open[i].some+work[i])
			}
			best = math.Min(best, cost)
		}
	}
	return best
}
