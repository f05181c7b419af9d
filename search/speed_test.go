package search

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// worldwide is a problem of all metros and so many regions and Local Zones.
func worldwide(t testing.TB, candidates int) *Problem {
	t.Helper()
	p := game(t, []string{"US"}, 3, "us-west-2", "country:US")
	selection := catalog.Selection{Regions: []string{"all"}, LocalZones: []string{"all"}}
	metros, err := selection.SelectMetros()
	require.NoError(t, err)
	sites, err := selection.SelectSites(catalog.ProviderAWS)
	require.NoError(t, err)
	p.Study.Network, err = catalog.Build(metros, sites)
	require.NoError(t, err)
	p.Candidates, p.Least, p.Most = nil, 5, 5
	for _, kind := range []topology.NodeKind{topology.Region, topology.LocalZone} {
		for _, i := range p.Study.Network.OfKind(kind) {
			if id := p.Study.Network.At(i).ID; id != "us-west-2" && len(p.Candidates) < candidates {
				p.Candidates = append(p.Candidates, Candidate{Site: id, Role: placement.Compute})
			}
		}
	}
	require.Len(t, p.Candidates, candidates)
	return p
}

// BenchmarkSurrogate ranks the 82,251 sets of 5 of 60 candidates that begin with the same one, for 1,253 metros, on one core: sets/s is to be
// 100,000.
func BenchmarkSurrogate(b *testing.B) {
	for _, by := range []string{"player_rtt within 35ms", "player_rtt p95"} {
		b.Run(by, func(b *testing.B) {
			p := worldwide(b, 60)
			p.Objectives[0].By = by
			sp := prepareSpace(b, p)
			b.ReportMetric(float64(sp.near.users), "metros")
			begin, sets := time.Now(), 0.0
			for b.Loop() {
				sets += sp.rankFrom(b.Context(), 20, 20).shown
			}
			b.ReportMetric(sets/time.Since(begin).Seconds(), "sets/s")
		})
	}
}

// BenchmarkRandomSets scores sets that have nothing in common with the one before.
func BenchmarkRandomSets(b *testing.B) {
	sp := prepareSpace(b, worldwide(b, 60))
	best := make([]uint16, sp.near.users)
	b.ResetTimer()
	begin := time.Now()
	for i := range b.N {
		sp.near.of([]int{i % 12, 12 + i%11, 24 + i%13, 37 + i%10, 47 + i%9}, best)
		_ = sp.tables[0].of(best)
	}
	b.ReportMetric(float64(b.N)/time.Since(begin).Seconds(), "sets/s")
}

// BenchmarkTables makes the tables of all metros and candidates.
func BenchmarkTables(b *testing.B) {
	p := worldwide(b, 60)
	prepared, err := p.prepare()
	require.NoError(b, err)
	for b.Loop() {
		_, err := newSpace(context.Background(), prepared)
		require.NoError(b, err)
	}
}

// BenchmarkBills puts the bills of sets of 3 together.
func BenchmarkBills(b *testing.B) {
	p := american(b, 25)
	priced(b, p)
	p.Study.Billing.CallBytes = nil
	p.Objectives = []Objective{{Figure: Figure{By: "bill"}}}
	sp := prepareSpace(b, p)
	begin, n := time.Now(), 0
	b.ResetTimer()
	sp.near.each(3, 3, 0, len(p.Candidates), func(set []int, best []uint16) bool {
		sp.tables[0].money.of(set, best)
		n++
		return n < b.N
	})
	b.ReportMetric(float64(n)/time.Since(begin).Seconds(), "sets/s")
}
