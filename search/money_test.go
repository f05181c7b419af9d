package search

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement/tariff"
)

// priced gives a problem prices: every machine costs as much an hour as its number among the candidates, in cents, and data out a cent;
// sites without one are left out.
func priced(t testing.TB, p *Problem, without ...string) {
	t.Helper()
	rows := "kind,provider,item,name,place,unit,price,currency,date,source,standing\n"
	sites := []string{p.Fixed.Sites[0].Site}
	for _, c := range p.Candidates {
		sites = append(sites, c.Site)
	}
	for i, site := range sites {
		if len(without) == 0 || without[0] != site {
			rows += fmt.Sprintf("price,aws,instance,m,%s,hour,%.2f,USD,2026,test,assumed\n", site, 0.01*float64(i+1))
		}
		rows += fmt.Sprintf("price,aws,egress,,%s,GB,0.01,USD,2026,test,assumed\n", site)
		if strings.Count(site, "-") > 2 {
			rows += fmt.Sprintf("price,aws,zone-parent,,%s,GB,0.01,USD,2026,test,assumed\n", site)
		}
	}
	for _, to := range []string{"us-east-1 > us-west-2", "us-west-2 > us-east-1"} {
		rows += fmt.Sprintf("price,aws,inter-region,,%s,GB,0.02,USD,2026,test,assumed\n", to)
	}
	read, err := tariff.Read("prices.csv", strings.NewReader(rows), nil)
	require.NoError(t, err)
	book, err := tariff.NewBook(read)
	require.NoError(t, err)
	p.Study.Billing = &edgewise.Billing{Book: book, Options: tariff.Options{Instance: "m"}}
	for i := range p.Study.Workloads {
		p.Study.Billing.SnapshotBytes = map[string]int64{p.Study.Workloads[i].Name: 200}
		p.Study.Billing.CallBytes = map[string]int64{p.Study.Workloads[i].Name: 500}
	}
}

// A bill that is put together metro by metro is that of the compiled placement, for games, for what calls a database, and for caches, of which
// some hand over what is not theirs; a second workload that sites of another role serve is in it.
func TestTablesSayWhatCompiledPlacementsCost(t *testing.T) {
	mixed := api(t)
	other := web(t)
	mixed.Study.Workloads = append(mixed.Study.Workloads, american(t, 3).Study.Workloads[0])
	for name, p := range map[string]*Problem{"game": american(t, 12), "api": api(t), "web": other, "two workloads": mixed} {
		t.Run(name, func(t *testing.T) {
			p.Candidates, p.Least, p.Most = p.Candidates[:6], 0, 3
			priced(t, p)
			p.Objectives = []Objective{{Figure: Figure{By: "bill"}}}
			sp := prepareSpace(t, p)
			require.NotNil(t, sp.near, sp.why)
			sets := [][]int{{}, {0, 1, 2}, {2, 5}, {1, 3, 4}, {3}}
			compiled, err := sp.compile(context.Background(), sets)
			require.NoError(t, err)
			tabulated, err := sp.scoreAll(context.Background(), sets)
			require.NoError(t, err)
			for i := range sets {
				require.Equal(t, compiled[i].broken == "", tabulated[i].broken == "", "%q %q", compiled[i].broken, tabulated[i].broken)
				require.InEpsilon(t, compiled[i].values[0], tabulated[i].values[0], 1e-9, "set %v", sets[i])
			}
		})
	}
}

func TestTheExpectedBillIsTheMeasuredOne(t *testing.T) {
	for name, p := range map[string]*Problem{"game": american(t, 12), "api": api(t)} {
		t.Run(name, func(t *testing.T) {
			p.Candidates = p.Candidates[:6]
			p.Least, p.Most, p.Simulated, p.Variations = 2, 2, 4, -1
			p.MinReplications, p.MaxReplications = 3, 3
			priced(t, p)
			if name == "game" {
				p.Study.Billing.CallBytes = nil
			} else {
				p.Study.Billing.SnapshotBytes = nil
			}
			p.Objectives = []Objective{{Figure: Figure{By: "bill"}}}
			a, err := Run(context.Background(), p)
			require.NoError(t, err)
			require.Contains(t, a.Sentence, "bill total of ")
			require.True(t, a.Selection.IsKnown, a.Sentence)
			for _, x := range a.Alternatives {
				require.Empty(t, x.Gaps)
				require.InEpsilon(t, x.Money.Value, x.Expected[0], 0.03, x.Name)
				require.Equal(t, x.Money.Value, x.Figures[0].Value)
			}
		})
	}
}

func TestABudgetIsKept(t *testing.T) {
	free, bound := american(t, 12), american(t, 12)
	for _, p := range []*Problem{free, bound} {
		p.Candidates = p.Candidates[:8]
		p.Least, p.Most, p.Variations = 0, 3, -1
		priced(t, p)
		p.Study.Billing.CallBytes = nil
	}
	free.Constraints = []Constraint{{Figure{By: "bill"}, math.NaN(), 1e9}}
	most := explored(t, free)
	spent := most.found.ranked[0].values[1]
	bound.Constraints = []Constraint{{Figure{By: "bill"}, math.NaN(), 0.7 * spent}}
	e := explored(t, bound)
	require.True(t, e.isReached)
	for _, s := range e.found.ranked {
		require.LessOrEqual(t, s.values[1], 0.7*spent)
	}
	require.Less(t, e.found.ranked[0].values[0], most.found.ranked[0].values[0])
	// Below the cheapest none keeps it, and the answer says how near the nearest comes.
	bound.Constraints[0].AtMost = 1
	e = explored(t, bound)
	require.False(t, e.isReached)
	require.Contains(t, e.finalists[0].broken, "more than 1.00 USD")
}

func TestWhatHasNoPriceIsNotCheap(t *testing.T) {
	p := american(t, 12)
	p.Candidates = p.Candidates[:4]
	p.Least, p.Most = 1, 1
	priced(t, p, p.Candidates[2].Site)
	p.Study.Billing.CallBytes = nil
	p.Objectives = []Objective{{Figure: Figure{By: "bill"}}}
	e := explored(t, p)
	require.Len(t, e.found.ranked, 3)
	for _, s := range e.found.ranked {
		require.NotEqual(t, []int{2}, s.set)
	}
	// In sets of two other users go there, and need other servers; the reason is the same.
	p.Most = 2
	e = explored(t, p)
	require.Len(t, e.found.refused.counted(), 1)
	require.Equal(t, 4.0, e.found.refused.counted()[0].Sets)
	p.Candidates, p.Most = p.Candidates[2:3], 1
	_, err := Explore(context.Background(), p)
	require.ErrorContains(t, err, "no price for instance m at "+p.Candidates[0].Site)
	p.Objectives[0].By = "bil"
	require.ErrorContains(t, p.Validate(), `Objectives[0].By is "bil"; want bill, or a figure of workload "shooter"`)
	p.Objectives[0].By = "bill"
	p.Study.Billing = nil
	require.ErrorContains(t, p.Validate(), `Objectives[0].By is "bill"; want prices in the study`)
}
