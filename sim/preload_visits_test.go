package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// Visits of ten requests each for some of 20 objects ask for an object again before long: caches begin with as much of that as a long run leaves, of which Che's
// approximation for requests each on its own knows nothing.
func TestCachesOfVisitsBeginInTheirSteadyState(t *testing.T) {
	s, p := ofOne(t, placement.Servers{})
	s.Workloads[0].Demand = workload.Poisson{RequestsPerSecond: .5, Objects: 20, ZipfExponent: .6}
	s.Workloads[0].Visits = workload.Visits{Requests: 10, Gap: time.Second}
	hits := func(r *Result) float64 { return shareOf(r, Hit) }
	shares, err := s.Workloads[0].Demand.(workload.Popular).Popularity()
	require.NoError(t, err)
	const life = 60.
	aged := s
	aged.Workloads = []workload.Workload{s.Workloads[0]}
	aged.Workloads[0].Service = s.Workloads[0].Service.(workload.Cacheable).Controlled(freshness.Control{MaxAge: freshness.For(life * time.Second)})
	want, poisson := 1., 1.
	for _, share := range shares {
		l := s.Workloads[0].GapsOf(.5*share, .5)
		want -= l.Fetches(life) / .5
		poisson -= share / (1 + .5*share*life)
	}
	t.Logf("with ages %v, of requests each on its own %v", want, poisson)
	require.Greater(t, want, poisson+.03)
	for name, c := range map[string]struct {
		s Scenario
		p placement.Placement
	}{"ages": {aged, p}, "evicts": {s, p.WithEachCache(func(_ string, c *placement.Cache) { c.CapacityBytes = 8000 })}} {
		t.Run(name, func(t *testing.T) {
			s := c.s
			s.WarmUp, s.Duration = time.Hour, 40*time.Hour
			later := replicate(t, s, c.p, hits)
			if name == "ages" {
				require.InEpsilon(t, want, later.Value, .01)
			}
			s.WarmUp, s.Duration = 0, 40*time.Second
			plans, err := Compile(t.Context(), s, c.p.Preloaded())
			require.NoError(t, err)
			requests, found := uint64(0), uint64(0)
			for rep := range 3000 {
				r, err := plans[0].Run(t.Context(), rep)
				require.NoError(t, err)
				total, err := r.Workloads[0].Total()
				require.NoError(t, err)
				requests, found = requests+total.Count(Requests), found+total.Outcomes[Hit]
			}
			t.Logf("begins with %v, later %v", float64(found)/float64(requests), later)
			require.InEpsilon(t, later.Value, float64(found)/float64(requests), .02)
		})
	}
}

// The same of slices that age: a visit that asks for some of an object again wants slices that it has asked for, and others. (What an LRU cache without ages hits does not depend
// on visits: they choose objects as requests each on its own do, in the same order.)
func TestSlicesOfVisitsBeginInTheirSteadyState(t *testing.T) {
	s, p, _ := slicesOfOne(t)
	s.Workloads[0].Demand = workload.Poisson{RequestsPerSecond: .5, Objects: 20, ZipfExponent: .7}
	s.Workloads[0].Visits = workload.Visits{Requests: 10, Gap: time.Second}
	s.Workloads[0].Service = s.Workloads[0].Service.(workload.Cacheable).Controlled(freshness.Control{MaxAge: freshness.For(2 * time.Minute)})
	p.Tiers[0].Caches[0].CapacityBytes = 1 << 40
	hits := func(r *Result) float64 { return shareOf(r, Hit) }
	long := s
	long.WarmUp, long.Duration = time.Hour, 10*time.Hour
	later := replicate(t, long, p, hits)
	long.Workloads = []workload.Workload{s.Workloads[0]}
	long.Workloads[0].Visits = workload.Visits{}
	poisson := replicate(t, long, p, hits)
	require.Greater(t, later.Low, poisson.High+.05)
	s.Duration = 40 * time.Second
	plans, err := Compile(t.Context(), s, p.Preloaded())
	require.NoError(t, err)
	requests, found := uint64(0), uint64(0)
	for rep := range 1500 {
		r, err := plans[0].Run(t.Context(), rep)
		require.NoError(t, err)
		total, err := r.Workloads[0].Total()
		require.NoError(t, err)
		requests, found = requests+total.Count(Requests), found+total.Outcomes[Hit]
	}
	begin := float64(found) / float64(requests)
	t.Logf("begins with %v, later %v, of requests each on its own %v", begin, later, poisson)
	require.InEpsilon(t, later.Value, begin, .03)
}
