package edgewise_test

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
)

// manyPlacements returns a study of so many placements that differ in name alone.
func manyPlacements(t testing.TB, n int) *edgewise.Study {
	t.Helper()
	var text strings.Builder
	text.WriteString(`title: Many placements
start: 2026-03-03T04:00:00Z
duration: 10s
check_warm_up: false
replications: 2
network: {metros: {names: [los-angeles-us]}}
workloads: [{name: site, preset: web-static, requests_per_second: 10, objects: 200}]
placements:
  - {name: p0, origin: us-west-2}
`)
	for i := range n - 1 {
		fmt.Fprintf(&text, "  - {name: p%d, extends: p0}\n", i+1)
	}
	s, err := scenario.Parse("many.yaml", []byte(text.String()))
	require.NoError(t, err)
	return s
}

// heapBytes returns how much memory is in use.
func heapBytes() uint64 {
	runtime.GC()
	runtime.GC() // what a finalizer has held goes now
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// allocatedBytes returns how much memory a function asks for.
func allocatedBytes(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestManyPlacementsTakeLittleMemory(t *testing.T) {
	const few, many = 50, 200
	var held, reported [2]uint64
	for i, n := range []int{few, many} {
		s := manyPlacements(t, n)
		before := heapBytes()
		c, err := s.Run(context.Background())
		require.NoError(t, err)
		held[i] = heapBytes() - before
		reported[i] = allocatedBytes(func() {
			for _, o := range report.Outputs() {
				require.NoError(t, o.Write(io.Discard, c))
			}
		})
		runtime.KeepAlive(c)
		runtime.KeepAlive(s)
	}
	perPlacement, perReport := (held[1]-held[0])/(many-few), (reported[1]-reported[0])/(many-few)
	require.Less(t, perPlacement, uint64(20_500), "bytes that a comparison holds for a placement with two replications, 20,027 of them since links and rented servers are told")
	if !raceEnabled { // the detector asks for memory of its own
		require.Less(t, perReport, uint64(400_000), "bytes that its report asks for, most of them freed at once: half for some 200 points a curve in distributions.csv")
	}
}

// BenchmarkManyReplications compares and reports 500 replications of small runs in 40 metros.
func BenchmarkManyReplications(b *testing.B) {
	s, err := scenario.Parse("many.yaml", []byte(`title: Many replications
start: 2026-03-03T04:00:00Z
duration: 2s
check_warm_up: false
replications: 500
network: {metros: {top: 40}}
workloads: [{name: site, preset: web-static, requests_per_second: 200, objects: 200}]
placements:
  - {name: region, origin: us-west-2}
  - {name: pops, extends: region, edge_caches: {provider: aws, sites: all, size: 64MiB}}
`))
	require.NoError(b, err)
	benchmarkComparison(b, s)
}

func BenchmarkManyPlacements(b *testing.B) {
	benchmarkComparison(b, manyPlacements(b, 1000))
}

// benchmarkComparison measures the comparison of a study's results and its report.
func benchmarkComparison(b *testing.B, s *edgewise.Study) {
	var runs collector
	s.Store = &runs
	comparison, err := s.Run(context.Background())
	require.NoError(b, err)
	b.Run("compare", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err := s.Compare(context.Background(), runs.results)
			require.NoError(b, err)
		}
	})
	b.Run("report", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for _, o := range report.Outputs() {
				require.NoError(b, o.Write(io.Discard, comparison))
			}
		}
	})
}

// A collector is a store that keeps results in memory and gives none.
type collector struct {
	mu      sync.Mutex
	results []*edgewise.CellResult
}

func (c *collector) Put(_ context.Context, r *edgewise.CellResult) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.results = append(c.results, r)
	return nil
}

func (*collector) Get(context.Context, edgewise.Cell) (*edgewise.CellResult, error) { return nil, nil }
