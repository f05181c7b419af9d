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

// memoryWorld is a site of so many requests a second in metros with a PoP each, and, where windows are asked for, a cache that they all ask.
func memoryWorld(t *testing.T, pops int, perSecond float64, windows bool) (Scenario, placement.Placement) {
	n, ids := star(t, pops, 20)
	w := workload.Workload{
		Head:    workload.Head{Name: "site"},
		Demand:  workload.Poisson{RequestsPerSecond: perSecond, Objects: 5000, ZipfExponent: 0.8},
		Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 10, MaxBytes: 10}, Origin: workload.ServiceTime{Mean: 10 * time.Millisecond, Law: workload.ExponentialTime}},
	}
	p := placement.RegionOnly("region").WithPoPs(10_000, ids...)
	if windows {
		p = p.WithCaches("middle", placement.Cache{Site: "region", CapacityBytes: 30_000})
	}
	return Scenario{Network: n, Workloads: []workload.Workload{w}, WarmUp: 2 * time.Second, Duration: 20 * time.Second, Seed: 1}, p
}

// A tenth of a run says what the whole of it takes: within a fifth, and never less.
func TestAShortRunTellsWhatMemoryCoursesTake(t *testing.T) {
	for name, of := range map[string]struct {
		pops    int
		rate    float64
		windows bool
		steps   Steps
	}{
		"few steps":                             {6, 3000, false, Steps{Step: 2 * time.Second, ByMetro: true}},
		"fewer steps than a short run has":      {6, 3000, false, Steps{Step: 5 * time.Second, ByMetro: true}},
		"many steps":                            {6, 3000, false, Steps{Step: 10 * time.Millisecond, ByMetro: true}},
		"many steps of all":                     {6, 3000, false, Steps{Step: 10 * time.Millisecond}},
		"many metros with few requests":         {100, 300, false, Steps{Step: 100 * time.Millisecond, ByMetro: true}},
		"many metros and sites in windows":      {60, 2000, true, Steps{Step: 100 * time.Millisecond, ByMetro: true, BySite: true}},
		"windows":                               {20, 2000, true, Steps{Step: 20 * time.Millisecond}},
		"windows, by site":                      {20, 2000, true, Steps{Step: 20 * time.Millisecond, BySite: true}},
		"with what would be else":               {6, 3000, false, Steps{Step: 50 * time.Millisecond, ByMetro: true, Paired: true}},
		"with what would be else, of all sites": {6, 3000, true, Steps{Step: 50 * time.Millisecond, BySite: true, Paired: true}},
	} {
		t.Run(name, func(t *testing.T) {
			s, p := memoryWorld(t, of.pops, of.rate, of.windows)
			s.Timeline = &of.steps
			if of.steps.Paired {
				s.Failures = []Failure{{Site: p.Tiers[0].Caches[0].Site, At: 5 * time.Second, For: 2 * time.Second, Timeout: time.Second}}
			}
			memory := func(s Scenario, times float64) CourseMemory {
				plans, err := Compile(context.Background(), s, p)
				require.NoError(t, err)
				m, err := plans[0].CourseMemory(context.Background(), 0, times)
				require.NoError(t, err)
				return m
			}
			short := s.WithoutEvents()
			short.WarmUp, short.Duration = 2*time.Second, 2*time.Second
			times := short.FollowedAs(&s, &p)
			told, used := memory(short, times), memory(s, 1)
			used.Kept /= keptMargin // without what is told more
			used.Run /= runMargin
			for what, of := range map[string][2]float64{"kept": {told.Kept, used.Kept}, "while it runs": {told.Run, used.Run}} {
				t.Logf("%s: told %.0f of %.0f bytes: %.3f", what, of[0], of[1], of[0]/of[1])
				require.GreaterOrEqual(t, of[0], of[1], what)
				require.LessOrEqual(t, of[0], 1.2*of[1], what)
			}
		})
	}
}

// What is measured of courses is what they take: what is held at the end of a run, and what was allocated on the way is more.
func TestMemoryOfCoursesIsThatOfARun(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates, too")
	}
	for _, windows := range []bool{false, true} {
		s, p := memoryWorld(t, 6, 6000, windows)
		measure := func(steps *Steps) (held, allocated float64) {
			s.Timeline = steps
			plans, err := Compile(context.Background(), s, p)
			require.NoError(t, err)
			var before, after runtime.MemStats
			collect()
			runtime.ReadMemStats(&before)
			r, err := plans[0].RunOn(context.Background(), 0, 1, nil)
			require.NoError(t, err)
			collect()
			runtime.ReadMemStats(&after)
			runtime.KeepAlive(r)
			return float64(after.HeapAlloc) - float64(before.HeapAlloc), float64(after.TotalAlloc - before.TotalAlloc)
		}
		measure(&Steps{})
		held0, allocated0 := measure(nil)
		for _, steps := range []Steps{{}, {ByMetro: true}, {BySite: true}, {ByMetro: true, BySite: true}} {
			steps.Step = 10 * time.Millisecond
			held, allocated := measure(&steps)
			held, allocated = held-held0, allocated-allocated0
			plans, err := Compile(context.Background(), s, p)
			require.NoError(t, err)
			meter := &courseMeter{times: 1, seen: make(map[*byte]bool)}
			r, err := plans[0].runMeasured(context.Background(), 0, 1, nil, nil, meter)
			require.NoError(t, err)
			clear(meter.seen)
			require.InDelta(t, held, meter.held(r), .1*held+10_000, "%v, %+v", windows, steps)
			encoded := 0
			for i := range r.Workloads {
				encoded += len(encodeCourse(r.Workloads[i].Course))
				for n := range r.Workloads[i].Sites {
					encoded += len(encodeCourse(r.Workloads[i].Sites[n].Course))
				}
			}
			require.InEpsilon(t, encoded, meter.kept(r), .01)
			require.Greater(t, meter.peak, held, "%v, %+v", windows, steps)
			require.Less(t, meter.peak, allocated, "%v, %+v", windows, steps)
			rough := s.CourseMemory(&p)
			require.Greater(t, rough.Run, held)
			require.Less(t, rough.Run, 1.5*allocated)
		}
	}
}

// collect frees what can be freed, pools included.
func collect() {
	for range 3 {
		runtime.GC()
	}
}
