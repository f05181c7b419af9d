package sim

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// loadBefore returns the load before a run at a site.
func loadBefore(t *testing.T, s Scenario, p placement.Placement, site string) Load {
	t.Helper()
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	all, err := plans[0].ServerLoads()
	require.NoError(t, err)
	k := slices.IndexFunc(all, func(l Load) bool { return l.Site == site })
	require.GreaterOrEqual(t, k, 0, site)
	return all[k]
}

func TestWhatIsPassedOnIsKnownBeforeARun(t *testing.T) {
	exponential := workload.ServiceTime{Mean: 10 * time.Millisecond, Law: workload.ExponentialTime}
	for name, c := range map[string]struct {
		zone placement.Pool
		load float64
		// share is that of the zone's requests that it rejects, by a formula that is not the one of the program.
		share float64
	}{
		"none waits (Erlang B of 6 on 5)": {placement.Pool{Servers: 5, Queue: placement.AtMost(0)}, 1.2, .360400},
		"M/M/1/10":                        {placement.Pool{Servers: 1, Queue: placement.AtMost(9)}, .8, .0234929},
		"M/M/1/10 of a load of 1":         {placement.Pool{Servers: 1, Queue: placement.AtMost(9)}, 1, 1. / 11},
		"M/M/1/10 of a load of 1.25":      {placement.Pool{Servers: 1, Queue: placement.AtMost(9)}, 1.25, 0.2187943},
		"no wait beyond 3 works":          {placement.Pool{Servers: 1, Shed: 30 * time.Millisecond}, .8, .13535},
	} {
		t.Run(name, func(t *testing.T) {
			c.zone.Spill = toNearest()
			s, p := spillWorld(t, c.zone, placement.Pool{Servers: 3, Queue: placement.AtMost(0)}, exponential, c.load)
			s.WarmUp, s.Duration = 5*time.Second, 400*time.Second
			zone, region := loadBefore(t, s, p, "zone"), loadBefore(t, s, p, "region")
			offered := c.load * float64(c.zone.Servers)
			require.InDelta(t, offered, zone.Offered, 1e-9)
			require.InEpsilon(t, c.share, zone.Spilled/offered, 2e-5)
			require.Zero(t, zone.TakenIn)
			require.InEpsilon(t, zone.Spilled, region.Offered, 1e-12, "nobody enters there")
			require.InEpsilon(t, zone.Spilled, region.TakenIn, 1e-12)
			require.InEpsilon(t, zone.Spilled*100, region.PerSecond, 1e-12)
			found := float64(siteOf(t, runOne(t, s, p), "region").Count(TakenIn)) * exponential.Mean.Seconds() / s.Duration.Seconds()
			require.InEpsilon(t, found, region.Offered, .04, "a run")
		})
	}
}

func TestSitesThatPassOnToEachOtherMeetInAFixedPoint(t *testing.T) {
	// Two Local Zones, one of them busier, which pass on to each other, and what neither has room for is lost.
	n, err := topology.New([]topology.Node{
		{ID: "west", Kind: topology.Metro, Users: 3}, {ID: "east", Kind: topology.Metro, Users: 1}, {ID: "region", Kind: topology.Region},
		{ID: "zone-w", Kind: topology.LocalZone, Parent: "region"}, {ID: "zone-e", Kind: topology.LocalZone, Parent: "region"},
	}, slices.Concat(
		topology.Link{From: "west", To: "zone-w", Kind: topology.Internet, OneWay: time.Millisecond}.Both(),
		topology.Link{From: "east", To: "zone-e", Kind: topology.Internet, OneWay: time.Millisecond}.Both(),
		topology.Link{From: "west", To: "region", Kind: topology.Internet, OneWay: 9 * time.Millisecond}.Both(),
		topology.Link{From: "east", To: "region", Kind: topology.Internet, OneWay: 9 * time.Millisecond}.Both(),
		topology.Link{From: "west", To: "east", Kind: topology.Internet, OneWay: 8 * time.Millisecond}.Both(),
		topology.Link{From: "west", To: "zone-e", Kind: topology.Internet, OneWay: 8 * time.Millisecond}.Both(),
		topology.Link{From: "east", To: "zone-w", Kind: topology.Internet, OneWay: 8 * time.Millisecond}.Both(),
		topology.Link{From: "zone-w", To: "region", Kind: topology.Backbone, OneWay: 5 * time.Millisecond}.Both(),
		topology.Link{From: "zone-e", To: "region", Kind: topology.Backbone, OneWay: 5 * time.Millisecond}.Both()))
	require.NoError(t, err)
	pool := []placement.Pool{{Servers: 10, Queue: placement.AtMost(0), Spill: toNearest()}}
	p := placement.Placement{Name: "p"}.With(
		placement.Assignment{Site: "zone-w", Role: placement.Compute, Pools: pool}, placement.Assignment{Site: "zone-e", Role: placement.Compute, Pools: pool})
	s := Scenario{Network: n, Duration: 500 * time.Second, WarmUp: time.Second, Seed: 1, Workloads: []workload.Workload{{
		Head: workload.Head{Name: "api"}, Demand: workload.Poisson{RequestsPerSecond: 1600},
		Service: workload.Computed{Work: workload.ServiceTime{Mean: 10 * time.Millisecond, Law: workload.ExponentialTime}},
	}}}
	west, east := loadBefore(t, s, p, "zone-w"), loadBefore(t, s, p, "zone-e")
	// The fixed point by hand: a share of 12, and of 4, goes to the other.
	inW, inE := 0.0, 0.0
	for range 500 {
		inW, inE = 4*stats.ErlangB(10, 4+inE), 12*stats.ErlangB(10, 12+inW)
	}
	require.InEpsilon(t, inE, east.TakenIn, 1e-7)
	require.InEpsilon(t, inW, west.TakenIn, 1e-7)
	require.InEpsilon(t, 12+inW, west.Offered, 1e-7)
	require.InEpsilon(t, 4+inE, east.Offered, 1e-7)
	r := runOne(t, s, p)
	for site, of := range map[string]Load{"zone-w": west, "zone-e": east} {
		found := float64(siteOf(t, r, site).Count(TakenIn)) / 100 / s.Duration.Seconds()
		require.InDelta(t, found, of.TakenIn, .02*of.Offered, site)
	}
}

// What is passed on to a site that opens is as if it had always been there, and nothing goes to one that has closed.
func TestWhatIsPassedOnToSitesThatOpenIsAsInTheEnd(t *testing.T) {
	pool := placement.Pool{Servers: 5, Queue: placement.AtMost(0), Spill: toNearest()}
	s, p := spillWorld(t, pool, placement.Pool{Servers: 3}, workload.ServiceTime{Mean: 10 * time.Millisecond, Law: workload.ExponentialTime}, 1.2)
	s.WarmUp, s.Duration = 5*time.Second, 400*time.Second
	p.Sites = slices.DeleteFunc(p.Sites, func(a placement.Assignment) bool { return a.Role != placement.Compute })
	always := loadBefore(t, s, p, "zone").Spilled
	require.Positive(t, always)
	p.Openings = []placement.Opening{{Site: "region", At: 100 * time.Second}}
	require.InEpsilon(t, always, loadBefore(t, s, p, "region").TakenIn, 1e-12)
	p.Openings = []placement.Opening{{Site: "region", Closes: 100 * time.Second}}
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	all, err := plans[0].ServerLoads()
	require.NoError(t, err)
	for _, l := range all {
		require.Zero(t, l.TakenIn, l.Site)
	}
	all, err = plans[0].ServerLoadsInTime()
	require.NoError(t, err)
	require.InEpsilon(t, always, all[slices.IndexFunc(all, func(l Load) bool { return l.Site == "region" })].TakenIn, 1e-12, "before")
}
