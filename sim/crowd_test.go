package sim

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// A workload that begins at 20 s, ends at 90 s and has a flash crowd in between is asked, step by step, as often as the integral of its rate says; what is
// expected before the run is that integral, too.
func TestStepsOfALaunchWithACrowdAreThoseOfItsRate(t *testing.T) {
	n, pops := star(t, 2, 20)
	crowd := workload.Flash{At: 40 * time.Second, Rise: 10 * time.Second, For: 5 * time.Second, Decay: 4 * time.Second, Factor: 50, Objects: []uint32{0}, Metros: []string{"metro-1"}}
	w := workload.Workload{
		Head:    workload.Head{Name: "site", Begins: 20 * time.Second, Ends: 90 * time.Second, Flashes: []workload.Flash{crowd}},
		Demand:  workload.Poisson{RequestsPerSecond: 200, Objects: 100, ZipfExponent: 0.5},
		Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 10, MaxBytes: 10}},
	}
	s := Scenario{
		Network: n, Workloads: []workload.Workload{w}, WarmUp: 10 * time.Second, Duration: 100 * time.Second, Seed: 1,
		Timeline: &Steps{Step: 5 * time.Second, ByMetro: true},
	}
	r, err := Run(context.Background(), Job{Scenario: s, Placement: placement.RegionOnly("region")})
	require.NoError(t, err)
	shares, err := w.Demand.(workload.Poisson).Popularity()
	require.NoError(t, err)
	all := 0.0
	for m, course := range r.Workloads[0].Course.Metros {
		for i := range course.Steps() {
			const step = 0.001
			mean := 0.0
			for at := 10 + 5*float64(i) + step/2; at < 15+5*float64(i); at += step {
				if at < 20 || at >= 90 {
					continue
				}
				mean += 100 * step
				if m == 1 {
					mean += 100 * step * 49 * shares[0] * crowd.Shape(time.Duration(at*1e9))
				}
			}
			all += mean
			require.InDelta(t, mean, float64(course.Steps()[i].Requests()), 4*math.Sqrt(mean), "metro %d, step %d", m, i)
		}
	}
	plans, err := Compile(context.Background(), s, placement.RegionOnly("region"))
	require.NoError(t, err)
	rates, err := plans[0].meanRates(0)
	require.NoError(t, err)
	require.InDelta(t, all/100, rates[0]+rates[1], 1e-3, "requests a second before the run")
	require.InDelta(t, all, s.Work().Requests, 49*shares[0]*100*(5+5+4)+1, "as though the crowd was in all metros")
	require.Greater(t, s.Work().Requests, all)

	// Who has not come yet has left nothing in caches.
	p := placement.RegionOnly("region").WithPoPs(1000, pops...)
	p.Tiers[0].Caches[0].Preload, p.Tiers[0].Caches[1].Preload = true, true
	for begins, full := range map[time.Duration]bool{0: true, 20 * time.Second: false} {
		s.Workloads[0].Begins, s.Workloads[0].Ends, s.Workloads[0].Flashes = begins, 0, nil
		s.WarmUp, s.Duration = 0, 25*time.Second
		r, err := Run(context.Background(), Job{Scenario: s, Placement: p})
		require.NoError(t, err)
		total, err := r.Workloads[0].Total()
		require.NoError(t, err)
		hits := float64(total.Outcomes[Hit]) / float64(total.Count(Requests))
		if full {
			require.Equal(t, 1.0, hits, "all objects have room")
		} else {
			require.Less(t, hits, 0.85, "200 objects of two caches are asked for first, about 1,000 times in all")
		}
	}
}

// Visits of a crowd that comes at once go on as it falls, so that most is asked for while it does: e^(-x/60)/10 + .9 (e^(-x/100) - e^(-x/60)) 60/40 of its visits had they no length.
func TestMostIsAskedForAsACrowdOfVisitsFalls(t *testing.T) {
	n, _ := star(t, 1, 1)
	w := workload.Workload{
		Head: workload.Head{
			Name: "site", Visits: workload.Visits{Requests: 10, Gap: 10 * time.Second},
			Flashes: []workload.Flash{{At: 40 * time.Second, Decay: time.Minute, Factor: 11}},
		},
		Demand:  workload.Poisson{RequestsPerSecond: 20},
		Service: workload.Computed{},
	}
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 100 * time.Second}
	plans, err := Compile(t.Context(), s, placement.RegionOnly("region"))
	require.NoError(t, err)
	rates, err := plans[0].ratesWithCrowds(0)
	require.NoError(t, err)
	most, want := 0.0, 0.0
	for _, at := range rates {
		most = max(most, at[0])
	}
	for x := 0.0; x < 500; x++ {
		want = max(want, math.Exp(-x/60)/10+.9*1.5*(math.Exp(-x/100)-math.Exp(-x/60)))
	}
	require.InEpsilon(t, 20+200*want, most, .02)
	require.Greater(t, want, .25)
}

// What is told of the load before a run is what visits ask for that follow the day later.
func TestTheMeanLoadOfVisitsIsWhatTheyAskFor(t *testing.T) {
	n, _ := star(t, 1, 20)
	day, err := workload.Evening(4)
	require.NoError(t, err)
	w := visited(40, workload.Visits{Requests: 10, Gap: 12 * time.Minute}, func(h *workload.Head) { h.Day = day })
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, Start: time.Date(2026, 3, 3, 10, 0, 0, 0, time.UTC), WarmUp: time.Hour, Duration: 3 * time.Hour}
	plans, err := Compile(t.Context(), s, placement.RegionOnly("region"))
	require.NoError(t, err)
	rates, err := plans[0].meanRates(0)
	require.NoError(t, err)
	asked := func(length time.Duration) float64 {
		e, err := w.ExpectedIn(workload.OfTheDay, plans[0].workloads[0].audiences, s.Start, length)
		require.NoError(t, err)
		return e.Arrivals
	}
	require.InEpsilon(t, (asked(4*time.Hour)-asked(time.Hour))/(3*3600), rates[0], .002)
}
