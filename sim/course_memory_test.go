package sim

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// What is said before a run of the memory that its courses take is about what they take: what is held at its end, and what was allocated for them on the way.
func TestMemoryOfCoursesIsThatOfARun(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates, too")
	}
	n, pops := star(t, 6, 20)
	w := workload.Workload{
		Head:    workload.Head{Name: "site"},
		Demand:  workload.Poisson{RequestsPerSecond: 6000, Objects: 5000, ZipfExponent: 0.8},
		Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 10, MaxBytes: 10}},
	}
	p := placement.RegionOnly("region").WithPoPs(10_000, pops...)
	tiered := p.WithCaches("middle", placement.Cache{Site: "region", CapacityBytes: 30_000})
	measure := func(p placement.Placement, steps *Steps) (held, allocated float64) {
		s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 10 * time.Second, Seed: 1, Timeline: steps}
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		r, err := plans[0].RunOn(context.Background(), 0, 1, nil)
		require.NoError(t, err)
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(r)
		return float64(after.HeapAlloc) - float64(before.HeapAlloc), float64(after.TotalAlloc - before.TotalAlloc)
	}
	for _, p := range []placement.Placement{p, tiered} {
		held0, allocated0 := measure(p, nil)
		for _, steps := range []Steps{{}, {ByMetro: true}, {BySite: true}, {ByMetro: true, BySite: true}} {
			steps.Step = 10 * time.Millisecond
			held, allocated := measure(p, &steps)
			held, allocated = held-held0, allocated-allocated0
			s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 10 * time.Second, Timeline: &steps}
			said := s.courseBytes(&p, s.perStep())
			require.Greater(t, said, held, "%d tiers, %+v: %.3g bytes are held at the end", len(p.Tiers), steps, held)
			require.Less(t, said, 1.5*allocated, "%d tiers, %+v: %.3g bytes were allocated on the way", len(p.Tiers), steps, allocated)
		}
	}
}
